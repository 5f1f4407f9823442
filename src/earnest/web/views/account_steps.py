"""allauth's pages of passwords and second factors, in our look (templates `account/` and `mfa/`).

What changes how somebody signs in asks again who they are: by password or second factor, or, where somebody
has neither (they come by link or single sign-on), by having signed in just now.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from allauth.account import views as account_views
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.mfa.base import views as base_views
from allauth.mfa.recovery_codes import views as codes_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as webauthn_views
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from earnest.store import clock, read_people
from earnest.web import visits
from earnest.web.views import errors

View = Callable[..., HttpResponse]

JUST_NOW = timedelta(minutes=15)
"""How long a sign-in counts as asking again, for who has nothing else to be asked by."""


def fresh(view: View) -> View:
    """Asks again who somebody is before `view`."""

    @wraps(view)
    def inner(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        user = request.user
        if user.is_authenticated and not get_reauthentication_flows(user) and not _just_now(request):
            return errors.page(
                request,
                403,
                _("Sign in once more first."),
                _("Sign out, come back by a new link or by single sign-on, and go on here at once."),
            )
        answer: HttpResponse = _asked(request, *args, **kwargs)
        return answer

    _asked = reauthentication_required(view)
    return login_required(inner)


def _just_now(request: HttpRequest) -> bool:
    visit = visits.here(request)
    row = None if visit is None else read_people.visit(visit)
    return row is not None and clock.now() - row.begun < JUST_NOW


second: View = base_views.authenticate
again: View = sensitive_post_parameters("password")(account_views.reauthenticate)
again_code: View = base_views.reauthenticate
again_key: View = webauthn_views.reauthenticate_webauthn
password: View = login_required(account_views.password_change)
first_password: View = fresh(account_views.password_set)
app_add: View = fresh(totp_views.activate_totp)
app_remove: View = fresh(totp_views.deactivate_totp)
keys: View = webauthn_views.list_webauthn
key_add: View = fresh(webauthn_views.add_webauthn)
key_rename: View = fresh(webauthn_views.edit_webauthn)
key_remove: View = fresh(webauthn_views.remove_webauthn)
codes: View = codes_views.view_recovery_codes
codes_new: View = fresh(codes_views.generate_recovery_codes)
