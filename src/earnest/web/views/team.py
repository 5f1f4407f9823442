"""Who is on the desk: everybody of the programme sees it, stewards invite, give roles and let go."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from earnest.desk import access, invitations, people
from earnest.record.errors import EarnestError
from earnest.store import read, read_people
from earnest.store.read import Programme
from earnest.store.read_people import Member
from earnest.web import people_words
from earnest.web.frame import door, render


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody on the desk, in words."""

    member: Member
    role: str | Promise
    places: str
    me: bool


@require_safe
@door("see_team", draft=True)
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    return _page(request, programme)


@require_POST
@door("keep_people", draft=True)
def invite(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Ask somebody to join; the link is shown once, here."""
    said = request.POST
    try:
        made = invitations.invite(
            programme.slug,
            said.get("role", ""),
            said.getlist("place"),
            said.get("email", ""),
            by=request.user,
            letter=people_words.letter(
                request.build_absolute_uri("/join/"), programme.name, said.get("role", "")
            ),
        )
    except EarnestError as error:
        return _page(request, programme, problem=error.sentence(), status=400)
    return _page(request, programme, made=made)


@require_POST
@door("keep_people", draft=True)
def revoke(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """Take an open invitation back."""
    try:
        invitations.revoke(programme.slug, id, by=request.user)
    except EarnestError as error:
        return _page(request, programme, problem=error.sentence(), status=404)
    return HttpResponseRedirect(reverse("team", args=[programme.slug]))


@require_POST
@door("keep_people", draft=True)
def change(request: HttpRequest, programme: Programme, user: int) -> HttpResponse:
    """Give somebody another role."""
    try:
        role, places = request.POST.get("role", ""), request.POST.getlist("place")
        people.change(programme.slug, user, role, places, by=request.user)
    except EarnestError as error:
        return _page(request, programme, problem=error.sentence(), status=400)
    return HttpResponseRedirect(reverse("team", args=[programme.slug]))


@require_POST
@door("keep_people", draft=True)
def remove(request: HttpRequest, programme: Programme, user: int) -> HttpResponse:
    """Let somebody go."""
    try:
        people.remove(programme.slug, user, by=request.user)
    except EarnestError as error:
        return _page(request, programme, problem=error.sentence(), status=400)
    return HttpResponseRedirect(reverse("team", args=[programme.slug]))


def _page(
    request: HttpRequest,
    programme: Programme,
    *,
    made: invitations.Made | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    titles = {place.slug: place.title for place in read.places(programme.slug) if place.state != "closed"}
    keeps = access.may(request.user, "keep_people", programme.slug)
    admin = access.role_of(request.user, programme.slug) == "admin"
    context = {
        "team": [
            Row(
                one,
                people_words.ROLES.get(one.role, one.role),
                ", ".join(titles.get(place, place) for place in one.places),
                one.user == request.user.pk,
            )
            for one in people.team(programme.slug)
        ],
        "keeps": keeps,
        "admins": read_people.admins(),
        "roles": [
            (role, people_words.ROLES[role], people_words.DOES[role])
            for role in access.ROLES
            if admin or role != "admin"
        ],
        "places": sorted(titles.items(), key=lambda one: one[1]),
        "open": [
            (one, people_words.ROLES.get(one.role, one.role)) for one in invitations.open_of(programme.slug)
        ]
        if keeps
        else [],
        "made": made,
        "link": request.build_absolute_uri(reverse("join", args=[made.token])) if made else "",
        "mailed": people_words.mailed(made) if made else "",
        "problem": problem or "",
        "title": _("Team"),
    }
    return render(request, "web/team.html", programme, context, status=status)
