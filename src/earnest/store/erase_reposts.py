"""Taking posts out of what follows them: they are nobody's repost, and nobody is theirs; whoever remembers
them learns which ones to forget.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from earnest.store import clock, dialect
from earnest.store.models import Left

STEPS = 500
"""So many changes back a memory can be mended; one that is further behind is made anew."""
LASTS = 3_600
"""Seconds for which the ids of what left are known, and until the next sweep."""


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
    heirs = dict(left)
    for first, heir in left:
        db.execute("DELETE FROM store_repost WHERE post_id = %s", [heir])
        db.execute("UPDATE store_repost SET first_id = %s WHERE first_id = %s", [heir, first])
    dialect.delete(db, "DELETE FROM store_tofollow WHERE", "post_id", list(ids))
    _tell(db, programme_id, {post: heirs.get(post) for post in ids})


def _tell(db: Any, programme_id: int, left: Mapping[int, int | None]) -> None:
    """Which posts left, and the heir of each; nobody remembers anything where nothing was followed yet."""
    if not left:
        return
    db.execute(
        "UPDATE store_followmark SET gone = gone + 1 WHERE programme_id = %s RETURNING gone", [programme_id]
    )
    row = db.fetchone()
    if row is None:
        return
    at = clock.seconds(clock.now())
    Left.objects.bulk_create(
        [
            Left(programme_id=programme_id, step=row[0], post=post, heir=heir, at=at)
            for post, heir in left.items()
        ],
        batch_size=1_000,
    )
    Left.objects.filter(programme_id=programme_id, step__lte=row[0] - STEPS).delete()


def sweep(now: datetime) -> None:
    """Forget which posts left some time ago."""
    Left.objects.filter(at__lt=clock.seconds(now) - LASTS).delete()


def look_again(db: Any, programme_id: int, ids: Sequence[int]) -> None:
    """Within a transaction: these posts have another wording; whoever follows posts looks at them again."""
    db.executemany(
        "INSERT INTO store_tofollow (post_id, programme_id) VALUES (%s, %s) ON CONFLICT (post_id) DO NOTHING",
        [(id, programme_id) for id in ids],
    )
