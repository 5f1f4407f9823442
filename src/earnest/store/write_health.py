"""How the reading of places goes, for the page of places: one row a place, changed by its turns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from earnest.store import clock
from earnest.store.models import Health, Place

MOST = 2_000
"""Characters of an address that is kept."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a turn told of a place. `late` and `took` are seconds; None leaves what is there.

    ok           it was read
    remaining    requests that its server still allows, `waits_until` when the next one may be made
    moved_to     its new address, where it said that it moved for good
    """

    place: int
    ok: bool
    late: float
    took: float
    remaining: float | None = None
    waits_until: datetime | None = None
    moved_to: str = ""


def record(turns: Sequence[Told]) -> None:
    """Keep what turns told, in one transaction. A place that was removed meanwhile is passed over."""
    with transaction.atomic():
        there = set(Place.objects.filter(pk__in=[one.place for one in turns]).values_list("pk", flat=True))
        for one in turns:
            if one.place not in there:
                continue
            row = _row(one.place)
            row.late, row.took = _whole(one.late), _whole(one.took)
            row.remaining = None if one.remaining is None else _whole(one.remaining)
            row.waits_until = one.waits_until
            if one.ok:
                row.moved_to = one.moved_to[:MOST]
                _say(row, "moved" if row.moved_to else "")
            row.save()


def say(place_id: int, code: str) -> None:
    """Within a transaction: what is wrong now ("" nothing). `since` moves where the code changes."""
    row = _row(place_id)
    _say(row, code)
    row.save()


def moved_to(place_id: int) -> str:
    """Where the place said that it moved; "" where it did not."""
    row = Health.objects.filter(place_id=place_id).first()
    return row.moved_to if row is not None else ""


def settled(place_id: int) -> None:
    """Within a transaction: the move was accepted."""
    Health.objects.filter(place_id=place_id).update(moved_to="")


def _row(place_id: int) -> Health:
    return Health.objects.filter(place_id=place_id).first() or Health(place_id=place_id, since=clock.now())


def _say(row: Health, code: str) -> None:
    if row.code != code:
        row.code, row.since = code, clock.now()


def _whole(number: float) -> int:
    return max(0, min(int(number), 2_000_000_000))
