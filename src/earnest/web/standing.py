"""How one place stands, for its own page and for the delegate's: waiting, open since, paused, ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from earnest.store import read_consents
from earnest.store.read import HearingNow, Place, Programme, hearing_now
from earnest.store.read_consents import ConsentRow, InvitationRow
from earnest.web import words
from earnest.web.notice import Change, history

STATES = {
    "waiting": _("waiting for the community to publish the notice"),
    "live": _("open: the community invites us"),
    "paused": pgettext_lazy("a place", "paused"),
    "ended": pgettext_lazy("a place", "ended"),
    "lapsed": _("not read: the invitation could not be proved in time"),
    "none": _("not read: nobody invited us"),
    "open": pgettext_lazy("a place", "read"),
}
THEIRS = {"paused": _("paused by the community’s delegate")}
"""The same, where it was the community's delegate who did it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A place with its facts, in words. `state` is a key of STATES."""

    place: Place
    state: str
    says: str
    facts: tuple[tuple[str, str], ...]
    history: tuple[Change, ...]
    paused_by_delegate: bool

    @property
    def may_pause(self) -> bool:
        return self.place.state in ("hearing", "failed")

    @property
    def may_resume(self) -> bool:
        return self.place.state == "paused"

    @property
    def may_close(self) -> bool:
        return self.place.state != "closed"


def of(programme: Programme, slugs: Sequence[str] | frozenset[str]) -> list[Standing]:
    """How these places of a programme stand, by title. Slugs that it has not are left out."""
    given = read_consents.consents(programme.slug)
    asked = read_consents.invitations(programme.slug)
    events = history(programme.slug, words.language())
    return [
        _standing(one, given.get(one.place.slug), asked.get(one.place.slug), events)
        for one in hearing_now(programme.slug)
        if one.place.slug in slugs
    ]


def _standing(
    one: HearingNow, consent: ConsentRow | None, asked: InvitationRow | None, events: Sequence[Change]
) -> Standing:
    place = one.place
    state = _state(place, consent, asked)
    theirs = place.paused_by == "delegate"
    says = str(THEIRS.get(state, STATES[state]) if theirs else STATES[state])
    return Standing(
        place=place,
        state=state,
        says=says,
        facts=tuple(_facts(place, consent, asked)),
        history=tuple(event for event in events if event.slug == place.slug),
        paused_by_delegate=theirs,
    )


def _state(place: Place, consent: ConsentRow | None, asked: InvitationRow | None) -> str:
    if place.state == "closed":
        return "ended"
    if place.state == "paused":
        return "paused"
    if place.kind != "closed":
        return "open"
    if consent is not None:
        return consent.state
    return "waiting" if asked is not None else "none"


def _facts(place: Place, consent: ConsentRow | None, asked: InvitationRow | None) -> list[tuple[str, str]]:
    facts: list[tuple[str, datetime | None]] = []
    if consent is None:
        if asked is not None and place.state != "closed":
            facts += [(gettext("Asked"), asked.made), (gettext("Can open until"), asked.opens_by)]
    else:
        facts += [(gettext("Open since"), consent.opened), (gettext("Last proved"), consent.checked)]
        end = consent.ended or (consent.expires if consent.state == "lapsed" else None)
        if end is not None:
            facts += [
                (gettext("Ended"), end),
                (gettext("Everything is erased on"), end + timedelta(days=consent.grace_days)),
            ]
        elif asked is not None:
            facts.append((gettext("Ends by itself on"), asked.until))
    facts.append((gettext("Last post"), place.last_post))
    return [(name, words.moment(at)) for name, at in facts if at is not None]
