"""The outbox: messages are queued in the transaction of what they tell, and taken out again under a lease.

    queue("riders", channel.id, kind="escalation", key=f"escalation:{id}:{step}", payload=notice.plain(),
    case=12)

Promises: a message is queued once for a key, whoever asks how often; taking it out for sending gives it to
one process at a time, and one that dies gives it back when its lease ends, under the same key; what it said
is wiped when it is done with.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from earnest.store import clock, scope
from earnest.store.models import Channel, Message

KEPT_TRYING = timedelta(days=3)
"""How long a message is tried before it is given up, unless the caller says otherwise."""

LEASE = timedelta(minutes=3)
"""How long one process has a message to itself: longer than the slowest sending takes."""

LONGEST_KIND = 30


def queue(
    programme: str,
    channel: int,
    *,
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    case: int | None = None,
    at: datetime | None = None,
    keep_trying: timedelta = KEPT_TRYING,
) -> int | None:
    """Queue a message to a channel, in the caller's transaction; its id, or None where `key` is there
    already.

    `payload` is `notify.base.Notice(…).plain()`. `at`: not before. A channel of another programme, or one
    that was removed, takes nothing (None).
    """
    id = scope.id_of(programme)
    if not Channel.objects.filter(pk=channel, programme_id=id, removed__isnull=True).exists():
        return None
    return _queue(id, f"channel:{channel}", kind, key, payload, case, at, keep_trying, channel=channel)


def queue_for(
    programme: str,
    person: int,
    *,
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    case: int | None = None,
    at: datetime | None = None,
    keep_trying: timedelta = KEPT_TRYING,
) -> int | None:
    """Queue a mail to one of the operator's own people; as `queue`. Whether they want it is asked before."""
    id = scope.id_of(programme)
    return _queue(id, f"person:{person}", kind, key, payload, case, at, keep_trying, person=person)


def _queue(
    programme: int,
    where: str,
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    case: int | None,
    at: datetime | None,
    keep_trying: timedelta,
    **to: int,
) -> int | None:
    now = clock.now()
    hashed = hashlib.sha256(f"{programme}|{where}|{key}".encode("utf-8", "replace")).hexdigest()
    quotes = payload.get("quotes") or ()
    due = max(now, at) if at else now
    with transaction.atomic():
        Message.objects.bulk_create(
            [
                Message(
                    programme_id=programme,
                    channel_id=to.get("channel"),
                    person_id=to.get("person"),
                    key=hashed,
                    kind=kind[:LONGEST_KIND],
                    case=case,
                    payload=dict(payload),
                    quoted=sorted({int(quote["post"]) for quote in quotes}),
                    about=sorted({int(post) for post in payload.get("about") or ()}),
                    made=now,
                    at=due,
                    until=due + keep_trying,
                    lease=(mine := secrets.token_hex(8)),
                )
            ],
            ignore_conflicts=True,
        )
        return Message.objects.filter(key=hashed, lease=mine).values_list("pk", flat=True).first()


@dataclass(frozen=True, slots=True)
class Taken:
    """A message under lease. `key` goes with it, so that a receiver can fold what comes twice."""

    id: int
    programme: str
    channel: int | None
    person: int | None
    key: str
    kind: str
    case: int | None
    payload: Mapping[str, Any]
    attempts: int
    made: datetime
    until: datetime
    lease: str


def take(message: int, now: datetime) -> Taken | None:
    """Lease a message that is due; None where another process was quicker, or it is not due any more."""
    lease = secrets.token_hex(16)
    got = (
        Message.objects.filter(pk=message)
        .filter(Q(state="waiting", at__lte=now) | Q(state="sending", leased__lte=now))
        .update(state="sending", leased=now + LEASE, lease=lease, attempts=F("attempts") + 1)
    )
    if not got:
        return None
    row = Message.objects.select_related("programme").filter(pk=message, lease=lease).first()
    if row is None or row.payload is None:
        return None
    return Taken(
        id=row.pk,
        programme=row.programme.slug,
        channel=row.channel_id,
        person=row.person_id,
        key=row.key,
        kind=row.kind,
        case=row.case,
        payload=row.payload,
        attempts=row.attempts,
        made=row.made,
        until=row.until,
        lease=lease,
    )


def finish(taken: Taken, state: str, result: str, status: int | None = None) -> bool:
    """A message is done with (delivered, refused, given_up or dropped): what it said is wiped.

    False where the lease was lost meanwhile; what another process finds out then stands.
    """
    return bool(
        _mine(taken).update(
            state=state,
            result=result,
            status=status,
            payload=None,
            quoted=[],
            about=[],
            leased=None,
            lease="",
            done=clock.now(),
        )
    )


def later(
    taken: Taken,
    at: datetime,
    result: str,
    status: int | None = None,
    left: Sequence[str] = (),
    *,
    counted: bool = True,
) -> bool:
    """A message waits for another try. `left`: recipients who have not got it, where others have.

    `counted`: whether this was a try at all (a channel that rests was not asked).
    """
    with transaction.atomic():
        row = _mine(taken).select_for_update().first()
        if row is None:
            return False
        payload = row.payload
        if payload is not None and left:
            payload = {**payload, "left": list(left)}
        changed = Message.objects.filter(pk=row.pk, lease=taken.lease, state="sending").update(
            state="waiting",
            at=at,
            result=result,
            status=status,
            payload=payload,
            leased=None,
            lease="",
            attempts=row.attempts if counted else max(0, row.attempts - 1),
        )
    return bool(changed)


def _mine(taken: Taken) -> Any:
    return Message.objects.filter(pk=taken.id, lease=taken.lease, state="sending")


def again(programme: str, message: int, now: datetime) -> bool:
    """Try a waiting message now. One that is done with has nothing left to say (False)."""
    return bool(
        Message.objects.filter(pk=message, programme_id=scope.id_of(programme), state="waiting").update(
            at=now, until=now + KEPT_TRYING
        )
    )


def drop(programme: str, message: int) -> bool:
    """A waiting message is not sent; what it said is wiped. One that is being sent is not stopped (False)."""
    return bool(
        _drop(
            Message.objects.filter(pk=message, programme_id=scope.id_of(programme), state="waiting"),
            "by_hand",
        )
    )


def _drop(messages: Any, why: str) -> int:
    return int(
        messages.update(
            state="dropped", result=why, payload=None, quoted=[], about=[], lease="", done=clock.now()
        )
    )
