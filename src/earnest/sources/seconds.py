"""Pages that end between two seconds.

Places that tell time in seconds are read by it: "everything before this second was read" is a whole cursor,
it names no post, and posts of one second are never parted. So nothing is lost or repeated where a page ends,
however many were said in that second.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def cut(
    items: Sequence[Item], second: Callable[[Item], int], size: int
) -> Iterator[tuple[list[Item], int | None]]:
    """`items`, which are in the order of their seconds, in pages of about `size`, each with the second that
    the next one begins with; None after the last. There is always at least one page.
    """
    start = 0
    while True:
        end = start + size
        while end < len(items) and second(items[end]) == second(items[end - 1]):
            end += 1
        more = end < len(items)
        yield list(items[start:end]), second(items[end]) if more else None
        if not more:
            return
        start = end
