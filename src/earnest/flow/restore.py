"""Putting a backup back: checked first, made ready beside, what is gone taken away, then swapped in at once.

Until the swap nothing of the home is touched; a restore that is killed before it leaves what was there. What
was deleted, who opted out and what ended is taken from every list that can be had: the home's own `gone/`,
the backup's, that of its key file and those that are given. Lists are joined, never replaced by older ones.
Keys of the home stay; a home that has none gets those of the key file.
"""

import os
import secrets
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from earnest.flow import backup_archive, backup_check, occupied, restore_swap
from earnest.gate.voice import Keys
from earnest.record.errors import BadFile, MissingKeys, Refused, SetupError, StoreError
from earnest.store import postgres_beside

if TYPE_CHECKING:
    from earnest.store.erase_restored import Taken

DUMP = "database.dump"


@dataclass(frozen=True, slots=True)
class Restored:
    """From when the backup is, what was taken away of it, links of the audit chain that are lost, and where
    what was replaced is (empty: nothing was there).
    """

    made: datetime
    taken: "Taken"
    lost: int
    aside: str
    new_voices: bool


def restore(
    home: Path,
    url: str,
    file: Path,
    key: Path,
    *,
    keys: Path | None,
    gone: Iterable[Path],
    replace: bool,
    start: Callable[[Path], None],
) -> Restored:
    """Put `file` back into `home` and, where `url` names one, into a PostgreSQL. `start` starts Django for a
    home folder; it must not be started yet.

    Raises BadFile for a backup that is not whole, of another installation or of a newer version; MissingKeys
    where neither the home nor `keys` has the keys; Refused where a home is in use and `replace` is not said.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with occupied.alone(home, "replaced"):
        if restore_swap.half_done(home):
            restore_swap.finish(home, url)
        _clean(home, url)
        live = postgres_beside.live(url) if url else (home / "earnest.db").exists()
        if live and not replace:
            raise Refused(
                "There is a database already, and a restore would replace it.",
                advice="Say --replace. What is there is set aside, not deleted.",
            )
        beside = home / restore_swap.BESIDE
        try:
            return _restore(home, beside, url, file, key, keys, list(gone), live, start)
        except OSError as error:
            raise StoreError(
                f"The backup could not be put back ({error.strerror or type(error).__name__}); "
                "what was there is as it was."
            ) from error
        finally:
            if not restore_swap.half_done(home):
                _clean(home, url)


def _restore(
    home: Path,
    beside: Path,
    url: str,
    file: Path,
    key: Path,
    keys: Path | None,
    gone: list[Path],
    live: bool,
    start: Callable[[Path], None],
) -> Restored:
    beside.mkdir(mode=0o700)
    own = (home / "keys" / "voices.key").exists()
    if not own and keys is None:
        raise MissingKeys(
            "The keys of this installation are not here.",
            advice=f"Give the file that was written beside the backup: --keys {backup_check.KEYS}",
        )
    if keys is not None:
        said = backup_check.check(keys, key, _into(beside / "from-keys"))
        if said.head.what != "keys":
            raise BadFile("holds no keys", place=str(keys), advice=f"Give {backup_check.KEYS}.")
    _keys(home / "keys" if own else beside / "from-keys" / "keys", beside / "keys")
    checked = backup_check.check(file, key, _into(beside), Keys.open(beside / "keys" / "voices.key"))
    head = checked.head
    if head.what != "backup":
        raise BadFile("holds keys and no database", place=str(file))
    kind = "postgresql" if url else "sqlite"
    if head.database != kind:
        raise SetupError(
            f"This is a backup of {_NAMES[head.database]}, and here is {_NAMES[kind]}.",
            advice="Set DATABASE_URL as it was where the backup was made.",
        )
    _join_lists([home / "gone", beside / "from-keys" / "gone", *gone], beside / "gone")
    shutil.rmtree(beside / "from-keys", ignore_errors=True)
    stamp = f"{datetime.now(UTC):%Y%m%dt%H%M%S}"
    fresh = ""
    if url:
        fresh = f"earnest_restoring_{secrets.token_hex(4)}"
        (beside / "fresh").write_text(fresh)
        postgres_beside.create(url, fresh)
        os.environ["DATABASE_URL"] = postgres_beside.named(url, fresh)
    start(beside)
    taken, lost = _settle(beside, fresh, head)
    for left in ("fresh", DUMP, ".lock"):
        (beside / left).unlink(missing_ok=True)
    aside = f"replaced-{stamp}"
    restore_swap.begin(home, restore_swap.Ready(aside, fresh))
    restore_swap.finish(home, url)
    kept = aside if live or (home / aside).exists() else ""
    return Restored(head.made, taken, lost, kept, not own)


_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "": "nothing"}


def _settle(beside: Path, fresh: str, head: backup_check.Head) -> tuple["Taken", int]:
    """Django works beside: fill the database, bring it to this version, take away what may not be there."""
    from django.db import connection

    from earnest.desk import audit, audit_verify
    from earnest.flow import upgrade
    from earnest.store import backup_database, erase_restored, schema

    if fresh:
        backup_database.put_back_postgres(beside / DUMP, fresh)
    else:
        (beside / DUMP).rename(beside / "earnest.db")
        backup_database.put_back_sqlite(beside / "earnest.db")
    found = schema.look()
    if found.newer:
        raise BadFile(
            "The backup was made by a newer version of Earnest, which this one does not know.",
            advice=f"It was version {head.earnest}: install that, or a newer one.",
        )
    upgrade.upgrade(None)
    before = audit_verify.noted_before()
    now = datetime.now(UTC)
    taken = erase_restored.take_away(now)
    detail: dict[str, str | int] = {
        "made": f"{head.made:%Y-%m-%dT%H:%M}",
        "deleted": taken.deleted,
        "out": taken.out,
        "ended": taken.ended,
        "expired": taken.expired,
        "lost_until": before,
    }
    audit.note("cli", "restored", detail=detail)
    lost = max(0, before - _links() + 1)
    audit_verify.note_restored(now)
    connection.close()
    return taken, lost


def _links() -> int:
    from earnest.store import read_audit

    return read_audit.head().seq


def _into(folder: Path) -> backup_archive.Take:
    """Writes what it is given below a folder; the pieces of the database behind each other."""

    def take(name: str, content: IO[bytes], size: int) -> None:
        top = name.split("/", 1)[0]
        if top == "database":
            path, mode = folder / DUMP, "ab"
        elif top in (*backup_check.FOLDERS, "keys"):
            path, mode = folder / name, "xb"
        else:
            raise BadFile("holds something that no backup holds")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, _FLAGS[mode], 0o600), mode.replace("x", "w")) as file:
            shutil.copyfileobj(content, file, 1 << 20)

    return take


_FLAGS = {
    "ab": os.O_WRONLY | os.O_CREAT | os.O_APPEND,
    "xb": os.O_WRONLY | os.O_CREAT | os.O_EXCL,
}


def _keys(source: Path, to: Path) -> None:
    shutil.rmtree(to, ignore_errors=True)  # a backup holds none: what is there was not put there by one
    to.mkdir(mode=0o700)
    for path in source.iterdir():
        if path.is_file() and not path.name.startswith("."):
            shutil.copyfile(path, to / path.name)
            (to / path.name).chmod(0o600)


def _join_lists(sources: Iterable[Path], to: Path) -> None:
    """Every line of every list of the same name. A source is a folder or a single list."""
    to.mkdir(exist_ok=True, mode=0o700)
    for source in sources:
        paths = sorted(source.glob("*")) if source.is_dir() else [source] if source.exists() else []
        for path in paths:
            if not path.is_file() or path.name.startswith("."):
                continue
            there = to / path.name
            lines = there.read_bytes().splitlines() if there.exists() else []
            known = set(lines)
            lines += [line for line in path.read_bytes().splitlines() if line not in known]
            there.write_bytes(b"".join(line + b"\n" for line in lines))
            there.chmod(0o600)


def _clean(home: Path, url: str) -> None:
    """Remove what a restore that was killed, or that failed, left beside."""
    beside = home / restore_swap.BESIDE
    if not beside.exists():
        return
    with suppress(OSError):
        fresh = (beside / "fresh").read_text()
        if url and fresh.startswith("earnest_restoring_"):
            _let_go()
            postgres_beside.drop(url, fresh)
    shutil.rmtree(beside)


def _let_go() -> None:
    from django.core.exceptions import ImproperlyConfigured
    from django.db import connections

    with suppress(ImproperlyConfigured):
        connections.close_all()
