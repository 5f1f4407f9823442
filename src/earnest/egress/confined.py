"""A library that opens its own connections, let out of a process of its own in which each one is judged.

    answer = run("earnest.notify.apprise_child", request, seconds=25)

The child gets nothing of the environment, may start nothing and write no file, and an audit hook of the
interpreter (which Python code cannot take off again) sees every connection at the moment it is made: what is
judged is the number that is connected to, not a name, so a name that leads elsewhere a moment later (DNS
rebinding) gains nothing. Sockets of the machine itself are refused. What is not guarded: code in the
library's compiled parts that opens sockets past Python (none of what is let out here does), and what an
allowed service does with what it is sent.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from earnest.egress.guard import is_public
from earnest.egress.own import is_own

MOST_BYTES = 256 * 1024
MEMORY = 1_500_000_000
_STARTS = ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.fork", "os.forkpty", "pty.spawn")


class NotAllowed(OSError):
    """What the hook says to the library: to it, an address that cannot be reached."""


def run(
    module: str, request: Mapping[str, Any], *, seconds: float, private: bool = False
) -> Mapping[str, Any]:
    """Run a module in a confined child: JSON in, JSON out. {"error": …} where it died, hung or said no JSON.

    `private`: addresses of this machine and its network may be reached too.
    """
    asked = json.dumps({**request, "_private": private}, ensure_ascii=True).encode()
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-B", "-m", module],
            input=asked,
            capture_output=True,
            timeout=seconds,
            env={"LC_ALL": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"error": "slow"}
    except OSError:
        return {"error": "unexpected"}
    with suppress(ValueError):
        said = json.loads(done.stdout[:MOST_BYTES])
        if isinstance(said, dict):
            return said
    return {"error": "unexpected"}


def settle_in() -> dict[str, Any]:
    """In the child, first of all: read the request, then let nothing out but judged connections."""
    request: dict[str, Any] = json.loads(sys.stdin.buffer.read(MOST_BYTES))
    confine(private=bool(request.pop("_private", False)))
    return request


def confine(*, private: bool) -> None:
    """Judge every connection of this process from now on; nothing takes this back."""
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_AS, MEMORY),
    ):
        resource.setrlimit(what, (most, most))

    def judge(event: str, args: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            address = args[1]
            if address is None:
                return
            host = address[0] if isinstance(address, tuple) and len(address) >= 2 else ""
            if not (isinstance(host, str) and (is_public(host) or (private and is_own(host)))):
                raise NotAllowed("This address is not allowed.")
        elif event in _STARTS or event.startswith(("os.exec", "os.spawn")):
            raise NotAllowed("Nothing is started here.")
        elif (
            event == "open"
            and isinstance(args[2], int)
            and args[2] & (os.O_WRONLY | os.O_RDWR)
            and args[0] != os.devnull
        ):
            raise NotAllowed("No file is written here.")

    sys.addaudithook(judge)


def answer(said: Mapping[str, Any]) -> None:
    """In the child, last of all: say what came of it."""
    sys.stdout.write(json.dumps(said, ensure_ascii=True))
    sys.stdout.flush()
