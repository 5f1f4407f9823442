"""One run of learning at a time for a programme, in whatever process: a lock on a file of its models' folder.

A process that dies lets go of it, however it dies, so nothing has to be cleaned up after a kill.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from earnest.record.errors import SetupError


@contextmanager
def only_one(programme: str, home: Path) -> Iterator[None]:
    """Hold the lock of a programme's runs. A process that dies lets go of it. Raises SetupError."""
    handle = _lock(programme, home)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SetupError(
                f"'{programme}' is being learned already.", advice="Wait for that run to end."
            ) from error
        yield
    finally:
        os.close(handle)


def running(programme: str, home: Path) -> bool:
    """Whether a run is under way, in whatever process."""
    if not (home / "models" / programme / ".lock").exists():
        return False
    handle = _lock(programme, home)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _lock(programme: str, home: Path) -> int:
    folder = home / "models" / programme
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SetupError(
            f"The folder {folder} cannot be written ({error.strerror}).", advice="Check its rights."
        ) from error
