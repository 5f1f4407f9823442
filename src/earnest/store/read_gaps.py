"""Reading what was not heard of a place: every stretch, with the reason.

down      its server was busy or could not be reached
failed    a person has to look: no key, forbidden, gone
expired   the place itself can no longer give it
paused    a person paused it
stopped   Earnest itself did not run, or did not get round to it
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from django.db.models import Q

from earnest.store import clock, scope
from earnest.store.models import Gap as Row
from earnest.store.models import Place

Why = Literal["down", "failed", "expired", "paused", "stopped"]

WHYS: tuple[Why, ...] = ("down", "failed", "expired", "paused", "stopped")

CONTINUOUS = timedelta(hours=1)
"""A place that was read less than this ago (or than twice its interval) was heard without a break."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch that was not heard, from `since` to `until`; `lasts` where it is not over."""

    since: datetime
    until: datetime
    why: Why
    lasts: bool = False


def of_place(programme: str, slug: str, since: datetime, until: datetime) -> list[Gap]:
    """What was not heard of a place between two moments, in order, cut to them.

    Times before the place was first read, or that have not come, are no gap.
    """
    return of_programme(programme, since, until, slug).get(slug, [])


def of_programme(
    programme: str, since: datetime, until: datetime, slug: str | None = None
) -> dict[str, list[Gap]]:
    """The same for every place of a programme (or one), by slug."""
    now = clock.now()
    places = Place.objects.filter(programme_id=scope.id_of(programme))
    if slug is not None:
        places = places.filter(slug=slug)
    rows = {row.pk: row for row in places}
    found: dict[str, list[Gap]] = {row.slug: [] for row in rows.values()}
    gaps = Row.objects.filter(
        Q(until__isnull=True) | Q(until__gt=since), since__lt=until, place_id__in=list(rows)
    )
    lasting = set()
    for gap in gaps.order_by("since", "pk"):
        if gap.until is None:
            lasting.add(gap.place_id)
        _put(found[rows[gap.place_id].slug], gap.since, gap.until, gap.why, since, until, now)
    for row in rows.values():
        if row.pk not in lasting and (began := silent_since(row, now)) is not None:
            _put(found[row.slug], began, None, "stopped", since, until, now)
    return found


def silent_since(place: Any, now: datetime) -> datetime | None:
    """Since when a place that ought to be read was not, though nothing is known to be wrong with it."""
    if place.state not in ("hearing", "failed") or not place.interval or place.last_read is None:
        return None
    return place.last_read if now - place.last_read > continuous(place.interval) else None


def continuous(interval: int) -> timedelta:
    """How long ago a place may have been read and still count as heard without a break."""
    return max(CONTINUOUS, timedelta(seconds=2 * interval))


def _put(
    found: list[Gap],
    began: datetime,
    ended: datetime | None,
    why: str,
    since: datetime,
    until: datetime,
    now: datetime,
) -> None:
    first, last = max(began, since), min(ended or now, until)
    if first < last:
        found.append(Gap(first, last, cast(Why, why), lasts=ended is None and last == now))


def days(gaps: Iterable[Gap], since: datetime, count: int) -> list[float]:
    """The share of each day that was not heard, from the day of `since` on: 0.0 all was, 1.0 nothing was."""
    shares = []
    spans = sorted((gap.since, gap.until) for gap in gaps)
    for number in range(count):
        day = since + timedelta(days=number)
        end, at, missed = day + timedelta(days=1), day, timedelta()
        for first, last in spans:
            first, last = max(first, at), min(last, end)
            if first < last:
                missed += last - first
                at = last
        shares.append(missed / timedelta(days=1))
    return shares
