"""Signing in to App Store Connect with the operator's own key (ES256, twenty minutes at most)."""

import time

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from earnest.record.errors import BadSetting

LASTS = 15 * 60
"""Seconds. Apple refuses tokens that last longer than twenty minutes."""


class Signer:
    """Makes tokens, and uses one as long as it lasts."""

    def __init__(self, issuer: str, key_id: str, key: str) -> None:
        self._key = _private(key)
        self._claims, self._headers = (
            {"iss": issuer, "aud": "appstoreconnect-v1"},
            {"kid": key_id, "typ": "JWT"},
        )
        self._token, self._ends = "", 0.0

    def token(self) -> str:
        """One that is good for a minute at least."""
        now = time.time()
        if now > self._ends - 60:
            self._ends = now + LASTS
            claims = {**self._claims, "iat": int(now), "exp": int(self._ends)}
            self._token = jwt.encode(claims, self._key, algorithm="ES256", headers=self._headers)
        return self._token


def _private(key: str) -> EllipticCurvePrivateKey:
    """A PEM key; its line breaks may have been lost on the way. Raises BadSetting."""
    body = key.replace("\\n", "\n").strip()
    begin, end = "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"
    if begin in body and end in body:
        inside = "".join(body.split(begin)[1].split(end)[0].split())
        body = f"{begin}\n{inside}\n{end}\n"
    try:
        found = load_pem_private_key(body.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _wrong() from error
    if not isinstance(found, EllipticCurvePrivateKey) or not isinstance(found.curve, SECP256R1):
        raise _wrong()
    return found


def _wrong() -> BadSetting:
    return BadSetting(
        "The key of App Store Connect is not one.", advice="Give the whole text of the file AuthKey_….p8."
    )
