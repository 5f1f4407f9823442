"""Escalations: sending a case up, asking for it, and saying that it is seen."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from earnest.api.v1 import cursor
from earnest.api.v1.case_work import Id
from earnest.api.v1.cases import Named, case
from earnest.api.v1.door import asker, get, post
from earnest.api.v1.problems import Problem, not_there
from earnest.api.v1.shapes import Asked, Cursor, Done, In, Limit, Moment, Numbered, Out
from earnest.desk import escalate
from earnest.store import clock, read_escalation
from earnest.store.shapes_escalation import LIVE, EscalationRow, State

Because = Annotated[str, Field(max_length=400)]


class StepOut(Out):
    """A step that was taken. `due`: until when an answer was asked for."""

    who: str
    team: str
    at: Moment
    due: Moment | None
    channels: list[str]


class EscalationOut(Out):
    """An escalation, with the steps it took, the earliest first."""

    id: int
    case: int
    title: str
    route: str
    team: Named | None
    because: str
    why: list[dict[str, Any]]
    state: State
    opened: Moment
    moved: Moment
    due: Moment | None
    settled: Moment | None
    settled_by: str
    steps: list[StepOut]


class Escalations(Out):
    items: list[EscalationOut]
    next: str | None


class EscalationsAsked(Asked):
    state: list[State] = Field([], max_length=5, description="Those that still go on where left out.")
    limit: Limit = 50
    cursor: Cursor | None = None


class Escalating(In):
    """By a route, or to a team."""

    route: Id | None = None
    team: Id | None = None
    because: Because = ""


class Asking(In):
    because: Because = ""


@get("/{programme}/escalations", "see_cases", Escalations, tag="Escalations")
def list_escalations(request: HttpRequest, programme: str, asked: Query[EscalationsAsked]) -> Escalations:
    """Escalations, the newest first."""
    question = {"state": sorted(set(asked.state))}
    before = int(cursor.read("escalations", question, asked.cursor)) if asked.cursor else None
    rows, on = read_escalation.listing(
        programme, tuple(asked.state) or LIVE, before=before, limit=asked.limit
    )
    return Escalations(
        items=[_out(row) for row in rows],
        next=cursor.write("escalations", question, str(on)) if on is not None else None,
    )


@get("/{programme}/escalations/{int:id}", "see_cases", EscalationOut, tag="Escalations")
def one_escalation(request: HttpRequest, programme: str, id: int) -> EscalationOut:
    """One escalation."""
    return _out(_row(programme, id))


@post(
    "/{programme}/cases/{int:number}/escalate",
    "escalate",
    Numbered,
    tag="Escalations",
    status=201,
)
def escalate_case(request: HttpRequest, programme: str, number: int, body: Escalating) -> Numbered:
    """Send a case up: by a route, to a team, or where neither is named to whoever owns it."""
    if body.route is not None and body.team is not None:
        raise Problem(422, "not-valid", "Name a route or a team, not both.", where="body.team")
    case(programme, number)
    id = escalate.escalate(
        programme,
        number,
        route=body.route,
        team=body.team,
        by=asker(request).person.pk,
        because=body.because,
    )
    return Numbered(number=id).found_at(f"/api/v1/{programme}/escalations/{id}")


@post(
    "/{programme}/cases/{int:number}/ask",
    "ask_escalation",
    Numbered,
    tag="Escalations",
    status=201,
)
def ask_escalation(request: HttpRequest, programme: str, number: int, body: Asking) -> Numbered:
    """Wish that a case is sent up: leads see it on Today."""
    case(programme, number)
    return Numbered(number=escalate.ask(programme, number, by=asker(request).person.pk, because=body.because))


@post("/{programme}/escalations/{int:id}/acknowledge", "work_cases", Done, tag="Escalations")
def acknowledge_escalation(request: HttpRequest, programme: str, id: int) -> Done:
    """Say that an escalation is seen and somebody looks after it: it climbs no further by itself."""
    by, row = asker(request), _row(programme, id)
    if not escalate.may(by.person, "acknowledge", programme, row, clock.now()):
        raise Problem(409, "conflict", "This escalation does not wait for an answer now.")
    escalate.acknowledge_by(programme, id, by=by.person.pk)
    return Done()


def _row(programme: str, id: int) -> EscalationRow:
    found = read_escalation.one(programme, id) if id < 1 << 53 else None
    if found is None:
        raise not_there("There is no such escalation.")
    return found


def _out(row: EscalationRow) -> EscalationOut:
    return EscalationOut(
        id=row.id,
        case=row.case,
        title=row.case_title,
        route=row.route_name,
        team=None if row.team is None else Named(id=row.team, name=row.team_name),
        because=row.because,
        why=[dict(one) for one in row.why],
        state=row.state,
        opened=row.opened,
        moved=row.moved,
        due=row.due,
        settled=row.settled,
        settled_by=row.settled_by_name,
        steps=[
            StepOut(
                who=step.who,
                team=step.team_name,
                at=step.at,
                due=step.due,
                channels=list(step.channels),
            )
            for step in row.steps
        ],
    )
