"""Closed places: asking the community again before anything is read or kept. `invite.py` is how it begins.

A turn at a closed place begins with a proof (`stand`), every page is proved once more before it is kept
(`confirm`), and whatever the schedule of reading, each open place is proved every hour (`prove_due`). What
is not proved in time pauses by itself: a bot that was stopped, or cannot reach the community, does not go on.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from earnest.desk import audit
from earnest.egress import Egress
from earnest.flow.secret import forget_secret, settings_of
from earnest.record.errors import EarnestError, Refused, SourceBusy, SourceGone, StoreError
from earnest.sources import handshake
from earnest.sources.base import Source
from earnest.sources.handshake import Farewell, Handshake, NotProved, Proof, Skips, Why
from earnest.sources.registry import TYPES, open_source
from earnest.store import clock, read, read_consents, write

HOLDS = timedelta(hours=1)
"""A proof is good for this long."""

MARGIN = timedelta(minutes=10)
"""And for so much longer, so that the next proof may be late by a slow answer."""

EARLY = timedelta(minutes=5)
"""The next proof is made so long before the hour is over."""

WAITING = timedelta(minutes=1)
"""Between two looks whether a notice is published."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a proof came to: the place as it may be read now, or None and why not."""

    place: read.ListeningPlace | None
    problem: str = ""


def may_open(place: read.ListeningPlace) -> None:
    """Before a closed place is opened: its community was asked, or the ledger alone lets it be read (the
    bundled sample). Raises SourceGone.
    """
    if read.invitation(place.id) is None:
        _by_ledger_alone(place)


def stand(place: read.ListeningPlace, source: Source) -> Standing:
    """Ask the community, open what it opened, and end what it ended.

    Raises SourceGone where the invitation has ended, and what asking raises.
    """
    _clock_is_right(place)
    asked = read.invitation(place.id)
    if asked is None or not isinstance(source, Handshake):
        _by_ledger_alone(place)
        return Standing(place)
    _in_time(place, asked, source)
    answer = source.prove(handshake.Invitation(asked.notice, opened=asked.used is not None))
    if isinstance(answer, NotProved):
        if asked.used is not None:
            raise _ended(place, source, answer.why)
        return Standing(None, answer.reason)
    now = clock.now()
    expires = min(now + HOLDS + MARGIN, asked.until)
    if asked.used is None:
        _open(place, answer, now, expires)
    elif place.state == "paused":
        write.prove_again(place.id, now, expires)
        return Standing(None, "Paused.")
    elif not write.renew(place.id, now, expires):
        # Nothing that was said in between is read; what was deleted in between is gone here too.
        after = source.skip(place.cursor, answer.start) if isinstance(source, Skips) else answer.start
        write.resume_consent(place.id, now.replace(microsecond=0), expires, after)
        _note("consent_renewed", place)
    return Standing(read.listening_place(place.programme, place.slug))


def confirm(place: read.ListeningPlace, source: object) -> None:
    """Once more, after a page was read and before it is kept. Raises SourceGone where it must not be."""
    asked = read.invitation(place.id)
    if asked is not None and isinstance(source, Handshake):
        _in_time(place, asked, source)
        answer = source.prove(handshake.Invitation(asked.notice, opened=True))
        if isinstance(answer, NotProved):
            raise _ended(place, source, answer.why)
        now = clock.now()
        write.renew(place.id, now, min(now + HOLDS + MARGIN, asked.until))
    _by_ledger_alone(place, asked=asked is not None)


def prove_due(now: datetime, egress: Egress | None) -> None:
    """Prove every open place whose hour is nearly over, paused ones too, and pause what was not proved in
    time.

    What cannot be asked now is passed over: it runs out by itself, and is asked again in its turns.
    """
    for programme, slug in read_consents.unproved(now, now - HOLDS + EARLY):
        with suppress(EarnestError):
            place = read.listening_place(programme, slug)
            stand(place, open_source(place.type, settings_of(place), egress))
    for place_id in write.lapse(clock.now()):
        where = read_consents.place_name(place_id)
        audit.note("system", "consent_paused", programme=where[0], about=f"place:{where[1]}")


