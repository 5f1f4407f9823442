"""Asking for a place's past, and noting how far it got: the cursor moves in the transaction that keeps the
page (`flow.backfill`).
"""

from datetime import datetime

from django.db import transaction

from earnest.record.errors import StoreError
from earnest.store import clock, write_gaps
from earnest.store.models import Backfill, Place


def ask(programme: str, slug: str, since: datetime, until: datetime) -> None:
    """Want a stretch of a place's past. The same stretch again goes on where it was; another begins anew."""
    with transaction.atomic():
        place = Place.objects.select_for_update().filter(programme__slug=programme, slug=slug).first()
        if place is None:
            raise StoreError(f"The programme '{programme}' has no place '{slug}'.")
        now = clock.now()
        row = Backfill.objects.filter(place_id=place.pk).first()
        if row is not None and row.since == since and row.until == until and row.state != "done":
            Backfill.objects.filter(pk=row.pk).update(state="wanted", problem="", next_try=None, changed=now)
            return
        Backfill.objects.filter(place_id=place.pk).delete()
        Backfill.objects.create(place_id=place.pk, since=since, until=until, asked=now, changed=now)


def stop(programme: str, slug: str) -> None:
    """Read no further; what was kept stays, and asking for the same stretch goes on from here."""
    rows = Backfill.objects.filter(place__programme__slug=programme, place__slug=slug, state="wanted")
    if not rows.update(state="stopped", changed=clock.now()):
        raise StoreError("Nothing of this place's past is being read.")


def wanted(place_id: int) -> bool:
    """Within the transaction that keeps a page: whether it is still wanted. Locks the row."""
    return Backfill.objects.select_for_update().filter(place_id=place_id, state="wanted").exists()


def moved(
    place_id: int,
    cursor: str,
    *,
    posts: int,
    read: int,
    earliest: datetime | None,
    latest: datetime | None,
    done: bool,
) -> None:
    """Within the transaction that keeps a page: the cursor and what it brought."""
    row = Backfill.objects.get(place_id=place_id)
    row.cursor, row.changed, row.next_try, row.problem = cursor, clock.now(), None, ""
    row.posts, row.read = row.posts + posts, row.read + read
    if earliest is not None:
        row.earliest = earliest if row.earliest is None else min(row.earliest, earliest)
    if latest is not None:
        row.latest = latest if row.latest is None else max(row.latest, latest)
    if done:
        row.state = "done"
        write_gaps.filled(place_id, row.since, row.until)
    row.save()


def waits(place_id: int, problem: str, next_try: datetime | None) -> None:
    """It could not be read on now (tried again at `next_try`), or not at all (None)."""
    changes = {"state": "failed"} if next_try is None else {}
    Backfill.objects.filter(place_id=place_id, state="wanted").update(
        problem=problem, next_try=next_try, changed=clock.now(), **changes
    )


def rests(place_id: int, next_try: datetime) -> None:
    """A turn was over; the next one is not before `next_try`."""
    Backfill.objects.filter(place_id=place_id, state="wanted").update(next_try=next_try)
