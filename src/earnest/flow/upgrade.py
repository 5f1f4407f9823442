"""Bringing the tables of a database to the version of this code: a backup first, one transaction, then a look
at what came of it.

A process that is killed at any moment leaves either the old tables or the new ones, whole; it is run again.
Nobody else works in the home folder meanwhile (`flow.occupied`), and on PostgreSQL nobody on another machine
upgrades the same database.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from earnest.record.errors import SetupError, StoreError
from earnest.store import schema

MIGRATING = 0x6561726E
"""The number of PostgreSQL's advisory lock under which the tables are changed."""


@dataclass(frozen=True, slots=True)
class Upgraded:
    """How many changes were made, and the backup that was written before (None: none was)."""

    changes: int
    backup: Path | None


def ready() -> None:
    """What every command asks before it works: tables are made where there are none yet.

    Raises SetupError where they are of an older version, or of a newer one than this code.
    """
    found = _look()
    refuse_newer(found)
    if found.empty:
        _migrate()
    elif found.waiting:
        count = len(found.waiting)
        wait = "1 change waits" if count == 1 else f"{count} changes wait"
        raise SetupError(
            f"The tables are of an older version of Earnest ({wait}).",
            advice="Run: earnest upgrade",
        )


def refuse_newer(found: schema.Schema) -> None:
    """Raises SetupError where a newer version of Earnest has been here."""
    if found.newer:
        raise SetupError(
            "The tables are of a newer version of Earnest, which this one does not know.",
            advice="Install the version that was here last, or put back a backup from before it.",
        )


def upgrade(backup: Callable[[], Path] | None) -> Upgraded:
    """Make the waiting changes, after `backup`. The caller holds the home folder alone.

    Raises what the backup raises, then nothing was changed; StoreError where the tables are not whole after
    the changes: then they are as they were.
    """
    found = _look()
    refuse_newer(found)
    if not found.waiting:
        return Upgraded(0, None)
    with _only_one():
        made = backup() if backup is not None and not found.empty else None
        return Upgraded(_migrate(), made)


def _look() -> schema.Schema:
    try:
        return schema.look()
    except DatabaseError as error:
        raise _unusable(error) from error


def _migrate() -> int:
    """Make all waiting changes in one transaction, and look before it is committed. How many there were."""
    try:
        # SQLite heeds this outside a transaction only, and Django asks for it before it changes tables.
        connection.disable_constraint_checking()
        try:
            with transaction.atomic():
                if connection.vendor == "postgresql":
                    with connection.cursor() as db:
                        db.execute("SELECT pg_advisory_xact_lock(%s)", [MIGRATING])
                found = schema.look()  # another process may have made them while this one waited
                if not found.waiting:
                    return 0
                call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
                if not found.empty:
                    _check()
                    _note(len(found.waiting))
        finally:
            connection.enable_constraint_checking()
    except DatabaseError as error:
        raise _unusable(error) from error
    return len(found.waiting)


def _check() -> None:
    """Every change is there, and no row points to one that is not. Raises StoreError otherwise."""
    if schema.look().waiting:
        raise StoreError("Not every change of the tables could be made; they are as they were.")
    if connection.vendor == "sqlite":
        with connection.cursor() as db:
            db.execute("PRAGMA foreign_key_check")
            lost = db.fetchone()
        if lost is not None:
            raise StoreError(f"Rows of {lost[0]} would point nowhere; the tables are as they were.")


def _note(changes: int) -> None:
    from earnest.desk import audit

    audit.note("cli", "upgraded", detail={"changes": changes})


@contextmanager
def _only_one() -> Iterator[None]:
    """One upgrade of a PostgreSQL database, from whatever machine; freed when the process ends, however."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as db:
        db.execute("SELECT pg_try_advisory_lock(%s)", [MIGRATING + 1])
        (mine,) = db.fetchone()
    if not mine:
        raise SetupError("Another upgrade of this database is running.", advice="Wait until it has ended.")
    try:
        yield
    finally:
        connection.close()  # which frees it


def _unusable(error: DatabaseError) -> SetupError:
    return SetupError(
        f"The database cannot be used ({type(error).__name__}).",
        advice="Check DATABASE_URL, or the folder's rights; earnest doctor says more.",
    )
