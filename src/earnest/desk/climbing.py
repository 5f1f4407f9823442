"""Taking a step of a ladder: who is told, the message, the entry in the timeline, the link in the audit
chain, all in one transaction. Killed anywhere, the step was taken wholly or not at all; tried twice, it is
taken once.
"""

from datetime import datetime, timedelta

from django.db import transaction

from earnest.desk import audit, cases, channels, content, escalation_message, ladder
from earnest.desk.ladder import Rung
from earnest.store import (
    read_cases,
    read_escalation,
    read_route_things,
    read_teams,
    write_escalation,
    write_outbox,
)
from earnest.store.read_outbox import Channel
from earnest.store.shapes_cases import OPEN, Case
from earnest.store.shapes_escalation import EscalationRow, Team

LINK_LIVES = timedelta(days=14)
"""How long the link of a message acknowledges."""


def step(id: int, now: datetime) -> bool:
    """Take the next step of an escalation where it is time; whether one was taken.

    One whose case was answered or closed meanwhile ends instead.
    """
    with transaction.atomic():
        if not write_escalation.hold(id):
            return False
        programme = read_escalation.programme_of(id)
        row = read_escalation.one(programme, id) if programme else None
        if programme is None or row is None or row.state != "running" or row.due is None:
            return False
        case = case_of(programme, row)
        if case is None or case.status not in OPEN:
            end(programme, row, now)
            return False
        rungs = ladder.of_plain(row.ladder)
        due = ladder.anchored(rungs, row.step - 1 if row.step else None, row.moved, row.due, now)
        if row.moved > now + ladder.SET_BACK:
            write_escalation.anchor(id, due, now)
        if not ladder.may_step(rungs, due, now):
            return False
        _take(programme, row, case, rungs.rungs[row.step], rungs, now)
    return True


def _take(
    programme: str, row: EscalationRow, case: Case, rung: Rung, rungs: ladder.Ladder, now: datetime
) -> None:
    team = team_of(programme, row, rung)
    chosen = _channels(programme, rung, team)
    until = ladder.deadline(rungs, row.step, now)
    taken = write_escalation.took(
        row.id,
        row.turn,
        row.step,
        now,
        next=ladder.next_due(rungs, row.step, now),
        due=until,
        who=rung.who,
        team=team.id if team else None,
        channels=list(chosen),
    )
    if not taken:
        return
    told = read_route_things.evidence(programme, case) if chosen else None
    for slug, channel in chosen.items():
        token = write_escalation.new_link(row.id, row.turn, row.step, now + LINK_LIVES)
        message = escalation_message.notice(
            programme,
            row,
            case,
            told or read_route_things.Evidence(),
            rung,
            team,
            until=until,
            link=f"/ack/{token}",
            lang=content.language(channel),
        )
        write_outbox.queue(
            programme,
            channel.id,
            kind="escalation",
            key=f"escalation:{row.id}:{row.turn}:{row.step}:{slug}",
            payload=message.plain(),
            case=case.number,
        )
    detail: dict[str, str | int] = {"escalation": row.id, "step": row.step + 1, "who": rung.who}
    named = {**detail, "team": team.id} if team else detail
    cases.tell(programme, case.number, "climbed", {**named, "channels": len(chosen)}, by=None)
    audit.note("system", "escalation_climbed", programme=programme, about=f"case:{case.number}", detail=named)


def case_of(programme: str, row: EscalationRow) -> Case | None:
    """The case as it is now, followed where it became part of another."""
    root = read_cases.roots(programme, [row.case]).get(row.case, row.case)
    return read_cases.one(programme, root)


def team_of(programme: str, row: EscalationRow, rung: Rung) -> Team | None:
    """Who a step goes to: the team, for its last step who is told where nobody of it answers."""
    return resolve(programme, read_teams.by_id(programme, row.team), rung)


def resolve(programme: str, team: Team | None, rung: Rung) -> Team | None:
    """The same of a team: leadership is who is told otherwise, else the programme's leadership."""
    if rung.who != "leadership":
        return team
    if team is not None and team.otherwise:
        return read_teams.team(programme, team.otherwise) or team
    return next((one for one in read_teams.teams(programme) if one.leadership), team)


def _channels(programme: str, rung: Rung, team: Team | None) -> dict[str, Channel]:
    """The channels of a step by slug: its own, else those of the team, or of its lead."""
    wanted = rung.channels
    if not wanted and team is not None:
        wanted = (rung.who == "lead" and team.channels.get("lead")) or team.channels.get("team", ())
    known = {channel.slug: channel for channel in channels.of(programme)}
    return {slug: known[slug] for slug in wanted if slug in known}


def end(programme: str, row: EscalationRow, now: datetime) -> bool:
    """Its case was answered, closed or taken back: nothing climbs any more."""
    with transaction.atomic():
        done = write_escalation.settle(
            row.id, "answered", now, by=None, how="case", of=("running", "acknowledged", "returned")
        )
        if done:
            tell(programme, row, "escalation_ended", {"how": "case"}, by=None)
            audit.note(
                "system",
                "escalation_ended",
                programme=programme,
                about=f"case:{row.case}",
                detail={"escalation": row.id},
            )
    return done


def tell(
    programme: str, row: EscalationRow, sort: str, detail: dict[str, str | int], *, by: int | None
) -> None:
    """An entry in the timeline of its case, where that is there."""
    case = case_of(programme, row)
    if case is not None:
        cases.tell(programme, case.number, sort, {"escalation": row.id, **detail}, by=by)
