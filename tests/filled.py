"""What hundreds of tests begin with: made once in a while, and put there again row by row.

Filling a desk through the store's own doors takes a tenth of a second, copying its rows a tenth of that.
A copy is only seconds old, so that what was said just now still is. Only on SQLite: elsewhere it is filled
each time.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.db import IntegrityError, connection, transaction

FRESH = 30.0
"""Seconds for which a copy is taken: its moments are that much older than a new one's."""

T = TypeVar("T")
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class _Copy:
    made: float
    answer: object
    columns: dict[str, str]
    gone: Rows
    rows: Rows
    search: list[tuple[str, Any]]


_COPIES: dict[str, _Copy] = {}


def filled(name: str, fill: Callable[[], T]) -> T:
    """What `fill` gives, and leaves in a database that holds what migrations put there and nothing else.

    `name` says which fill it is. Belongs into a transaction that is rolled back.
    """
    if connection.vendor != "sqlite":
        return fill()
    kept = _COPIES.get(name)
    if kept is None or time.monotonic() - kept.made > FRESH or not _put(kept):
        kept = _COPIES[name] = _made(fill)
    return cast(T, kept.answer)


def _made(fill: Callable[[], T]) -> _Copy:
    columns = _columns()
    before = _rows(columns)
    search: list[tuple[str, Any]] = []

    def remember(execute: Any, sql: str, params: Any, many: bool, context: Mapping[str, Any]) -> Any:
        if "INSERT INTO store_search" in sql:
            search.append((sql, list(params)))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(remember):
        answer = fill()
    after = _rows(columns)
    gone, new = _without(before, after), _without(after, before)
    return _Copy(time.monotonic(), answer, columns, gone, new, search)


def _without(rows: Rows, others: Rows) -> Rows:
    left: Rows = {}
    for table, some in rows.items():
        there = set(others[table])
        if only := [row for row in some if row not in there]:
            left[table] = only
    return left


def _put(kept: _Copy) -> bool:
    """Whether it could be put there: what is there must be what was there before."""
    with suppress(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        for table, rows in kept.gone.items():
            same = " AND ".join(f"{name} IS %s" for name in kept.columns[table].split(", "))
            cursor.executemany(f"DELETE FROM {table} WHERE {same}", rows)  # noqa: S608 - names of the database
        for table, rows in kept.rows.items():
            insert = f"INSERT INTO {table} ({kept.columns[table]}) VALUES "  # noqa: S608 - as above
            cursor.executemany(insert + "(" + ", ".join(["%s"] * len(rows[0])) + ")", rows)
        for sql, params in kept.search:
            cursor.executemany(sql, params)
        return True
    return False


def _columns() -> dict[str, str]:
    """The columns of each table of ours; the search index is filled from what was asked of it."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    raw = connection.connection
    return {
        table: ", ".join(f'"{row[1]}"' for row in raw.execute(f"PRAGMA table_info({table})"))
        for table in tables
        if not table.startswith("store_search")
    }


def _rows(columns: Mapping[str, str]) -> Rows:
    """Every row as SQLite keeps it: a column with a sign before it is not converted on its way."""
    raw = connection.connection
    found: Rows = {}
    for table, names in columns.items():
        asked = ", ".join("+" + name for name in names.split(", "))
        found[table] = raw.execute(f"SELECT {asked} FROM {table}").fetchall()  # noqa: S608 - as above
    return found
