"""Bursts in one series of counts, told as it comes: nothing after a row can change its score.

    watch = Watch()
    score = watch.hear(1_700_000_000, 12)      # seconds, count; None is "not known"

How: the logarithm of the mean of the last 5 minutes is held against what is usual for the *highest* moments:
the maxima of blocks of 6 hours over the last 5, 10 and 20 days. By how many times the distance from their
median to their 80th percentile does the present stand above the median? All three horizons must agree: the
least counts. The same with the last 15 minutes and the last hour, and with blocks of 12 hours, since nobody
knows how long a burst will be: the mean of the six counts. Daily and weekly peaks are among the maxima, so
they are no bursts.

A scale of few maxima can be far too small or too large, and differs between series. So what stands above the
maxima is also held against *every* moment: by how many standard deviations do the last 15 minutes and the
last hour stand above the mean of some ten days, in logarithms? Half of the answer is of each kind, so that
scores of different series compare better. After an alert only a clearly higher level is told, by a bar that
sinks to nothing within a day: one alert a burst.

Gaps: what is not known is neither a drop nor part of a maximum, and what comes after a gap is spread over it,
so a source that catches up is no burst. The constants were chosen on five series of the Numenta benchmark and
matter little around their values (docs/benchmarks.md). Memory: 20 days of maxima.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from math import fsum, inf, isfinite, log1p, sqrt
from statistics import median

HOUR, DAY = 3_600.0, 86_400.0
BLOCKS = (6 * HOUR, 12 * HOUR)
HORIZONS = (5 * DAY, 10 * DAY, 20 * DAY)

HIGH = 0.8
"""The quantile of maxima whose distance from their median is the scale."""

SPANS = (300.0, 900.0, HOUR)
"""Seconds over which counts are averaged."""

STEADY = 900.0
"""Means over at least so many seconds are also held against every moment; shorter ones jump too much."""

USUAL, DEVIATIONS = 10 * DAY, 2.5
"""The time constant of what is usual at every moment, and how many standard deviations weigh as one scale."""

OF_HIGHS = 1 / (2 * len(SPANS) * len(BLOCKS))
OF_ALL = 1 / (2 * DEVIATIONS * sum(span >= STEADY for span in SPANS))

FAINT = 0.1
"""Added to scale and deviation (in logarithms): a series that is always alike is not infinitely sure."""

REST, TIMES = DAY, 1.5
"""After a score the bar for the next is so many times as high; it sinks to nothing in a day."""

LEAST = 0.5
"""Below so many scales nothing is told."""

HALF = 4.0
"""So many scales make a score of one half."""

ROWS = 6
"""The fewest rows a block must span: rarer series get longer blocks."""

FIRST = 12
"""The fewest rows that say what is usual."""

BACK = 2 * HOUR
"""A wall clock that is set back (the end of summer time) is so by at most this."""

HUGE = 1e300


class Watch:
    """One series. Hand in its rows in order; each gets its score, from 0 (nothing) to 1."""

    def __init__(self) -> None:
        self._now: float | None = None
        self._known: float | None = None
        self._shift = 0.0
        self._interval = 0.0
        self._deltas: deque[float] = deque(maxlen=25)
        self._gap = self._after = self._heard = 0.0
        self._levels: tuple[Level, ...] = ()
        self._record = self._told = 0.0

    def hear(self, at: float, value: float | None) -> float:
        """The score of one row. `at` in seconds; a `value` that is None or not finite is not known.

        Raises ValueError for a time that is none, or lies before the row before by more than a change of
        clocks; the row then counts as never handed in.
        """
        at = self._forward(at)
        if value is None or not isfinite(value):
            return 0.0
        value = min(max(value, -HUGE), HUGE)
        if self._known is not None:
            elapsed = at - self._known
            self._measure(elapsed)
            if elapsed > 1.5 * self._interval or self._gap:
                value = self._spread(at, elapsed, value)
        self._known = at
        if not self._levels:
            return 0.0
        scales = deviations = 0.0
        for level in self._levels:
            above, beyond = level.hear(at, value)
            scales += above
            deviations += beyond
        return self._tell(at, scales * OF_HIGHS + deviations * OF_ALL) if scales else 0.0

    def _forward(self, at: float) -> float:
        """Time that only goes forward: what was set back goes on by one interval."""
        if not isfinite(at):
            raise ValueError("has no time")
        at += self._shift
        if self._now is not None and at <= self._now:
            if self._now - at > BACK:
                raise ValueError("is earlier than the row before")
            ahead = self._now + (self._interval or 1.0)
            self._shift += ahead - at
            at = ahead
        self._now = at
        return at

    def _measure(self, elapsed: float) -> None:
        """Learn the usual interval; where it turns out to be another, begin anew with blocks that fit."""
        self._deltas.append(elapsed)
        if elapsed == self._interval:
            return
        interval = median(self._deltas)
        if interval != self._interval:
            fits = self._interval / 2 <= interval <= self._interval * 2
            self._interval = interval
            if not fits or not self._levels:
                stretch = max(1.0, ROWS * interval / BLOCKS[0])
                self._levels = tuple(Level(span, stretch, interval) for span in SPANS)

    def _spread(self, at: float, elapsed: float, value: float) -> float:
        """What came after a gap, as if it had come all along; as long again as the gap was."""
        interval = self._interval
        if elapsed > 1.5 * interval:
            self._gap, self._after, self._heard = min(elapsed - interval, DAY), at - interval, 0.0
        if self._gap:
            since = at - self._after
            if since > self._gap + interval:
                self._gap = 0.0
            elif value > 0:
                self._heard = min(self._heard + value, HUGE)
                return min(value, self._heard / (since + self._gap) * interval)
        return value

    def _tell(self, at: float, scales: float) -> float:
        bar = self._record * max(0.0, 1.0 - (at - self._told) / REST)
        if scales <= max(bar * TIMES, LEAST):
            return 0.0
        self._record, self._told = scales, at
        return scales / (scales + HALF)


class Level:
    """The mean of the last `span` seconds, held against its own maxima and, if steady, all it has been.

    stretch   by how many times spans, blocks and horizons are longer than usual
    interval  seconds between rows
    """

    def __init__(self, span: float, stretch: float, interval: float) -> None:
        self._span = span * stretch
        self._recent: deque[tuple[float, float]] = deque()
        self._sum = 0.0
        self._highs = tuple(
            Highs(
                block * stretch, [round(horizon / block) for horizon in HORIZONS], block * stretch / interval
            )
            for block in BLOCKS
        )
        self._usual = Usual(USUAL * stretch / interval) if span >= STEADY else None

    def hear(self, at: float, value: float) -> tuple[float, float]:
        """Scales above usual maxima, each block's by the horizon that thinks least of it, together; and
        standard deviations above what is usual at every moment.
        """
        recent = self._recent
        recent.append((at, value))
        self._sum += value
        while recent[0][0] <= at - self._span:
            _, old = recent.popleft()
            self._sum -= old
            if abs(old) > 1e6 * abs(self._sum):  # nothing is left of the digits of what stays
                self._sum = fsum(value for _, value in recent)
        mean = self._sum / len(recent)
        level = log1p(mean) if mean >= 0 else -log1p(-mean)
        short, long = self._highs
        beyond = self._usual.hear(level) if self._usual else 0.0
        return short.hear(at, level) + long.hear(at, level), beyond


class Usual:
    """Mean and variance of a level, older ones weighing less; `rows` is their time constant."""

    def __init__(self, rows: float) -> None:
        self._slowest = 1 / rows
        self._heard = 0
        self._mean = self._variance = 0.0

    def hear(self, level: float) -> float:
        """Standard deviations by which it stands above what came before; 0 below it, and at first."""
        away = level - self._mean
        beyond = 0.0
        if away > 0 and self._heard > FIRST:
            beyond = away / (sqrt(self._variance) + FAINT)
        self._heard += 1
        share = max(self._slowest, 1 / self._heard)
        self._mean += share * away
        self._variance = (1 - share) * (self._variance + share * away * away)
        return beyond


class Highs:
    """The maxima of blocks of one length, and how far above what is usual for them a level stands.

    span      seconds of a block
    horizons  how many blocks back each look goes
    rows      how many rows a block has when all are known; one with less than half of them has no maximum
    """

    def __init__(self, span: float, horizons: Sequence[int], rows: float) -> None:
        self._span, self._horizons, self._least = span, tuple(horizons), rows / 2
        self._tops: deque[tuple[int, float]] = deque()
        self._marks: list[tuple[float, float]] = []
        self._start: float | None = None
        self._end = -inf
        self._index = self._rows = 0
        self._top = 0.0
        self._high = inf

    def hear(self, at: float, level: float) -> float:
        """Scales above the median, by the horizon that thinks least of it; 0 below it, and before there are
        two maxima.
        """
        if at >= self._end:
            self._turn(at, level)
        self._rows += 1
        if level > self._top:
            self._top = level
        if level <= self._high:
            return 0.0
        return min([(level - middle) * per for middle, per in self._marks])

    def _turn(self, at: float, level: float) -> None:
        """A block is over: keep its maximum, forget what is too old, and see what is usual now."""
        if self._start is None:
            self._start = at
        elif self._rows >= self._least:
            self._tops.append((self._index, self._top))
        index = int((at - self._start) / self._span)
        self._index, self._rows, self._top = index, 0, level
        self._end = self._start + (index + 1) * self._span
        while self._tops and self._tops[0][0] < index - self._horizons[-1]:
            self._tops.popleft()
        self._marks = []
        for horizon in self._horizons:
            tops = sorted(top for at, top in self._tops if at >= index - horizon)
            if len(tops) > 1:
                middle = _quantile(tops, 0.5)
                self._marks.append((middle, 1 / (_quantile(tops, HIGH) - middle + FAINT)))
        self._high = max((middle for middle, _ in self._marks), default=inf)


def _quantile(ordered: Sequence[float], share: float) -> float:
    """A quantile of sorted numbers, between neighbours in proportion."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def scores(rows: Iterable[tuple[float, float | None]]) -> Iterator[float]:
    """The score of each row (seconds, count or None), as soon as it is there. Raises as `Watch.hear`."""
    watch = Watch()
    for at, value in rows:
        yield watch.hear(at, value)
