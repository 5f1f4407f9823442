"""Who is out, once more, in a file that no backup of the database contains.

Why: a database that is put back from a backup knows nothing of who opted out after it was made, and would
listen to them again. The file is `gone/out.list` in the home folder, one line an account: the place's name
and the keyed hash. It holds those who are out now and nobody who came back; without the keys it says
nothing.

Order: the file is on the disk before the transaction commits. Where the two differ, who is out in either is
out: a crash or a backup can leave somebody out who asked to come back, never the other way.
"""

import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from earnest.record.errors import StoreError
from earnest.store import clock
from earnest.store.models import OptOut

LINE = re.compile(r"([0-9A-Za-z_/.-]{1,130}) ([0-9a-f]{64})")

Leaver = tuple[str, bytes]
"""A place by name ("programme/slug") and what stands for an account there."""


def put_out(leavers: Iterable[Leaver]) -> None:
    """Within a transaction that waits for other writers: accounts are out. Raises StoreError when the file
    cannot be written: then nothing is kept, and the wish is read again.
    """
    rows = _rows()
    fresh = set(leavers) - rows
    if fresh:
        _write(_listed() | rows | fresh)
        _insert(fresh)


def let_in(leavers: Iterable[Leaver]) -> None:
    """Within a transaction that waits for other writers: accounts may be heard again, and nothing says that
    they were out. Raises StoreError as `put_out`.
    """
    known = _listed() | _rows()
    gone = known & set(leavers)
    if not gone:
        return
    _write(known - gone)
    for place, hash in gone:
        OptOut.objects.filter(place=place, hash=hash).delete()


def settled() -> bool:
    """Whether the file and the database name the same accounts."""
    return _listed() == _rows()


def settle() -> None:
    """Within a transaction that waits for other writers: whoever is out in the file or the database is out in
    both. To be called before anything is read.
    """
    listed, rows = _listed(), _rows()
    _insert(listed - rows)
    _write(listed | rows)


def _rows() -> set[Leaver]:
    return {(place, bytes(hash)) for place, hash in OptOut.objects.values_list("place", "hash")}


def _insert(leavers: Iterable[Leaver]) -> None:
    today = clock.now().date()
    OptOut.objects.bulk_create(
        [OptOut(place=place, hash=hash, at=today) for place, hash in sorted(leavers)], ignore_conflicts=True
    )


def _path() -> Path:
    return Path(settings.EARNEST_HOME) / "gone" / "out.list"


def _listed() -> set[Leaver]:
    """What the file holds; a line that is none is passed over."""
    try:
        lines = _path().read_text("ascii", "replace").splitlines()
    except FileNotFoundError:
        return set()
    except OSError as error:
        raise _cannot("read", error) from error
    found = (LINE.fullmatch(line) for line in lines)
    return {(one[1], bytes.fromhex(one[2])) for one in found if one is not None}


def _write(leavers: set[Leaver]) -> None:
    """Whole under another name, then in the place of the old one, on the disk."""
    path = _path()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.writelines(f"{place} {hash.hex()}\n" for place, hash in sorted(leavers))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise _cannot("written", error) from error


def _cannot(what: str, error: OSError) -> StoreError:
    return StoreError(
        f"The list of who opted out cannot be {what} ({error.strerror}): nothing was kept.",
        advice=f"Mend {_path()}; what was asked is carried out when it is read again.",
    )
