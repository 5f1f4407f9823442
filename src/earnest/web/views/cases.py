"""Cases: the list with its filters, what is done with several at once, and opening one."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from earnest.desk import access, case_opening, case_room
from earnest.desk.case_opening import Proposal
from earnest.record.errors import EarnestError, InputError, StoreError
from earnest.store.read import Programme
from earnest.store.shapes_cases import SEVERITIES
from earnest.web import (
    case_filters,
    case_shown,
    case_suggested,
    case_words,
    theme_words,
    understanding,
    words,
)
from earnest.web.case_filters import Asked
from earnest.web.frame import door, render
from earnest.web.views.case_acts import back
from earnest.web.views.errors import BadQueryError

SHOWN = 40
MOST = 200

SAVED: tuple[tuple[Promise, str], ...] = (
    (gettext_lazy("All open"), ""),
    (gettext_lazy("Mine"), "assignee=me"),
    (gettext_lazy("Nobody’s"), "assignee=nobody"),
    (gettext_lazy("Late"), "late=yes&order=due"),
    (gettext_lazy("Severe"), "severity=severe&severity=high&order=severity"),
    (gettext_lazy("Closed"), "status=closed"),
)
"""Filters that are asked for often, as addresses."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A filter to go to. `here`: it is what this page shows."""

    title: Promise
    url: str
    here: bool


@require_safe
@door("see_cases")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """A page of cases."""
    asked = case_filters.parse(request.GET, int(request.user.pk or 0))
    return _list(request, programme, asked)


def _list(
    request: HttpRequest, programme: Programme, asked: Asked, problem: str = "", status: int = 200
) -> HttpResponse:
    found = case_room.listing(programme.slug, asked.filters, asked.after, SHOWN)
    query = asked.query.urlencode()
    taxonomy = understanding.taxonomy_of(programme)
    done = request.GET.get("done", "")
    context = {
        "asked": asked,
        "saved": [
            Saved(title, f"{reverse('cases', args=[programme.slug])}{'?' * bool(one)}{one}", query == one)
            for title, one in SAVED
        ],
        "rows": case_shown.rows(found.page.rows, found.trends, programme),
        "older": asked.link(after=found.page.next) if found.page.next else "",
        "statuses": list(case_words.STATUSES.items()),
        "severities": list(case_words.SEVERITIES.items()),
        "orders": list(case_words.ORDERS.items()),
        "teams": list(found.teams.items()),
        "people": list(found.people.items()),
        "tags": list(found.tags.items()),
        "categories": [(one.id, words.named(one.name)) for one in taxonomy.categories] if taxonomy else [],
        "labels": [(one.id, words.named(one.name)) for one in taxonomy.labels] if taxonomy else [],
        "me": request.user.pk,
        "may_work": access.may(request.user, "work_cases", programme.slug),
        "nothing": _nothing(asked, found.counts),
        "problem": problem,
        "done": ngettext("%(count)d case was changed.", "%(count)d cases were changed.", int(done))
        % {"count": int(done)}
        if done.isascii() and done.isdecimal() and len(done) < 4
        else "",
    }
    return render(request, "web/cases.html", programme, context, status=status)


def _nothing(asked: Asked, counts: Any) -> str:
    """Why the list is empty, and what there is besides."""
    there = sum(counts.values())
    if not there:
        return _("No case was opened yet. Open one from a theme, an alert or a post.")
    if asked.any:
        return _("No case fits these filters.")
    return ngettext(
        "No case is open. %(count)d is closed or answered.",
        "No case is open. %(count)d are closed or answered.",
        there,
    ) % {"count": there}


