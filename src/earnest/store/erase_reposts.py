"""Taking posts out of what follows them: they are nobody's repost, and nobody is theirs."""

from collections.abc import Sequence
from typing import Any

from earnest.store import dialect


def unfold(db: Any, programme_id: int, ids: Sequence[int]) -> None:
    """Within a transaction: these posts are gone or say something else now.

    The other posts of a group stay together: where the first one leaves, the earliest of them takes its
    place.
    """
    dialect.delete(db, "DELETE FROM store_repost WHERE", "post_id", list(ids))
    left = dialect.among(
        db,
        "SELECT first_id, min(post_id) FROM store_repost WHERE",
        "first_id",
        list(ids),
        then=" GROUP BY first_id",
    )
    for first, heir in left:
        db.execute("DELETE FROM store_repost WHERE post_id = %s", [heir])
        db.execute("UPDATE store_repost SET first_id = %s WHERE first_id = %s", [heir, first])
    dialect.delete(db, "DELETE FROM store_tofollow WHERE", "post_id", list(ids))
    db.execute("UPDATE store_followmark SET gone = gone + 1 WHERE programme_id = %s", [programme_id])


def look_again(db: Any, programme_id: int, ids: Sequence[int]) -> None:
    """Within a transaction: these posts have another wording; whoever follows posts looks at them again."""
    db.executemany(
        "INSERT INTO store_tofollow (post_id, programme_id) VALUES (%s, %s) ON CONFLICT (post_id) DO NOTHING",
        [(id, programme_id) for id in ids],
    )
