"""Bursts in a series and in many: causal, at home with gaps, seasons and clocks, and always a number."""

import math
import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.understand.bursts import DAY, HOUR, Watch, scores
from earnest.understand.bursts_panel import Cells, Panel, band, needed, rises, tail

FIVE = 300.0
values = st.one_of(
    st.none(), st.integers(0, 50).map(float), st.floats(allow_nan=True, allow_infinity=True), st.just(1e308)
)


def daily(days: int, seed: int = 3, interval: float = FIVE) -> list[tuple[float, float | None]]:
    """Counts that follow the hour of the day and the weekday, with chance around them."""
    chance = random.Random(seed)
    found: list[tuple[float, float | None]] = []
    for row in range(int(days * DAY / interval)):
        at = row * interval
        level = 20 * (1.2 + math.sin(at / DAY * 2 * math.pi)) * (0.5 if at // DAY % 7 >= 5 else 1)
        found.append((at, float(max(0, round(chance.gauss(level, level**0.5))))))
    return found


def burst(rows: list[tuple[float, float | None]], day: float, times: float, hours: float = 2):
    """The same with `times` as many from that day on, for some hours."""
    return [
        (at, value * times if value is not None and day * DAY <= at < day * DAY + hours * HOUR else value)
        for at, value in rows
    ]


def told(rows, least: float = 0.3) -> list[float]:
    """The days in which something is told."""
    return [at / DAY for (at, _), score in zip(rows, scores(rows), strict=True) if score >= least]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.5, 90_000), values), max_size=60),
    st.integers(0, 60),
)
def test_a_prefix_has_the_scores_of_the_whole_and_each_is_a_number_from_0_to_1(steps, cut):
    at, rows = 0.0, []
    for step, value in steps:
        at += step
        rows.append((at, value))
    whole = list(scores(rows))
    assert all(0.0 <= score < 1.0 for score in whole)
    assert list(scores(rows[:cut])) == whole[:cut]


def test_a_long_series_is_causal_too():
    rows = burst(daily(12), 9.1, 6)
    whole = list(scores(rows))
    for cut in (1, 500, 1_700, 2_620, 2_700):
        assert list(scores(rows[:cut])) == whole[:cut]


def test_a_burst_is_told_early_and_once():
    days = told(burst(daily(14), 10.5, 8))
    assert days
    assert 10.5 <= days[0] <= 10.5 + 1 / 24
    assert all(later - first < 0.2 for first, later in pairwise(days))


QUIET = {
    "the hours of the day and the weekend": daily(20),
    "a constant": [(at * FIVE, 7.0) for at in range(4_000)],
    "nothing at all": [(at * FIVE, 0.0) for at in range(4_000)],
    "a fall": burst(daily(14), 10.5, 0.05, hours=24),
    "a place that is not heard for a day": [
        (at, None if 10 * DAY <= at < 11 * DAY else value) for at, value in daily(14)
    ],
    "rows that are missing for a day": [row for row in daily(14) if not 10 * DAY <= row[0] < 11 * DAY],
    "hours instead of minutes": daily(60, interval=HOUR),
    "days instead of minutes": daily(400, interval=DAY),
    "one row": [(0.0, 1e9)],
    "values that are not known": [(at * FIVE, None) for at in range(500)],
}


@pytest.mark.parametrize("rows", QUIET.values(), ids=QUIET.keys())
def test_what_is_no_burst_is_not_told(rows):
    assert told(rows) == []


def test_what_was_held_back_by_a_gap_is_no_burst():
    rows = daily(14)
    missing = [value or 0 for at, value in rows if 10 * DAY <= at < 10.5 * DAY]
    rows = [row for row in rows if not 10 * DAY <= row[0] < 10.5 * DAY]
    at = next(number for number, (at, _) in enumerate(rows) if at >= 10.5 * DAY)
    late = [*rows[:at], (rows[at][0], float(sum(missing))), *rows[at + 1 :]]
    assert told(late) == []
    spread = list(rows)
    for number in range(12):
        spread[at + number] = (rows[at + number][0], sum(missing) / 12)
    assert told(spread) == []


def test_a_burst_after_a_gap_is_told_once_the_gap_is_made_up_for():
    rows = [row for row in burst(daily(16), 11.2, 10, hours=6) if not 10 * DAY <= row[0] < 10.1 * DAY]
    assert told(rows)


def test_a_clock_that_is_set_back_goes_on_and_one_that_jumps_far_is_refused():
    watch = Watch()
    for at in (0.0, HOUR, 2 * HOUR, 2 * HOUR, 1.5 * HOUR, 3 * HOUR):
        assert watch.hear(at, 5.0) == 0.0
    for bad in (-10 * DAY, math.nan, math.inf):
        with pytest.raises(ValueError, match=r"earlier|no time"):
            watch.hear(bad, 5.0)
    assert watch.hear(6 * HOUR, 5.0) == 0.0


