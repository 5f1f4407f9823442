"""Reading the consents of invited communities. Who gave them is not recorded, so nobody can be told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import Q

from earnest.store import clock
from earnest.store.models import Consent, ConsentEvent, Invitation, Place


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """The consent of a place: live while it holds, paused, ended when taken back, lapsed when not proved
    again.
    """

    place: str
    state: Literal["live", "paused", "ended", "lapsed"]
    opened: datetime
    expires: datetime
    checked: datetime | None
    ended: datetime | None
    grace_days: int


def consents(programme: str) -> dict[str, ConsentRow]:
    """The latest consent of each place of a programme, by the place's slug."""
    now = clock.now()
    found: dict[str, ConsentRow] = {}
    rows = (
        Consent.objects.filter(place__programme__slug=programme)
        .select_related("place")
        .order_by("opened", "pk")
    )
    for row in rows:
        found[row.place.slug] = _row(row, now)
    return found


def _row(row: Any, now: datetime) -> ConsentRow:
    return ConsentRow(
        place=row.place.slug,
        state=_state(row, now),
        opened=row.opened,
        expires=row.expires,
        checked=row.checked,
        ended=row.ended,
        grace_days=row.grace_days,
    )


def _state(row: Any, now: datetime) -> Literal["live", "paused", "ended", "lapsed"]:
    if row.ended:
        return "ended"
    if not row.opened <= now < row.expires:
        return "lapsed"
    return "paused" if row.state == "paused" else "live"


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """What a community was asked. `notice` is the digest of its words; `used` when the place opened."""

    place: str
    notice: bytes
    grace_days: int
    made: datetime
    opens_by: datetime
    until: datetime
    used: datetime | None


def invitation(place_id: int) -> InvitationRow | None:
    """The invitation of a place, or None where it never had one."""
    row = Invitation.objects.select_related("place").filter(place_id=place_id).first()
    return None if row is None else _invitation(row)


def invitations(programme: str) -> dict[str, InvitationRow]:
    """The invitation of each closed place of a programme, by the place's slug."""
    rows = Invitation.objects.select_related("place").filter(place__programme__slug=programme)
    return {row.place.slug: _invitation(row) for row in rows}


def _invitation(row: Any) -> InvitationRow:
    return InvitationRow(
        place=row.place.slug,
        notice=bytes(row.notice),
        grace_days=row.grace_days,
        made=row.made,
        opens_by=row.opens_by,
        until=row.until,
        used=row.used,
    )


def latest(place_id: int) -> ConsentRow | None:
    """The newest consent of a place, or None."""
    row = Consent.objects.filter(place_id=place_id).select_related("place").order_by("-opened", "-pk").first()
    return None if row is None else _row(row, clock.now())


def unproved(now: datetime, before: datetime) -> list[tuple[str, str]]:
    """Programme and slug of the closed places to prove beside their turns: last proved before a moment, and
    still holding, or without any turn to come (paused, or failed for good).
    """
    rows = Consent.objects.filter(
        Q(expires__gt=now) | Q(place__state="paused") | Q(place__next_read__isnull=True),
        ended__isnull=True,
        checked__lte=before,
        place__invitation__isnull=False,
    ).exclude(place__state="closed")
    return sorted(set(rows.values_list("place__programme__slug", "place__slug")))


@dataclass(frozen=True, slots=True)
class ConsentEventRow:
    """One line of the ledger.

    title  of the place, as it was called then; `place` is its slug. The place itself may be erased by now
    what   what happened; `why` a code: one of `sources.handshake.WHY` where it was closed, else of
           `sources.handshake.PAUSED`, or empty
    grace  days after a closing until everything is erased
    """

    place: str
    title: str
    type: str
    what: Literal["invited", "opened", "renewed", "paused", "closed"]
    why: str
    grace: int | None
    at: datetime


def consent_history(programme_slug: str) -> list[ConsentEventRow]:
    """All that happened to the consents of a programme, in the order Earnest learned it. Never who."""
    rows = ConsentEvent.objects.filter(programme=programme_slug).order_by("pk")
    return [_event(row) for row in rows]


def _event(row: Any) -> ConsentEventRow:
    return ConsentEventRow(
        place=row.place,
        title=row.title,
        type=row.type,
        what=row.what,
        why=row.why,
        grace=row.grace_days,
        at=row.at,
    )


def place_name(place_id: int) -> tuple[str, str]:
    """The slugs of a place's programme and of the place."""
    found = Place.objects.filter(pk=place_id).values_list("programme__slug", "slug").first()
    return (str(found[0]), str(found[1])) if found else ("", "")


def read_elsewhere(place_id: int, community: str | None = None) -> bool:
    """Does another closed place, not yet ended, read the same community? That is what the setting `community`
    names, or where there is none the same settings but for marks.
    """
    own = Place.objects.get(pk=place_id)
    others = Place.objects.filter(kind="closed", type=own.type).exclude(pk=place_id).exclude(state="closed")
    if community is not None:
        wider = own.settings.get(community)
        return any(other.settings.get(community) in (wider, None) for other in others)
    return any(_same(own.settings, other.settings) for other in others)


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(one.get(name) == other.get(name) for name in {*one, *other} - {"notice", "lang", "region"})
