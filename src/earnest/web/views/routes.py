"""Routes: what goes to whom, and when. The list, one with its dry run and history, all as a file."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from earnest.desk import access, channels, dry_run, routes, tags, taxonomy_names, teams
from earnest.desk.route_shapes import (
    KINDS,
    SEVERITIES,
    SORTS,
    WATCHES,
    Route,
    Rung,
    When,
    of_plain,
)
from earnest.record.errors import EarnestError, StoreError
from earnest.store import clock, read, read_routes
from earnest.store.read import Programme
from earnest.store.shapes_escalation import WHOS
from earnest.web import route_form, route_words, words
from earnest.web.frame import door, render
from earnest.web.views.errors import BadQueryError, permission_denied

SHOWN = 100
"""Messages of a dry run that a page shows."""


@require_safe
@door("see_cases")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Every route in words."""
    called = {team.slug: team for team in teams.of(programme.slug)}
    context = {
        "lines": [_line(programme, route, called) for route in routes.of(programme.slug)],
        "gone": read_routes.removed(programme.slug),
        "may_keep": access.may(request.user, "keep_routes", programme.slug),
        "teams": called,
    }
    return render(request, "web/routes.html", programme, context)


def _line(programme: Programme, route: Route, called: dict[str, Any]) -> dict[str, object]:
    titles = {place.slug: place.title for place in read.places(programme.slug)}
    return {
        "route": route,
        "when": route_words.when(programme, route),
        "narrower": route_words.narrower(programme, route, titles),
        "whom": route_words.whom(route, called),
        "steps": route_words.steps(route),
        "quiet": route_words.quiet(route),
        "rest": _("The same is not sent again for %(span)s.") % {"span": route_words.span(route.rest)}
        if route.when.watch == "volume"
        else "",
    }


