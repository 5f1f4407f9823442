"""What allauth asks Earnest when somebody signs in, adds a second factor or comes by single sign-on."""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from earnest.desk import audit, invitations, letters, lockout
from earnest.desk import visits as sessions
from earnest.store import read_people
from earnest.web import people_words, visits
from earnest.web.views import errors

INVITATION = "invitation"
"""Where a session keeps the token of an invitation while its person is away at the issuer."""

NOTED = {
    "account/email/password_changed": "password_changed",
    "account/email/password_set": "password_changed",
    "mfa/email/totp_activated": "second_factor_added",
    "mfa/email/webauthn_added": "second_factor_added",
    "mfa/email/totp_deactivated": "second_factor_removed",
    "mfa/email/webauthn_removed": "second_factor_removed",
    "mfa/email/recovery_codes_generated": "recovery_codes_made",
    "socialaccount/email/account_connected": "single_sign_on_joined",
}
"""What allauth would send a mail about, as an action of the audit chain."""


class Account(DefaultAccountAdapter):  # type: ignore[misc]  # a library without types
    """Nobody signs up by themselves; a sign-in begins a visit and is written down."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        records = get_authentication_records(request, user)
        super().login(request, user)
        visits.begin(request, user.pk)
        how = records[0]["method"] if records else "link"
        detail = {"second_factor": 1} if any(one["method"] == "mfa" for one in records) else None
        audit.by(user, "signed_in", about=how, detail=detail)  # type: ignore[arg-type]  # int or str

    def is_safe_url(self, url: str) -> bool:
        """Whether somebody may be led there after signing in; what is no address leads nowhere."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        return errors.page(request, 403, _("This account is closed."), _("Ask whoever runs this desk."))

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The page that comes next says what happened."""

    def send_notification_mail(
        self, template_prefix: str, user: AbstractBaseUser, context: Any = None, email: Any = None
    ) -> None:
        """Written into the audit chain and told by mail. After another password every other session ends."""
        action = NOTED.get(template_prefix)
        if action is None:
            return
        audit.note(f"person:{user.pk}", action)
        address = read_people.address_of(user.pk)
        if address:
            letters.send(address, people_words.changed(action, user.get_username()))
        if action == "password_changed":
            sessions.end_others(user.pk, visits.here(self.request))

    def get_client_ip(self, request: HttpRequest) -> str:
        return lockout.address(request) or "127.0.0.1"


class Factors(DefaultMFAAdapter):  # type: ignore[misc]  # a library without types
    """Second factors: the app's secret and the recovery codes' seed are kept encrypted with the key of
    sessions, which is a file and not in the database.
    """

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """A secret of another key opens nothing: its code is then never right."""
        try:
            return _box().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(hashlib.sha256(encrypted_text.encode()).digest()).decode()

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return str(user.get_username())

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Any) -> str:
        return _("Key")


def _box() -> Fernet:
    secret = hashlib.sha256(b"earnest second factors\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(secret))


def single_sign_on() -> str:
    """What the issuer of single sign-on is called here; "" where none is set up."""
    return str(settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APP", {}).get("name", ""))


class SingleSignOn(DefaultSocialAccountAdapter):  # type: ignore[misc]  # a library without types
    """Only who is known here comes in: joined already, invited, or by an address verified on both sides."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        token = request.session.pop(INVITATION, "")
        user = sociallogin.user.pk if sociallogin.is_existing else None
        if user is None and not token:
            user = invitations.known_by([one.email for one in sociallogin.email_addresses if one.verified])
        if token:
            joined = invitations.accept_known(token, user) if user else self._accept(sociallogin, token)
            user = joined or user
        if user is None:
            audit.note_hourly("visitor", "sign_in_refused", about="single_sign_on")
            raise ImmediateHttpResponse(
                errors.page(
                    request,
                    403,
                    _("Nobody of this account is on the desk."),
                    _("Ask for an invitation and follow its link; nobody is let in without one."),
                )
            )
        if not sociallogin.is_existing:
            sociallogin.connect(request, get_user_model().objects.get(pk=user))

    def _accept(self, sociallogin: Any, token: str) -> int | None:
        said = sociallogin.account.extra_data
        said = said.get("userinfo") or said.get("id_token") or said
        wanted = [str(said.get(name) or "") for name in ("preferred_username", "name", "email")]
        verified = [one.email for one in sociallogin.email_addresses if one.verified]
        return invitations.accept_unnamed(token, wanted, verified)

    def on_authentication_error(self, request: HttpRequest, provider: Any, **more: Any) -> None:
        """One answer, whatever it was: the cause may hold what the issuer said of a person."""
        raise ImmediateHttpResponse(
            errors.page(
                request,
                403,
                _("Signing in there did not work."),
                _("Go back to the sign-in page and try again; if it stays, ask whoever runs this desk."),
            )
        )
