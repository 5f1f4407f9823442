"""Opting out and back in, erasing what an account said, and the one-time codes of the opt-out page.

An opting out is whole or not at all: the row that keeps later posts away and the erasure of earlier ones are
one transaction, with the page that brought it. Accounts come as keyed hashes and as functions that make voice
tags; who they are is not known here.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction

from earnest.record.errors import StoreBusy, StoreError
from earnest.store import clock, dialect, erase, identity, leavers, read_taxonomy
from earnest.store.arrivals import take_numbers
from earnest.store.models import (
    Correction,
    DayCount,
    Graves,
    LeaveCode,
    Place,
    Post,
    Programme,
    Tombstone,
)
from earnest.store.read_leaving import opted_out, source_of
from earnest.store.write_posts import Outcome

MOST_CODES = 10_000
"""Codes of a programme that may wait at once: more of them is somebody's machine."""

Tags = Callable[[Sequence[str]], Sequence[bytes]]
"""From labels to every voice tag that an account can have under them."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account at a place: what stands for it among those that are out, and what made its voice tags."""

    place_id: int
    hash: bytes
    tags: Tags


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody asked for their account (at every place where it is the same one) to be out, or `back` in.

    key     of the post that asked: it is buried, so that the same post read again asks nothing
    edited  the post was changed into this, so that its key may be buried already
    said    when, for the order of several wishes
    code    keyed hash of the code in the post, where there was one
    """

    key: bytes
    said: datetime
    accounts: tuple[Account, ...]
    back: bool = False
    edited: bool = False
    code: bytes | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of a page: the posts, and the keys of the posts whose opting out was carried out just now."""

    outcome: Outcome
    left: tuple[bytes, ...]
    back: tuple[bytes, ...]


def keep_page(
    place_id: int,
    asked: Sequence[Asked],
    known: frozenset[bytes],
    keep: Callable[[], Outcome],
    then: Callable[[Kept], None],
) -> Kept:
    """Keep a page (`keep`) and carry out what people in it asked for, in one transaction.

    `known` are the accounts that the page's gate took for out. Where somebody opted out meanwhile by another
    way, nothing is kept and StoreBusy raised: the page is read again, by a gate that knows them. `then` is
    called with what was done, as the last step of the transaction.
    """
    try:
        with transaction.atomic(), connection.cursor() as db:
            take_numbers(db, 0)
            if not opted_out(place_id) <= known:
                raise StoreBusy(
                    "Somebody opted out of this place while it was being read.",
                    advice="Nothing of this page was kept; it is read again.",
                )
            fresh = [one for one in asked if not _carried_out(place_id, one)]
            outcome = keep()
            for one in sorted(fresh, key=lambda one: one.said):
                _carry_out(db, place_id, one)
            kept = Kept(
                outcome,
                tuple(one.key for one in fresh if not one.back),
                tuple(one.key for one in fresh if one.back),
            )
            then(kept)
    except OperationalError as error:
        raise StoreBusy(
            "The database is busy or restarting.", advice="Nothing was kept; try again."
        ) from error
    return kept


def opt_out(place_id: int, hashes: Sequence[bytes]) -> None:
    """Accounts are not heard at a place from now on. Saying it twice changes nothing."""
    place = source_of(place_id)
    with transaction.atomic(), connection.cursor() as db:
        take_numbers(db, 0)
        leavers.put_out((place, one) for one in hashes)


def opt_in(place_id: int, hashes: Sequence[bytes]) -> None:
    """Accounts may be heard again: their rows go, and nothing says that they were there."""
    erase.let_back(source_of(place_id), hashes)


def erase_accounts(accounts: Sequence[Account], *, out: bool, then: Callable[[int], None]) -> int:
    """Erase what accounts said and, where they go `out`, keep them away; one transaction. How many posts
    went.

    `then` is called with that number within the transaction.
    """
    with transaction.atomic(), connection.cursor() as db:
        take_numbers(db, 0)
        gone = sum(_forget(db, one.place_id, [one]) for one in accounts)
        if out:
            for one in accounts:
                opt_out(one.place_id, [one.hash])
        _soon()
        then(gone)
    return gone


def depart(accounts: Sequence[Account]) -> int:
    """Erase what accounts said that are gone where they were, in one transaction. How many posts went.

    A network tells of every account that goes, and most of them were never heard here: they are looked for
    together. Raises StoreBusy when the database is locked or restarting.
    """
    by_place: dict[int, list[Account]] = {}
    for one in accounts:
        by_place.setdefault(one.place_id, []).append(one)
    try:
        with transaction.atomic(), connection.cursor() as db:
            take_numbers(db, 0)
            gone = sum(_forget(db, place_id, some) for place_id, some in by_place.items())
            if gone:
                _soon()
    except OperationalError as error:
        raise StoreBusy("The database is busy or restarting.", advice="It is tried again.") from error
    return gone


def erase_keys(keys: Sequence[tuple[int, bytes]], then: Callable[[int], None]) -> int:
    """Erase posts by place and key, and keep them away also where none was kept; one transaction. How many
    went.
    """
    by_place: dict[int, list[bytes]] = {}
    for place_id, key in keys:
        by_place.setdefault(place_id, []).append(key)
    with transaction.atomic(), connection.cursor() as db:
        take_numbers(db, 0)
        gone = 0
        for place_id, some in by_place.items():
            programme = Place.objects.values_list("programme_id", flat=True).get(pk=place_id)
            gone += erase.bury(db, programme, place_id, some, clock.now())
        _soon()
        then(gone)
    return gone


