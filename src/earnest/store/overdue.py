"""Days of a place whose posts were not looked at again in time: until they are, nothing tells of them.

Why while reading: if the worker that looks again is down, or the source does not answer, a post may have been
deleted there and nobody here would know. An id begins with the second in which its post was said, so a day of
a place is a range of ids, and hiding it needs no work on any row.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from earnest.store import clock, identity

MOST = 100
"""Ranges of one place beyond which all between its first and last overdue day is hidden."""


class Days(NamedTuple):
    """Days of a place that are hidden, from `first` to `end` (not included), as numbers since 1970."""

    place: int
    first: int
    end: int


def ids(day: int) -> int:
    """The least id of a post said on that day."""
    return identity.floor(day * clock.DAY)


def hours(day: int) -> int:
    """The first hour of a day."""
    return day * 24


def windows(programme_id: int, now: datetime) -> tuple[Days, ...]:
    """The overdue days of a programme. Days without posts between two of them make no gap."""
    asked = (
        "SELECT c.place_id, c.day, c.verified < %s - r.every FROM store_recheck r"
        " JOIN store_checkedday c ON c.place_id = r.place_id JOIN store_place p ON p.id = r.place_id"
        " WHERE p.programme_id = %s"
    )
    with connection.cursor() as db:
        db.execute(f"{asked} AND c.verified < %s - r.every LIMIT 1", [_now(now), programme_id, _now(now)])
        if db.fetchone() is None:
            return ()
        db.execute(f"{asked} ORDER BY c.place_id, c.day", [_now(now), programme_id])
        rows = db.fetchall()
    found: list[Days] = []
    before = None
    for place, day, late in rows:
        if late:
            if before == (place, True):
                found[-1] = found[-1]._replace(end=day + 1)
            else:
                found.append(Days(place, day, day + 1))
        before = (place, bool(late))
    return tuple(_fewer(found))


def _fewer(found: list[Days]) -> list[Days]:
    by_place: dict[int, list[Days]] = {}
    for days in found:
        by_place.setdefault(days.place, []).append(days)
    return [
        days
        for place, some in by_place.items()
        for days in (some if len(some) <= MOST else [Days(place, some[0].first, some[-1].end)])
    ]


def _now(now: datetime) -> int:
    return clock.seconds(now)


def without(windows: tuple[Days, ...], place: str, column: str, unit: Callable[[int], int]) -> str:
    """A condition that leaves hidden days out: `column` counts in `unit` (`ids`, `hours`, `int` for days)."""
    parts = []
    for days in windows:
        first, end = unit(days.first), unit(days.end)
        parts.append(f" AND NOT ({place} = {days.place} AND {column} >= {first} AND {column} < {end})")
    return "".join(parts)
