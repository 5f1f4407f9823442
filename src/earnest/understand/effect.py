"""Did it help? Complaints on one matter before and after something was done, held against everything else.

    judge(heard, acted=(day, day), today=day) -> Effect

What is compared is a *ratio of shares*: the matter's complaints for every other post at the same place, after
against before. So it is corrected for how much was said and for what was heard: a place or hour that was not
heard has neither complaints nor other posts, and a place that was heard on one side only takes no part
(Mantel and Haenszel 1959, over places). A second ratio has only the *other complaints* underneath: where all
complaints fell alike, it says so, and a general fall is not taken for an effect.

Days are no independent witnesses: one bad evening brings forty posts. The interval is a score interval whose
variance is multiplied by how much weeks, and days, scatter around their level beyond chance (the larger of
the two, never below 1), with Student's quantile for as few weeks as there are. `bench/bench_outcome.py`
counts how often it holds the truth.

It moves in whole weeks from the day of the action: a Sunday is never held against a Monday, and who looks
every morning does not see chance change its mind every morning. It says *after*, never *because*.
"""

from dataclasses import dataclass
from math import ceil, sqrt
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from earnest.understand.effect_ratio import Compared, Counts, Ratio, Side, compare, student

__all__ = ["Effect", "Heard", "Ratio", "Week", "judge"]

Verdict = Literal["down", "likely_down", "same", "up", "general", "unclear", "waiting", "unheard", "seldom"]
Part = Literal["before", "between", "after"]

BEFORE, AFTER = 8, 8
"""Whole weeks that are looked at on either side, at most."""
LEAST_BEFORE, LEAST_AFTER = 3, 2
"""Weeks that must have been heard on either side before anything is told."""
LISTENED = 0.5
"""A week was heard where something is known of so many of the days of the places that were heard at all."""
EXPECTED = 8.0
"""Complaints that would have come after, had nothing changed: with fewer, chance says more than a change."""
LIKELY = 0.90
"""The level of one end for "likely down"; "down" and "up" take 0.95, the end of a 90 % interval."""
SAME = (0.75, 1.0 / 0.75)
"""An interval that lies within is told as no change."""
LATELY = 2
"""Weeks before the action that are held against those before them, for what was going on already."""


