"""Reading what is to be looked at again, and what is hidden until it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from earnest.store import clock, identity, scope
from earnest.store.models import CheckedDay, Post, Recheck

LONGEST = 31
"""Days that are listed at once."""

TOGETHER = 500
"""Keys that one question asks for."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """Days of a place that are not shown until they were looked at again at their source."""

    place: str
    title: str
    days: int


def hidden_days(programme: str) -> list[Hidden]:
    """What a programme does not show now because it was not looked at again in time, by title."""
    within = scope.of(programme)
    found: dict[int, int] = {}
    for days in within.overdue:
        with_posts = CheckedDay.objects.filter(
            place_id=days.place, day__gte=days.first, day__lt=days.end
        ).count()
        found[days.place] = found.get(days.place, 0) + with_posts
    told = {place: days for place, days in found.items() if days and place in within.places}
    rows = [Hidden(*within.places[place], days) for place, days in told.items()]
    return sorted(rows, key=lambda row: (row.title, row.place))


def recheck_due(now: datetime) -> dict[int, datetime | None]:
    """Places with days that are due to be looked at again, by id, and when that was last tried.

    A day is due when two thirds of the time have passed after which it would be hidden.
    """
    with connection.cursor() as db:
        db.execute(
            "SELECT DISTINCT c.place_id FROM store_recheck r"
            " JOIN store_checkedday c ON c.place_id = r.place_id WHERE c.verified < %s - r.every * 2 / 3",
            [clock.seconds(now)],
        )
        due = [place for (place,) in db.fetchall()]
    return dict(Recheck.objects.filter(pk__in=due).values_list("pk", "tried"))


def days_due(place_id: int, now: datetime) -> list[tuple[int, int]]:
    """Spans of days (first, end) of a place that are due, the newest first, none longer than 31 days."""
    row = Recheck.objects.filter(pk=place_id).first()
    if row is None:
        return []
    late = clock.seconds(now) - row.every * 2 // 3
    days = CheckedDay.objects.filter(place_id=place_id, verified__lt=late)
    spans: list[tuple[int, int]] = []
    for day in days.order_by("-day").values_list("day", flat=True):
        if spans and spans[-1][1] - day <= LONGEST:
            spans[-1] = (day, spans[-1][1])
        else:
            spans.append((day, day + 1))
    return spans


def kept_keys(place_id: int, first: int, end: int, known: int) -> list[bytes]:
    """The keys of what is kept of the days `first` to `end` (not included), with an arrival up to `known`."""
    begin, stop = identity.floor(first * clock.DAY), identity.floor(end * clock.DAY)
    kept = Post.objects.filter(place_id=place_id, pk__gte=begin, pk__lt=stop, arrival__lte=known)
    return [bytes(key) for key in kept.values_list("key", flat=True)]


def which_kept(place_id: int, keys: Sequence[bytes]) -> set[bytes]:
    """Those of these keys under which a post of the place is kept."""
    found: set[bytes] = set()
    for begin in range(0, len(keys), TOGETHER):
        some = Post.objects.filter(place_id=place_id, key__in=keys[begin : begin + TOGETHER])
        found |= {bytes(key) for key in some.values_list("key", flat=True)}
    return found
