"""Reading posts: one page of them, one of them, those that have just arrived, and those a report may
quote.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from math import ceil
from typing import Any

from django.db import connection

from earnest.record import audience
from earnest.record.verdict import Scored
from earnest.store import (
    clock,
    identity,
    labels_used,
    read_follow,
    read_tags,
    scope,
    search,
)
from earnest.store.marks import any_of
from earnest.store.post_query import Query
from earnest.store.rows import storable
from earnest.store.scope import Scope
from earnest.store.shapes import Filters, PostPage, PostRow
from earnest.store.words import tag_key


def posts(programme: str, filters: Filters, *, after: str | None = None, limit: int = 50) -> PostPage:
    """A page of posts, newest first. `after` is the `next` of the page before; anything else starts anew."""
    within = scope.of(programme)
    query = filtered(within, filters)
    if after is not None and after.isascii() and after.isdecimal() and len(after) < 18:
        query.end = min(query.end, int(after))
    limit = max(1, min(limit, 1_000))
    found = query.rows(limit + 1)
    rows = as_rows(within, found[:limit])
    if filters.folded:
        copies = read_follow.copies(programme, [row.id for row in rows])
        rows = [replace(row, copies=copies.get(row.id, 0)) for row in rows]
    return PostPage(rows=tuple(_with_tags(rows)), next=str(rows[-1].id) if len(found) > limit else None)


def post(programme: str, id: int) -> PostRow | None:
    """One post, or None where there is none that may be told."""
    within = scope.of(programme)
    if not within.first_id <= id < 1 << 53:
        return None
    query = Query(within)
    query.marks.clear()
    query.first, query.end = id, id + 1
    return next(iter(_with_tags(as_rows(within, query.rows(1)))), None)


def _with_tags(rows: Sequence[PostRow]) -> list[PostRow]:
    tags = read_tags.tags_of([row.id for row in rows])
    return [replace(row, tags=tags[row.id]) if row.id in tags else row for row in rows]


def arrived(programme: str, filters: Filters, *, since_id: int, limit: int = 50) -> list[PostRow]:
    """Posts that arrived after `since_id` (a `PostRow.arrival`, or what `newest_id` said), in their order of
    arrival.

    With a search (`q`) a page may hold fewer than `limit` though more are to come: `arrivals` says so.
    """
    return arrivals(programme, filters, since_id=since_id, limit=limit)[0]


def arrivals(
    programme: str, filters: Filters, *, since_id: int, limit: int = 50
) -> tuple[list[PostRow], int | None]:
    """As `arrived`, and the number to go on from where there may be more; None: all was looked at."""
    within = scope.of(programme)
    query = filtered(within, filters)
    found, full = query.arrivals(max(0, min(since_id, 1 << 62)), max(1, min(limit, 1_000)))
    return as_rows(within, found), full


def latest(
    programme: str, filters: Filters, *, since_id: int, limit: int, most: int
) -> tuple[list[PostRow], int]:
    """The last of the posts that arrived after `since_id`, in their order of arrival, and how many came
    before them, counted up to `most`. Not for a search (`q`).
    """
    within = scope.of(programme)
    found, passed = filtered(within, filters).lately(since_id, limit, most)
    return as_rows(within, found), passed


def repeats(programme: str, id: int, most: int = 20) -> list[PostRow]:
    """Other posts that say nearly the same as one, newest first."""
    others = read_follow.group(programme, id, most)
    if not others:
        return []
    within = scope.of(programme)
    query = Query(within)
    query.marks.clear()
    query.among("p.id", others)
    return as_rows(within, query.rows(len(others)))


def wordings(programme: str, ids: Sequence[int]) -> dict[int, str]:
    """The texts of these posts, as far as they may be told."""
    query = Query(scope.of(programme))
    query.marks.clear()
    if not ids:
        return {}
    query.among("p.id", ids)
    return {row[0]: row[1] for row in query.rows(len(ids))}


def rows_of(programme: str, ids: Sequence[int]) -> list[PostRow]:
    """These posts in the order asked for, as far as they may be told."""
    within = scope.of(programme)
    query = Query(within)
    query.marks.clear()
    if not ids:
        return []
    query.among("p.id", ids)
    found = {row.id: row for row in as_rows(within, query.rows(len(ids)))}
    return [found[id] for id in ids if id in found]


def newest_id(programme: str) -> int:
    """The arrival of the post that came last, 0 when there is none: what Live starts from, and asks for twice
    a second.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(arrival) FROM store_post"
            " WHERE programme_id = (SELECT id FROM store_programme WHERE slug = %s)",
            [programme],
        )
        (found,) = cursor.fetchone()
    return int(found or 0)


def quotes(programme: str, label: str, since: datetime, until: datetime, n: int) -> list[PostRow]:
    """Posts a report may quote on a label or category: sure ones of readable length, the surest first.

    Nothing for a workforce programme unless it allows quotes.
    """
    within = scope.of(programme)
    if not within.quotes:
        return []
    query = filtered(within, Filters(labels=(label,), unsure=False, since=since, until=until))
    query.also("length(p.text) BETWEEN 40 AND 400")
    rows = as_rows(within, query.rows(max(50, n * 10)))
    lineage = within.lineage
    meant, family = {label, lineage.now(label), *lineage.parts(label)}, f"{label}."
    fitting = [
        row
        for row in rows
        if row.labels and (row.labels[0].id in meant or row.labels[0].id.startswith(family))
    ]
    return sorted(fitting, key=lambda row: (-row.labels[0].score, -row.id))[:n]


