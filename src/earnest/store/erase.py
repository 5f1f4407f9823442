"""Taking away again: the only place that deletes posts and what belongs to a person.

A deleted post leaves its row, the search index, its labels, every count, its voice tag, the corrections made
on it and every stored report that quotes it, all in one transaction; its key stays as a tombstone, in the
database and in the list of graves outside it, so that no replay and no old backup brings it back.
`store.erasers` says for each personal column what takes it away.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import F

from earnest.store import (
    clock,
    dialect,
    endings,
    erase_actions,
    erase_cases,
    erase_escalations,
    erase_reposts,
    graves,
    identity,
    leavers,
    tally,
)
from earnest.store.erase_inbox import forget, unfile
from earnest.store.erase_learned import unlearn
from earnest.store.erase_outbox import sweep_outbox, unsend
from earnest.store.erase_reposts import unfold
from earnest.store.erase_themes import unplace
from earnest.store.marks import marks
from earnest.store.models import (
    Alert,
    Consent,
    Correction,
    Coverage,
    DeadLetter,
    Export,
    Graves,
    LeaveCode,
    Minute,
    Place,
    Post,
    Programme,
    Second,
    SignIn,
    StoredReport,
)
from earnest.store.write_people import revoke_invitations_of
from earnest.store.write_visits import sweep_visits

BATCH = 2_000
MERGE_EVERY = timedelta(hours=12)
_COLUMNS = "id, place_id, created, label, kind, sentiment, lang, region, unsure, voice, text, theme"
_BESIDE = f"SELECT {_COLUMNS} FROM store_post WHERE"  # noqa: S608 - names of this module


def erase_posts(place_id: int, keys: Sequence[bytes]) -> int:
    """Erase posts by their keys, and bury the keys. Returns how many were there."""
    with transaction.atomic(), connection.cursor() as db:
        wait_for_writers(db)
        place = Place.objects.only("programme_id").get(pk=place_id)
        return bury(db, place.programme_id, place_id, keys, clock.now())


def bury(db: Any, programme_id: int, place_id: int, keys: Sequence[bytes], at: datetime) -> int:
    """Within a transaction: erase posts by their keys and leave tombstones, also where nothing was kept.

    The graves are on the disk before this returns (`store.graves`). Raises StoreError when they cannot be.
    """
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return 0
    lies = "SELECT key FROM store_tombstone WHERE place_id = %s AND"
    buried = {bytes(key) for (key,) in dialect.among(db, lies, "key", wanted, place_id)}
    fresh = [key for key in wanted if key not in buried]
    if fresh:
        place = Place.objects.select_related("programme").get(pk=place_id)
        name = graves.name_of(place)
        own = {(name, key) for key in fresh}
        waiting = [grave for grave in graves.add([(name, key) for key in fresh]) if grave not in own]
        if waiting:
            # Who dug them was killed. A wish to leave may lie among them: whoever asked is on the other list.
            leavers.settle()
            lay(db, waiting, at)
    return _lay(db, programme_id, place_id, wanted, at)


def lay(db: Any, named: Iterable[graves.Grave], at: datetime) -> int:
    """Within a transaction: tombstones for graves of any place that is here, and their posts erased."""
    by_place: dict[str, list[bytes]] = {}
    for name, key in named:
        by_place.setdefault(name, []).append(key)
    gone = 0
    for name, keys in by_place.items():
        programme, _, slug = name.partition("/")
        place = Place.objects.filter(programme__slug=programme, slug=slug).first()
        if place is not None:
            gone += _lay(db, place.programme_id, place.pk, keys, at)
    return gone


def _lay(db: Any, programme_id: int, place_id: int, keys: Sequence[bytes], at: datetime) -> int:
    keys = list(dict.fromkeys(keys))
    db.executemany(
        "INSERT INTO store_tombstone (place_id, key, at) VALUES (%s, %s, %s)"
        " ON CONFLICT (place_id, key) DO NOTHING",
        [(place_id, key, _when(at)) for key in keys],
    )
    found = dialect.among(db, "SELECT id FROM store_post WHERE place_id = %s AND", "key", keys, place_id)
    return remove(db, programme_id, [id for (id,) in found])


def settle() -> int:
    """Apply what the lists of graves, of leavers and of what ended name and the database does not know of: it
    came from a backup, or a process was killed. To be called before anything is read; a few looks when all is
    well. How many posts went.
    """
    if not leavers.settled():
        with transaction.atomic(), connection.cursor() as db:
            wait_for_writers(db)
            leavers.settle()
    if not endings.settled():
        with transaction.atomic(), connection.cursor() as db:
            wait_for_writers(db)
            endings.settle()
    if graves.settled():
        return 0
    with transaction.atomic(), connection.cursor() as db:
        wait_for_writers(db)
        return lay(db, graves.waiting(), clock.now())


def rebury(place_id: int) -> None:
    """A place was added under a name that may have been here before: what was deleted there stays deleted."""
    place = Place.objects.select_related("programme").get(pk=place_id)
    keys = graves.of_place(graves.name_of(place))
    if keys:
        with transaction.atomic(), connection.cursor() as db:
            wait_for_writers(db)
            _lay(db, place.programme_id, place_id, keys, clock.now())


def remove(db: Any, programme_id: int, ids: Sequence[int]) -> int:
    """Within a transaction: take posts out of everything and delete them, without tombstones."""
    if not ids:
        return 0
    arrived = dialect.among(db, "SELECT received FROM store_post WHERE", "id", list(ids))
    tally.departures(db, programme_id, [received // 60 for (received,) in arrived])
    take_out(db, programme_id, ids)
    withdraw(db, programme_id, ids)
    Correction.objects.filter(post_id__in=ids).delete()
    Alert.objects.filter(post__in=ids).delete()
    erase_cases.unlink(db, ids)
    dialect.delete(db, "DELETE FROM store_post WHERE", "id", ids)
    forget(db, ids)
    return len(ids)


def take_out(db: Any, programme_id: int, ids: Sequence[int]) -> None:
    """Within a transaction: take posts out of the search index, labels, counts and voices."""
    rows = dialect.among(db, _BESIDE, "id", list(ids))
    labels: dict[int, list[str]] = {}
    for post_id, label in dialect.among(
        db,
        "SELECT post_id, label FROM store_postlabel WHERE",
        "post_id",
        list(ids),
        then=" ORDER BY post_id, rank",
    ):
        labels.setdefault(post_id, []).append(label)
    dialect.search_remove(
        db,
        [
            (
                id,
                text,
                " ".join(
                    marks(programme_id, place, kind, mood, lang, region, bool(unsure), labels.get(id, ()))
                ),
            )
            for id, place, _, _, kind, mood, lang, region, unsure, _, text, _ in rows
        ],
    )
    dialect.delete(db, "DELETE FROM store_postlabel WHERE", "post_id", list(ids))
    tally.add(db, programme_id, [row[1:8] for row in rows], -1)
    voices = [(row[3], row[2], row[9], row[11]) for row in rows if row[9] is not None]
    tally.add_voices(db, programme_id, voices, -1)


def withdraw(db: Any, programme_id: int, ids: Sequence[int]) -> None:
    """Within a transaction: nothing that was made from these posts' words is current any more.

    Stored reports that quote them lose their files once the transaction holds, and wait to be made anew;
    exports that hold their words are marked so that somebody can go after the copies.
    """
    withdraw_reports(programme_id, set(ids))
    Second.objects.filter(post_id__in=ids).delete()
    unlearn(db, ids)
    unfile(db, ids)
    unfold(db, programme_id, ids)
    unplace(db, programme_id, ids)
    unsend(ids)
    dialect.delete(db, "DELETE FROM store_taxonomyexample WHERE", "post_id", list(ids))
    held = Counter(
        export
        for (export,) in dialect.among(
            db, "SELECT export_id FROM store_exportpost WHERE", "post_id", list(ids)
        )
    )
    if not held:
        return
    now = clock.now()
    for export, posts in held.items():
        rows = Export.objects.filter(pk=export)
        rows.filter(stale__isnull=True).update(stale=now)
        rows.update(held=F("held") + posts)
    dialect.delete(db, "DELETE FROM store_exportpost WHERE", "post_id", list(ids))


def withdraw_reports(programme_id: int, ids: set[int]) -> None:
    """Within a transaction: reports that quote one of the posts are stale; their files go when it holds."""
    for row in StoredReport.objects.filter(programme_id=programme_id, state="ready"):
        if ids.isdisjoint(row.quoted):
            continue
        StoredReport.objects.filter(pk=row.pk).update(state="stale", quoted=[], digests={})
        paths = _files(row.pk)
        transaction.on_commit(lambda paths=paths: _unlink(paths))  # type: ignore[misc]


def _files(report_id: int) -> list[Path]:
    return list((Path(settings.EARNEST_HOME) / "reports").glob(f"{report_id}.*"))


def _unlink(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def erase_place(programme: str, slug: str) -> int:
    """Remove a place with all its posts, coverage, consents and dead letters. Returns how many posts went."""
    place = Place.objects.get(programme__slug=programme, slug=slug)
    gone = _purge(place.programme_id, Post.objects.filter(place_id=place.pk))
    with transaction.atomic():
        Coverage.objects.filter(place_id=place.pk).delete()
        place.delete()
    return gone


def let_back(place: str, hashes: Sequence[bytes]) -> None:
    """Accounts that opted out of a place ("programme/slug") may be heard again: nothing says that they were
    out.
    """
    leavers.let_in((place, hash) for hash in hashes)


def erase_user(user_id: int) -> None:
    """Remove one of the operator's own people: memberships and links go, their corrections stay without a
    name.
    """
    revoke_invitations_of(user_id)
    get_user_model().objects.filter(pk=user_id).delete()


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep took away."""

    expired: int
    purged: int
    links: int


