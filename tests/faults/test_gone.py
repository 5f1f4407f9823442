"""What is edited or deleted at its source is so everywhere here, whatever kind of place it came from."""

import pytest

from earnest.report import publish
from earnest.store import read
from tests.faults.gone import FILL, KINDS, SLUG, Desk
from tests.lanes import mostly_slow

pytestmark = pytest.mark.django_db

FIRST, SECOND, OLDER = f"kestrelword {FILL}", f"ospreyword {FILL}", f"heronword {FILL}"
PROTECTED = f"ospreyword {FILL}, we should found a union and go on strike together"
OPTED_OUT = f"ospreyword {FILL} #noearnest"
WORDS = ("kestrelword", "ospreyword", "heronword")

# what happens, in order: (change, text, how many minutes after it was said this wording was written)
HAPPENS = {
    "edited": ([("said", FIRST, 0), ("edited", SECOND, 5)], "ospreyword"),
    "edited into protected speech": ([("said", FIRST, 0), ("edited", PROTECTED, 5)], None),
    "edited into a wish to be left out": ([("said", FIRST, 0), ("edited", OPTED_OUT, 5)], None),
    "deleted": ([("said", FIRST, 0), ("deleted", "", 5)], None),
    "deleted before it came": ([("deleted", "", 5), ("said", FIRST, 0)], None),
    "edited before it came": ([("edited", SECOND, 5), ("said", FIRST, 0)], "ospreyword"),
    "deleted, then replayed": (
        [("said", FIRST, 0), ("deleted", "", 5), ("said", FIRST, 0), ("edited", SECOND, 9)],
        None,
    ),
    "edited, then an older edit replayed": (
        [("said", FIRST, 0), ("edited", SECOND, 5), ("edited", OLDER, 3), ("said", FIRST, 0)],
        "ospreyword",
    ),
    "edited into protected speech, then replayed": (
        [("said", FIRST, 0), ("edited", PROTECTED, 5), ("said", FIRST, 0), ("edited", SECOND, 4)],
        None,
    ),
}

EVERYWHERE = {
    "table store_post",
    "the posts page",
    "a search",
    "Live",
    "a stored report's page",
    "a stored report as html",
    "a report's file on the disk",
    "a new report as html",
}


@pytest.fixture
def desk(home):
    return Desk(home)


@pytest.fixture(params=mostly_slow(KINDS, fast=KINDS[:1]), ids=lambda kind: kind.kind)
def place(request, desk):
    made = request.param(desk)
    yield made
    if hasattr(made, "close"):
        made.close()


def test_while_it_is_there_it_is_everywhere(desk, place):
    place.tell("said", FIRST)
    desk.publish()
    assert desk.where("kestrelword") == EVERYWHERE
    assert set(desk.figures()) == {9}
    assert desk.voices() == 8 + place.authors


@pytest.mark.parametrize(
    ("place", "what"),
    [
        pytest.param(kind, what, id=f"{kind.kind}-{what}", marks=[] if at_once else pytest.mark.slow)
        for kind in KINDS
        for what in HAPPENS
        for at_once in [kind is KINDS[0] or what == "deleted, then replayed"]
    ],
    indirect=["place"],
)
def test_afterwards_no_earlier_wording_is_anywhere(desk, place, what, django_capture_on_commit_callbacks):
    happens, stays = HAPPENS[what]
    exports = []
    for number, (change, text, age) in enumerate(happens):
        with django_capture_on_commit_callbacks(execute=True):
            place.tell(change, text, age)
        if number == 0 and desk.where("kestrelword"):
            desk.publish()
            exports.append(desk.home / "taken.html")
            exports[0].write_bytes(publish.leave(desk.report(), "html", "report", exports[0]))
    publish.renew()
    for word in WORDS:
        if word != stays:
            assert desk.where(word) == set(), word
    there = 8 + (stays is not None)
    assert set(desk.figures()) == {there}
    assert desk.voices() == 8 + (stays is not None and place.authors)
    assert all(row.state == "ready" for row in read.reports(SLUG))
    if stays:
        assert "the posts page" in desk.where(stays)
    assert [row.path for row in read.exports()] == exports
