"""Who works in a home folder: many at once, or one that changes everything.

Every command that uses the store holds the folder together with others for as long as it runs; an upgrade
and a restore hold it alone. The lock belongs to the process (flock): one that is killed leaves none behind.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from earnest.record.errors import SetupError

NAME = ".lock"
_HELD: dict[Path, int] = {}


def together(home: Path) -> None:
    """Hold the folder with others until this process ends. Raises SetupError while somebody has it alone."""
    if home in _HELD:
        return
    handle = _open(home)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise SetupError(
            f"{home} is being upgraded or restored at this moment.", advice="Wait until that has ended."
        ) from None
    _HELD[home] = handle


def release(home: Path) -> None:
    """Let go of what `together` holds."""
    handle = _HELD.pop(home, None)
    if handle is not None:
        os.close(handle)


@contextmanager
def alone(home: Path, what: str) -> Iterator[None]:
    """Hold the folder alone. Raises SetupError while anything else of Earnest runs in it; `what` says what
    cannot be done meanwhile.
    """
    handle = _open(home)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SetupError(
                f"Earnest runs in {home}, so it cannot be {what}.",
                advice="Stop the server, the listener and other commands first, then try again.",
            ) from None
        _HELD[home] = handle  # what this process asks for beside it is its own
        yield
    finally:
        _HELD.pop(home, None)
        os.close(handle)


def _open(home: Path) -> int:
    try:
        return os.open(home / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SetupError(
            f"The home folder {home} cannot be used ({error.strerror}).",
            advice="Choose another with --home.",
        ) from error
