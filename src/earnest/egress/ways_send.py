"""One request of a foreign library, as `Egress` sends it."""

from collections.abc import Mapping
from typing import cast, get_args

from earnest.egress.client import ALL, Answer, Egress, Method
from earnest.record.errors import EgressRefused

METHODS: frozenset[str] = frozenset(get_args(Method))

_NOT_SENT = frozenset({"host", "cookie", "transfer-encoding", "content-length", "te", "upgrade", "expect"})
"""Said anew for the connection that is made; a cookie is never sent."""

NOT_TAKEN = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection", "set-cookie"})
"""What came back is unpacked and whole; a cookie is never kept."""


def elsewhere(url: str, at: Mapping[str, str]) -> str:
    """The address with its beginning exchanged, where `at` names it; the longest beginning counts."""
    for start in sorted(at, key=len, reverse=True):
        rest = url[len(start) :]
        if url.startswith(start) and (not rest or start.endswith("/") or rest[0] in "/?#"):
            return at[start].rstrip("/") + (rest if rest.startswith(("/", "?", "#")) else f"/{rest}")
    return url


def send(
    egress: Egress,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    at: Mapping[str, str],
) -> Answer:
    """Ask. Every status but a redirect is an answer; `NOT_TAKEN` headers are left out of it.

    Raises EgressRefused, SourceBusy or SourceGone.
    """
    if method.upper() not in METHODS:
        raise EgressRefused("A library wants to ask in a way that Earnest does not know.")
    sent = {name: value for name, value in headers.items() if name.lower() not in _NOT_SENT}
    return egress.ask(
        cast(Method, method.upper()), elsewhere(url, at), headers=sent, body=body or None, takes=ALL
    )


def taken(answer: Answer) -> dict[str, str]:
    """The headers that a library is told."""
    return {name: value for name, value in answer.headers.items() if name.lower() not in NOT_TAKEN}
