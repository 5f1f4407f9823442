"""`GET /api/v1/{programme}/stream`: posts as they arrive, as server-sent events.

    event: post          data: the post as JSON            id: its number in the order of arrival
    event: gone          data: {"ids": [...]}              posts sent before that may not be shown any more
    : heartbeat          every 15 seconds, with the number that was reached, so that coming back is cheap

A stream ends by itself after five minutes. Come back with `Last-Event-ID` and nothing is lost or sent twice:
arrival numbers are given out within the transaction that keeps a post. Whether the token still is good and
may see posts is asked anew at every heartbeat. Whoever comes without a number begins with what arrives now.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from pydantic import ValidationError

from earnest.api.v1.door import Asker, Route, Token
from earnest.api.v1.posts import Which, filters, noted, out
from earnest.api.v1.problems import Problem, of_validation
from earnest.desk import access, audit, tokens
from earnest.flow.stopping import CLOSING, end_at_exit
from earnest.store import read
from earnest.store.read import Filters, PostRow
from earnest.store.threads import in_thread

POLL = 1.0
"""Seconds between looks at the store."""
HEARTBEAT = 15.0
LIFE = 300.0
BATCH, FULL = 50, 500
"""Posts of one look, and while more wait than that: everything is sent, however much arrives."""
WATCHED = 500
"""Of so many posts that were sent it is watched whether they may still be shown."""
MOST = 3
"""Streams of one token at once, in one process."""
MOST_IN_ALL = 100
"""Streams of one process."""

ROUTE = Route("GET", "/{programme}/stream", "stream", "Posts", "see_posts", 200)
ROUTE.known.update({*Which.model_fields, "after"})

EVENT: dict[str, Any] = {
    "type": "object",
    "description": "One event; `data` is JSON.",
    "properties": {
        "event": {"type": "string", "enum": ["post", "gone", "again"]},
        "id": {"type": "string", "description": "What to come back with."},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
}

DESCRIBED: dict[str, Any] = {
    "operationId": "stream",
    "summary": "Posts as they arrive",
    "description": (
        "Server-sent events: `post` with the post as JSON, `gone` with ids of posts that may not be shown any"
        " more, a comment as heartbeat. It takes the filters of the list of posts. The stream ends after five"
        " minutes; come back with `Last-Event-ID` and nothing is lost or sent twice."
    ),
    "tags": ["Posts"],
    "parameters": [
        {"in": "path", "name": "programme", "required": True, "schema": {"type": "string"}},
        {
            "in": "query",
            "name": "after",
            "required": False,
            "description": "As Last-Event-ID, where a header cannot be set. 0: everything that is kept.",
            "schema": {"type": "integer", "minimum": 0, "maximum": 2**53 - 1},
        },
    ],
    "responses": {200: {"description": "The stream.", "content": {"text/event-stream": {"schema": EVENT}}}},
}

_open: Counter[int] = Counter()
_lock = threading.Lock()


@dataclass(slots=True)
class Following:
    """What one reader follows; `sent` are ids of posts with a mark of their words."""

    by: Asker
    filters: Filters
    after: int
    more: bool = False
    sent: dict[int, int] = field(default_factory=dict)


def page(request: HttpRequest, programme: str) -> HttpResponseBase:
    """The stream. Whoever may not see it is told so before anything is sent."""
    if request.method != "GET":
        raise Problem(405, "wrong-method", "This address takes GET.", headers={"Allow": "GET"})
    by = Token(ROUTE)(request)
    asked = _asked(request)
    wanted = filters(by, asked)
    after = _number(request.headers.get("Last-Event-ID") or request.GET.get("after", ""))
    audit.by(by.person, "live_read", programme, "live", hourly=True, detail=noted(asked))
    following = Following(by, wanted, read.newest_id(programme) if after is None else after)
    _begin(by.person.row.id)
    response = StreamingHttpResponse(
        follow(following, life=LIFE),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
    response._resource_closers.append(_Ending(by.person.row.id))  # type: ignore[attr-defined]
    return response


class _Ending:
    """Gives a stream's place free, once, when the answer is closed: also when it was never begun."""

    def __init__(self, token: int) -> None:
        self.token: int | None = token

    def __call__(self) -> None:
        with _lock:
            if self.token is not None:
                _open[self.token] -= 1
                if not _open[self.token]:
                    del _open[self.token]
            self.token = None


