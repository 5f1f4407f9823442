"""Signatures over requests, the way Standard Webhooks writes them.

A sender signs "id.timestamp.body" with HMAC-SHA256 and sends three headers: `webhook-id`,
`webhook-timestamp` (seconds) and `webhook-signature` ("v1,<base64>", several parted by spaces). A secret is
written "whsec_<base64>"; two are valid at once while one replaces the other.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from earnest.record.errors import BadSetting, Refused

TOLERANCE = 300
"""Seconds a timestamp may be off."""

_MAX_ID = 256
_MAX_SIGNATURES = 10


class RefusedSignature(Refused):
    """The request is not signed by somebody who knows the secret, or not now."""


def new_secret() -> str:
    """A fresh secret to hand to a sender."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`. Raises BadSetting for a secret that is none."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(_key(secret), signed, hashlib.sha256)).decode()


def verify(headers: Mapping[str, str], body: bytes, valid: Sequence[str], now: datetime) -> str:
    """The message id of a request signed with one of the `valid` secrets. Raises RefusedSignature."""
    given = {name.lower(): value for name, value in headers.items()}
    missing = [
        name for name in ("webhook-id", "webhook-timestamp", "webhook-signature") if not given.get(name)
    ]
    if missing:
        raise RefusedSignature(f"The header {missing[0]} is missing.", advice="Sign the request.")
    message_id, stamp = given["webhook-id"], given["webhook-timestamp"]
    if (
        len(message_id) > _MAX_ID
        or not message_id.isascii()
        or not message_id.isprintable()
        or "." in message_id
    ):
        raise RefusedSignature(f"webhook-id must be at most {_MAX_ID} plain characters without a full stop.")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise RefusedSignature("webhook-timestamp must be seconds since 1970.")
    off = now.timestamp() - int(stamp)
    if abs(off) > TOLERANCE:
        late = "too old" if off > 0 else "in the future"
        raise RefusedSignature(
            f"webhook-timestamp is {late}.", advice="Set the sender's clock, and sign at sending."
        )
    offered = [
        part.encode("utf-8", "replace") for part in given["webhook-signature"].split(" ")[:_MAX_SIGNATURES]
    ]
    fits = False
    for secret in valid:
        expected = signature(secret, message_id, int(stamp), body).encode()
        for one in offered:
            # no early end: the time taken says nothing about which secret or signature came close
            fits |= hmac.compare_digest(expected, one)
    if not fits:
        raise RefusedSignature(
            "The signature does not fit.", advice="Check the secret; sign the body byte for byte."
        )
    return message_id


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSetting("A signing secret must be whsec_ and base64.", advice="Make a new one.") from error
    if len(key) < 16:
        raise BadSetting("A signing secret is too short.", advice="Make a new one.")
    return key
