"""The home folder, and Django for the commands that need the store."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earnest.record.errors import SetupError

if TYPE_CHECKING:
    from earnest.egress import Egress
    from earnest.gate.voice import Keys

FOLDERS = ("keys", "reports", "models")

MIGRATING = 0x6561726E
"""The number of PostgreSQL's advisory lock under which the tables are changed."""

home_option = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="EARNEST_HOME",
    help="Folder of the database, keys, models and reports (~/.earnest).",
)


def django(home: Path | str | None = None) -> Path:
    """Make the home folder ready, start Django and bring the tables up to date; the home folder is returned.

    A fresh home gets its keys; a home that lost one is not started and never gets another by itself. Raises
    MissingKeys then, SetupError when the folder or the database cannot be used.
    """
    folder = prepare(home)
    os.environ["EARNEST_HOME"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "earnest.server.settings")
    import django as framework
    from django.conf import settings

    framework.setup()
    if Path(settings.EARNEST_HOME) != folder:
        raise SetupError(
            f"This process already works in {settings.EARNEST_HOME}.", advice="One home a process."
        )
    migrate()
    _settle()
    _voices(folder)
    keys(folder)
    from earnest.desk import audit

    audit.ready()
    return folder


def start(folder: Path) -> None:
    """Start Django for a home folder, without touching the database."""
    os.environ["EARNEST_HOME"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "earnest.server.settings")
    import django as framework
    from django.conf import settings

    framework.setup()
    if Path(settings.EARNEST_HOME) != folder:
        raise SetupError(
            f"This process already works in {settings.EARNEST_HOME}.", advice="One home a process."
        )


def prepare(home: Path | str | None = None) -> Path:
    """Make the folders and the key of sessions, readable by their owner alone."""
    folder = Path(home or os.environ.get("EARNEST_HOME") or "~/.earnest").expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in FOLDERS:
            (folder / name).mkdir(exist_ok=True, mode=0o700)
        _write_once(folder / "keys" / "django.key", secrets.token_urlsafe(48))
    except OSError as error:
        raise SetupError(
            f"The home folder {folder} cannot be used ({error.strerror}).",
            advice="Choose another with --home.",
        ) from error
    return folder


def _write_once(path: Path, content: str) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w") as file:
        file.write(content)


def migrate() -> None:
    """Bring the tables up to date; quick when they are. Two processes at once wait for each other.

    All changes are one transaction: a process that is killed while it makes the tables leaves none of them.
    """
    from django.core.management import call_command
    from django.db import DatabaseError, connection, transaction
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return
        # SQLite heeds this outside a transaction only, and Django asks for it before it changes tables.
        connection.disable_constraint_checking()
        try:
            with transaction.atomic():
                if connection.vendor == "postgresql":
                    with connection.cursor() as db:
                        db.execute("SELECT pg_advisory_xact_lock(%s)", [MIGRATING])
                call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        finally:
            connection.enable_constraint_checking()
    except DatabaseError as error:
        raise SetupError(
            f"The database cannot be used ({type(error).__name__}).",
            advice="Check DATABASE_URL, or the folder's rights; earnest doctor says more.",
        ) from error


def _settle() -> None:
    """Before anything is read: what was deleted since the database was last backed up is deleted."""
    from earnest.store import erase

    gone = erase.settle()
    if gone:
        click.echo(f"{gone:,} posts that had been deleted are gone again: the database was older.", err=True)


def _voices(folder: Path) -> None:
    """The keys of voices for a store that never kept a post."""
    from earnest.gate.voice import Keys
    from earnest.store import read

    path = keys_path(folder)
    if not path.exists() and read.untouched():
        with suppress(FileExistsError):  # another process was quicker
            Keys.make(path)


def keys_path(folder: Path) -> Path:
    """Where the keys of voices are."""
    return folder / "keys" / "voices.key"


def keys(folder: Path) -> "Keys":
    """The keys of voices. Raises MissingKeys."""
    from earnest.gate.voice import Keys

    return Keys.open(keys_path(folder))


def egress() -> "Egress":
    """The way out to the network, under Earnest's own name. Django must be set up."""
    from django.conf import settings

    from earnest.egress import Egress, user_agent

    return Egress(user_agent(), allow_private=settings.PRIVATE_PLACES)
