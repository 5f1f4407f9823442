"""What is wrong, as RFC 9457 says it (`application/problem+json`): one sentence, where it is, what to do.

    {"type": "/api/v1/docs#bad-cursor", "title": "The cursor cannot be read.", "status": 400,
     "detail": "…", "where": "query.cursor"}

Promise: never a traceback, never what a post says, and never what was sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal

import msgspec
from django.http import HttpResponse

from earnest.record import errors

Code = Literal[
    "bad-request", "bad-cursor", "not-signed-in", "not-allowed", "draft", "not-there", "wrong-method",
    "conflict", "key-used", "changed-since", "too-large", "wrong-type", "not-valid", "no-version",
    "too-many", "refused", "failed", "busy",
]  # fmt: skip

SAYS: dict[Code, str] = {
    "bad-request": "The request cannot be read: its body is no JSON, or its address is not right.",
    "bad-cursor": "The cursor is not one that this route gave out for the same question. Begin anew without.",
    "not-signed-in": "A good token is needed, in the header Authorization: Bearer …",
    "not-allowed": "The token's maker, or the token's scopes, do not allow this.",
    "draft": "The programme has not begun: nothing of it is shown before its notice is public.",
    "not-there": "There is nothing of that address, or nothing that this token may know of.",
    "wrong-method": "The address is right and the method is not; Allow says which ones there are.",
    "conflict": "It cannot be done as things stand now.",
    "key-used": "The Idempotency-Key was used before, for another request.",
    "changed-since": "Somebody changed it since you read it. Both values are here; nothing was lost.",
    "too-large": "The body is larger than this route takes.",
    "wrong-type": "The body's Content-Type is not application/json.",
    "not-valid": "Some fields are not right; `errors` names each.",
    "no-version": "A change needs If-Match with the ETag that you read, so that nobody's work is lost.",
    "too-many": "The token has used up its requests; Retry-After says when there are more.",
    "refused": "Earnest will not do this, and says why.",
    "failed": "Something failed on the server. The operator finds it in the log.",
    "busy": "The database is busy, or streams are used up: send it again after Retry-After seconds.",
}
"""Every code, for the page of the interface."""

MEDIA = "application/problem+json"
MOST_ERRORS = 20


@dataclass
class Problem(Exception):
    """An answer that is an error."""

    status: int
    code: Code
    detail: str
    where: str = ""
    errors: Sequence[Mapping[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    def answer(self) -> HttpResponse:
        """The answer itself."""
        content: dict[str, Any] = {
            "type": f"/api/v1/docs#{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        if self.where:
            content["where"] = self.where
        if self.errors:
            content["errors"] = list(self.errors)[:MOST_ERRORS]
        response = HttpResponse(
            msgspec.json.encode({**content, **self.more}), status=self.status, content_type=MEDIA
        )
        for name, value in self.headers.items():
            response.headers[name] = value
        return response


def not_there(what: str = "There is nothing here.") -> Problem:
    """404: the same for what is not there and what somebody may not know of."""
    return Problem(404, "not-there", what)


def of(error: Exception) -> Problem:
    """What becomes of an error; one that nobody foresaw says nothing of itself."""
    match error:
        case Problem():
            return error
        case errors.Conflict():
            return Problem(412, "changed-since", error.sentence(), more=_both(error))
        case errors.InputError():
            return Problem(422, "not-valid", error.sentence(), where=error.place)
        case errors.Refused():
            return Problem(422, "refused", error.sentence())
        case errors.EarnestError() if error.retry:
            return Problem(503, "busy", error.sentence(), headers={"Retry-After": "1"})
        case errors.StoreError():
            return Problem(409, "conflict", error.sentence())
        case errors.EarnestError():
            return Problem(503, "failed", error.sentence())
    return Problem(500, "failed", "Something failed here; nothing was changed.")


def _both(error: errors.Conflict) -> dict[str, Any]:
    """Both values of every field, and the version that is there now."""
    return {
        "version": error.version,
        "fields": {
            name: {"theirs": _plain(theirs), "yours": _plain(yours)}
            for name, (theirs, yours) in error.differences.items()
        },
    }


def _plain(value: object) -> Any:
    return msgspec.to_builtins(value, str_keys=True)


def of_validation(found: Sequence[Mapping[str, Any]]) -> Problem:
    """Fields that are not right, each named with where it stands; what was sent is not repeated."""
    told = [{"where": _where(one.get("loc", ())), "says": _says(one)} for one in found]
    first = told[0] if told else {"where": "", "says": "Something is not right."}
    return Problem(422, "not-valid", first["says"], where=first["where"], errors=told)


def _where(place: Sequence[object]) -> str:
    """("body", "body", "labels", 0) as "body.labels.0": a body's own name says nothing to a reader."""
    parts = [str(part) for part in place]
    if len(parts) > 1 and parts[0] in ("body", "query") and parts[1] in ("body", "asked"):
        parts.pop(1)
    return ".".join(part[:60] for part in parts[:8])


_SENTENCES = {
    "extra_forbidden": "There is no field of this name.",
    "missing": "This field is missing.",
    "string_too_short": "This is too short.",
    "string_too_long": "This is too long.",
    "too_long": "These are too many.",
    "too_short": "These are too few.",
    "bool_type": "This is true or false.",
    "string_type": "This is a text.",
    "int_type": "This is a whole number.",
    "list_type": "This is a list.",
}


def _says(one: Mapping[str, Any]) -> str:
    """A sentence of ours, or pydantic's own, which names what is allowed and not what was sent."""
    known = _SENTENCES.get(str(one.get("type", "")))
    if known is not None:
        return known
    said = str(one.get("msg", "This is not right.")).removeprefix("Value error, ")
    return said if said.endswith(".") else f"{said}."
