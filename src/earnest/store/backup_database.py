"""A copy of the database as it is at one moment, while others go on writing; and putting one back.

SQLite is copied by its own backup interface in one step: under a write-ahead log that is one moment's view
and keeps no writer waiting. The copy has no name in any folder while it exists, so that a process that is
killed leaves none behind. PostgreSQL is asked by `pg_dump`, which streams one moment's view.
"""

import os
import re
import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection

from earnest.record.errors import SetupError, StoreError

DEBIAN = Path("/usr/lib/postgresql")
"""Where Debian keeps the client programs of each version of PostgreSQL."""


def kind() -> str:
    """ "sqlite" or "postgresql"."""
    return connection.vendor


@contextmanager
def copy(folder: Path) -> Iterator[IO[bytes]]:
    """The database as bytes, as it is now. `folder` has room for a SQLite database once more.

    Raises StoreError where the database is damaged or cannot be copied, SetupError where pg_dump is missing
    or too old.
    """
    with _sqlite_copy(folder) if kind() == "sqlite" else _dumped() as found:
        yield found


@contextmanager
def _sqlite_copy(folder: Path) -> Iterator[IO[bytes]]:
    path = folder / f".copy-{secrets.token_hex(8)}"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "rb") as found:
        try:
            with closing(sqlite3.connect(path, isolation_level=None)) as into:
                path.unlink()  # open in this process, and nowhere else
                into.execute("PRAGMA journal_mode=OFF")
                into.execute("PRAGMA synchronous=OFF")
                with closing(
                    sqlite3.connect(f"file:{_sqlite_path()}?mode=ro", uri=True, timeout=60)
                ) as database:
                    (said,) = database.execute("PRAGMA quick_check(1)").fetchone()
                    if said == "ok":
                        database.backup(into)
        except sqlite3.Error as error:
            if "disk is full" in str(error):
                raise OSError(28, "No space left on device") from error
            raise StoreError(
                f"The database cannot be copied ({type(error).__name__}).", advice="Run: earnest doctor"
            ) from error
        finally:
            path.unlink(missing_ok=True)
        if said != "ok":
            raise StoreError(
                "The database is damaged, so no backup was made of it.",
                advice="Put the last good one back: earnest restore FILE --replace",
            )
        found.seek(0)
        yield found


def _sqlite_path() -> str:
    from urllib.parse import quote

    return quote(str(settings.DATABASES["default"]["NAME"]))


@contextmanager
def _dumped() -> Iterator[IO[bytes]]:
    words = [
        str(tool("pg_dump", server_version())),
        "--format=custom",
        "--compress=0",
        "--no-owner",
        "--no-privileges",
        "--no-password",
        f"--dbname={conninfo()}",
    ]
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment()
    ) as dump:
        assert dump.stdout is not None  # noqa: S101 - asked for above
        assert dump.stderr is not None  # noqa: S101 - asked for above
        try:
            yield dump.stdout
        except BaseException:
            dump.kill()
            raise
        said = dump.stderr.read().decode("utf-8", "replace")
        if dump.wait():
            raise StoreError(f"pg_dump could not copy the database: {_first(said)}")


def put_back_postgres(file: Path, database: str) -> None:
    """Fill an empty database of the server with a copy. Raises StoreError where that does not work."""
    words = [
        str(tool("pg_restore", server_version())),
        "--exit-on-error",
        "--single-transaction",
        "--no-owner",
        "--no-privileges",
        "--no-comments",
        "--no-password",
        f"--dbname={conninfo(database)}",
        str(file),
    ]
    done = subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, env=_environment(), check=False
    )
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace")
        raise StoreError(f"pg_restore could not put the database back: {_first(said)}")


def put_back_sqlite(path: Path) -> None:
    """Look whether a file is a whole database. Raises StoreError where it is none."""
    try:
        with closing(sqlite3.connect(path)) as db:
            (said,) = db.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        raise StoreError("The database in this backup is damaged.") from error
    if said != "ok":
        raise StoreError("The database in this backup is damaged.")


def server_version() -> int:
    """The major version of the PostgreSQL server."""
    connection.ensure_connection()
    return int(connection.pg_version) // 10_000  # type: ignore[attr-defined]  # of PostgreSQL's connection


def tool(name: str, server: int) -> Path:
    """A client program of PostgreSQL that is not older than the server. SetupError where there is none."""
    found = shutil.which(name)
    places = [Path(found)] if found else []
    places += sorted(DEBIAN.glob(f"*/bin/{name}"), reverse=True)
    versions = [(place, _version_of(place)) for place in places]
    for place, version in versions:
        if version >= server:
            return place
    advice = f"Install it: apt-get install postgresql-client-{server} (or newer)."
    if versions:
        newest = max(version for _, version in versions)
        raise SetupError(f"{name} is version {newest} and the server {server}.", advice=advice)
    raise SetupError(f"{name} is not installed.", advice=advice)


def _version_of(place: Path) -> int:
    try:
        said = subprocess.run([str(place), "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else 0


def conninfo(database: str | None = None) -> str:
    """The server's address for its programs, without the password: others see a command's words."""
    from psycopg.conninfo import make_conninfo

    row: Mapping[str, Any] = settings.DATABASES["default"]
    wanted = {
        "dbname": database or row["NAME"],
        "user": row["USER"],
        "host": row["HOST"],
        "port": row["PORT"],
        **{name: value for name, value in row["OPTIONS"].items() if name != "password"},
    }
    return make_conninfo("", **{name: value for name, value in wanted.items() if value})


def _environment() -> dict[str, str]:
    password = settings.DATABASES["default"]["PASSWORD"]
    return {**os.environ, **({"PGPASSWORD": password} if password else {})}


def _first(said: str) -> str:
    """The first line, which names what could not be done and no row's content."""
    lines = [line for line in said.splitlines() if line.strip()]
    return (lines[0] if lines else "it said nothing")[:200]
