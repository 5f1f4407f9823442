"""Figures from rows that were really kept: exact where told, absent where hidden, None where unknown."""

from datetime import timedelta

import msgspec
import pytest

from earnest.report import figures
from earnest.report.shapes import Figures
from earnest.store import read, write
from tests.report import build

pytestmark = pytest.mark.django_db


def measure(programme: read.Programme, weeks: int = 4, until: int = 0) -> Figures:
    return figures.measure(programme, build.weeks_ago(weeks + until), build.weeks_ago(until))


def speak(
    slug: str, place: int, label: str, voices: int, weeks: int, kind: str = "complaint", start: int = 0
) -> None:
    """As many voices as asked, one post each, in the week so many weeks ago."""
    day = build.weeks_ago(weeks) + timedelta(days=1)
    items = [
        build.said(slug, start + 1_000 * weeks + number, day, label, kind, speaker=f"{label} {number}")
        for number in range(voices)
    ]
    build.keep(place, items)


def test_posts_of_a_range_are_all_posts_kept_in_it() -> None:
    programme = build.fill(weeks=8, a_week=60, gap=())
    found = measure(programme)
    cells = read.weekly(programme.slug, build.weeks_ago(4), build.weeks_ago(0), ("kind",))
    assert found.posts == sum(cell.posts for cell in cells)
    assert [week.posts for week in found.weeks] == [
        sum(cell.posts for cell in cells if cell.week == week.week) for week in found.weeks
    ]


def test_a_range_that_cuts_weeks_counts_only_its_days() -> None:
    programme = build.programme("couriers")
    place = build.places("couriers", 1)[0]
    days = [build.weeks_ago(2) + timedelta(days=number) for number in range(14)]
    build.keep(
        place,
        [
            build.said("couriers", 100 * at + voice, day, "pay.tips", "complaint", speaker=f"{voice}")
            for at, day in enumerate(days)
            for voice in range(12)
        ],
    )
    found = figures.measure(programme, days[3], days[10])
    assert found.posts == 7 * 12
    assert [week.days for week in found.weeks] == [4, 3]
    assert [week.posts for week in found.weeks] == [4 * 12, 3 * 12]


def test_a_gap_is_none_and_never_zero() -> None:
    found = measure(build.fill(weeks=8, a_week=60, gap=(2,)))
    gap = found.weeks[2]
    assert (gap.state, gap.posts, gap.complaints.value, gap.hidden) == ("unknown", None, None, False)
    assert all(row.cells[2].rate is None and not row.cells[2].hidden for row in found.categories.rows)
    assert found.gaps == (gap,)


def test_a_week_in_which_we_listened_and_nobody_spoke_is_zero() -> None:
    programme = build.programme("couriers")
    place = build.places("couriers", 1)[0]
    speak("couriers", place, "pay.tips", 12, weeks=2)
    begin = build.datetime.combine(build.weeks_ago(1), build.time(), build.UTC)
    heard = write.Hearing(at=build.datetime.now(build.UTC), since=begin, until=begin + timedelta(days=7))
    write.keep(place, [], cursor="2", heard=heard)
    found = measure(programme, weeks=2)
    assert [(week.state, week.posts) for week in found.weeks] == [("observed", 12), ("empty", 0)]


@pytest.mark.parametrize(
    ("audience", "voices", "told"),
    [
        pytest.param("workforce", 9, False, id="nine workers are too few"),
        pytest.param("workforce", 10, True, id="ten workers are enough"),
        pytest.param("customers", 4, False, id="four customers are too few"),
        pytest.param("customers", 5, True, id="five customers are enough"),
    ],
)
def test_a_topic_is_told_from_the_floor_of_its_audience(audience: str, voices: int, told: bool) -> None:
    programme = build.programme("couriers", audience)
    place = build.places("couriers", 1)[0]
    speak("couriers", place, "pay.tips", voices, weeks=1)
    speak("couriers", place, "app.crash", 40, weeks=1, kind="question", start=500)
    found = measure(programme)
    assert ("pay.tips" in {problem.label for problem in found.problems}) is told
    assert ("pay" in {row.key for row in found.categories.rows}) is told


