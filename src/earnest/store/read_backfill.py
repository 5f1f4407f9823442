"""Reading what is read of places' pasts: what was asked for, and how far it got."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast

from django.db.models import Q

from earnest.store import clock, scope
from earnest.store.models import Backfill, Consent, Place

State = Literal["wanted", "stopped", "done", "failed"]


@dataclass(frozen=True, slots=True)
class BackfillRow:
    """What is read of a place's past.

    reached  how far it got, in the direction in which the place gives its past; None before the first post
    percent  of the stretch that lies behind
    posts    that were kept; `read` counts pages, so that nothing tells how much of a place was withheld
    """

    place: int
    slug: str
    since: datetime
    until: datetime
    cursor: str | None
    state: State
    problem: str
    reached: datetime | None
    percent: int
    posts: int
    read: int
    asked: datetime


def of_place(programme: str, slug: str) -> BackfillRow | None:
    """What was asked for last of a place's past, or None."""
    return of_programme(programme, slug).get(slug)


def of_programme(programme: str, slug: str | None = None) -> dict[str, BackfillRow]:
    """The same for every place of a programme (or one), by slug."""
    rows = Backfill.objects.filter(place__programme_id=scope.id_of(programme)).select_related("place")
    if slug is not None:
        rows = rows.filter(place__slug=slug)
    return {row.place.slug: _row(row) for row in rows}


def by_place(place_id: int) -> BackfillRow | None:
    """The same by a place's row."""
    row = Backfill.objects.filter(place_id=place_id).select_related("place").first()
    return None if row is None else _row(row)


def due(now: datetime) -> list[int]:
    """Places whose past is to be read on now, the one that waited longest first."""
    rows = Backfill.objects.filter(
        Q(next_try__isnull=True) | Q(next_try__lte=now),
        state="wanted",
        place__state__in=("hearing", "failed"),
        place__programme__state="live",
    )
    return list(rows.order_by("changed").values_list("place_id", flat=True))


def earliest_allowed(programme: str, slug: str) -> datetime:
    """The first moment that may be read of a place: nothing older than is kept, and of an invited community
    nothing from before its consent.
    """
    place = Place.objects.select_related("programme").get(programme__slug=programme, slug=slug)
    first = clock.now() - timedelta(days=place.programme.retention_days)
    if place.kind == "closed":
        consent = Consent.objects.filter(place_id=place.pk).order_by("-opened").first()
        first = max(first, clock.now() if consent is None else consent.opened)
    return first


def _row(row: Backfill) -> BackfillRow:
    reached, percent = None, 100 if row.state == "done" else 0
    if row.earliest is not None and row.latest is not None:
        backwards = row.until - row.latest <= row.earliest - row.since
        reached = row.earliest if backwards else row.latest
        behind = row.until - reached if backwards else reached - row.since
        if row.state != "done" and row.until > row.since:
            percent = max(0, min(99, int(100 * (behind / (row.until - row.since)))))
    return BackfillRow(
        place=row.place_id,
        slug=row.place.slug,
        since=row.since,
        until=row.until,
        cursor=row.cursor,
        state=cast(State, row.state),
        problem=row.problem,
        reached=reached,
        percent=percent,
        posts=row.posts,
        read=row.read,
        asked=row.asked,
    )
