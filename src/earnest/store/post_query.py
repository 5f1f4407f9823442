"""Posts by conditions: how the one statement is written that finds a page of them at once.

On both databases the marks of facets and the words of a search are found in one index; one label by itself
has an index of its own.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from earnest.store import dialect, overdue, search
from earnest.store.marks import any_of
from earnest.store.scope import Scope
from earnest.store.search import Term

COLUMNS = (
    "p.id, p.text, p.created, p.received, p.lang, p.region, p.place_id, p.kind, p.kind_score, p.unsure,"
    " p.sentiment, p.domain, p.corrected, p.arrival"
)

NEAR = 1_000
"""Posts of a label that are looked at one by one before the index of marks is asked."""

_WIDE = {"label", "unsure", "programme"}
"""Marks that leave enough posts of a label for a page to be found at once."""


class Query:
    """Conditions on posts `p` with their parameters, and whether anything can match at all.

    `marks` are alternatives per facet: on both databases they and the words of a search are found in one
    index.
    """

    def __init__(self, within: Scope) -> None:
        self.conditions = ["p.programme_id = %s"]
        self.values: list[Any] = [within.id]
        self.first, self.end = within.first_id, 1 << 62
        self.possible = True
        self.terms: tuple[search.Term, ...] = ()
        self.marks: dict[str, tuple[str, ...]] = {}
        self.labels: list[str] = []
        if within.hidden:
            self.among("p.place_id", within.hidden, without=True)
        for days in within.overdue:
            first, end = overdue.ids(days.first), overdue.ids(days.end)
            self.also("NOT (p.place_id = %s AND p.id >= %s AND p.id < %s)", days.place, first, end)
        if within.shared:
            self.marks["programme"] = any_of("programme", (str(within.id),))

    def also(self, condition: str, *values: Any) -> None:
        self.conditions.append(condition)
        self.values.extend(values)

    def among(self, column: str, values: Sequence[Any], *, without: bool = False) -> None:
        marks = ", ".join(["%s"] * len(values))
        self.also(f"{column} {'NOT ' if without else ''}IN ({marks})", *values)

    def rows(
        self, limit: int, *, columns: str = COLUMNS, oldest: bool = False, then: str = ""
    ) -> list[tuple[Any, ...]]:
        """The newest posts that fit, or the oldest. `then` ends the statement (a lock)."""
        if not self.possible or self.first >= self.end:
            return []
        if len(self.labels) == 1 and not (
            self.terms or then or self.marks.keys() <= _WIDE or dialect.is_sqlite()
        ):
            found = self._near(limit, columns, oldest)
            if len(found) == limit:
                return found
        source, conditions, values, id = "store_post p", list(self.conditions), list(self.values), "p.id"
        marks = list(self.marks.values())
        if len(self.labels) == 1 and not self.terms and self.marks.keys() <= _WIDE:
            # One label and nothing else that is rare: its own index has the posts in their order.
            source, id = "store_postlabel d JOIN store_post p ON p.id = d.post_id", "d.post_id"
            conditions += ["d.programme_id = %s", "d.label = %s"]
            values += [self.values[0], self.labels[0]]
        elif not dialect.is_sqlite():
            if self.terms or marks:
                conditions.append("p.words @@ %s::tsquery")
                values.append(search.tsquery(self.terms, marks))
        elif expression := search.fts5(self.terms, marks):
            source, id = "store_search s CROSS JOIN store_post p ON p.id = s.rowid", "s.rowid"
            conditions.append("s.store_search MATCH %s")
            values.append(expression)
        else:
            for term in self.terms:
                conditions.append(
                    "NOT EXISTS (SELECT 1 FROM store_search s"
                    " WHERE s.store_search MATCH %s AND s.rowid = p.id)"
                )
                values.append(search.fts5((Term(term.words, term.prefix),), ()))
        if id != "d.post_id":
            self._labelled(conditions, values)
        conditions.append(f"{id} >= %s AND {id} < %s")
        sql = (
            f"SELECT {columns} FROM {source} WHERE {' AND '.join(conditions)}"  # noqa: S608 - the text is this module's own; what people typed is in the values
            f" ORDER BY {id} {'ASC' if oldest else 'DESC'} LIMIT %s{then}"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [*values, self.first, self.end, limit])
            return list(cursor.fetchall())

    def _near(self, limit: int, columns: str, oldest: bool) -> list[tuple[Any, ...]]:
        """Those that fit among the `NEAR` newest posts of the one label. PostgreSQL puts every post that has
        the marks in order before it gives the first; where that many fit, a page is found among these few.
        """
        order = "ASC" if oldest else "DESC"
        sql = (
            f"SELECT {columns} FROM (SELECT l.post_id FROM store_postlabel l WHERE l.programme_id = %s"  # noqa: S608 - as above
            " AND l.label = %s AND l.post_id >= %s AND l.post_id < %s"
            f" ORDER BY l.post_id {order} LIMIT %s) AS d JOIN store_post p ON p.id = d.post_id"
            f" WHERE {' AND '.join(self.conditions)} ORDER BY d.post_id {order} LIMIT %s"
        )
        near = [self.values[0], self.labels[0], self.first, self.end, NEAR]
        with connection.cursor() as cursor:
            cursor.execute(sql, [*near, *self.values, limit])
            return list(cursor.fetchall())

    def _labelled(self, conditions: list[str], values: list[Any]) -> None:
        if self.labels:
            marks = ", ".join(["%s"] * len(self.labels))
            conditions.append(
                f"EXISTS (SELECT 1 FROM store_postlabel l WHERE l.post_id = p.id AND l.label IN ({marks}))"  # noqa: S608 - marks only
            )
            values.extend(self.labels)

    def arrivals(self, after: int, limit: int) -> tuple[list[tuple[Any, ...]], int | None]:
        """The first posts that arrived after a number: few, so the columns alone decide. Beside them the last
        number that was looked at where there may be more.
        """
        if not self.possible:
            return [], None
        conditions, values = list(self.conditions), list(self.values)
        self._labelled(conditions, values)
        sql = (
            f"SELECT {COLUMNS} FROM store_post p WHERE {' AND '.join(conditions)}"  # noqa: S608 - as above
            " AND p.id >= %s AND p.id < %s AND p.arrival > %s ORDER BY p.arrival LIMIT %s"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [*values, self.first, self.end, after, limit])
            found = list(cursor.fetchall())
        full = found[-1][-1] if len(found) == limit else None
        return [row for row in found if search.matches(self.terms, row[1])] if self.terms else found, full

    def lately(self, after: int, limit: int, most: int) -> tuple[list[tuple[Any, ...]], int]:
        """The last posts that arrived after a number, by arrival, and how many came before them: `most` where
        it is that many. The words of a search take no part.
        """
        if not self.possible:
            return [], 0
        conditions, values = list(self.conditions), list(self.values)
        self._labelled(conditions, values)
        where = f"FROM store_post p WHERE {' AND '.join(conditions)} AND p.id >= %s AND p.id < %s"
        values += [self.first, self.end, after]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {COLUMNS} {where} AND p.arrival > %s ORDER BY p.arrival DESC LIMIT %s",
                [*values, limit],
            )
            found = list(cursor.fetchall())[::-1]
            if len(found) < limit:
                return found, 0
            cursor.execute(
                f"SELECT count(*) FROM (SELECT 1 {where} AND p.arrival > %s AND p.arrival < %s LIMIT %s)"  # noqa: S608 - as above
                " AS passed",
                [*values, found[0][-1], most],
            )
            return found, int(cursor.fetchone()[0])
