"""When a settled problem counts as back: a rule that never flaps.

    step(Memory(since=day), Level(…), promised=0.5, today=day) -> (Memory, back)

It is back when complaints are clearly above what was promised on two looks at least three days apart, without
having been well below in between. It rests for two weeks after anything was decided, so that between two
decisions of people it comes back once at most.
"""

from dataclasses import dataclass, replace

REST = 14
"""Days after a decision in which nothing comes back, and the days that are looked at."""
APART = 3
"""Days between the first look above and the one that counts."""
BELOW = 0.85
"""Below this part of what was promised it is quiet again; between this and the promise nothing changes."""


@dataclass(frozen=True, slots=True)
class Memory:
    """since: the day of the last decision. above: the first day above, None while it is quiet. left: a person
    said that it stays closed.
    """

    since: int
    above: int | None = None
    left: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """Complaints of the last two weeks against those before anything was done: the ratio and the lower end of
    its interval; `against` the same held against other complaints, None where there are none.
    """

    value: float
    low: float
    against: float | None = None


def step(memory: Memory, seen: Level | None, *, promised: float, today: int) -> tuple[Memory, bool]:
    """What is remembered after a look, and whether it is back. `seen` None: too little was heard to tell, so
    nothing changes.
    """
    if seen is None or memory.left or today <= memory.since + REST:
        return memory, False
    if seen.value < promised * BELOW:
        return replace(memory, above=None), False
    general = seen.against is not None and seen.against < promised
    if seen.low <= promised or general:
        return memory, False
    if memory.above is None:
        return replace(memory, above=today), False
    if today - memory.above < APART:
        return memory, False
    return Memory(since=today), True
