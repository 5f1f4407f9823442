"""Which places are due, and what happens when one of them cannot be read. `supervise.py` gives turns to many
at once; here is one turn, and what is done beside listening.
"""

import logging
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from earnest.egress import Egress
from earnest.egress.share import Holds
from earnest.flow import (
    alerts,
    backoff,
    budgets,
    climb,
    deliver,
    handshake,
    holder,
    recheck,
    regress,
    teach,
    trace,
    upkeep,
)
from earnest.flow.digest import Stages
from earnest.flow.follow import Follower, follow_all
from earnest.flow.hand import Hand
from earnest.flow.listen import Heard, follow, listen, open_place, open_stages
from earnest.gate.voice import Keys
from earnest.record.errors import EarnestError, StoreBusy
from earnest.sources.base import Follows, Moves
from earnest.store import read, write, write_leases
from earnest.store.write_leases import Fence
from earnest.understand.classify import Model

LOG = logging.getLogger(__name__)

AHEAD = timedelta(minutes=1)
"""A place whose last read lies further ahead than this was read before the clock was set back."""

FOLLOWING = 5.0
"""Seconds in which a programme's new posts are followed before the rest has its turn again."""

LEASE = 60.0
"""Seconds for which a place is held without being renewed."""

CHANCE = random.Random()  # noqa: S311 - spreads waits; nothing secret depends on it


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn at a place brought: posts, or a problem in a sentence.

    busy    the database was busy, or the place had gone to another process: not the place's fault
    moved   where the place says that it is now
    waits   the place is not read yet (its community has not published the notice)
    """

    place: read.ListeningPlace
    heard: Heard | None
    problem: str | None
    busy: bool = False
    moved: str = ""
    waits: bool = False


def due(now: datetime) -> list[read.ListeningPlace]:
    """The places to read now, the longest unread first."""
    return [place for place in read.listening_places() if is_due(place, now)]


def is_due(place: read.ListeningPlace, now: datetime) -> bool:
    """A place that was last read after now was so before the clock was set back: what it waits for may be far
    away.
    """
    if place.next_read is None:
        return False
    return place.next_read <= now or (place.last_read is not None and place.last_read > now + AHEAD)


def listen_once(
    keys: Keys, model_of: Callable[[str], Model], egress: Egress | None, *, prove: bool = True
) -> Iterator[Turn]:
    """Give every place that is due one turn, one after the other. A place that fails never stops the others,
    and one that another process reads is left to it.

    `model_of` gives the model that a programme uses (`learn.models`). `prove` also asks the communities whose
    hour is nearly over and whose turn is far off.
    """
    if prove:
        handshake.prove_due(datetime.now(UTC), egress)
    me, shares = holder.name(), budgets.Budgets()
    for place in due(datetime.now(UTC)):
        fence = write_leases.take(place.id, me, write_leases.LONGEST)
        if fence is None:
            continue
        try:
            yield turn(place, keys, model_of, egress, fence=fence, budget=shares.of(place))
        finally:
            write_leases.release(fence)


def turn(
    place: read.ListeningPlace,
    keys: Keys,
    model_of: Callable[[str], Model],
    egress: Egress | None,
    *,
    fence: Fence,
    hand: Hand | None = None,
    budget: Holds | None = None,
) -> Turn:
    """One turn at a place, whose holder shows `fence`. Raises nothing but what ends the process.

    A place that failed often is asked for one page only, to see whether it is back. One that tells by itself
    is followed for as long as `hand` lets it, where it may.
    """
    hand = hand or Hand()
    if backoff.half_open(place.failures):
        hand.pages = 1
    return attempt(
        place,
        lambda: _read(place, keys, model_of, held(egress, budget), fence, hand),
        lambda error: trouble(place, error, fence),
    )


def held(egress: Egress | None, budget: Holds | None) -> Egress | None:
    """The way out, held to what servers allow."""
    return egress if egress is None or budget is None else egress.with_budget(budget)


def attempt(
    place: read.ListeningPlace, work: Callable[[], Turn], failed: Callable[[Exception], Turn]
) -> Turn:
    """A turn, whatever happens in it: a busy database is nobody's fault; `failed` judges anything else."""
    try:
        return work()
    except StoreBusy as error:
        return Turn(place, None, error.sentence(), busy=True)
    except write.DatabaseError:
        write.close_connections()
        return Turn(place, None, "The database is busy or restarting. It is tried again.", busy=True)
    except Exception as error:  # noqa: BLE001 - one broken place must not silence the others
        return failed(error)


def _read(
    place: read.ListeningPlace,
    keys: Keys,
    model_of: Callable[[str], Model],
    egress: Egress | None,
    fence: Fence,
    hand: Hand,
) -> Turn:
    with trace.span("listen"):
        source = open_place(place, egress)
        standing = handshake.stand(place, source) if place.kind == "closed" else handshake.Standing(place)
        if standing.place is None:
            write.wait(place.id, standing.problem, datetime.now(UTC) + handshake.WAITING)
            return Turn(place, None, standing.problem, waits=True)
        there = standing.place

        def stages() -> Stages:
            return open_stages(there, keys, model_of(place.programme))

        if hand.may_follow and isinstance(source, Follows) and hand.pages > 1:
            hand.follows = True
            heard = follow(there, source, stages, fence=fence, hand=hand)
            return Turn(place, replace(heard, more=True), None)
        heard = listen(there, source, stages(), fence=fence, hand=hand)
        moved = source.moved or "" if isinstance(source, Moves) else ""
        return Turn(place, heard, None, moved=moved)


def trouble(place: read.ListeningPlace, error: Exception, fence: Fence | None = None) -> Turn:
    """Keep what went wrong at a place, and when it is tried again."""
    problem = (
        error.sentence()
        if isinstance(error, EarnestError)
        else f"An unexpected error stopped this place ({type(error).__name__})."
    )
    told = backoff.judge(error, place.failures, datetime.now(UTC), CHANCE)
    try:
        write.failed_read(
            place.id,
            problem,
            next_read=told.next_read,
            failed=told.failed,
            code=told.code,
            fence=fence,
            counts=told.counts,
        )
    except write.DatabaseError:
        write.close_connections()
        return Turn(place, None, problem, busy=True)
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
    yield from look_again(keys, model_of, egress)
    look_after(keys, sweep=sweep, follower=follower, watcher=watcher)


def look_again(
    keys: Keys,
    model_of: Callable[[str], Model],
    egress: Egress | None,
    shares: budgets.Budgets | None = None,
) -> Iterator[Turn]:
    """Look again at every place with days that are due; a turn for each whose list failed."""
    for again in recheck.recheck_due(keys, model_of, egress, shares=shares):
        if again.problem:
            yield Turn(again.place, None, again.problem)


def look_after(
    keys: Keys,
    *,
    sweep: bool,
    follower: Follower | None = None,
    watcher: alerts.Watcher | None = None,
) -> None:
    """What waits for no server: see `tend`."""
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
