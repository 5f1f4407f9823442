"""Reading a place that lists its newest first and cannot be asked for what came after a moment.

It is walked from its newest down to what is known. While a walk lasts, the cursor holds where it began, where
it ends and the place's own word for the next page; when it ends, the moment before which all is known. What
comes meanwhile is newer than the walk's beginning, and is left to the next one. Items of one second are never
parted by the end of a walk: it ends at the first item that is older than what is known.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from earnest.record.raw import Page, RawPost, Refusal
from earnest.sources.base import dump_cursor


class Mark(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The cursor: all before the second `after` is known; a walk from `top` goes on at `next`."""

    after: int
    top: int | None = None
    next: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.after < 1 << 40 or (self.top is None) != (self.next is None):
            raise ValueError("out of range")


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the place, and its own word for the next one; `cut`: there is more, and it is not given."""

    posts: list[RawPost]
    refused: list[Refusal]
    next: str | None
    cut: bool = False


def walk(mark: Mark, until: int, page: Callable[[str | None], Listed]) -> Iterator[Page]:
    """Pages from the newest (said before the second `until`) down to what the mark knows."""
    top = mark.top if mark.top is not None else max(until, mark.after)
    following = mark.next
    seen: set[str] = set()
    while True:
        listed = page(following)
        seconds = [second(one) for one in listed.posts]
        posts = tuple(one for one, at in zip(listed.posts, seconds, strict=True) if mark.after <= at < top)
        reached = bool(seconds) and seconds[-1] < mark.after
        loops = listed.next is not None and listed.next in seen
        if reached or listed.next is None or loops:
            missed = None
            if listed.cut and not reached and seconds and min(seconds) > mark.after:
                missed = (datetime.fromtimestamp(mark.after, UTC), datetime.fromtimestamp(min(seconds), UTC))
            yield Page(posts, dump_cursor(Mark(top)), tuple(listed.refused), done=True, missed=missed)
            return
        seen.add(listed.next)
        following = listed.next
        yield Page(posts, dump_cursor(Mark(mark.after, top, following)), tuple(listed.refused))


def second(post: RawPost) -> int:
    """When it was said, in seconds."""
    return int(post.created.timestamp()) if post.created is not None else 0
