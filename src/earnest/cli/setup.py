"""The home folder, and Django for the commands that need the store."""

import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

import click

from earnest.record.errors import BadSetting, SetupError

if TYPE_CHECKING:
    from earnest.egress import Egress
    from earnest.gate.voice import Keys

FOLDERS = ("keys", "reports", "models")

home_option = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="EARNEST_HOME",
    help="Folder of the database, keys, models and reports (~/.earnest).",
)


def django(home: Path | str | None = None) -> Path:
    """Make the home folder ready, start Django and make the tables of a fresh database; the home folder is
    returned, held together with others until this process ends.

    A fresh home gets its keys; a home that lost one is not started and never gets another by itself. Raises
    MissingKeys then, SetupError when the folder or the database cannot be used, is of another version, or is
    being upgraded or restored.
    """
    folder = prepare(home)
    hold(folder)
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


def hold(folder: Path) -> None:
    """Keep upgrades and restores out while this process runs; one that was killed at its end is ended."""
    from earnest.flow import occupied, restore_swap

    occupied.together(folder)
    if restore_swap.half_done(folder):
        occupied.release(folder)
        with occupied.alone(folder, "used: a restore has to be ended first"):
            restore_swap.finish(folder, database_url())
        occupied.together(folder)


def database_url() -> str:
    """DATABASE_URL with the password that EARNEST_DATABASE_PASSWORD names, for what works before the settings
    are read.
    """
    url, file = os.environ.get("DATABASE_URL", ""), os.environ.get("EARNEST_DATABASE_PASSWORD", "")
    parts = urlsplit(url)
    if not url or not file or parts.password:
        return url
    try:
        password = quote(Path(file).expanduser().read_text().strip(), safe="")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(
            "EARNEST_DATABASE_PASSWORD names a file that cannot be read.",
            advice="Give the user that Earnest runs as the right to read it.",
        ) from error
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{host}"))


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
    """Make the tables of a fresh database; two processes at once wait for each other.

    Raises SetupError where the tables are of another version of Earnest, older or newer.
    """
    from earnest.flow import upgrade

    upgrade.ready()


def database_failed(error: Exception) -> bool:
    """Whether it is the database that could not answer. Django is asked only where it is there already."""
    database = sys.modules.get("django.db")
    return database is not None and isinstance(error, database.OperationalError)


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
