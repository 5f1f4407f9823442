"""The list of graves: every tombstone once more, in a file that no backup of the database contains.

Why: a database that is put back from a backup knows nothing of what was deleted after it was made. The list
does, and what it names is erased again before anything is read (`erase.settle`). It is `gone/<name>.log` in
the home folder, one line a deletion: the place's name and a keyed hash. It says nothing to anybody without
the keys, and it is only ever added to.

Order: a grave is written and on the disk before the transaction that erases the post commits. A crash between
the two leaves a grave too many, never one too few: at the next start it is applied, so what its source said
was deleted is deleted.
"""

import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from earnest.record.errors import StoreError
from earnest.store.models import Graves, Place, Tombstone

LINE = re.compile(rb"([0-9a-z_/.-]{1,130}) ([0-9a-f]{32})\n", re.IGNORECASE)
MARK = 4_096
"""Bytes before the position from which it is seen whether the file is still the one that was applied."""

Grave = tuple[str, bytes]
"""A place by name (programme/place, what its posts' keys are made of) and a post's key."""


def name_of(place: Place) -> str:
    """The name under which a place's graves are listed; it never changes for a place."""
    return f"{place.programme.slug}/{place.slug}"


def add(graves: Iterable[Grave]) -> list[Grave]:
    """Within a transaction that waits for other writers: put graves on the list, on the disk.

    Returns what is to be applied in this same transaction: these, and those that another process wrote before
    it was killed. Raises StoreError when they cannot be written: then nothing may be erased either, and the
    source is asked again.
    """
    row, known = _row()
    path = _path(row.name)
    fresh = b"".join(f"{name} {key.hex()}\n".encode() for name, key in graves)
    with _writable(path):
        waiting, held = _since(row, path, known)
        with _opened(path) as handle:
            size = os.fstat(handle).st_size
            # A line that broke off when the power went is ended, so that it cannot swallow the next one.
            whole = b"" if not size or os.pread(handle, 1, size - 1) == b"\n" else b"\n"
            _write(handle, whole + fresh)
        if not held:
            _complete(path)
        _stand(row, path)
    return [*waiting, *_parsed(fresh)]


def waiting() -> list[Grave]:
    """Within a transaction that waits for other writers: what the list has and the database may not.

    The database counts it as applied from then on. A list that is lost or another one is written anew from
    the database's own tombstones; whatever it holds is applied as well.
    """
    row, known = _row(adopting=True)
    path = _path(row.name)
    with _writable(path):
        found, held = _since(row, path, known)
        if not held:
            _complete(path)
        _stand(row, path)
    return found


@contextmanager
def _writable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"The list of deleted posts cannot be written ({error.strerror}): nothing was deleted or kept.",
            advice=f"Mend the folder {path.parent}; the deletion is tried again.",
        ) from error


def settled() -> bool:
    """Whether the database has applied all that its list names: one look at each."""
    row = Graves.objects.filter(pk=1).first()
    if row is None:
        return False
    path = _path(row.name)
    return _size(path) == row.size and _mark(path, row.size) == row.mark


def of_place(name: str) -> list[bytes]:
    """The keys on the list for a place by name: for one that is added again under the name it had."""
    row = Graves.objects.filter(pk=1).first()
    if row is None:
        return []
    return [key for place, key in _parsed(_read(_path(row.name), 0)) if place == name]


def _row(*, adopting: bool = False) -> tuple[Graves, bool]:
    """The database's list, and whether it had one. A database that is new takes up the newest that its home
    has where it is `adopting`: it may have been begun afresh beside the old one's keys.
    """
    row = Graves.objects.filter(pk=1).first()
    if row is not None:
        return row, True
    lists = sorted(_folder().glob("*.log"), key=lambda path: path.stat().st_mtime) if adopting else []
    return Graves.objects.create(pk=1, name=lists[-1].stem if lists else secrets.token_hex(8)), False


def _folder() -> Path:
    return Path(settings.EARNEST_HOME) / "gone"


def _path(name: str) -> Path:
    return _folder() / f"{name}.log"


def _since(row: Graves, path: Path, known: bool) -> tuple[list[Grave], bool]:
    """Graves after the database's position, and whether the list is the one it knows; else all of them."""
    held = known and _size(path) >= row.size and _mark(path, row.size) == row.mark
    return list(_parsed(_read(path, row.size if held else 0))), held


def _complete(path: Path) -> None:
    """Write down the tombstones that the database has and the list has not."""
    names = {place.pk: name_of(place) for place in Place.objects.select_related("programme")}
    there = set(_parsed(_read(path, 0)))
    own = [
        (names[place], bytes(key))
        for place, key in Tombstone.objects.values_list("place_id", "key").iterator()
        if place in names
    ]
    lacking = b"".join(f"{name} {key.hex()}\n".encode() for name, key in own if (name, key) not in there)
    if lacking:
        with _opened(path) as handle:
            _write(handle, lacking)


def _stand(row: Graves, path: Path) -> None:
    size = _size(path)
    Graves.objects.filter(pk=row.pk).update(size=size, mark=_mark(path, size))


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """The list, for adding; on the disk when this ends, and so is its name in the folder."""
    fresh = not path.exists()
    path.parent.mkdir(exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        yield handle
        os.fsync(handle)
    finally:
        os.close(handle)
    for folder in (path.parent, path.parent.parent) if fresh else ():
        above = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(above)
        finally:
            os.close(above)


def _write(handle: int, content: bytes) -> None:
    while content:
        content = content[os.write(handle, content) :]


def _read(path: Path, start: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(start)
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return b""


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        return 0


def _mark(path: Path, size: int) -> str:
    """What identifies the list up to a position; empty at its beginning."""
    if not size:
        return ""
    start = max(0, size - MARK)
    return sha256(_read(path, start)[: size - start]).hexdigest()


def _parsed(content: bytes) -> Iterator[Grave]:
    for line in content.splitlines(keepends=True):
        if found := LINE.fullmatch(line):
            yield found[1].decode(), bytes.fromhex(found[2].decode())
