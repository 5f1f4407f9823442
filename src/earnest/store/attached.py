"""The files of attachments: in the home folder under `attachments/`, named by number and hash, mode 0600.

A file is on the disk before its row is committed, and goes once the row's deletion is: a crash between the
two leaves a file that no row names, which the next sweep takes away. One that is not what its row says (put
back from an old backup) is not shown.
"""

import os
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from earnest.record.errors import StoreError
from earnest.store.models import Attachment

ORPHANS_STAY = 3_600
"""Seconds for which a file without a row may belong to a change that is being written."""


def folder() -> Path:
    return Path(settings.EARNEST_HOME) / "attachments"


def path_of(row: Attachment) -> Path:
    return folder() / f"{row.pk}-{row.sha256[:16]}"


def write(row: Attachment, content: bytes) -> None:
    """Within a transaction: put a file on the disk. Raises StoreError when it cannot be."""
    path = path_of(row)
    try:
        path.parent.mkdir(exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
    except OSError as error:
        with suppress(OSError):
            path.unlink(missing_ok=True)
        raise StoreError(
            f"The file cannot be kept ({error.strerror}).", advice=f"Mend the folder {path.parent}."
        ) from error


def read(row: Attachment) -> bytes | None:
    """What a file holds; None where it is gone or another one."""
    try:
        content = path_of(row).read_bytes()
    except OSError:
        return None
    return content if sha256(content).hexdigest() == row.sha256 else None


def delete(rows: Any) -> int:
    """Within a transaction: rows go now, their files once that holds. How many."""
    paths = [path_of(row) for row in rows]
    rows.delete()
    transaction.on_commit(lambda: _unlink(paths))
    return len(paths)


def _unlink(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def sweep() -> int:
    """Delete files that no row names: a process was killed between the two. How many."""
    try:
        found = list(folder().iterdir())
    except OSError:
        return 0
    named = {path_of(row).name for row in Attachment.objects.only("pk", "sha256")}
    old = time.time() - ORPHANS_STAY
    gone = 0
    for path in found:
        with suppress(OSError):
            if path.name not in named and path.stat().st_mtime < old:
                path.unlink()
                gone += 1
    return gone
