"""Escalating by hand, and what people do with what was escalated.

    escalate("riders", 12, route=3, team=None, by=7)   send a case up, by a route or to a team
    ask("riders", 12, by=5)                            wish for it; a lead grants or declines
    acknowledge(token), acknowledge_by(…)              "I have it": the ladder climbs no more
    acknowledge_from("riders", 12, channel=4)          the same, said by another system of a case
    hand_back, hand_on, stop, undo_stop

Who may do what is asked of `may` (`escalation_rights`); a page or the API asks it before. Each act is in the
case's timeline and in the audit chain, in one transaction with what it changes.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from earnest.desk import acting, audit, climbing, ladder, route_finds, taxonomy_names, teams
from earnest.desk import cases as cases_desk
from earnest.desk.escalation_rights import Act, entitled, may
from earnest.desk.ladder import Ladder, Rung
from earnest.desk.quiet_hours import DAY
from earnest.desk.route_finds import Find
from earnest.desk.route_shapes import Route, ladder_of, of_plain
from earnest.record.errors import InputError, StoreError
from earnest.store import (
    read_cases,
    read_escalation,
    read_route_things,
    read_routes,
    read_teams,
    write_escalation,
)
from earnest.store.shapes_cases import Case
from earnest.store.shapes_escalation import LIVE, UNDO, EscalationRow, Team, WishRow
from earnest.store.write_escalation import Begun

LONGEST = 400
BY_HAND = (Rung("team", DAY), Rung("lead", DAY), Rung("leadership"))
"""The ladder of what a person sends to a team without a route: a day each."""


def escalate(
    programme: str,
    number: int,
    *,
    route: int | None = None,
    team: int | None = None,
    by: int,
    because: str = "",
) -> int:
    """Send a case up by a route, or to a team; the escalation's id. Its first step is taken at once, where it
    is not in the route's quiet hours.

    Raises InputError where neither is given or there is none, StoreError for a case that is not there.
    """
    now = write_escalation.now()
    case = _case(programme, number)
    words = _because(because)
    if not case.is_open:
        raise InputError("This case is answered or closed.", advice="Open it again first.")
    if (
        any(row.state == "running" and row.route == "" for row in _running(programme, case))
        and team
        and not route
    ):
        raise InputError("This case is on its way already.", advice="Hand it on to another team instead.")
    found: Route | None = None
    version = 0
    if route is not None:
        row = read_routes.by_id(programme, route)
        if row is None:
            raise InputError("This route is not there any more.")
        found, version = of_plain(row.slug, row.spec), row.version
    to = read_teams.by_id(programme, team) if team is not None else None
    if team is not None and to is None:
        raise InputError("This team is not there any more.")
    if found is None and to is None:
        raise InputError("Choose a team or a route.")
    find = route_finds.of_case(found.slug if found else "", case)
    rungs = ladder_of(found, severe=find.severe) if found else Ladder(_by_hand(programme))
    to = to or team_for(programme, found, find, case)
    with transaction.atomic():
        id = begin(
            programme,
            Begun(
                case=case.number,
                thing=f"case:{case.number}",
                key=f"hand:{secrets.token_hex(8)}",
                ladder=rungs.plain(),
                due=ladder.begin(rungs, now),
                route=route,
                version=version,
                team=to.id if to else None,
                because=words,
                by=by,
            ),
            now,
        )
        assert id is not None  # noqa: S101 - its key was made just now
    climbing.step(id, now)
    return id


def _by_hand(programme: str) -> tuple[Rung, ...]:
    led = any(team.leadership for team in read_teams.teams(programme))
    return BY_HAND if led else BY_HAND[:-1]


def begin(programme: str, begun: Begun, now: datetime) -> int | None:
    """Within a transaction: begin, and say so in the timeline and the audit chain. None: it is there
    already.
    """
    id = write_escalation.begin(programme, begun, now)
    if id is None:
        return None
    detail: dict[str, str | int] = {"escalation": id}
    if begun.route:
        detail["route"] = begun.route
    if begun.team:
        detail["team"] = begun.team
    cases_desk.tell(programme, begun.case, "escalated", detail, by=begun.by)
    about = f"case:{begun.case}"
    if begun.by is None:
        audit.note("system", "escalated", programme=programme, about=about, detail=detail)
    else:
        acting.note(begun.by, "escalated", programme, about, **detail)
    return id


def team_for(programme: str, route: Route | None, find: Find, case: Case | None) -> Team | None:
    """To whom something goes: the route's team, else whose case, theme or label it is, else leadership."""
    known = read_teams.teams(programme)
    if route is not None and route.team:
        return next((one for one in known if one.slug == route.team), None)
    if case is not None and case.team is not None:
        owner = next((one for one in known if one.id == case.team), None)
        if owner is not None:
            return owner
    labels: Sequence[str] = [find.label] if find.label else []
    if case is not None and not labels:
        labels = read_route_things.labels_of_cases(programme, [case])[case.number]
    found = teams.owner(programme, labels, find.themes)
    return found or next((one for one in known if one.leadership), None)


