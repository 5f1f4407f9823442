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
from earnest.notify.words import say
from earnest.store import read, read_themes
from earnest.store.read_route_things import Evidence
from earnest.store.shapes import Programme
from earnest.store.shapes_cases import Case
from earnest.store.shapes_escalation import EscalationRow, Team


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
    lang: str = "en",
) -> Notice:
    """The message of one step. `link` is the path that acknowledges it; `lang` what its readers read."""
    found = read.programme(programme)
    if found is None:
        raise LookupError(programme)
    sent = {"programme": found.name, "number": case.number}
    lines = [
        say(lang, "escalation.sent", **sent, team=team.name)
        if team
        else say(lang, "escalation.sent_to_you", **sent)
    ]
    about = about_words(found, told, lang)
    if about:
        lines.append(say(lang, "escalation.about", about=about))
    if told.since is not None and told.voices >= found.floor:
        lines.append(say(lang, "escalation.first", when=moment(told.since, _zone(row), lang)))
    lines += _where(told, lang)
    if row.route_name:
        lines.append(say(lang, "escalation.route", route=row.route_name))
    who = rung.who if row.step else "team"
    if until is None:
        lines.append(say(lang, f"escalation.{who}"))
    else:
        lines.append(say(lang, f"escalation.{who}_until", when=moment(until, _zone(row), lang)))
    facts: dict[str, str | int] = {"case": case.number, "severity": case.severity}
    if told.voices or told.posts:
        facts |= {"voices": coarse(told.voices, found.floor), "posts": told.posts}
    return Notice(
        subject=say(lang, "escalation.subject", number=case.number),
        lines=tuple(lines),
        link=f"/{programme}/cases/{case.number}",
        facts=facts,
        title=case.title,
        acts=((say(lang, "escalation.have_it"), link),),
        lang=lang,
    )


def about_words(programme: Programme, told: Evidence, lang: str = "en") -> str:
    """What something is about, in names that may be told."""
    names = [*_themes(programme, told)]
    called = taxonomy_names.of(programme.slug, lang)
    names += [called.about(label) for label in told.labels[:3] if label not in ("other", "unclear")]
    return ", ".join(dict.fromkeys(names[:4]))


def _themes(programme: Programme, told: Evidence) -> Sequence[str]:
    if programme.audience == "workforce" or not programme.quotes or "closed" in told.kinds:
        return ()
    rows = [read_themes.theme(programme.slug, number) for number in told.themes[:2]]
    return [row.name for row in rows if row is not None and row.name and row.voices >= programme.floor]


def _where(told: Evidence, lang: str) -> list[str]:
    """The kinds of place; titles of places only where none is closed."""
    if "closed" in told.kinds:
        kinds = ", ".join(say(lang, f"kind.{kind}") for kind in told.kinds)
        return [say(lang, "escalation.where", places=kinds)]
    shown, more = ", ".join(told.places[:4]), len(told.places) - 4
    if not told.kinds or not shown:
        return []
    if more > 0:
        return [say(lang, "escalation.where_more", places=shown, more=more)]
    return [say(lang, "escalation.where", places=shown)]


def coarse(count: int, floor: int) -> int:
    """A count as it is told: the nearest multiple of the floor, halves up; under the floor it is nothing."""
    return 0 if count < floor else (2 * count + floor) // (2 * floor) * floor


def _zone(row: EscalationRow) -> str:
    quiet = of_plain(row.ladder).quiet
    return quiet.zone if quiet else settings.TIME_ZONE


def moment(at: datetime, zone: str, lang: str = "en") -> str:
    """A time in words, with its zone: "3 May, 14:00 (Europe/Berlin)"."""
    here = at.astimezone(ZoneInfo(zone))
    month = say(lang, "months").split()[here.month - 1]
    return say(lang, "moment", day=here.day, month=month, time=f"{here:%H:%M}", zone=zone)
