"""The arithmetic of "after against before": a ratio of shares over places, and an interval that scatter
widens.

Rows of a table are days, columns are places. A side is the rows it has and the week each row belongs to.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Side:
    """The days (rows) of one side, and the number of the week that each belongs to."""

    rows: Counts
    weeks: Counts


@dataclass(frozen=True, slots=True)
class Ratio:
    """After against before (1: as it was), with the interval that holds the truth in 90 of 100 cases."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Compared:
    """What a ratio is made of: complaints after and before, weighted over places (`after / before` is the
    ratio), their variance for each unit of the ratio, and how much they scatter beyond chance.
    """

    after: float
    before: float
    spread: float
    scatter: float
    freedom: int

    def ratio(self, sure: float = 0.95) -> Ratio:
        """The ratio with its interval; `sure` is the level of either end.

        All ratios that the counts do not contradict: (after - r * before)² <= t² * scatter * r * spread.
        Right also where nothing was counted on a side: then one end is 0 or endless.
        """
        slack = student(sure, self.freedom) ** 2 * self.scatter * self.spread
        value = self.after / self.before if self.before else np.inf if self.after else np.nan
        if not self.before:
            return Ratio(float(value), self.after**2 / slack if slack else 0.0, np.inf)
        middle = 2 * self.after * self.before + slack
        root = sqrt(max(0.0, middle**2 - 4 * (self.before * self.after) ** 2))
        square = 2 * self.before**2
        return Ratio(float(value), max(0.0, (middle - root) / square), (middle + root) / square)


def compare(about: Counts, under: Counts, before: Side, after: Side) -> Compared | None:
    """Complaints `about` a matter for each post of `under`, after against before, over places. None where no
    place has any of `under` on both sides, or nothing was counted.
    """
    y0, y1 = about[before.rows].sum(0), about[after.rows].sum(0)
    m0, m1 = under[before.rows].sum(0), under[after.rows].sum(0)
    both = (m0 > 0) & (m1 > 0)
    y0, y1, m0, m1 = (column[both].astype(float) for column in (y0, y1, m0, m1))
    if not both.any() or not (y0 + y1).sum():
        return None
    together = m0 + m1
    scatter, freedom = _scatter(about[:, both], under[:, both], ((before, y0 / m0), (after, y1 / m1)))
    return Compared(
        after=float((y1 * m0 / together).sum()),
        before=float((y0 * m1 / together).sum()),
        spread=float(((y0 + y1) * m0 * m1 / together**2).sum()),
        scatter=scatter,
        freedom=freedom,
    )


def _scatter(
    about: Counts, under: Counts, sides: tuple[tuple[Side, npt.NDArray[np.float64]], ...]
) -> tuple[float, int]:
    """How many times more weeks (or days, where that is more) scatter around their side's level than chance
    would have it, never below 1; and the degrees of freedom it was found with.
    """
    found: list[tuple[float, int]] = []
    for by_week in (True, False):
        total, spots = 0.0, 0
        for side, rates in sides:
            seen, usual = about[side.rows].sum(1), (under[side.rows] * rates).sum(1)
            if by_week:
                seen, usual = np.bincount(side.weeks, seen), np.bincount(side.weeks, usual)
            heard = usual > 0
            total += float(((seen[heard] - usual[heard]) ** 2 / usual[heard]).sum())
            spots += int(heard.sum())
        freedom = max(1, spots - len(sides))
        found.append((total / freedom, freedom))
    weeks, days = found
    # Days that stick together show in weeks only, and there are few of those: hence a little more.
    return max(1.0, weeks[0] * (1 + 1.5 / weeks[1]), days[0]), weeks[1]


def over(of: Compared, under: Compared, sure: float = 0.95) -> Ratio:
    """One ratio over another that is measured apart (Donner and Zou's recovered variances, on logarithms)."""
    one, other = of.ratio(sure), under.ratio(sure)
    if not other.value or not np.isfinite(other.value):
        return Ratio(np.nan, 0.0, np.inf)
    with np.errstate(divide="ignore"):
        a, al, ah = np.log([one.value, one.low, one.high])
        b, bl, bh = np.log([other.value, other.low, other.high])
    low = (
        0.0
        if not np.isfinite(a) or not np.isfinite(al)
        else np.exp(a - b - sqrt((a - al) ** 2 + (bh - b) ** 2))
    )
    if not np.isfinite(a):
        high = one.high / other.low if other.low else np.inf
    else:
        high = np.exp(a - b + sqrt((ah - a) ** 2 + (b - bl) ** 2)) if np.isfinite(bl) else np.inf
    return Ratio(one.value / other.value, float(low), float(high))


def student(sure: float, freedom: int) -> float:
    """Student's quantile (Abramowitz and Stegun 26.7.5; within 1 % from three degrees of freedom on)."""
    z = NormalDist().inv_cdf(sure)
    n = max(freedom, 2)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return float(z + sum(term / n ** (power + 1) for power, term in enumerate(terms)))
