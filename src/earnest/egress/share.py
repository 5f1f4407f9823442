"""One budget for many: what a server allows one credential is shared by all the places read with it.

    shared = Shared()
    egress.with_budget(shared.of(place))     one holder's share, in place of a `Budget` of its own

Fair: whoever was turned away comes first, in the order in which that happened, before anybody who was not;
and what one answer says is left is counted down by the requests of all, so that twenty who ask at once do not
each take the last one. After a window that was used up one goes ahead, and the others wait for what it hears.
"""

import threading
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from earnest.egress.budget import MOST_HOSTS, OWN, Budget, Left, span
from earnest.record.errors import SourceBusy

SHORTEST = 5.0
"""Seconds. Windows that are over sooner are not counted down: such a pause costs less than a wrong guess."""

PATIENCE = 15.0
"""Seconds for which a turn is kept for whoever does not come back for it."""

AHEAD = 30.0
"""Seconds for which the others wait for the one that goes ahead."""

SOON = 1.0
"""Seconds until they ask again."""


class Holds(Protocol):
    """What an `Egress` is held to: a `Budget`, or a share in one."""

    def check(self, host: str) -> None:
        """Raises SourceBusy where nothing may be asked of this host now."""

    def learn(self, host: str, status: int, headers: Mapping[str, str]) -> None:
        """Take in what an answer says. Never raises."""

    def left(self, host: str | None = None) -> Left:
        """How it stands with a host, or with the tightest of all."""


@dataclass(slots=True)
class _Host:
    """How it stands with one host. Moments are those of the clock.

    left, until  requests left in the window, counted down, and its end; None: nobody said
    waiting      who was turned away: since when, and when they were told to come back
    ahead        who goes ahead after a window that was used up, and since when
    spent        the last window was used up, and nobody heard since how it stands
    """

    left: float | None = None
    until: float = 0.0
    waiting: dict[Hashable, tuple[float, float]] = field(default_factory=dict)
    ahead: tuple[Hashable, float] | None = None
    spent: bool = False

    def over(self, at: float) -> bool:
        """Whether nothing is known of it that still counts."""
        waits = any(at - until < PATIENCE for _, until in self.waiting.values())
        return self.until <= at and not waits


class Shared:
    """What the servers allow one credential. One object is shared by all threads that read with it."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.budget = Budget(clock, now)
        self._now = now
        self._clock = clock
        self._lock = threading.Lock()
        self._hosts: dict[str, _Host] = {}
        self._holders: set[Hashable] = set()

    def of(self, holder: Hashable) -> "Share":
        """The share of one holder."""
        with self._lock:
            self._holders.add(holder)
        return Share(self, holder, Budget(self._clock, self._now))

    def check(self, host: str, holder: Hashable) -> None:
        """Raises SourceBusy where a request would be refused, or is another's turn. Sends nothing."""
        with self._lock:
            at = self._clock()
            state = self._state(host, at)
            try:
                self.budget.check(host)
            except SourceBusy as error:
                state.spent = True
                self._turned_away(state, holder, at, error.after or 0.0)
                raise
            if len(self._holders) < 2:
                return
            wait = self._wait(state, holder, at)
            if wait > 0:
                self._turned_away(state, holder, at, wait)
                raise SourceBusy(
                    f"{host} lets itself be asked again in {span(wait)}.",
                    after=wait,
                    advice="Other places are read there too, and it is their turn.",
                    why=OWN,
                )
            state.waiting.pop(holder, None)

    def _state(self, host: str, at: float) -> _Host:
        if len(self._hosts) > MOST_HOSTS and host not in self._hosts:
            self._hosts = {name: one for name, one in self._hosts.items() if not one.over(at)}
        return self._hosts.setdefault(host, _Host())

    def _wait(self, state: _Host, holder: Hashable, at: float) -> float:
        """Seconds until this holder may ask; 0.0: now, and then it is counted."""
        if state.until <= at:
            state.left = None
        state.waiting = {one: told for one, told in state.waiting.items() if at - told[1] < PATIENCE}
        mine = state.waiting.get(holder, (at, at))[0]
        before = sum(since < mine for one, (since, _) in state.waiting.items() if one != holder)
        if state.left is None:
            if not state.spent:
                return 0.0
            other = state.ahead is not None and state.ahead[0] != holder and at - state.ahead[1] < AHEAD
            if before or other:
                return SOON
            state.ahead = (holder, at)
            return 0.0
        if state.left - before < 1.0:
            return max(SOON, state.until - at)
        state.left -= 1.0
        return 0.0

    @staticmethod
    def _turned_away(state: _Host, holder: Hashable, at: float, wait: float) -> None:
        since = state.waiting.get(holder, (at, at))[0]
        state.waiting[holder] = (since, at + wait)

    def learn(self, host: str, status: int, headers: Mapping[str, str]) -> None:
        """Take in what an answer of `host` says. Never raises."""
        self.budget.learn(host, status, headers)
        window = self.budget.window(host)
        with self._lock:
            at = self._clock()
            state = self._state(host, at)
            state.ahead, state.spent = None, self.budget.left(host).wait > 0
            if window is None or window[1] < SHORTEST:
                return
            same = state.left is not None and abs(state.until - at - window[1]) < SHORTEST
            # An answer that comes late tells of an earlier moment of the same window.
            state.left = min(window[0], state.left) if same and state.left is not None else window[0]
            state.until = at + window[1]


class Share:
    """One holder's share. It tells how it stands with the hosts that this holder asked."""

    def __init__(self, shared: Shared, holder: Hashable, own: Budget) -> None:
        self._shared, self._holder, self._own = shared, holder, own
        self._asked: set[str] = set()

    def of(self, shared: Shared) -> bool:
        """Whether it is a share in this."""
        return self._shared is shared

    def check(self, host: str) -> None:
        """Raises SourceBusy where this holder may not ask there now. Sends nothing."""
        self._asks(host)
        self._own.check(host)
        self._shared.check(host, self._holder)

    def learn(self, host: str, status: int, headers: Mapping[str, str]) -> None:
        """Take in what an answer of `host` says. Never raises."""
        self._asks(host)
        self._own.learn(host, status, headers)
        self._shared.learn(host, status, headers)

    def _asks(self, host: str) -> None:
        if len(self._asked) > MOST_HOSTS:
            self._asked.clear()
        self._asked.add(host)

    def left(self, host: str | None = None) -> Left:
        """How it stands with a host, or with the tightest of those that were asked lately."""
        hosts = sorted(self._asked) if host is None else [host]
        found = [held.left(one) for one in hosts for held in (self._own, self._shared.budget)]
        remaining = min((one.remaining for one in found if one.remaining is not None), default=None)
        return Left(remaining, max((one.wait for one in found), default=0.0))
