"""Another e-mail address for one's account, and another password for who forgot theirs, by mailed links."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from earnest.desk import content, mailbox
from earnest.record.errors import EarnestError
from earnest.store import read_people
from earnest.web import people_words
from earnest.web.throttle import address as network
from earnest.web.views import errors
from earnest.web.views.account_steps import fresh


@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link by mail. The answer is one, whoever's the address is."""
    if request.method != "POST" or not mailbox.sends():
        return _forgotten(request)
    try:
        letter = people_words.forgotten(_base(request, "password_renew"))
        mailbox.forgotten(request.POST.get("email", ""), network(request), letter)
    except EarnestError as error:
        return _forgotten(request, problem=error.sentence(), status=400)
    return _forgotten(request, asked=True)


def _forgotten(
    request: HttpRequest, *, problem: str = "", asked: bool = False, status: int = 200
) -> HttpResponse:
    context = {
        "sends": mailbox.sends(),
        "asked": asked,
        "problem": problem,
        "email": request.POST.get("email", "")[:254],
    }
    return render(request, "account/password_forgotten.html", context, status=status)


@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: HttpRequest, token: str) -> HttpResponse:
    """Set another password by a mailed link. Opening the link uses nothing up; saving does."""
    name = mailbox.renewing(token)
    if not name:
        return errors.page(
            request, 403, _("This link was used already, or is too old."), _("Ask for a new one.")
        )
    if request.method != "POST":
        return _renew(request, token, name)
    password = request.POST.get("password1", "")
    if password != request.POST.get("password2", ""):
        return _renew(request, token, name, _("The two passwords are not the same."), status=400)
    try:
        mailbox.renew(token, password[:1_000], people_words.told("password_changed"))
    except EarnestError as error:
        return _renew(request, token, name, error.sentence(), status=400)
    return HttpResponseRedirect(f"{reverse('sign_in')}?renewed=yes")


def _renew(request: HttpRequest, token: str, name: str, problem: str = "", status: int = 200) -> HttpResponse:
    context = {"token": token, "name": name, "problem": problem}
    return render(request, "account/password_renew.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@fresh
def address(request: HttpRequest) -> HttpResponse:
    """One's address, and asking for another."""
    user = request.user.pk or 0
    if request.method != "POST":
        return _address(request)
    try:
        if request.POST.get("do") == "none":
            mailbox.give_up(user, people_words.told("email_set"))
            return HttpResponseRedirect(reverse("account_mail"))
        letter = people_words.confirming(_base(request, "account_mail_confirm"), request.user.get_username())
        went = mailbox.want(user, request.POST.get("email", ""), letter)
    except EarnestError as error:
        return _address(request, problem=error.sentence(), status=400)
    return _address(request, went=went)


def _address(request: HttpRequest, *, problem: str = "", went: str = "", status: int = 200) -> HttpResponse:
    context = {
        "now": read_people.address_of(request.user.pk or 0),
        "sends": mailbox.sends(),
        "went": went,
        "problem": problem,
        "email": request.POST.get("email", "")[:254],
    }
    return render(request, "account/mail.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@fresh
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Take the address that a link was mailed to: a button, so that a program that opens links does not."""
    user = request.user.pk or 0
    wanted = mailbox.wanted(token, user)
    if not wanted:
        return errors.page(
            request,
            403,
            _("This link was used already, is too old, or is another account's."),
            _("Sign in with the account that asked for it, or ask for a new one under “Your account”."),
        )
    if request.method != "POST":
        return render(request, "account/mail_confirm.html", {"token": token, "wanted": wanted})
    try:
        mailbox.confirm(token, user, people_words.told("email_set"))
    except EarnestError as error:
        return errors.page(request, 400, error.sentence())
    return HttpResponseRedirect(f"{reverse('account')}?saved=yes")


def _base(request: HttpRequest, name: str) -> str:
    """How the links of a mail begin: as the operator set it, so that no request can turn them elsewhere."""
    path = reverse(name, args=["-"]).removesuffix("-")
    told = str(settings.EARNEST_ADDRESS)
    if not told and any(host.startswith(("*", ".")) for host in settings.ALLOWED_HOSTS):
        told = content.address()  # whoever asks could name any host, and have somebody else's link lead there
    return f"{told}{path}" if told else request.build_absolute_uri(path)
