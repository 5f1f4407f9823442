"""The arithmetic of honest figures: a share with its likely range, a change with its likely range.

Plain functions of numbers; no store, no words. Shares are 0 to 1. `z` is the width in standard errors: 1.96
covers 95 in 100, 2.576 covers 99 in 100.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

Z95 = 1.959964
Z99 = 2.575829


@dataclass(frozen=True, slots=True)
class Range:
    """A measured value and the range in which it likely lies."""

    value: float
    low: float
    high: float


def wilson(count: float, of: float, z: float = Z95) -> Range:
    """A share with its Wilson score interval. `of` must be above 0."""
    share = count / of
    square = z * z
    centre = (share + square / (2 * of)) / (1 + square / of)
    half = z * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return Range(share, max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half)))


def difference(now: tuple[float, float], before: tuple[float, float], z: float = Z95) -> Range:
    """Share now minus share before, with Newcombe's interval. Each is (count, of), `of` above 0."""
    one, other = wilson(*now, z), wilson(*before, z)
    change = one.value - other.value
    low = change - sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2)
    high = change + sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2)
    return Range(change, low, high)


def thinned(count: int, of: int, voices: int) -> tuple[float, float]:
    """Count and total as if every voice had spoken once: one voice that speaks ten times is not ten
    witnesses.
    """
    times = max(1.0, count / voices) if voices else max(1.0, float(count))
    return count / times, of / times


def distinctive(
    now: Mapping[str, int], before: Mapping[str, int], prior_weight: float = 50.0
) -> list[tuple[str, float]]:
    """Terms by how much more often they are said now than before, most first, as z scores of the log-odds.

    Both map a term to the number of posts that hold it. The prior is what both say together, so that a rare
    term needs more than one lucky post (Monroe, Colaresi and Quinn 2008).
    """
    both = Counter(now)
    both.update(before)
    everything = sum(both.values())
    if len(both) < 2 or not everything:  # a term alone is no more frequent than itself
        return []
    scale = prior_weight / everything
    total_now = sum(now.values()) + prior_weight
    total_before = sum(before.values()) + prior_weight
    scored = []
    for term, count in both.items():
        prior = count * scale
        here, there = now.get(term, 0) + prior, before.get(term, 0) + prior
        odds = log(here / (total_now - here)) - log(there / (total_before - there))
        scored.append((term, odds / sqrt(1 / here + 1 / there)))
    return sorted(scored, key=lambda pair: (-pair[1], pair[0]))


def steps(
    values: Iterable[float], parts: Sequence[float] = (0.12, 0.25, 0.42, 0.6, 0.8)
) -> tuple[float, ...]:
    """Round thresholds between shades, at these parts of the largest value; fewer where values are small."""
    most = max(values, default=0.0)
    found: list[float] = []
    for part in parts:
        nice = _nice(most * part)
        if (found[-1] if found else 0) < nice <= most:
            found.append(nice)
    return tuple(found)


def _nice(value: float) -> float:
    """A number near by that a person can remember: whole below 20, then fives, then tens and so on."""
    for below, unit in ((20, 1), (100, 5), (400, 10), (1_000, 50)):
        if value < below:
            return float(max(1, round(value / unit) * unit))
    return float(round(value / 100) * 100)
