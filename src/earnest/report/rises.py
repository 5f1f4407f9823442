"""The series in which rises are looked for, made of the hours in the store.

A series is a label or a category; at every place together, at one place, or in one region; of every kind of
post, of complaints and reports together ("trouble"), or of one kind. Only labels of the taxonomy have series:
"other" and "unclear" are none.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property
from typing import NamedTuple

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from earnest.report import names
from earnest.report.counts import ASIDE, category
from earnest.store import clock, read_alerts
from earnest.store.alert_shapes import TROUBLE, Counted, Rule
from earnest.store.shapes import Programme
from earnest.understand.bursts_panel import Cells, Panel

HISTORY = 56 * 24
"""Hours from which is learnt what is usual."""

Ints = NDArray[np.int64]


class Key(NamedTuple):
    """One series. Empty: every kind, place, region."""

    about: str
    kind: str
    place: str = ""
    region: str = ""

    def text(self) -> str:
        """The key of its alerts: one open at a time."""
        return f"burst:{self.about}:{self.kind or 'all'}:{self.place or '*'}:{self.region or '*'}"

    def takes(self, place: str, label: str, kind: str, region: str) -> bool:
        """Whether a post of these facets belongs to the series."""
        return (
            self.about in (label, category(label))
            and _fits(self.kind, kind)
            and self.place in ("", place)
            and self.region in ("", region)
        )

    def akin(self, other: "Key") -> bool:
        """Whether two series tell of the same: one label, or a category and a label under it; not of two
        places or two regions.
        """
        near = (
            self.about == other.about
            or other.about == category(self.about)
            or self.about == category(other.about)
        )
        return near and (self.kind == other.kind or not self.kind or not other.kind)


@dataclass(frozen=True)
class Hours:
    """The hours from `first` on (since 1970), side by side, and what was counted in them."""

    first: int
    counted: Counted
    panel: Panel
    labels: frozenset[str]

    def column(self, hour: int) -> int:
        return hour - self.first

    def heard(self, place: str, first: int, last: int) -> int:
        """How many of the hours from `first` to `last` (not included) are known, at a place or at any."""
        known = self.panel.known[:, self.column(first) : self.column(last)]
        if place:
            known = known[[at for at, slug in enumerate(self.counted.places) if slug == place]]
        return int(np.count_nonzero(known.any(axis=0)))

    @cached_property
    def _columns(self) -> tuple[Ints, Ints, Ints, list[str], list[str], list[str]]:
        rows = self.counted.rows
        numbers = np.array([(row[0] - self.first, row[1], row[5]) for row in rows], np.int64).reshape(-1, 3)
        return (
            numbers[:, 0],
            numbers[:, 1],
            numbers[:, 2],
            [row[2] for row in rows],
            [row[3] for row in rows],
            [row[4] for row in rows],
        )

    def series(self, rule: Rule) -> dict[Key, Cells]:
        """Every series that a rule watches."""
        hours, places, posts, labels, kinds, regions = self._columns
        wanted = np.array(
            [self._wanted(rule, label, kind) for label, kind in zip(labels, kinds, strict=True)], bool
        )
        if rule.place:
            own = self.counted.places.index(rule.place) if rule.place in self.counted.places else -1
            wanted &= places == own
        at = np.flatnonzero(wanted)
        found: dict[Key, Cells] = {}
        slugs, kind = self.counted.places, rule.kind
        for name in (_label, _category):
            called = [(row, name(rule, labels[row])) for row in at.tolist()]
            keys = [[Key(about, kind, rule.place) if about else None for _, about in called]]
            if not rule.place:
                keys.append(
                    [
                        Key(about, kind, "", regions[row]) if about and regions[row] else None
                        for row, about in called
                    ]
                )
                if len(slugs) > 1:
                    keys.append(
                        [Key(about, kind, slugs[places[row]]) if about else None for row, about in called]
                    )
            for some in keys:
                found.update(self._grouped(at, some, hours, places, posts))
        return found

    def cells(self, key: Key) -> Cells:
        """One series."""
        hours, places, posts, *_ = self._columns
        at = self.rows(key)
        found = self._grouped(np.array(at, np.int64), [key] * len(at), hours, places, posts)
        return found.get(key) or Cells(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))

    @cached_property
    def _by_label(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for row, (_, _, label, *_) in enumerate(self.counted.rows):
            found.setdefault(label, []).append(row)
        return found

    def rows(self, key: Key) -> list[int]:
        """The numbers of the counted rows that belong to a series, in their order."""
        rows, slugs = self.counted.rows, self.counted.places
        about = [
            label
            for label in self._by_label
            if label in self.labels and key.about in (label, category(label))
        ]
        found = []
        for label in about:
            for row in self._by_label[label]:
                _, place, _, kind, region, _ = rows[row]
                if key.takes(slugs[place], label, kind, region):
                    found.append(row)
        return sorted(found)

    def every(self, first: int, last: int) -> int:
        """Posts of all labels in the hours from `first` to `last` (not included)."""
        of = self.panel.all
        among = (of.hours >= self.column(first)) & (of.hours < self.column(last))
        return int(of.posts[among].sum())

    def _wanted(self, rule: Rule, label: str, kind: str) -> bool:
        return label in self.labels and rule.wants(label) and _fits(rule.kind, kind)

    def _grouped(
        self, at: Ints, keys: Sequence[Key | None], hours: Ints, places: Ints, posts: Ints
    ) -> dict[Key, Cells]:
        """Rows put together by key, place and hour."""
        numbers: dict[Key, int] = {}
        code = np.array(
            [-1 if key is None else numbers.setdefault(key, len(numbers)) for key in keys], np.int64
        )
        at, code = at[code >= 0], code[code >= 0]
        if not len(at):
            return {}
        columns, rows = len(self.panel.local), len(self.counted.places)
        spot, back = np.unique((code * rows + places[at]) * columns + hours[at], return_inverse=True)
        total = np.bincount(back, posts[at]).astype(np.float64)
        owner = spot // (rows * columns)
        edges = np.searchsorted(owner, np.arange(len(numbers) + 1))
        where, when = spot // columns % rows, spot % columns
        return {
            key: Cells(where[a:b], when[a:b], total[a:b])
            for (key, number) in numbers.items()
            for a, b in [(edges[number], edges[number + 1])]
        }


def _label(rule: Rule, label: str) -> str:
    return label


def _category(rule: Rule, label: str) -> str:
    """A category that is a label itself ("pay" without a dot) has its series already."""
    return category(label) if "." in label and rule.about in ("", category(label)) else ""


def _fits(wanted: str, kind: str) -> bool:
    return wanted in ("", kind) or (wanted == "trouble" and kind in TROUBLE)


def load(programme: Programme, first: int, last: int, about: Collection[str] | None = None) -> Hours:
    """The hours from `first` to `last` (not included) with the weeks before them; `about`: only the series of
    these labels and categories are wanted.
    """
    begin = first - HISTORY
    counted = read_alerts.hours(programme.slug, begin, last, about)
    known = np.zeros((len(counted.places), last - begin), bool)
    if counted.known:
        spots = np.array(counted.known, np.int64)
        known[spots[:, 0], spots[:, 1] - begin] = True
    called = names.of(programme)
    labels = frozenset(called.labels) or frozenset(row[2] for row in counted.rows)
    rows = np.array([(at, hour - begin, posts) for hour, at, posts in counted.every], np.int64).reshape(-1, 3)
    every = Cells(rows[:, 0], rows[:, 1], rows[:, 2].astype(np.float64))
    panel = Panel(known, local_hours(begin, last, timezone.get_default_timezone()), every)
    return Hours(begin, counted, panel, labels - frozenset(ASIDE))


def local_hours(first: int, last: int, zone: tzinfo) -> Ints:
    """The hour of the local week of each hour: people live by the clock on their wall, summer time too."""
    found = []
    for hour in range(first, last):
        here = datetime.fromtimestamp(hour * clock.HOUR, zone)
        found.append(here.weekday() * 24 + here.hour)
    return np.array(found, np.int64)
