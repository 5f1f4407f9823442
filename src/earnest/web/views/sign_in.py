"""Signing in by name and password or by a one-time link, and signing out."""

from django.contrib.auth import authenticate, get_user_model, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from earnest.desk import access, audit
from earnest.web.forms import SignInForm
from earnest.web.throttle import Throttle, address
from earnest.web.views import errors

BACKEND = "django.contrib.auth.backends.ModelBackend"
TRIES = Throttle(times=8, seconds=900)
"""Wrong passwords for one name from one address in a quarter of an hour."""


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The form; a wrong name and a wrong password are told apart to nobody."""
    onward = _onward(request)
    if request.method != "POST":
        if request.user.is_authenticated:
            return HttpResponseRedirect(onward)
        return _form(request, onward)
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _form(request, onward, "Write your name and your password.", status=400)
    name = form.cleaned_data["name"]
    key = f"{address(request)} {name.lower()}"
    if TRIES.spent(key):
        return _form(
            request,
            onward,
            "Too many tries. Wait a quarter of an hour, or ask for a sign-in link.",
            status=429,
        )
    user = authenticate(request, username=name, password=form.cleaned_data["password"])
    if user is None:
        TRIES.note(key)
        audit.note_hourly("visitor", "sign_in_refused")
        return _form(request, onward, "Name and password do not belong together.", status=403)
    TRIES.forget(key)
    login(request, user)
    audit.by(user, "signed_in", about="password")
    return HttpResponseRedirect(onward)


def _form(request: HttpRequest, onward: str, problem: str = "", status: int = 200) -> HttpResponse:
    context = {"onward": onward, "problem": problem, "name": request.POST.get("name", "")}
    return render(request, "web/sign_in.html", context, status=status)


def _onward(request: HttpRequest) -> str:
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
            "This sign-in link was used already, or is too old.",
            "Ask for a new one: earnest user link NAME makes it.",
        )
    login(request, user, backend=BACKEND)
    audit.by(user, "signed_in", about="link")
    return HttpResponseRedirect("/")


@require_POST
def out(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        audit.by(request.user, "signed_out")
    logout(request)
    return HttpResponseRedirect(reverse("sign_in"))