def filtered(within: Scope, filters: Filters, first: int = 0) -> Query:
    """The query of filters; `first`: of posts from this id on only."""
    if filters.sentiments:
        audience.check_sentiment(within.audience)
    query = Query(within)
    query.first = max(query.first, first)
    if filters.since is not None:
        query.first = max(query.first, identity.floor(ceil(filters.since.timestamp())))
    if filters.until is not None:
        query.end = min(query.end, identity.floor(ceil(filters.until.timestamp())))
    if filters.places:
        ids = within.ids_of(filters.places)
        query.possible = bool(ids)
        query.among("p.place_id", ids or (0,))
        query.marks["place"] = any_of("place", [str(id) for id in ids])
    for facet, wanted in (
        ("kind", filters.kinds),
        ("lang", filters.langs),
        ("region", filters.regions),
        ("sentiment", filters.sentiments),
    ):
        if wanted:
            values = [storable(value) for value in wanted]
            query.among(f"p.{facet}", values)
            query.marks[facet] = any_of(facet, values)
    if filters.unsure is not None:
        query.also("p.unsure = %s", filters.unsure)
        query.marks["unsure"] = any_of("unsure", ("1" if filters.unsure else "0",))
    if filters.labels:
        _labelled(query, within, filters.labels)
    if filters.tags:
        _tagged(query, filters.tags)
    if filters.folded:
        _fold(query, within, filters)
    if filters.q.strip():
        query.terms = search.parse(filters.q)
        query.possible = query.possible and bool(query.terms)
    return query


def _tagged(query: Query, names: tuple[str, ...]) -> None:
    """Posts with one of these tags, and those that repeat them."""
    keys = [tag_key(name) for name in names]
    marks = ", ".join(["%s"] * len(keys))
    among = f"SELECT g.id FROM store_tag g WHERE g.programme_id = %s AND g.key IN ({marks})"  # noqa: S608 - marks only
    query.also(
        f"p.id IN (SELECT t.post_id FROM store_posttag t WHERE t.tag_id IN ({among}) UNION"  # noqa: S608 - as above
        f" SELECT r.post_id FROM store_posttag t JOIN store_repost r ON r.first_id = t.post_id"
        f" WHERE t.tag_id IN ({among}))",
        *(query.values[0], *keys) * 2,
    )


def _fold(query: Query, within: Scope, filters: Filters) -> None:
    """Leave out a post whose first is among those asked for too, as far as their columns tell."""
    asked = (
        ("place_id", filters.places),
        ("label", filters.labels),
        ("kind", filters.kinds),
        ("lang", filters.langs),
        ("region", filters.regions),
        ("sentiment", filters.sentiments),
        ("unsure", filters.unsure is not None),
    )
    alike = "".join(f" AND f.{column} = p.{column}" for column, wanted in asked if wanted)
    told = f" AND f.place_id NOT IN ({', '.join(map(str, within.hidden))})" if within.hidden else ""
    query.also(
        "NOT EXISTS (SELECT 1 FROM store_repost r JOIN store_post f ON f.id = r.first_id"  # noqa: S608 - names of this module and numbers
        " WHERE r.post_id = p.id AND r.post_id >= %s"
        f" AND f.id >= %s AND f.id < %s{alike}{told})",
        query.first,
        query.first,
        query.end,
    )


def _labelled(query: Query, within: Scope, wanted: tuple[str, ...]) -> None:
    ids = labels_used.meant(within, wanted)
    query.possible = query.possible and bool(ids)
    query.labels = ids
    named = [storable(label) for label in dict.fromkeys((*wanted, *ids))]
    query.marks["label"] = (
        *any_of("label", named),
        *any_of("category", [storable(label) for label in wanted]),
    )


def as_rows(within: Scope, found: Sequence[tuple[Any, ...]]) -> list[PostRow]:
    """Rows of a query as posts, with their labels."""
    if not found:
        return []
    marks = ", ".join(["%s"] * len(found))
    lineage = within.lineage
    labels: dict[int, dict[str, float]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT post_id, label, score FROM store_postlabel WHERE post_id IN ({marks})"  # noqa: S608 - marks only
            " ORDER BY post_id, rank",
            [row[0] for row in found],
        )
        for post_id, label, score in cursor.fetchall():
            carried, now = labels.setdefault(post_id, {}), lineage.now(label)
            carried[now] = min(1.0, carried.get(now, 0.0) + score)
    return [
        _row(within, columns, tuple(Scored(*one) for one in labels.get(columns[0], {}).items()))
        for columns in found
    ]


def _row(within: Scope, columns: tuple[Any, ...], labels: tuple[Scored, ...]) -> PostRow:
    (
        id,
        text,
        created,
        received,
        lang,
        region,
        place,
        kind,
        kind_score,
        unsure,
        mood,
        domain,
        corrected,
        arrival,
    ) = columns
    slug, title = within.places[place]
    return PostRow(
        id=id,
        text=text,
        created=clock.moment(created),
        received=clock.moment(received),
        lang=lang,
        region=region or None,
        place=slug,
        place_title=title,
        kind=kind,
        kind_score=kind_score,
        labels=labels,
        unsure=bool(unsure),
        sentiment=(mood or None) if within.felt else None,
        domain=domain or None,
        corrected=bool(corrected),
        arrival=arrival,
    )
