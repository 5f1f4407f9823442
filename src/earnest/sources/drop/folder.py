"""A folder of this machine as a shelf."""

import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from earnest.record.errors import BadFile, InputError
from earnest.sources.drop.shelf import Entry

PARTIAL = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".swp", "~")
"""Endings that programs give to files they are still writing."""


class Folder:
    """The files right in a folder; links and hidden files are left alone."""

    def __init__(self, path: Path, settle: timedelta, now: Callable[[], datetime]) -> None:
        self._path = path
        self._settle = settle
        self._now = now

    def entries(self) -> Sequence[Entry]:
        """Files that nobody wrote to for a while."""
        try:
            found = sorted(self._path.iterdir())
        except OSError as error:
            raise InputError(
                f"the folder cannot be opened ({error.strerror})",
                place="folder",
                advice="Check the setting 'folder', and that Earnest may read it.",
            ) from error
        return [entry for path in found if (entry := self._entry(path)) is not None]

    def _entry(self, path: Path) -> Entry | None:
        if path.name.startswith(".") or path.name.lower().endswith(PARTIAL):
            return None
        try:
            facts = path.lstat()
        except OSError:
            return None
        if not stat.S_ISREG(facts.st_mode) or not facts.st_size:
            return None
        written = datetime.fromtimestamp(facts.st_mtime, UTC)
        # a clock that was set back must not hide a file for ever
        quiet = self._now() - written
        if timedelta(0) <= quiet < self._settle:
            return None
        return Entry(path.name, f"{facts.st_size}-{facts.st_mtime_ns}", written)

    @contextmanager
    def file(self, entry: Entry) -> Iterator[Path]:
        """The file itself."""
        path = self._path / entry.name
        if path.is_symlink() or not path.is_file():
            raise BadFile("was taken away before it was read", place="file", advice="Hand it in again.")
        yield path
