"""Posts that say the same are one row of the list, with how many there are."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from earnest.flow.follow import Follower
from earnest.store import read, write
from earnest.store.shapes import Filters
from tests.store.build import item, keep

As = Callable[[str], Client]
SAID = "The gate code of the new depot is wrong in the app and nobody there knows the right one"


@pytest.fixture
def repeated(desk: None) -> int:
    """One post and two repeats of it; the first one's id."""
    place = write.add_place("riders", "repeats", title="Repeats", type="file", kind="addressed")
    minute = timedelta(minutes=1)
    keep(
        place,
        item("one", SAID, ago=3 * minute),
        item("two", "RT " + SAID, ago=2 * minute),
        item("three", SAID + "!", ago=minute),
    )
    Follower().follow("riders", 60)
    return read.posts("riders", Filters(places=("repeats",))).rows[-1].id


@pytest.mark.parametrize(
    ("address", "rows"),
    [("/riders/posts?place=repeats", 1), ("/riders/posts?place=repeats&each=yes", 3)],
    ids=["folded", "each by itself"],
)
def test_the_list_folds_repeats_until_each_is_asked_for(
    repeated: int, as_: As, address: str, rows: int
) -> None:
    page = as_("analyst").get(address).content.decode()
    assert page.count('<li class="post"') == rows
    assert ("said 2 more times" in page) == (rows == 1)
    assert ("Show every repeat" in page) == (rows == 1)


def test_a_post_tells_when_and_where_it_was_said_again(repeated: int, as_: As) -> None:
    page = as_("analyst").get(f"/riders/posts/{repeated}").content.decode()
    assert "The same was said" in page
    assert page.count("Repeats</a>") == 2


def test_another_word_for_each_is_refused(repeated: int, as_: As) -> None:
    answer = as_("analyst").get("/riders/posts?each=no")
    assert answer.status_code == 400
    assert "&#x27;each&#x27; is yes" in answer.content.decode()
