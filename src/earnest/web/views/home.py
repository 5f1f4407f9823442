"""`/`: to the first room of the first programme a person belongs to."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from earnest.desk import access
from earnest.web.frame import rooms, to_sign_in
from earnest.web.views import errors


def page(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    programmes = access.programmes_of(request.user)
    open_rooms = rooms(request, programmes[0]) if programmes else []
    if open_rooms:
        return HttpResponseRedirect(open_rooms[0].url)
    return render(request, "web/no_programme.html")


def programme(request: HttpRequest, programme: str) -> HttpResponse:
    """`/<programme>/`: to its first room that the person's role opens."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    found = next((one for one in access.programmes_of(request.user) if one.slug == programme), None)
    if found is None:
        return errors.not_found(request)
    return HttpResponseRedirect(rooms(request, found)[0].url)