def _running(programme: str, case: Case) -> list[EscalationRow]:
    return read_escalation.of_cases(programme, case.numbers)


def ask(programme: str, number: int, *, by: int, because: str = "") -> int:
    """Wish that a case is sent up; the wish's id. Of a case one wish waits at most."""
    case = _case(programme, number)
    words = _because(because)
    now = write_escalation.now()
    with transaction.atomic():
        before = {row.id for row in read_escalation.wishes_of_case(programme, [case.number])}
        id = write_escalation.wish(programme, case.number, words, by=by, now=now)
        if id not in before:
            cases_desk.tell(programme, case.number, "escalation_asked", {"wish": id}, by=by)
            acting.note(by, "escalation_asked", programme, f"case:{case.number}", wish=id)
    return id


def grant(programme: str, wish: int, *, by: int, route: int | None = None, team: int | None = None) -> int:
    """Grant a wish: its case is sent up; the escalation's id."""
    with transaction.atomic():  # two who grant at once send it up once
        found = _wish(programme, wish)
        id = escalate(programme, found.case, route=route, team=team, by=by, because=found.because)
        now = write_escalation.now()
        write_escalation.settle_wish(programme, wish, "granted", by=by, now=now, escalation=id)
    return id


def decline(programme: str, wish: int, *, by: int, answer: str = "") -> None:
    """Decline a wish, with an answer for who asked."""
    words = _because(answer)
    with transaction.atomic():
        case = write_escalation.settle_wish(
            programme, wish, "declined", by=by, now=write_escalation.now(), answer=words
        )
        cases_desk.tell(programme, case, "escalation_declined", {"wish": wish}, by=by)
        acting.note(by, "escalation_declined", programme, f"case:{case}", wish=wish)


def _wish(programme: str, wish: int) -> WishRow:
    found = read_escalation.wish(programme, wish)
    if found is None or found.state != "waiting":
        raise StoreError("This wish was answered already.")
    return found


def good(token: str) -> bool:
    """Whether a link of a message would still acknowledge. Changes nothing: mail scanners open links too."""
    return write_escalation.link(token, write_escalation.now()) is not None


def acknowledge(token: str) -> bool:
    """Acknowledge by a message's link, once. False where it is unknown, used, or too old; nothing else is
    told. Of what somebody acknowledged before it changes nothing and is still good.
    """
    now = write_escalation.now()
    with transaction.atomic():
        found = write_escalation.link(token, now)
        if found is None or not write_escalation.use_link(token, now):
            return False
        row = read_escalation.one(found.programme, found.escalation)
        if row is not None:
            _unnamed(found.programme, row, {"how": "mail"}, "visitor", now)
    return True


def acknowledge_from(programme: str, number: int, *, channel: int) -> int:
    """Another system says that its people have a case: all of the case that runs is acknowledged; how many
    were. `desk.hooks` asks before whether its way in may.
    """
    now = write_escalation.now()
    with transaction.atomic():
        running = [row for row in _running(programme, _case(programme, number)) if row.state == "running"]
        told: dict[str, str | int] = {"how": "hook", "channel": channel}
        return sum(_unnamed(programme, row, told, "system", now) for row in running)


