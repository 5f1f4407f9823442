"""What is done beside listening while a supervisor runs, each in a thread of its own, so that a server that
is slow holds up neither messages nor alerts: proofs of closed communities, looking again, and all the rest.
"""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from earnest.egress import Egress
from earnest.flow import alerts, handshake, relabel, schedule, second
from earnest.flow.budgets import Budgets
from earnest.flow.follow import Follower
from earnest.gate.voice import Keys
from earnest.record.errors import EarnestError
from earnest.store import clock, write
from earnest.understand.classify import Model

LOG = logging.getLogger(__name__)

NAP = 15.0
"""Seconds between two rounds where nothing was heard; what was heard is followed at once."""

LEAST_NAP = 1.0

SWEEP_EVERY = 3_600.0
"""Seconds, by a clock that nobody sets: retention holds while reading, but posts must leave the disk too."""

PROVE_EVERY = 60.0
"""Seconds. A community that does not answer is not asked in every nap."""

GRACE = 10.0


class Beside:
    """Starts and ends the threads. `heard` wakes what follows new posts."""

    def __init__(
        self,
        keys: Keys,
        model_of: Callable[[str], Model],
        egress: Egress | None,
        shares: Budgets | None = None,
    ) -> None:
        self._shares = shares or Budgets()
        self._keys, self._model_of, self._egress = keys, model_of, egress
        self._news = threading.Event()
        self._threads: list[threading.Thread] = []
        self._relabel: relabel.Beside | None = None
        self._second: second.Beside | None = None
        self._follower, self._watcher = Follower(), alerts.Watcher()
        self._swept: float | None = None

    def heard(self, posts: int) -> None:
        """Posts were kept."""
        if posts:
            self._news.set()

    def start(self, stop: threading.Event) -> None:
        """Begin; the threads end after `stop`."""
        self._relabel = relabel.Beside(Path(settings.EARNEST_HOME))
        self._second = second.Beside(stop)
        for work, nap, news in (
            (self.look_after, NAP, self._news),
            (self.look_again, NAP, None),
            (self.prove, PROVE_EVERY, None),
        ):
            thread = threading.Thread(
                target=_round, args=(work, stop, nap, news), name=work.__name__, daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def look_after(self) -> None:
        """What waits for no server; every hour, by a clock that nobody sets, with a sweep."""
        sweep = self._swept is None or time.monotonic() - self._swept >= SWEEP_EVERY
        schedule.look_after(self._keys, sweep=sweep, follower=self._follower, watcher=self._watcher)
        if sweep:
            self._swept = time.monotonic()
        if self._second is not None and self._relabel is not None:
            self._second.look()
            self._relabel.look()

    def look_again(self) -> None:
        """Lists that are due again."""
        for turn in schedule.look_again(self._keys, self._model_of, self._egress, self._shares):
            LOG.warning("%s/%s: %s", turn.place.programme, turn.place.slug, turn.problem)

    def prove(self) -> None:
        """Closed communities whose hour is nearly over."""
        handshake.prove_due(clock.now(), self._egress)

    def finish(self) -> None:
        """Wait for what is under way; what hangs is given up with the process."""
        self._news.set()
        for thread in self._threads:
            thread.join(GRACE)
        if self._second is not None:
            self._second.join(5.0)
        if self._relabel is not None:
            self._relabel.stop()


def _round(work: Callable[[], None], stop: threading.Event, nap: float, news: threading.Event | None) -> None:
    """Again and again until `stop`. A database that is restarting is waited for; an error is logged by its
    class alone.
    """
    try:
        while not stop.is_set():
            try:
                work()
            except write.DatabaseError:
                write.close_connections()
            except EarnestError as error:
                if not error.retry:
                    LOG.warning("Beside listening: %s", error.problem)
            except Exception as error:  # noqa: BLE001 - what is done beside must not end the listening
                LOG.warning(
                    "Beside listening something failed (%s); it is tried again.", type(error).__name__
                )
            stop.wait(LEAST_NAP)
            if news is None:
                stop.wait(nap)
            elif not stop.is_set():
                news.wait(nap)
                news.clear()
    finally:
        write.close_connections()
