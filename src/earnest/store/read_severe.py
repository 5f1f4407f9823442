"""Reading single posts that may not wait, whatever theme they are in or none. All passes through `scope`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from earnest.store import clock, dialect, identity, scope
from earnest.store.models import Severe
from earnest.store.read_posts import rows_of
from earnest.store.shapes import PostRow


@dataclass(frozen=True, slots=True)
class SevereRow:
    """A single post that may not wait: codes of why, how sure, its theme's number where it is in one."""

    post: PostRow = field(repr=False)
    why: tuple[str, ...]
    score: float
    novel: bool
    theme: int | None


def severe(programme: str, *, since: datetime, limit: int = 20) -> list[SevereRow]:
    """Single posts that may not wait, said since then and not put aside, the newest first."""
    within = scope.of(programme)
    least = max(within.first_id, identity.floor(clock.seconds(since)))
    rows = list(
        Severe.objects.filter(programme_id=within.id, post_id__gte=least, seen=False).order_by("-post_id")[
            : limit * 2
        ]
    )
    told = {post.id: post for post in rows_of(programme, [row.post_id for row in rows])}
    homes = _homes([row.post_id for row in rows])
    return [
        SevereRow(told[row.post_id], tuple(row.why.split(",")), row.score, row.novel, homes.get(row.post_id))
        for row in rows
        if row.post_id in told
    ][:limit]


def _homes(posts: Sequence[int]) -> dict[int, int]:
    with connection.cursor() as db:
        rows = dialect.among(
            db,
            "SELECT t.post_id, h.number FROM store_themepost t JOIN store_theme h ON h.id = t.theme_id WHERE",
            "t.post_id",
            list(posts),
        )
    return dict(rows)
