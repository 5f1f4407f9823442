"""The running number that posts get in the order in which they are kept, and the place where writers wait."""

from typing import Any


def take_numbers(db: Any, count: int) -> int:
    """The first of `count` arrival numbers. Writers wait here for each other, so numbers appear in their
    order.
    """
    db.execute("UPDATE store_counter SET arrival = arrival + %s WHERE id = 1 RETURNING arrival", [count])
    (last,) = db.fetchone()
    return int(last) - count + 1