class Heard(Protocol):
    """What was counted, by day (rows, from the day number `first`) and place (columns).

    about   complaints on the matter
    others  complaints on anything else
    rest    all other posts, the other complaints among them
    known   which share of the day's hours is known (observed, or verified empty), 0 to 1
    """

    @property
    def first(self) -> int: ...
    @property
    def about(self) -> Counts: ...
    @property
    def others(self) -> Counts: ...
    @property
    def rest(self) -> Counts: ...
    @property
    def known(self) -> npt.NDArray[np.float64]: ...


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from `first` (fewer between two actions).

    about  complaints on the matter, to be held against a floor before anything is shown
    rate   of them for every 1,000 other posts, with its interval; None where the week was not heard
    """

    first: int
    days: int
    part: Part
    about: int
    rate: float | None
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True, slots=True)
class Effect:
    """What can be said.

    own       the matter's share of what is said, after against before; None where it is not told
    against   the same held against other complaints; None also where there are none
    rates     complaints for every 1,000 other posts (value, low, high), before and after
    heard     how many weeks were heard before and after
    tells     the first day on which it may be told, while it waits
    rising    it had been rising in the two weeks before: part of a fall may be the end of a flare-up
    falling   it was falling already
    left_out  places (columns) that were heard on one side only
    weeks     of both sides, the oldest first
    """

    verdict: Verdict
    weeks: tuple[Week, ...]
    heard: tuple[int, int]
    own: Ratio | None = None
    against: Ratio | None = None
    rates: tuple[Ratio, Ratio | None] | None = None
    tells: int | None = None
    rising: bool = False
    falling: bool = False
    left_out: tuple[int, ...] = ()


def judge(heard: Heard, *, acted: tuple[int, int], today: int) -> Effect:
    """What happened to complaints on a matter. `acted`: the first and last day on which something was done;
    they and the days between them belong to neither side. `today` is not over and takes no part.
    """
    before, after = _before(heard, acted[0]), _after(heard, acted[1], today)
    own = compare(heard.about, heard.rest, before, after)
    weeks = _weeks(heard, before, after, acted, own.scatter if own else 1.0)
    known = _heard(weeks, "before"), _heard(weeks, "after")
    if known[0] < LEAST_BEFORE:
        return Effect("unheard", weeks, known)
    each = _each_week(heard, before, known[0])
    if each * AFTER < EXPECTED:
        return Effect("seldom", weeks, known)
    needed = max(LEAST_AFTER, ceil(EXPECTED / each))
    passed = len(after.rows) // 7
    if known[1] < needed and passed < AFTER:
        return Effect("waiting", weeks, known, tells=acted[1] + 1 + 7 * (passed + needed - known[1]))
    against = compare(heard.about, heard.others, before, after)
    if own is None or known[1] < LEAST_AFTER:
        return Effect("unheard", weeks, known)
    rising, falling = _tendency(heard, before)
    return Effect(
        _verdict(own, against),
        weeks,
        known,
        own.ratio(),
        None if against is None else against.ratio(),
        _levels(heard, before, after, own),
        rising=rising,
        falling=falling,
        left_out=_left_out(heard, before, after),
    )


def level(
    heard: Heard, *, before: tuple[int, int], lately: tuple[int, int], sure: float, others: bool = False
) -> Ratio | None:
    """How high complaints are in the days `lately` (first, and the one after the last) against those of
    `before`: the ratio, each end of its interval at the level `sure`. `others`: held against other
    complaints. None where it cannot be told.
    """
    under = heard.others if others else heard.rest
    found = compare(heard.about, under, _span(heard, *before), _span(heard, *lately))
    return None if found is None else found.ratio(sure)


def _span(heard: Heard, first: int, end: int) -> Side:
    rows = np.arange(max(0, first - heard.first), max(0, min(len(heard.about), end - heard.first)))
    return Side(rows, (rows - rows[0]) // 7 if len(rows) else rows)


def _before(heard: Heard, acted: int) -> Side:
    """Whole weeks up to the day before it was done."""
    end = acted - heard.first
    weeks = min(BEFORE, end // 7)
    rows = np.arange(end - 7 * weeks, end)
    return Side(rows, (rows - rows[0]) // 7 if len(rows) else rows)


def _after(heard: Heard, acted: int, today: int) -> Side:
    """Whole weeks from the day after."""
    first = acted + 1 - heard.first
    weeks = max(0, min(AFTER, (min(today - heard.first, len(heard.about)) - first) // 7))
    rows = np.arange(first, first + 7 * weeks)
    return Side(rows, (rows - first) // 7)


def _weeks(
    heard: Heard, before: Side, after: Side, acted: tuple[int, int], scatter: float
) -> tuple[Week, ...]:
    used: npt.NDArray[np.bool_] = np.any(heard.known > 0, axis=0)
    found = [
        _week(heard, rows, "before", used, scatter)
        for rows in np.split(before.rows, len(before.rows) // 7 or 1)
    ]
    days = range(acted[0] - heard.first, acted[1] - heard.first + 1)
    for first in range(days.start, days.stop, 7):
        rows = np.arange(first, min(first + 7, days.stop, len(heard.about)))
        if len(rows):
            found.append(_week(heard, rows, "between", used, scatter))
    found += [
        _week(heard, rows, "after", used, scatter) for rows in np.split(after.rows, len(after.rows) // 7 or 1)
    ]
    return tuple(week for week in found if week.days)


def _week(heard: Heard, rows: Counts, part: Part, used: npt.NDArray[np.bool_], scatter: float) -> Week:
    """One week with its rate; the interval is of this week alone, widened by the scatter of all."""
    if not len(rows):
        return Week(heard.first, 0, part, 0, None)
    first, about = heard.first + int(rows[0]), int(heard.about[rows].sum())
    rest = int(heard.rest[rows].sum())
    listened = (heard.known[rows][:, used] > 0).mean() if used.any() else 0.0
    if listened < LISTENED or not rest:
        return Week(first, len(rows), part, about, None)
    slack = student(0.95, 30) ** 2 * scatter
    middle, half = about + slack / 2, sqrt(slack * about + slack**2 / 4)
    low, high = (max(0.0, middle - half), middle + half)
    return Week(first, len(rows), part, about, *(1000.0 * count / rest for count in (about, low, high)))


def _heard(weeks: tuple[Week, ...], part: Part) -> int:
    return sum(week.rate is not None for week in weeks if week.part == part)


def _each_week(heard: Heard, before: Side, weeks: int) -> float:
    """Complaints of a usual week before."""
    return float(heard.about[before.rows].sum()) / max(1, weeks)


def _verdict(own: Compared, against: Compared | None) -> Verdict:
    """Both ratios must agree before a change is told: the share of what is said, and of what is complained
    about.
    """
    sure, beside = own.ratio(), None if against is None else against.ratio()
    if SAME[0] <= sure.low and sure.high <= SAME[1]:
        return "same"
    if sure.high < 1 and (beside is None or beside.high < 1):
        return "down"
    if sure.low > 1 and (beside is None or beside.low > 1):
        return "up"
    if own.ratio(LIKELY).high < 1 and (against is None or against.ratio(LIKELY).high < 1):
        return "likely_down"
    if sure.high < 1 and beside is not None and beside.value > sqrt(sure.value):
        return "general"
    return "unclear"


def _levels(heard: Heard, before: Side, after: Side, own: Compared) -> tuple[Ratio, Ratio]:
    """Complaints for every 1,000 other posts, before and after, at the places that were heard on both sides:
    the level after is the one before times the ratio, so that both tell the same.
    """
    both = (heard.rest[before.rows].sum(0) > 0) & (heard.rest[after.rows].sum(0) > 0)
    count, rest = heard.about[before.rows][:, both].sum(), heard.rest[before.rows][:, both].sum()
    slack = student(0.95, own.freedom) ** 2 * own.scatter
    middle, half = count + slack / 2, sqrt(slack * count + slack**2 / 4)
    was = Ratio(*(float(1000 * number / rest) for number in (count, max(0.0, middle - half), middle + half)))
    seen = own.ratio()
    return was, Ratio(was.value * seen.value, was.value * seen.low, was.value * seen.high)


def _tendency(heard: Heard, before: Side) -> tuple[bool, bool]:
    """Whether it was rising, or falling, in the last weeks before, held against those before them."""
    split = len(before.rows) - 7 * LATELY
    if split < 7 * LATELY:
        return False, False
    sides = Side(before.rows[:split], before.weeks[:split]), Side(before.rows[split:], before.weeks[split:])
    found = compare(heard.about, heard.rest, *sides)
    if found is None:
        return False, False
    seen = found.ratio()
    return seen.low > 1, seen.high < 1


def _left_out(heard: Heard, before: Side, after: Side) -> tuple[int, ...]:
    sides = [heard.rest[side.rows].sum(0) > 0 for side in (before, after)]
    return tuple(int(place) for place in np.flatnonzero(sides[0] != sides[1]))
