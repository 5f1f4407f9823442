"""Bursts in thousands of sparse series at once: posts an hour of a label, at a place, in a region.

What is expected of a series is learnt from the hours before the day that is judged: its level at each place
(recent weeks count more, single high hours are cut), times the week's shape of all posts together by local
hour and weekday, at the places and in the hours that were heard. Counts vary more than chance: each series
has its own spread, and the fewer posts there were to learn from, the wider it is. A rise is
a window of 1, 3, 6 or 24 hours whose count is so improbable (negative binomial) that all series together are
expected to do so no more often than `budget` times a week where nothing happens (measured in
bench/bench_bursts.py).

Coverage: an hour that is not known is in no sum, neither heard nor expected; in the hours after a gap what
the gap may have held back is expected too; a place counts after a week of known hours. Arrays in, plain
values out.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from math import exp, lgamma, log, log1p
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

K = TypeVar("K", bound=Hashable)
Floats = NDArray[np.float64]

WINDOWS = (1, 3, 6, 24)
DAY, WEEK = 24, 168
RIPE = WEEK
"""Known hours after which a place takes part."""

HALF_LIFE = 14 * DAY
SHAPE_PRIOR = 50.0
"""Posts that each hour of the day and each weekday is thought to have had as usual, beside those it had."""

LEVEL_PRIOR = 0.5
"""Posts that a series is thought to have had beside those it had: nothing is impossible."""

SPREAD, SPREAD_WEIGHT = 0.15, 40.0
"""The least spread (variance beyond chance, in squared expectations) that series are thought to have as a
rule, and how many squared posts of its own outweigh for one what series have as a rule.
"""

LEAST_SPREAD = 0.02

POOLED = 60
"""Series, the busiest, of which the usual spread is learnt."""

TESTS = sum(WEEK / window for window in WINDOWS) * 3.0
"""Independent looks at a series in a week: windows overlap, so there are more than fit side by side."""

CATCH_UP = 48
"""Hours of a gap that may come at once afterwards."""

SURE = 3.0
"""Below so many standard deviations nothing is computed further."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The posts of one series: at which place (row of `Panel.known`), in which hour (column), how many."""

    places: NDArray[np.int64]
    hours: NDArray[np.int64]
    posts: Floats


@dataclass(frozen=True, slots=True)
class Panel:
    """Hours side by side.

    known  (places, hours) whether a place was heard in an hour
    local  (hours,) the hour of the local week, 0 (Monday, midnight) to 167
    all    every post, of which the week's shape is learnt
    """

    known: NDArray[np.bool_]
    local: NDArray[np.int64]
    all: Cells


@dataclass(frozen=True, slots=True)
class Rise(Generic[K]):
    """One series in the hours from `first` to `last` (columns, both included).

    expected  with `low` and `high`, between which 95 of 100 such windows lie where nothing happens
    surprise  -log10 of the chance of so many
    spread    the variance beyond chance, in squared expectations
    """

    key: K
    first: int
    last: int
    seen: float
    expected: float
    low: float
    high: float
    surprise: float
    spread: float

    def surprise_of(self, count: int) -> float:
        """The surprise of another count in the same hours."""
        return -tail(count, self.expected, self.spread) / log(10)


@dataclass(frozen=True, slots=True)
class Course:
    """A series hour by hour: what came, what was expected, and how far apart they may be."""

    seen: Floats
    expected: Floats
    known: NDArray[np.bool_]
    spreads: tuple[float, ...]

    def band(self, first: int, end: int) -> tuple[float, float]:
        """Between which 95 of 100 counts of these hours lie."""
        at = max(number for number, window in enumerate(WINDOWS) if window <= max(end - first, 1))
        return band(float(self.expected[first:end].sum()), self.spreads[at])


def needed(series: int, budget: float) -> float:
    """The surprise from which so many series rise by chance no more than `budget` times a week."""
    return -log(max(budget, 1e-9) / (max(series, 1) * TESTS)) / log(10)


def rises(
    panel: Panel,
    series: Mapping[K, Cells],
    *,
    since: int,
    until: int,
    least: float,
    surprise: float,
) -> list[Rise[K]]:
    """Every window that ends in the columns from `since` to `until` (not included) and rose so surprisingly,
    with `least` posts in it; of the windows that end in one hour the most surprising. In the order of hours.
    """
    found: list[Rise[K]] = []
    day = since
    while day < until:
        # What is expected of a day is learnt from the hours before it, whenever it is asked.
        end = min(until, day + DAY - int(panel.local[day]) % DAY)
        found += _judge(panel, series, day, end, least, surprise)
        day = max(end, day + 1)
    return sorted(found, key=lambda rise: (rise.last, -rise.surprise))


def course(panel: Panel, cells: Cells, *, since: int, until: int, learnt: int | None = None) -> Course:
    """One series over a stretch, by what was usual before its first hour, or before the hour `learnt`."""
    frame = _Frame(panel, since if learnt is None else learnt)
    level = frame.level(cells)
    seen, expected = frame.hours(cells, level, since, until)
    heard: NDArray[np.bool_] = np.any(panel.known[frame.ripe, since:until], axis=0)
    return Course(seen, expected, heard, frame.spread(cells, level))


