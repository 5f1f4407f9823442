"""Databases of one PostgreSQL server, by their names: making one beside another, and putting it in its place.

Needs no Django: it is used before the settings name a database. The server's role needs the right CREATEDB.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from earnest.record.errors import SetupError


def name_of(url: str) -> str:
    """The database that an address names."""
    return unquote(urlsplit(url).path.lstrip("/")) or "earnest"


def named(url: str, name: str) -> str:
    """The same server, another database."""
    parts = urlsplit(url)
    return f"postgresql://{parts.netloc}/{quote(name)}" + (f"?{parts.query}" if parts.query else "")


def live(url: str) -> bool:
    """Whether the database is there and has tables of Earnest."""
    if not exists(url, name_of(url)):
        return False
    with _connected(url) as db:
        row = db.execute("SELECT to_regclass('store_programme') IS NOT NULL").fetchone()
        return bool(row[0])


def exists(url: str, name: str) -> bool:
    """Whether the server has a database of this name."""
    with _server(url) as db:
        return db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def create(url: str, name: str) -> None:
    """Make an empty database. Raises SetupError where the role may not."""
    from psycopg import errors, sql

    try:
        with _server(url) as db:
            db.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name))
            )
    except errors.InsufficientPrivilege as error:
        raise SetupError(
            "The role of DATABASE_URL may not make a database, and a restore needs one beside the present.",
            advice="As the server's administrator: ALTER ROLE … CREATEDB",
        ) from error


def drop(url: str, name: str) -> None:
    """Remove a database, where it is there."""
    from psycopg import sql

    with _server(url) as db:
        db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def swap(url: str, fresh: str, aside: str) -> None:
    """Put one database in the place of the one that the address names, which is kept under the name `aside`:
    both at once, or neither. Does nothing where it was done before. Raises SetupError while somebody is
    connected.
    """
    from psycopg import errors, sql

    name = name_of(url)
    with _server(url) as db:
        there = {row[0] for row in db.execute("SELECT datname FROM pg_database").fetchall()}
        if fresh not in there:
            return
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        try:
            with db.transaction():
                if name in there:
                    db.execute(rename.format(sql.Identifier(name), sql.Identifier(aside)))
                db.execute(rename.format(sql.Identifier(fresh), sql.Identifier(name)))
        except errors.ObjectInUse as error:
            raise SetupError(
                f"Somebody is connected to the database {name}, so it cannot be replaced.",
                advice="Stop every server and listener that uses it, then run the same command again.",
            ) from error


@contextmanager
def _server(url: str) -> Iterator[Any]:
    """A connection that is in none of the databases it is about."""
    with _connected(named(url, "postgres")) as db:
        yield db


@contextmanager
def _connected(url: str) -> Iterator[Any]:
    try:
        import psycopg
    except ModuleNotFoundError as error:
        from earnest.record.errors import MissingExtra

        raise MissingExtra("PostgreSQL", "postgres") from error
    try:
        db = psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise SetupError(
            "The database server cannot be reached.", advice="Check DATABASE_URL; earnest doctor says more."
        ) from error
    with db:
        yield db
