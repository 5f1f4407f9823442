"""Taking posts out of the inbox: what was said of them goes; what was said of their group stays with it."""

from collections.abc import Sequence
from typing import Any

from earnest.store import dialect


def unfile(db: Any, ids: Sequence[int]) -> None:
    """Within a transaction, before `unfold`: these posts are gone or say something else now.

    How a group was settled and its tags pass to the earliest of those that stay and still say it.
    """
    wanted = list(ids)
    going = set(wanted)
    said = {
        head
        for table in ("store_settled", "store_posttag")
        for (head,) in dialect.among(db, f"SELECT post_id FROM {table} WHERE", "post_id", wanted)  # noqa: S608 - names of this module
    }
    rows = dialect.among(db, "SELECT first_id, post_id FROM store_repost WHERE", "first_id", sorted(said))
    heirs: dict[int, int] = {}
    for first, post in sorted(rows):
        if post not in going:
            heirs.setdefault(first, post)
    for first, heir in heirs.items():
        db.execute(
            "INSERT INTO store_settled (post_id, programme_id, how, until, act)"
            " SELECT %s, programme_id, how, until, 0 FROM store_settled WHERE post_id = %s"
            " ON CONFLICT (post_id) DO NOTHING",
            [heir, first],
        )
        db.execute(
            "INSERT INTO store_posttag (tag_id, post_id, act)"
            " SELECT tag_id, %s, 0 FROM store_posttag WHERE post_id = %s ON CONFLICT DO NOTHING",
            [heir, first],
        )
    forget(db, wanted)


def forget(db: Any, ids: Sequence[int]) -> None:
    """Within a transaction: no row of the inbox names these posts.

    Called once more when the posts' own rows are gone: somebody who was just taking one had locked it.
    """
    for table in ("store_settled", "store_posttag", "store_checkout", "store_actpost"):
        dialect.delete(db, f"DELETE FROM {table} WHERE", "post_id", list(ids))  # noqa: S608 - names of this module
