"""Who may do what with an escalation, as it stands now."""

from datetime import datetime
from typing import Any, Literal

from earnest.desk import access, ladder
from earnest.store import read_teams
from earnest.store.shapes_escalation import LIVE, EscalationRow

Act = Literal["acknowledge", "hand_back", "hand_on", "stop", "undo_stop"]


def may(user: access.Person, act: Act, programme: str, row: EscalationRow, now: datetime) -> bool:
    """Whether a person may do something with an escalation, as it stands now.

    Whoever was told, and whoever works on cases, may acknowledge; a team hands back what it was told; who may
    escalate hands on; who may stop it says its route.
    """
    return _open(act, row, now) and entitled(user, act, programme, row)


def entitled(user: access.Person, act: Act, programme: str, row: EscalationRow) -> bool:
    """The same, whatever state it is in: who is entitled and comes too late is told that it is done."""
    rights = access.rights(user, programme)
    if act == "acknowledge":
        return "work_cases" in rights or _told(programme, row, user.pk)
    if act == "hand_back":
        return "escalate" in rights or _told(programme, row, user.pk)
    if act == "hand_on":
        return "escalate" in rights
    return _stops(programme, row, user, rights)


def _open(act: Act, row: EscalationRow, now: datetime) -> bool:
    if act == "acknowledge":
        return row.state == "running"
    if act == "hand_back":
        return row.state in ("running", "acknowledged")
    return row.undoable(now) if act == "undo_stop" else row.state in LIVE


def _told(programme: str, row: EscalationRow, person: int | None) -> bool:
    told = {step.team for step in row.steps if step.turn == row.turn}
    return any(team.id in told and team.has(person) for team in read_teams.teams(programme))


def _stops(programme: str, row: EscalationRow, user: access.Person, rights: frozenset[Any]) -> bool:
    stop = ladder.of_plain(row.ladder).stop
    leadership = next((one for one in read_teams.teams(programme) if one.leadership), None)
    if user.is_superuser or (leadership is not None and leadership.has(user.pk)):
        return True
    if stop == "leadership" and leadership is not None:
        return False
    return "escalate" in rights or (stop == "team" and _told(programme, row, user.pk))
