"""What a follower remembers: little is read again for a post that goes, and its words go from memory too."""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from earnest.flow import themes
from earnest.flow.follow import Follower
from earnest.store import clock, erase, erase_reposts, read_follow, read_themes
from earnest.store.models import Left, Repost
from tests import themes as said
from tests.store.build import desk, item, keep, key

pytestmark = pytest.mark.django_db

PLACES = ("depot", "gate", "ramp", "lift", "dock", "window", "desk", "yard", "bridge", "tunnel", "office")
THINGS = ("scanner", "locker", "parcel", "printer", "battery", "charger", "barrier", "lamp")


@pytest.fixture(autouse=True)
def _home(home: object) -> Iterator[None]:
    themes._memory.clear()
    yield
    themes._memory.clear()


def text(number: int) -> str:
    """A post like no other, long enough to be compared with others."""
    dice = random.Random(number)
    made = "".join(dice.choice("bdfgklmnprst") + dice.choice("aeiou") for _ in range(12))
    return f"{made} broke the {dice.choice(THINGS)} at the {dice.choice(PLACES)}, number {number} so far"


def filled(posts: int, programme: str = "riders") -> int:
    place = desk(programme)
    keep(place, *(item(f"p{number}", text(number)) for number in range(posts)))
    return place


def cost(work: Callable[[], object]) -> tuple[int, int]:
    """How many queries something asks, and how many posts they read."""
    asked: list[tuple[str, Any]] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        work()
    posts = 0
    with connection.cursor() as db:
        for sql, params in asked:
            if sql.startswith("SELECT p.id"):
                db.execute(f"SELECT count(*) FROM ({sql}) AS told", params)  # noqa: S608 - asked a moment ago
                posts += db.fetchone()[0]
    return len(asked), posts


def groups() -> list[tuple[int, int]]:
    """Which post repeats which."""
    return sorted(Repost.objects.values_list("post_id", "first_id"))


@pytest.mark.parametrize("gone", [1, 3], ids=["one post is erased", "three posts are erased"])
def test_a_post_that_goes_costs_the_same_however_many_are_remembered(gone: int) -> None:
    costs = []
    for programme, posts in (("riders", 40), ("others", 400)):
        place = filled(posts, programme)
        hand = Follower()
        hand.follow(programme)
        for number in range(gone):
            erase.erase_posts(place, [key(f"p{number}")])
        keep(place, item("new", text(posts)))
        costs.append(cost(lambda hand=hand, programme=programme: hand.follow(programme))[1])
    assert max(costs) < 15  # the new one, and what is left of a theme that has hardly any posts left


def test_an_heir_is_the_only_older_post_that_is_read() -> None:
    place = filled(100)
    keep(place, item("again", "RT " + text(0), ago=timedelta(minutes=9)))
    hand = Follower()
    hand.follow("riders")
    assert len(groups()) == 1
    erase.erase_posts(place, [key("p0")])
    assert groups() == []
    keep(place, item("once more", text(0), ago=timedelta(minutes=3)))
    _, posts = cost(lambda: hand.follow("riders"))
    assert posts == 2
    assert len(groups()) == 1


@pytest.mark.parametrize("number", range(3))
def test_a_memory_that_is_mended_knows_what_one_that_is_made_anew_knows(number: int) -> None:
    """Posts come, are repeated, reworded and erased; once with one memory, once with a new one each time."""
    found = []
    for programme, follower in (("riders", Follower()), ("others", None)):
        dice, place = random.Random(number), desk(programme)
        known: list[str] = []
        for step in range(25):
            name, act = f"p{step}", dice.random()
            ago = timedelta(minutes=100 - step)
            if act < 0.25 and known:
                erase.erase_posts(place, [key(known.pop(dice.randrange(len(known))))])
                continue
            wording = text(dice.randrange(6))
            if act < 0.4 and known:
                keep(place, item(dice.choice(known), wording, change="edited", ago=ago))
            else:
                keep(place, item(name, wording, ago=ago))
                known.append(name)
            if dice.random() < 0.6:
                (follower or Follower()).follow(programme)
        (follower or Follower()).follow(programme)
        posts = {row.pk: bytes(row.key) for row in _posts(programme)}
        found.append(sorted((posts[a], posts[b]) for a, b in groups() if a in posts))
    assert found[0] == found[1]


