"""How the reading of places goes, what to do where it does not, and reading a place's past."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from earnest.desk import access
from earnest.flow import backfill, places
from earnest.record.errors import EarnestError, InputError
from earnest.store import read, read_health
from earnest.store.read import Programme
from earnest.web import health_words
from earnest.web.frame import door, render
from earnest.web.views import place as place_page


@require_safe
@door("see_places")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Every place that is read: since when it is so, when it is read next, and what to do. A delegate sees
    those they speak for.
    """
    now = datetime.now(UTC)
    own = access.places_of(request.user, programme.slug)
    told = read_health.of_programme(programme.slug)
    rows = [
        health_words.row(place, told[place.slug], now)
        for place in read.places(programme.slug)
        if place.state != "closed" and (own is None or place.slug in own)
    ]
    rows.sort(key=lambda row: (not row.wrong, row.place.title))
    context = {
        "rows": rows,
        "wrong": sum(1 for row in rows if row.wrong),
        "days": read_health.DAYS,
        "keeps": access.may(request.user, "keep_places", programme.slug),
    }
    return render(request, "web/places_health.html", programme, context)


@require_POST
@door("keep_places")
def moved(request: HttpRequest, programme: Programme, place: str) -> HttpResponse:
    """Take over the address that the place says it moved to."""
    return _act(
        request, programme, place, lambda actor: places.accept_move(programme.slug, place, actor=actor)
    )


@require_POST
@door("keep_places")
def past(request: HttpRequest, programme: Programme, place: str) -> HttpResponse:
    """Ask for a place's past."""

    def ask(actor: str) -> None:
        since, until = _day(request, "since"), _day(request, "until")
        if since is None:
            raise InputError(gettext("Say from which day on."))
        end = None if until is None else until + timedelta(days=1)
        backfill.ask(programme.slug, place, since, end, egress=place_page.way_out(), actor=actor)

    return _act(request, programme, place, ask)


@require_POST
@door("keep_places")
def past_stop(request: HttpRequest, programme: Programme, place: str) -> HttpResponse:
    """Read no further into a place's past."""
    return _act(request, programme, place, lambda actor: backfill.stop(programme.slug, place, actor=actor))


def _day(request: HttpRequest, name: str) -> datetime | None:
    said = request.POST.get(name, "").strip()
    if not said:
        return None
    try:
        day = parse_date(said)
    except ValueError:
        day = None
    if day is None or not 1990 <= day.year <= 2200:
        raise InputError(gettext("Write the day as 2026-05-31."))
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _act(
    request: HttpRequest, programme: Programme, place: str, act: Callable[[str], object]
) -> HttpResponse:
    if read.place(programme.slug, place) is None:
        raise Http404
    try:
        act(f"person:{request.user.pk}")
    except EarnestError as error:
        return place_page.show(request, programme, place, problem=error.sentence(), status=400)
    return HttpResponseRedirect(reverse("place", args=[programme.slug, place]), status=303)
