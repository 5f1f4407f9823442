"""`earnest …` as a person runs it, many times over: real processes, without starting Python anew for each.

A process is kept that has imported what commands import, at a home that is nowhere: it opened no database and
made no log. Each command is a fork of it, with an environment, files, an exit code and settings of its own,
read anew where the command reads them first. A home that has no database yet is given an empty one with its
tables, copied; how tables are made the first time is tested where that is the question (`tables=False`).
"""

import array
import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
BEFOREHAND = (
    "django.contrib.messages.storage.fallback",
    "django.core.management.commands.migrate",
    "django.db.backends.sqlite3.base",
    "django.db.migrations.executor",
    "django.db.models",
    "django.forms",
    "django.template.backends.django",
    "django.test.utils",
    "django.urls",
    "earnest.cli.options",
    "earnest.egress",
    "earnest.flow.worker",
    "earnest.gate.admit",
    "earnest.gate.bulk",
    "earnest.gate.refusals",
    "earnest.sources.registry",
    "earnest.understand.classify",
    "earnest.understand.neardup",
    "earnest.understand.themes",
    "rich.console",
)
PACKAGES = ("earnest.cli", "earnest.desk", "earnest.store")
AT_NO_HOME = (
    "encodings.ascii",
    "encodings.idna",
    "multiprocessing.popen_spawn_posix",
    "django.db.models.sql.compiler",
    "earnest.flow.backup",
    "earnest.flow.backup_check",
    "earnest.flow.bulk",
    "earnest.flow.epochs",
    "earnest.flow.intake",
    "earnest.flow.leave",
    "earnest.flow.learn",
    "earnest.flow.occupied",
    "earnest.flow.restore_swap",
    "earnest.flow.upgrade",
    "earnest.report.publish",
)
_LOCK = threading.Lock()


def run(
    words: list[str],
    env: Mapping[str, str],
    *,
    said: str = "",
    cwd: Path | None = None,
    timeout: float = 120,
    tables: bool = True,
) -> "subprocess.CompletedProcess[str]":
    """Run `earnest *words` to its end. `env` is its whole environment and names its home."""
    if tables and not env.get("DATABASE_URL"):
        _give_tables(Path(env["EARNEST_HOME"]))
    return _ask({"words": words, "env": dict(env), "cwd": str(cwd or Path.cwd())}, said, timeout)


def _give_tables(home: Path) -> None:
    if (home / "earnest.db").exists() or (home / "keys").exists():
        return
    with suppress(OSError):  # a folder that cannot be is the command's to complain of
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(_empty(), home / "earnest.db")