def band(expected: float, spread: float) -> tuple[float, float]:
    """Between which 95 of 100 counts of that expectation and spread lie."""
    deviation = (expected + spread * expected * expected) ** 0.5
    return max(0.0, expected - 1.96 * deviation), expected + 1.96 * deviation


@dataclass(frozen=True, slots=True)
class _Level:
    """Posts an hour at each place, what nobody can exclude anywhere, and of how many posts both are known."""

    places: Floats
    least: float
    posts: float


class _Frame:
    """What was known before column `at`."""

    def __init__(self, panel: Panel, at: int) -> None:
        self.at = at
        self.local = panel.local
        known = panel.known[:, :at]
        self.ripe: NDArray[np.bool_] = known.sum(axis=1) >= RIPE
        self.exposed = _exposure(panel.known) * self.ripe[:, None]
        calm = (self.exposed[:, :at] == 1.0).astype(np.float64)
        self.shape = self._shape(panel, calm)
        age = at - np.arange(at)
        weight = 0.5 ** (age / HALF_LIFE) * self.shape[self.local[:at]]
        self.weighed: Floats = (calm @ weight).astype(np.float64)
        self.any = max(float((calm.max(axis=0, initial=0.0) * weight).sum()), 1.0)
        self.calm = calm
        self.pooled: tuple[float, ...] = (SPREAD,) * len(WINDOWS)

    def _shape(self, panel: Panel, calm: Floats) -> Floats:
        """How many times the mean each hour of the local week has: hour of day times weekday."""
        local = self.local[: self.at]
        before = panel.all.hours < self.at
        places, hours = panel.all.places[before], panel.all.hours[before]
        heard = calm.sum(axis=1)
        posts = panel.all.posts[before] * calm[places, hours]
        rate = np.bincount(places, posts, len(heard)) / np.maximum(heard, 1.0)
        posts = np.minimum(posts, 6.0 * rate[places] + 6.0)
        expected = rate @ calm
        daily = _ratio(local % DAY, hours, posts, expected, DAY)
        weekly = _ratio(local // DAY, hours, posts, expected * daily[local % DAY], WEEK // DAY)
        shape: Floats = np.outer(weekly, daily).ravel().astype(np.float64)
        return shape

    def level(self, cells: Cells) -> _Level:
        """The level of a series, single high hours cut to what is usual for it."""
        before = cells.hours < self.at
        places, hours, posts = cells.places[before], cells.hours[before], cells.posts[before]
        weight = 0.5 ** ((self.at - hours) / HALF_LIFE) * self.calm[places, hours]
        below = np.maximum(self.weighed, 1.0)
        level: Floats = np.bincount(places, posts * weight, len(below)) / below
        usual = level[places] * self.shape[self.local[hours]]
        cut = np.minimum(posts, usual + 3.0 * np.sqrt(usual + SPREAD * usual * usual) + 2.0)
        level = np.bincount(places, cut * weight, len(below)) / below
        return _Level(level, LEVEL_PRIOR / self.any, float((cut * weight).sum()) + LEVEL_PRIOR)

    def hours(self, cells: Cells, level: _Level, since: int, until: int) -> tuple[Floats, Floats]:
        """What came and what was expected in each hour of a stretch."""
        inside = (cells.hours >= since) & (cells.hours < until) & self.ripe[cells.places]
        seen = np.bincount(cells.hours[inside] - since, cells.posts[inside], until - since).astype(np.float64)
        exposed = self.exposed[:, since:until]
        expected = level.places @ exposed + level.least * exposed.max(axis=0, initial=0.0)
        return seen, expected * self.shape[self.local[since:until]]

    def spread(self, cells: Cells, level: _Level) -> tuple[float, ...]:
        """The spread of each window's counts, that of not knowing the level included."""
        moments = zip(self._moments(cells, level), self.pooled, strict=True)
        return tuple(
            max((beyond + pooled * SPREAD_WEIGHT) / (squares + SPREAD_WEIGHT), LEAST_SPREAD)
            + 1.0 / level.posts
            for (beyond, squares), pooled in moments
        )

    def pool(self, series: Iterable[Cells]) -> None:
        """Learn the spread that series have here as a rule: of those that say most about it."""
        busiest = sorted(series, key=lambda cells: -float(cells.posts.sum()))[:POOLED]
        found = [self._moments(cells, self.level(cells)) for cells in busiest]
        self.pooled = tuple(
            max(SPREAD, sum(one[at][0] for one in found) / (sum(one[at][1] for one in found) + SPREAD_WEIGHT))
            for at in range(len(WINDOWS))
        )

    def _moments(self, cells: Cells, level: _Level) -> list[tuple[float, float]]:
        """Of each window: the squared distances beyond those of chance, and the squared expectations."""
        seen, expected = self.hours(cells, level, 0, self.at)
        found = []
        for window in WINDOWS:
            rest = self.at % window
            came = seen[rest:].reshape(-1, window).sum(axis=1)
            thought = expected[rest:].reshape(-1, window).sum(axis=1)
            far = np.minimum((came - thought) ** 2, 25.0 * (thought + SPREAD * thought**2))
            found.append((float((far - thought).sum()), float((thought**2).sum())))
        return found


def _judge(
    panel: Panel, series: Mapping[K, Cells], since: int, until: int, least: float, surprise: float
) -> list[Rise[K]]:
    """The rises of a day's hours, learnt from the hours before it."""
    first = max(0, since - max(WINDOWS) + 1)
    frame = _Frame(panel, since)
    found: list[Rise[K]] = []
    if not frame.ripe.any():
        return found
    frame.pool(series.values())
    for key, cells in series.items():
        inside = (cells.hours >= first) & (cells.hours < until)
        if float(cells.posts[inside].sum()) < least or not (cells.hours[inside] >= since).any():
            continue
        level = frame.level(cells)
        seen, expected = frame.hours(cells, level, first, until)
        best: dict[int, Rise[K]] = {}
        for window, spread in zip(WINDOWS, frame.spread(cells, level), strict=True):
            for rise in _windows(key, seen, expected, window, spread, first, since, least, surprise):
                if rise.last not in best or best[rise.last].surprise < rise.surprise:
                    best[rise.last] = rise
        found += best.values()
    return found


def _windows(
    key: K,
    seen: Floats,
    expected: Floats,
    window: int,
    spread: float,
    first: int,
    since: int,
    least: float,
    surprise: float,
) -> list[Rise[K]]:
    """The windows of one length that rose. Those that end with an hour without a post do not rise in it."""
    came, thought = _sums(seen, window), _sums(expected, window)
    deviation = np.sqrt(thought + spread * thought * thought)
    high = (came >= least) & (came > thought + SURE * deviation) & (seen > 0)
    high[: since - first] = False
    found = []
    for at in np.flatnonzero(high).tolist():
        chance = -tail(int(came[at]), float(thought[at]), spread) / log(10)
        if chance >= surprise:
            low, top = band(float(thought[at]), spread)
            found.append(
                Rise(
                    key,
                    first + max(0, at - window + 1),
                    first + at,
                    float(came[at]),
                    float(thought[at]),
                    low,
                    top,
                    chance,
                    spread,
                )
            )
    return found


def _sums(hours: Floats, window: int) -> Floats:
    """The sum of each hour with those before it, `window` together."""
    total = np.concatenate(([0.0], np.cumsum(hours)))
    ends = np.arange(1, len(hours) + 1)
    sums: Floats = total[ends] - total[np.maximum(ends - window, 0)]
    return sums


def _ratio(
    slots: NDArray[np.int64], hours: NDArray[np.int64], posts: Floats, expected: Floats, many: int
) -> Floats:
    came = np.bincount(slots[hours], posts, many)
    thought = np.bincount(slots, expected, many)
    ratio: Floats = (came + SHAPE_PRIOR) / (thought + SHAPE_PRIOR)
    return ratio


def _exposure(known: NDArray[np.bool_]) -> Floats:
    """How many hours' worth of posts each hour may hold: 0 unknown, 1 as a rule, more after a gap.

    A place of which most hours are unknown has no gaps: it is only known where somebody spoke.
    """
    exposure = known.astype(np.float64)
    for place, hours in enumerate(known):
        at = np.flatnonzero(hours)
        if not len(at):
            continue
        starts = at[1:][np.diff(at) > 1]
        gaps = np.diff(at)[np.diff(at) > 1] - 1
        for start, gap in zip(starts.tolist(), gaps.tolist(), strict=True):
            heard = int(np.count_nonzero(hours[at[0] : start]))
            if heard * 2 < start - int(at[0]):
                continue
            held = min(gap, CATCH_UP)
            after = np.arange(start, min(start + held, len(hours)))
            exposure[place, after] += held / (1.0 + after - start) * hours[after]
    return exposure


def tail(count: int, mean: float, spread: float) -> float:
    """The logarithm of the chance of `count` or more: negative binomial, Poisson where the spread is none."""
    if count <= 0:
        return 0.0
    mean = max(mean, 1e-12)
    if count <= mean:
        below = sum(map(exp, _terms(count - 1, mean, spread, up=False)))
        return log1p(-min(below, 1.0 - 1e-15))
    return min(0.0, _sum(_terms(count, mean, spread, up=True)))


def _terms(count: int, mean: float, spread: float, *, up: bool) -> list[float]:
    """Logarithms of the chances of `count` itself and of those above (or below) it, until they vanish."""
    size = 1.0 / max(spread, 1e-9)
    share = mean / (size + mean)
    here = lgamma(count + size) - lgamma(size) - lgamma(count + 1) - size * log1p(mean / size)
    here = first = here + count * log(share)
    found = [here]
    for _ in range(20_000):
        if up:
            here += log((count + size) / (count + 1) * share)
            count += 1
        elif count:
            here -= log((count - 1 + size) / count * share)
            count -= 1
        else:
            break
        found.append(here)
        if here < first - 30.0 and here < found[-2]:
            break
    return found


def _sum(logarithms: list[float]) -> float:
    most = max(logarithms)
    return most + log(sum(exp(one - most) for one in logarithms))
