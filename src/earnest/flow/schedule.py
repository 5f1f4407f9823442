"""Which places are due, and what happens when one of them cannot be read."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from django.conf import settings

from earnest.egress import Egress
from earnest.flow import alerts, climb, deliver, handshake, recheck, regress, relabel, second, teach, upkeep
from earnest.flow.follow import Follower, follow_all
from earnest.flow.listen import Heard, listen, open_place, open_stages
from earnest.gate.voice import Keys
from earnest.record.errors import EarnestError, SetupError, SourceBusy, SourceGone, StoreBusy
from earnest.store import read, write
from earnest.understand.classify import Model

LOG = logging.getLogger(__name__)

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
LONGEST_NAP = timedelta(seconds=15)
"""Places that are added or resumed meanwhile are seen after this."""

SWEEP_EVERY = timedelta(hours=1)
FOLLOWING = 5.0
"""Seconds in which a programme's new posts are followed before places have their turn again."""

PROVE_EVERY = timedelta(minutes=1)
"""A community that does not answer is not asked in every nap."""

TOLERATED = 3
"""Failures in a row after which a place counts as failed (it is still tried again, less and less often)."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn at a place brought: posts, or a problem in a sentence."""

    place: read.ListeningPlace
    heard: Heard | None
    problem: str | None


def due(now: datetime) -> list[read.ListeningPlace]:
    """The places to read now, the longest unread first."""
    return [place for place in read.listening_places() if _is_due(place, now)]


def _is_due(place: read.ListeningPlace, now: datetime) -> bool:
    """A place that was last read after now was so before the clock was set back: what it waits for may be far
    away.
    """
    if place.next_read is None:
        return False
    return place.next_read <= now or (place.last_read is not None and place.last_read > now + FIRST_WAIT)


def next_turn(now: datetime, at_most: timedelta) -> timedelta:
    """How long until the next place is due."""
    times = [place.next_read for place in read.listening_places() if place.next_read is not None]
    return max(timedelta(), min([at_most, *(at - now for at in times)]))


def listen_once(
    keys: Keys, model_of: Callable[[str], Model], egress: Egress | None, *, prove: bool = True
) -> Iterator[Turn]:
    """Give every place that is due its turn. A place that fails never stops the others.

    `model_of` gives the model that a programme uses (`learn.models`). `prove` also asks the communities whose
    hour is nearly over and whose turn is far off.
    """
    if prove:
        handshake.prove_due(datetime.now(UTC), egress)
    for place in due(datetime.now(UTC)):
        try:
            source = open_place(place, egress)
            standing = handshake.stand(place, source) if place.kind == "closed" else handshake.Standing(place)
            if standing.place is None:
                write.wait(place.id, standing.problem, datetime.now(UTC) + handshake.WAITING)
                yield Turn(place, None, standing.problem)
                continue
            stages = open_stages(standing.place, keys, model_of(place.programme))
            heard = listen(standing.place, source, stages)
        except StoreBusy as error:
            yield Turn(place, None, error.sentence())  # not the place's fault
        except EarnestError as error:
            yield _trouble(place, error, error.sentence())
        except Exception as error:  # noqa: BLE001 - one broken place must not silence the others
            yield _trouble(place, error, f"An unexpected error stopped this place ({type(error).__name__}).")
        else:
            yield Turn(place, heard, None)


def _trouble(place: read.ListeningPlace, error: Exception, problem: str) -> Turn:
    now = datetime.now(UTC)
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(place.failures, 12))
    next_read: datetime | None = now + wait
    failed = place.failures + 1 >= TOLERATED or not isinstance(error, EarnestError) or not error.retry
    if isinstance(error, SourceBusy) and error.after is not None:
        next_read = now + max(wait, timedelta(seconds=min(error.after, 7 * 86_400)))
    elif isinstance(error, SourceGone):
        next_read = None
    elif isinstance(error, SetupError):
        failed = True
    write.failed_read(place.id, problem, next_read=next_read, failed=failed)
    return Turn(place, None, problem)


def tend(
    keys: Keys,
    model_of: Callable[[str], Model],
    egress: Egress | None,
    *,
    sweep: bool,
    follower: Follower | None = None,
    watcher: alerts.Watcher | None = None,
) -> Iterator[Turn]:
    """What is done beside listening: look again at what is due, take away what may no longer be kept, follow
    what is new (`flow.follow`), see what rises (`flow.alerts`), make reports anew that lost a quote. A turn
    for each place whose list failed.
    """
    for again in recheck.recheck_due(keys, model_of, egress):
        if again.problem:
            yield Turn(again.place, None, again.problem)
    if sweep:
        upkeep.sweep(keys, datetime.now(UTC))
        home = Path(settings.EARNEST_HOME)
        _aside("Learning from corrections", lambda: teach.tend(home, datetime.now(UTC)))
    _aside("Following new posts", lambda: follow_all(follower or Follower(), FOLLOWING))
    _aside("Looking for what rises", lambda: (watcher or alerts.Watcher()).look(datetime.now(UTC)))
    _aside("Escalating", lambda: climb.tend(datetime.now(UTC)))
    _aside("Delivering messages", deliver.tend)
    _aside("Looking after settled cases", lambda: regress.tend(datetime.now(UTC)))
    upkeep.remake_reports()


def _aside(what: str, work: Callable[[], object]) -> None:
    """Do what no post waits for: an error there is logged by its class alone, and listening goes on."""
    try:
        work()
    except write.DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 - what is found in posts must not silence places
        LOG.warning("%s failed (%s); it is tried again.", what, type(error).__name__)


def listen_forever(
    stop: Event,
    keys: Keys,
    model_of: Callable[[str], Model],
    egress: Egress | None,
    told: Callable[[Turn], None] = lambda turn: None,
) -> None:
    """Give places their turns until `stop` is set, look again at what is due, make reports anew whose quotes
    were erased; every hour take away what may no longer be kept.

    A database that is restarting is waited for. The first sweep is at once, so a short run sweeps too.
    """
    swept: float | None = None
    proved: float | None = None
    relabelling = relabel.Beside(Path(settings.EARNEST_HOME))
    beside = second.Beside(stop)
    follower = Follower()
    watcher = alerts.Watcher()
    while not stop.is_set():
        wait = LONGEST_NAP
        try:
            prove = proved is None or time.monotonic() - proved >= PROVE_EVERY.total_seconds()
            proved = time.monotonic() if prove else proved
            for turn in listen_once(keys, model_of, egress, prove=prove):
                told(turn)
                if stop.is_set():
                    return
            # By a clock that nobody sets: retention holds while reading, but posts must leave the disk too.
            due_sweep = swept is None or time.monotonic() - swept >= SWEEP_EVERY.total_seconds()
            for turn in tend(keys, model_of, egress, sweep=due_sweep, follower=follower, watcher=watcher):
                told(turn)
                if stop.is_set():
                    return
            if due_sweep:
                swept = time.monotonic()
            beside.look()
            relabelling.look()
            wait = next_turn(datetime.now(UTC), LONGEST_NAP)
        except EarnestError as error:
            if not error.retry:
                raise
        except write.DatabaseError:
            write.close_connections()
        stop.wait(max(1.0, wait.total_seconds()))
    beside.join(5.0)
    relabelling.stop()
