"""Following an invitation: as somebody new with a name and a password, by single sign-on, or with the account
one has.
"""

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from earnest.desk import invitations
from earnest.record.errors import EarnestError
from earnest.store import read
from earnest.store.read_people import Asked
from earnest.web import adapters, people_words
from earnest.web.adapters import INVITATION
from earnest.web.throttle import Throttle, address
from earnest.web.views import errors, single_sign_on

TRIES = Throttle(times=30, seconds=900)
"""Links that lead nowhere, from one address in a quarter of an hour."""


@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """What one is invited to, and the form that accepts."""
    asked = _asked(request, token)
    if asked is None:
        return _over(request)
    if request.method != "POST":
        return _form(request, token, asked)
    name, password = request.POST.get("name", ""), request.POST.get("password", "")
    if password != request.POST.get("again", ""):
        return _form(request, token, asked, _("The two passwords are not the same."), status=400)
    try:
        user = invitations.accept(token, name, password[:1_000])
    except EarnestError as error:
        return _form(request, token, asked, error.sentence(), status=400)
    return _in(request, user, asked.programme)


@require_POST
def here(request: HttpRequest, token: str) -> HttpResponse:
    """Accept with the account that is signed in."""
    asked = _asked(request, token)
    if asked is None:
        return _over(request)
    if not request.user.is_authenticated or request.user.pk is None:
        return HttpResponseRedirect(reverse("join", args=[token]))
    invitations.accept_known(token, request.user.pk)
    return HttpResponseRedirect(reverse("programme", args=[asked.programme]))


@require_POST
def elsewhere(request: HttpRequest, token: str) -> HttpResponse:
    """Accept with an account of the issuer of single sign-on."""
    asked = _asked(request, token)
    if asked is None:
        return _over(request)
    request.session[INVITATION] = token
    return single_sign_on.onward(request, "oidc", reverse("programme", args=[asked.programme]))


def _asked(request: HttpRequest, token: str) -> Asked | None:
    key = address(request)
    if TRIES.spent(key):
        return None
    asked = invitations.look(token)
    if asked is None:
        TRIES.note(key)
    return asked


def _over(request: HttpRequest) -> HttpResponse:
    return errors.page(
        request,
        403,
        _("This invitation was used already, was taken back, or is too old."),
        _("Ask whoever sent it for a new one."),
    )


def _form(
    request: HttpRequest, token: str, asked: Asked, problem: str = "", status: int = 200
) -> HttpResponse:
    programme = read.programme(asked.programme)
    context = {
        "token": token,
        "asked": asked,
        "programme_name": programme.name if programme else asked.programme,
        "role": people_words.ROLES.get(asked.role, asked.role),
        "does": people_words.DOES.get(asked.role, ""),
        "problem": problem,
        "name": request.POST.get("name", ""),
        "single": adapters.single_sign_on(),
    }
    return render(request, "web/join.html", context, status=status)


def _in(request: HttpRequest, user: int, programme: str) -> HttpResponse:
    account = get_user_model().objects.get(pk=user)
    answer: HttpResponse = perform_login(
        request, Login(user=account, redirect_url=reverse("programme", args=[programme]))
    )
    return answer
