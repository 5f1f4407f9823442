"""Routes: what goes to whom, and when. As a file, or one at a time; both are the same rows and the same
rules.

    routes.book("riders")                       all of them, as the file shows them
    routes.problems("riders", route)            what is wrong with one, part by part
    routes.keep("riders", route, by=3)          add or change one
    routes.apply("riders", text, "f.yaml", by=3)  make the programme's routes those of a file
    routes.back("riders", slug, by=3)           as it was before its last change

A route is about labels, themes, places and tags, never about words or people, and its name is judged like any
other configuration; so it cannot be aimed at somebody or at protected speech. Nothing is sent that a few
voices could be picked out of: no route fires below the programme's floor.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import transaction

from earnest.desk import audit, channels, route_emit, route_file, tags, taxonomy_names, teams
from earnest.desk.route_file import Book
from earnest.desk.route_shapes import (
    MOST_ROUTES,
    Route,
    of_plain,
    plain,
)
from earnest.gate.refusals import judge
from earnest.record.errors import InputError, RefusedConfiguration, StoreError
from earnest.store import read, read_routes, read_themes, write_routes
from earnest.store.shapes_escalation import RouteChange


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a part of a route ("when.about"), and what to write instead."""

    part: str
    says: str
    advice: str = ""
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Applied:
    """What a file changed: short names of routes. `lost`: comments of it that are not kept."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    same: tuple[str, ...]
    lost: int = 0


def of(programme: str, *, on: bool | None = None) -> list[Route]:
    """The routes of a programme in their order."""
    rows = read_routes.routes(programme, on=on)
    return [of_plain(row.slug, row.spec, on=row.on, comments=row.comments) for row in rows]


def one(programme: str, slug: str) -> Route | None:
    """One route by its short name, or None."""
    row = read_routes.route(programme, slug)
    return None if row is None else of_plain(row.slug, row.spec, on=row.on, comments=row.comments)


def book(programme: str) -> Book:
    """All routes, as their file shows them."""
    return Book(tuple(of(programme)), read_routes.head(programme))


def text(programme: str) -> str:
    """The file."""
    return route_emit.emit(book(programme))


def problems(programme: str, route: Route) -> list[Problem]:
    """What is wrong with a route in this programme; empty: it may be kept."""
    return [*_named(route), *_about(programme, route), *_whom(programme, route), *_floor(programme, route)]


def _named(route: Route) -> Iterable[Problem]:
    for part, said in (("name", route.name), ("route", route.slug.replace("-", " "))):
        reason = judge("alert", said)
        if reason is not None:
            yield Problem(part, reason, refused=True)
    for tag in route.when.tags:
        reason = judge("tag", tag)
        if reason is not None:
            yield Problem("when.tags", reason, refused=True)


def _about(programme: str, route: Route) -> Iterable[Problem]:
    when = route.when
    called = taxonomy_names.of(programme)
    for label in when.about:
        if label not in called.labels and label not in called.categories:
            near = ", ".join(sorted(one for one in called.labels if one.startswith(label[:3]))[:5])
            yield Problem(
                "when.about",
                f"there is no label or category '{label}'",
                f"Write one of the taxonomy{', such as ' + near if near else ''}.",
            )
    for number in when.themes:
        if read_themes.theme(programme, number) is None:
            yield Problem("when.themes", f"there is no theme {number}", "Write the number of its page.")
    places = {place.slug for place in read.places(programme)}
    for place in when.places:
        if place not in places:
            yield Problem(
                "when.places", f"there is no place '{place}'", f"There are {_few(places) or 'none yet'}."
            )
    known = {tag.name for tag in tags.of(programme)} if when.tags else set()
    for tag in when.tags:
        if tag not in known and judge("tag", tag) is None:
            yield Problem("when.tags", f"there is no tag '{tag}'", f"There are {_few(known) or 'none yet'}.")


def _whom(programme: str, route: Route) -> Iterable[Problem]:
    known = {team.slug: team for team in teams.of(programme)}
    if route.team and route.team not in known:
        yield Problem(
            "team",
            f"there is no team '{route.team}'",
            f"There are {_few(set(known)) or 'none yet: add one first'}.",
        )
    if not known:
        yield Problem("team", "there is no team yet", "Add one on the page of teams.")
    led = any(team.leadership for team in known.values())
    usable = {channel.slug for channel in channels.of(programme)}
    for rung in route.rungs:
        if rung.who == "leadership" and known and not led:
            yield Problem(
                "ladder.leadership", "there is no leadership", "Add a team that is, on the page of teams."
            )
        for channel in rung.channels:
            if channel not in usable:
                yield Problem(
                    f"ladder.{rung.who}",
                    f"there is no channel '{channel}'",
                    f"There are {_few(usable) or 'none yet: add one on the page of channels'}.",
                )


def _floor(programme: str, route: Route) -> Iterable[Problem]:
    found = read.programme(programme)
    floor = found.floor if found else 1
    for part, count in (("posts", route.when.posts), ("voices", route.when.voices)):
        if count and count < floor:
            yield Problem(
                f"when.{part}",
                f"{part} is at least {floor}: fewer could be picked out",
                f"Write '{part}: {floor}'.",
            )


def _few(known: set[str]) -> str:
    return ", ".join(sorted(known)[:8])


def check(programme: str, route: Route, *, place: str = "") -> None:
    """Raises InputError, or RefusedConfiguration, with the first thing that is wrong."""
    for problem in problems(programme, route):
        if problem.refused:
            raise RefusedConfiguration(f"{place}: {problem.says}" if place else problem.says)
        raise InputError(problem.says, place=place, advice=problem.advice)


def keep(programme: str, route: Route, *, by: int | None, how: str = "page") -> bool:
    """Add a route or change one; whether anything changed. Raises as `check`."""
    check(programme, route)
    if one(programme, route.slug) is None and len(of(programme)) >= MOST_ROUTES:
        raise InputError(f"A programme has at most {MOST_ROUTES} routes.")
    return _keep(programme, route, by=by, how=how)


def _keep(programme: str, route: Route, *, by: int | None, how: str, place: int | None = None) -> bool:
    comments = route.comments if how == "file" else None
    kept = write_routes.keep(
        programme, route.slug, plain(route), on=route.on, how=how, by=by, comments=comments, place=place
    )
    if kept.changed:
        detail: dict[str, str | int] = {"version": kept.version, "on": int(route.on), "how": how}
        audit.note(_actor(by), "route_set", programme=programme, about=f"route:{kept.id}", detail=detail)
    return kept.changed


def read_file(programme: str, text: str, file: str) -> tuple[Book, list[tuple[str, Problem]]]:
    """A file's routes, and what is wrong with them in this programme, each with its place in the file.

    Raises InputError where it cannot be read as routes at all.
    """
    found = route_file.parse(text, file)
    wrong = [
        (found.place(file, route.slug, problem.part), problem)
        for route in found.routes
        for problem in problems(programme, route)
    ]
    return found, wrong


def apply(programme: str, text: str, file: str, *, by: int | None) -> Applied:
    """Make the programme's routes those of a file, all or nothing. Routes that it does not hold are taken
    away (each can be put back). Raises InputError or RefusedConfiguration naming line and column.
    """
    found, wrong = read_file(programme, text, file)
    for place, problem in wrong:
        if problem.refused:
            raise RefusedConfiguration(f"{place}: {problem.says}")
        raise InputError(problem.says, place=place, advice=problem.advice)
    before = {route.slug for route in of(programme)}
    changed: list[str] = []
    with transaction.atomic():
        write_routes.set_head(programme, found.head)
        for at, route in enumerate(found.routes):
            if _keep(programme, route, by=by, how="file", place=at + 1):
                changed.append(route.slug)
        wanted = {route.slug for route in found.routes}
        gone = sorted(before - wanted)
        for slug in gone:
            _remove(programme, slug, by)
    return Applied(
        added=tuple(slug for slug in changed if slug not in before),
        changed=tuple(slug for slug in changed if slug in before),
        removed=tuple(gone),
        same=tuple(route.slug for route in found.routes if route.slug not in changed),
        lost=found.lost,
    )


def remove(programme: str, slug: str, *, by: int | None) -> None:
    """Take a route away; `back` puts it back. What it has sent goes on. Raises StoreError: there is none."""
    _remove(programme, slug, by)


def _remove(programme: str, slug: str, by: int | None) -> None:
    kept = write_routes.remove(programme, slug, by=by)
    audit.note(
        _actor(by),
        "route_removed",
        programme=programme,
        about=f"route:{kept.id}",
        detail={"version": kept.version},
    )


def switch(programme: str, slug: str, on: bool, *, by: int | None) -> bool:
    """Switch a route on or off; whether that changed anything."""
    route = one(programme, slug)
    if route is None:
        raise StoreError("This route is not there any more.")
    return keep(programme, replace(route, on=on), by=by)


def changes(programme: str, slug: str) -> list[RouteChange]:
    """Every version of a route, the newest first."""
    return read_routes.changes(programme, slug)


def back(programme: str, slug: str, *, by: int | None, version: int | None = None) -> Route:
    """A route as it was before its last change, or in `version`: as a new version. A route that was taken
    away is there again. Raises InputError where there is nothing to go back to, or it can be no more.
    """
    row = read_routes.route(programme, slug, removed=True)
    known = read_routes.changes(programme, slug)
    wanted = [
        one
        for one in known
        if one.how != "removed" and (one.version == version if version else row and one.version < row.version)
    ]
    if row is None or not wanted:
        raise InputError("There is nothing to go back to.")
    spec = dict(wanted[0].spec)
    on = bool(spec.pop("on", True))
    route = of_plain(slug, spec, on=on, comments=row.comments)
    check(programme, route)
    _keep(programme, route, by=by, how="back")
    return route


def _actor(by: int | None) -> str:
    return "cli" if by is None else f"person:{by}"