# ---- many sparse series at once

WEEKS = 6
COLUMNS = WEEKS * 168


def cells(counts) -> Cells:
    """One place's posts by hour."""
    hours = np.flatnonzero(counts)
    return Cells(np.zeros(len(hours), np.int64), hours, np.asarray(counts, float)[hours])


def panel(counts, known=None) -> Panel:
    heard = np.ones((1, len(counts)), bool) if known is None else known[None, :]
    return Panel(heard, np.arange(len(counts)) % 168, cells(counts))


def usual(rate: float, seed: int = 1) -> np.ndarray:
    hours = np.arange(COLUMNS)
    return np.random.default_rng(seed).poisson(rate * (1 + 0.8 * np.sin(hours / 24 * 2 * np.pi)))


def found(counts, known=None, budget: float = 0.5, series: int = 100, since: int = 2 * 168):
    shown = panel(counts, known)
    return rises(
        shown,
        {"one": cells(np.where(shown.known[0], counts, 0))},
        since=since,
        until=len(counts),
        least=5,
        surprise=needed(series, budget),
    )


@pytest.mark.parametrize("rate", [0.02, 0.5, 5.0, 80.0])
def test_a_sparse_and_a_busy_series_both_tell_of_a_rise(rate):
    counts = usual(rate)
    counts[900:904] += int(6 + 3 * rate)
    told_at = [rise.last for rise in found(counts)]
    assert told_at
    assert 900 <= min(told_at) <= 904
    assert max(told_at) < 904 + 24
    best = max(found(counts), key=lambda rise: rise.surprise)
    assert best.low <= best.expected <= best.high < best.seen


PANELS = {
    "as usual": (usual(2.0), None),
    "an outage": (
        np.where((np.arange(COLUMNS) // 30) == 28, 0, usual(2.0)),
        (np.arange(COLUMNS) // 30) != 28,
    ),
    "nothing known at all": (np.zeros(COLUMNS), np.zeros(COLUMNS, bool)),
    "known for three days only": (usual(2.0), np.arange(COLUMNS) >= COLUMNS - 72),
}


@pytest.mark.parametrize(("counts", "known"), PANELS.values(), ids=PANELS.keys())
def test_what_is_as_usual_or_not_heard_rises_nowhere(counts, known):
    assert found(counts, known) == []


def test_what_comes_at_once_after_a_gap_is_no_rise():
    counts, known = usual(2.0), np.ones(COLUMNS, bool)
    held = counts[800:830].sum()
    known[800:830], counts[800:830] = False, 0
    counts[830] += held
    assert found(counts, known) == []


def test_rises_of_a_day_do_not_change_with_what_comes_after_it():
    counts = usual(1.0)
    counts[700:703] += 12
    whole = [rise for rise in found(counts) if rise.last < 720]
    assert whole
    assert found(counts[:720]) == whole


@given(st.integers(1, 300), st.floats(1e-9, 300), st.floats(0, 3))
def test_the_tail_of_a_count_is_the_logarithm_of_a_chance(count, mean, spread):
    chance = tail(count, mean, spread)
    assert math.isfinite(chance)
    assert chance <= 0
    assert tail(count + 1, mean, spread) <= chance + 1e-6 * max(1.0, -chance)
    low, high = band(mean, spread)
    assert 0 <= low <= mean <= high


@pytest.mark.parametrize(
    ("count", "mean", "chance"), [(1, 1.0, 0.632121), (5, 2.0, 0.052653), (20, 5.0, 3.452e-7)]
)
def test_without_spread_the_tail_is_that_of_poisson(count, mean, chance):
    assert math.exp(tail(count, mean, 0.0)) == pytest.approx(chance, rel=1e-3)


@pytest.mark.parametrize("spread", [0.0, 0.2], ids=["by chance alone", "more than chance"])
def test_false_alerts_stay_within_the_budget(spread):
    chance = np.random.default_rng(11)
    hours, many, budget = 168 * 6, 150, 2.0
    shape = 1 + 0.8 * np.sin(np.arange(hours) / 24 * 2 * np.pi)
    series = {}
    every = np.zeros(hours)
    for number in range(many):
        rate = math.exp(chance.normal(-2, 1.3)) * shape
        if spread:
            rate = rate * chance.gamma(1 / spread, spread, hours)
        counts = chance.poisson(rate)
        series[number] = cells(counts)
        every += counts
    told_of = rises(
        Panel(np.ones((1, hours), bool), np.arange(hours) % 168, cells(every)),
        series,
        since=168 * 3,
        until=hours,
        least=5,
        surprise=needed(many, budget),
    )
    days = {(rise.key, rise.last // 24) for rise in told_of}
    assert len(days) <= budget * 3
