"""Whether a theme is spoken of more or less than before, with the range in which the change likely lies.

The last four weeks against those before, beside everything that was heard in the same weeks: where a place
was not heard, less was said of everything, and that is no fall. Voices count, not posts: one that speaks ten
times is not ten witnesses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

RECENT = 4
"""Weeks that count as now, the one that runs among them."""
Z = 1.959964

Way = Literal["new", "rising", "falling", "steady", "unclear"]


@dataclass(frozen=True, slots=True)
class Trend:
    """Which way it goes, and how many times as often as before: at least and at most."""

    way: Way
    times: float = 1.0
    low: float = 0.0
    high: float = 0.0


def trend(weeks: Sequence[int], everything: Sequence[int], *, posts_a_voice: float = 1.0) -> Trend:
    """The trend of posts by week, the oldest first, beside all posts of the same weeks."""
    now, before = sum(weeks[-RECENT:]), sum(weeks[:-RECENT])
    all_now, all_before = sum(everything[-RECENT:]), sum(everything[:-RECENT])
    if now + before == 0 or not all_now or not all_before:
        return Trend("unclear")
    if not before and all_before >= all_now:
        return Trend("new")
    thin = max(1.0, posts_a_voice)
    told, of = now / thin, (now + before) / thin
    share, low, high = _wilson(told, of)
    scale = all_before / all_now
    ratio = [_odds(part) * scale for part in (share, low, high)]
    way: Way = "rising" if ratio[1] > 1 else "falling" if ratio[2] < 1 else "steady"
    return Trend(way, ratio[0], ratio[1], ratio[2])


def _odds(share: float) -> float:
    return share / max(1e-9, 1 - share)


def _wilson(count: float, of: float) -> tuple[float, float, float]:
    share, square = count / of, Z * Z
    centre = (share + square / (2 * of)) / (1 + square / of)
    half = Z * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return share, max(0.0, centre - half), min(1.0, centre + half)
