"""Listening: the way of a post, from a place to the store. Read this first."""

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Literal

from django.db import transaction

from earnest.egress import Egress
from earnest.flow import handshake, leave, remembered, trace
from earnest.flow.asking import Kin
from earnest.flow.digest import Digest, Stages
from earnest.flow.hand import Hand
from earnest.flow.intake import consent_of, programme_of, recheck_terms, source_name
from earnest.flow.learn import model_for as model_for
from earnest.flow.onward import onward
from earnest.flow.secret import settings_of
from earnest.gate.admit import Gate
from earnest.gate.voice import Keys
from earnest.record.raw import Page
from earnest.sources.base import Follows, Source
from earnest.sources.registry import TYPES, open_source
from earnest.store import draft, read, read_gaps, read_leaving, write
from earnest.store.write_leases import Fence
from earnest.understand.classify import Model

SILENT = 30.0
"""Seconds between two pages that are kept though nothing was said, of a place that is followed."""

AFRESH = 60.0
"""Seconds after which the stages of a place that is followed are opened anew."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one read of a place brought. `more`: it ended before the place's end."""

    read: int = 0
    admitted: int = 0
    withheld: int = 0
    duplicates: int = 0
    edited: int = 0
    erased: int = 0
    refused: int = 0
    more: bool = False


def listen(
    place: read.ListeningPlace,
    source: Source,
    stages: Stages,
    *,
    fence: Fence | None = None,
    hand: Hand | None = None,
) -> Heard:
    """Read a place from its cursor to its end, page by page; each page is kept, with its cursor, before the
    next.

    `fence` is the reader's lease, without which another process may keep the same pages; `hand` may end the
    read between two pages (`Heard.more`). Raises what the source, the gate or the store raise: the pages
    before are kept, the cursor stands after them.
    """
    total = Heard()
    hand = hand or Hand()
    write.must_recheck(place.id, recheck_terms(place))
    # What is pushed has no position that two readers could both go on from.
    after: str | Literal[False] | None = False if place.type == "submit" else place.cursor
    pages = onward(source.read(place.cursor), place.cursor)
    try:
        while True:
            with trace.span("page"):
                page = next(pages, None)
                if page is None:
                    return total
                if not hand.takes():
                    return replace(total, more=True)
                try:
                    total, after = _take(place, source, stages, page, total, after, fence)
                finally:
                    hand.puts_down(total.read)
            if not page.done and not hand.goes_on():
                return replace(total, more=True)
    finally:
        _close(pages)


def follow(
    place: read.ListeningPlace,
    source: Follows,
    open_again: Callable[[], Stages],
    *,
    fence: Fence,
    hand: Hand,
) -> Heard:
    """Read a place for as long as `hand` lets it, as its source tells by itself.

    The stages are opened anew every minute: a new model, and whoever left, count from then on. A page
    that says only that nothing was said is kept now and then: nothing is lost where its cursor is.
    """
    total = Heard()
    stages, opened, kept = open_again(), time.monotonic(), time.monotonic()
    write.must_recheck(place.id, recheck_terms(place))
    after = place.cursor
    pages = source.follow(place.cursor, hand.stop)
    try:
        for page in pages:
            hand.saw()
            now = time.monotonic()
            silent = not (page.posts or page.refused or page.missed or page.departed)
            if silent and (now - kept < SILENT or not page.done):
                continue
            if now - opened > AFRESH:
                stages, opened = open_again(), now
            if not hand.takes():
                return replace(total, more=True)
            before = total.read
            try:
                with trace.span("page"):
                    total, moved = _take(place, source, stages, page, total, after, fence)
            finally:
                hand.puts_down(total.read - before)
            after, kept = (after if moved is False else moved), now
            if page.done:
                place = replace(place, last_read=datetime.now(UTC), cursor=after)
            if hand.stop.is_set():
                break
    finally:
        _close(pages)
    return total


