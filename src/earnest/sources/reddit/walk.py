"""Walking a listing of Reddit from its newest thing back, as far as is wanted or as it goes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from earnest.sources.foreign import part, words
from earnest.sources.reddit.items import Item, Reader, beside
from earnest.sources.reddit.wire import Ask, strange

PAGE = 100
"""Things a request: the most that Reddit gives."""

MOST_PAGES = 15
"""A listing ends after about 1,000 things."""

SURE = 10
"""Reddit's order is a little off that of its numbers: so many things below are seen before a walk ends."""

ENDS = {"new": 900, "comments": 900, "search": 200, "feed": 25}
"""A listing that ended with so many things in it may have ended because Reddit lists no more."""


@dataclass(slots=True)
class Walked:
    """Things from the newest to the oldest.

    whole  nothing that is older and was asked for can have been left out
    """

    items: list[Item] = field(default_factory=list)
    whole: bool = True

    def oldest(self) -> datetime | None:
        """When the oldest thing was said."""
        return min((one.created for one in self.items if one.created is not None), default=None)


Enough = Callable[[Item], bool]
"""Whether a walk need not go below this thing."""


def page(answer: Any, kind: str, reader: Reader, newer: int, seen: int) -> tuple[list[Item], str | None]:
    """One answer's things, and the name after which the next goes on."""
    children = part(answer, "data", "children")
    if not isinstance(children, list):
        raise strange()
    items: list[Item] = []
    for child in children:
        seen += 1
        found = reader.item(child, f"item {seen} of the {kind} listing")
        item = beside(found, newer)
        newer = item.number
        items.append(item)
    return items, words(part(answer, "data", "after")) or None


def walk(
    path: str, params: dict[str, str], kind: str, reader: Reader, enough: Enough
) -> Callable[[Ask], Awaitable[Walked]]:
    """The work of walking: for `Reddit.run`."""

    async def work(ask: Ask) -> Walked:
        walked, after, names, below = Walked(), None, set(), 0
        for _ in range(MOST_PAGES):
            wanted = params | {"limit": str(PAGE)} | ({"after": after} if after else {})
            newer = walked.items[-1].number if walked.items else NEWEST
            found, after = page(await ask(path, wanted), kind, reader, newer, len(walked.items))
            walked.items += found
            below += sum(enough(one) for one in found)
            if below >= SURE:
                return walked
            if not found or after is None or after in names:
                break
            names.add(after)
        walked.whole = below > 0 or len(walked.items) < ENDS[kind]
        return walked

    return work


def named(names: list[str], reader: Reader) -> Callable[[Ask], Awaitable[list[Item]]]:
    """The work of asking for things by their full names: those that Reddit still knows."""

    async def work(ask: Ask) -> list[Item]:
        found: list[Item] = []
        for begin in range(0, len(names), PAGE):
            wanted = {"id": ",".join(names[begin : begin + PAGE]), "limit": str(PAGE)}
            some, _ = page(await ask("api/info", wanted), "named", reader, NEWEST, len(found))
            found += some
        return found

    return work


NEWEST = 1 << 62
"""Above every number of a thing."""
