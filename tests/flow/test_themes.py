"""Posts become themes while they are followed: once, whatever is killed when, and gone with their posts."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from earnest.flow import theme_acts, theme_names, themes
from earnest.flow.follow import Follower
from earnest.record.errors import Refused, StoreError
from earnest.store import clock, erase, read_grouping, read_severe, read_themes, write_themes
from earnest.store.models import Alert, Post, Severe, Theme, ThemeMark, ThemePost, ThemeWeek
from tests import themes as said
from tests.store import build

pytestmark = pytest.mark.django_db

NAMES = {
    "closed": "order still active, restaurant closed",
    "parking": "mall garage, parking ticket",
    "casillero": "casillero de la estación norte",
}


@pytest.fixture(autouse=True)
def _home(home: object) -> Iterator[None]:
    themes._memory.clear()
    yield
    themes._memory.clear()


def keep(place: int, problem: str, texts: tuple[str, ...] = (), **more: object) -> None:
    """Posts of one problem, each by a voice of its own."""
    more.setdefault("ago", timedelta(days=2))
    label = said.PROBLEMS[problem][0]
    build.keep(
        place,
        *(
            build.item(f"{problem}/{text[:40]}", text, labels=(label,), voice=text, **more)
            for text in texts or said.texts(problem)
        ),
    )


def key(problem: str, text: str) -> bytes:
    return build.key(f"{problem}/{text[:40]}")


def follow() -> None:
    Follower().follow("riders")


def filled() -> int:
    place = build.desk()
    for problem in said.PROBLEMS:
        keep(place, problem)
    follow()
    return place


def shown() -> dict[str, int]:
    """The names of the themes and how many posts each has."""
    return {row.name: row.posts for row in read_themes.themes("riders")}


def number(name: str) -> int:
    return next(row.number for row in read_themes.themes("riders") if row.name == name)


def counted() -> None:
    """What is counted is what is there."""
    for theme in Theme.objects.all():
        posts = ThemePost.objects.filter(theme=theme)
        weeks = ThemeWeek.objects.filter(theme=theme)
        assert sum(week.posts for week in weeks) == posts.count()


def person() -> object:
    return get_user_model().objects.create(username="ann")


def test_posts_on_one_problem_are_one_theme_named_by_its_own_words() -> None:
    filled()
    assert shown() == {NAMES[problem]: len(said.texts(problem)) for problem in said.PROBLEMS}
    row = read_themes.theme("riders", number(NAMES["closed"]))
    assert row is not None
    assert (row.label, row.voices, row.places[0][1]) == ("pickup.wait", 10, "Reviews")
    counted()


def test_following_again_changes_nothing() -> None:
    place = filled()
    before = list(ThemePost.objects.order_by("pk").values())
    follow()
    build.keep(place, build.item("later", "something else entirely happened to my scooter"))
    follow()
    assert list(ThemePost.objects.order_by("pk").values()) == before
    counted()


def test_a_theme_goes_on_after_a_restart_under_its_number() -> None:
    place = filled()
    was = number(NAMES["closed"])
    themes._memory.clear()
    keep(place, "closed", ("Order still active, restaurant closed, nobody there",), ago=timedelta(hours=1))
    follow()
    assert number(NAMES["closed"]) == was
    assert shown()[NAMES["closed"]] == 11


def test_a_transaction_that_does_not_hold_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    place = build.desk()
    keep(place, "closed")

    def fail(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(themes, "_tell", fail)
        with pytest.raises(RuntimeError):
            follow()
    assert not Theme.objects.exists()
    assert not ThemePost.objects.exists()
    follow()
    assert shown() == {NAMES["closed"]: 10}
    counted()


def test_a_memory_that_is_behind_is_read_anew() -> None:
    place = filled()
    hand = Follower()
    hand.follow("riders")
    remembered = themes._memory["riders"]
    theme_acts.merge("riders", number(NAMES["casillero"]), number(NAMES["closed"]), person())
    themes._memory["riders"] = remembered
    assert read_grouping.token("riders") != remembered.token
    keep(place, "parking", ("Parking ticket, mall garage, again and again",))
    hand.follow("riders")
    assert shown()[NAMES["parking"]] == 9
    counted()


def test_what_was_erased_is_remembered_no_more_though_it_was_in_no_theme() -> None:
    place = build.desk()
    gone, stays, later = said.texts("closed")[:3]
    keep(place, "closed", (gone, stays))
    hand = Follower()
    hand.follow("riders")
    assert not Theme.objects.exists()
    erase.erase_posts(place, [key("closed", gone)])
    keep(place, "closed", (later,))
    hand.follow("riders")
    assert themes._memory["riders"].group.texts() == [stays, later]
    assert not Theme.objects.exists()  # two posts are no theme: the one that went does not count


@pytest.mark.parametrize("left", [6, 3, 0])
def test_posts_that_are_erased_leave_counts_phrases_and_name(left: int) -> None:
    place = filled()
    texts = said.texts("closed")
    one = number(NAMES["closed"])
    erase.erase_posts(place, [key("closed", text) for text in texts[left:]])
    counted()
    row = read_themes.theme("riders", one)
    if not left:
        assert row is None
        assert not Theme.objects.filter(number=one).exists()
        return
    assert row is not None
    assert row.posts == left
    said_now = " ".join(texts[:left]).lower()
    assert all(phrase.lower() in said_now for phrase in row.phrases)
    if left < 5:  # fewer than a figure must stand for
        assert (row.name, row.phrases) == ("", ())
    themes.refresh("riders")
    assert (left >= 5) == bool(read_themes.theme("riders", one).name)


def test_a_number_is_never_given_again() -> None:
    place = filled()
    last = ThemeMark.objects.get().last
    for problem in said.PROBLEMS:
        erase.erase_posts(place, [key(problem, text) for text in said.texts(problem)])
    assert not Theme.objects.exists()
    build.keep(
        place,
        *(
            build.item(f"n{n}", f"{text} indeed", labels=("pickup.wait",))
            for n, text in enumerate(said.texts("closed"))
        ),
    )
    follow()
    assert min(theme.number for theme in Theme.objects.all()) > last


def test_retention_holds_while_reading_though_no_worker_ran(settings: object) -> None:
    place = build.desk(retention_days=30)
    keep(place, "closed", said.texts("closed")[:7], ago=timedelta(days=29, hours=23))
    keep(place, "closed", said.texts("closed")[7:], ago=timedelta(days=1))
    follow()
    (row,) = read_themes.themes("riders")
    assert row.posts == 10
    later = clock.now() + timedelta(hours=2)
    with pytest.MonkeyPatch.context() as moved:
        moved.setattr(clock, "now", lambda: later)
        (row,) = read_themes.themes("riders")
        assert (row.posts, row.voices, row.name, row.phrases) == (3, 3, "", ())
        assert len(read_themes.posts_of("riders", row.number, other=False)) == 3


def test_an_edit_leaves_its_theme_and_is_looked_at_again() -> None:
    place = filled()
    text = said.texts("closed")[0]
    edited = build.item(
        f"closed/{text[:40]}",
        said.texts("parking")[0] + " sadly",
        labels=("pickup.parking",),
        change="edited",
    )
    build.keep(place, edited)
    follow()
    assert shown()[NAMES["parking"]] == 9
    assert sum(shown().values()) == sum(len(said.texts(problem)) for problem in said.PROBLEMS)
    counted()


def test_who_says_the_opposite_is_shown_apart_with_praise() -> None:
    place = filled()
    keep(place, "closed", said.OPPOSITE, ago=timedelta(days=1))
    follow()
    one = number(NAMES["closed"])
    row = read_themes.theme("riders", one)
    assert row is not None
    assert (row.posts, row.others, row.other_voices) == (12, 2, 2)
    assert {post.text for post in read_themes.posts_of("riders", one, other=True)} == set(said.OPPOSITE)
    assert len(read_themes.posts_of("riders", one, other=False)) == 10


def test_a_severe_post_surfaces_at_once_with_an_alert_and_goes_with_the_post() -> None:
    place = build.desk()
    build.keep(
        place,
        build.item("knife", "A man pulled a knife on me at the gate tonight", labels=("safety.threat",)),
    )
    follow()
    (severe,) = read_severe.severe("riders", since=clock.now() - timedelta(days=2))
    assert severe.why == ("threat",)
    assert severe.novel
    assert [alert.sort for alert in Alert.objects.all()] == ["severe"]
    erase.erase_posts(place, [build.key("knife")])
    assert not Severe.objects.exists()
    assert not Alert.objects.exists()


@pytest.mark.parametrize(
    ("ago", "alerts"),
    [(timedelta(hours=2), 1), (timedelta(days=20), 0)],
    ids=["just now", "imported history"],
)
def test_a_history_that_is_imported_raises_no_alert(ago: timedelta, alerts: int) -> None:
    place = build.desk()
    build.keep(place, build.item("gas", "Strong smell of gas in the depot, nobody cares", ago=ago))
    follow()
    assert Severe.objects.count() == 1
    assert Alert.objects.count() == alerts


@pytest.mark.parametrize("settled", [True, False], ids=["after weeks of listening", "on the first day"])
def test_a_new_theme_raises_one_alert_where_there_was_something_before(settled: bool) -> None:
    place = build.desk()
    if settled:
        build.keep(place, build.item("old", "an ordinary day at the desk", ago=timedelta(days=60)))
    keep(place, "closed")
    follow()
    follow()
    assert [alert.about for alert in Alert.objects.filter(sort="new")] == (["theme:1"] if settled else [])


def test_a_persons_name_stays_and_is_checked() -> None:
    place = filled()
    ann, one = person(), number(NAMES["closed"])
    theme_acts.rename("riders", one, "  Closed   kitchens ", ann)
    keep(place, "closed", ("Order still active, restaurant closed, lights off",))
    follow()
    assert read_themes.theme("riders", one).name == "Closed kitchens"
    for refused in ("drivers who joined the union", "ask john.smith@example.org", "repeat complainers"):
        with pytest.raises(Refused):
            theme_acts.rename("riders", one, refused, ann)
    theme_acts.rename("riders", one, "", ann)
    assert read_themes.theme("riders", one).name == NAMES["closed"]


def test_a_merge_leads_on_and_can_be_undone() -> None:
    filled()
    ann = person()
    goes, stays = number(NAMES["parking"]), number(NAMES["closed"])
    theme_acts.merge("riders", goes, stays, ann)
    row = read_themes.theme("riders", goes)
    assert row is not None
    assert (row.number, row.posts) == (stays, 18)
    assert [old.number for old in read_themes.merged_into("riders", stays)] == [goes]
    counted()
    theme_acts.unmerge("riders", goes, ann)
    assert (read_themes.theme("riders", goes).posts, read_themes.theme("riders", stays).posts) == (8, 10)
    counted()
    assert read_grouping.apart("riders") == [(min(goes, stays), max(goes, stays))]
    with pytest.raises(StoreError):
        theme_acts.unmerge("riders", goes, ann)


def test_a_merge_goes_away_with_its_posts() -> None:
    place = filled()
    goes, stays = number(NAMES["parking"]), number(NAMES["closed"])
    theme_acts.merge("riders", goes, stays, person())
    for problem in ("parking", "closed"):
        erase.erase_posts(place, [key(problem, text) for text in said.texts(problem)])
    assert set(Theme.objects.values_list("number", flat=True)).isdisjoint({goes, stays})


def test_a_post_that_was_taken_out_stays_out() -> None:
    place = filled()
    one = number(NAMES["closed"])
    post = read_themes.posts_of("riders", one, other=False)[0].id
    assert theme_acts.take_out("riders", one, post, person())
    assert not theme_acts.take_out("riders", one, post, person_again())
    keep(place, "closed", ("Order still active, restaurant closed, dark inside",))
    follow()
    assert read_themes.theme_of("riders", post) is None
    assert read_themes.theme("riders", one).posts == 10
    counted()


def person_again() -> object:
    return get_user_model().objects.get(username="ann")


def test_what_is_no_theme_is_not_in_the_list_until_it_is_taken_back() -> None:
    filled()
    ann, one = person(), number(NAMES["closed"])
    theme_acts.dismiss("riders", one, ann)
    assert NAMES["closed"] not in shown()
    theme_acts.dismiss("riders", one, ann, back=True)
    assert NAMES["closed"] in shown()


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("order still active", True),
        ("locker does not open", True),
        ("tip missing from statement", True),
        ("union meeting", False),
        ("call a journalist", False),
        ("john smith", False),
        ("maria garcia lopez", False),
    ],
)
def test_which_words_may_name_a_theme(words: str, kept: bool) -> None:
    assert theme_names.may_be(words) is kept


def test_themes_of_another_programme_are_not_told() -> None:
    filled()
    build.desk("others", place="forum")
    assert read_themes.themes("others") == []
    assert read_themes.theme("others", 1) is None
    assert read_themes.theme_of("others", ThemePost.objects.first().pk) is None


def test_a_place_and_a_label_narrow_the_list() -> None:
    filled()
    second = build.desk(place="forum")
    keep(second, "parking", tuple(f"{text} too" for text in said.texts("parking")))
    follow()
    assert {row.posts for row in read_themes.themes("riders", place="forum")} == {16}
    assert [row.name for row in read_themes.themes("riders", label="pickup.checkin")] == [NAMES["casillero"]]
    assert len(read_themes.themes("riders", label="pickup")) == 3


def test_themes_that_begin_and_become_one_in_the_same_batch_are_one() -> None:
    place = build.desk()
    keep(place, "parking")
    ids = list(Post.objects.values_list("pk", flat=True))
    write_themes.group(
        "riders",
        write_themes.Found(homes=dict.fromkeys(ids, 1), made=frozenset({1, 2, 3}), merged=((3, 1), (2, 1))),
    )
    connection.check_constraints()
    assert read_themes.theme("riders", 1).posts == len(ids)
    assert dict(Theme.objects.exclude(number=1).values_list("number", "into__number")) == {2: 1, 3: 1}
    counted()
