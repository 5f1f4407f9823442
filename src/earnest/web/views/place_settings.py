"""The settings of a place that is there: seeing them, changing them or its key, asking whether it answers."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from earnest.flow import checking, places
from earnest.record.errors import EarnestError
from earnest.sources import asks
from earnest.sources.registry import TYPES
from earnest.store import read
from earnest.store.read import Programme
from earnest.web import place_fields, place_words, setup_steps
from earnest.web.frame import door, render
from earnest.web.views.place import way_out


@require_http_methods(["GET", "HEAD", "POST"])
@door("keep_places")
def page(request: HttpRequest, programme: Programme, place: str) -> HttpResponse:
    """What is set, with its key left out. What a community agreed to is shown and not changed."""
    if read.place(programme.slug, place) is None:
        raise Http404
    found = read.listening_place(programme.slug, place)
    kind = TYPES.get(found.type)
    fixed = kind is None or kind.local or found.kind == "closed" or found.state == "closed"
    fields = [] if kind is None else place_fields.settings(kind, held=True)
    if fixed:
        fields = [one for one in fields if one.kind == "secret" and found.state != "closed"]
    given = request.POST.dict() or ({} if kind is None else place_fields.standing(kind, found.settings))
    problem, checked = "", None
    if request.method == "POST" and given.get("act") == "check":
        checked = checking.check_place(found, way_out())
        given = {} if kind is None else place_fields.standing(kind, found.settings)
    elif request.method == "POST" and kind is not None:
        try:
            setup_steps.read_fields(fields, given)
            written, secret = place_fields.given(kind, given)
            stored = dict(found.settings)
            settings = stored if fixed else {**place_fields.kept_back(kind, stored), **written}
            actor = f"person:{request.user.pk}"
            places.change_place(programme.slug, place, settings, way_out(), actor=actor, secret=secret)
        except EarnestError as error:
            problem = error.sentence()
        else:
            return HttpResponseRedirect(reverse("place", args=[programme.slug, place]), status=303)
    context = {
        "place": found,
        "title": place_words.said(kind.title) if kind else found.type,
        "asks": place_words.said(kind.asks) if kind else "",
        "fields": place_fields.asked(fields, given),
        "facts": _facts(found) if fixed else [],
        "fixed": fixed,
        "local": kind is not None and kind.local,
        "checked": checked,
        "problem": problem,
    }
    return render(request, "web/place_settings.html", programme, context, status=400 if problem else 200)


def _facts(place: read.ListeningPlace) -> list[tuple[str, str]]:
    """Settings that cannot be changed here, in words; a path of this machine is not shown."""
    kind = TYPES.get(place.type)
    if kind is None or kind.local:
        return []
    return [
        (place_words.said(one.label), asks.written(one, place.settings[one.name]) or gettext("not set"))
        for one in asks.asked(kind)
        if not one.secret and one.name in place.settings
    ]
