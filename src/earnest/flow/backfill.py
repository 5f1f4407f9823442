"""Reading a place's past: what was said before it was first read, as far as it may be kept.

It goes on beside the place's own reading, in turns of its own that end like any other, from a cursor of its
own. Nothing is read from before a community's consent, nothing older than the programme keeps posts.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from earnest.desk import audit
from earnest.egress import Egress
from earnest.egress.share import Holds
from earnest.flow import backoff, budgets, handshake, holder, learn, remembered, schedule, trace
from earnest.flow.digest import Stages
from earnest.flow.hand import Hand
from earnest.flow.listen import Heard, keep_digest, open_place, open_stages
from earnest.flow.onward import onward
from earnest.flow.schedule import Turn
from earnest.gate.voice import Keys
from earnest.record.errors import EarnestError, Refused
from earnest.record.raw import Page
from earnest.sources.base import Backfills
from earnest.sources.registry import TYPES
from earnest.store import read, read_backfill, write, write_backfill, write_leases
from earnest.store.read_backfill import BackfillRow
from earnest.store.write_leases import Fence
from earnest.understand.classify import Model

REST = timedelta(seconds=5)
"""Between two turns at one place's past: the present goes first."""

TROUBLED = 60.0
"""Seconds after a problem that passes by itself."""

TURN, PAGES = 15.0, 20
"""Seconds and pages of one turn on the command line: then whoever else waits for the place may have it."""


def gives(type: str) -> bool:
    """Whether places of this type can give their past."""
    kind = TYPES.get(type)
    return kind is not None and kind.backfills


def ask(
    programme: str,
    slug: str,
    since: datetime,
    until: datetime | None = None,
    *,
    egress: Egress | None,
    actor: str,
) -> BackfillRow:
    """Want the past of a place from `since` to `until` (now), as far as it may be read; what is wanted now.

    Raises Refused where its type cannot give it or none of it may be read, StoreError where there is no such
    place, and what opening it raises.
    """
    place = read.listening_place(programme, slug)
    if place.state in ("closed", "paused"):
        raise Refused(f"The place '{slug}' is {place.state}: nothing of it is read.")
    if not isinstance(open_place(place, egress), Backfills):
        raise Refused(
            f"A place of this type ({place.type}) cannot give its past.",
            advice="It is heard from now on; an export of the place can be imported as a file.",
        )
    until = min(until or datetime.now(UTC), datetime.now(UTC)).replace(microsecond=0)
    first = read_backfill.earliest_allowed(programme, slug)
    known = read_backfill.of_place(programme, slug)
    if known is not None and known.state != "done" and since <= known.since and until >= known.until:
        # The edge of what may be kept has moved on by itself: it is the same stretch.
        since, until = known.since, known.until
    else:
        since = max(since, first).replace(microsecond=0)
    if since >= until:
        raise Refused(
            "None of this time may be read.",
            advice="Posts older than the programme keeps them are never read, nor what was said before a"
            " community's consent.",
        )
    with transaction.atomic():
        write_backfill.ask(programme, slug, since, until)
        audit.note(actor, "backfill_asked", programme=programme, about=f"place:{slug}")
    wanted = read_backfill.of_place(programme, slug)
    if wanted is None:
        raise Refused("The place was removed meanwhile.")
    return wanted


def stop(programme: str, slug: str, *, actor: str) -> None:
    """Read no further into a place's past. Raises StoreError where nothing is read of it."""
    with transaction.atomic():
        write_backfill.stop(programme, slug)
        audit.note(actor, "backfill_stopped", programme=programme, about=f"place:{slug}")


def run(
    programme: str, slug: str, keys: Keys, egress: Egress | None, stop: threading.Event
) -> Iterator[BackfillRow]:
    """Read on until it is done, fails, is stopped or `stop` is set; how far it is, after each turn. Where
    another process holds the place, that one reads.
    """
    me = holder.name()
    models = learn.models(Path(settings.EARNEST_HOME))
    shares = budgets.Budgets()
    while not stop.is_set():
        place = read.listening_place(programme, slug)
        row = read_backfill.by_place(place.id)
        if row is None or row.state != "wanted":
            return
        fence = write_leases.take(place.id, me, write_leases.LONGEST)
        if fence is not None:
            budget = shares.of(place)
            try:
                hand = Hand(stop=stop, until=time.monotonic() + TURN, pages=PAGES)
                done = turn(place, keys, models, egress, fence=fence, hand=hand, budget=budget)
            finally:
                write_leases.release(fence)
            wait = 0.05
            if done.problem:
                wait = 1.0 if done.busy else max(TROUBLED, budget.left().wait)
        else:
            wait = 1.0
        yield from _now(place.id)
        stop.wait(wait)


