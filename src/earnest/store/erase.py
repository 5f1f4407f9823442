"""Taking away again: the only place that deletes posts and what belongs to a person.

A deleted post leaves its row, the search index, its labels, every count, its voice tag, the corrections made
on it and every stored report that quotes it, all in one transaction; its key stays as a tombstone, in the
database and in the list of graves outside it, so that no replay and no old backup brings it back. `ERASERS`
says for each personal column what takes it away.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
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
    erase_actions,
    erase_cases,
    erase_escalations,
    graves,
    identity,
    leavers,
    tally,
)
from earnest.store.erase_inbox import forget, unfile
from earnest.store.erase_learned import unlearn
from earnest.store.erase_outbox import remove_channel, sweep_outbox, unsend
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
        lay(db, [grave for grave in graves.add([(name, key) for key in fresh]) if grave not in own], at)
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
    """Apply what the lists of graves and of leavers name and the database does not know of: it came from a
    backup, or a process was killed. To be called before anything is read; two looks when all is well. How
    many posts went.
    """
    if not leavers.settled():
        with transaction.atomic(), connection.cursor() as db:
            wait_for_writers(db)
            leavers.settle()
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


@dataclass(frozen=True, slots=True)
class Eraser:
    """What takes a personal column away, said for a person, and the function that does it."""

    says: str
    by: Callable[..., object]


_POST_SAYS = "goes with the post: deleted at the source, past its retention, or its community's consent ended"
_USER_SAYS = "goes with the person's account"
_REASON_SAYS = "emptied when it is older than the programme keeps posts"

ERASERS: dict[str, Eraser] = {
    "store.Post.text": Eraser(_POST_SAYS, erase_posts),
    "store.Post.key": Eraser(_POST_SAYS, erase_posts),
    "store.Post.voice": Eraser(_POST_SAYS, erase_posts),
    "store.Post.domain": Eraser(_POST_SAYS, erase_posts),
    "store.Post.region": Eraser(_POST_SAYS, erase_posts),
    "store.Voice.tag": Eraser(
        "leaves when the last post that counted it on that label in that week leaves", remove
    ),
    "store.Tombstone.key": Eraser(
        "stays on purpose, a keyed hash without content: it keeps a deleted post away", bury
    ),
    "store.StoredReport.quoted": Eraser(
        "emptied, and the report's files deleted, when a quoted post leaves", remove
    ),
    "store.ApiToken.hash": Eraser(_USER_SAYS, erase_user),
    "store.ApiToken.user": Eraser(_USER_SAYS, erase_user),
    "store.ApiToken.last_used": Eraser(_USER_SAYS, erase_user),
    "store.Correction.by": Eraser(
        "emptied when the person's account is removed; the correction stays", erase_user
    ),
    "store.Correction.post": Eraser("the correction goes with its post", remove),
    "store.Correction.voice": Eraser("the correction goes with its post", remove),
    "store.Second.post": Eraser("the second opinion goes with its post", remove),
    "store.Repost.post": Eraser("goes with the post, and when its wording changes", withdraw),
    "store.Repost.first": Eraser("goes with the first post: the earliest repeat takes its place", withdraw),
    "store.ToFollow.post": Eraser("goes with the post", withdraw),
    "store.Alert.post": Eraser("an alert on a single post goes with the post", remove),
    "store.LearnedModel.by": Eraser(
        "emptied when the person's account is removed; the model stays", erase_user
    ),
    "store.LearnedPost.post_id": Eraser(
        "goes with the post; the model is then stale and made anew without it", unlearn
    ),
    "store.ReviewHold.post": Eraser("goes with the post", unlearn),
    "store.ReviewHold.by": Eraser(_USER_SAYS, erase_user),
    "store.BlindPost.post": Eraser("the blind question and its answers go with the post", unlearn),
    "store.BlindAnswer.by": Eraser(
        "emptied when the person's account is removed; the answer stays", erase_user
    ),
    "store.Settled.post": Eraser("goes with the post; another of its group takes its place", unfile),
    "store.PostTag.post": Eraser("goes with the post; another of its group takes its place", unfile),
    "store.Checkout.post": Eraser("goes with the post", unfile),
    "store.Checkout.by": Eraser(_USER_SAYS, erase_user),
    "store.ActPost.post": Eraser("goes with the post; the rest of the act can still be undone", unfile),
    "store.Act.by": Eraser(_USER_SAYS, erase_user),
    "store.SavedView.by": Eraser(_USER_SAYS, erase_user),
    "store.CasePost.post": Eraser(
        "emptied when the post goes; the case counts how many of its posts are not kept", erase_cases.unlink
    ),
    "store.CaseNote.text": Eraser(
        "stays with the case, a colleague's own words; wiped where somebody asks", erase_cases.erase_note
    ),
    "store.CaseNote.by": Eraser("emptied when the person's account is removed; the note stays", erase_user),
    "store.CaseMention.person": Eraser(_USER_SAYS, erase_user),
    "store.CaseMention.seen": Eraser(_USER_SAYS, erase_user),
    "store.CaseChange.by": Eraser(
        "emptied when the person's account is removed; the change stays", erase_user
    ),
    "store.Case.assignee": Eraser("emptied when the person's account is removed", erase_user),
    "store.Case.opened_by": Eraser(
        "emptied when the person's account is removed; the case stays", erase_user
    ),
    "store.Action.what": Eraser(
        "stays with the case, the operator's own words; gone a month after it was taken back",
        erase_actions.sweep,
    ),
    "store.Action.by": Eraser("emptied when the person's account is removed; the action stays", erase_user),
    "store.CaseInReport.by": Eraser(
        "emptied when the person's account is removed; the decision stays", erase_user
    ),
    "store.Attachment.name": Eraser("goes with the file, for good", erase_cases.erase_attachment),
    "store.Attachment.sha256": Eraser("goes with the file, for good", erase_cases.erase_attachment),
    "store.Attachment.by": Eraser("emptied when the person's account is removed; the file stays", erase_user),
    "store.TaxonomyVersion.by": Eraser(
        "emptied when the person's account is removed; the version stays", erase_user
    ),
    "store.TaxonomyExample.post_id": Eraser("goes with the post", withdraw),
    "store.Theme.name": Eraser("goes when a phrase it is made of does, or with the last post", unplace),
    "store.Theme.phrases": Eraser("a phrase goes when too few of the theme's posts say it", unplace),
    "store.Theme.by": Eraser("emptied when the person's account is removed; the theme stays", erase_user),
    "store.ThemePost.post": Eraser("the post leaves its theme", unplace),
    "store.Severe.post": Eraser("goes with the post, and when its wording changes", unplace),
    "store.OptOut.hash": Eraser(
        "stays until the account asks to be heard again, a keyed hash that no post carries", let_back
    ),
    "store.LeaveCode.hash": Eraser("goes when the code expires, 14 days after it was made", sweep),
    "store.Channel.settings": Eraser(
        "the addresses that the operator's own mails go to: emptied when the channel is removed",
        remove_channel,
    ),
    "store.Message.payload": Eraser(
        "emptied once it was delivered or given up; a post that goes takes its quote along", unsend
    ),
    "store.Message.quoted": Eraser("goes with the post, and when the message was sent", unsend),
    "store.Message.about": Eraser("the message is dropped with the post", unsend),
    "store.Message.person": Eraser(_USER_SAYS, erase_user),
    "store.MailWish.person": Eraser(_USER_SAYS, erase_user),
    "store.CaseLink.by": Eraser("emptied when the person's account is removed; the link stays", erase_user),
    "store.TeamMember.person": Eraser(_USER_SAYS, erase_user),
    "store.RouteVersion.by": Eraser(
        "emptied when the person's account is removed; the version stays", erase_user
    ),
    "store.Escalation.by": Eraser(
        "emptied when the person's account is removed; the escalation stays", erase_user
    ),
    "store.Escalation.settled_by": Eraser("emptied when the person's account is removed", erase_user),
    "store.Escalation.because": Eraser(_REASON_SAYS, erase_escalations.sweep),
    "store.Escalation.why": Eraser(_REASON_SAYS, erase_escalations.sweep),
    "store.EscalationWish.by": Eraser(
        "emptied when the person's account is removed; the wish stays", erase_user
    ),
    "store.EscalationWish.settled_by": Eraser("emptied when the person's account is removed", erase_user),
    "store.EscalationWish.because": Eraser(_REASON_SAYS, erase_escalations.sweep),
    "store.EscalationWish.answer": Eraser(_REASON_SAYS, erase_escalations.sweep),
    "store.AckLink.hash": Eraser(
        "goes when the link is too old, 14 days after its message", erase_escalations.sweep
    ),
    "store.Membership.user": Eraser(_USER_SAYS, erase_user),
    "store.SignIn.user": Eraser(_USER_SAYS, erase_user),
    "store.Person.user": Eraser(_USER_SAYS, erase_user),
    "store.Person.language": Eraser(_USER_SAYS, erase_user),
    "store.Person.zone": Eraser(_USER_SAYS, erase_user),
    "store.Person.known_as": Eraser(_USER_SAYS, erase_user),
    "store.Visit.user": Eraser(_USER_SAYS, erase_user),
    "store.Visit.browser": Eraser("goes with the session, and with the account", sweep),
    "store.Attempt.key": Eraser("a keyed hash that goes after a day", sweep),
    "store.TeamInvitation.email": Eraser("wiped when it is accepted, taken back or too old", sweep),
    "store.TeamInvitation.hash": Eraser("goes a month after the invitation expired", sweep),
    "store.TeamInvitation.by": Eraser(
        "emptied when the person's account is removed; the invitation stays until it expires", erase_user
    ),
    "store.SignIn.hash": Eraser("goes a day after the link expired, and with the account", sweep),
    "store.AuditLink.actor": Eraser(
        "stays on purpose, a number that leads to nobody once the person's account is removed", erase_user
    ),
    "auth.User.username": Eraser(_USER_SAYS, erase_user),
    "auth.User.email": Eraser(_USER_SAYS, erase_user),
    "auth.User.first_name": Eraser(_USER_SAYS, erase_user),
    "auth.User.last_name": Eraser(_USER_SAYS, erase_user),
    "auth.User.password": Eraser(_USER_SAYS, erase_user),
    "auth.User.last_login": Eraser(_USER_SAYS, erase_user),
    "auth.User.date_joined": Eraser(_USER_SAYS, erase_user),
}
"""Every column that says something of a person, and what takes it away."""
