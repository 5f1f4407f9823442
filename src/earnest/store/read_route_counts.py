"""What routes are held against: posts by hour, and voices, of labels, categories and themes.

Read from the hour roll-up (themes: from the posts of these themes alone), never by reading all posts. What
may not be told (retention, ended consents, days not looked at again) is counted nowhere.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from earnest.store import clock, identity, models, overdue, rollup, scope
from earnest.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Asked:
    """Which posts count: of these kinds and places; none is any."""

    kinds: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


Hours = dict[int, int]
"""Posts by hour since 1970."""


def labels(programme: str, about: Sequence[str], asked: Asked, first: int, last: int) -> dict[str, Hours]:
    """Posts by label (main one, as it is called now) and hour, of the hours from `first` to `last` (not
    included). `about`: labels and categories; none: every label.
    """
    within = scope.of(programme)
    conditions, values = _conditions(within, asked, "place_id", "kind")
    some, more = _of_labels(within, about, "label")
    first = max(first, -(-within.cutoff // clock.HOUR))
    with connection.cursor() as db:
        db.execute(
            "SELECT hour, label, sum(posts) FROM store_hourcount WHERE programme_id = %s"  # noqa: S608 - our own
            f" AND hour >= %s AND hour < %s{conditions}{some}"
            f"{within.told('place_id', 'hour', overdue.hours)} GROUP BY hour, label",
            [within.id, first, last, *values, *more],
        )
        rows = db.fetchall()
    found: dict[str, Hours] = {}
    for hour, old, posts in rows:
        label = within.lineage.now(old)
        if not about or label in about or rollup.category(label) in about:
            hours = found.setdefault(label, {})
            hours[hour] = hours.get(hour, 0) + int(posts)
    return found


def themes(programme: str, numbers: Sequence[int], asked: Asked, first: int, last: int) -> dict[int, Hours]:
    """The same by theme."""
    within = scope.of(programme)
    ids = dict(
        models.Theme.objects.filter(programme_id=within.id, number__in=list(numbers)).values_list(
            "pk", "number"
        )
    )
    if not ids:
        return {}
    conditions, values = _conditions(within, asked, "p.place_id", "p.kind")
    marks = ", ".join(["%s"] * len(ids))
    with connection.cursor() as db:
        db.execute(
            "SELECT t.theme_id, p.created / 3600, count(*) FROM store_themepost t"  # noqa: S608 - our own
            " JOIN store_post p ON p.id = t.post_id"
            f" WHERE t.theme_id IN ({marks}) AND t.post_id >= %s AND t.post_id < %s{conditions}"
            f"{within.told('p.place_id', 'p.id', overdue.ids)} GROUP BY 1, 2",
            [*ids, *_ids(within, first, last), *values],
        )
        found: dict[int, Hours] = {}
        for theme, hour, posts in db.fetchall():
            found.setdefault(ids[theme], {})[int(hour)] = int(posts)
    return found


def voices(programme: str, about: str, asked: Asked, first: int, last: int) -> int:
    """How many distinct voices at least spoke on a label or category in the hours from `first` to `last` (not
    included): as `read_alerts.voices` counts them, of the largest label and quarter.
    """
    within = scope.of(programme)
    conditions, values = _conditions(within, asked, "p.place_id", "p.kind")
    some, more = _of_labels(within, (about,), "p.label")
    with connection.cursor() as db:
        db.execute(
            "SELECT p.label, p.theme, p.created / 86400, p.voice, count(*) FROM store_post p"  # noqa: S608 - our own
            f" WHERE p.programme_id = %s AND p.id >= %s AND p.id < %s{conditions}{some}"
            f"{within.told('p.place_id', 'p.id', overdue.ids)}"
            " GROUP BY p.label, p.theme, p.created / 86400, p.voice",
            [within.id, *_ids(within, first, last), *values, *more],
        )
        rows = [
            (within.lineage.now(old), theme or old, day, tag, posts)
            for old, theme, day, tag, posts in db.fetchall()
        ]
    return _heard(within, (row for row in rows if about in (row[0], rollup.category(row[0]))))


class Heard:
    """Voices of many windows: the first few are asked one by one, then everything is read once.

    A look at thirty days of every label is one walk over their posts, without their words.
    """

    ONE_BY_ONE = 8

    def __init__(self, programme: str, about: Sequence[str], asked: Asked, first: int, last: int) -> None:
        self._programme, self._about, self._asked = programme, about, asked
        self._span = first, last
        self._left = self.ONE_BY_ONE
        self._rows: dict[str, list[tuple[int, str, int, bytes | None]]] | None = None
        self._within = scope.of(programme)

    def voices(self, about: str, first: int, last: int) -> int:
        """As the function `voices`."""
        if self._left:
            self._left -= 1
            return voices(self._programme, about, self._asked, first, last)
        if self._rows is None:
            self._rows = self._read()
        inside: list[tuple[Any, ...]] = []
        for label, rows in self._rows.items():
            if about in (label, rollup.category(label)):
                begin, end = bisect_left(rows, (first,)), bisect_left(rows, (last,))
                inside += [(label, linked, hour // 24, tag, 1) for hour, linked, _, tag in rows[begin:end]]
        return _heard(self._within, inside)

    def _read(self) -> dict[str, list[tuple[int, str, int, bytes | None]]]:
        """(hour, what its tag is linked by, post, tag) of each label, in the order of time."""
        within = self._within
        conditions, values = _conditions(within, self._asked, "place_id", "kind")
        some, more = _of_labels(within, self._about, "label")
        found: dict[str, list[tuple[int, str, int, bytes | None]]] = {}
        with connection.cursor() as db:
            db.execute(
                "SELECT id, created / 3600, label, theme, voice FROM store_post"  # noqa: S608 - our own
                f" WHERE programme_id = %s AND id >= %s AND id < %s{conditions}{some}"
                f"{within.told('place_id', 'id', overdue.ids)} ORDER BY id",
                [within.id, *_ids(within, *self._span), *values, *more],
            )
            for id, hour, old, theme, tag in db.fetchall():
                label = within.lineage.now(old)
                found.setdefault(label, []).append((int(hour), theme or old, id, tag))
        return found


def theme_voices(programme: str, number: int, asked: Asked, first: int, last: int) -> int:
    """The same of a theme."""
    within = scope.of(programme)
    conditions, values = _conditions(within, asked, "p.place_id", "p.kind")
    with connection.cursor() as db:
        db.execute(
            "SELECT p.label, p.theme, p.created / 86400, p.voice, count(*) FROM store_themepost t"  # noqa: S608 - our own
            " JOIN store_theme s ON s.id = t.theme_id JOIN store_post p ON p.id = t.post_id"
            " WHERE s.programme_id = %s AND s.number = %s AND t.post_id >= %s AND t.post_id < %s"
            f"{conditions}{within.told('p.place_id', 'p.id', overdue.ids)}"
            " GROUP BY p.label, p.theme, p.created / 86400, p.voice",
            [within.id, number, *_ids(within, first, last), *values],
        )
        rows = [
            (within.lineage.now(old), theme or old, day, tag, posts)
            for old, theme, day, tag, posts in db.fetchall()
        ]
    return _heard(within, rows)


def _heard(within: Scope, rows: Iterable[tuple[Any, ...]]) -> int:
    tags: dict[tuple[str, str, int], set[bytes]] = {}
    nameless: dict[str, int] = {}
    for label, linked, day, tag, posts in rows:
        if tag is None:
            nameless[label] = nameless.get(label, 0) + int(posts)
        else:
            tags.setdefault((label, linked, clock.quarter_of_day(int(day))), set()).add(bytes(tag))
    found = max((len(some) for some in tags.values()), default=0)
    if within.audience == "customers":
        named = {label for label, _, _ in tags}
        found = max([found, *(posts for label, posts in nameless.items() if label not in named)])
    return found


def _ids(within: Scope, first: int, last: int) -> tuple[int, int]:
    return max(identity.floor(first * clock.HOUR), within.first_id), identity.floor(last * clock.HOUR)


def _conditions(within: Scope, asked: Asked, place: str, kind: str) -> tuple[str, list[Any]]:
    said, values = "", list[Any]()
    if asked.kinds:
        said += f" AND {kind} IN ({', '.join(['%s'] * len(asked.kinds))})"
        values += asked.kinds
    if asked.places:
        ids = within.ids_of(asked.places) or (0,)
        said += f" AND {place} IN ({', '.join(['%s'] * len(ids))})"
        values += ids
    return said, values


def _of_labels(within: Scope, about: Sequence[str], column: str) -> tuple[str, list[Any]]:
    """A condition that takes at least the posts of these labels and categories, whatever they were called."""
    if not about:
        return "", []
    wanted = set(about)
    former = [
        old
        for old in within.lineage.became
        if within.lineage.now(old) in wanted or rollup.category(within.lineage.now(old)) in wanted
    ]
    exact = sorted({*wanted, *former})
    said = f"{column} IN ({', '.join(['%s'] * len(exact))})"
    wide = [f"{one}.%" for one in about if "." not in one]
    said += f" OR {column} LIKE %s" * len(wide)
    return f" AND ({said})", [*exact, *wide]
