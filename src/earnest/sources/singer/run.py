"""Runs a tap: a program of others, confined (`confine.py`), and read line by line as it speaks.

It gets no shell, nothing of the environment, no input, and a home of its own that goes with it. What it
writes to stderr is not read: logs of taps quote what they saw. It is ended when nobody reads it any more.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from earnest.record.errors import SourceBusy
from earnest.sources.singer.programs import readable

MEMORY = 2_000_000_000
WRITES = 64_000_000
LONGEST_LINE = 4_000_000
MOST = 1_000_000_000
"""Bytes: of memory, of a file it writes, of a line it says, of all that it says in one run."""

CHUNK = 64 * 1024
_CONFINE = Path(__file__).with_name("confine.py")


class TooLong:
    """Stands for a line that was too long to be kept."""


Line = bytes | TooLong


class Run:
    """One run of a tap. `code` is how it ended, None while it speaks."""

    def __init__(self, process: "subprocess.Popen[bytes]", seconds: float) -> None:
        self._process = process
        self._seconds = seconds
        self._until = time.monotonic() + seconds
        self.code: int | None = None

    def lines(self) -> Iterator[Line]:
        """What it says, line by line. Raises SourceBusy where it hangs, or says too much."""
        said = self._process.stdout
        assert said is not None  # noqa: S101 - it was started with a pipe
        rest, dropping, total = b"", False, 0
        while chunk := self._next(said):
            total += len(chunk)
            if total > MOST:
                raise SourceBusy(
                    f"The tap said more than {MOST // 1_000_000:,} MB in one run.",
                    advice="Let it begin later, or give it fewer streams.",
                )
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                if dropping or len(line) > LONGEST_LINE:
                    dropping = False
                    yield TooLong()
                elif line.strip():
                    yield line
            if len(rest) > LONGEST_LINE:
                rest, dropping = b"", True
        if dropping:
            yield TooLong()
        elif rest.strip():
            yield rest
        self.code = self._process.wait(timeout=max(0.1, self._until - time.monotonic()))

    def _next(self, said: IO[bytes]) -> bytes:
        with selectors.DefaultSelector() as waiting:
            waiting.register(said, selectors.EVENT_READ)
            left = self._until - time.monotonic()
            if left <= 0 or not waiting.select(left):
                raise SourceBusy(
                    f"The tap did not end within {self._seconds:.0f} seconds.",
                    advice="Give it more time (seconds), or less to read.",
                )
        return os.read(said.fileno(), CHUNK)


@contextmanager
def running(program: Path, words: list[str], files: Mapping[str, Any], *, seconds: float) -> Iterator[Run]:
    """Start a program with JSON files beside it (`words` name them as `{name}`), and end it afterwards."""
    with tempfile.TemporaryDirectory(prefix="earnest-tap-") as home:
        for name, content in files.items():
            handle = os.open(Path(home) / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(content, file)
        terms = {
            "parent": os.getpid(),
            "memory": MEMORY,
            "writes": WRITES,
            "seconds": int(seconds) + 1,
            "read": readable(program),
            "write": [home, "/dev/null"],
        }
        named = [str(Path(home) / word[1:-1]) if word.startswith("{") else word for word in words]
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", str(_CONFINE), json.dumps(terms), str(program), *named],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=home,
            env={
                "HOME": home,
                "TMPDIR": home,
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "LC_ALL": "C.UTF-8",
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONUNBUFFERED": "1",
                "PYTHONUTF8": "1",
            },
            start_new_session=True,
        )
        try:
            yield Run(process, seconds)
        except subprocess.TimeoutExpired as error:
            raise SourceBusy("The tap fell silent and did not end.") from error
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
