"""Memory that a process which runs for weeks gives back as soon as it is done with it.

Following posts makes and drops arrays of some megabytes all the time, in many threads. The usual C library
of Linux takes such arrays out of a heap for each thread once it has seen one of them go, and what is free
in the middle of a heap stays with the process: a listener came to hold a hundred megabytes that nobody used.
Source: mallopt(3), M_MMAP_THRESHOLD and M_ARENA_MAX.
"""

import ctypes
import sys

LARGE = 1 << 20
"""Bytes from which on an array comes from the system by itself, and goes back to it when it is dropped."""

HEAPS = 2
"""Heaps for everything smaller; threads of Python rarely ask at the same time."""

_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
"""Numbers of <malloc.h>."""


def give_back() -> bool:
    """Have this process give large arrays back at once; whether its C library can be told to. Elsewhere
    nothing changes.
    """
    if sys.platform != "linux":
        return False
    tell = getattr(ctypes.CDLL(None), "mallopt", None)
    # All of them are tried: each helps without the other.
    return tell is not None and all([tell(_MMAP_THRESHOLD, LARGE) == 1, tell(_ARENA_MAX, HEAPS) == 1])
