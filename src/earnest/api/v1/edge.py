"""What holds for every address of the interface: caps before anything is read, and what every answer has.

One look at the store a read (`moment`), an ETag of what is answered (304 for who has it), the rate in
headers, and an error that is always problem+json. The ETag is made of the answer itself: retention, an
erasure or an ended consent changes it like anything else does, which a count of changes would miss.
"""

import hashlib
import logging
import re
from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt
from ninja.parser import Parser

from earnest.api.v1 import problems
from earnest.api.v1.problems import Problem
from earnest.store import moment

MAX_BODY = 256 * 1024
MAX_DEPTH = 12
"""Lists and objects within one another."""
MAX_ADDRESS = 8_000
LOG = logging.getLogger("earnest.api")

_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_ZERO = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_View = Callable[..., HttpResponseBase]


def edge(view: _View) -> _View:
    """A view of the interface inside its edge."""

    @csrf_exempt  # no cookie opens anything here: there is nothing to forge
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            _check(request)
            with moment.one() if request.method == "GET" else nullcontext():
                response = view(request, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - the outermost door: it is logged and said as a problem
            response = said(error)
        if response.status_code == 405:
            response = _wrong_method(response)
        return _finish(request, response)

    return inner


def said(error: Exception) -> HttpResponse:
    """An error as an answer. One that nobody foresaw goes to the log, by place and kind."""
    problem = problems.of(error)
    if problem.status == 500:
        LOG.error("An error nobody foresaw", exc_info=error)
    return problem.answer()


def _check(request: HttpRequest) -> None:
    if len(request.get_full_path()) > MAX_ADDRESS:
        raise Problem(414, "too-large", f"The address is longer than {MAX_ADDRESS:,} characters.")
    if "\0" in request.path:
        raise Problem(400, "bad-request", "The address holds a zero byte, which no text of ours has.")
    for name, values in request.GET.lists():
        if any("\0" in one for one in (name, *values)):
            where = f"query.{name[:60]}".replace("\0", "")
            raise Problem(422, "not-valid", "This holds a zero byte, which no text of ours has.", where=where)
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > MAX_BODY:
        raise _too_large()
    try:
        size = len(request.body)
    except RequestDataTooBig:
        raise _too_large() from None
    except UnreadablePostError:
        raise Problem(400, "bad-request", "The body ended before it was whole.", where="body") from None
    if size > MAX_BODY:
        raise _too_large()
    kind = request.content_type or ""
    if size and kind != "application/json":
        raise Problem(415, "wrong-type", "Send the body as application/json.", where="header.Content-Type")
    if size:
        request.earnest_json = _read(request.body)  # type: ignore[attr-defined]


def _too_large() -> Problem:
    return Problem(413, "too-large", f"The body is larger than {MAX_BODY // 1024} KB.", where="body")


class Json(Parser):
    """Bodies: JSON as RFC 8259 has it, read at the edge."""

    def parse_body(self, request: HttpRequest) -> Any:
        return getattr(request, "earnest_json", None)


def _read(body: bytes) -> Any:
    """A body's JSON: neither deep nor with numbers that are none."""
    if depth(body) > MAX_DEPTH:
        raise Problem(
            400, "bad-request", f"Lists and objects may lie at most {MAX_DEPTH} deep.", where="body"
        )
    if _ZERO.search(body):
        raise Problem(
            400, "bad-request", "A text holds a zero byte, which no text of ours has.", where="body"
        )
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Problem(400, "bad-request", "The body is no JSON.", where="body") from None


def depth(body: bytes) -> int:
    """How deep lists and objects lie in a text that may be JSON: decided before it is parsed."""
    deep = most = 0
    for sign in _STRINGS.sub(b"", body):
        if sign in b"[{":
            deep += 1
            most = max(most, deep)
        elif sign in b"]}":
            deep -= 1
    return most


def _wrong_method(response: HttpResponseBase) -> HttpResponse:
    allowed = response.headers.get("Allow", "")
    return Problem(
        405, "wrong-method", f"This address takes {allowed or 'other methods'}.", headers={"Allow": allowed}
    ).answer()


def _finish(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    granted = getattr(request, "earnest_rate", None)
    if (
        request.method == "GET"
        and response.status_code == 200
        and isinstance(response, HttpResponse)
        and not response.streaming
    ):
        etag = response.headers.get("ETag") or f'"{_mark(response.content)}"'
        response.headers["ETag"] = etag
        response = get_conditional_response(request, etag=etag, response=response) or response
    if granted is not None:
        for name, value in granted.headers().items():
            response.headers[name] = value
    return response


def _mark(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=12).hexdigest()
