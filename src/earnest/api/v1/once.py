"""The same request sent twice is done once: Idempotency-Key.

The key, what was done and what was answered are written in one transaction. Killed in between, nothing was
done; two at the same moment wait for one another; the answer is kept for a day. An answer that is an error is
not kept: nothing was done, and the same request may be sent again.
"""

import hashlib
import re
from collections.abc import Callable

import msgspec
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from earnest.api.v1.problems import Problem
from earnest.store import read_tokens, write_tokens

HEADER = "Idempotency-Key"
SHAPE = r"^[A-Za-z0-9_.:-]{8,100}$"
_SHAPE = re.compile(SHAPE)


def answer(request: HttpRequest, token: int, do: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Do it, or give the answer of the first time. Raises Problem for a key that cannot be, or that was used
    for something else.
    """
    said = request.headers.get(HEADER)
    if said is None:
        return do()
    if not _SHAPE.fullmatch(said):
        raise Problem(
            400,
            "bad-request",
            "An Idempotency-Key has 8 to 100 letters, digits or . _ : -",
            where="header.Idempotency-Key",
        )
    key, asked = (
        _hash(said.encode()),
        _hash(f"{request.method} {request.get_full_path()}\0".encode() + request.body),
    )
    with transaction.atomic():
        if write_tokens.begin_answer(token, key, asked):
            made = do()
            if not isinstance(made, HttpResponse):
                raise TypeError("What is done once has an answer that can be kept.")
            write_tokens.keep_answer(
                token,
                key,
                made.status_code,
                msgspec.json.decode(made.content or b"{}"),
                made.headers.get("Location", ""),
            )
            return made
    before = read_tokens.answer(token, key)
    if before is None or before.asked != asked:
        raise Problem(
            422,
            "key-used",
            "This Idempotency-Key was used for another request.",
            where="header.Idempotency-Key",
        )
    again = HttpResponse(
        msgspec.json.encode(before.answer), status=before.status, content_type="application/json"
    )
    again.headers["Idempotency-Replayed"] = "true"
    if before.location:
        again.headers["Location"] = before.location
    return again


def _hash(said: bytes) -> str:
    return hashlib.sha256(said).hexdigest()
