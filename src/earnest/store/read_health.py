"""Reading how places do: for the page of places, `/healthz` and `/metrics`. A fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from earnest.store import clock, read_backfill, read_gaps, scope
from earnest.store.health_codes import EMPTY
from earnest.store.models import Health, Heartbeat, Lease, Place
from earnest.store.read_backfill import BackfillRow
from earnest.store.read_gaps import Gap
from earnest.store.write_leases import now_sql

DAYS = 30

LONG_SILENT = timedelta(days=14)
"""A place that reads well and brought its last post longer ago than this has gone quiet."""


@dataclass(frozen=True, slots=True)
class PlaceHealth:
    """How the reading of one place goes. Seconds are whole; times are None where there is none.

    code       a class of `health_codes`, or "" where nothing is wrong
    since      since when it is so
    late       by how much its last turn was late, `took` how long that was
    remaining  requests that its server still allows, `waits_until` when the next one may be made
    holder     the machine and process that reads it just now, or ""
    gaps       what was not heard of it in the last 30 days, `days` the share of each day (the oldest first)
    """

    slug: str
    code: str
    since: datetime | None
    last_read: datetime | None
    next_read: datetime | None
    failures: int
    late: int
    took: int
    remaining: int | None
    waits_until: datetime | None
    moved_to: str
    holder: str
    gaps: Sequence[Gap]
    days: Sequence[float]
    backfill: BackfillRow | None


def of_programme(programme: str, slug: str | None = None) -> dict[str, PlaceHealth]:
    """How every place of a programme does (or one), by slug."""
    now = clock.now()
    first = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS - 1)
    places = Place.objects.filter(programme_id=scope.id_of(programme))
    if slug is not None:
        places = places.filter(slug=slug)
    rows = list(places)
    ids = [row.pk for row in rows]
    told = {row.place_id: row for row in Health.objects.filter(place_id__in=ids)}
    holders = _holders(ids)
    gaps = read_gaps.of_programme(programme, first, now, slug)
    past = read_backfill.of_programme(programme, slug)
    return {
        row.slug: _one(
            row, told.get(row.pk), holders.get(row.pk, ""), gaps[row.slug], past.get(row.slug), first, now
        )
        for row in rows
    }


def _one(
    row: Place,
    told: Health | None,
    holder: str,
    gaps: Sequence[Gap],
    past: BackfillRow | None,
    first: datetime,
    now: datetime,
) -> PlaceHealth:
    code, since = ("", None) if told is None else (told.code, told.since)
    if not code and _quiet(row, now):
        code, since = EMPTY, row.last_post
    waits = told.waits_until if told is not None else None
    waiting = waits is not None and waits > now
    return PlaceHealth(
        slug=row.slug,
        code=code,
        since=since,
        last_read=row.last_read,
        next_read=row.next_read,
        failures=row.failures,
        late=0 if told is None else told.late,
        took=0 if told is None else told.took,
        remaining=None if told is None else told.remaining,
        waits_until=waits if waiting else None,
        moved_to="" if told is None else told.moved_to,
        holder=holder,
        gaps=gaps,
        days=read_gaps.days([*gaps, *_before(row, first, now)], first, DAYS),
        backfill=past,
    )


def _before(row: Place, first: datetime, now: datetime) -> list[Gap]:
    """The days before a place was there, or all where it was never read: nobody's gap, and not heard."""
    until = now + timedelta(days=1) if row.last_read is None else row.made
    return [Gap(first, until, "stopped")] if until > first else []


def codes(programme: str) -> dict[str, str]:
    """What is wrong with places of a programme, by slug; those where nothing is are left out."""
    rows = Health.objects.filter(place__programme_id=scope.id_of(programme)).exclude(code="")
    return dict(rows.values_list("place__slug", "code"))


def _quiet(row: Place, now: datetime) -> bool:
    """It reads well and brought nothing for long, though it used to. What is handed in has no such clock."""
    if row.state != "hearing" or not row.interval or row.last_post is None or row.last_read is None:
        return False
    return now - row.last_post > LONG_SILENT and now - row.last_read < read_gaps.continuous(row.interval)


def _holders(ids: Sequence[int]) -> dict[int, str]:
    with connection.cursor() as db:
        db.execute(f"SELECT {now_sql()}")
        (now,) = db.fetchone()
    held = Lease.objects.filter(place_id__in=ids, until__gt=now)
    return dict(held.values_list("place_id", "holder"))


def holders() -> list[str]:
    """Every supervisor that has said it runs, and every holder of a place."""
    names = set(Heartbeat.objects.values_list("holder", flat=True))
    names |= set(Lease.objects.filter(until__gt=0).values_list("holder", flat=True))
    return sorted(names)


def beats() -> list[tuple[str, float, int]]:
    """The supervisors: name, seconds since the last beat by the database's clock, places held."""
    with connection.cursor() as db:
        ago = f"({now_sql()} - seen) / 1000.0"
        db.execute(f"SELECT holder, {ago}, held FROM store_heartbeat ORDER BY holder")  # noqa: S608 - a clock
        return [(name, float(age), held) for name, age, held in db.fetchall()]


@dataclass(frozen=True, slots=True)
class PlaceFigures:
    """What a scrape may tell of a place: numbers and states, nothing that was said. See `PlaceHealth`.

    age  since it was last read
    """

    programme: str
    place: str
    type: str
    kind: str
    state: str
    code: str
    failures: int
    interval: int
    age: float | None
    late: int
    took: int
    remaining: int | None


def for_metrics() -> list[PlaceFigures]:
    """Every place of every programme."""
    now = clock.now()
    told = {row.place_id: row for row in Health.objects.all()}
    found = []
    for row in Place.objects.select_related("programme").order_by("programme__slug", "slug"):
        health = told.get(row.pk) or Health(place_id=row.pk, since=now)
        found.append(
            PlaceFigures(
                programme=row.programme.slug,
                place=row.slug,
                type=row.type,
                kind=row.kind,
                state=row.state,
                code=health.code,
                failures=row.failures,
                interval=row.interval,
                age=None if row.last_read is None else max(0.0, (now - row.last_read).total_seconds()),
                late=health.late,
                took=health.took,
                remaining=health.remaining,
            )
        )
    return found
