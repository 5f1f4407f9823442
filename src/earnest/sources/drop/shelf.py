"""Files that lie somewhere and are read one after the other: in a folder here, in a bucket elsewhere."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import msgspec

from earnest.record.errors import BadFile, InputError
from earnest.record.raw import Page, Refusal
from earnest.sources.base import Source, dump_cursor, load_cursor

MOST = 5_000
"""Files that may lie there at once. Which of them were read is in the cursor, some twenty bytes each."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that is whole. `version` changes with its content."""

    name: str
    version: str
    written: datetime


class Shelf(Protocol):
    """Where files lie."""

    def entries(self) -> Sequence[Entry]:
        """Every whole file. Raises InputError, SourceBusy or SourceGone."""
        ...

    def file(self, entry: Entry) -> AbstractContextManager[Path]:
        """A file as a path of this machine, for as long as it is read. Raises BadFile and as `entries`."""
        ...


class Mark(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The cursor: which files were read, by short hashes of name and version; the one that is being read, and
    its own cursor.
    """

    read: tuple[str, ...] = ()
    now: str | None = None
    at: str | None = None


def read_shelf(shelf: Shelf, cursor: str | None, open_file: Callable[[Path], Source]) -> Iterator[Page]:
    """Every file that was not read yet, the oldest first; one that changed is read again from its start."""
    mark = load_cursor(cursor, Mark) or Mark()
    entries = sorted(shelf.entries(), key=lambda one: (one.written, one.name))
    if len(entries) > MOST:
        raise InputError(
            f"there are more than {MOST:,} files",
            place="folder",
            advice="Move those that were read somewhere else.",
        )
    keys = {_key(one): one for one in entries}
    # what is gone need not be remembered
    known = {key for key in mark.read if key in keys}
    waiting = [key for key in keys if key not in known]
    if mark.now in waiting:
        waiting.remove(mark.now)
        waiting.insert(0, mark.now)
    if not waiting:
        yield Page((), dump_cursor(Mark(tuple(sorted(known)))), done=True)
        return
    for number, key in enumerate(waiting, 1):
        last = number == len(waiting)
        at = mark.at if key == mark.now else None
        for page in _pages(shelf, keys[key], at, open_file):
            if page.done:
                known.add(key)
            after = Mark(tuple(sorted(known)), None if page.done else key, None if page.done else page.cursor)
            yield replace(page, cursor=dump_cursor(after), done=page.done and last)


def _pages(shelf: Shelf, entry: Entry, at: str | None, open_file: Callable[[Path], Source]) -> Iterator[Page]:
    place = f"the file of {entry.written.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    try:
        with shelf.file(entry) as path:
            for page in open_file(path).read(at):
                refused = tuple(replace(one, place=f"{place}, {one.place}") for one in page.refused)
                yield replace(page, refused=refused)
    except BadFile as error:
        # who handed a file in may have written their name on it: it is told by when it was written
        yield Page((), "{}", (Refusal(place, "BadFile", error.reason),), done=True)


def _key(entry: Entry) -> str:
    name = hashlib.blake2b(entry.name.encode("utf-8", "surrogateescape"), digest_size=6).hexdigest()
    version = hashlib.blake2b(entry.version.encode("utf-8", "replace"), digest_size=4).hexdigest()
    return name + version
