"""The learned ear of the protected-speech filter: it knows calls by how they sound, not by their words alone.

`examples/` holds posts written for the project (synthetic, five languages), half of them protected, half
ordinary and often look-alikes. `train` makes `ear.zst` of them: one signed byte a bucket of hashed terms.
Promises: it runs in this process, keeps nothing, and answers for a batch at once; where its file is missing
or damaged nothing is admitted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earnest.terms.linear import Linear

FILE = Path(__file__).parent / "ear.zst"
LONG = 320
"""Characters. A longer text is heard in windows as well: one sentence of a long story must not be drowned."""
WINDOW = 240
STEP = 160
PLAINLY, DOUBTFULLY = 0.75, 0.25
"""What the lists' yes counts for, in the ear's own measure; found on examples that it had not learned."""


@dataclass(frozen=True, slots=True)
class Ear:
    """A trained ear. From `sure` on a post is protected; from `told` on where the word lists tell it plainly,
    from `hinted` on where they tell it doubtfully."""

    linear: Linear
    sure: float

    @property
    def told(self) -> float:
        return self.sure - PLAINLY

    @property
    def hinted(self) -> float:
        return self.sure - DOUBTFULLY

    def scores(self, texts: Sequence[bytes]) -> NDArray[np.float64]:
        """How much each folded text sounds protected: of a long one, its loudest window."""
        heard = self.linear.scores(texts)[:, 0]
        long = [at for at, text in enumerate(texts) if len(text) > LONG]
        if long:
            parts = [windows(texts[at]) for at in long]
            loud = self.linear.scores([window for part in parts for window in part])[:, 0]
            ends = np.cumsum([len(part) for part in parts])
            for at, start, end in zip(long, [0, *ends[:-1]], ends, strict=True):
                heard[at] = max(heard[at], loud[start:end].max())
        return heard


def windows(text: bytes) -> list[bytes]:
    """Overlapping stretches of a long text, cut at blanks."""
    found = []
    start = 0
    while start < len(text):
        end = text.find(b" ", start + WINDOW)
        found.append(text[start : end if 0 <= end < start + 2 * WINDOW else start + WINDOW])
        if start + WINDOW >= len(text):
            break
        step = text.find(b" ", start + STEP)
        start = step + 1 if 0 <= step < start + WINDOW else start + STEP
    return found


@cache
def ear() -> Ear:
    """The ear that comes with Earnest. ModelError where it is missing or damaged."""
    linear = Linear.load(FILE)
    return Ear(linear, float(linear.about["sure"]))