def _take(
    place: read.ListeningPlace,
    source: Source | Follows,
    stages: Stages,
    page: Page,
    total: Heard,
    after: str | Literal[False] | None,
    fence: Fence | None,
) -> tuple[Heard, str | Literal[False] | None]:
    """One page through the stages into the store; what was heard so far, and the cursor that it was kept
    with.
    """
    digest = stages.digest(page)
    heard = hearing(place, whole=digest.done, missed=page.missed)
    # Not how many are kept: beside what was read that would tell a collector what was withheld.
    with trace.span("keep"):
        outcome = keep_digest(place, source, stages, digest, heard, digest.cursor, after, fence)
    remembered.IDS.note(place, source, page, digest, stages.keys)
    return Heard(
        read=total.read + digest.read,
        admitted=total.admitted + outcome.admitted,
        withheld=total.withheld + digest.withheld + outcome.past,
        duplicates=total.duplicates + outcome.duplicates,
        edited=total.edited + outcome.edited,
        erased=total.erased + outcome.erased,
        refused=total.refused + len(digest.refused),
    ), (False if after is False else digest.cursor)


def _close(pages: Iterator[Page]) -> None:
    """Let a source put its connection away now, not when somebody forgets it."""
    if isinstance(pages, Generator):
        pages.close()


def keep_digest(
    place: read.ListeningPlace,
    source: object,
    stages: Stages,
    digest: Digest,
    heard: write.Hearing,
    cursor: str | Literal[False] | None,
    after: str | Literal[False] | None,
    fence: Fence | None = None,
    within: Callable[[write.Outcome], None] | None = None,
) -> write.Outcome:
    """Keep what became of a page and carry out what people asked in it; a closed place is asked once more
    before. `cursor` False: a page beside the place's own reading, whose reader notes how far it got `within`
    the transaction that keeps the page; what that raises undoes it.
    """
    if place.kind == "closed":
        handshake.confirm(place, source)
    keep = partial(
        write.keep,
        place.id,
        digest.kept,
        erased=digest.erased,
        withdrawn=digest.withdrawn,
        refused=digest.refused,
        withheld=digest.withheld,
        cursor=cursor,
        heard=heard,
        model=stages.model.id,
        after=after,
        fence=fence,
    )
    if within is not None:
        keep = partial(_keep_and, keep, within)
    kin = Kin(place.id, source_name(place))
    leave.depart(kin, stages.keys, digest.departed)
    kept = leave.keep_page(kin, stages.keys, digest.asking, stages.gate.out, keep)
    leave.answer(source, digest.asking, kept)
    return kept.outcome


def _keep_and(
    keep: Callable[..., write.Outcome], within: Callable[[write.Outcome], None], *args: Any, **more: Any
) -> write.Outcome:
    with transaction.atomic():
        outcome = keep(*args, **more)
        within(outcome)
    return outcome


def hearing(
    place: read.ListeningPlace, *, whole: bool, missed: tuple[datetime, datetime] | None = None
) -> write.Hearing:
    """What a read vouches for. Only a read to the end says that the place was silent where it brought
    nothing, and but for what the place can no longer give (`missed`).

    After a silence of Earnest's own (a failure, a restart) the time between is not vouched for, unless the
    place gives all that was said since a cursor: an hour with posts is observed, one without stays unknown.
    """
    now = datetime.now(UTC)
    next_read = now + timedelta(seconds=place.interval) if place.interval else None
    if not whole:
        return write.Hearing(at=now, next_read=next_read, missed=missed)
    kind = TYPES.get(place.type)
    catches_up = kind is not None and kind.catches_up and place.kind != "closed"
    unbroken = place.last_read is not None and (
        catches_up or now - place.last_read <= read_gaps.continuous(place.interval)
    )
    since = place.last_read if unbroken else now
    return write.Hearing(at=now, since=since, until=now, next_read=next_read, missed=missed)


def open_place(place: read.ListeningPlace, egress: Egress | None) -> Source:
    """The source of a place. Whether a closed one may be read is asked by `flow.handshake`, every time."""
    if place.kind == "closed":
        handshake.may_open(place)
    return open_source(place.type, settings_of(place), egress)


def open_stages(place: read.ListeningPlace, keys: Keys, model: Model) -> Stages:
    """The stages for a place. Raises RefusedAudience when its audience may not listen to its kind of
    place, InputError while its programme is a draft.
    """
    if not place.live:
        draft.check_live(programme_of(place.programme))
    gate = Gate(
        keys,
        audience=place.audience,
        kind=place.kind,
        source=source_name(place),
        region=place.region,
        consent=consent_of(place),
        out=read_leaving.opted_out(place.id),
        answered=partial(read_leaving.answered, place.id),
    )
    return Stages(gate=gate, keys=keys, model=model, audience=place.audience, kin=leave.kin(place))
