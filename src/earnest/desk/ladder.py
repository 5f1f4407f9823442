"""When a step of a ladder is taken: pure arithmetic, so that it can be held against a model.

    first = begin(ladder, now)                      # when the first step may be taken
    if may_step(ladder, due, now): …                # at each look
    due = next_due(ladder, taken, now)              # after a step: when the next one is

Promises: a step is taken at the first look at or after its time that is not in quiet hours (or at the first
look at all, where the ladder may pass them); times are moments, so a clock that is put forward or back moves
no more than it must (`anchored`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from earnest.desk.quiet_hours import Quiet
from earnest.store.shapes_escalation import WHOS, Who

SET_BACK = timedelta(minutes=1)
"""A step taken later than so long after now was taken before the clock was set back."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: who is told, how long they have to answer (minutes; 0: no deadline, only for the last), and
    by which channels (slugs; none: those of the team or of its lead).
    """

    who: Who
    wait: int = 0
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps of one escalation. `passes`: it is severe, and severe passes its quiet hours.

    stop  who may stop it: team, lead, leadership
    """

    rungs: tuple[Rung, ...]
    quiet: Quiet | None = None
    passes: bool = False
    stop: Who = "lead"

    def plain(self) -> dict[str, Any]:
        """As plain values, for its row."""
        quiet = self.quiet
        return {
            "rungs": [[rung.who, rung.wait, list(rung.channels)] for rung in self.rungs],
            "quiet": None if quiet is None else [quiet.begin, quiet.end, quiet.zone, quiet.severe],
            "passes": self.passes,
            "stop": self.stop,
        }


def of_plain(plain: Mapping[str, Any]) -> Ladder:
    """A ladder from its row."""
    quiet = plain.get("quiet")
    rungs: Sequence[Any] = plain.get("rungs", ())
    return Ladder(
        tuple(Rung(who, int(wait), tuple(channels)) for who, wait, channels in rungs),
        None if quiet is None else Quiet(*quiet),
        bool(plain.get("passes")),
        cast(Who, plain.get("stop") if plain.get("stop") in WHOS else "lead"),
    )


def is_quiet(ladder: Ladder, at: datetime) -> bool:
    """Whether nobody may be told at a moment."""
    return ladder.quiet is not None and not ladder.passes and ladder.quiet.holds(at)


def awake(ladder: Ladder, at: datetime) -> datetime:
    """The moment, or the end of the quiet hours it falls into."""
    return at if ladder.quiet is None or ladder.passes else ladder.quiet.after(at)


def begin(ladder: Ladder, now: datetime) -> datetime:
    """When the first step may be taken."""
    return awake(ladder, now)


def deadline(ladder: Ladder, taken: int, now: datetime) -> datetime | None:
    """Until when those are asked to answer who were told by the step `taken` (0 is the first), taken now;
    None: by no time. A deadline that would fall into quiet hours waits for their end.
    """
    wait = ladder.rungs[taken].wait
    return awake(ladder, now + timedelta(minutes=wait)) if wait else None


def next_due(ladder: Ladder, taken: int, now: datetime) -> datetime | None:
    """When the step after `taken` is, taken now; None: there is none."""
    return deadline(ladder, taken, now) if taken + 1 < len(ladder.rungs) else None


def may_step(ladder: Ladder, due: datetime | None, now: datetime) -> bool:
    """Whether the next step is to be taken at this look."""
    return due is not None and due <= now and not is_quiet(ladder, now)


def anchored(ladder: Ladder, last: int | None, at: datetime, due: datetime, now: datetime) -> datetime:
    """When the next step is, where the clock was set back since the last one (`last`, taken at `at`; None:
    none was, and it began then): nobody waits longer than the step says, counted from now.
    """
    if at <= now + SET_BACK:
        return due
    again = begin(ladder, now) if last is None else deadline(ladder, last, now)
    return due if again is None else min(due, again)


def course(ladder: Ladder, now: datetime) -> list[tuple[Who, datetime]]:
    """Who would be told when, if it began now and nobody answered."""
    found: list[tuple[Who, datetime]] = []
    at: datetime | None = begin(ladder, now)
    for place, rung in enumerate(ladder.rungs):
        if at is None:
            break
        found.append((rung.who, at))
        at = next_due(ladder, place, at)
    return found