@cache
def _empty() -> Path:
    """A database with its tables and nothing in them, made once for a test run's process."""
    folder = Path(tempfile.mkdtemp(prefix="earnest-empty-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    env = {**os.environ, "EARNEST_HOME": str(folder), "DATABASE_URL": ""}
    done = _ask({"words": None, "env": env, "cwd": str(ROOT)}, "", 120)
    assert done.returncode == 0, done.stderr
    return folder / "earnest.db"


def _ask(what: Mapping[str, object], said: str, timeout: float) -> "subprocess.CompletedProcess[str]":
    with (
        _LOCK,
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as complaints,
    ):
        given.write(said.encode())
        given.seek(0)
        door = _server()
        request = json.dumps(what).encode()
        files = [file.fileno() for file in (given, out, complaints)]
        socket.send_fds(door, [len(request).to_bytes(8, "big")], files)
        door.sendall(request)
        running = int.from_bytes(door.recv(8, socket.MSG_WAITALL), "big")
        door.settimeout(timeout)
        try:
            code = int.from_bytes(door.recv(8, socket.MSG_WAITALL), "big", signed=True)
        except TimeoutError as error:
            door.settimeout(None)
            with suppress(ProcessLookupError):
                os.killpg(running, signal.SIGKILL)
            door.recv(8, socket.MSG_WAITALL)
            raise subprocess.TimeoutExpired(["earnest"], timeout) from error
        door.settimeout(None)
        return subprocess.CompletedProcess(what["words"], code, _text(out), _text(complaints))


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


@cache
def _server() -> socket.socket:
    ours, theirs = socket.socketpair()
    nowhere = {
        name: value for name, value in os.environ.items() if not name.startswith(("EARNEST_", "DATABASE_"))
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.commands", str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        cwd=ROOT,
        env={
            **nowhere,
            "PYTHONPATH": str(ROOT),
            "EARNEST_HOME": str(ROOT / "nowhere"),
            "DJANGO_SETTINGS_MODULE": "earnest.server.settings",
        },
    )
    theirs.close()

    def stop() -> None:
        ours.close()
        process.wait(timeout=10)

    atexit.register(stop)
    return ours


def _serve(door: socket.socket) -> None:
    """Until the other end is closed: fork, say who it is, wait, say how it ended."""
    import importlib

    for name in BEFOREHAND:
        importlib.import_module(name)
    _warm()
    _stand_nowhere()
    while True:
        length, files, _, _ = socket.recv_fds(door, 8, 3)
        if not length:
            return
        what = json.loads(door.recv(int.from_bytes(length, "big"), socket.MSG_WAITALL))
        child = os.fork()
        if child == 0:
            door.close()
            _be(what, files)
        for file in files:
            os.close(file)
        door.sendall(child.to_bytes(8, "big"))
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        door.sendall(code.to_bytes(8, "big", signed=True))


def _warm() -> None:
    """Kernels and patterns that are made ready by the first text they meet."""
    from click.testing import CliRunner

    from earnest.cli import earnest

    for command in ("gate", "classify", "redact"):
        done = CliRunner().invoke(
            earnest, [command], input='{"id": "1", "text": "the app crashed at the door"}'
        )
        assert done.exit_code == 0, done.output


def _stand_nowhere() -> None:
    """Django's applications and what commands import of Earnest, with the settings of no home."""
    import importlib
    import pkgutil

    from django.apps import apps
    from django.conf import settings
    from django.db.migrations.loader import MigrationLoader

    apps.populate(settings.INSTALLED_APPS)
    for package in PACKAGES:
        for found in pkgutil.iter_modules(importlib.import_module(package).__path__):
            importlib.import_module(f"{package}.{found.name}")
    for name in AT_NO_HOME:
        importlib.import_module(name)
    MigrationLoader(None)
    assert threading.active_count() == 1, "a process that forks has one thread"


def _forget_settings() -> None:
    """What this process knows of Django's settings is forgotten: they are read anew by whoever asks next."""
    from asgiref.local import Local
    from django.conf import LazySettings, empty, global_settings, settings
    from django.core.cache import caches
    from django.db import connections
    from django.utils import timezone

    known = vars(settings._wrapped)
    own = known.keys() - known["_explicit_settings"] - set(dir(global_settings))
    added = {name: known[name] for name in own if name.isupper()}  # by applications, as they were imported
    read = LazySettings._setup

    def read_anew(self: LazySettings, name: str | None = None) -> None:
        read(self, name)
        for key, value in added.items():
            setattr(self._wrapped, key, value)

    vars(settings).clear()
    settings._wrapped = empty
    LazySettings._setup = read_anew
    sys.modules.pop("earnest.server.settings")
    assert not any(one.connection for one in connections.all(initialized_only=True))
    for kept in (connections, caches):
        vars(kept).pop("settings", None)
        kept._settings = None
        kept._connections = Local(kept.thread_critical)
    timezone.get_default_timezone.cache_clear()


def _be(what: dict[str, object], files: "array.array[int] | list[int]") -> None:
    """The rest of this process is the command."""
    import time

    code = 1
    try:
        os.setsid()
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115 - they are this process's own until it ends
        os.chdir(str(what["cwd"]))
        os.environ.clear()
        os.environ.update(what["env"])
        time.tzset()
        _forget_settings()
        code = _command(what["words"])
    except BaseException:  # noqa: BLE001 - what a process would print as it dies
        traceback.print_exc()
    finally:
        threading._shutdown()
        atexit._run_exitfuncs()
        _close()
        with suppress(ValueError, OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _close() -> None:
    """As the end of an interpreter does: the last one out folds the database's log into its file."""
    if "django.db" in sys.modules:
        from django.core.exceptions import ImproperlyConfigured
        from django.db import connections

        with suppress(ImproperlyConfigured):
            connections.close_all()


def _command(words: object) -> int:
    from earnest.cli import main, setup

    try:
        if words is None:
            setup.start(setup.prepare())
            setup.migrate()
            return 0
        sys.argv = ["earnest", *words]
        main()
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)  # noqa: T201 - what a process would print
            return 1
        return end.code or 0
    return 0


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
