"""Routes and ladders, beside listening: what a route waits for is sent, and what nobody answered climbs.

    tend(now)      everything that is due; how many steps were taken

A route sends the same thing once (a key of route, thing and window that the database holds unique), whoever
looks how often; a step is taken once. Killed anywhere, the next look does what is left.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from earnest.desk import alert_work, cases, climbing, escalate, ladder, route_finds
from earnest.desk.escalation_message import coarse
from earnest.desk.route_finds import Find
from earnest.desk.route_shapes import Route, ladder_of, of_plain
from earnest.record.errors import EarnestError, Refused, RefusedConfiguration
from earnest.store import read, read_cases, read_escalation, read_routes, write_escalation
from earnest.store.shapes_cases import OPEN, Case
from earnest.store.shapes_escalation import RouteRow
from earnest.store.write import DatabaseError
from earnest.store.write_escalation import Begun

LOG = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)
LONGEST_AWAY = timedelta(days=1)
"""What was said in the hours in which nobody looked is looked at later, up to so long."""

OVERLAP = timedelta(minutes=10)
"""A change that was committed late is still seen."""


def tend(now: datetime, *, every: timedelta = EVERY) -> int:
    """Hold every route against what is new (each at most `every` so often, by whichever process), then take
    every step that is due; how many were taken.
    """
    routes(now, every=every)
    return climb(now)


def climb(now: datetime) -> int:
    """End what is answered, take the steps that are due; how many were taken."""
    for programme, id in read_escalation.over():
        row = read_escalation.one(programme, id)
        if row is not None:
            _aside("Ending an escalation", climbing.end, programme, row, now)
    taken = 0
    for id in read_escalation.due(now, ladder.SET_BACK):
        taken += bool(_aside("Taking a step", climbing.step, id, now))
    return taken


def routes(now: datetime, *, every: timedelta = timedelta()) -> int:
    """Hold every route that is switched on against what is new; how many things were sent."""
    sent = 0
    for programme in read_routes.used():
        for row in read_routes.routes(programme, on=True):
            if not _rests(row, now, every):
                sent += int(_aside("A route", _look, programme, row, now) or 0)
    return sent


def _aside(what: str, work: Callable[..., bool | int], *given: Any) -> bool | int | None:
    """One that fails stops no other, and is tried again at the next look."""
    try:
        return work(*given)
    except DatabaseError:
        raise
    except EarnestError as error:
        LOG.warning("%s could not be done: %s", what, error.problem)
    except Exception as error:  # noqa: BLE001 - what goes wrong here must not stop the listening
        LOG.warning("%s could not be done (%s); it is tried again.", what, type(error).__name__)
    return None


def _rests(row: RouteRow, now: datetime, every: timedelta) -> bool:
    """Whether it was looked at just now. A look after now was one before the clock was set back."""
    looked = read_escalation.looked(row.id)
    return looked is not None and looked <= now < looked + every


def _look(programme: str, row: RouteRow, now: datetime) -> int:
    route = of_plain(row.slug, row.spec)
    looked = read_escalation.looked(row.id)
    since = row.since
    if route.when.watch == "volume":
        since = max(min(looked or row.since, now), now - LONGEST_AWAY)
    elif route.when.watch == "cases" and looked is not None:
        since = max(row.since, min(looked, now) - OVERLAP)
    sent, whole = 0, True
    for find in route_finds.finds(programme, route, min(since, now), now, past=False):
        answer = _aside("Sending what a route found", _send, programme, row, route, find, now)
        whole = whole and answer is not None
        sent += int(bool(answer))
    if whole:
        write_escalation.looked_at(row.id, now)
    return sent


def _send(programme: str, row: RouteRow, route: Route, find: Find, now: datetime) -> bool:
    """Begin an escalation of what was found, once; whether it was begun."""
    with transaction.atomic():
        if not write_escalation.hold_route(row.id):
            return False
        before = read_escalation.sent(programme, row.id, find.thing)
        if not _again(route, find, before, now):
            return False
        case = _case(programme, find, before)
        team = escalate.team_for(programme, route, find, case)
        number = case.number if case else _open(programme, find, team.id if team else None)
        rungs = ladder_of(route, severe=find.severe or (case is not None and case.severity == "severe"))
        begun = Begun(
            case=number,
            thing=find.thing,
            key=key(route, find, len(before)),
            ladder=rungs.plain(),
            due=ladder.begin(rungs, now),
            route=row.id,
            version=row.version,
            team=team.id if team else None,
            why=[_why(programme, route, find)],
        )
        return escalate.begin(programme, begun, now) is not None


def key(route: Route, find: Find, times: int) -> str:
    """What makes it the same thing to send: the route, the thing, and its window."""
    if route.when.watch == "volume":
        return f"{route.slug}:{find.thing}:{int(find.at.timestamp()) // 3600}"
    return f"{route.slug}:{find.thing}:{times if route.when.watch == 'cases' else 0}"


def _again(route: Route, find: Find, before: list[read_escalation.Sent], now: datetime) -> bool:
    """Whether it is to be sent (again): an alert once, a case again when it came back, a volume when the
    route has rested.
    """
    if not before:
        return True
    if route.when.watch == "alerts":
        return False
    if route.when.watch == "cases":
        return before[-1].state == "answered"
    return now - before[-1].opened >= timedelta(minutes=route.rest)


def _case(programme: str, find: Find, before: list[read_escalation.Sent]) -> Case | None:
    """The case it belongs to: itself, the one it went to before, or one that holds its theme; None: none."""
    numbers = [find.case] if find.case else [one.case for one in reversed(before)]
    if not find.case and not numbers:
        if find.thing.startswith("alert:"):
            numbers = read_escalation.cases_of_alert(programme, int(find.thing[6:]))
        for theme in find.themes:
            numbers += read_cases.of_theme(programme, theme)
    roots = read_cases.roots(programme, numbers)
    for number in numbers:
        found = read_cases.one(programme, roots.get(number, number))
        if found is not None and found.status in OPEN:
            return found
    return None


def _open(programme: str, find: Find, team: int | None) -> int:
    """A case for what was found; an alert opens it as it would by hand."""
    if find.thing.startswith("alert:"):
        with suppress(Refused):  # it opened a case already, which is done with
            return alert_work.open_case(programme, int(find.thing[6:]), by=None)
    try:
        title = cases.checked_title(escalate.title_of(programme, find))
    except RefusedConfiguration:
        title = "Something came up"
    return cases.open_case(
        programme, title, by=None, severity=find.severity, themes=find.themes, team=team, how="alert"
    )


def _why(programme: str, route: Route, find: Find) -> dict[str, object]:
    """What matched: counts as they are told, and short names."""
    found = read.programme(programme)
    floor = found.floor if found else 10
    return {
        "watch": route.when.watch,
        "label": find.label,
        "themes": list(find.themes),
        "posts": coarse(find.posts, floor),
        "voices": coarse(find.voices, floor),
        "since": find.since.isoformat(),
        "within": route.when.within,
        "severity": find.severity,
    }