def _begin(token: int) -> None:
    with _lock:
        if _open[token] >= MOST or _open.total() >= MOST_IN_ALL:
            raise Problem(
                429, "too-many", f"A token follows {MOST} streams at once.", headers={"Retry-After": "5"}
            )
        _open[token] += 1


async def follow(following: Following, *, life: float, poll: float | None = None) -> AsyncIterator[str]:
    """The stream, until its life is over, the reader leaves, or the token may no longer see this."""
    end_at_exit()
    born = beat = monotonic()
    yield f"retry: 2000\nid: {following.after}\n\n"
    while (now := monotonic()) - born < life and not CLOSING.is_set():
        found = await in_thread(_arrived, following)
        for row in found:
            yield _event("post", out(row).model_dump_json(), row.arrival)
        if now - beat >= HEARTBEAT:
            beat = now
            if not await in_thread(_allowed, following):
                break
            if gone := await in_thread(_gone, following):
                yield _event("gone", msgspec.json.encode({"ids": gone}).decode())
            yield f": heartbeat\nid: {following.after}\n\n"
        if not following.more:
            await asyncio.sleep(POLL if poll is None else poll)
    yield _event("again", "{}")


def _event(name: str, data: str, id: int | None = None) -> str:
    """One event: JSON of one line needs no more than this."""
    number = "" if id is None else f"id: {id}\n"
    return f"event: {name}\n{number}data: {data}\n\n"


def _arrived(following: Following) -> list[PostRow]:
    """Posts that came since the last look, and the number that was reached.

    The newest number is asked first, so that a quiet second costs one look.
    """
    slug = following.by.here.slug
    newest = read.newest_id(slug)
    if newest <= following.after:
        following.more = False
        return []
    limit = FULL if following.more else BATCH
    rows, full = read.arrivals(slug, following.filters, since_id=following.after, limit=limit)
    following.more = full is not None
    following.after = max([newest, *(row.arrival for row in rows)]) if full is None else full
    for row in rows:
        following.sent[row.id] = hash(row.text)
    while len(following.sent) > WATCHED:
        following.sent.pop(next(iter(following.sent)))
    return rows


def _gone(following: Following) -> list[int]:
    """Posts that were sent and may not be told any more, or whose words changed; each is said once."""
    told = read.wordings(following.by.here.slug, list(following.sent))
    gone = [id for id, mark in following.sent.items() if id not in told or hash(told[id]) != mark]
    for id in gone:
        del following.sent[id]
    return gone


def _allowed(following: Following) -> bool:
    person = following.by.person
    programme = read.programme(following.by.here.slug)
    return (
        tokens.lives(person)
        and access.may(person, "see_posts", following.by.here.slug)
        and programme is not None
        and programme.live
    )


def _asked(request: HttpRequest) -> Which:
    given: dict[str, Any] = {}
    for name, described in Which.model_fields.items():
        values = request.GET.getlist(name)
        if values:
            given[name] = values if described.default == [] else values[-1]
    try:
        return Which(**given)
    except ValidationError as error:
        raise of_validation([{**one, "loc": ("query", *one["loc"])} for one in error.errors()]) from None


def _number(said: str) -> int | None:
    if not said:
        return None
    if not (said.isascii() and said.isdecimal() and len(said) < 17):
        raise Problem(400, "bad-cursor", "The place to go on from is not a number.", where="query.after")
    return int(said)
