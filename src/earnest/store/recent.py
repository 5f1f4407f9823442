"""What a serving process remembers for a moment: counts that many people ask for at once while posts arrive.

    @recent.kept(30, by=lambda within, first, last: (within.key, first, last))
    def counts(within: Scope, first: int, last: int) -> …

Only counts, never a post, a word of one or a right: what is erased while they are remembered is counted for
these seconds more and shown nowhere. What may be told is part of the key (`Scope.key`), so what is hidden is
hidden at once.
Off until a server says `begin()`; commands, workers and tests count every time.
"""

import threading
import time
from collections.abc import Callable, Hashable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")

MOST = 256
"""Answers that are remembered at most; the oldest go first."""

_answers: dict[Hashable, tuple[float, object]] = {}
_lock = threading.Lock()
_on = threading.Event()


def begin() -> None:
    """From now on this process remembers."""
    _on.set()


def end() -> None:
    """Remember nothing, and forget what was remembered."""
    _on.clear()
    with _lock:
        _answers.clear()


def kept(seconds: float, by: Callable[P, Hashable]) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Marks a reading that may be so old. `by` makes of its arguments what tells two answers apart; callers
    leave an answer as it is. Two that ask at the same time may both read: nobody waits for another.
    """

    def around(reading: Callable[P, T]) -> Callable[P, T]:
        @wraps(reading)
        def inner(*args: P.args, **kwargs: P.kwargs) -> T:
            if not _on.is_set():
                return reading(*args, **kwargs)
            key = (reading, by(*args, **kwargs))
            found = _answers.get(key)
            if found is not None and time.monotonic() - found[0] < seconds:
                return cast(T, found[1])
            answer = reading(*args, **kwargs)
            with _lock:
                _answers.pop(key, None)
                _answers[key] = (time.monotonic(), answer)
                while len(_answers) > MOST:
                    del _answers[next(iter(_answers))]
            return answer

        return inner

    return around
