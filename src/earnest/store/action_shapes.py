"""What is told of actions: frozen values."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

Sort = Literal["fixed", "told", "changed", "repaid", "other"]
Promise = Literal["", "fewer", "half", "gone"]

SORTS: tuple[Sort, ...] = get_args(Sort)
PROMISES: tuple[Promise, ...] = get_args(Promise)

STAYS: dict[str, float] = {"": 0.9, "fewer": 0.75, "half": 0.5, "gone": 0.25}
"""How much of the complaints may stay where this was promised. Nothing promised: nearly all of them."""


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One thing that was done, or is planned.

    day      when it was done, or is to be done (`planned`)
    promise  how much of the complaints it is to take away
    told     reports may tell it
    version  what a person saw when they began to type
    cases    (number, title) of the cases it belongs to, as they are now
    """

    id: int
    what: str
    sort: str
    day: date
    planned: bool
    promise: str
    told: bool
    version: int
    team: int | None
    team_name: str
    by: int | None
    by_name: str
    made: datetime
    taken_back: bool
    cases: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class EffectRow:
    """What was last found of a case: `left` percent of the complaints, in steps of five; None where it is not
    told. `looked` is the day it is of.
    """

    verdict: str
    left: int | None
    looked: date


@dataclass(frozen=True, slots=True)
class ActionPage:
    """Actions, newest first; `next` is to be handed in as `after`, None at the end."""

    rows: tuple[ActionRow, ...]
    next: str | None
