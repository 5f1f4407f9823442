"""One page is one moment: what it asks of a programme again and again is read once while it is made.

    with moment.one():
        scope.of("riders"), scope.of("riders")   # one reading

A page is put together from parts that each pass through `scope`, so that none can forget it; without this
every part would read the same few rows anew.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")

_kept: ContextVar[dict[Hashable, object] | None] = ContextVar("earnest_moment", default=None)


@contextmanager
def one() -> Iterator[None]:
    """Until its end, functions marked with `once` read once for the same arguments.

    Only around what changes nothing that they tell, and is done in moments: the answer to a GET, never a
    worker's round or a stream. Within another one it is that one. Another thread's moment is its own.
    """
    if _kept.get() is not None:
        yield
        return
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def known(reading: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
    """What a function marked with `once` was told already while this page is made; None: it was not asked."""
    kept = _kept.get()
    key = (getattr(reading, "__wrapped__", reading), args, tuple(sorted(kwargs.items())))
    return None if kept is None else cast(T | None, kept.get(key))


def once(reading: Callable[P, T]) -> Callable[P, T]:
    """Marks a reading whose arguments are hashable and whose answer callers leave as it is.

    Outside of `one` it reads every time.
    """

    @wraps(reading)
    def inner(*args: P.args, **kwargs: P.kwargs) -> T:
        kept = _kept.get()
        if kept is None:
            return reading(*args, **kwargs)
        key = (reading, args, tuple(sorted(kwargs.items())))
        if key not in kept:
            kept[key] = reading(*args, **kwargs)
        return cast(T, kept[key])

    return inner
