"""When a place that failed is tried again, and what the failure is called."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earnest.flow import backoff
from earnest.record.errors import (
    BadFile,
    BadSetting,
    EgressRefused,
    GateFailed,
    MissingExtra,
    SourceBusy,
    SourceGone,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CHANCE = random.Random(7)

VERDICTS = {
    "busy, first": (SourceBusy("x", why="down"), 0, "within 75 s", False, "down"),
    "busy, third in a row": (SourceBusy("x", why="down"), 2, "within 5 min", True, "down"),
    "busy, a hundred in a row": (SourceBusy("x"), 100, "within 8 h", True, "down"),
    "asked to wait half an hour": (SourceBusy("x", after=1_800.0), 0, "1800 s", False, "limited"),
    "asked to wait a year": (SourceBusy("x", after=4e7), 0, "604800 s", False, "limited"),
    "nothing was sent": (SourceBusy("x", after=9.0, why="budget"), 0, "9 s", False, "limited"),
    "forbidden": (SourceGone("x", why="forbidden"), 0, "never", True, "forbidden"),
    "gone": (SourceGone("x"), 0, "never", True, "gone"),
    "too large": (EgressRefused("x", why="too_large"), 0, "within 75 s", True, "too_large"),
    "what came back is no feed": (BadFile("x"), 0, "within 75 s", True, "bad_content"),
    "a setting": (BadSetting("x"), 0, "within 75 s", True, "setup"),
    "an extra": (MissingExtra("x", "y"), 0, "within 75 s", True, "setup"),
    "the gate": (GateFailed("x"), 0, "within 75 s", False, "gate"),
    "a defect of ours": (KeyError("x"), 0, "within 75 s", True, "unexpected"),
}


@pytest.mark.parametrize("name", VERDICTS)
def test_a_failure_has_a_next_try_a_state_and_a_class(name):
    error, failures, when, failed, code = VERDICTS[name]
    told = backoff.judge(error, failures, NOW, CHANCE)
    assert (told.failed, told.code) == (failed, code)
    if when == "never":
        assert told.next_read is None
    elif when.startswith("within"):
        _, number, unit = when.split()
        most = timedelta(seconds=int(number) * {"s": 1, "min": 60, "h": 3_600}[unit])
        assert timedelta(seconds=30) < told.next_read - NOW <= most
    else:
        assert told.next_read - NOW == timedelta(seconds=int(when.split()[0]))


def test_waiting_for_a_budget_is_no_failure_of_the_place():
    assert not backoff.judge(SourceBusy("x", after=9.0, why="budget"), 2, NOW, CHANCE).counts


@given(failures=st.integers(0, 10_000), seed=st.integers())
def test_waits_stay_within_their_bounds_and_are_spread(failures, seed):
    wait = backoff.wait_after(failures, random.Random(seed))
    assert timedelta(seconds=45) <= wait <= backoff.LONGEST_WAIT * 1.25


def test_places_that_failed_together_do_not_come_back_together():
    waits = {round(backoff.wait_after(3, CHANCE).total_seconds()) for _ in range(50)}
    assert len(waits) > 30
