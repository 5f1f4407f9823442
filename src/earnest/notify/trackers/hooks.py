"""Signatures of hooks that trackers send: GitHub's and Jira's HMAC, GitLab's token."""

import hashlib
import hmac
from collections.abc import Mapping

from earnest.notify.webhook import RefusedSignature


def check_hmac(headers: Mapping[str, str], name: str, body: bytes, secrets: tuple[str, ...]) -> None:
    """A header such as "sha256=<hex>". Raises RefusedSignature."""
    given = headers.get(name, "").encode("utf-8", "replace")[:200]
    fits = False
    for secret in secrets[:2]:
        made = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        fits |= hmac.compare_digest(made.encode(), given)
    if not fits:
        raise RefusedSignature(
            "The signature does not fit.", advice=f"Check the secret; {name} is looked at."
        )


def check_token(headers: Mapping[str, str], name: str, secrets: tuple[str, ...]) -> None:
    """A header that holds the secret itself. Raises RefusedSignature."""
    given = headers.get(name, "").encode("utf-8", "replace")[:400]
    fits = False
    for secret in secrets[:2]:
        fits |= hmac.compare_digest(secret.encode(), given)
    if not fits:
        raise RefusedSignature("The token does not fit.", advice=f"Check the secret; {name} is looked at.")


def delivery(headers: Mapping[str, str], names: tuple[str, ...], body: bytes) -> str:
    """What the sender calls this delivery; the body's own hash where it says nothing."""
    for name in names:
        value = headers.get(name, "")
        if value and len(value) <= 200 and value.isascii() and value.isprintable():
            return value
    return hashlib.sha256(body).hexdigest()
