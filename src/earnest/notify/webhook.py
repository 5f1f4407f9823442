"""Signed webhooks, out and in, as Standard Webhooks writes them (https://www.standardwebhooks.com).

Out: `webhook-id` is the message's key, the same at every try, so that a receiver folds what comes twice.
While one secret replaces another both sign. In: the library verifies signature and time; it accepts
replays, so whoever calls keeps the ids (`store.write_channels`).
"""

import base64
import binascii
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from earnest.notify.rules import Shown
from earnest.record.errors import BadSetting, Refused

MOST_IN = 256 * 1024
"""Bytes of a request that comes in."""

_LONGEST_ID = 256
_MOST_SIGNATURES = 10
_MOST_SECRETS = 2


class RefusedSignature(Refused):
    """The request is not signed by somebody who knows the secret, or not now."""


def new_secret() -> str:
    """A fresh secret to hand to the other side."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def check_secret(secret: str) -> str:
    """A secret as it is written. Raises BadSetting."""
    try:
        key = base64.b64decode(secret.strip().removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSetting("A signing secret is whsec_ and base64.", advice="Make a new one.") from error
    if not 16 <= len(key) <= 128:
        raise BadSetting("A signing secret has 16 to 128 bytes.", advice="Make a new one.")
    return secret.strip()


def body(kind: str, shown: Shown, case: int | None, at: datetime) -> bytes:
    """What is sent: the event's type, when it was made, and the settled notice."""
    said = {
        "type": f"earnest.{kind}",
        "timestamp": at.isoformat(),
        "data": {
            "case": case,
            "subject": shown.subject,
            "title": shown.title,
            "lines": list(shown.lines),
            "facts": dict(shown.facts),
            "link": shown.link,
            "acts": [{"says": says, "link": url} for says, url in shown.acts],
            "quotes": list(shown.quotes),
        },
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def headers(valid: Sequence[str], key: str, at: datetime, content: bytes) -> dict[str, str]:
    """The headers that sign a body, with every secret that is valid now."""
    signed = [Webhook(check_secret(one)).sign(key, at, content.decode()) for one in valid[:_MOST_SECRETS]]
    return {
        "content-type": "application/json",
        "webhook-id": key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signed),
    }


def verify(given: Mapping[str, str], content: bytes, valid: Sequence[str]) -> str:
    """The id of a request signed with one of the `valid` secrets, within five minutes. RefusedSignature
    else.
    """
    message = given.get("webhook-id", "")
    if not message or len(message) > _LONGEST_ID or not message.isascii() or not message.isprintable():
        raise RefusedSignature("The header webhook-id is missing or too long.")
    signatures = given.get("webhook-signature", "").split(" ")
    if len(signatures) > _MOST_SIGNATURES:
        raise RefusedSignature("There are too many signatures.")
    for secret in valid[:_MOST_SECRETS]:
        try:
            Webhook(check_secret(secret)).verify(content, dict(given), json_parse=False)
        except (WebhookVerificationError, ValueError):
            continue
        return message
    raise RefusedSignature(
        "The signature does not fit, or its time is off by more than five minutes.",
        advice="Check the secret and the clock; sign the body byte for byte.",
    )
