"""Actions: what was done about a case, and whether it helped."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from earnest.api.v1 import cursor
from earnest.api.v1.case_work import Id
from earnest.api.v1.cases import Named, case
from earnest.api.v1.door import asker, get, post
from earnest.api.v1.shapes import Asked, Cursor, Day, In, Limit, Moment, Numbered, Out
from earnest.desk import actions, outcome
from earnest.store import clock
from earnest.store.action_shapes import ActionRow, Promise, Sort


class ActionOut(Out):
    """One thing that was done, or is planned. `promise`: how much of the complaints it is to take away."""

    id: int
    what: str
    sort: Sort
    day: date
    planned: bool
    promise: str
    told: bool = Field(description="Reports may tell it.")
    team: Named | None
    made: Moment
    cases: list[int]


class Actions(Out):
    items: list[ActionOut]
    next: str | None


class ActionsAsked(Asked):
    since: Day | None = None
    until: Day | None = Field(None, description="The day after the last.")
    limit: Limit = 25
    cursor: Cursor | None = None


class Recording(In):
    """What was done, in one sentence. It is judged like any other words that a person sets up."""

    what: str = Field(min_length=1, max_length=300, examples=["Tips are paid out the same day again."])
    on: Annotated[Day, Field(strict=False, description="A day still to come is a plan.")]
    team: Id | None = None
    sort: Sort = "fixed"
    promise: Promise = ""


class OutcomeOut(Out):
    """What became of a case's complaints after something was done about it: after, never because.

    `left`: percent of the complaints, in steps of five; `voices` of an average week after, and `usual`
    before, rounded to the floor. None is what is not told: too few voices, or too little was heard.
    """

    verdict: str
    left: int | None
    first_day: date
    last_day: date
    voices: int | None
    usual: int | None
    hours_unknown: int
    hours: int
    places_left_out: list[str]
    floor: int


class Helped(Out):
    """`outcome` None: nothing was done yet, or nothing can be counted."""

    outcome: OutcomeOut | None


@get("/{programme}/actions", "see_cases", Actions, tag="Cases")
def list_actions(request: HttpRequest, programme: str, asked: Query[ActionsAsked]) -> Actions:
    """What was done, or is planned, the newest first."""
    question = {"since": str(asked.since), "until": str(asked.until)}
    after = cursor.read("actions", question, asked.cursor) if asked.cursor else None
    page = actions.listing(programme, since=asked.since, until=asked.until, after=after, limit=asked.limit)
    return Actions(
        items=[_out(row) for row in page.rows],
        next=cursor.write("actions", question, page.next) if page.next else None,
    )


@get("/{programme}/cases/{int:number}/actions", "see_cases", Actions, tag="Cases")
def case_actions(request: HttpRequest, programme: str, number: int) -> Actions:
    """What was done about a case, the newest first."""
    case(programme, number)
    return Actions(items=[_out(row) for row in actions.of_case(programme, number)], next=None)


@post(
    "/{programme}/cases/{int:number}/actions",
    "record_action",
    Numbered,
    tag="Cases",
    status=201,
)
def record_action(request: HttpRequest, programme: str, number: int, body: Recording) -> Numbered:
    """Write down what was done about a case, when, and by which team."""
    case(programme, number)
    id = actions.record(
        programme,
        number,
        what=body.what,
        on=body.on,
        by=asker(request).person.pk,
        team=body.team,
        sort=body.sort,
        promise=body.promise,
    )
    return Numbered(number=id).found_at(f"/api/v1/{programme}/cases/{number}/actions")


@get("/{programme}/cases/{int:number}/outcome", "see_cases", Helped, tag="Cases")
def case_outcome(request: HttpRequest, programme: str, number: int) -> Helped:
    """Did it help? The complaint rate before and after, corrected for how much was heard."""
    case(programme, number)
    found = outcome.of_case(programme, number)
    if found is None:
        return Helped(outcome=None)
    return Helped(
        outcome=OutcomeOut(
            verdict=found.verdict,
            left=found.left,
            first_day=clock.day_date(found.acted[0]),
            last_day=clock.day_date(found.acted[1]),
            voices=found.voices,
            usual=found.usual,
            hours_unknown=found.unknown[0],
            hours=found.unknown[1],
            places_left_out=list(found.places),
            floor=found.floor,
        )
    )


def _out(row: ActionRow) -> ActionOut:
    return ActionOut(
        id=row.id,
        what=row.what,
        sort=row.sort,  # type: ignore[arg-type]  # the store's own codes
        day=row.day,
        planned=row.planned,
        promise=row.promise,
        told=row.told,
        team=None if row.team is None else Named(id=row.team, name=row.team_name),
        made=row.made,
        cases=[number for number, _ in row.cases],
    )
