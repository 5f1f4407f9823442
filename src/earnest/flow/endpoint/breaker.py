"""A rest for an endpoint that fails in a row: it is not asked again until some time has passed."""

import logging
import threading
import time
from collections.abc import Callable

LOG = logging.getLogger(__name__)

MOST_FAILURES = 5
FIRST_REST = 30.0
LONGEST_REST = 900.0
ALIVE = 600.0
"""Seconds."""


class Breaker:
    """Counts failures in a row. Open, it lets nobody ask; after its rest one may try."""

    def __init__(
        self,
        failures: int = MOST_FAILURES,
        rest: float = FIRST_REST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = failures
        self._first = self._rest = rest
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._until = 0.0
        self._trying = False
        self._worked: float | None = None

    @property
    def alive(self) -> bool:
        """Whether it answered anything in the last ten minutes."""
        with self._lock:
            return self._worked is not None and self._clock() - self._worked <= ALIVE

    @property
    def resting(self) -> float:
        """Seconds until it may be asked again; 0 when it may."""
        with self._lock:
            return max(0.0, self._until - self._clock())

    def may_ask(self) -> bool:
        """Whether to ask now. After a rest only one is let through until it is known how that went."""
        with self._lock:
            if self._clock() < self._until:
                return False
            if self._failed < self._most:
                return True
            if self._trying:
                return False
            self._trying = True
            return True

    def worked(self) -> None:
        """It answered (with a label or not)."""
        with self._lock:
            if self._failed >= self._most:
                LOG.warning("The endpoint answers again.")
            self._worked = self._clock()
            self._failed, self._until, self._rest, self._trying = 0, 0.0, self._first, False

    def failed(self, after: float | None = None) -> None:
        """It did not. `after`: it asked to be left alone for so many seconds."""
        with self._lock:
            self._failed += 1
            now = self._clock()
            if after:
                self._until = max(self._until, now + min(after, LONGEST_REST))
            if self._failed < self._most:
                return
            if self._trying or self._failed == self._most:
                LOG.warning("The endpoint failed %d times in a row and rests.", self._failed)
                self._until = max(self._until, now + self._rest)
                self._rest = min(LONGEST_REST, self._rest * 2)
            self._trying = False