@door("keep_routes")
def add(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Add a route. A POST with `try` only shows what it would have sent."""
    floor = programme.floor
    blank = Route("", "", When(posts=max(20, floor), voices=floor, within=1440), rungs=_RUNGS)
    return _form(request, programme, blank, fresh=True)


_RUNGS = (Rung("team", 240), Rung("lead", 240), Rung("leadership"))


@door("see_cases")
def one(request: HttpRequest, programme: Programme, route: str) -> HttpResponse:
    """One route: what it would have sent (`?tried`), its history; changing it (POST)."""
    found = routes.one(programme.slug, route)
    if found is None:
        raise Http404
    if request.method == "POST" and not access.may(request.user, "keep_routes", programme.slug):
        return permission_denied(request)
    return _form(request, programme, found)


def _form(request: HttpRequest, programme: Programme, basis: Route, *, fresh: bool = False) -> HttpResponse:
    problem, shown, tried = "", basis, "tried" in request.GET and not fresh
    if request.method == "POST":
        try:
            shown = route_form.shape(request.POST, basis.slug)
            if fresh and read_routes.route(programme.slug, shown.slug, removed=True) is not None:
                raise StoreError(_("There is, or was, another route of that short name."))
            if "try" in request.POST:
                routes.check(programme.slug, shown)
                tried = True
            else:
                routes.keep(programme.slug, shown, by=request.user.pk)
                return HttpResponseRedirect(reverse("route", args=[programme.slug, shown.slug]), status=303)
        except EarnestError as error:
            problem = error.sentence()
    context = {
        "one": basis,
        "fresh": fresh,
        "line": None
        if fresh
        else _line(programme, basis, {team.slug: team for team in teams.of(programme.slug)}),
        "route": shown,
        "said": request.POST if problem else None,
        "problem": problem,
        "may_keep": access.may(request.user, "keep_routes", programme.slug),
        "history": [] if fresh else _history(programme, basis.slug),
        "tried": tried and not problem,
        **(_tried(programme, shown) if tried and not problem else {}),
        **_choices(programme, shown),
    }
    return render(request, "web/route.html", programme, context, status=400 if problem else 200)


def _tried(programme: Programme, route: Route) -> dict[str, object]:
    found = dry_run.over(programme.slug, route, clock.now())
    return {
        "would": [
            {
                "thing": route_words.thing(programme, one.find),
                "at": one.find.at,
                "why": route_words.why(programme, route, one.find),
                "team": one.team.name if one.team else "",
                "course": route_words.course(one),
            }
            for one in reversed(found[-SHOWN:])
        ],
        "total": route_words.total(len(found), dry_run.DAYS),
        "more": max(0, len(found) - SHOWN),
    }


def _history(programme: Programme, slug: str) -> list[dict[str, object]]:
    found = routes.changes(programme.slug, slug)
    rows: list[dict[str, object]] = []
    for change in found:
        spec = dict(change.spec)
        then = of_plain(slug, spec, on=bool(spec.pop("on", True)))
        rows.append(
            {
                "change": change,
                "how": route_words.HOW.get(change.how, change.how),
                "when": route_words.when(programme, then),
                "on": then.on,
                "now": change is found[0],
            }
        )
    return rows


def _choices(programme: Programme, route: Route) -> dict[str, object]:
    called = taxonomy_names.of(programme.slug, words.language())
    return {
        "watches": [(one, route_words.WATCHES[one]) for one in WATCHES],
        "categories": sorted(called.categories.items(), key=lambda pair: pair[1]),
        "labels": sorted(called.labels.items(), key=lambda pair: pair[1]),
        "kinds": [(kind, route_words.KINDS[kind]) for kind in KINDS],
        "sorts": [(sort, route_words.SORTS[sort]) for sort in SORTS],
        "severities": [(one, route_words.SEVERITIES[one]) for one in SEVERITIES],
        "places": [place for place in read.places(programme.slug) if place.state != "closed"],
        "tags": tags.of(programme.slug),
        "teams": teams.of(programme.slug),
        "ways": channels.of(programme.slug),
        "stops": [(who, route_words.STOPS[who]) for who in WHOS],
        "who": route_words.STEPS,
        "shown": route_form.shown(route),
        "floor": programme.floor,
    }


@require_POST
@door("keep_routes")
def switch(request: HttpRequest, programme: Programme, route: str) -> HttpResponse:
    """Switch a route on or off."""
    return _done(
        request,
        programme,
        lambda: routes.switch(programme.slug, route, request.POST.get("on") == "yes", by=request.user.pk),
    )


@require_POST
@door("keep_routes")
def back(request: HttpRequest, programme: Programme, route: str) -> HttpResponse:
    """A route as it was before, or in the version that is named."""
    said = request.POST.get("version", "")
    version = int(said) if said.isascii() and said.isdecimal() and len(said) < 8 else None
    return _done(
        request, programme, lambda: routes.back(programme.slug, route, by=request.user.pk, version=version)
    )


@require_POST
@door("keep_routes")
def remove(request: HttpRequest, programme: Programme, route: str) -> HttpResponse:
    """Take a route away; it can be put back."""
    return _done(request, programme, lambda: routes.remove(programme.slug, route, by=request.user.pk))


def _done(request: HttpRequest, programme: Programme, act: Any) -> HttpResponse:
    try:
        act()
    except EarnestError as error:
        raise BadQueryError(error.sentence()) from error
    return HttpResponseRedirect(reverse("routes", args=[programme.slug]), status=303)


@door("see_cases")
def file(request: HttpRequest, programme: Programme) -> HttpResponse:
    """All routes as a file: read it, check one, apply it (POST)."""
    said = request.POST.get("text", "")
    problems: list[str] = []
    applied = None
    checked = False
    if request.method == "POST":
        if not access.may(request.user, "keep_routes", programme.slug):
            return permission_denied(request)
        try:
            if "check" in request.POST:
                _book, wrong = routes.read_file(programme.slug, said, "routes.yaml")
                problems = [f"{place}: {_sentence(one)}" for place, one in wrong]
                checked = not problems
            else:
                applied = routes.apply(programme.slug, said, "routes.yaml", by=request.user.pk)
        except EarnestError as error:
            problems = [error.sentence()]
    context = {
        "text": said if problems or checked else routes.text(programme.slug),
        "problems": problems,
        "applied": applied,
        "checked": checked,
        "may_keep": access.may(request.user, "keep_routes", programme.slug),
    }
    return render(request, "web/routes_file.html", programme, context, status=400 if problems else 200)


def _sentence(problem: routes.Problem) -> str:
    return f"{problem.says}. {problem.advice}".strip() if problem.advice else problem.says


@require_safe
@door("see_cases")
def download(request: HttpRequest, programme: Programme) -> HttpResponse:
    """The file itself."""
    response = HttpResponse(routes.text(programme.slug), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{programme.slug}-routes.yaml"'
    return response