def _unnamed(
    programme: str, row: EscalationRow, told: dict[str, str | int], actor: str, now: datetime
) -> bool:
    """Within a transaction: acknowledged by nobody whom the desk knows by name. False: it runs no more."""
    if not write_escalation.settle(row.id, "acknowledged", now, by=None, how=str(told["how"])):
        return False
    climbing.tell(programme, row, "acknowledged", told, by=None)
    audit.note(
        actor,
        "escalation_acknowledged",
        programme=programme,
        about=f"case:{row.case}",
        detail={"escalation": row.id, **told},
    )
    return True


def acknowledge_by(programme: str, id: int, *, by: int) -> bool:
    """Acknowledge on the page. False where it runs no more."""
    return _settle(programme, id, "acknowledged", "acknowledged", "escalation_acknowledged", by, ("running",))


def hand_back(programme: str, id: int, *, by: int, because: str = "") -> bool:
    """The team says that it is not theirs: it waits for somebody who may escalate. False: nothing to do."""
    words = _because(because)
    with transaction.atomic():
        done = _settle(
            programme,
            id,
            "returned",
            "escalation_returned",
            "escalation_returned",
            by,
            ("running", "acknowledged"),
        )
        row = read_escalation.one(programme, id)
        if done and words and row is not None:
            case = climbing.case_of(programme, row)
            if case is not None:
                cases_desk.note(programme, case.number, words, by=by)
    return done


def hand_on(programme: str, id: int, *, team: int, by: int) -> bool:
    """Another team has it now: its ladder begins anew. False where it is done."""
    now = write_escalation.now()
    row, to = _row(programme, id), read_teams.by_id(programme, team)
    if to is None:
        raise InputError("This team is not there any more.")
    rungs = ladder.of_plain(row.ladder)
    with transaction.atomic():
        if not write_escalation.hand_on(id, team, ladder.begin(rungs, now), now, of=LIVE):
            return False
        climbing.tell(programme, row, "handed_on", {"team": team}, by=by)
        acting.note(by, "escalation_handed_on", programme, f"case:{row.case}", escalation=id, team=team)
    climbing.step(id, now)
    return True


def stop(programme: str, id: int, *, by: int) -> bool:
    """It goes no further; for a minute that can be undone. False where it is done already."""
    return _settle(programme, id, "stopped", "escalation_ended", "escalation_stopped", by, LIVE)


def undo_stop(programme: str, id: int, *, by: int) -> bool:
    """Take a stop back, within a minute: it goes on where it was. False where it is too late."""
    now = write_escalation.now()
    row = _row(programme, id)
    with transaction.atomic():
        if not write_escalation.resume(id, now, now - UNDO):
            return False
        climbing.tell(programme, row, "escalation_resumed", {}, by=by)
        acting.note(by, "escalation_resumed", programme, f"case:{row.case}", escalation=id)
    return True


def _settle(programme: str, id: int, state: str, entry: str, action: str, by: int, of: Sequence[str]) -> bool:
    now = write_escalation.now()
    row = _row(programme, id)
    with transaction.atomic():
        if not write_escalation.settle(id, state, now, by=by, how="page", of=of):
            return False
        climbing.tell(programme, row, entry, {"how": "page"}, by=by)
        acting.note(by, action, programme, f"case:{row.case}", escalation=id, how="page")
    return True


def _row(programme: str, id: int) -> EscalationRow:
    found = read_escalation.one(programme, id)
    if found is None:
        raise StoreError("This escalation is not there.")
    return found


def _case(programme: str, number: int) -> Case:
    root = read_cases.roots(programme, [number]).get(number, number)
    found = read_cases.one(programme, root)
    if found is None:
        raise StoreError(f"There is no case {number}.")
    return found


def _because(words: str) -> str:
    said = " ".join(words.split())
    if len(said) > LONGEST or not said.isprintable():
        raise InputError(f"A reason has at most {LONGEST} printable characters.")
    return said


def title_of(programme: str, find: Find) -> str:
    """The title of a case that a route opens: the name of the label, never of a post's words."""
    called = taxonomy_names.of(programme)
    return called.about(find.label) if find.label else "Something came up"


__all__ = [
    "Act",
    "acknowledge",
    "acknowledge_by",
    "acknowledge_from",
    "ask",
    "begin",
    "decline",
    "entitled",
    "escalate",
    "good",
    "grant",
    "hand_back",
    "hand_on",
    "may",
    "stop",
    "team_for",
    "title_of",
    "undo_stop",
]
