"""What can go wrong, as the desk says it.

Problem                .status .code .detail (one sentence) .where .errors
├── NotSignedIn        401: the token is unknown, ended or revoked
├── NotAllowed         403: its maker, or its scopes, do not allow this
├── NotThere           404
├── NotValid           400, 413, 415, 422: what was sent; .errors names each field
├── ChangedSince       412: somebody changed it; .fields has (theirs, yours), .version what is there now
├── Busy               429, 503, after every try; .after seconds
└── Unreachable        nobody answered, or not as a desk does
"""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import msgspec

from earnest.record.errors import EarnestError


class Problem(EarnestError):
    """An answer that is an error."""

    def __init__(
        self,
        detail: str,
        *,
        status: int = 0,
        code: str = "",
        where: str = "",
        errors: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.where, self.errors = where, tuple(errors)


class NotSignedIn(Problem):
    """The token is unknown, ended or revoked."""


class NotAllowed(Problem):
    """The token's maker, or its scopes, do not allow this now."""


class NotThere(Problem):
    """There is nothing of that address, or nothing that the token may know of."""


class NotValid(Problem):
    """Something that was sent is not right; `errors` are (field, sentence)."""


class ChangedSince(Problem):
    """Somebody changed it since it was read. Nothing was written; `fields` has (theirs, yours)."""

    def __init__(self, detail: str, *, version: int, fields: Mapping[str, tuple[Any, Any]]) -> None:
        super().__init__(detail, status=412, code="changed-since")
        self.version, self.fields = version, dict(fields)


class Busy(Problem):
    """The desk asked for patience more often than this client has."""

    retry = True

    def __init__(self, detail: str, *, status: int, code: str, after: float) -> None:
        super().__init__(detail, status=status, code=code)
        self.after = after


class Unreachable(Problem):
    """Nobody answered, or not as a desk does."""

    retry = True


_KINDS: dict[int, type[Problem]] = {
    400: NotValid,
    401: NotSignedIn,
    403: NotAllowed,
    404: NotThere,
    413: NotValid,
    414: NotValid,
    415: NotValid,
    422: NotValid,
}


def of(answer: httpx.Response) -> Problem:
    """The error that an answer is."""
    told = _told(answer)
    detail = str(told.get("detail") or f"The desk answered {answer.status_code}.")
    code = str(told.get("type", "")).rpartition("#")[2]
    if answer.status_code == 412:
        fields = {
            name: (both.get("theirs"), both.get("yours")) for name, both in told.get("fields", {}).items()
        }
        return ChangedSince(detail, version=int(told.get("version", 0)), fields=fields)
    if answer.status_code in (429, 503):
        return Busy(detail, status=answer.status_code, code=code, after=after(answer))
    errors = [(str(one.get("where", "")), str(one.get("says", ""))) for one in told.get("errors", ())]
    kind = _KINDS.get(answer.status_code, Problem)
    return kind(detail, status=answer.status_code, code=code, where=str(told.get("where", "")), errors=errors)


def after(answer: httpx.Response) -> float:
    """Seconds that the desk asks to wait."""
    said = answer.headers.get("Retry-After", "")
    return min(float(said), 120.0) if said.isascii() and said.isdecimal() else 1.0


def _told(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(answer.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}
