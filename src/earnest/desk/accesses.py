"""Who read a community's posts: the audit chain, as a delegate may read it.

Promise: no names. Somebody is "an analyst", with how many people of that role there were; what they read is
told by kind, day and place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from earnest.desk import access
from earnest.record.errors import Refused
from earnest.store import clock, read_audit
from earnest.store.read_audit import Link

READS = (
    "posts_read", "live_read", "post_read", "corrected", "exported", "report_read", "report_made",
    "review_read", "blind_read", "inbox_read",
)  # fmt: skip
"""What counts as an access to what a community said."""

TOLD = timedelta(days=90)
"""How far back a delegate is told of."""

WHO: dict[str, str] = {
    "viewer": "a viewer",
    "analyst": "an analyst",
    "lead": "a lead",
    "steward": "a steward",
    "delegate": "a delegate",
    "admin": "an admin",
    "cli": "somebody at the server",
    "system": "Earnest itself",
    "": "somebody no longer in this programme",
}


@dataclass(frozen=True, slots=True)
class Access:
    """What people of one role did on one day: `role` is a key of WHO and `who` its words, `people` how many
    there were, `action` a key of desk.audit.ACTIONS, `place` a slug ("" where every place was read).
    """

    day: date
    role: str
    who: str
    people: int
    action: str
    place: str
    times: int
    last: datetime


def accesses_for(
    user: access.Person, programme: str, place: str | None = None, since: datetime | None = None
) -> list[Access]:
    """Accesses to a programme's posts (to one place's: those that named it and those that read every place),
    newest first. Raises Refused for somebody who is not in the programme.
    """
    if not access.may(user, "see_reports", programme):
        raise Refused("Accesses are told to the people of the programme and to its delegates.")
    own = access.places_of(user, programme)
    if own is not None and place is not None and place not in own:
        raise Refused("A delegate is told of accesses to the places they speak for.")
    return accesses(programme, place, since, own)


def accesses(
    programme: str,
    place: str | None = None,
    since: datetime | None = None,
    within: frozenset[str] | None = None,
) -> list[Access]:
    """The same, without asking who wants to know; only those that reached the places `within`."""
    since = since or clock.now() - TOLD
    return _together(
        link
        for link in read_audit.links(programme=programme, since=since, actions=READS)
        if (place is None or link.detail.get("place", place) == place)
        and (within is None or link.detail.get("place") is None or link.detail["place"] in within)
    )


def _together(links: Iterable[Link]) -> list[Access]:
    found: dict[tuple[date, str, str, str], tuple[set[str], int, datetime]] = {}
    for link in links:
        role = str(link.detail.get("role", "")) or (link.actor if ":" not in link.actor else "")
        key = (link.at.date(), role, link.action, str(link.detail.get("place", "")))
        people, times, _ = found.get(key, (set(), 0, link.at))
        found[key] = (people | {link.actor}, times + 1, link.at)
    rows = [
        Access(
            day=day,
            role=role,
            who=WHO.get(role, WHO[""]),
            people=len(people),
            action=action,
            place=at,
            times=times,
            last=last,
        )
        for (day, role, action, at), (people, times, last) in found.items()
    ]
    return sorted(rows, key=lambda row: (row.day, row.last), reverse=True)