@require_POST
@door("work_cases")
def bulk(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Set status, person or tag of several cases: of all, or of none where one of them cannot be."""
    numbers = _numbers(request)
    where = request.POST.get("back", "")
    query = where[1:] if where.startswith("?") else ""
    try:
        count = case_room.bulk(
            programme.slug,
            numbers,
            by=int(request.user.pk or 0),
            status=request.POST.get("status", ""),
            assignee=request.POST.get("assignee", ""),
            tag=request.POST.get("tag", ""),
        )
    except EarnestError as error:
        asked = case_filters.parse(type(request.GET)(query), int(request.user.pk or 0))
        return _list(request, programme, asked, error.sentence(), status=400)
    parts = [part for part in query.split("&") if part and not part.startswith("done=")]
    there = "&".join([*parts, f"done={count}"])
    return HttpResponseRedirect(f"{reverse('cases', args=[programme.slug])}?{there}", status=303)


def _numbers(request: HttpRequest) -> list[int]:
    said = request.POST.getlist("case")[:MOST]
    if any(not (one.isascii() and one.isdecimal() and len(one) < 10) for one in said):
        raise InputError(gettext("A case was not chosen from the list."))
    return [int(one) for one in said]


@require_http_methods(["GET", "HEAD", "POST"])
@door("work_cases")
def new(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Open a case from posts, themes or an alert, or put them into one that is there.

    Cases that are likely the same are shown before anything is saved.
    """
    try:
        proposal = case_opening.filled(programme.slug, _proposal(request), request.user)
    except StoreError as error:
        raise BadQueryError(error.sentence()) from error
    if request.method != "POST":
        return _form(request, programme, proposal)
    into = next((one for one in request.POST.getlist("into") if one), "")
    me = int(request.user.pk or 0)
    try:
        if into or request.POST.get("way") == "into":
            if not (into.isascii() and into.isdecimal() and len(into) < 10):
                raise InputError(gettext("Choose a case from the list."))
            case_opening.put_into(programme.slug, int(into), proposal, by=me)
            return back(programme, int(into))
        likely = case_opening.likely(programme.slug, proposal)
        if likely and request.POST.get("sure") != "yes":
            return _form(request, programme, proposal, asks=True)
        return back(programme, case_opening.open_from(programme.slug, proposal, by=me))
    except EarnestError as error:
        return _form(request, programme, proposal, problem=error.sentence())


def _proposal(request: HttpRequest) -> Proposal:
    given = request.POST if request.method == "POST" else request.GET

    def ids(name: str, most: int) -> tuple[int, ...]:
        said = [one for one in given.getlist(name) if one][:most]
        if any(not (one.isascii() and one.isdecimal() and len(one) < 18) for one in said):
            raise BadQueryError(gettext("The address is damaged: a number in it cannot be read."))
        return tuple(dict.fromkeys(map(int, said)))

    severity = given.get("severity", "")
    team = given.get("team", "")
    return Proposal(
        title=given.get("title", "")[:400],
        severity=severity if severity in SEVERITIES else "",
        because=given.get("because", "")[:600],
        team=int(team) if team.isascii() and team.isdecimal() and len(team) < 10 else None,
        posts=ids("post", MOST),
        themes=ids("theme", 40),
        alert=next(iter(ids("alert", 1)), None),
    )


def _form(
    request: HttpRequest, programme: Programme, proposal: Proposal, *, problem: str = "", asks: bool = False
) -> HttpResponse:
    found = case_opening.proposed(programme.slug, proposal, request.user)
    themes = [row for row in found.themes if theme_words.enough(row, programme)]
    shown = theme_words.shown_rows(programme, themes, 12) if themes else []
    context = {
        "given": proposal,
        "severity": proposal.severity or "normal",
        "title": proposal.title or (shown[0].name.capitalize() if shown and shown[0].name else ""),
        "themes": shown,
        "posts": found.posts,
        "hidden": len(proposal.posts) - len(found.posts),
        "likely": case_suggested.shown(found.likely, programme),
        "recent": found.recent,
        "severities": list(case_words.SEVERITIES.items()),
        "teams": found.teams,
        "asks": asks,
        "problem": problem,
    }
    return render(request, "web/case_new.html", programme, context, status=400 if problem else 200)
