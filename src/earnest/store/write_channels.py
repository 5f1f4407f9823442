"""Changing channels: added, changed, resting, removed; and what their hooks have taken."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.text import slugify

from earnest.record.errors import StoreError
from earnest.store import clock, scope
from earnest.store.models import Alert, AuditLink, Channel, Incoming, MailWish, OutboxMark

FAILURES = 5
"""In a row, before a channel rests."""

FIRST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=15)


def add_channel(programme: str, sort: str, name: str, settings: Mapping[str, Any]) -> tuple[int, str]:
    """Add a channel; its number and its name in addresses."""
    id = scope.id_of(programme)
    base = slugify(name)[:32] or sort
    for attempt in range(1, 100):
        slug = base if attempt == 1 else f"{base}-{attempt}"
        if Channel.objects.filter(programme_id=id, slug=slug, removed__isnull=True).exists():
            continue
        try:
            with transaction.atomic():
                row = Channel.objects.create(
                    programme_id=id,
                    slug=slug,
                    name=name,
                    sort=sort,
                    settings=dict(settings),
                    made=clock.now(),
                )
        except IntegrityError:  # somebody was quicker with the same name
            continue
        return row.pk, slug
    raise StoreError("There are too many channels of this name.", advice="Choose another name.")


def change_channel(id: int, *, name: str, settings: Mapping[str, Any], on: bool) -> None:
    """Change what is no secret. A channel that is changed has its failures forgotten: it may be mended."""
    Channel.objects.filter(pk=id).update(
        name=name, settings=dict(settings), on=on, failures=0, rests=None, problem=""
    )


def subscribe(id: int, events: Sequence[str]) -> None:
    """Which events are told from now on: what happened before is not."""
    row = Channel.objects.get(pk=id)
    fields: dict[str, Any] = {"events": sorted(set(events))}
    if not row.events:
        fields["mark"] = AuditLink.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
        fields["alerts"] = Alert.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    Channel.objects.filter(pk=id).update(**fields)


def followed(id: int, *, mark: int, alerts: int) -> None:
    """How far events were looked at for a channel."""
    Channel.objects.filter(pk=id).update(mark=mark, alerts=alerts)


def secret_set(id: int) -> None:
    """Its secret is in the key folder since now."""
    Channel.objects.filter(pk=id).update(secret=clock.now(), failures=0, rests=None, problem="")


def open_hook(id: int) -> str:
    """Give a channel a way in; what it is called in the address. One that is there stays."""
    Channel.objects.filter(pk=id, hook__isnull=True).update(hook=secrets.token_urlsafe(18))
    Channel.objects.filter(pk=id).update(hook_secret=clock.now())
    return Channel.objects.values_list("hook", flat=True).get(pk=id) or ""


def close_hook(id: int) -> None:
    """Take the way in away again."""
    Channel.objects.filter(pk=id).update(hook=None, hook_secret=None)


def went_well(id: int) -> None:
    """A message of this channel arrived."""
    Channel.objects.filter(pk=id).update(failures=0, rests=None, problem="", worked=clock.now())


def went_wrong(id: int, why: str, after: float | None = None) -> None:
    """The channel did not answer as it should. After some failures in a row it rests, longer each time; one
    that asks to be left alone (`after`, seconds) rests at once.
    """
    with transaction.atomic():
        Channel.objects.filter(pk=id).update(failures=F("failures") + 1, problem=why)
        failures = Channel.objects.values_list("failures", flat=True).get(pk=id)
        rest = timedelta()
        if failures >= FAILURES:
            rest = min(LONGEST_REST, FIRST_REST * 2 ** min(failures - FAILURES, 8))
        if after:
            rest = max(rest, timedelta(seconds=min(after, 86_400)))
        if rest:
            Channel.objects.filter(pk=id).update(rests=clock.now() + rest)


def switch_off(id: int, why: str) -> None:
    """The other side said that this is gone for good: nothing more is sent there until a person has
    looked.
    """
    Channel.objects.filter(pk=id).update(on=False, problem=why)


def take_in(channel: int, key: str, sort: str) -> bool:
    """Note that a hook took something, in the caller's transaction; False where it did before."""
    hashed = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
    with transaction.atomic():
        if Incoming.objects.filter(channel_id=channel, key=hashed).exists():
            return False
        try:
            with transaction.atomic():
                Incoming.objects.create(channel_id=channel, key=hashed, sort=sort[:20], at=clock.now())
        except IntegrityError:
            return False
    return True


def set_wish(person: int, *, mentions: bool, assignments: bool) -> None:
    """Which mails a person wants."""
    MailWish.objects.update_or_create(
        person_id=person, defaults={"mentions": mentions, "assignments": assignments}
    )


def moved_on(id: int, now: datetime) -> bool:
    """Whether a channel may be asked now."""
    row = Channel.objects.filter(pk=id).values_list("on", "rests", "removed").first()
    return row is not None and row[0] and row[2] is None and (row[1] is None or row[1] <= now)


def set_mark(name: str, at: int) -> None:
    """How far something was looked at for mails to people."""
    OutboxMark.objects.update_or_create(pk=name, defaults={"at": at})