def _now(place_id: int) -> Iterator[BackfillRow]:
    row = read_backfill.by_place(place_id)
    if row is not None:
        yield row


def turn(
    place: read.ListeningPlace,
    keys: Keys,
    model_of: Callable[[str], Model],
    egress: Egress | None,
    *,
    fence: Fence,
    hand: Hand | None = None,
    budget: Holds | None = None,
) -> Turn:
    """One turn at a place's past. Raises nothing but what ends the process."""
    hand = hand or Hand()
    way = schedule.held(egress, budget)

    def work() -> Turn:
        with trace.span("backfill"):
            heard = _read(place, keys, model_of, way, fence, hand)
        write_backfill.rests(place.id, datetime.now(UTC) + REST)
        return Turn(place, heard, None)

    return schedule.attempt(place, work, lambda error: _waits(place, error))


def _waits(place: read.ListeningPlace, error: Exception) -> Turn:
    """Note what stopped a place's past, and when it goes on."""
    problem, again = f"It stopped ({type(error).__name__}).", False
    told = backoff.judge(error, 1, datetime.now(UTC), schedule.CHANCE)
    if isinstance(error, EarnestError):
        problem, again = error.sentence(), error.retry or told.code == "slow"
    write_backfill.waits(place.id, problem, told.next_read if again else None)
    return Turn(place, None, problem)


def _read(
    place: read.ListeningPlace,
    keys: Keys,
    model_of: Callable[[str], Model],
    egress: Egress | None,
    fence: Fence,
    hand: Hand,
) -> Heard:
    source = open_place(place, egress)
    standing = handshake.stand(place, source) if place.kind == "closed" else handshake.Standing(place)
    asked = read_backfill.by_place(place.id)
    if standing.place is None or asked is None or asked.state != "wanted":
        return Heard()
    if not isinstance(source, Backfills):
        raise Refused("This place can no longer give its past.")
    there = standing.place
    stages = open_stages(there, keys, model_of(place.programme))
    since = max(asked.since, read_backfill.earliest_allowed(place.programme, place.slug))
    total = Heard()
    pages = onward(source.backfill(asked.cursor, since, asked.until), asked.cursor)
    for page in pages:
        if not hand.takes():
            return replace(total, more=True)
        try:
            kept = _keep(there, source, stages, _within(page, since, asked.until), asked, fence)
        finally:
            hand.puts_down(len(page.posts))
        if kept is None:
            return total
        total = Heard(read=total.read + len(page.posts), admitted=total.admitted + kept.admitted)
        if not page.done and not hand.goes_on():
            return replace(total, more=True)
    return total


def _keep(
    place: read.ListeningPlace,
    source: Backfills,
    stages: Stages,
    page: Page,
    asked: BackfillRow,
    fence: Fence,
) -> write.Outcome | None:
    """A page and how far it got, in one transaction; None where nobody wants it any more."""
    digest = stages.digest(page)
    now = datetime.now(UTC)
    # The whole stretch was given: its hours without posts were silent.
    heard = write.Hearing(
        at=now, since=asked.since if page.done else None, until=asked.until if page.done else None
    )
    times = [post.created for post in page.posts if post.created is not None]

    def moved(outcome: write.Outcome) -> None:
        if not write_backfill.wanted(place.id):
            raise _NoLongerWanted
        write_backfill.moved(
            place.id,
            page.cursor,
            posts=outcome.admitted,
            read=1,
            earliest=min(times, default=None),
            latest=max(times, default=None),
            done=page.done,
        )

    try:
        kept = keep_digest(place, source, stages, digest, heard, False, False, fence, within=moved)
    except _NoLongerWanted:
        return None
    remembered.IDS.note(place, source, page, digest, stages.keys)
    return kept


class _NoLongerWanted(Exception):
    """No error: somebody said that it is enough."""


def _within(page: Page, since: datetime, until: datetime) -> Page:
    """Without what the place gives beside the stretch, and without what nobody knows to be of it. What was
    deleted or changed goes on in any case.
    """
    return replace(
        page,
        posts=tuple(
            post
            for post in page.posts
            if post.change == "deleted" or (post.created is not None and since <= post.created < until)
        ),
    )
