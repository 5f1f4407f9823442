"""When a place that failed is tried again: pure arithmetic, so that it can be read and tested alone.

Waits double from a minute to six hours, with a quarter of jitter, so that many places that failed together do
not come back together. After three failures in a row the circuit is open: until the wait is over nothing is
asked, then a single page is (half open), and only where that works the place is read as before.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from earnest.egress.budget import LONGEST, OWN
from earnest.record.errors import (
    EarnestError,
    EgressRefused,
    GateFailed,
    InputError,
    Refused,
    SetupError,
    SourceBusy,
    SourceGone,
)

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
JITTER = 0.25

TOLERATED = 3
"""Failures in a row after which a place counts as failed (it is still tried again, less and less often)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a failure means: when it is tried again (None: when a person has looked), whether the place now
    counts as failed, its class, and whether it counts as one more failure in a row.
    """

    next_read: datetime | None
    failed: bool
    code: str
    counts: bool = True


def judge(error: Exception, failures: int, now: datetime, chance: random.Random) -> Verdict:
    """What to do after `error`, the place having failed `failures` times in a row before."""
    code = code_of(error)
    if isinstance(error, SourceBusy) and error.why == OWN:
        return Verdict(now + _asked(error.after), failures >= TOLERATED, "limited", counts=False)
    if isinstance(error, SourceGone):
        return Verdict(None, True, code)
    wait = wait_after(failures, chance)
    failed = failures + 1 >= TOLERATED or not isinstance(error, EarnestError) or not error.retry
    if isinstance(error, SourceBusy) and error.after is not None:
        wait = max(wait, _asked(error.after)) if failures else _asked(error.after, least=FIRST_WAIT)
    return Verdict(now + wait, failed, code)


def wait_after(failures: int, chance: random.Random) -> timedelta:
    """How long to wait after one more failure."""
    wait = min(LONGEST_WAIT, FIRST_WAIT * int(2 ** min(failures, 12)))
    return wait * chance.uniform(1 - JITTER, 1 + JITTER)


def _asked(after: float | None, least: timedelta = timedelta(seconds=1)) -> timedelta:
    return max(least, timedelta(seconds=min(after or 0.0, LONGEST)))


def half_open(failures: int) -> bool:
    """Whether the next turn is a probe: one page, to see whether the place is back."""
    return failures >= TOLERATED


_CLASSES: tuple[tuple[type[Exception], str], ...] = (
    (GateFailed, "gate"),
    (SetupError, "setup"),
    (EgressRefused, "not_allowed"),
    (InputError, "bad_content"),
    (SourceGone, "gone"),
    (Refused, "setup"),
)


def code_of(error: Exception) -> str:
    """The class of an error, as the page of places explains it (`store.health_codes`)."""
    why = error.why if isinstance(error, EarnestError) else ""
    if why:
        return "limited" if why == OWN else why
    if isinstance(error, SourceBusy):
        return "limited" if error.after is not None else "down"
    return next((code for kind, code in _CLASSES if isinstance(error, kind)), "unexpected")
