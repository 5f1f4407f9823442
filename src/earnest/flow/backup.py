"""Making a backup and looking whether one is whole.

What is in it: the database as it is at one moment, and of the home folder `reports/`, `attachments/`,
`models/` and `gone/` (the lists of what was deleted, who opted out and what ended). The lists are copied
after the database, so that they know at least what it knows.

What is not in it: keys. They are a second file, which only ever exists once: `earnest-keys.tar.zst.age` is
replaced by each backup. It has what a restore cannot do without (by which posts, deletions and opting out are
recognised, the seal of the audit chain, sessions, secrets of places and channels) and never a key that leads
to a voice: destroying a quarter's key leaves no copy of it anywhere. Settings of the environment are the
operator's to keep.

A backup is written under another name, on the disk and read back whole before it gets its own. Reading back
needs a private key, and the machine has none: each backup is also encrypted to a key that lives for these
few moments in memory alone.
"""

import errno
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import msgspec
import pyrage
from django.conf import settings

from earnest import __version__
from earnest.desk import audit
from earnest.flow import backup_archive as archive
from earnest.flow.backup_check import (
    ENDING,
    FOLDERS,
    FORMAT,
    KEYS,
    NOTED,
    SEAL,
    Head,
    Noted,
    noted,
    seal,
    written,
)
from earnest.gate.voice import Keys
from earnest.record.errors import BadFile, SetupError, StoreError
from earnest.store import backup_database, schema


@dataclass(frozen=True, slots=True)
class Made:
    """What was written: the files, their bytes, how many files of the home are in it, seconds, old ones
    that were removed.
    """

    path: Path
    keys: Path
    size: int
    files: int
    seconds: float
    removed: int


def run(home: Path, to: Path | None, recipients: Sequence[str], keep: int | None) -> Made:
    """A backup as the settings say, where the caller does not; it is a link of the audit chain. Django must
    be started. Raises as `make`, SetupError where nobody said where it goes.
    """
    to = to or (Path(settings.BACKUP_TO).expanduser() if settings.BACKUP_TO else None)
    if to is None:
        raise SetupError(
            "Nobody said where the backup goes.", advice="Give a folder, or set EARNEST_BACKUP_TO."
        )
    if not schema.look().applied:
        raise SetupError("There is no database yet.", advice="Nothing to back up.")
    keys = Keys.open(home / "keys" / "voices.key")
    made = make(home, keys, to, list(recipients) or settings.BACKUP_RECIPIENTS, keep or settings.BACKUP_KEEP)
    if not schema.look().waiting:  # before an upgrade the chain is not written in words of the new version
        audit.note("cli", "backed_up", detail={"bytes": made.size, "files": made.files})
    return made


def make(home: Path, keys: Keys, to: Path, recipients: list[str], keep: int | None = None) -> Made:
    """Write a backup into the folder `to`, and remove those older than `keep` days. Django must be started.

    Raises SetupError where no public key is given or `to` cannot be used, StoreError where the disk is full
    or what was written cannot be read back: then no file remains that could be taken for a backup.
    """
    if not recipients:
        raise SetupError(
            "A backup is encrypted, and no public key was given.",
            advice="Make a pair with earnest backup key FILE, then give --recipient age1… "
            "or set EARNEST_BACKUP_RECIPIENT.",
        )
    known = [archive.recipient(one) for one in recipients]
    began, now = time.monotonic(), datetime.now(UTC)
    _prepare(to)
    files = 0

    def fill(writer: archive.Writer) -> None:
        nonlocal files
        applied = schema.look().applied
        kind = backup_database.kind()
        head = Head(FORMAT, "backup", now, __version__, kind, applied)
        writer.add(archive.HEAD, msgspec.json.encode(head))
        with backup_database.copy(home) as database:
            writer.add_pieces("database", database)
        for name, path in _files(home):
            files += writer.add_file(name, path)
        writer.add(SEAL, seal(keys, writer.members).encode())

    path = _free(to, now)
    size = _write(path, known, fill)
    aside = to / KEYS
    _write(aside, known, lambda writer: _fill_keys(writer, home, keys, now))
    removed = _rotate(to, now, keep, path) if keep is not None else 0
    _note(home, to, now)
    return Made(path, aside, size, files, time.monotonic() - began, removed)


