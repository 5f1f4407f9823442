"""How posts are counted while they are kept, and which roll-up answers which question.

Every admitted post is counted once in each table, in the transaction that keeps it, and taken out again in
the one that erases or relabels it. `HourCount` holds every facet at once and is exact at any hour; `DayCount`
and `WeekCount` hold fewer facets over longer spans, so that twelve weeks of a million posts are a few
thousand rows.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from earnest.store import clock

GRAINS: tuple[frozenset[str], ...] = (
    frozenset({"label", "kind", "place"}),
    frozenset({"label", "kind", "place", "sentiment"}),
    frozenset({"kind", "place", "sentiment", "lang", "region"}),
    frozenset({"label", "lang", "region"}),
)
"""Grains of `WeekCount`, by number, the smallest first. A question about facets that no grain holds together
(a label with a kind and a region) reads `HourCount`: a second or two over a million posts instead of
milliseconds.
"""


Cell = tuple[int, int, str, str, str, str, str]
"""What of a post is counted: place, created (seconds), label, kind, sentiment, lang, region."""


class Counts(NamedTuple):
    """Changes of the three tables, by their keys (without the programme)."""

    hours: Counter[tuple[int, int, str, str, str, str, str]]
    days: Counter[tuple[int, int, str, str]]
    weeks: Counter[tuple[int, int, int, str, str, str, str, str]]


def count(cells: Iterable[Cell], sign: int = 1) -> Counts:
    """What a batch of posts adds to the tables (or takes from them, with sign -1)."""
    hours: Counter[tuple[int, int, str, str, str, str, str]] = Counter()
    for place, created, label, kind, sentiment, lang, region in cells:
        hours[(created // clock.HOUR, place, label, kind, sentiment, lang, region)] += sign
    days: Counter[tuple[int, int, str, str]] = Counter()
    weeks: Counter[tuple[int, int, int, str, str, str, str, str]] = Counter()
    for (hour, place, label, kind, sentiment, lang, region), posts in hours.items():
        day = hour // 24
        week = clock.week_of_day(day)
        days[(day, place, "label", label)] += posts
        days[(day, place, "kind", kind)] += posts
        days[(day, place, "sentiment", sentiment)] += posts
        days[(day, place, "lang", lang)] += posts
        days[(day, place, "region", region)] += posts
        weeks[(0, week, place, label, kind, "", "", "")] += posts
        weeks[(1, week, place, label, kind, sentiment, "", "")] += posts
        weeks[(2, week, place, "", kind, sentiment, lang, region)] += posts
        weeks[(3, week, 0, label, "", "", lang, region)] += posts
    return Counts(hours, days, weeks)


def grain_for(facets: Iterable[str]) -> int | None:
    """The grain of `WeekCount` that holds these facets in the fewest rows, or None: then read the hours.

    Labels are by far the most values, so a grain without them is smaller than any with them.
    """
    wanted = set(facets)
    fitting = [number for number, grain in enumerate(GRAINS) if wanted <= grain]
    return min(fitting, key=lambda number: ("label" in GRAINS[number], number), default=None)


def category(label: str) -> str:
    """The category of a label: "pay" of "pay.tips"; a label without a dot is its own."""
    return label.partition(".")[0]
