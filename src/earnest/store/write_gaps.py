"""Stretches in which a place was not heard: opened where reading fails or stops, closed by the read that
heard again. Called within the transactions of `write_posts` and `write_places`, never on its own.

A gap that a later read makes good (it heard everything since) goes; what can never be heard stays.
"""

from datetime import datetime
from typing import Protocol

from earnest.store import clock
from earnest.store.models import Gap

DOWN, FAILED, EXPIRED, PAUSED, STOPPED = "down", "failed", "expired", "paused", "stopped"


class Span(Protocol):
    """What a read vouches for (`write.Hearing`)."""

    @property
    def since(self) -> datetime | None: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def missed(self) -> tuple[datetime, datetime] | None: ...


def begin(place_id: int, why: str, since: datetime) -> None:
    """A place is not heard from `since` on. Where the reason changes, the stretch before keeps its own."""
    now = clock.now()
    row = Gap.objects.filter(place_id=place_id, until__isnull=True).first()
    if row is None:
        Gap.objects.create(place_id=place_id, since=min(since, now), why=why)
    elif row.why != why:
        Gap.objects.filter(pk=row.pk).update(until=max(row.since, now))
        Gap.objects.create(place_id=place_id, since=max(row.since, now), why=why)


def end(place_id: int, why: str, at: datetime) -> None:
    """A gap of this reason is over and is not made good: what was said in it is never read."""
    for row in Gap.objects.filter(place_id=place_id, until__isnull=True, why=why):
        Gap.objects.filter(pk=row.pk).update(until=max(row.since, at))


def heard(place_id: int, last_read: datetime | None, span: Span, *, open_gap: bool) -> None:
    """A read is kept. `last_read` is when the place was read before, `open_gap` whether one lasts."""
    if span.missed is not None:
        _missed(place_id, *span.missed)
    if span.until is None:
        return
    since = span.since or span.until
    if open_gap:
        rows = Gap.objects.filter(place_id=place_id, until__isnull=True)
        for row in rows:
            if row.since >= since and row.since < span.until:
                # Heard after all, and so is what led up to it.
                Gap.objects.filter(place_id=place_id, since__gte=since).exclude(
                    why__in=(EXPIRED, PAUSED)
                ).delete()
                Gap.objects.filter(pk=row.pk).delete()
            else:
                Gap.objects.filter(pk=row.pk).update(until=max(row.since, span.until))
    elif last_read is not None and since > last_read:
        Gap.objects.create(place_id=place_id, since=last_read, until=since, why=STOPPED)


def _missed(place_id: int, since: datetime, until: datetime) -> None:
    """The same stretch may be told twice (a page that is read again), and by more than one page."""
    rows = Gap.objects.filter(place_id=place_id, why=EXPIRED, since__lte=until, until__gte=since)
    for row in rows:
        since, until = min(since, row.since), max(until, row.until or until)
    rows.delete()
    Gap.objects.create(place_id=place_id, since=since, until=until, why=EXPIRED)


def filled(place_id: int, since: datetime, until: datetime) -> None:
    """What was not heard between two moments was read later: gaps within go, others are cut."""
    rows = Gap.objects.filter(place_id=place_id, since__lt=until, until__gt=since)
    for row in rows:
        first, last = row.since, row.until
        if first < since:
            Gap.objects.create(place_id=place_id, since=first, until=since, why=row.why)
        if last is not None and last > until:
            Gap.objects.create(place_id=place_id, since=until, until=last, why=row.why)
        Gap.objects.filter(pk=row.pk).delete()
