"""The rules of sessions and the language of a page, with each request."""

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

from earnest.desk import people, visits
from earnest.store import read_people

SAME_FOR_ALL = frozenset({"notice", "notice_json", "notice_schema", "well_known"})
"""Addresses whose answer holds nothing of who asks, and may be cached for everybody."""

OWN_ACCOUNT = ("account", "mfa_", "sign_out", "language")
"""How the names of addresses begin that stay open to who still has to add a second factor."""

VISIT, LANGUAGE, ZONE = "visit", "language", "zone"
"""What the session holds: its visit, and what the person chose."""


def begin(request: HttpRequest, user: int) -> None:
    """A new session of a person who just signed in."""
    request.session[VISIT] = visits.begin(user, request.headers.get("User-Agent", ""))
    chose(request, read_people.chosen(user))


def chose(request: HttpRequest, chosen: read_people.Chosen) -> None:
    """What the person chose, for the pages of this session."""
    request.session[LANGUAGE] = chosen.language
    request.session[ZONE] = chosen.zone


def here(request: HttpRequest) -> int | None:
    """The visit of this session."""
    found = request.session.get(VISIT)
    return found if isinstance(found, int) else None


def holds(visit: int | None, user: int | None) -> bool:
    """Whether the session of a stream still holds; following it does not keep it alive."""
    return visit is not None and user is not None and visits.holds(visit, user, acting=False)


class Visits(MiddlewareMixin):
    """Signs out whose session was ended or is over."""

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponseBase | None:
        if not _known(request):
            return None
        user = request.user
        if user.pk is None:
            return None
        visit = here(request)
        if visit is None:  # begun before there were visits, or by a command
            begin(request, user.pk)
        elif not visits.holds(visit, user.pk, acting=_acting(request)):
            logout(request)
            return None
        return _without_factor(request)


def _without_factor(request: HttpRequest) -> HttpResponseBase | None:
    """Of whom a second factor is demanded and who has none goes nowhere but to where one is added.

    Who comes by single sign-on was asked for it there.
    """
    match = request.resolver_match
    name = str(match.url_name) if match is not None else ""
    if settings.SECOND_FACTOR == "nobody" or name.startswith(OWN_ACCOUNT):
        return None
    if not people.must_have_factor(request.user) or is_mfa_enabled(request.user):
        return None
    if any(one["method"] == "socialaccount" for one in get_authentication_records(request, request.user)):
        return None
    return HttpResponseRedirect(f"{reverse('account')}?second=needed")


def _known(request: HttpRequest) -> bool:
    """Signed in. Who brings no session is not looked up, and nobody is where all get the same."""
    match = request.resolver_match
    if match is not None and match.url_name in SAME_FOR_ALL:
        return False
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated


def _acting(request: HttpRequest) -> bool:
    """A stream is followed by a page, not by a person."""
    return "text/event-stream" not in request.headers.get("Accept", "")


class Language(MiddlewareMixin):
    """The language and time zone that a person chose; else the cookie's, the browser's, the installation's.

    A public notice chooses its own.
    """

    def process_request(self, request: HttpRequest) -> None:
        """For addresses that there are not: they have no view."""
        translation.activate(translation.get_language_from_request(request))

    def process_view(self, request: HttpRequest, *view: object) -> None:
        signed_in = _known(request)
        asked = request.session.get(LANGUAGE) if signed_in else None
        known = asked in dict(settings.LANGUAGES)
        translation.activate(str(asked) if known else translation.get_language_from_request(request))
        request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
        zone = request.session.get(ZONE) if signed_in else None
        if zone:
            timezone.activate(str(zone))

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if "public" not in response.headers.get("Cache-Control", ""):
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        translation.deactivate()
        timezone.deactivate()
        return response
