"""The inbox: posts that nobody has dealt with, in the order that somebody wants, and what is known of each.

A post waits unless a row says that it was dealt with, so that arriving posts cost nothing here; how far back
they wait is a term of the inbox, and repeats wait as one. Every read passes through `scope` (retention, ended
consents).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from earnest.store import clock, identity, moment, scope
from earnest.store.models import CaseChange, Checkout, InboxTerms, Settled, Severe
from earnest.store.post_query import Query
from earnest.store.read_inbox_items import Item, items
from earnest.store.read_posts import filtered
from earnest.store.read_saved_views import ORDERS, Order, View, view, views
from earnest.store.read_tags import heads_of, tags_of
from earnest.store.scope import Scope
from earnest.store.shapes import Filters

__all__ = [
    "ORDERS",
    "InboxPage",
    "Item",
    "Order",
    "Terms",
    "View",
    "ViewCount",
    "Waiting",
    "candidates",
    "first_id",
    "heads_of",
    "held",
    "items",
    "newest",
    "one",
    "opening",
    "page",
    "tags_of",
    "terms",
    "view",
    "views",
    "waiting",
]

MOST_DUE, MOST_SEVERE = 500, 1_000
"""Posts put off until now, and severe ones, that are put before all others."""

COUNTED = 1_000
"""Above this a count says "more than"."""
COUNTED_VIEW = 50
"""The same of one view."""

_DONE = "(s.until = 0 OR s.until > %s)"
# The offset keeps PostgreSQL from joining: these are asked for each post of a walk that ends soon, where a
# join would read the tables from their beginning.
_ALONE = " LIMIT 1 OFFSET 0"
_SETTLED = "SELECT s.post_id FROM store_settled s WHERE s.post_id = p.id"
_SETTLED_FIRST = (
    "SELECT s.post_id FROM store_repost rs JOIN store_settled s ON s.post_id = rs.first_id"
    " WHERE rs.post_id = p.id"
)
_HELD = "SELECT c.post_id FROM store_checkout c WHERE c.post_id = p.id AND c.until > %s"
_HELD_FIRST = (
    "SELECT c.post_id FROM store_repost rc JOIN store_checkout c ON c.post_id = rc.first_id"
    " WHERE rc.post_id = p.id AND c.until > %s"
)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a programme's inbox works (`store.models.inbox.InboxTerms`)."""

    days: int = 14
    minutes: int = 15
    after: int = 0


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Posts that wait; `next` is where to go on, or None."""

    items: tuple[Item, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class ViewCount:
    """How many posts wait in a view; `more`: at least that many."""

    view: View
    count: int
    more: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in a programme: groups of the same words count once. `more`: at least `count`."""

    count: int
    more: bool
    oldest: datetime | None
    views: tuple[ViewCount, ...] = field(default=())


@moment.once
def terms(programme: str) -> Terms:
    """How the inbox of a programme works."""
    row = InboxTerms.objects.filter(programme_id=scope.id_of(programme)).first()
    return Terms() if row is None else Terms(row.days, row.minutes, row.after)


def waiting(programme: str, views: Sequence[View] = ()) -> Waiting:
    """How much waits, since when, and in each of these views (`views_of`)."""
    within = scope.of(programme)
    asked = terms(programme)
    found = _count(within, asked, Filters(), COUNTED)
    return Waiting(
        count=min(found, COUNTED),
        more=found > COUNTED,
        oldest=_oldest(within, asked) if found else None,
        views=tuple(
            ViewCount(view, min(count, COUNTED_VIEW), count > COUNTED_VIEW)
            for view in views
            for count in (_count(within, asked, view.filters, COUNTED_VIEW),)
        ),
    )


def _count(within: Scope, asked: Terms, filters: Filters, most: int) -> int:
    """Groups that wait, counted up to one more than `most`."""
    due = len(_of_ids(within, filters, _due_ids(within.id)))
    if due > most:
        return due
    # From the oldest on: people work from the newest, so that what they dealt with need not be walked past.
    return due + len(_rest(within, asked, filters).rows(most + 1 - due, columns="p.id", oldest=True))


