"""Following new posts: what repeats another is folded into it, once, and comes apart again when it goes."""

from datetime import timedelta

import pytest

from earnest.flow.follow import Follower
from earnest.store import erase, read, read_follow, write
from earnest.store.shapes import Filters
from tests.store.build import NOW, desk, item, keep, key

pytestmark = pytest.mark.django_db

FIRST = "Our station told us the new scanner app loses the route whenever we leave the depot"
OTHER = "The pay for last week came two days late and nobody at the desk could say why it did"
HOUR = timedelta(hours=1)


def shown(**filters: object) -> list[tuple[str, int]]:
    """The posts of the folded list, newest first: the text's first word and how many repeat it."""
    page = read.posts("riders", Filters(folded=True, **filters))
    return [(row.text.split()[0], row.copies) for row in page.rows]


def test_repeats_are_folded_into_the_first_and_counted() -> None:
    place = desk()
    keep(place, item("a", FIRST, ago=3 * HOUR), item("b", "RT " + FIRST, ago=2 * HOUR), item("c", OTHER))
    assert Follower().follow("riders") == 3
    assert shown() == [("The", 0), ("Our", 1)]
    assert len(read.posts("riders", Filters()).rows) == 3


def test_short_posts_are_never_folded() -> None:
    place = desk()
    keep(place, item("a", "Thank you!"), item("b", "Thank you!"))
    Follower().follow("riders")
    assert [copies for _, copies in shown()] == [0, 0]


@pytest.mark.parametrize("followers", [1, 2], ids=["by one process", "by another process each time"])
def test_groups_go_on_from_page_to_page(followers: int) -> None:
    place = desk()
    hands = [Follower() for _ in range(followers)]
    for number in range(4):
        keep(place, item(f"p{number}", f"{FIRST}{'!' * number}", ago=(9 - number) * HOUR))
        assert hands[number % followers].follow("riders") == 1
    assert shown() == [("Our", 3)]


def test_following_again_changes_nothing() -> None:
    place = desk()
    keep(place, item("a", FIRST, ago=HOUR), item("b", FIRST))
    hand = Follower()
    hand.follow("riders")
    assert hand.follow("riders") == 0
    assert Follower().follow("riders") == 0
    assert shown() == [("Our", 1)]


@pytest.mark.parametrize(
    ("gone", "left"),
    [
        ("a", [("RT", 1)]),
        ("b", [("Our", 1)]),
        ("c", [("Our", 1)]),
    ],
    ids=["the first goes: the earliest repeat takes its place", "a repeat goes", "the last repeat goes"],
)
def test_an_erased_post_leaves_its_group(gone: str, left: list[tuple[str, int]]) -> None:
    place = desk()
    keep(
        place,
        item("a", FIRST, ago=3 * HOUR),
        item("b", "RT " + FIRST, ago=2 * HOUR),
        item("c", FIRST + " again", ago=HOUR),
    )
    hand = Follower()
    hand.follow("riders")
    erase.erase_posts(place, [key(gone)])
    assert shown() == left
    keep(place, item("d", "RT: " + FIRST))
    hand.follow("riders")
    assert shown() == [(left[0][0], 2)]


def test_an_edit_takes_a_post_out_of_its_group_and_into_another() -> None:
    place = desk()
    keep(place, item("a", FIRST, ago=3 * HOUR), item("b", FIRST, ago=2 * HOUR), item("c", OTHER, ago=HOUR))
    hand = Follower()
    hand.follow("riders")
    keep(place, item("b", OTHER, ago=2 * HOUR, change="edited"), cursor="2")
    assert [copies for _, copies in shown()] == [0, 0, 0]
    assert hand.follow("riders") == 1
    assert sorted(copies for _, copies in shown()) == [0, 1]


def test_a_repeat_is_shown_where_its_first_is_not_among_those_asked_for() -> None:
    here, there = desk(), desk(place="forum")
    keep(here, item("a", FIRST, ago=3 * HOUR))
    keep(there, item("b", FIRST))
    Follower().follow("riders")
    assert shown() == [("Our", 1)]
    assert shown(places=("forum",)) == [("Our", 0)]
    assert shown(since=NOW - 2 * HOUR) == [("Our", 0)]


def test_a_post_tells_which_others_say_the_same() -> None:
    place = desk()
    keep(place, item("a", FIRST), item("b", FIRST), item("c", OTHER))
    Follower().follow("riders")
    rows = read.posts("riders", Filters()).rows
    ours = [row.id for row in rows if row.text == FIRST]
    assert [row.id for row in read.repeats("riders", ours[0])] == [ours[1]]
    assert read.repeats("riders", next(row.id for row in rows if row.text == OTHER)) == []


def test_what_broke_off_is_taken_again_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    from earnest.flow import follow

    place = desk()
    keep(place, item("a", FIRST, ago=HOUR), item("b", FIRST))
    hand = Follower()

    def breaks(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(follow.themes, "settle", breaks)
        with pytest.raises(KeyboardInterrupt):
            hand.follow("riders")
    assert read_follow.mark("riders") == (0, 0)
    assert hand.follow("riders") == 2
    assert shown() == [("Our", 1)]


def test_posts_that_may_not_be_told_are_passed_over() -> None:
    place = desk(retention_days=30)
    keep(place, item("a", FIRST, ago=timedelta(days=29)), item("b", FIRST))
    write.change_programme("riders", retention_days=7)
    Follower().follow("riders")
    assert shown() == [("Our", 0)]