def _posts(programme: str) -> Any:
    from earnest.store.models import Post

    return Post.objects.filter(programme__slug=programme)


def test_a_memory_that_is_too_far_behind_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erase_reposts, "STEPS", 2)
    place = filled(20)
    hand = Follower()
    hand.follow("riders")
    for number in range(5):
        erase.erase_posts(place, [key(f"p{number}")])
    assert Left.objects.count() == 2
    _, posts = cost(lambda: hand.follow("riders"))
    assert posts >= 2 * 15  # for repeats, and for themes
    keep(place, item("new", text(7)))
    assert hand.follow("riders") == 1
    assert len(groups()) == 1


def test_words_that_are_erased_leave_memory_though_nothing_new_waits() -> None:
    place = filled(5)
    hand = Follower()
    hand.follow("riders")
    erase.erase_posts(place, [key("p3")])
    assert hand.follow("riders") == 0
    assert hand.remembered == 4
    assert text(3) not in themes._memory["riders"].group.texts()


def test_which_posts_went_is_known_for_an_hour_and_no_longer() -> None:
    place = filled(5)
    Follower().follow("riders")
    erase.erase_posts(place, [key("p3")])
    erase.sweep()
    assert Left.objects.count() == 1
    erase.sweep(clock.now() + timedelta(hours=1, minutes=1))
    assert Left.objects.count() == 0


def test_nothing_is_noted_of_posts_that_nobody_followed() -> None:
    place = filled(3)
    erase.erase_posts(place, [key("p1")])
    assert not Left.objects.exists()
    assert read_follow.mark("riders") == (0, 0)


def test_the_programmes_followed_last_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("earnest.flow.follow.MOST_OF_ALL", 25)
    monkeypatch.setattr(themes, "MOST", 25)
    hand = Follower()
    for programme in ("riders", "others", "third"):
        filled(10, programme)
        hand.follow(programme)
    assert hand.remembered == 20
    assert set(themes._memory) == {"others", "third"}
    keep(desk("riders", place="forum"), item("new", text(3)))
    assert hand.follow("riders") == 1
    assert len(groups()) == 1


def of_one_problem(place: int, texts: tuple[str, ...], name: str = "", **more: Any) -> None:
    keep(place, *(item(name + one, one, voice=one, **more) for one in texts))


def test_a_theme_that_lost_its_posts_in_memory_goes_on_with_older_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(themes, "VIEW", 10)
    monkeypatch.setattr(themes, "SAMPLE", 7)
    place, texts = desk(), said.texts("closed")
    of_one_problem(place, texts, ago=timedelta(days=2))
    hand = Follower()
    hand.follow("riders")
    themes._memory.clear()
    monkeypatch.setattr(themes, "VIEW", 3)
    hand.follow("riders")
    themes.recall("riders")
    number = read_themes.themes("riders")[0].number
    held = themes._memory["riders"].group.texts()
    assert len(held) < len(texts)
    erase.erase_posts(place, [key(one) for one in held])
    hand.follow("riders")
    assert len(themes._memory["riders"].group) == len(texts) - len(held)
    of_one_problem(place, ("The order is still active and the restaurant closed hours ago",))
    hand.follow("riders")
    assert read_themes.theme("riders", number).posts == len(texts) - len(held) + 1


def test_a_theme_that_returns_after_it_left_memory_has_its_old_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(themes, "VIEW", 30)
    monkeypatch.setattr(themes, "AGAIN", 10)
    place, texts = desk(), said.texts("closed")
    of_one_problem(place, texts, ago=timedelta(days=9))
    hand = Follower()
    hand.follow("riders")
    (row,) = read_themes.themes("riders")
    for turn in range(7):
        for problem in ("parking", "casillero"):
            of_one_problem(place, said.texts(problem), f"{turn}/{problem}", ago=timedelta(days=8 - turn))
        hand.follow("riders")
    assert row.number not in themes._memory["riders"].group.themes
    of_one_problem(place, tuple(f"{one}, again" for one in texts), ago=timedelta(days=1))
    hand.follow("riders")
    of_one_problem(place, tuple(f"{one} as before" for one in texts), ago=timedelta(hours=1))
    hand.follow("riders")
    assert read_themes.theme("riders", row.number).posts == 3 * len(texts)
