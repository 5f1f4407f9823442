"""What `earnest doctor` says of backups, restores and versions of the tables."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from earnest.cli.finding import Finding

STALE = timedelta(days=2)
"""The age of the newest backup from which the doctor worries."""


def look(folder: Path) -> Iterator[Finding]:
    """When the last backup was made, whether an old one holds what must be gone, what a restore left."""
    from earnest.flow import backup_check, restore_swap

    if not folder.is_dir():
        return
    noted = backup_check.noted(folder)
    named = os.environ.get("EARNEST_BACKUP_TO", "").strip()
    folders = {Path(one) for one in (noted.folders if noted else ())}
    folders |= {Path(named).expanduser().absolute()} if named else set()
    there = sorted((at, path) for one in folders for path, at in backup_check.written(one))
    now = datetime.now(UTC)
    if not there and noted is None:
        advice = (
            "Make a pair of keys (earnest backup key FILE), then: earnest backup FOLDER --recipient age1…"
        )
        yield Finding("backup", "missing", "none was made yet", advice)
    else:
        last = max([at for at, _ in there] + ([noted.made] if noted else []))
        fresh = now - last < STALE
        found = f"the last one is of {last:%Y-%m-%d %H:%M} UTC"
        yield Finding("backup", "ok" if fresh else "broken", found, "" if fresh else "Run: earnest backup")
    shortest = _shortest(folder)
    if shortest is not None:
        old = [path for at, path in there if now - at > timedelta(days=shortest)]
        if old:
            found = f"{len(old)} older than the {shortest} days for which posts are kept"
            mend = f"They hold posts that must be gone. Run: earnest backup --keep {shortest}"
            yield Finding("old backups", "broken", found, mend)
    for left in restore_swap.leftovers(folder):
        yield Finding(
            "restore", "missing", f"{left} is what a restore replaced", "Delete it once all is well."
        )
    if restore_swap.half_done(folder):
        yield Finding(
            "restore", "broken", "was stopped in the middle", "Any command that uses the store ends it."
        )


def _shortest(folder: Path) -> int | None:
    """The least number of days for which a programme keeps posts; None where that cannot be said."""
    if not os.environ.get("DATABASE_URL") and not (folder / "earnest.db").exists():
        return None
    from earnest.cli import setup

    setup.start(folder)
    from earnest.store import read, schema

    if schema.look().waiting:
        return None
    return min((programme.retention_days for programme in read.programmes()), default=None)