def _oldest(within: Scope, asked: Terms) -> datetime | None:
    ids = [id for (id,) in _rest(within, asked, Filters()).rows(1, columns="p.id", oldest=True)]
    seconds = [id >> identity.SHIFT for id in (*ids, *_due_ids(within.id))]
    return clock.moment(min(seconds)) if seconds else None


def first_id(within: Scope, asked: Terms) -> int:
    """The least id of a post that waits for having been said lately."""
    since = identity.floor(clock.seconds(clock.now()) - asked.days * clock.DAY)
    return max(within.first_id, since, asked.after + 1)


def _rest(within: Scope, asked: Terms, filters: Filters) -> Query:
    """Posts that nobody ever dealt with, repeats folded."""
    query = filtered(within, replace(filters, folded=True), first_id(within, asked))
    query.also(f"NOT EXISTS ({_SETTLED}{_ALONE})")
    query.also(f"NOT EXISTS ({_SETTLED_FIRST}{_ALONE})")
    return query


@moment.once
def _due_ids(programme_id: int) -> list[int]:
    """Posts that were put off until now, the longest due first."""
    now = clock.seconds(clock.now())
    due = Settled.objects.filter(programme_id=programme_id, until__gt=0, until__lte=now).order_by("until")
    return list(due.values_list("post_id", flat=True)[:MOST_DUE])


def _severe_ids(within: Scope, first: int) -> list[int]:
    """Posts that may not wait, the gravest first."""
    rows = Severe.objects.filter(programme_id=within.id, seen=False, post_id__gte=first)
    return list(rows.order_by("-score", "-post_id").values_list("post_id", flat=True)[:MOST_SEVERE])


def _among(query: Query, ids: Sequence[int]) -> None:
    query.marks.clear()
    query.among("p.id", ids)


def _of_ids(within: Scope, filters: Filters, ids: Sequence[int]) -> list[int]:
    """Those of these ids whose posts fit and may be told, in their order."""
    if not ids:
        return []
    query = filtered(within, replace(filters, folded=False))
    _among(query, ids)
    fitting = {id for (id,) in query.rows(len(ids), columns="p.id")}
    return [id for id in ids if id in fitting]


@dataclass(frozen=True, slots=True)
class _Phase:
    """Part of an order: ids in an order of their own, or the newest of a query."""

    ids: tuple[int, ...] | None
    query: Query | None
    due: bool = False


def _phases(within: Scope, asked: Terms, filters: Filters, order: Order) -> Iterator[_Phase]:
    yield _Phase(tuple(_of_ids(within, filters, _due_ids(within.id))), None, due=True)
    if order == "severe":
        first = first_id(within, asked)
        ids = _severe_ids(within, first)
        query = _rest(within, asked, filters)
        _among(query, ids or [0])
        fitting = {id for (id,) in query.rows(len(ids), columns="p.id")} if ids else set()
        yield _Phase(tuple(id for id in ids if id in fitting), None)
        rest = _rest(within, asked, filters)
        rest.also("NOT EXISTS (SELECT 1 FROM store_severe v WHERE v.post_id = p.id AND NOT v.seen)")
        yield _Phase(None, rest)
    elif order == "unsure" and filters.unsure is None:
        for unsure in (True, False):
            yield _Phase(None, _rest(within, asked, replace(filters, unsure=unsure)))
    else:
        yield _Phase(None, _rest(within, asked, filters))


def page(
    programme: str,
    filters: Filters | None = None,
    order: Order = "newest",
    *,
    after: str | None = None,
    limit: int = 30,
) -> InboxPage:
    """A page of what waits: what was put off until now first, then by the order. `after` is the `next` of the
    page before; anything else starts anew.
    """
    within, asked = scope.of(programme), terms(programme)
    start, mark = _cursor(after)
    found: list[tuple[int, bool]] = []
    left: str | None = None
    for at, phase in enumerate(_phases(within, asked, filters or Filters(), order)):
        if at < start:
            continue
        here = mark if at == start else 0
        want = limit - len(found)
        if want <= 0:
            left = f"{at}-{here}"
            break
        ids, on = _walk(phase, here, want)
        found += [(id, phase.due) for id in ids]
        if on:
            left = f"{at}-{on}"
            break
    return InboxPage(tuple(_once(items(programme, found))), left)


