"""The inbox: who takes which posts, what was done with them, and taking it back.

Two people never hold the same post: a hold is one row at the group's first post, written only where nobody's
stands. On PostgreSQL those who take at once skip each other's rows (`FOR NO KEY UPDATE … SKIP LOCKED`) and
wait for nobody; on SQLite transactions follow one another.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import OperationalError, connection, transaction

from earnest.record.errors import StoreBusy
from earnest.store import clock, dialect, erase, read_inbox, scope
from earnest.store.models import Act, ActPost, Checkout, InboxTerms, Settled
from earnest.store.read_posts import rows_of
from earnest.store.scope import Scope
from earnest.store.shapes import Filters

MOST_HELD = 100
"""Posts that one person holds at a time."""
KEPT_ACTS = 50
"""What a person did last in a programme and can still undo."""
TRIES = 8

_LOCK = " FOR NO KEY UPDATE OF p SKIP LOCKED"


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody does to posts, while its transaction is open.

    heads  the first posts of the groups, each with the post that was named
    taken  heads that others hold, each with who
    """

    db: Any
    within: Scope
    by: int
    heads: dict[int, int]
    taken: dict[int, int]

    @property
    def free(self) -> list[int]:
        return [head for head in self.heads if head not in self.taken]


def set_terms(programme: str, *, days: int, minutes: int) -> None:
    """How far back posts wait, and for how long they are held."""
    id = scope.id_of(programme)
    InboxTerms.objects.update_or_create(programme_id=id, defaults={"days": days, "minutes": minutes})


def begin_afresh(programme: str, after: int) -> int:
    """Posts up to this id do not wait any more; up to which they did not before."""
    id = scope.id_of(programme)
    with transaction.atomic():
        row, _ = InboxTerms.objects.select_for_update().get_or_create(programme_id=id)
        before = row.after
        InboxTerms.objects.filter(pk=id).update(after=after)
    return before


def take(programme: str, filters: Filters, order: read_inbox.Order, most: int, by: int) -> list[int]:
    """Hold the next posts for a person who has room for them: the posts, in the order.

    Raises StoreBusy when the database is busy.
    """
    minutes = read_inbox.terms(programme).minutes
    taken: list[int] = []
    with _quietly(), transaction.atomic(), connection.cursor() as db:
        within = scope.of(programme)
        now = clock.seconds(clock.now())
        extend(programme, by)
        room = MOST_HELD - Checkout.objects.filter(programme_id=within.id, by_id=by, until__gt=now).count()
        want = max(0, min(most, room))
        for _ in range(TRIES):
            if len(taken) >= want:
                break
            lock = "" if dialect.is_sqlite() else _LOCK
            found = read_inbox.candidates(programme, filters, order, want - len(taken), lock)
            if not found:
                break
            got = _hold(db, within.id, [head for _, head in found], by, now + minutes * 60)
            taken += [post for post, head in found if head in got]
    return taken


def _hold(db: Any, programme_id: int, heads: Sequence[int], by: int, until: int) -> set[int]:
    """Within a transaction: write holds where nobody's stand; which were written.

    Whoever looked a moment ago may see as waiting what was settled since: such holds are given back at once.
    """
    now = clock.seconds(clock.now())
    got: set[int] = set()
    for head in sorted(heads):
        db.execute(
            "INSERT INTO store_checkout (post_id, programme_id, by_id, until) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (post_id) DO UPDATE SET by_id = excluded.by_id, until = excluded.until"
            " WHERE store_checkout.until <= %s OR store_checkout.by_id = excluded.by_id RETURNING post_id",
            [head, programme_id, by, until, now],
        )
        got.update(id for (id,) in db.fetchall())
    done = set(_settled(list(got), now))
    if done:
        Checkout.objects.filter(post_id__in=done, by_id=by).delete()
    return got - done


def _settled(heads: Sequence[int], now: int) -> dict[int, Settled]:
    return {
        row.post_id: row
        for row in Settled.objects.filter(post_id__in=heads)
        if row.until == 0 or row.until > now
    }


def extend(programme: str, by: int) -> None:
    """Somebody is at work: what they hold stays theirs for as long again."""
    now = clock.seconds(clock.now())
    minutes = read_inbox.terms(programme).minutes
    Checkout.objects.filter(programme_id=scope.id_of(programme), by_id=by, until__gt=now).update(
        until=now + minutes * 60
    )


def give_back(programme: str, by: int, posts: Sequence[int] | None = None) -> int:
    """Let go of what a person holds (of these posts only); how many that were."""
    rows = Checkout.objects.filter(programme_id=scope.id_of(programme), by_id=by)
    if posts is not None:
        rows = rows.filter(post_id__in=set(read_inbox.heads_of(posts).values()))
    gone, _ = rows.delete()
    return gone


def let_go(by: int) -> int:
    """Let go of all that a person holds, in every programme: they left."""
    gone, _ = Checkout.objects.filter(by_id=by).delete()
    return gone


