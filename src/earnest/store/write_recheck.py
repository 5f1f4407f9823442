"""Looking again: which places must be, and what follows when their source has listed what is still there."""

from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction

from earnest.record.errors import StoreBusy, StoreError
from earnest.store import clock, erase, identity
from earnest.store.models import CheckedDay, Post, Recheck

BATCH = 2_000
MANY = 20
"""Posts kept of which none is listed any more: then it is the list that is doubted."""


def must_recheck(place_id: int, every: timedelta | None) -> None:
    """Say how often the posts of a place must be looked at again at their source; None: never.

    Posts that were kept before count as looked at when they were kept.
    """
    seconds = None if every is None else int(every.total_seconds())
    row = Recheck.objects.filter(pk=place_id).first()
    if (row.every if row else None) == seconds:
        return
    with transaction.atomic(), connection.cursor() as db:
        if seconds is None:
            CheckedDay.objects.filter(place_id=place_id).delete()
            Recheck.objects.filter(pk=place_id).delete()
            return
        Recheck.objects.update_or_create(pk=place_id, defaults={"every": seconds})
        db.execute(
            "INSERT INTO store_checkedday (place_id, day, verified)"
            " SELECT place_id, created / 86400, min(received) FROM store_post WHERE place_id = %s"
            " GROUP BY place_id, created / 86400 ON CONFLICT (place_id, day) DO NOTHING",
            [place_id],
        )


def tried_again(place_id: int, at: datetime) -> None:
    """Looking again at a place began, or failed: not again at once."""
    Recheck.objects.filter(pk=place_id).update(tried=at)


def listed(
    place_id: int,
    first: int,
    end: int,
    keys: AbstractSet[bytes],
    at: datetime,
    *,
    known: int | None = None,
    sure: bool = False,
) -> int:
    """The source listed, from `at` on, all posts of the days `first` to `end` (not included): these keys.

    What was kept before `at` (or, where that is given, with an arrival up to `known`) and is not among them
    is erased and stays away; the days count as looked at. How many went. Where none of many is listed that is
    more likely a list that failed: StoreError, nothing is erased and the days stay as they were (`sure`: a
    person says that it is so).
    """
    before = {"received__lt": clock.seconds(at)} if known is None else {"arrival__lte": known}
    kept = Post.objects.filter(place_id=place_id, pk__gte=_first(first), pk__lt=_first(end), **before)
    there, missing = 0, []
    for key in kept.values_list("key", flat=True).iterator():
        there += 1
        if bytes(key) not in keys:
            missing.append(bytes(key))
    if there >= MANY and len(missing) == there and not sure:
        raise StoreError(
            f"Of {there:,} posts that were kept none is listed any more: nothing was erased.",
            advice="Look whether the list is whole; if it is, say --sure.",
        )
    try:
        for begin in range(0, len(missing), BATCH):
            erase.erase_posts(place_id, missing[begin : begin + BATCH])
        with transaction.atomic():
            days = CheckedDay.objects.filter(place_id=place_id, day__gte=first, day__lt=end)
            days.filter(verified__lt=clock.seconds(at)).update(verified=clock.seconds(at))
            _forget_empty(place_id, first, end)
    except OperationalError as error:
        raise StoreBusy(
            "The database is busy or restarting.", advice="It is looked at again later."
        ) from error
    return len(missing)


def _forget_empty(place_id: int, first: int, end: int) -> None:
    with connection.cursor() as db:
        db.execute(
            "DELETE FROM store_checkedday WHERE place_id = %s AND day >= %s AND day < %s AND NOT EXISTS"
            " (SELECT 1 FROM store_post p WHERE p.place_id = store_checkedday.place_id"
            " AND p.id >= store_checkedday.day * %s AND p.id < (store_checkedday.day + 1) * %s)",
            [place_id, first, end, clock.DAY << identity.SHIFT, clock.DAY << identity.SHIFT],
        )


def _first(day: int) -> int:
    return identity.floor(min(day, 1 << 20) * clock.DAY)
