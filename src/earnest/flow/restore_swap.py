"""The last step of a restore: what was made ready beside takes the place of what is there.

Everything is made ready in `.restore/` of the home folder. Once that is whole, `ready` names what is to be
done; from then on every process that starts here ends it before it does anything else. So a restore that is
killed has either not begun to change the home, or is ended by the next command. Needs no Django.
"""

import os
import shutil
from pathlib import Path

import msgspec

from earnest.store import postgres_beside

BESIDE = ".restore"
DATABASE = ("earnest.db", "earnest.db-wal", "earnest.db-shm", "earnest.db-journal")
FOLDERS = ("reports", "attachments", "models")
"""What is replaced whole. Keys and lists of what is gone are replaced file by file, and none is removed."""


class Ready(msgspec.Struct, frozen=True):
    """What is to be done: where what is replaced goes to, and on PostgreSQL the database that was made."""

    aside: str
    fresh: str = ""


def half_done(home: Path) -> bool:
    """Whether a restore was killed while it put things in their place."""
    return (home / BESIDE / "ready").exists()


def begin(home: Path, ready: Ready) -> None:
    """What is beside is whole and on the disk: from now on it counts."""
    beside = home / BESIDE
    for path in sorted(beside.rglob("*")):
        _sync(path)
    part = beside / "ready.part"
    part.write_bytes(msgspec.json.encode(ready))
    _sync(part)
    part.rename(beside / "ready")
    _sync(beside)
    _sync(home)


def finish(home: Path, url: str) -> None:
    """Put everything in its place; safe to be killed and to be run again. `url` as DATABASE_URL."""
    beside = home / BESIDE
    ready = msgspec.json.decode((beside / "ready").read_bytes(), type=Ready)
    aside = home / ready.aside
    if ready.fresh:
        postgres_beside.swap(url, ready.fresh, ready.aside)
    for name in (*FOLDERS, "earnest.db"):
        if not (beside / name).exists():
            continue
        for old in (DATABASE[1:] + DATABASE[:1]) if name == "earnest.db" else (name,):
            if (home / old).exists():
                aside.mkdir(exist_ok=True, mode=0o700)
                (home / old).rename(aside / old)
        (beside / name).rename(home / name)
    for folder in ("keys", "gone"):
        for path in sorted((beside / folder).glob("*")):
            (home / folder).mkdir(exist_ok=True, mode=0o700)
            path.rename(home / folder / path.name)
        if (home / folder).exists():
            _sync(home / folder)
    _sync(home)
    (beside / "ready").unlink()
    shutil.rmtree(beside)


def leftovers(home: Path) -> list[Path]:
    """What was replaced by restores and is kept until somebody deletes it."""
    return sorted(home.glob("replaced-*"))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