def _cursor(after: str | None) -> tuple[int, int]:
    phase, _, mark = (after or "").partition("-")
    if phase.isascii() and mark.isascii() and phase.isdecimal() and mark.isdecimal() and len(mark) < 18:
        return min(int(phase[:2]), 9), int(mark)
    return 0, 0


def _walk(phase: _Phase, mark: int, want: int) -> tuple[list[int], int]:
    """The next ids of a phase, and where it goes on (0: it is through)."""
    if phase.ids is not None:
        ids = list(phase.ids[mark : mark + want])
        return ids, mark + want if len(phase.ids) > mark + want else 0
    query = phase.query
    assert query is not None  # noqa: S101 - a phase has one of both
    if mark:
        query.end = min(query.end, mark)
    ids = [id for (id,) in query.rows(want + 1, columns="p.id")]
    return ids[:want], ids[want - 1] if len(ids) > want else 0


def _once(found: Sequence[Item]) -> Iterator[Item]:
    """One row a group: two repeats of a post that is not asked for are the same work."""
    seen: set[int] = set()
    for item in found:
        if item.head not in seen:
            seen.add(item.head)
            yield item


def candidates(programme: str, filters: Filters, order: Order, most: int, then: str) -> list[tuple[int, int]]:
    """Within a transaction: (post, head) of posts that wait and nobody holds, in an order, for taking them.
    `then` ends each statement (a lock).
    """
    within, asked = scope.of(programme), terms(programme)
    now = clock.seconds(clock.now())
    found: list[int] = []
    for phase in _phases(within, asked, filters, order):
        if len(found) >= most:
            break
        query = phase.query
        if query is None:
            ids = list(phase.ids or ())
            if not ids:
                continue
            query = filtered(within, Filters())
            _among(query, ids)
            place = {id: at for at, id in enumerate(ids)}
        else:
            ids, place = [], {}
        query.also(f"NOT EXISTS ({_HELD}{_ALONE})", now)
        query.also(f"NOT EXISTS ({_HELD_FIRST}{_ALONE})", now)
        free = [id for (id,) in query.rows(len(ids) or most - len(found), columns="p.id", then=then)]
        found += sorted(free, key=place.__getitem__) if ids else free
    heads = heads_of(found[:most])
    once: dict[int, int] = {}
    for id in found[:most]:
        once.setdefault(heads[id], id)
    return [(id, head) for head, id in once.items()]


def held(programme: str, by: int) -> tuple[Item, ...]:
    """What a person took and has not dealt with, in the order in which it was said, newest first."""
    within = scope.of(programme)
    now = clock.seconds(clock.now())
    ids = list(
        Checkout.objects.filter(programme_id=within.id, by_id=by, until__gt=now)
        .order_by("-post_id")
        .values_list("post_id", flat=True)[:200]
    )
    if not ids:
        return ()
    query = filtered(within, Filters())
    _among(query, ids)
    query.also(f"NOT EXISTS ({_SETTLED} AND {_DONE}{_ALONE})", now)
    due = set(_due_ids(within.id))
    return tuple(items(programme, [(id, id in due) for (id,) in query.rows(len(ids), columns="p.id")]))


def one(programme: str, post: int) -> Item | None:
    """One post as the inbox shows it, whether it waits or not."""
    return next(iter(items(programme, [(post, False)])), None)


def newest(programme: str) -> int:
    """The greatest id of a post of the programme that was said until now; 0 without one."""
    within = scope.of(programme)
    query = filtered(within, Filters())
    query.end = min(query.end, identity.floor(clock.seconds(clock.now()) + 1))
    return next((id for (id,) in query.rows(1, columns="p.id")), 0)


def opening(programme: str, number: int) -> int:
    """The change that opened a case."""
    rows = CaseChange.objects.filter(case__programme_id=scope.id_of(programme), case__number=number)
    return rows.order_by("pk").values_list("pk", flat=True).first() or 0
