"""Which places are due, and what happens when one of them cannot be read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event

from earnest.egress import Egress
from earnest.flow.listen import Heard, listen, open_place, open_stages
from earnest.gate.voice import Keys
from earnest.record.errors import EarnestError, SetupError, SourceBusy, SourceGone, StoreBusy
from earnest.store import erase, read, write
from earnest.understand.classify import Model

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
LONGEST_NAP = timedelta(seconds=15)
"""Places that are added or resumed meanwhile are seen after this."""

SWEEP_EVERY = timedelta(hours=1)
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
    return [
        place for place in read.listening_places() if place.next_read is not None and place.next_read <= now
    ]


def next_turn(now: datetime, at_most: timedelta) -> timedelta:
    """How long until the next place is due."""
    times = [place.next_read for place in read.listening_places() if place.next_read is not None]
    return max(timedelta(), min([at_most, *(time - now for time in times)]))


def listen_once(keys: Keys, model_of: Callable[[str], Model], egress: Egress | None) -> Iterator[Turn]:
    """Give every place that is due its turn. A place that fails never stops the others.

    `model_of` gives the model for a taxonomy's id.
    """
    for place in due(datetime.now(UTC)):
        try:
            heard = listen(
                place, open_place(place, egress), open_stages(place, keys, model_of(place.taxonomy))
            )
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


def listen_forever(
    stop: Event,
    keys: Keys,
    model_of: Callable[[str], Model],
    egress: Egress | None,
    told: Callable[[Turn], None] = lambda turn: None,
) -> None:
    """Give places their turns until `stop` is set; every hour take away what may no longer be kept.

    A database that is restarting is waited for. The first sweep is at once, so a short run sweeps too.
    """
    swept: datetime | None = None
    while not stop.is_set():
        wait = LONGEST_NAP
        try:
            for turn in listen_once(keys, model_of, egress):
                told(turn)
                if stop.is_set():
                    return
            now = datetime.now(UTC)
            if swept is None or now - swept >= SWEEP_EVERY:
                erase.sweep(now)
                swept = now
            wait = next_turn(datetime.now(UTC), LONGEST_NAP)
        except EarnestError as error:
            if not error.retry:
                raise
        except write.DatabaseError:
            write.close_connections()
        stop.wait(max(1.0, wait.total_seconds()))
