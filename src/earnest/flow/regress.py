"""Looking after settled cases: what became of each after something was done, and which came back.

    regress.tend(now)     a few cases that were not looked at today; how many came back

What was found is kept as a verdict and a rounded share, for lists; a case's own page reads it anew.

A case that was acted on, answered or closed is reopened by itself when complaints on it are clearly above
what was promised (`understand.relapse` has the rule), with the reason in numbers on its timeline. What its
last action promised counts; without one, complaints must be clearly above what they were before.
A person may say "leave it closed", which holds until it is acted on anew.
"""

import logging
import time
from datetime import datetime

from earnest.desk import cases
from earnest.record.errors import EarnestError
from earnest.store import clock, read, read_effect, read_watch, write_watch
from earnest.store.action_shapes import STAYS
from earnest.store.effect_shapes import Counted, Done
from earnest.store.read_watch import Watched
from earnest.store.shapes import Programme
from earnest.store.write import DatabaseError
from earnest.understand import effect, outcome, relapse
from earnest.understand.relapse import Level, Memory

LOG = logging.getLogger(__name__)

A_TIME = 20
"""Cases of a programme that are looked at in one go: each once a day, and listening does not wait for it."""

CLIMBED = 1.25
"""A case that nothing was done about comes back above so much of what was said before it was settled."""

SURE = 0.95

BUDGET = 2.0
"""Seconds after which the rest waits for the next turn: places are read in between."""


def tend(now: datetime) -> int:
    """Look at settled cases that were not looked at today; how many came back."""
    back, begun = 0, time.monotonic()
    for programme in read.programmes():
        if not programme.live:
            continue
        for watched in read_watch.due(programme.slug, clock.seconds(now) // clock.DAY, A_TIME):
            if time.monotonic() - begun > BUDGET:
                return back
            try:
                back += look(programme, watched, now)
            except DatabaseError:
                raise
            except EarnestError as error:
                LOG.warning("A case could not be looked at: %s", error.problem)
    return back


def look(programme: Programme, watched: Watched, now: datetime) -> bool:
    """Look at one case: what became of it, and whether it is back."""
    today = clock.seconds(now) // clock.DAY
    done = read_effect.done(programme.slug, watched.number)
    settled = watched.settled if watched.status == "closed" or not watched.looked else watched.since
    acted = (settled, settled) if done is None else done.run
    memory = Memory(
        max(acted[1], watched.since, settled if done is None else 0), watched.above, watched.left_alone
    )
    counted = read_effect.upto(programme.slug, watched.number, acted, today)
    verdict, left = "", None
    back = False
    if counted is not None:
        if done is not None:
            found = outcome.tell(counted, programme.floor)
            verdict, left = found.verdict, found.left
        if watched.status in read_watch.SETTLED:
            back, memory = _back(programme, watched, counted, memory, done, acted[0], today)
    write_watch.keep(
        watched.id, since=memory.since, above=memory.above, looked=today, verdict=verdict, left_percent=left
    )
    return back


def _back(
    programme: Programme,
    watched: Watched,
    counted: Counted,
    memory: Memory,
    done: Done | None,
    before: int,
    today: int,
) -> tuple[bool, Memory]:
    """Whether a settled case is back, and what is remembered of it."""
    promised = CLIMBED if done is None else min(STAYS[one] for one in done.promises)
    seen = level(counted, before, today, programme.floor)
    memory, back = relapse.step(memory, seen, promised=promised, today=today)
    if back and seen is not None:
        back = bool(_reopen(programme, watched.number, counted, seen, promised, today))
    return back, memory


def level(counted: Counted, before: int, today: int, floor: int) -> Level | None:
    """Complaints of the last two weeks against those of the eight before the day `before`. None where too
    little was heard.
    """
    lately = (today - relapse.REST, today)
    was = (before - 7 * effect.BEFORE, before)
    rows = counted.known[lately[0] - counted.first : lately[1] - counted.first]
    if not rows.size or (rows > 0).mean() < effect.LISTENED:
        return None
    own = effect.level(counted, before=was, lately=lately, sure=SURE)
    if own is None:
        return None
    # Fewer voices than a figure may stand for never bring a case back; they may show that it is quiet.
    low = own.low if counted.voices(*lately) >= floor else 0.0
    beside = effect.level(counted, before=was, lately=lately, sure=SURE, others=True)
    return Level(own.value, low, None if beside is None else beside.value)


def _reopen(
    programme: Programme, number: int, counted: Counted, seen: Level, promised: float, today: int
) -> int:
    """Reopen it with the reason in values: percent of what was complained before, and rounded voices."""
    voices = counted.voices(today - relapse.REST, today)
    unit = programme.floor
    because = {
        "percent": min(round(seen.value * 20) * 5, 1_000),
        "promised": round(promised * 100),
        "voices": (2 * voices + unit) // (2 * unit) * unit,
        "days": relapse.REST,
    }
    return cases.reopen(programme.slug, number, because)
