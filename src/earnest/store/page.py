"""What of a page is new, what changes a post that is there, and what must go: decided before anything is
written, within the transaction of `write_posts`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from earnest.store import clock, dialect
from earnest.store.rows import Prepared


class Page(NamedTuple):
    """What every row of a page shares."""

    db: Any
    programme_id: int
    place_id: int
    arrival: int
    at: datetime
    model: str
    kept_from: int

    @property
    def received(self) -> int:
        return clock.seconds(self.at)


class Known(NamedTuple):
    id: int
    created: int
    text: str
    version: int


def taken_there(page: Page, withdrawn: Sequence[bytes], posts: Sequence[Prepared]) -> set[bytes]:
    """Which of the withdrawn keys were kept before, or come in this very page."""
    if not withdrawn:
        return set()
    kept = "SELECT key FROM store_post WHERE place_id = %s AND"
    found = dialect.among(page.db, kept, "key", list(set(withdrawn)), page.place_id)
    coming = {post.key for post in posts} if posts else set()
    return {bytes(key) for (key,) in found} | coming.intersection(withdrawn)


def sort(page: Page, posts: Sequence[Prepared]) -> tuple[list[Prepared], list[tuple[Known, Prepared]], int]:
    """Which are new, which change a post that is there, and how many are neither."""
    keys = [post.key for post in posts]
    buried = {
        bytes(key)
        for (key,) in dialect.among(
            page.db, "SELECT key FROM store_tombstone WHERE place_id = %s AND", "key", keys, page.place_id
        )
    }
    known = {
        bytes(key): Known(*rest)
        for key, *rest in dialect.among(
            page.db,
            "SELECT key, id, created, text, version FROM store_post WHERE place_id = %s AND",
            "key",
            keys,
            page.place_id,
        )
    }
    fresh: dict[bytes, Prepared] = {}
    newer: dict[bytes, Prepared] = {}
    for key, post in zip(keys, posts, strict=True):
        if key in buried:
            continue
        before = newer.get(key) or fresh.get(key) or known.get(key)
        if before is None:
            fresh[key] = post
        elif post.replaces(before.version):
            (newer if key in known else fresh)[key] = post
    edits = {key: post for key, post in newer.items() if post.text != known[key].text}
    told_again(page, [(post.version, known[key].id) for key, post in newer.items() if key not in edits])
    changes = [(known[key], post) for key, post in edits.items()]
    return list(fresh.values()), changes, len(posts) - len(fresh) - len(changes)


def told_again(page: Page, rows: list[tuple[int, int]]) -> None:
    """The same wording, said to be newer: what is older than this does not replace it any more."""
    rows = [row for row in rows if row[0]]
    if rows:
        page.db.executemany(
            "UPDATE store_post SET version = %s WHERE id = %s AND version < %s",
            [(version, id, version) for version, id in rows],
        )
