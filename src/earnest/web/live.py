"""Posts as they arrive, by server-sent events.

One event a post (`id`: its arrival, so that a browser that comes back goes on after the last one it saw), a
`pace` event each minute, a comment as heartbeat, and with it a `gone` event with the ids of posts that were
erased, edited or hidden since; at its beginning `there`, the ids of the newest that may be shown. A stream
ends by itself after a few minutes and the browser comes back: what a person may see is asked again then, and
at every heartbeat.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from time import monotonic
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from earnest.flow.stopping import CLOSING
from earnest.flow.stopping import end_at_exit as end_at_exit
from earnest.store import read
from earnest.store.read import Filters, PostRow

P = ParamSpec("P")
T = TypeVar("T")

POLL = 1.0
"""Seconds between looks at the store."""
HEARTBEAT = 15.0
LIFE = 300.0
RETRY = 2_000
"""Milliseconds after which a browser comes back."""
BATCH = 50
SHOWN = 200
"""Posts that a page shows at most."""
MOST = 500
"""Posts of one page that are watched."""


@dataclass(frozen=True, slots=True)
class Following:
    """What one reader follows: `render` makes the HTML of a post, `pace` that of the pace, in a thread."""

    programme: str
    filters: Filters
    after: int
    render: Callable[[PostRow], str]
    pace: Callable[[], str]
    allowed: Callable[[], bool]


def event(name: str, data: str, id: int | None = None) -> str:
    """One event in the stream's notation; a text of many lines stays whole."""
    lines = [f"event: {name}"] if name else []
    if id is not None:
        lines.append(f"id: {id}")
    lines += [f"data: {line}" for line in data.splitlines() or [""]]
    return "\n".join(lines) + "\n\n"


async def follow(following: Following, *, life: float = LIFE, poll: float = POLL) -> AsyncIterator[str]:
    """The stream, until its life is over, the reader leaves, or the reader may no longer see this."""
    after = following.after
    born = beat = paced = monotonic()
    yield f"retry: {RETRY}\n\n"
    shown = await _in_thread(_shown, following)
    yield event("there", " ".join(map(str, shown)))
    while (now := monotonic()) - born < life and not CLOSING.is_set():
        found, after = await _in_thread(_arrived, following, after)
        for row, html in found:
            shown[row.id] = hash(row.text)
            yield event("post", html, row.arrival)
        if now - beat >= HEARTBEAT:
            beat = now
            if not await _in_thread(following.allowed):
                break
            yield ": heartbeat\n\n"
            if gone := await _in_thread(_gone, following, shown):
                yield event("gone", " ".join(map(str, gone)))
        if now - paced >= 60:
            paced = now
            yield event("pace", await _in_thread(following.pace))
        await asyncio.sleep(poll)
    yield event("again", "")


def _shown(following: Following) -> dict[int, int]:
    """The newest posts by id, each with a mark of its words: what a page that was open before may show."""
    found = read.posts(following.programme, following.filters, limit=SHOWN)
    return {row.id: hash(row.text) for row in found.rows}


def _gone(following: Following, shown: dict[int, int]) -> list[int]:
    """Those that are shown and may not be any more, or not in these words; they are forgotten here, too."""
    for id in list(shown)[:-MOST]:
        del shown[id]
    there = read.wordings(following.programme, list(shown))
    gone = [id for id, words in shown.items() if id not in there or hash(there[id]) != words]
    for id in gone:
        del shown[id]
    return gone


def _arrived(following: Following, after: int) -> tuple[list[tuple[PostRow, str]], int]:
    """New posts as HTML by arrival, and the arrival up to which all is told.

    The newest number is asked first, so that a quiet second costs one look.
    """
    newest = read.newest_id(following.programme)
    if newest <= after:
        return [], after
    rows, full = read.arrivals(following.programme, following.filters, since_id=after, limit=BATCH)
    reached = max([newest, *(row.arrival for row in rows)]) if full is None else full
    return [(row, following.render(row)) for row in rows], reached


async def _in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run something that reads the store in a thread of its own connection."""

    def run() -> T:
        close_old_connections()
        try:
            return work(*args, **kwargs)
        finally:
            close_old_connections()

    return await sync_to_async(run, thread_sensitive=False)()
