"""How much is said of a case: voices are a lower bound, gaps are unknown, a workforce's few are hidden."""

from datetime import timedelta

import pytest

from earnest.desk import cases, cases_figures
from earnest.store import erase, read, read_cases, write, write_themes
from earnest.store.models import Coverage
from tests.store.build import NOW, desk, item, keep, key

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _home(home):
    """Every chain of these tests has a key of its own."""


def case_of(*said, audience="customers"):
    """A case with these posts, linked one by one."""
    keep(desk(audience=audience), *said)
    posts = [row.id for row in read.posts("riders", read.Filters(), limit=500).rows]
    return cases.open_case("riders", "Crash at the door", by=None, posts=posts)


def said(at, **more):
    more.setdefault("voice", f"v{at}")
    more.setdefault("ago", timedelta(minutes=at + 1))
    return item(str(at), **more)


def test_voices_of_different_labels_are_never_added():
    number = case_of(
        *(said(at) for at in range(6)),
        *(said(10 + at, labels=("pay.tips",), voice=f"v{at}") for at in range(4)),
    )
    found = cases_figures.figures("riders", number)
    assert (found.posts, found.voices) == (10, 6)
    assert found.labels == (("app.crash", 6), ("pay.tips", 4))


def test_one_voice_that_speaks_often_is_one():
    found = cases_figures.figures("riders", case_of(*(said(at, voice="ana") for at in range(8))))
    assert (found.posts, found.voices, found.nameless) == (8, 1, 0)


def test_a_post_that_is_linked_and_in_a_theme_counts_once():
    number = case_of(*(said(at) for at in range(4)))
    posts = [row.id for row in read.posts("riders", read.Filters()).rows]
    write_themes.group("riders", write_themes.Found(dict.fromkeys(posts, 1), frozenset({1})))
    cases.add("riders", number, themes=[1], by=None)
    found = cases_figures.figures("riders", number)
    trend = cases_figures.trends("riders", [number])[number]
    assert (found.posts, found.voices) == (4, 4)
    assert (sum(week.posts or 0 for week in trend.weeks), trend.voices) == (4, 4)


def test_a_week_that_was_not_heard_is_unknown_and_no_nothing():
    number = case_of(said(1), said(2, ago=35 * DAY))
    Coverage.objects.all().delete()
    keep(desk(place="survey"), heard=write.Hearing(at=NOW, since=NOW - 2 * DAY, until=NOW))
    found = cases_figures.figures("riders", number)
    assert len(found.weeks) == cases_figures.WEEKS
    assert [week.posts for week in found.weeks if week.posts] == [1, 1]
    empty = [week for week in found.weeks if not week.posts]
    assert {(week.posts, week.known) for week in empty} == {(None, "unknown")}


def test_of_a_workforce_a_few_voices_are_hidden_and_the_rest_is_rounded():
    many = [said(at, sentiment=None) for at in range(23)]
    few = [said(100 + at, sentiment=None, ago=20 * DAY) for at in range(4)]
    number = case_of(*many, *few, audience="workforce")
    found = cases_figures.figures("riders", number)
    assert found.floor == 10
    assert found.posts == 30
    told = {
        week.known: week.posts
        for week in found.weeks
        if week.known in ("hidden", "heard") and week.posts != 0
    }
    assert told["hidden"] is None
    assert 20 in [week.posts for week in found.weeks]
    assert 4 not in [week.posts for week in found.weeks]


def test_of_a_workforce_with_nine_voices_nothing_is_told_of_them():
    number = case_of(*(said(at, sentiment=None) for at in range(9)), audience="workforce")
    found, trend = cases_figures.figures("riders", number), cases_figures.trends("riders", [number])[number]
    assert (found.voices, trend.voices) == (None, None)
    assert [posts for _, posts in found.labels] == [None]
    assert [posts for _, _, posts in found.places] == [None]
    assert {week.known for week in trend.weeks if week.posts is None} >= {"hidden"}


def test_what_may_not_be_told_is_in_no_figure():
    number = case_of(said(1), said(2, ago=20 * DAY), said(3, ago=40 * DAY))
    assert cases_figures.figures("riders", number).posts == 3
    write.change_programme("riders", retention_days=30)
    found = cases_figures.figures("riders", number)
    assert (found.posts, found.gone) == (2, 1)
    erase.erase_posts(read_place(), [key("1")])
    found = cases_figures.figures("riders", number)
    assert (found.posts, found.gone) == (1, 2)


def read_place():
    from earnest.store.models import Place

    return Place.objects.get(slug="reviews").pk


def test_a_case_that_took_in_another_tells_of_both_once():
    number = case_of(*(said(at) for at in range(4)))
    posts = [row.id for row in read.posts("riders", read.Filters()).rows]
    other = cases.open_case("riders", "The same crash", by=None, posts=posts[:2])
    cases.merge("riders", other, number, by=None)
    assert cases_figures.figures("riders", other).posts == 4
    assert read_cases.one("riders", other).posts == 4


def test_a_list_asks_the_same_number_of_questions_however_long():
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    case_of(said(1))
    numbers = [cases.open_case("riders", f"Crash number {at}", by=None) for at in range(10)]
    asked = []
    for some in (numbers[:1], numbers):
        with CaptureQueriesContext(connection) as queries:
            cases_figures.trends("riders", some)
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 16
