"""Following new posts in the order in which they were kept: a batch at a time, each exactly once."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import OperationalError, connection, transaction

from earnest.record.errors import StoreBusy
from earnest.store import dialect, erase, scope
from earnest.store.models import FollowMark, ToFollow
from earnest.store.read_follow import COLUMNS, followed
from earnest.store.rows import Followed


@dataclass(frozen=True, slots=True)
class Turn:
    """A batch of posts to follow, while its transaction is open.

    posts   new ones, in the order of their arrival
    again   older ones whose wording changed since
    """

    posts: Sequence[Followed]
    again: Sequence[Followed]


@contextmanager
def turn(programme: str, known: tuple[int, int], limit: int) -> Iterator[Turn | None]:
    """The next posts of a programme, in a transaction that also moves its mark: what the caller writes while
    it is open is written once, whatever is killed when.

    `known` is the mark the caller goes on from (`read_follow.mark`); None, and nothing moves, where another
    process has moved it since. Raises StoreBusy when the database is busy.
    """
    try:
        with transaction.atomic(), connection.cursor() as db:
            erase.wait_for_writers(db)
            within = scope.of(programme)
            mark, _ = FollowMark.objects.get_or_create(programme_id=within.id)
            if (mark.arrival, mark.gone) != known:
                yield None
                return
            db.execute(
                f"SELECT {COLUMNS} FROM store_post p WHERE p.programme_id = %s AND p.arrival > %s"  # noqa: S608 - names of that module
                " ORDER BY p.arrival LIMIT %s",
                [within.id, mark.arrival, limit],
            )
            fresh = db.fetchall()
            changed = list(
                ToFollow.objects.filter(programme_id=within.id).values_list("post_id", flat=True)[:limit]
            )
            rows = dialect.among(db, f"SELECT {COLUMNS} FROM store_post p WHERE", "p.id", changed)  # noqa: S608 - as above
            yield Turn(
                followed(within, fresh),
                followed(within, [row for row in rows if row[1] <= mark.arrival]),
            )
            if changed:
                ToFollow.objects.filter(post_id__in=changed).delete()
            if fresh:
                FollowMark.objects.filter(pk=within.id).update(arrival=fresh[-1][1])
    except OperationalError as error:
        raise StoreBusy(
            "The database is busy or restarting.", advice="Nothing was written; try again."
        ) from error


def fold(programme: str, reposts: Mapping[int, int]) -> None:
    """Within `turn`: these posts repeat a first one (post id to the first's id)."""
    if not reposts:
        return
    within = scope.of(programme)
    with connection.cursor() as db:
        db.executemany(
            "INSERT INTO store_repost (post_id, programme_id, first_id) VALUES (%s, %s, %s)"
            " ON CONFLICT (post_id) DO NOTHING",
            [(post, within.id, first) for post, first in reposts.items()],
        )
