"""Signing in by name and password or by a one-time link, with a second factor where a person has one, and
signing out.
"""

from allauth.account.internal.flows.login import perform_login, perform_password_login
from allauth.account.models import Login
from django.contrib.auth import authenticate, get_user_model, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from earnest.desk import access, audit, inbox
from earnest.desk import visits as sessions
from earnest.web import adapters, visits
from earnest.web.forms import SignInForm
from earnest.web.views import errors


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The form; a wrong name and a wrong password are told apart to nobody."""
    onward = safe_onward(request)
    if request.method != "POST":
        if request.user.is_authenticated:
            return HttpResponseRedirect(onward)
        return _form(request, onward)
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _form(request, onward, _("Write your name and your password."), status=400)
    name, password = form.cleaned_data["name"], form.cleaned_data["password"]
    user = authenticate(request, username=name, password=password)
    if user is None:
        if getattr(request, "axes_locked_out", False):
            return HttpResponse(status=429)  # replaced by `locked`
        audit.note_hourly("visitor", "sign_in_refused")
        return _form(request, onward, _("Name and password do not belong together."), status=403)
    login = Login(user=user, redirect_url=onward)
    answer: HttpResponse = perform_password_login(request, {"username": name}, login)
    return answer


def locked(request: HttpRequest, response: HttpResponse, credentials: object) -> HttpResponse:
    """What somebody is told who failed too often, whether or not the name is anybody's."""
    audit.note_hourly("visitor", "sign_in_locked")
    if request.path != reverse("sign_in"):
        return errors.page(request, 429, _("Too many tries."), _("Wait a quarter of an hour."))
    problem = _("Too many tries. Wait a quarter of an hour, or ask for a sign-in link.")
    return _form(request, safe_onward(request), problem, status=429)


def _form(request: HttpRequest, onward: str, problem: str = "", status: int = 200) -> HttpResponse:
    context = {
        "onward": onward,
        "problem": problem,
        "renewed": request.GET.get("renewed") == "yes" and not problem,
        "name": request.POST.get("name", ""),
        "single": adapters.single_sign_on(),
    }
    return render(request, "web/sign_in.html", context, status=status)


def safe_onward(request: HttpRequest) -> str:
    """Where to go after signing in: a page of this server, or the beginning."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else "/"


@require_GET
def link(request: HttpRequest, token: str) -> HttpResponse:
    """A one-time link. Used, expired and unknown are one answer."""
    user_id = access.sign_in(token)
    user = get_user_model().objects.filter(pk=user_id).first() if user_id is not None else None
    if user is None:
        return errors.page(
            request,
            403,
            _("This sign-in link was used already, or is too old."),
            _("Ask for a new one: earnest user link NAME makes it."),
        )
    answer: HttpResponse = perform_login(request, Login(user=user, redirect_url="/"))
    return answer


@require_POST
def out(request: HttpRequest) -> HttpResponse:
    """End this session."""
    user, here = request.user, visits.here(request)
    if user.is_authenticated and user.pk is not None:
        audit.by(user, "signed_out")
        inbox.let_go(user.pk)
        if here is not None:
            sessions.leave(user.pk, here)
    logout(request)
    return HttpResponseRedirect(reverse("sign_in"))
