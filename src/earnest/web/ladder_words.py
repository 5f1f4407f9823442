"""An escalation on a page: its steps as lines of a ladder, what is asked, and what this person may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from earnest.desk import access, escalate, ladder, taxonomy_names
from earnest.desk.climbing import resolve
from earnest.store import clock, read_escalation, read_routes, read_teams
from earnest.store.shapes import Programme
from earnest.store.shapes_escalation import EscalationRow, Team, WishRow
from earnest.web import words
from earnest.web.route_words import STEPS, span


@dataclass(frozen=True, slots=True)
class Rung:
    """One line of a ladder. state: done, act (it is here), late, or "" (still to come)."""

    says: str
    meta: str
    state: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """One escalation with its ladder; `acts` are the things that this person may do with it now."""

    row: EscalationRow
    head: str
    says: str
    why: str
    rungs: tuple[Rung, ...]
    acts: frozenset[str]
    late: bool

    @property
    def live(self) -> bool:
        return self.row.state in ("running", "acknowledged", "returned")


@dataclass(frozen=True, slots=True)
class OfCase:
    """What the case page shows: the ladders, wishes that wait, and what may be begun."""

    ladders: tuple[Ladder, ...]
    past: tuple[Ladder, ...]
    wishes: tuple[WishRow, ...]
    teams: tuple[Team, ...]
    routes: tuple[tuple[int, str], ...]
    may_escalate: bool
    may_ask: bool
    number: int


def of_case(programme: Programme, user: access.Person, numbers: Iterable[int]) -> OfCase | None:
    """The escalations of a case (its number first, then those that became part of it). None: not for this
    person, or there is nothing to show.
    """
    rights = access.rights(user, programme.slug)
    if "see_cases" not in rights:
        return None
    known = list(numbers)
    found = shown(programme, user, read_escalation.of_cases(programme.slug, known))
    wishes = [one for one in read_escalation.wishes_of_case(programme.slug, known) if one.state == "waiting"]
    may = "escalate" in rights
    routes = read_routes.routes(programme.slug) if may else []
    return OfCase(
        ladders=tuple(one for one in found if one.live or one.row.undoable(clock.now())),
        past=tuple(one for one in found if not one.live and not one.row.undoable(clock.now())),
        wishes=tuple(wishes),
        teams=tuple(read_teams.teams(programme.slug)) if may else (),
        routes=tuple((row.id, str(row.spec.get("name", row.slug))) for row in routes),
        may_escalate=may,
        may_ask="ask_escalation" in rights and not may,
        number=known[0],
    )


def shown(programme: Programme, user: access.Person, rows: Iterable[EscalationRow]) -> list[Ladder]:
    """Escalations as a page shows them."""
    now = clock.now()
    return [_ladder(programme, user, row, now) for row in rows]


ACTS: tuple[escalate.Act, ...] = ("acknowledge", "hand_back", "hand_on", "stop", "undo_stop")


def _ladder(programme: Programme, user: access.Person, row: EscalationRow, now: datetime) -> Ladder:
    late = row.late(now)
    return Ladder(
        row,
        head=_head(row),
        says=_says(row, now),
        why=_why(programme, row),
        rungs=tuple(_rungs(programme, row, now)),
        acts=frozenset(act for act in ACTS if escalate.may(user, act, programme.slug, row, now)),
        late=late,
    )


def _head(row: EscalationRow) -> str:
    team = row.team_name or _("nobody yet")
    if row.route_name:
        return _("To %(team)s, by the route “%(route)s”") % {"team": team, "route": row.route_name}
    if row.by_name:
        return _("To %(team)s, sent by %(person)s") % {"team": team, "person": row.by_name}
    return _("To %(team)s") % {"team": team}


def _says(row: EscalationRow, now: datetime) -> str:
    """How it stands, as one sentence."""
    settled = words.moment(row.settled) if row.settled else ""
    values = {"when": settled, "person": row.settled_by_name}
    if row.state == "acknowledged":
        if row.settled_by_name:
            return _("%(person)s has it, since %(when)s.") % values
        if row.settled_how == "hook":
            return _("Another system said that somebody has it, since %(when)s.") % values
        return _("Somebody has it, by the link of a message, since %(when)s.") % values
    if row.state == "returned":
        return _("Handed back %(when)s: it waits for somebody to hand it on.") % values
    if row.state == "answered":
        return _("Its case was answered or closed %(when)s.") % values
    if row.state == "stopped":
        return _("Stopped %(when)s.") % values
    step = row.present
    if step is None:
        if row.due is not None and row.due > now:
            return _("It is quiet now: the first message goes at %(when)s.") % {"when": words.moment(row.due)}
        return _("The first message is on its way.")
    if step.due is None:
        return _("Nobody has answered. There is no further step.")
    if row.late(now):
        return _("Late: an answer was asked for until %(when)s.") % {"when": words.moment(step.due)}
    return _("An answer is asked for until %(when)s.") % {"when": words.moment(step.due)}


def _why(programme: Programme, row: EscalationRow) -> str:
    """Why its route sent it, with the figures as they were told then; else what the person wrote."""
    if not row.why:
        return row.because
    why = row.why[0]
    label = why.get("label")
    about = (
        taxonomy_names.of(programme.slug, words.language()).about(label)
        if isinstance(label, str) and label
        else ""
    )
    voices, posts, within = why.get("voices"), why.get("posts"), why.get("within")
    if why.get("watch") == "volume" and isinstance(posts, int) and isinstance(within, int):
        return _("%(about)s: about %(posts)d posts of about %(voices)d voices within %(span)s.") % {
            "about": about,
            "posts": posts,
            "voices": voices,
            "span": span(within),
        }
    if why.get("watch") == "alerts":
        return _("An alert on %(about)s.") % {"about": about or _("a theme")}
    return row.because


def _rungs(programme: Programme, row: EscalationRow, now: datetime) -> Iterable[Rung]:
    plan = ladder.of_plain(row.ladder)
    taken = [step for step in row.steps if step.turn == row.turn]
    for step in taken:
        here = step is taken[-1] and row.state == "running"
        late = here and row.late(now)
        meta = _("told %(when)s") % {"when": words.moment(step.at)}
        if not step.channels:
            meta = _("shown here %(when)s: it has no channel") % {"when": words.moment(step.at)}
        yield Rung(_who(step.who, step.team_name), meta, "late" if late else "act" if here else "done")
    if row.state not in ("running", "stopped"):
        return
    team = read_teams.by_id(programme.slug, row.team)
    at = row.due
    for place in range(len(taken), len(plan.rungs)):
        rung = plan.rungs[place]
        to = resolve(programme.slug, team, rung)
        meta = ""
        if at is not None and row.state == "running":
            meta = _("is told %(when)s, where nobody answers") % {"when": words.moment(at)}
            if not taken and place == 0:
                meta = _("is told %(when)s") % {"when": words.moment(at)}
            at = ladder.next_due(plan, place, at)
        yield Rung(_who(rung.who, to.name if to else ""), meta, "")


def _who(who: str, team: str) -> str:
    step = str(STEPS.get(who, who))
    if who == "team" and team:
        return team
    if who == "lead" and team:
        return _("the lead of %(team)s") % {"team": team}
    return team or step
