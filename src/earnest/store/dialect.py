"""Where SQLite and PostgreSQL differ, and only there: the search index and the fast way in.

Search is one column over a post's text on both. SQLite: an FTS5 table beside the posts (external content,
`unicode61` without diacritics). PostgreSQL: a `tsvector` column whose words are found and folded here, by the
same rule, so that both find the same posts.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from earnest.store.words import for_sqlite

STEP = 5_000
"""Values in one statement: SQLite takes 32,766."""


def is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def needs_words() -> bool:
    """Whether the database must be handed a text's search words (PostgreSQL), or finds them itself
    (SQLite).
    """
    return not is_sqlite()


MAKE_SEARCH_SQLITE = (
    "CREATE VIRTUAL TABLE store_search USING fts5(text, marks,"
    " content='store_post', content_rowid='id', columnsize=0, tokenize=\"unicode61 remove_diacritics 2\")"
)
MAKE_SEARCH_POSTGRES = (
    "ALTER TABLE store_post ADD COLUMN words tsvector;"
    "CREATE INDEX store_search ON store_post USING gin (words) WITH (fastupdate = on)"
)


def among(
    cursor: Any, before: str, column: str, values: Sequence[Any], *first: Any, then: str = ""
) -> list[tuple[Any, ...]]:
    """The rows of `before … WHERE … AND column is one of values`, in steps that either database takes."""
    rows: list[tuple[Any, ...]] = []
    for at in range(0, len(values), STEP):
        some = list(values[at : at + STEP])
        if is_sqlite():
            cursor.execute(f"{before} {column} IN ({','.join(['%s'] * len(some))}){then}", [*first, *some])
        else:
            cursor.execute(f"{before} {column} = ANY(%s){then}", [*first, some])
        rows += cursor.fetchall()
    return rows


def delete(cursor: Any, before: str, column: str, values: Sequence[Any], *first: Any) -> None:
    """`DELETE … AND column is one of values`, in steps."""
    for at in range(0, len(values), STEP):
        some = list(values[at : at + STEP])
        if is_sqlite():
            cursor.execute(f"{before} {column} IN ({','.join(['%s'] * len(some))})", [*first, *some])
        else:
            cursor.execute(f"{before} {column} = ANY(%s)", [*first, some])


def insert(cursor: Any, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Rows that are known to be new: many values a statement on SQLite, COPY on PostgreSQL."""
    if not rows:
        return
    names = ", ".join(columns)
    if is_sqlite():
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(columns))})", rows)  # noqa: S608 - names of this package
        return
    with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def merge(
    cursor: Any,
    table: str,
    keys: Mapping[str, str],
    column: str,
    rows: Sequence[Sequence[Any]],
    change: str,
    beside: Mapping[str, str] | None = None,
) -> None:
    """Insert rows of keys and one number, or change the number of those that are there.

    `keys` are the key columns with their PostgreSQL types; `change` says what becomes of the number ("{old}"
    and "{new}" stand for what is there and what comes); `beside` are columns between the keys and the number
    that are only set by an insert. Rows must differ in their keys.
    """
    if not rows:
        return
    columns = {**keys, **(beside or {}), column: "int"}
    names = ", ".join(columns)
    sets = change.format(old=f"{table}.{column}", new=f"excluded.{column}")
    after = f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {column} = {sets}"
    if is_sqlite():
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks}){after}", rows)  # noqa: S608 - names of this package
        return
    # COPY into a table of this transaction: half the time of the same rows as parameters.
    cursor.execute(
        "CREATE TEMPORARY TABLE coming ("
        + ", ".join(f"{name} {kind}" for name, kind in columns.items())
        + ") ON COMMIT DROP"
    )
    insert(cursor, "coming", list(columns), rows)
    cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM coming{after}")  # noqa: S608 - as above
    cursor.execute("DROP TABLE coming")


def search_add(cursor: Any, rows: Sequence[tuple[int, str, str]]) -> None:
    """Put (id, text, marks) into the search index, in the order of ids. PostgreSQL has words in the post's
    row.
    """
    if is_sqlite():
        cursor.executemany(
            "INSERT INTO store_search(rowid, text, marks) VALUES (%s, %s, %s)",
            [(id, for_sqlite(text), marks) for id, text, marks in rows],
        )


def search_remove(cursor: Any, rows: Sequence[tuple[int, str, str]]) -> None:
    """Take (id, text, marks) out of the search index; they must be the very words that were put in."""
    if is_sqlite():
        cursor.executemany(
            "INSERT INTO store_search(store_search, rowid, text, marks) VALUES ('delete', %s, %s, %s)",
            [(id, for_sqlite(text), marks) for id, text, marks in rows],
        )


def search_settle(cursor: Any) -> None:
    """Merge the search index so that words of erased texts are gone from the file, not only marked as
    gone.
    """
    if is_sqlite():
        cursor.execute("INSERT INTO store_search(store_search) VALUES ('optimize')")


def checkpoint(cursor: Any) -> None:
    """Move what was written into the database file and empty the write-ahead log, which may still hold what
    was erased. Where somebody is reading just now, as much as can be.
    """
    if is_sqlite():
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.fetchall()