def _clock_is_right(place: read.ListeningPlace) -> None:
    known = read_consents.latest(place.id)
    if known is not None and known.ended is None and known.opened > clock.now():
        raise SourceBusy(
            "The clock of this machine is before the community's consent.",
            advice="Set the clock; Earnest tries again by itself.",
        )


def _by_ledger_alone(place: read.ListeningPlace, *, asked: bool = False) -> None:
    """Raises SourceGone where the ledger does not let a place be read; SourceBusy where it was paused or not
    proved in time, and its community (`asked`) can be asked again.
    """
    if write.consent_lives(place.id, clock.now()):
        return
    known = read_consents.latest(place.id)
    if asked and known is not None and known.state in ("paused", "lapsed"):
        raise SourceBusy("The place was paused while it was being read: this page was not kept.")
    raise SourceGone(
        "The community's consent has ended or was never given.",
        advice="Only the community can invite again.",
    )


def _in_time(place: read.ListeningPlace, asked: read.InvitationRow, source: object) -> None:
    """An invitation that was not taken up, or has held as long as it may, ends."""
    now = clock.now()
    if now >= (asked.until if asked.used is not None else asked.opens_by):
        raise _ended(place, source, "expired")


def _open(place: read.ListeningPlace, proof: Proof, now: datetime, expires: datetime) -> None:
    # Rooms tell time by the millisecond and less: what was said in this second is told apart by the cursor.
    opened = now.replace(microsecond=0)
    try:
        write.open_invited(place.id, opened=opened, expires=expires, cursor=proof.start, settle=proof.settle)
    except StoreError:
        again = read.invitation(place.id)
        if again is None or again.used is None:
            raise
        return  # another process saw the notice in the same moment
    _note("consent_opened", place)


def _ended(place: read.ListeningPlace, source: object, why: Why) -> SourceGone:
    """End the invitation for good: nothing more is read, the bot leaves, its secret goes."""
    if write.end_consent(place.id, clock.now(), why):
        _note("consent_closed", place, why=why)
        kind = TYPES.get(place.type)
        shared = read_consents.read_elsewhere(place.id, kind.community if kind else None)
        if isinstance(source, Farewell) and why != "sent_away" and not shared:
            with suppress(EarnestError):
                source.leave()
        forget_secret(place.programme, place.slug)
    return SourceGone(
        f"The community's invitation has ended. {handshake.WHY[why]}",
        advice="Only the community can invite again.",
    )


def _note(action: str, place: read.ListeningPlace, **detail: str) -> None:
    audit.note("system", action, programme=place.programme, about=f"place:{place.slug}", detail=detail)


@dataclass(frozen=True, slots=True)
class Look:
    """How a closed place stands. Times are None where there is none.

    state   waiting, live, paused, lapsed or ended
    reason  why it waits or ended, as a sentence, or empty
    erased  when everything it gave is erased, once it ended
    """

    state: str
    reason: str
    opens_by: datetime | None = None
    opened: datetime | None = None
    proved: datetime | None = None
    until: datetime | None = None
    ended: datetime | None = None
    erased: datetime | None = None


def look(programme: str, slug: str, egress: Egress | None) -> Look:
    """Ask the community now, and say how its place stands. Opens or ends it as a turn would; reads nothing.

    Raises StoreError where there is no such place, Refused where it is not a closed one.
    """
    place = read.listening_place(programme, slug)
    if place.kind != "closed":
        raise Refused(f"The place '{slug}' is {place.kind}: nobody has to invite Earnest there.")
    reason = ""
    if place.state != "closed":
        try:
            standing = stand(place, open_source(place.type, settings_of(place), egress))
            reason = standing.problem
        except EarnestError as error:
            reason = error.sentence()
    asked, now = read.invitation(place.id), read_consents.latest(place.id)
    if now is None:
        if read.listening_place(programme, slug).state == "closed":
            return Look("ended", reason or "Nobody took the invitation up.")
        return Look("waiting", reason, opens_by=asked.opens_by if asked else None)
    end = now.ended if now.state == "ended" else now.expires if now.state == "lapsed" else None
    return Look(
        state=now.state,
        reason=reason,
        opened=now.opened,
        proved=now.checked,
        until=asked.until if asked else None,
        ended=end,
        erased=end + timedelta(days=now.grace_days) if end else None,
    )
