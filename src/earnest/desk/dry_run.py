"""What a route would have sent over the last days. Nothing is sent, written or noted.

    for would in dry_run.over("riders", route, now):
        would.find.at, would.team, would.course

The past is looked at with the same rules as the present (`route_finds`), from what was counted by hour, from
alerts and from cases; cases are taken as they are now.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from earnest.desk import escalate, ladder, route_finds
from earnest.desk.climbing import resolve
from earnest.desk.ladder import Rung
from earnest.desk.route_finds import Find
from earnest.desk.route_shapes import Route, ladder_of
from earnest.store import moment
from earnest.store.shapes_escalation import Team, Who

DAYS = 30
MOST = 500
"""More than so many are as good as all: the route says too much."""


@dataclass(frozen=True, slots=True)
class Told:
    """One step: who would have been told, when."""

    who: Who
    team: Team | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Would:
    """One thing that would have been sent: what and why, to whom, and by which steps it would have climbed if
    nobody had answered.
    """

    find: Find
    team: Team | None
    course: tuple[Told, ...]


def over(programme: str, route: Route, now: datetime, *, days: int = DAYS) -> list[Would]:
    """What a route would have sent in the last `days`, oldest first, `MOST` at most."""
    with moment.one():
        found = route_finds.finds(programme, route, now - timedelta(days=days), now, past=True)
        return [_would(programme, route, find) for find in found[:MOST]]


def _would(programme: str, route: Route, find: Find) -> Would:
    team = escalate.team_for(programme, route, find, None)
    steps = ladder.course(ladder_of(route, severe=find.severe), find.at)
    told = tuple(Told(who, resolve(programme, team, Rung(who)), at) for who, at in steps)
    return Would(find, team, told)