def sweep(now: datetime | None = None) -> Swept:
    """Delete what may no longer be read: posts past their retention, and posts of communities whose consent
    ended.

    Reading hides all of this already; the sweep makes it gone from the disk. Safe to stop and to run again.
    """
    now = clock.now() if now is None else now
    settle()
    expired = purged = 0
    for programme in Programme.objects.all():
        cutoff = clock.seconds(now - timedelta(days=programme.retention_days))
        Alert.objects.filter(programme_id=programme.pk, opened__lt=cutoff).delete()
        expired += _purge(
            programme.pk, Post.objects.filter(programme_id=programme.pk, pk__lt=identity.floor(cutoff))
        )
    for place in Place.objects.filter(kind="closed"):
        if not any(_within_grace(consent, now) for consent in Consent.objects.filter(place_id=place.pk)):
            purged += _purge(place.programme_id, Post.objects.filter(place_id=place.pk))
    links, _ = SignIn.objects.filter(expires__lt=now - timedelta(days=1)).delete()
    Minute.objects.filter(minute__lt=clock.seconds(now) // 60 - 2 * 24 * 60).delete()
    DeadLetter.objects.filter(at__lt=now - timedelta(days=90)).delete()
    LeaveCode.objects.filter(expires__lt=now).delete()
    sweep_outbox(now)
    erase_reposts.sweep(now)
    erase_cases.sweep()
    erase_escalations.sweep(now)
    erase_actions.sweep(now)
    sweep_visits(now, settings.SESSION_LONGEST)
    for row in StoredReport.objects.filter(state="stale"):
        _unlink(_files(row.pk))
    if expired or purged or _unmerged(now):
        with connection.cursor() as db:
            dialect.search_settle(db)
            if not connection.in_atomic_block:  # a log cannot be emptied from within what it logs
                dialect.checkpoint(db)
        Graves.objects.filter(pk=1).update(merged=now)
    return Swept(expired=expired, purged=purged, links=links)


def _unmerged(now: datetime) -> bool:
    """Whether words of posts that were edited or erased may be in the search index's file since yesterday."""
    merged = Graves.objects.filter(pk=1).values_list("merged", flat=True).first()
    return merged is None or not now - MERGE_EVERY < merged <= now


def _within_grace(consent: Consent, now: datetime) -> bool:
    end = consent.expires if consent.ended is None else min(consent.ended, consent.expires)
    return end + timedelta(days=consent.grace_days) > now


def _purge(programme_id: int, posts: Any) -> int:
    """Remove posts in batches, each its own transaction, so that readers and listeners are not kept
    waiting.
    """
    gone = 0
    while True:
        with transaction.atomic(), connection.cursor() as db:
            wait_for_writers(db)
            ids = list(posts.order_by("pk").values_list("pk", flat=True)[:BATCH])
            if not ids:
                return gone
            gone += remove(db, programme_id, ids)


def wait_for_writers(db: Any) -> None:
    """Within a transaction: wait for other writers. Counts, graves and quotes change one at a time."""
    db.execute("UPDATE store_counter SET arrival = arrival WHERE id = 1")


def _when(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)
