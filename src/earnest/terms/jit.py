"""Where compiled kernels are kept between runs, so that a command does not compile at each start.

The files are unpickled when loaded, so they live in a folder that only this user can write. Where no such
folder can be had, nothing is kept and the kernel compiles at each start (a few seconds). NUMBA_CACHE_DIR, if
set, is the person's own choice and stands.
"""

import os
import stat
from pathlib import Path

from numba import config


def _keep() -> bool:
    if config.CACHE_DIR:
        return True
    try:
        root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        folder = root / "earnest" / "kernels"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
        ours = found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if not (ours and os.access(folder, os.W_OK)):
            return False
    except (OSError, RuntimeError):
        return False
    config.CACHE_DIR = str(folder)
    return True


CACHE = _keep()
