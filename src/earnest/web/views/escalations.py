"""Escalations: what runs, what waits for me, what is done; and what people do with one."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from earnest.desk import access, escalate, teams
from earnest.desk.escalate import Act
from earnest.record.errors import EarnestError
from earnest.store import read_escalation, read_routes
from earnest.store.read import Programme
from earnest.web import ladder_words
from earnest.web.frame import door, render
from earnest.web.views.errors import BadQueryError, permission_denied

DONE = ("answered", "stopped")


@require_safe
@door("see_cases")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """What waits for me, what runs, what is done (`?before` for those before)."""
    said = request.GET.get("before", "")
    before = int(said) if said.isascii() and said.isdecimal() and len(said) < 12 else None
    running, more = read_escalation.listing(programme.slug)
    done, older = read_escalation.listing(programme.slug, DONE, before=before, limit=20)
    mine = {row.id for row in read_escalation.waiting(programme.slug, request.user.pk or 0)}
    may = access.may(request.user, "escalate", programme.slug)
    shown = ladder_words.shown(programme, request.user, running)
    waits = [one for one in shown if one.row.id in mine or (may and one.row.state == "returned")]
    context = {
        "waits": waits,
        "running": [one for one in shown if one not in waits],
        "more": more,
        "done": ladder_words.shown(programme, request.user, done),
        "older": older,
        "wishes": read_escalation.wishes(programme.slug),
        "may_escalate": may,
        "teams": teams.of(programme.slug) if may else [],
        "routes": read_routes.routes(programme.slug) if may else [],
    }
    return render(request, "web/escalations.html", programme, context)


@require_POST
@door("escalate")
def begin(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """Send a case up, by a route or to a team."""
    route, team = _chosen(request)
    return _done(
        request,
        programme,
        lambda: escalate.escalate(
            programme.slug,
            number,
            route=route,
            team=team,
            by=_me(request),
            because=request.POST.get("because", ""),
        ),
    )


def _chosen(request: HttpRequest) -> tuple[int | None, int | None]:
    """A field `to` is "team:3" or "route:5"."""
    sort, _colon, id = request.POST.get("to", "").partition(":")
    number = int(id) if id.isascii() and id.isdecimal() and len(id) < 12 else None
    return (number if sort == "route" else None), (number if sort == "team" else None)


@require_POST
@door("ask_escalation")
def ask(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """Wish that a case goes up."""
    because = request.POST.get("because", "")
    return _done(
        request, programme, lambda: escalate.ask(programme.slug, number, by=_me(request), because=because)
    )


@require_POST
@door("escalate")
def wish(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """Grant a wish (`way` grant) or decline it."""
    if request.POST.get("way") == "decline":
        answer = request.POST.get("because", "")
        return _done(
            request, programme, lambda: escalate.decline(programme.slug, id, by=_me(request), answer=answer)
        )
    route, team = _chosen(request)
    return _done(
        request,
        programme,
        lambda: escalate.grant(programme.slug, id, by=_me(request), route=route, team=team),
    )


@require_POST
@door("see_figures")
def act(request: HttpRequest, programme: Programme, id: int, what: str) -> HttpResponse:
    """Acknowledge, hand back, hand on, stop, or take a stop back."""
    row = read_escalation.one(programme.slug, id)
    if row is None:
        raise Http404
    if what not in ACTS:
        raise Http404
    wanted, do = ACTS[what]
    if not escalate.entitled(request.user, wanted, programme.slug, row):
        return permission_denied(request)
    return _done(request, programme, lambda: do(request, programme.slug, id))


def _hand_on(request: HttpRequest, programme: str, id: int) -> bool:
    _route, team = _chosen(request)
    return escalate.hand_on(programme, id, team=team or 0, by=_me(request))


ACTS: dict[str, tuple[Act, Callable[[HttpRequest, str, int], bool]]] = {
    "acknowledge": (
        "acknowledge",
        lambda request, programme, id: escalate.acknowledge_by(programme, id, by=_me(request)),
    ),
    "hand-back": (
        "hand_back",
        lambda request, programme, id: escalate.hand_back(
            programme, id, by=_me(request), because=request.POST.get("because", "")
        ),
    ),
    "hand-on": ("hand_on", _hand_on),
    "stop": ("stop", lambda request, programme, id: escalate.stop(programme, id, by=_me(request))),
    "undo-stop": (
        "undo_stop",
        lambda request, programme, id: escalate.undo_stop(programme, id, by=_me(request)),
    ),
}
"""What may be done, by the last part of its address."""


def _me(request: HttpRequest) -> int:
    return int(request.user.pk or 0)


def _done(request: HttpRequest, programme: Programme, work: Callable[[], object]) -> HttpResponse:
    """Do it, then back to the page it was asked on (a case, or the escalations)."""
    try:
        done = work()
    except EarnestError as error:
        raise BadQueryError(error.sentence()) from error
    if done is False:
        raise BadQueryError(_("This was settled already, or it is too late for it. Nothing was changed."))
    back = request.POST.get("next", "")
    inside = back.startswith(f"/{programme.slug}/") and url_has_allowed_host_and_scheme(
        back, allowed_hosts=None
    )
    where = back if inside else reverse("escalations", args=[programme.slug])
    return HttpResponseRedirect(where, status=303)
