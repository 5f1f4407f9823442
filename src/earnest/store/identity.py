"""A post's id: the second in which it was said, then a running number.

Ids in the order of time make "newest first" the order of the primary key, of every index and of the search
index, on both databases. 32 bits of seconds (to the year 2106) and 21 bits of number stay below 2**53.
"""

SHIFT = 21
NUMBERS = 1 << SHIFT
LAST_SECOND = (1 << 32) - 1


def make(second: int, number: int) -> int:
    """The id of a post said in `second`, kept as the `number`-th. A time outside 1970 to 2106 moves to its
    edge.
    """
    return (min(max(second, 0), LAST_SECOND) << SHIFT) | (number % NUMBERS)


def floor(second: int) -> int:
    """The least id of a post said in that second or later."""
    return min(max(second, 0), LAST_SECOND + 1) << SHIFT
