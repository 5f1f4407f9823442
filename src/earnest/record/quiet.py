"""What is told of a failure nobody foresaw: where and which kind, never the words it came with.

An exception may carry what it failed on: a post, an author, a database row. So neither its words nor a copy
of the memory (a core dump) may reach a log, a terminal or a disk. Errors of `record.errors` are written
without such values and keep their sentence.
"""

import logging
import sys
import threading
import traceback
from types import TracebackType

from earnest.record.errors import EarnestError

Trace = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]

DEEPEST = 12
"""Causes of causes that are told."""


def told(error: BaseException | None) -> str:
    """Where an error came from and of which kind it and its causes are, oldest first."""
    parts: list[str] = []
    while error is not None and len(parts) < DEEPEST:
        frames = "".join(
            f'  File "{frame.f_code.co_filename}", line {line}, in {frame.f_code.co_name}\n'
            for frame, line in traceback.walk_tb(error.__traceback__)
        )
        head = "Traceback (most recent call last):\n" if frames else ""
        parts.append(f"{head}{frames}{_name(error)}\n")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\nwhich led to:\n\n".join(reversed(parts))


def _name(error: BaseException) -> str:
    if isinstance(error, EarnestError):
        return f"{type(error).__name__}: {error.problem}"
    return f"{type(error).__name__} (its words are not told: they may hold what somebody said)"


class Quiet(logging.Formatter):
    """Formats log records as usual, and their tracebacks by `told`."""

    def format(self, record: logging.LogRecord) -> str:
        """Another handler may have written the traceback down with its words: it is written anew."""
        record.exc_text = None
        return super().format(record)

    def formatException(self, ei: Trace | tuple[None, None, None]) -> str:  # noqa: N802 - the name that logging calls
        """The traceback without words."""
        return told(ei[1]).rstrip("\n")


def settle() -> None:
    """Make this process quiet: errors that nobody caught, logging's own failures, and no core dump."""
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable
    logging.raiseExceptions = False
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    _tell(told(error))


def _uncaught_in_thread(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_type is not SystemExit:
        _tell(told(failed.exc_value))


def _unraisable(failed: "sys.UnraisableHookArgs") -> None:
    _tell(told(failed.exc_value))


def _tell(words: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(words)
