"""Posts as they arrive, by server-sent events.

One event a post (`id`: its arrival, so that a browser that comes back goes on after the last one it saw).
When more came than a page can show, the newest are sent and a `passed` event says how many were passed over:
always in the order of arrival, none twice. A `pace` event each minute, a comment as heartbeat, and with it a
`gone` event with the ids of posts that were erased, edited or hidden since; at its beginning `there`, the ids
of the newest that may be shown. A stream ends by itself after a few minutes and the browser comes back: what
a person may see is asked again then, and at every heartbeat.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from time import monotonic

from earnest.flow.stopping import CLOSING
from earnest.flow.stopping import end_at_exit as end_at_exit
from earnest.store import read
from earnest.store.read import Filters, PostRow
from earnest.store.threads import in_thread

POLL = 0.5
"""Seconds between looks at the store."""
HEARTBEAT = 15.0
LIFE = 300.0
RETRY = 2_000
"""Milliseconds after which a browser comes back."""
BATCH = 50
SEARCHED = 1_000
"""Posts that a search looks through at once: most of them do not fit."""
SHOWN = 200
"""Posts that a page shows at most: when more than these wait to be sent, the stream falls forward."""
NEWEST = 20
"""Posts that are sent then."""
COUNTED = 10_000
"""How far those that were passed over are counted at a time: beyond it is "at least"."""
MOST = 500
"""Posts of one page that are watched."""


@dataclass(frozen=True, slots=True)
class Following:
    """What one reader follows. `render` makes the HTML of a post, `pace` that of the pace, `passed` that of
    how many were passed over (and whether it is at least so many), each in a thread.
    """

    programme: str
    filters: Filters
    after: int
    render: Callable[[PostRow], str]
    pace: Callable[[], str]
    passed: Callable[[int, bool], str]
    allowed: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came since the last look: posts as HTML by arrival, up to which arrival all is told or passed
    over, how many were passed over, and whether there is more to send at once.
    """

    rows: tuple[tuple[PostRow, str], ...]
    reached: int
    passed: int = 0
    more: bool = False


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
    shown = await in_thread(_shown, following)
    yield event("there", " ".join(map(str, shown)))
    passed, at_least = 0, False
    while (now := monotonic()) - born < life and not CLOSING.is_set():
        found = await in_thread(_arrived, following, after)
        after = found.reached
        if found.passed:
            passed, at_least = passed + found.passed, at_least or found.passed >= COUNTED
            yield event("passed", await in_thread(following.passed, passed, at_least))
        for row, html in found.rows:
            shown[row.id] = hash(row.text)
            yield event("post", html, row.arrival)
        if now - beat >= HEARTBEAT:
            beat = now
            if not await in_thread(following.allowed):
                break
            yield ": heartbeat\n\n"
            if gone := await in_thread(_gone, following, shown):
                yield event("gone", " ".join(map(str, gone)))
        if now - paced >= 60:
            paced = now
            yield event("pace", await in_thread(following.pace))
        if not found.more:
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


def _arrived(following: Following, after: int) -> Arrived:
    """What came after an arrival. The newest number is asked first, so that a quiet moment costs one look."""
    newest = read.newest_id(following.programme)
    if newest <= after:
        return Arrived((), after)
    programme, filters = following.programme, following.filters
    passed = 0
    if newest - after > SHOWN and not filters.q:
        rows, passed = read.latest(programme, filters, since_id=after, limit=NEWEST, most=COUNTED)
        if passed + len(rows) <= SHOWN:  # the others were another programme's, or do not fit
            passed = 0
    full = None
    if not passed:
        rows, full = read.arrivals(programme, filters, since_id=after, limit=SEARCHED if filters.q else BATCH)
    reached = max([newest, *(row.arrival for row in rows)]) if full is None else full
    told = tuple((row, following.render(row)) for row in rows)
    return Arrived(told, reached, passed, more=full is not None)
