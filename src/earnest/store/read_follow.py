"""What is needed to follow new posts, and what following found: which posts are reposts of which."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from earnest.store import dialect, identity, scope
from earnest.store.models import FollowMark, Left
from earnest.store.rows import Followed
from earnest.store.scope import Scope

COLUMNS = (
    "p.id, p.arrival, p.place_id, p.created, p.received, p.text, p.label, p.kind, p.unsure, p.lang, p.region"
)


def followed(within: Scope, rows: Sequence[tuple[Any, ...]]) -> list[Followed]:
    """Rows of COLUMNS as posts, without those that may not be told any more."""
    return [_followed(row) for row in rows if within.tells(row[2], row[0])]


def _followed(row: tuple[Any, ...]) -> Followed:
    id, arrival, place_id, created, received, text, label, kind, unsure, lang, region = row
    return Followed(id, arrival, place_id, created, received, text, label, kind, bool(unsure), lang, region)


def mark(programme: str) -> tuple[int, int]:
    """The arrival up to which a programme was followed, and the count of what was erased or changed since."""
    row = FollowMark.objects.filter(programme__slug=programme).values_list("arrival", "gone").first()
    return row or (0, 0)


@dataclass(frozen=True, slots=True)
class Gone:
    """Posts to forget, and the repeats that took the place of a first one."""

    posts: frozenset[int]
    heirs: tuple[int, ...]


def gone(programme: str, known: int, now: int) -> Gone | None:
    """What left after a count of `mark`, up to a later one; None where that is too long ago to be known."""
    rows = Left.objects.filter(programme__slug=programme, step__gt=known, step__lte=now)
    told = list(rows.values_list("step", "post", "heir"))
    if len({step for step, _, _ in told}) != now - known:
        return None
    posts = frozenset(post for _, post, _ in told)
    return Gone(posts, tuple(dict.fromkeys(heir for _, _, heir in told if heir is not None)))


def waiting(programme: str) -> bool:
    """Whether there is a post that was not followed yet."""
    within = scope.of(programme)
    arrival, _ = mark(programme)
    with connection.cursor() as db:
        db.execute(
            "SELECT EXISTS (SELECT 1 FROM store_post WHERE programme_id = %s AND arrival > %s)"
            " OR EXISTS (SELECT 1 FROM store_tofollow WHERE programme_id = %s)",
            [within.id, arrival, within.id],
        )
        (some,) = db.fetchone()
    return bool(some)


def firsts(programme: str, upto: int, since: int, most: int) -> list[tuple[int, str]]:
    """The last posts that were followed, up to an arrival, said at or after `since` (seconds), oldest first:
    (id, text). Without reposts, and without those that are to be followed again.
    """
    within = scope.of(programme)
    with connection.cursor() as db:
        db.execute(
            "SELECT p.id, p.text, p.place_id FROM store_post p WHERE p.programme_id = %s AND p.arrival <= %s"
            " AND p.id >= %s AND NOT EXISTS (SELECT 1 FROM store_repost r WHERE r.post_id = p.id)"
            " AND NOT EXISTS (SELECT 1 FROM store_tofollow t WHERE t.post_id = p.id)"
            " ORDER BY p.arrival DESC LIMIT %s",
            [within.id, upto, identity.floor(since), most],
        )
        rows = db.fetchall()
    return [(id, text) for id, text, place in reversed(rows) if within.tells(place, id)]


def firsts_of(programme: str, ids: Sequence[int]) -> list[tuple[int, str]]:
    """Those of these posts that repeat none and are not to be followed again: (id, text)."""
    within = scope.of(programme)
    with connection.cursor() as db:
        rows = dialect.among(
            db,
            "SELECT p.id, p.text, p.place_id FROM store_post p"
            " WHERE NOT EXISTS (SELECT 1 FROM store_repost r WHERE r.post_id = p.id)"
            " AND NOT EXISTS (SELECT 1 FROM store_tofollow t WHERE t.post_id = p.id) AND",
            "p.id",
            list(ids),
        )
    return [(id, text) for id, text, place in rows if within.tells(place, id)]


def copies(programme: str, ids: Sequence[int]) -> dict[int, int]:
    """How many other posts that may be told say the same as each of these first posts; none are left out."""
    within = scope.of(programme)
    with connection.cursor() as db:
        rows = dialect.among(
            db,
            "SELECT r.first_id, p.id, p.place_id FROM store_repost r"
            " JOIN store_post p ON p.id = r.post_id WHERE",
            "r.first_id",
            list(ids),
        )
    found: dict[int, int] = {}
    for first, post, place in rows:
        if within.tells(place, post):
            found[first] = found.get(first, 0) + 1
    return found


def group(programme: str, post_id: int, most: int = 50) -> list[int]:
    """The other posts of a post's group, newest first; empty where nobody said the same."""
    within = scope.of(programme)
    with connection.cursor() as db:
        db.execute("SELECT first_id FROM store_repost WHERE post_id = %s", [post_id])
        row = db.fetchone()
        first = row[0] if row else post_id
        db.execute(
            # One list of ids: with OR between them PostgreSQL reads every post.
            "SELECT p.id, p.place_id FROM store_post p WHERE p.id IN"
            " (SELECT CAST(%s AS bigint) UNION ALL SELECT post_id FROM store_repost WHERE first_id = %s)"
            " ORDER BY p.id DESC LIMIT %s",
            [first, first, most + 1],
        )
        rows = db.fetchall()
    return [id for id, place in rows if id != post_id and within.tells(place, id)][:most]
