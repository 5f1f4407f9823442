"""Settled cases that come back by themselves: the rule, that it never flaps, and the whole way from posts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earnest.desk import access, actions, case_watch, cases
from earnest.flow import regress
from earnest.store import clock, read, read_actions, read_case_timeline, read_cases, read_watch
from earnest.understand import relapse
from earnest.understand.relapse import Level, Memory
from tests.desk.weeks import LABEL, day, said
from tests.store.build import desk

HIGH, MIDDLE, LOW = Level(0.9, 0.8), Level(0.47, 0.3), Level(0.2, 0.1)

LOOKS = {
    "above on two looks three days apart": ({20: HIGH, 23: HIGH}, 23),
    "above every day": (dict.fromkeys(range(1, 40), HIGH), 18),
    "above once only": ({20: HIGH, 23: LOW}, None),
    "above, nearly quiet, above": ({20: HIGH, 22: MIDDLE, 24: HIGH}, 24),
    "above, quiet, above": ({20: HIGH, 22: LOW, 24: HIGH}, None),
    "above, nothing heard, above": ({20: HIGH, 22: None, 24: HIGH}, 24),
    "above within two weeks of the action": ({3: HIGH, 8: HIGH, 14: HIGH}, None),
    "high, but too uncertain": ({20: Level(0.9, 0.4), 25: Level(0.9, 0.4)}, None),
    "everything else rose alike": ({20: Level(0.9, 0.8, 0.4), 25: Level(0.9, 0.8, 0.4)}, None),
}


@pytest.mark.parametrize(("looks", "back"), LOOKS.values(), ids=LOOKS.keys())
def test_when_a_case_is_back(looks, back):
    memory, found = Memory(since=0), None
    for today, seen in sorted(looks.items()):
        memory, is_back = relapse.step(memory, seen, promised=0.5, today=today)
        found = today if is_back and found is None else found
    assert found == back


def test_a_case_that_is_left_closed_stays_closed():
    memory = Memory(since=0, left=True)
    for today in range(1, 60):
        memory, back = relapse.step(memory, HIGH, promised=0.5, today=today)
        assert not back


LEVELS = st.none() | st.builds(
    lambda value, share: Level(value, value * share),
    st.floats(0, 5, allow_nan=False),
    st.floats(0, 1, allow_nan=False),
)


@given(st.lists(LEVELS, max_size=200), st.floats(0.1, 1.5))
def test_whatever_is_heard_it_comes_back_at_most_once_in_more_than_two_weeks(seen, promised):
    memory, days = Memory(since=0), []
    for today, level in enumerate(seen, 1):
        memory, back = relapse.step(memory, level, promised=promised, today=today)
        if back:
            assert level is not None
            assert level.low > promised
            days.append(today)
    assert all(later - earlier > relapse.REST for earlier, later in zip([0, *days], days, strict=False))


# from posts


@pytest.fixture
def now(monkeypatch):
    """A clock that the test may put forward, in days."""
    ahead = [0]
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(days=ahead[0]))

    def put(days):
        ahead[0] = days
        return clock.now()

    return put


@pytest.fixture
def place(home):
    return desk()


@pytest.fixture
def ana(place):
    return access.add_person("ana", "riders", "analyst")


def settled(place, ana, *, lately, status="acted", act=True, promise="half", quiet=1):
    """A case on tips, acted on 40 days ago, quiet since; `lately` complaints a day in the last 20 days."""
    said(place, 98, 41, about=6, others=4, rest=8, name="b")
    said(place, 41, 20, about=quiet, others=4, rest=8, name="q")
    said(place, 20, 0, about=lately, others=4, rest=8, name="l")
    rows = read.posts("riders", read.Filters(labels=(LABEL,)), limit=5).rows
    number = cases.open_case("riders", "Tips are missing", by=ana, posts=[row.id for row in rows])
    if act:
        actions.record("riders", number, what="Tips re-run.", on=day(40), by=ana, promise=promise)
    cases.change("riders", number, by=ana, seen=1, status=status)
    return number


def status(number):
    return read_cases.one("riders", number).status


def look(now, *days):
    """Look on these days from today on; how often something came back."""
    return sum(regress.tend(now(ahead)) for ahead in days)


@pytest.mark.django_db
def test_what_climbs_back_above_its_promise_is_reopened_with_the_reason_in_numbers(place, ana, now):
    number = settled(place, ana, lately=6)
    assert look(now, 0) == 0
    assert status(number) == "acted"
    now(4)
    said(place, 0, -4, about=6, others=4, rest=8, name="n")
    assert look(now, 1, 2, 3) == 1
    assert status(number) == "reopened"
    entry = next(one for one in read_case_timeline.timeline("riders", number) if one.sort == "reopened")
    assert entry.by is None
    assert 80 <= entry.detail["percent"] <= 120
    assert (entry.detail["promised"], entry.detail["days"]) == (50, 14)
    assert entry.detail["voices"] % 5 == 0


@pytest.mark.django_db
@pytest.mark.parametrize("lately", [0, 1, 2])
def test_what_stays_as_promised_stays_settled(place, ana, now, lately):
    number = settled(place, ana, lately=lately)
    now(6)
    said(place, 0, -6, about=lately, others=4, rest=8, name="n")
    assert look(now, 0, 3, 6) == 0
    assert status(number) == "acted"
    effect = read_actions.effects("riders", [number])[number]
    assert effect.verdict in ("down", "likely_down")


@pytest.mark.django_db
def test_nobody_listening_brings_nothing_back(place, ana, now):
    number = settled(place, ana, lately=6)
    assert look(now, 0, 30, 34) == 0
    assert status(number) == "acted"


@pytest.mark.django_db
def test_leave_it_closed_holds_until_it_is_acted_on_anew(place, ana, now):
    number = settled(place, ana, lately=6)
    now(40)
    said(place, 0, -40, about=6, others=4, rest=8, name="n")
    assert look(now, 0, 3) == 1
    case_watch.leave_closed("riders", number, by=ana)
    assert status(number) == "closed"
    assert read_watch.left_alone("riders", number)
    assert look(now, 10, 20, 30) == 0
    actions.record("riders", number, what="Re-run again.", on=day(-30), by=ana)
    assert not read_watch.left_alone("riders", number)


@pytest.mark.django_db
def test_a_case_closed_without_an_action_comes_back_only_above_what_it_was(place, ana, now):
    number = settled(place, ana, lately=6, quiet=6, status="closed", act=False)
    now(60)
    said(place, 0, -30, about=6, others=4, rest=8, name="n")
    said(place, -30, -60, about=15, others=4, rest=8, name="m")
    assert look(now, 0, 5, 18, 22, 28) == 0
    assert status(number) == "closed"
    assert look(now, 46, 50) == 1
    assert status(number) == "reopened"


@pytest.mark.django_db
def test_each_case_is_looked_at_once_a_day(place, ana, now):
    settled(place, ana, lately=1)
    now(0)
    today = clock.seconds(clock.now()) // clock.DAY
    assert len(read_watch.due("riders", today, 10)) == 1
    look(now, 0)
    assert read_watch.due("riders", today, 10) == []


@pytest.mark.django_db
def test_an_open_case_is_measured_and_never_reopened_and_a_merged_one_is_part_of_another(place, ana, now):
    number = settled(place, ana, lately=6)
    other = cases.open_case("riders", "Still open", by=ana)
    cases.merge("riders", other, number, by=ana)
    now(4)
    said(place, 0, -4, about=6, others=4, rest=8, name="n")
    assert [one.number for one in read_watch.due("riders", 0, 10)] == [other]
    assert look(now, 0, 4) == 0
    assert status(other) == "new"
    assert read_actions.effects("riders", [other])[other].verdict
