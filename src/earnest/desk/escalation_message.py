"""What a message of an escalation says: what, how many, since when, where, what is asked, until when.

Only Earnest's own words, names of the taxonomy, of teams and routes, and counts: no word of a post, no
author, no link to a post, no quote. A theme is named only where its posts may be quoted and none of its
places is closed (its name is made of what they say); else its label is.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from earnest.desk import taxonomy_names
from earnest.desk.ladder import Rung, of_plain
from earnest.notify.base import Notice
from earnest.store import read, read_themes
from earnest.store.read_route_things import Evidence
from earnest.store.shapes import Programme
from earnest.store.shapes_cases import Case
from earnest.store.shapes_escalation import EscalationRow, Team

ASKED = {
    "team": "Please look at it, and say that you have it",
    "lead": "The team has not answered. Please see to it that somebody has it, and say so",
    "leadership": "Nobody has answered so far. Please see to it that somebody has it, and say so",
}
"""What is asked, by step."""

KINDS = {
    "addressed": "said to you directly",
    "open": "said in public",
    "closed": "said in communities that invited you",
}


def notice(
    programme: str,
    row: EscalationRow,
    case: Case,
    told: Evidence,
    rung: Rung,
    team: Team | None,
    *,
    until: datetime | None,
    link: str,
    now: datetime,
) -> Notice:
    """The message of one step. `link` is the path that acknowledges it."""
    found = read.programme(programme)
    if found is None:
        raise LookupError(programme)
    lines = [f"{found.name}: case {case.number} was sent to {team.name if team else 'you'}."]
    about = about_words(found, told)
    if about:
        lines.append(f"It is about {about}.")
    if told.since is not None and told.voices >= found.floor:
        lines.append(f"First heard {moment(told.since, _zone(row))}.")
    lines += _where(told)
    if row.route_name:
        lines.append(f"It goes by the route “{row.route_name}”.")
    asked = ASKED[rung.who] if row.step or rung.who == "team" else ASKED["team"]
    lines.append(f"{asked}{f' until {moment(until, _zone(row))}' if until else ''}.")
    facts: dict[str, str | int] = {"case": case.number, "severity": case.severity}
    if told.voices or told.posts:
        facts |= {"voices": coarse(told.voices, found.floor), "posts": told.posts}
    return Notice(
        subject=f"Case {case.number} needs an answer",
        lines=tuple(lines),
        link=f"/{programme}/cases/{case.number}",
        facts=facts,
        title=case.title,
        acts=(("I have it", link),),
    )


def about_words(programme: Programme, told: Evidence) -> str:
    """What something is about, in names that may be told."""
    names = [*_themes(programme, told)]
    called = taxonomy_names.of(programme.slug)
    names += [called.about(label) for label in told.labels[:3] if label not in ("other", "unclear")]
    return ", ".join(dict.fromkeys(names[:4]))


def _themes(programme: Programme, told: Evidence) -> Sequence[str]:
    if programme.audience == "workforce" or not programme.quotes or "closed" in told.kinds:
        return ()
    rows = [read_themes.theme(programme.slug, number) for number in told.themes[:2]]
    return [row.name for row in rows if row is not None and row.name and row.voices >= programme.floor]


def _where(told: Evidence) -> list[str]:
    """The kinds of place; titles of places only where none is closed."""
    if not told.kinds:
        return []
    if "closed" in told.kinds:
        return [f"Where: {', '.join(KINDS[kind] for kind in told.kinds)}."]
    more = len(told.places) - 4
    shown = ", ".join(told.places[:4]) + (f" and {more} more" if more > 0 else "")
    return [f"Where: {shown}."] if shown else []


def coarse(count: int, floor: int) -> int:
    """A count as it is told: the nearest multiple of the floor, halves up; under the floor it is nothing."""
    return 0 if count < floor else (2 * count + floor) // (2 * floor) * floor


def _zone(row: EscalationRow) -> str:
    quiet = of_plain(row.ladder).quiet
    return quiet.zone if quiet else settings.TIME_ZONE


def moment(at: datetime, zone: str) -> str:
    """A time in words, with its zone: "3 May, 14:00 (Europe/Berlin)"."""
    here = at.astimezone(ZoneInfo(zone))
    return f"{here.day} {here:%B, %H:%M} ({zone})"
