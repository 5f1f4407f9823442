"""Teams, routes and escalations as the read side hands them out: frozen values. Times are aware, UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

Who = Literal["team", "lead", "leadership"]
State = Literal["running", "acknowledged", "returned", "answered", "stopped"]

WHOS: tuple[Who, ...] = get_args(Who)
LIVE: tuple[State, ...] = ("running", "acknowledged", "returned")
"""States in which somebody still has something to do."""

UNDO = timedelta(minutes=1)
"""How long a stop can be taken back."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a team."""

    id: int
    name: str
    lead: bool


@dataclass(frozen=True, slots=True)
class Team:
    """Who looks after something.

    labels, themes  what it owns: labels and categories of the taxonomy, numbers of themes
    channels        slugs of the channels of its members ("team") and of its lead ("lead")
    otherwise       the slug of the team that is told where nobody of this one answers; "": leadership
    """

    id: int
    slug: str
    name: str
    leadership: bool = False
    labels: tuple[str, ...] = ()
    themes: tuple[int, ...] = ()
    channels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    otherwise: str = ""
    members: tuple[Member, ...] = ()
    removed: bool = False

    def has(self, person: int | None, *, leads: bool = False) -> bool:
        """Whether a person is in it (`leads`: leads it)."""
        return any(one.id == person and (one.lead or not leads) for one in self.members)


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A route as it is kept; `desk.route_shapes.of_plain(row.spec)` is what it says."""

    id: int
    slug: str
    version: int
    place: int
    on: bool
    spec: Mapping[str, Any]
    comments: str
    since: datetime


@dataclass(frozen=True, slots=True)
class RouteChange:
    """One version of a route. how: page, file, back, removed; `by_name` "" for the command line."""

    version: int
    spec: Mapping[str, Any]
    how: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step that was taken. `due`: until when an answer was asked for."""

    turn: int
    place: int
    who: Who
    team: int | None
    team_name: str
    at: datetime
    due: datetime | None
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EscalationRow:
    """One escalation with the steps it took, the earliest first; the fields are those of its table."""

    id: int
    case: int
    case_title: str
    route: str
    route_name: str
    version: int
    team: int | None
    team_name: str
    thing: str
    why: tuple[Mapping[str, Any], ...]
    because: str = field(repr=False)
    by: int | None
    by_name: str
    ladder: Mapping[str, Any]
    opened: datetime
    moved: datetime
    turn: int
    step: int
    due: datetime | None
    state: State
    settled: datetime | None
    settled_by_name: str
    settled_how: str
    steps: tuple[StepRow, ...] = ()
    case_status: str = ""

    @property
    def present(self) -> StepRow | None:
        """The step that was taken last in this round."""
        found = [step for step in self.steps if step.turn == self.turn]
        return found[-1] if found else None

    def late(self, now: datetime) -> bool:
        """Whether an answer was asked for until a time that is past."""
        step = self.present
        return self.state == "running" and step is not None and step.due is not None and step.due < now

    def undoable(self, now: datetime) -> bool:
        """Whether it was stopped less than a minute ago."""
        settled = self.settled
        return self.state == "stopped" and settled is not None and abs(now - settled) <= UNDO


@dataclass(frozen=True, slots=True)
class WishRow:
    """An analyst's wish that a case goes up. state: waiting, granted, declined."""

    id: int
    case: int
    case_title: str
    because: str = field(repr=False)
    by: int | None
    by_name: str
    at: datetime
    state: str
    answer: str = field(repr=False)
