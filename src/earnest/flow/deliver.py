"""Delivering what waits in the outbox: at least once, under one key, patiently, and never for ever.

    lease → render by the rules of now → send → note what came of it and wipe what it said

A process that dies between sending and noting leaves a lease that ends; the message then goes again under the
same key, by which a receiver can fold it. A channel that fails in a row rests; a message that was refused for
good is not sent again; one that waited too long is given up. What it said is wiped either way.
"""

import logging
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from earnest.desk import content, dispatch, tickets
from earnest.flow import deliver_events, deliver_people
from earnest.notify.base import Delivered, Later, Never, Notice, Outcome
from earnest.store import clock, read_outbox, write_channels, write_outbox
from earnest.store.read_outbox import Channel
from earnest.store.write_outbox import Taken

LOG = logging.getLogger(__name__)

SECONDS = 10.0
"""For which one turn begins new sendings; places wait no longer than this and one sending."""

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
HELD_BACK = timedelta(minutes=1)
"""How long a message waits whose channel rests."""

MOST_ATTEMPTS = 60
"""A message that kills whoever sends it is not tried for ever either."""


def tend(now: datetime | None = None, seconds: float = SECONDS) -> int:
    """Queue what events call for, send what is due, look at tickets; how many messages were done with."""
    end = time.monotonic() + seconds
    deliver_events.follow()
    deliver_people.follow()
    done = deliver(now, until=end)
    tickets.look_due(clock.now(), until=end)
    return done


def deliver(
    now: datetime | None = None,
    *,
    until: float | None = None,
    send: Callable[[Channel, dispatch.Parcel], Outcome] = dispatch.send,
) -> int:
    """Send what is due; how many messages were done with (delivered, refused or given up)."""
    done = 0
    probed: set[int] = set()
    for due in read_outbox.due(now or clock.now()):
        if until is not None and time.monotonic() > until:
            break
        if due.channel is not None and due.failures >= write_channels.FAILURES:
            if due.channel in probed:
                continue  # after a rest one message finds out whether the channel is well again
            probed.add(due.channel)
        taken = write_outbox.take(due.id, now or clock.now())
        if taken is not None:
            done += _one(taken, send)
    return done


def _one(taken: Taken, send: Callable[[Channel, dispatch.Parcel], Outcome]) -> bool:
    """Send one message and note what came of it; whether it is done with."""
    channel = None if taken.channel is None else read_outbox.channel_by_id(taken.channel)
    if taken.channel is not None and (channel is None or channel.removed or not channel.on):
        return write_outbox.finish(taken, "refused", "channel_off")
    if channel is not None and not write_channels.moved_on(channel.id, clock.now()):
        write_outbox.later(taken, clock.now() + HELD_BACK, "busy", counted=False)
        return False
    if taken.attempts > MOST_ATTEMPTS:
        return write_outbox.finish(taken, "given_up", "too_long")
    try:
        notice = Notice.of(taken.payload)
        about = read_outbox.there(taken.programme, notice.about)
        if len(about) != len(set(notice.about)):
            return write_outbox.finish(taken, "dropped", "post_gone")
        parcel = _parcel(taken, notice)
        if channel is not None:
            outcome = send(channel, parcel)
        else:
            outcome = dispatch.to_person(taken.person or 0, parcel)
    except Exception as error:  # noqa: BLE001 - one message must not hold up the others
        LOG.warning("Message %d could not be sent (%s).", taken.id, type(error).__name__)
        outcome = Later("unexpected")
    return _note(taken, channel, outcome)


def _parcel(taken: Taken, notice: Notice) -> dispatch.Parcel:
    extra = taken.payload.get("ticket")
    extra = extra if isinstance(extra, dict) else None
    return dispatch.Parcel(
        kind=taken.kind,
        key=taken.key,
        case=taken.case,
        notice=notice,
        shown=tickets.shown(taken.programme, notice, taken.case, extra)
        if extra is not None
        else content.shown(taken.programme, notice, taken.case),
        first=taken.attempts <= 1,
        left=tuple(str(one) for one in taken.payload.get("left") or ()),
        made=taken.made,
        extra=extra,
    )


def _note(taken: Taken, channel: Channel | None, outcome: Outcome) -> bool:
    if isinstance(outcome, Delivered):
        with transaction.atomic():
            done = write_outbox.finish(taken, "delivered", outcome.why, outcome.status)
            if done and outcome.ref and channel is not None:
                tickets.made(taken.programme, taken.case, channel, outcome, taken.payload.get("ticket"))
        if channel is not None:
            write_channels.went_well(channel.id)
        return done
    if channel is not None and _channels_fault(outcome):
        write_channels.went_wrong(
            channel.id, outcome.why, outcome.after if isinstance(outcome, Later) else None
        )
    if isinstance(outcome, Never):
        if channel is not None and outcome.why == "gone" and channel.sort == "webhook":
            write_channels.switch_off(channel.id, "gone")
        return write_outbox.finish(taken, "refused", outcome.why, outcome.status)
    at = clock.now() + backoff(taken.attempts, outcome.after)
    if at > taken.until:
        return write_outbox.finish(taken, "given_up", outcome.why, outcome.status)
    write_outbox.later(taken, at, outcome.why, outcome.status, outcome.left)
    return False


def _channels_fault(outcome: Outcome) -> bool:
    """Whether it says something of the channel, and not of this message alone."""
    return isinstance(outcome, Later) or outcome.why not in ("refused", "no_recipient", "too_long")


def backoff(attempts: int, after: float | None = None) -> timedelta:
    """How long until the next try: doubling, with chance so that not all come back at once; never sooner than
    the other side asked for (`after`, seconds).
    """
    wait = min(LONGEST_WAIT, FIRST_WAIT * float(2 ** min(max(attempts, 1) - 1, 12)))
    wait *= random.uniform(0.6, 1.0)  # noqa: S311 - chance against crowding, not against guessing
    return max(wait, timedelta(seconds=after or 0.0))
