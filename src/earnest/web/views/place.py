"""One place: how it stands, and pausing, resuming or closing it."""

from collections.abc import Callable
from datetime import UTC, datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from earnest.desk import access
from earnest.egress import Egress, user_agent
from earnest.flow import backfill, handshake, places
from earnest.record.errors import EarnestError
from earnest.store import read, read_health
from earnest.store.read import Programme
from earnest.store.write_places import PausedBy
from earnest.web import health_words, standing
from earnest.web.frame import door, render
from earnest.web.views import errors


@require_safe
@door("see_places")
def page(request: HttpRequest, programme: Programme, place: str) -> HttpResponse:
    """How a place stands. A delegate sees those they speak for, and no other."""
    return show(request, programme, place)


def show(
    request: HttpRequest,
    programme: Programme,
    place: str,
    *,
    problem: str = "",
    said: str = "",
    status: int = 200,
) -> HttpResponse:
    own = access.places_of(request.user, programme.slug)
    found = standing.of(programme, [place])
    if not found or (own is not None and place not in own):
        raise Http404
    told = read_health.of_programme(programme.slug, place)[place]
    context = {
        "one": found[0],
        "health": health_words.row(found[0].place, told, datetime.now(UTC)),
        "stretches": health_words.stretches(told.gaps),
        "past": told.backfill,
        "gives_past": backfill.gives(found[0].place.type) and found[0].place.state in ("hearing", "failed"),
        "keeps": access.may(request.user, "keep_places", programme.slug),
        "pauses": access.may_at(request.user, "pause_places", programme.slug, place),
        "speaks": own is not None,
        "problem": problem,
        "told": said,
    }
    return render(request, "web/place.html", programme, context, status=status)


@require_POST
@door("pause_places")
def pause(request: HttpRequest, programme: Programme, place: str) -> HttpResponse:
    """Stop reading a place for now: a steward any, a delegate the ones they speak for."""
    return _act(request, programme, place, places.pause)


@require_POST
@door("pause_places")
def resume(request: HttpRequest, programme: Programme, place: str) -> HttpResponse:
    """Read it again. What the delegate paused, the operator cannot resume."""
    return _act(request, programme, place, places.resume)


def _act(request: HttpRequest, programme: Programme, place: str, act: Callable[..., None]) -> HttpResponse:
    if not access.may_at(request.user, "pause_places", programme.slug, place):
        return errors.permission_denied(request)
    by = _by(request, programme)
    actor = f"{'delegate' if by == 'delegate' else 'person'}:{request.user.pk}"
    return _done(request, programme, place, lambda: act(programme.slug, place, by=by, actor=actor))


def _by(request: HttpRequest, programme: Programme) -> PausedBy:
    return "delegate" if access.role_of(request.user, programme.slug) == "delegate" else "steward"


@require_POST
@door("keep_places")
def close(request: HttpRequest, programme: Programme, place: str) -> HttpResponse:
    """Stop reading a place for good, after a tick that it is meant."""
    if request.POST.get("sure") != "yes":
        return show(
            request,
            programme,
            place,
            problem=gettext("Tick that you mean it: it cannot be undone."),
            status=400,
        )
    actor = f"person:{request.user.pk}"
    return _done(request, programme, place, lambda: places.close(programme.slug, place, actor=actor))


@require_POST
@door("keep_places")
def look(request: HttpRequest, programme: Programme, place: str) -> HttpResponse:
    """Ask the community now whether its notice is published."""
    if read.place(programme.slug, place) is None:
        raise Http404
    try:
        found = handshake.look(programme.slug, place, way_out())
    except EarnestError as error:
        return show(request, programme, place, problem=error.sentence(), status=400)
    return show(request, programme, place, said=found.reason or gettext("Looked just now."))


def _done(request: HttpRequest, programme: Programme, place: str, act: Callable[[], None]) -> HttpResponse:
    if read.place(programme.slug, place) is None:
        raise Http404
    try:
        act()
    except EarnestError as error:
        return show(request, programme, place, problem=error.sentence(), status=400)
    back = "community" if access.places_of(request.user, programme.slug) is not None else "place"
    args = [programme.slug] if back == "community" else [programme.slug, place]
    return HttpResponseRedirect(reverse(back, args=args), status=303)


def way_out() -> Egress:
    """The guarded way to the network, as the listener has it."""
    return Egress(user_agent(), allow_private=settings.PRIVATE_PLACES)
