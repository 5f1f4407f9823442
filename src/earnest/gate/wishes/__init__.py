"""The learned half of `gate.refusals`: what a request aims at, beyond the words that the lists know.

`examples/` holds requests written for the project (synthetic, five languages): what must be refused, and
look-alikes that must not. `train` makes `ear.zst` of them, with a question each: does it aim at protected
speech, at people, at what people are?
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from earnest.gate.fold import fold
from earnest.gate.text import parted
from earnest.terms.linear import Linear

FILE = Path(__file__).parent / "ear.zst"
Aim = Literal["speech", "people", "traits"]
AIMS: tuple[Aim, ...] = get_args(Aim)


LISTED = 1.25
OTHER = 0.5
"""What the word lists' yes, and what another sense that they know, count for in the ear's own measure."""


@dataclass(frozen=True, slots=True)
class Ear:
    """A trained ear: a request is refused where its strongest aim reaches `sure`, together with the lists."""

    linear: Linear
    sure: float

    def scores(self, requests: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """Requests (door, text) × aims."""
        return self.linear.scores([said(door, text) for door, text in requests])

    def aim(self, door: str, text: str, listed: Aim | None = None, *, other: bool = False) -> Aim | None:
        """What a request aims at, None where it is fine. `listed` is what the word lists take it to aim at,
        `other` says that they know its words in another sense."""
        scores = self.scores([(door, text)])[0]
        if listed is not None:
            scores[AIMS.index(listed)] += LISTED
        elif other:
            scores -= OTHER
        strongest = int(scores.argmax())
        return AIMS[strongest] if scores[strongest] >= self.sure else None


def said(door: str, text: str) -> bytes:
    """A request as one folded text: its door is a word of its own, parts of names are words."""
    return f"door{door.replace('_', '')} ".encode("ascii") + fold(parted(text))


@cache
def ear() -> Ear:
    """The ear that comes with Earnest. ModelError where it is missing or damaged."""
    linear = Linear.load(FILE)
    return Ear(linear, float(linear.about["sure"]))
