"""One's own account: how one signs in, where one is signed in, and what one chose."""

from zoneinfo import available_timezones

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from earnest.desk import access, people
from earnest.desk import visits as sessions
from earnest.store import read_people
from earnest.web import people_words, visits
from earnest.web.frame import to_sign_in
from earnest.web.views import mail_wishes
from earnest.web.views.errors import page as error_page
from earnest.web.views.sign_in import safe_onward

KINDS = {"app": Authenticator.Type.TOTP, "keys": Authenticator.Type.WEBAUTHN}


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """All of it on one page."""
    user = request.user
    if not user.is_authenticated:
        return to_sign_in(request)
    shown = read_people.shown(user.pk)
    context = {
        "has_password": user.has_usable_password(),
        "factors": {name: is_mfa_enabled(user, [kind]) for name, kind in KINDS.items()},
        "address": read_people.address_of(user.pk),
        "sessions": sessions.of(user.pk),
        "here": visits.here(request),
        "chosen": read_people.chosen(user.pk),
        "languages": settings.LANGUAGES,
        "zones": _zones(),
        "seats": [
            (one, people_words.ROLES.get(access.role_of(user, one.slug) or "", ""), shown.get(one.slug))
            for one in access.programmes_of(user)
            if one.slug in shown
        ],
        "needed": request.GET.get("second") == "needed",
        "saved": request.GET.get("saved") == "yes",
        **mail_wishes.part(request),
    }
    return render(request, "web/account.html", context)


def _zones() -> list[str]:
    return sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))


@require_POST
def choices(request: HttpRequest) -> HttpResponse:
    """Keep what the person chose. Nothing else of an account can be changed here."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    said = request.POST
    language, zone, known_as = (said.get(name, "").strip() for name in ("language", "zone", "known_as"))
    if language and language not in dict(settings.LANGUAGES):
        return error_page(request, 400, _("These pages do not speak that language."))
    if zone and zone not in available_timezones():
        return error_page(request, 400, _("There is no such time zone."))
    if len(known_as) > 80 or (known_as and not known_as.isprintable()):
        return error_page(request, 400, _("A name has at most 80 printable characters."))
    chosen = read_people.Chosen(language, zone, known_as)
    people.choose(request.user.pk, chosen, said.getlist("shown"))
    visits.chose(request, chosen)
    return HttpResponseRedirect(f"{reverse('account')}?saved=yes")


@require_POST
def end_one(request: HttpRequest, visit: int) -> HttpResponse:
    """End one of one's sessions."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    if not sessions.end(request.user.pk, visit):
        return error_page(request, 404, _("There is no such session. It may have ended meanwhile."))
    return HttpResponseRedirect(reverse("account"))


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End every session but this one."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    sessions.end_others(request.user.pk, visits.here(request))
    return HttpResponseRedirect(reverse("account"))


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Another language of the pages, in this browser; who is signed in keeps it."""
    asked = request.POST.get("language", "")
    if asked not in dict(settings.LANGUAGES):
        return error_page(request, 400, _("These pages do not speak that language."))
    answer = HttpResponseRedirect(safe_onward(request))
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        asked,
        max_age=365 * 24 * 3600,
        samesite="Lax",
        httponly=True,
        secure=request.is_secure(),
    )
    if request.user.is_authenticated:
        before = read_people.chosen(request.user.pk)
        people.choose_language(request.user.pk, asked)
        visits.chose(request, read_people.Chosen(asked, before.zone, before.known_as))
    return answer
