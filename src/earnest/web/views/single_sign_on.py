"""Single sign-on: on to the issuer, and back with what it says."""

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers import registry
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from earnest.web.adapters import INVITATION
from earnest.web.views import errors
from earnest.web.views.sign_in import safe_onward


@require_POST
def go(request: HttpRequest, provider_id: str) -> HttpResponse:
    """To the issuer."""
    request.session.pop(INVITATION, None)
    return onward(request, provider_id, safe_onward(request))


def onward(request: HttpRequest, provider_id: str, then: str) -> HttpResponse:
    """A page that goes on to the issuer by itself: a form of ours is not allowed to end at another server, a
    link is.
    """
    from requests import RequestException  # loaded by who signs in so, not at every start

    registry.load()
    try:
        provider = get_adapter().get_provider(request, provider_id)
        answer = provider.redirect(request, process="login", next_url=then)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    except (RequestException, KeyError, ValueError):
        return errors.page(
            request, 503, _("The server of single sign-on does not answer."), _("Try again in a moment.")
        )
    if answer.status_code != 302:
        return answer  # type: ignore[no-any-return]  # a library without types
    return render(request, "web/onward.html", {"where": answer["Location"], "called": provider.name})


@require_GET
def back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """From the issuer."""
    from allauth.socialaccount.providers.openid_connect import views as oidc

    registry.load()
    try:
        return oidc.callback(request, provider_id)  # type: ignore[no-any-return]  # a library without types
    except (KeyError, ValueError):  # what came is no answer of an issuer
        return errors.page(request, 403, _("Signing in there did not work."), _("Try again."))