def _prepare(to: Path) -> None:
    try:
        to.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in to.glob(f"earnest-*{ENDING}.part"):
            if time.time() - left.stat().st_mtime > 24 * 3600:  # of one that was killed
                left.unlink(missing_ok=True)
    except OSError as error:
        raise SetupError(
            f"Backups cannot be written to {to} ({error.strerror}).",
            advice="Give the user that Earnest runs as the right to write there, or name another folder.",
        ) from error


def _free(to: Path, now: datetime) -> Path:
    name = f"earnest-{now:%Y%m%dT%H%M%SZ}"
    for extra in ("", *(f"-{n}" for n in range(2, 100))):
        path = to / f"{name}{extra}{ENDING}"
        if not path.exists() and not path.with_name(f"{path.name}.part").exists():
            return path
    raise SetupError(f"There are too many backups of this second in {to}.", advice="Try again in a second.")


def _files(home: Path) -> Iterator[tuple[str, Path]]:
    """What of the home is in a backup, by name. Links are not followed; what is being written is left out."""
    for folder in FOLDERS:
        for root, folders, names in os.walk(home / folder):
            folders.sort()
            for name in sorted(names):
                path = Path(root) / name
                if not name.startswith(".") and path.is_file() and not path.is_symlink():
                    yield path.relative_to(home).as_posix(), path


def _fill_keys(writer: archive.Writer, home: Path, keys: Keys, now: datetime) -> None:
    writer.add(archive.HEAD, msgspec.json.encode(Head(FORMAT, "keys", now, __version__)))
    writer.add("keys/voices.key", keys.without_voices().encode("ascii"))
    for path in sorted((home / "keys").iterdir()):
        # What somebody tried a place with is held for an hour: a copy would hold it for ever.
        passing = path.name.startswith((".", "held-")) or path.name == "voices.key"
        if path.is_file() and not passing:
            writer.add_file(f"keys/{path.name}", path)
    for path in sorted((home / "gone").glob("*")):
        if path.is_file() and not path.name.startswith("."):
            writer.add_file(f"gone/{path.name}", path)


class _Disk:
    """A file being written. Remembers what the disk said: the library in between has other words for it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.size = 0
        self.error: OSError | None = None

    def write(self, content: bytes) -> int:
        try:
            self._file.write(content)
        except OSError as error:
            self.error = error
            raise
        self.size += len(content)
        return len(content)

    def flush(self) -> None:
        self._file.flush()


def _write(path: Path, recipients: list[Any], fill: Callable[[archive.Writer], None]) -> int:
    """A file of a backup, whole and read back; its bytes."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    once = pyrage.x25519.Identity.generate()  # forgotten when this returns
    disk: _Disk | None = None
    try:
        handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w+b") as file:
            disk = _Disk(file)
            with archive.writing(disk, [*recipients, once.to_public()]) as writer:  # type: ignore[arg-type]
                fill(writer)
                wanted = dict(writer.members)
                writer.add(archive.MANIFEST, msgspec.json.encode(wanted))
            file.flush()
            os.fsync(handle)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)  # what the disk has, not what memory has
            file.seek(0)
            if archive.read(file, [once], _pass) != wanted:
                raise BadFile("does not hold what was written")
        part.rename(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except BaseException as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        cause = disk.error if disk is not None and disk.error is not None else error
        if isinstance(cause, OSError):
            raise _full(cause, path) from error
        if isinstance(cause, BadFile):
            raise StoreError(
                f"What was written to {path.parent} cannot be read back, so there is no new backup.",
                advice="Look at the disk, or choose another folder.",
            ) from error
        raise
    return disk.size


def _pass(name: str, content: IO[bytes], size: int) -> None:
    """Nothing is done with it: it is hashed."""


def _full(error: OSError, path: Path) -> StoreError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StoreError(
            "The disk is full: there is no new backup, and no half one.",
            advice=f"Make room in {path.parent}, or remove old backups with --keep DAYS.",
        )
    return StoreError(
        f"The backup could not be written to {path.parent} ({error.strerror or type(error).__name__})."
    )


def _rotate(to: Path, now: datetime, keep: int, newest: Path) -> int:
    """Remove backups older than so many days, never the newest; how many."""
    old = [path for path, at in written(to) if now - at > timedelta(days=keep) and path != newest]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _note(home: Path, to: Path, now: datetime) -> None:
    before = noted(home)
    folders = sorted({str(to.absolute()), *(before.folders if before else ())})
    part = home / f".{NOTED}.part"
    with suppress(OSError):  # the backup is there; only the doctor asks for this
        part.write_bytes(msgspec.json.encode(Noted(now, [one for one in folders if Path(one).is_dir()])))
        part.rename(home / NOTED)
