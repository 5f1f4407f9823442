"""How many requests a token may send: 600 a minute, over all processes together.

A process takes a few at a time from the database and hands them out from memory, so that most requests write
nothing. It never grants more than the limit; a few may be lost when a process ends.
"""

import threading
from dataclasses import dataclass

from django.db import DatabaseError

from earnest.store import clock, write_tokens

LIMIT = 600
"""Requests of one token in a minute."""
SHARE = 20
"""Requests that a process takes at a time."""
MOST_KEPT = 2_000


@dataclass(slots=True)
class _Lease:
    minute: int
    left: int
    others: int


_leases: dict[int, _Lease] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Granted:
    """Whether a request may go on, how many are left in this minute, seconds until the next one."""

    may: bool
    left: int
    reset: int

    def headers(self) -> dict[str, str]:
        said = {
            "X-RateLimit-Limit": str(LIMIT),
            "X-RateLimit-Remaining": str(self.left),
            "X-RateLimit-Reset": str(self.reset),
        }
        return said if self.may else {**said, "Retry-After": str(self.reset)}


def take(token: int) -> Granted:
    """Spend one request of a token. While the database cannot be written the request is let through: what
    it asks will say so itself.
    """
    now = clock.seconds(clock.now())
    minute, reset = now // 60, 60 - now % 60
    with _lock:
        lease = _leases.get(token)
        if lease is not None and lease.minute == minute and lease.left > 0:
            lease.left -= 1
            return Granted(True, lease.left + lease.others, reset)
        if lease is not None and lease.minute == minute and lease.others == 0:
            return Granted(False, 0, reset)
    try:
        granted, others = write_tokens.take(token, minute, min(SHARE, LIMIT), LIMIT)
    except DatabaseError:
        return Granted(True, 0, reset)
    with _lock:
        if len(_leases) >= MOST_KEPT:
            _leases.clear()
        before = _leases.get(token)
        kept = before.left if before is not None and before.minute == minute else 0
        _leases[token] = _Lease(minute, max(0, granted + kept - 1), others)
    return Granted(granted + kept > 0, max(0, granted + kept - 1) + others, reset)


def forget() -> None:
    """Forget what this process has taken: for tests."""
    with _lock:
        _leases.clear()
