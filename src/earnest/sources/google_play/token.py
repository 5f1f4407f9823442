"""Signing in to Google with a service account of the operator's own (RS256 assertion, RFC 7523)."""

import time
from urllib.parse import urlencode

import jwt
import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from earnest.egress import Egress
from earnest.record.errors import BadSetting, SourceGone
from earnest.sources.http_json import whole

SCOPE = "https://www.googleapis.com/auth/androidpublisher"
AUDIENCE = "https://oauth2.googleapis.com/token"


class _Account(msgspec.Struct):
    client_email: str
    private_key: str
    type: str = "service_account"


class _Token(msgspec.Struct):
    access_token: str
    expires_in: int = 3600


class Signer:
    """Gets access tokens, and uses one as long as it lasts."""

    def __init__(self, egress: Egress, account: str, address: str) -> None:
        self._egress = egress
        self._address = address
        try:
            self._account = msgspec.json.decode(account, type=_Account)
            if self._account.type != "service_account":
                raise ValueError
            key = load_pem_private_key(self._account.private_key.encode(), password=None)
            if not isinstance(key, RSAPrivateKey):
                raise ValueError
        except (ValueError, TypeError, msgspec.MsgspecError, RecursionError, UnsupportedAlgorithm) as error:
            raise BadSetting(
                "The key of the service account is not one.", advice="Give the whole text of its JSON file."
            ) from error
        self._key = key
        self._token, self._ends = "", 0.0

    def token(self) -> str:
        """One that is good for a minute at least. Raises SourceBusy or SourceGone."""
        now = time.time()
        if now > self._ends - 60:
            claims = {
                "iss": self._account.client_email, "scope": SCOPE, "aud": AUDIENCE, "iat": int(now),
                "exp": int(now) + 3_600,
            }  # fmt: skip
            assertion = jwt.encode(claims, self._key, algorithm="RS256")
            form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
            answer = self._egress.ask(
                "POST", self._address, headers={"content-type": "application/x-www-form-urlencoded"},
                body=urlencode(form).encode(), takes=(400, 401, 403),
            )  # fmt: skip
            if answer.status != 200:
                raise SourceGone(
                    "Google does not accept the service account.",
                    advice="Make a new key for it in the Cloud console, and check this machine's clock.",
                    why="key_refused",
                )
            got = whole(answer.body, _Token, "Google")
            self._token, self._ends = got.access_token, now + max(0, min(got.expires_in, 3_600))
        return self._token
