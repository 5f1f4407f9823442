"""What the pages of cases tell in figures: nothing of a few voices, no week that was not heard as quiet."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from earnest.desk import cases
from earnest.store import read, write
from earnest.store.models import Coverage
from tests.store import build

As = Callable[[str], Client]
pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)

WHERE = ("/riders/cases", "/riders/cases/1", "/riders/cases/1/live")
"""Every page that tells how much is said of the first case."""


def case_of(*said: write.Kept, since: timedelta = 90 * DAY) -> None:
    """A case of a workforce with these posts, of a place that was heard since then."""
    place = build.desk("riders", place="box")
    Coverage.objects.all().delete()
    heard = write.Hearing(at=build.NOW, since=build.NOW - since, until=build.NOW)
    build.keep(place, *said, heard=heard)
    posts = [row.id for row in read.posts("riders", read.Filters(places=("box",)), limit=100).rows]
    assert cases.open_case("riders", "Crash at the door", by=None, posts=posts) == 1


def said(voices: int, *, ago: timedelta = timedelta(0), start: int = 0) -> list[write.Kept]:
    return [
        build.item(f"{at}", voice=f"v{at}", sentiment=None, ago=ago) for at in range(start, start + voices)
    ]


def page(client: Client, where: str) -> str:
    answer = client.get(where)
    assert answer.status_code == 200, where
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def drawn(client: Client) -> list[str]:
    """The weeks of the first case's small chart, in the words it has for who cannot see it."""
    found = re.search(
        r'class="spark"[^>]*aria-label="Posts by week since [^:]*: ([^"]*)"', page(client, "/riders/cases")
    )
    assert found
    return found[1].split(", ")


def test_of_nine_voices_of_a_workforce_no_page_tells_a_figure(as_: As) -> None:
    case_of(*said(9))
    for where in WHERE:
        told = page(as_("analyst"), where)
        assert "fewer than 10" in told, where
        assert "at least" not in told, where
        assert "posts in twelve weeks" not in told, where
    assert drawn(as_("analyst")) == ["0"] * 11 + ["few"]


def test_of_twelve_voices_every_page_tells_about_how_many(as_: As) -> None:
    case_of(*said(12))
    for where in WHERE:
        assert "at least 10" in page(as_("analyst"), where), where
    assert drawn(as_("analyst")) == ["0"] * 11 + ["10"]


def test_a_week_of_a_few_is_hidden_beside_one_of_many(as_: As) -> None:
    case_of(*said(30), *said(4, ago=20 * DAY, start=100))
    weeks = drawn(as_("analyst"))
    assert weeks[-1] == "30"
    assert weeks.count("few") == 1


def test_weeks_that_were_not_heard_are_not_seen_and_never_quiet(as_: As) -> None:
    case_of(*said(12), since=15 * DAY)
    weeks = drawn(as_("analyst"))
    assert weeks[:8] == ["not seen"] * 8
    assert weeks[-1] == "10"


def test_who_may_not_read_cases_is_told_nothing_of_them(as_: As) -> None:
    case_of(*said(12))
    for where in WHERE:
        assert as_("viewer").get(where).status_code == 403, where
