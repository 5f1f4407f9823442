"""Becomes a tap, with less than the process that started it had. Started as a file, without a library.

    python -I -S confine.py '{"read": [...], "write": [...], …}' /taps/tap-example --discover

Before the program of others takes this process over: it dies with Earnest, has limits of memory, of time and
of what it writes, gains no rights, and (where the kernel knows Landlock) opens no file but those it is made
of, what lies in the folder of taps, and its own temporary home. Its network is its own: nothing guards it.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CREATE, _ADD, _RESTRICT = 444, 445, 446

_EXECUTE, _WRITE, _READ, _LIST = 1, 2, 4, 8
_TRUNCATE = 1 << 14
_OF_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
"""How many rights over files a version of Landlock knows; later ones 16."""


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def landlock() -> int:
    """The version of Landlock that this kernel has; 0 where it has none."""
    return max(0, int(_LIBC.syscall(_CREATE, None, 0, 1)))


def shut(read: list[str], write: list[str]) -> None:
    """From now on this process and what it starts opens nothing but these; OSError where that cannot be."""
    version = landlock()
    if not version:
        return
    every = (1 << _RIGHTS.get(version, 16)) - 1
    # Version 6: nobody outside is sent a signal, and no nameless socket of others is spoken to.
    wanted = _Ruleset(every, 0, 3 if version >= 6 else 0)
    rules = _called(_LIBC.syscall(_CREATE, ctypes.byref(wanted), 24 if version >= 6 else 8, 0))
    for paths, allowed in ((read, _EXECUTE | _READ | _LIST), (write, every)):
        for path in paths:
            _allow(rules, path, allowed & every)
    _called(_LIBC.syscall(_RESTRICT, rules, 0))
    os.close(rules)


def _allow(rules: int, path: str, allowed: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there cannot be opened either
    try:
        mine = allowed if Path(path).is_dir() else allowed & _OF_FILES
        _called(_LIBC.syscall(_ADD, rules, 1, ctypes.byref(_Beneath(mine, opened)), 0))
    finally:
        os.close(opened)


def _called(answer: int) -> int:
    if answer < 0:
        raise OSError(ctypes.get_errno(), "Landlock")
    return answer


def main(terms: str, *program: str) -> None:
    """Take less, and become the program."""
    wanted = json.loads(terms)
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != wanted["parent"]:
        sys.exit(70)  # Earnest ended before this could be said
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, wanted["memory"]),
        (resource.RLIMIT_FSIZE, wanted["writes"]),
        (resource.RLIMIT_CPU, wanted["seconds"]),
        (resource.RLIMIT_NOFILE, 256),
    ):
        resource.setrlimit(what, (most, most))
    _called(_LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    shut(wanted["read"], wanted["write"])
    os.nice(5)
    os.execv(program[0], list(program))  # noqa: S606 - no shell; the operator put this program there


if __name__ == "__main__":
    main(*sys.argv[1:])