def add_code(programme: str, hash: bytes, expires: datetime) -> bool:
    """Wait for a code to be posted. False when very many wait already."""
    row = Programme.objects.filter(slug=programme).first()
    if row is None:
        raise StoreError(f"There is no programme '{programme}'.")
    waiting = LeaveCode.objects.filter(programme=row, expires__gt=clock.now(), done__isnull=True).count()
    if waiting >= MOST_CODES:
        return False
    try:
        with transaction.atomic():
            LeaveCode.objects.create(hash=hash, programme=row, expires=expires)
    except IntegrityError:  # the same private page twice
        return True
    return True


def settle() -> None:
    """After an erasure that somebody waits for: its words leave the search index and the write-ahead log,
    too.
    """
    if connection.in_atomic_block:
        return  # whoever opened the transaction settles after it
    with connection.cursor() as db:
        dialect.search_settle(db)
        dialect.checkpoint(db)


def _soon() -> None:
    """The next sweep, within the hour, takes the erased words out of the search index's file: a day is too
    long for somebody who asked.
    """
    Graves.objects.filter(pk=1).update(merged=None)


def _carried_out(place_id: int, asked: Asked) -> bool:
    """Whether this post was heeded before. One that was changed into a wish to leave always counts."""
    if asked.edited and not asked.back:
        return False
    return Tombstone.objects.filter(place_id=place_id, key=asked.key).exists()


def _carry_out(db: Any, place_id: int, asked: Asked) -> None:
    """The grave of a wish says that it was heeded, and is on the disk before this commits. So a wish to leave
    is buried last: killed before that, it is read again; killed after it, whoever asked is on the list of who
    is out. A wish to come back is buried first: killed in between, somebody stays out.
    """
    programme = Place.objects.values_list("programme_id", flat=True).get(pk=place_id)
    gone = 0
    if asked.back:
        erase.bury(db, programme, place_id, [asked.key], clock.now())
        for one in asked.accounts:
            opt_in(one.place_id, [one.hash])
    else:
        for one in asked.accounts:
            opt_out(one.place_id, [one.hash])
            gone += _forget(db, one.place_id, [one])
        gone += erase.bury(db, programme, place_id, [asked.key], clock.now())
    if asked.code is not None and not asked.back:
        _use_code(asked, gone)
    _soon()


def _use_code(asked: Asked, gone: int) -> None:
    """The private page of a code tells what was done: for which places, and how many posts went."""
    ids = [one.place_id for one in asked.accounts]
    titles = list(Place.objects.filter(pk__in=ids).order_by("title").values_list("title", flat=True))
    LeaveCode.objects.filter(hash=asked.code, done__isnull=True, expires__gt=clock.now()).update(
        done=clock.now(), places=list(dict.fromkeys(titles)), posts=gone
    )


def _forget(db: Any, place_id: int, accounts: Sequence[Account]) -> int:
    """Erase accounts' posts at a place, as far as voices lead to them, and keep them away. How many went.

    Voices are kept by programme and week; posts have no index by them, and need none: the weeks say where to
    look.
    """
    programme = Place.objects.values_list("programme_id", flat=True).get(pk=place_id)
    labels = DayCount.objects.filter(programme_id=programme, place_id=place_id, facet="label")
    corrected = Correction.objects.filter(programme_id=programme, voice__isnull=False)
    moved = Post.objects.filter(place_id=place_id).exclude(theme="")
    under = {
        *labels.values_list("value", flat=True),
        *corrected.values_list("said_label", flat=True),
        *moved.values_list("theme", flat=True).distinct(),
        *read_taxonomy.ever(programme),
    }
    tags = [tag for one in accounts for tag in one.tags(sorted(under))]
    heard = "SELECT tag, week FROM store_voice WHERE programme_id = %s AND"
    weeks: dict[int, list[bytes]] = {}
    for tag, week in dialect.among(db, heard, "tag", list(tags), programme):
        weeks.setdefault(week, []).append(bytes(tag))
    keys = [key for week, some in weeks.items() for key in _said(db, place_id, week, some)]
    keys += _corrected(db, place_id, tags)
    keys += _relabelled(db, place_id, tags)
    return erase.bury(db, programme, place_id, keys, clock.now())


def _said(db: Any, place_id: int, week: int, tags: Iterable[bytes]) -> list[bytes]:
    first, end = (identity.floor(day * clock.DAY) for day in (week, week + 7))
    rows = dialect.among(
        db,
        "SELECT key FROM store_post WHERE place_id = %s AND id >= %s AND id < %s AND",
        "voice",
        list(tags),
        place_id,
        first,
        end,
    )
    return [bytes(key) for (key,) in rows]


def _relabelled(db: Any, place_id: int, tags: Sequence[bytes]) -> list[bytes]:
    """Posts that got another label when the taxonomy changed: they keep the tag that was made before, and are
    counted by another (`tally.counted`), so the voices do not say where they are.
    """
    moved = "SELECT key FROM store_post WHERE place_id = %s AND NOT (theme = '') AND"
    return [bytes(key) for (key,) in dialect.among(db, moved, "voice", list(tags), place_id)]


def _corrected(db: Any, place_id: int, tags: Sequence[bytes]) -> list[bytes]:
    """Posts whose voice went when a person gave them another main label; the correction remembers it."""
    before = (
        "SELECT p.key FROM store_correction c JOIN store_post p ON p.id = c.post_id WHERE p.place_id = %s AND"
    )
    return [bytes(key) for (key,) in dialect.among(db, before, "c.voice", list(tags), place_id)]
