"""The name under which this process holds places: a machine and a process, no person.

A process that died on this machine is known to be dead, so that what it held is free at once and not only
when its lease is over.
"""

import os
import secrets
import socket
from collections.abc import Iterable
from functools import cache
from pathlib import Path


@cache
def _machine() -> str:
    """This machine and, in a container, its own count of processes."""
    try:
        space = str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]")
        space += Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")[:8]
    except OSError:
        space = "0"
    return f"{socket.gethostname()[:32]}/{space}"


def name() -> str:
    """A name that no other holder has."""
    return f"{_machine()}/{os.getpid()}/{secrets.token_hex(4)}"


def shown(holder: str) -> str:
    """A holder as people read it: "machine, process 123"."""
    machine, _, rest = holder.partition("/")
    parts = rest.split("/")
    return f"{machine}, {parts[1]}" if len(parts) == 3 else machine


def dead(holders: Iterable[str]) -> list[str]:
    """Those that were processes of this machine and are no more."""
    return [one for one in holders if one.startswith(f"{_machine()}/") and not _lives(one)]


def _lives(holder: str) -> bool:
    parts = holder.split("/")
    if len(parts) != 4 or not parts[2].isdecimal():
        return True
    try:
        os.kill(int(parts[2]), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
