"""`/`: to the first room of the first programme a person belongs to."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from earnest.desk import access
from earnest.web import frame
from earnest.web.frame import rooms, to_sign_in
from earnest.web.views import errors


def page(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    programmes = access.programmes_of(request.user)
    for programme in sorted(programmes, key=lambda one: not one.live):
        open_rooms = rooms(request, programme)
        if open_rooms:
            return HttpResponseRedirect(open_rooms[0].url)
    return render(request, "web/no_programme.html", {"may_add": access.may_add(request.user)})


def programme(request: HttpRequest, programme: str) -> HttpResponse:
    """`/<programme>/`: to its first room that the person's role opens."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    found = next((one for one in access.programmes_of(request.user) if one.slug == programme), None)
    if found is None:
        return errors.not_found(request)
    there = rooms(request, found)
    if not there:
        return frame.still_draft(request, found)
    return HttpResponseRedirect(there[0].url)
