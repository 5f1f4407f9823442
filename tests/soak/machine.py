"""A machine that runs Earnest: processes that begin, work, and are killed, without starting Python anew.

One process has imported everything (`Machines`), with the settings of a home that is nowhere; for each home
it forks one whose settings are of that home (`Machine`); for each act that one forks a process which does it
and ends. No process that forks has a thread or a connection to a database. An act is a function of `acts.py`,
or `earnest …` itself.
"""

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import commands

ROOT = commands.ROOT


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its code (negative: the signal), what it gave back, what it printed."""

    code: int
    gave: Any
    said: str


class Machines:
    """The process that has imported everything."""

    def __init__(self, nowhere: Path) -> None:
        """`nowhere`: a folder that need not be there, and that nothing is written into."""
        self._door, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.machine", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
                "EARNEST_HOME": str(nowhere),
                "EARNEST_PRIVATE_PLACES": "yes",
            },
        )
        theirs.close()

    def machine(self, home: Path, env: dict[str, str]) -> "Machine":
        ours, theirs = socket.socketpair()
        request = json.dumps({"home": str(home), "env": env}).encode()
        socket.send_fds(self._door, [len(request).to_bytes(8, "big")], [theirs.fileno()])
        self._door.sendall(request)
        theirs.close()
        return Machine(ours)

    def stop(self) -> None:
        self._door.close()
        self._process.wait(timeout=30)


class Machine:
    """One home, and the processes that work in it."""

    def __init__(self, door: socket.socket) -> None:
        self._door = door
        self._read = door.makefile("r", encoding="utf-8")
        self._told("ready")

    def begin(self, act: str, **given: Any) -> int:
        """Start an act; its process's number."""
        self._door.sendall((json.dumps({"act": act, "given": given}) + "\n").encode())
        return int(self._told("pid")["pid"])

    def end(self, pid: int) -> Ended:
        """Wait for a process."""
        self._door.sendall((json.dumps({"wait": pid}) + "\n").encode())
        told = self._told("code")
        return Ended(told["code"], told["gave"], told["said"])

    def do(self, act: str, **given: Any) -> Ended:
        return self.end(self.begin(act, **given))

    def stop(self) -> None:
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._read.close()
        self._door.close()

    def _told(self, what: str) -> dict[str, Any]:
        line = self._read.readline()
        told: dict[str, Any] = json.loads(line) if line else {}
        if what not in told:
            raise AssertionError(f"the machine stopped: {told}")
        return told


def _serve(door: socket.socket) -> None:
    """The first process: everything that needs no home is imported here, once."""
    for name in (*commands.BEFOREHAND, "earnest.understand.classify", "tests.soak.source", "feedparser"):
        importlib.import_module(name)
    commands._warm()
    from earnest.understand.classify import Model

    Model.shipped("gig-delivery")
    from earnest.cli import setup
    from earnest.sources import registry
    from tests.soak.source import MODEL

    registry._OWN["model"] = MODEL
    setup.start(Path(os.environ["EARNEST_HOME"]))
    for name in ("earnest.cli.listen", "earnest.flow.schedule", "earnest.server.urls", "tests.soak.acts"):
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        length, files, _, _ = socket.recv_fds(door, 8, 1)
        if not length:
            return
        what = json.loads(door.recv(int.from_bytes(length, "big"), socket.MSG_WAITALL))
        if os.fork() == 0:
            door.close()
            _guarded(lambda what=what, files=files: _home(what, socket.socket(fileno=files[0])))
        os.close(files[0])


def _home(what: dict[str, Any], door: socket.socket) -> None:
    """The second: it is at home in a folder and a database, and has opened neither."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(what["env"])
    os.environ["EARNEST_HOME"] = what["home"]
    from django.conf import settings
    from django.db import connection

    from earnest.cli import setup
    from earnest.server.settings import database

    settings.EARNEST_HOME = setup.prepare()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = database(
        os.environ["DATABASE_URL"], settings.EARNEST_HOME
    )["NAME"]
    read = door.makefile("r", encoding="utf-8")
    door.sendall(b'{"ready": 1}\n')
    running: dict[int, tuple[int, int]] = {}
    for line in read:
        told = json.loads(line)
        if "act" in told:
            gave, said = os.memfd_create("gave"), os.memfd_create("said")
            pid = os.fork()
            if pid == 0:
                _guarded(lambda told=told, gave=gave, said=said: _act(told, gave, said))
            running[pid] = gave, said
            answer: dict[str, Any] = {"pid": pid}
        else:
            pid = told["wait"]
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            gave, said = running.pop(pid)
            text = _content(gave)
            answer = {"code": code, "gave": json.loads(text) if text else None, "said": _content(said)}
        door.sendall((json.dumps(answer) + "\n").encode())


def _content(file: int) -> str:
    with os.fdopen(file, "r", encoding="utf-8", errors="replace") as opened:
        opened.seek(0)
        return opened.read()


def _act(told: dict[str, Any], gave: int, said: int) -> None:
    """The third: does what is asked, with everything it prints kept."""
    os.setsid()
    for number in (1, 2):
        os.dup2(said, number)
    sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115 - they are this process's own until it ends
    from tests.soak import acts

    os.write(gave, json.dumps(getattr(acts, told["act"])(**told["given"])).encode())


def _guarded(work: Any) -> None:
    """The rest of this process is `work`; it never comes back."""
    code = 1
    try:
        work()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - what a process would print as it dies
        traceback.print_exc()
    finally:
        with suppress(Exception):
            commands._close()
        with suppress(ValueError, OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