@contextmanager
def turn(programme: str, posts: Sequence[int], by: int) -> Iterator[Turn]:
    """Something is done to posts, whole or not at all: nobody else takes, settles or erases them meanwhile.

    Posts that are not there, or may not be told, are left out. Raises StoreBusy when the database is busy.
    """
    with _quietly(), transaction.atomic(), connection.cursor() as db:
        erase.wait_for_writers(db)
        within = scope.of(programme)
        there = [row.id for row in rows_of(programme, posts)]
        heads: dict[int, int] = {}
        for id, head in read_inbox.heads_of(there).items():
            heads.setdefault(head, id)
        if not dialect.is_sqlite() and heads:
            db.execute("SELECT id FROM store_post WHERE id = ANY(%s) FOR NO KEY UPDATE", [list(heads)])
        now = clock.seconds(clock.now())
        rows = Checkout.objects.filter(post_id__in=list(heads), until__gt=now).exclude(by_id=by)
        yield Turn(db, within, by, heads, dict(rows.values_list("post_id", "by_id")))
        extend(programme, by)


@contextmanager
def _quietly() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise StoreBusy(
            "The database is busy or restarting.", advice="Nothing was changed; try again."
        ) from error


def begin_act(turn: Turn, what: str, *, how: str = "", about: int = 0) -> int:
    """Within a turn: the act to which what follows belongs, so that it can be undone as one."""
    act = Act.objects.create(
        programme_id=turn.within.id, by_id=turn.by, at=clock.now(), what=what, how=how, about=about
    )
    own = Act.objects.filter(programme_id=turn.within.id, by_id=turn.by)
    kept = list(own.order_by("-pk").values_list("pk", flat=True)[KEPT_ACTS : KEPT_ACTS + 1])
    if kept:
        own.filter(pk__lte=kept[0]).delete()
    return act.pk


def about(act: int, number: int, change: int = 0) -> None:
    """Within a turn: what the act led to."""
    Act.objects.filter(pk=act).update(about=number, change=change)


def touch(act: int, posts: Sequence[int]) -> None:
    """Within a turn: the act changed these posts."""
    ActPost.objects.bulk_create(ActPost(post_id=id, act_id=act) for id in posts)


def settle(turn: Turn, act: int, heads: Sequence[int], how: str, until: int = 0) -> list[int]:
    """Within a turn: these groups are dealt with; those that were before are left out, but for what was put
    off.
    """
    before = {row.post_id: row for row in Settled.objects.filter(post_id__in=list(heads))}
    fresh = [head for head in heads if head not in before or before[head].until]
    ActPost.objects.bulk_create(
        ActPost(
            post_id=head,
            act_id=act,
            how=before[head].how if head in before else "",
            until=before[head].until if head in before else 0,
        )
        for head in fresh
    )
    Settled.objects.filter(post_id__in=fresh).delete()
    Settled.objects.bulk_create(
        Settled(post_id=head, programme_id=turn.within.id, how=how, until=until, act=act) for head in fresh
    )
    Checkout.objects.filter(post_id__in=list(heads), by_id=turn.by).delete()
    return fresh


def unsettle(turn: Turn, act: int) -> int:
    """Within a turn: what an act settled is as it was before, where nobody said otherwise since; how many."""
    rows = {row.post_id: row for row in ActPost.objects.filter(act_id=act)}
    mine = list(Settled.objects.filter(post_id__in=list(rows), act=act).values_list("post_id", flat=True))
    Settled.objects.filter(post_id__in=mine).delete()
    Settled.objects.bulk_create(
        Settled(post_id=id, programme_id=turn.within.id, how=rows[id].how, until=rows[id].until)
        for id in mine
        if rows[id].how
    )
    minutes = read_inbox.terms(turn.within.slug).minutes
    _hold(turn.db, turn.within.id, mine, turn.by, clock.seconds(clock.now()) + minutes * 60)
    return len(mine)


def undone(act: int) -> None:
    """Within a turn: an act was taken back."""
    Act.objects.filter(pk=act).update(undone=True)


@dataclass(frozen=True, slots=True)
class Done:
    """Something a person did that can be undone (`store.models.inbox.Act`), and its posts that are left."""

    id: int
    what: str
    how: str
    about: int
    change: int
    posts: tuple[int, ...]
    undone: bool


def act(programme: str, id: int, by: int) -> Done | None:
    """One thing that this person did."""
    row = Act.objects.filter(pk=id, programme_id=scope.id_of(programme), by_id=by).first()
    return None if row is None else _done(row)


def last_act(programme: str, by: int, within: timedelta) -> Done | None:
    """The last thing this person did lately and has not undone."""
    since = clock.now() - within
    rows = Act.objects.filter(programme_id=scope.id_of(programme), by_id=by, undone=False, at__gte=since)
    row = rows.order_by("-pk").first()
    return None if row is None else _done(row)


def _done(row: Act) -> Done:
    posts = tuple(ActPost.objects.filter(act_id=row.pk).values_list("post_id", flat=True))
    return Done(row.pk, row.what, row.how, row.about, row.change, posts, row.undone)