def test_many_posts_of_few_voices_stay_hidden() -> None:
    programme = build.programme("couriers")
    place = build.places("couriers", 1)[0]
    day = build.weeks_ago(1)
    items = [
        build.said("couriers", number, day, "pay.tips", "complaint", speaker=f"{number % 3}")
        for number in range(60)
    ]
    build.keep(place, items)
    speak("couriers", place, "app.crash", 40, weeks=1, start=500)
    found = measure(programme)
    assert "pay.tips" not in {problem.label for problem in found.problems}
    assert all(row.key != "pay" for row in found.categories.rows)


def test_nothing_hidden_is_anywhere_in_the_figures() -> None:
    """Whoever gets the JSON gets no count that the page would not show."""
    found = measure(build.fill(weeks=8, a_week=40))
    rows = {(row.key, column.key): cell for row in found.categories.rows
            for column, cell in zip(found.categories.columns, row.cells, strict=True)}  # fmt: skip
    hidden = [cell for cell in rows.values() if cell.hidden]
    assert hidden
    assert all(cell.rate is None and cell.step is None for cell in hidden)
    assert all(problem.voices >= found.floor and problem.posts % 10 == 0 for problem in found.problems)
    assert all(change.voices >= found.floor for change in found.changes)


def test_what_rose_names_where_since_when_and_which_words() -> None:
    found = measure(build.fill())
    risen = found.rising[0]
    assert risen.label == "app.scan"
    assert risen.low is not None
    assert risen.low > 0
    assert set(risen.cause.where) == {"Sevilla", "Leeds"}
    assert risen.cause.since == build.weeks_ago(3)
    assert {"locker", "code"} & {word.text for word in risen.cause.words}
    assert found.falling[0].label == "pay.tips"


def test_chance_is_not_a_change() -> None:
    programme = build.programme("couriers")
    place = build.places("couriers", 1)[0]
    for weeks in range(1, 9):
        speak("couriers", place, "pay.tips", 15 + weeks % 2, weeks=weeks)
        speak("couriers", place, "app.crash", 15, weeks=weeks, start=500)
    assert measure(programme).changes == ()


def test_where_nothing_was_heard_before_the_last_weeks_stand_against_the_first() -> None:
    found = measure(build.fill(weeks=12), weeks=12)
    assert found.compared is not None
    assert found.compared.within
    assert found.compared.since == build.weeks_ago(4)
    assert found.posts_before is None
    assert found.rising[0].label == "app.scan"


@pytest.mark.parametrize(("audience", "made"), [("workforce", False), ("customers", True)])
def test_moods_are_for_customers_alone(audience: str, made: bool) -> None:
    found = measure(build.fill(audience=audience, weeks=4, a_week=120, gap=()))
    assert any(week.moods is not None for week in found.weeks) is made


@pytest.mark.parametrize("weeks", [1, 4, 30])
def test_a_programme_without_anything_has_figures_too(weeks: int) -> None:
    found = measure(build.programme("empty"), weeks=weeks)
    assert (found.posts, found.compared, found.changes, found.problems) == (0, None, (), ())
    assert all(week.posts is None for week in found.weeks)


def test_one_place_and_one_week_are_enough() -> None:
    programme = build.programme("couriers")
    speak("couriers", build.places("couriers", 1)[0], "pay.tips", 20, weeks=1)
    found = measure(programme, weeks=1)
    assert found.posts == 20
    assert found.complaints.value == 1.0
    assert len(found.by_place.columns) == 1


def test_figures_are_json() -> None:
    found = measure(build.fill(weeks=4, a_week=60, gap=()))
    told = msgspec.json.decode(msgspec.json.encode(found))
    assert told["weeks"][0]["posts"] == found.weeks[0].posts


@pytest.mark.parametrize(
    ("audience", "told"),
    [("customers", [("pay.tips", 20)]), ("workforce", [])],
    ids=["customers: a post counts as a voice", "a workforce: nothing is assumed"],
)
def test_posts_that_all_came_without_an_author(audience: str, told: list[tuple[str, int]]) -> None:
    programme = build.programme("app-users", audience)
    day = build.weeks_ago(1) + timedelta(days=1)
    place = build.places("app-users", 1)[0]
    items = [build.said("app-users", n, day, "pay.tips", "complaint", speaker=None) for n in range(20)]
    build.keep(place, items)
    found = measure(programme, weeks=1)
    assert [(one.label, one.voices) for one in found.problems] == told
