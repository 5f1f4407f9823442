"""When a step is taken: quiet hours by the clock on the wall, deadlines, and the whole ladder against a
model.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.desk import ladder
from earnest.desk.ladder import Ladder, Rung
from earnest.desk.quiet_hours import Quiet

BERLIN = "Europe/Berlin"
NIGHT = Quiet(22 * 60, 7 * 60, BERLIN)


def at(text, zone="UTC"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


class TestQuietHours:
    @pytest.mark.parametrize(
        ("when", "then"),
        [
            pytest.param("2026-05-04 21:59", "2026-05-04 21:59", id="just before they begin"),
            pytest.param("2026-05-04 22:00", "2026-05-05 07:00", id="as they begin"),
            pytest.param("2026-05-05 06:59", "2026-05-05 07:00", id="just before they end"),
            pytest.param("2026-05-05 07:00", "2026-05-05 07:00", id="as they end"),
            pytest.param(
                "2026-03-28 23:30", "2026-03-29 07:00", id="the night in which the clock goes forward"
            ),
            pytest.param("2026-10-24 23:30", "2026-10-25 07:00", id="the night in which it goes back"),
        ],
    )
    def test_what_falls_into_the_night_waits_for_the_morning(self, when, then):
        assert NIGHT.after(at(when, BERLIN)) == at(then, BERLIN)

    def test_an_end_that_the_clock_skips_is_the_first_moment_after_it(self):
        early = Quiet(0, 2 * 60 + 30, BERLIN)  # 02:30 is not there on 29 March
        found = early.after(at("2026-03-29 01:15", BERLIN))
        assert not early.holds(found)
        assert found == at("2026-03-29 03:30", BERLIN)

    def test_an_hour_that_the_clock_shows_twice_is_quiet_twice(self):
        early = Quiet(0, 2 * 60 + 30, BERLIN)
        again = datetime(2026, 10, 25, 2, 15, tzinfo=ZoneInfo(BERLIN), fold=1).astimezone(UTC)
        assert early.holds(again)
        second = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo(BERLIN), fold=1)
        assert early.after(again) == second.astimezone(UTC)

    @given(
        st.integers(0, 1439),
        st.integers(0, 1439),
        st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
        st.integers(0, 365 * 24 * 60),
    )
    def test_what_comes_after_them_is_never_quiet_never_before_and_within_a_day(self, begin, end, zone, when):
        quiet = Quiet(begin, end, zone)
        now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=when)
        found = quiet.after(now)
        assert not quiet.holds(found)
        assert now <= found <= now + timedelta(hours=26)
        assert found == now or quiet.holds(now)


LADDER = Ladder((Rung("team", 240), Rung("lead", 240), Rung("leadership")), NIGHT)


class TestDeadlines:
    @pytest.mark.parametrize(
        ("taken", "due"),
        [
            pytest.param("2026-05-04 12:00", "2026-05-04 16:00", id="by day four hours are four hours"),
            pytest.param(
                "2026-05-04 19:30", "2026-05-05 07:00", id="a deadline at night waits for the morning"
            ),
        ],
    )
    def test_an_answer_is_asked_for_until(self, taken, due):
        assert ladder.deadline(LADDER, 0, at(taken, BERLIN)) == at(due, BERLIN)

    def test_severe_passes_where_the_route_says_so(self):
        passes = Ladder(LADDER.rungs, NIGHT, passes=True)
        night = at("2026-05-04 23:00", BERLIN)
        assert ladder.begin(passes, night) == night
        assert ladder.begin(LADDER, night) == at("2026-05-05 07:00", BERLIN)

    def test_the_last_step_climbs_no_further(self):
        assert ladder.next_due(LADDER, 2, at("2026-05-04 12:00")) is None

    def test_its_whole_course_if_nobody_answers(self):
        told = ladder.course(LADDER, at("2026-05-04 16:00", BERLIN))
        assert [(who, when.astimezone(ZoneInfo(BERLIN)).strftime("%d %H:%M")) for who, when in told] == [
            ("team", "04 16:00"),
            ("lead", "04 20:00"),
            ("leadership", "05 07:00"),
        ]

    def test_a_clock_that_was_set_back_makes_nobody_wait_longer_than_the_step_says(self):
        now, taken = at("2026-05-04 09:00", BERLIN), at("2026-05-04 12:00", BERLIN)
        due = ladder.anchored(LADDER, 0, taken, at("2026-05-04 16:00", BERLIN), now)
        assert due == at("2026-05-04 13:00", BERLIN)


@given(
    st.lists(st.integers(1, 900), min_size=0, max_size=2),
    st.booleans(),
    st.none() | st.tuples(st.integers(0, 1439), st.integers(0, 1439), st.sampled_from([BERLIN, "UTC"])),
    st.booleans(),
)
@settings(max_examples=60)
def test_a_ladder_survives_its_row(waits, last, quiet, passes):
    whos = ("team", "lead", "leadership")
    rungs = tuple(Rung(whos[i], wait, ("a",) if i else ()) for i, wait in enumerate(waits))
    rungs += (Rung(whos[len(waits)], 60 if last else 0),)
    one = Ladder(rungs, None if quiet is None else Quiet(*quiet), passes, "team")
    assert ladder.of_plain(one.plain()) == one
