"""The learned ear of the protected-speech filter: it knows calls by how they sound, not by their words alone.

`examples/` holds posts written for the project (synthetic, five languages), half of them protected, half
ordinary and often look-alikes. `train` makes `ear.zst` of them: one signed byte a bucket of hashed terms.
Promises: it runs in this process, keeps nothing, and answers for a batch at once; where its file is missing
or damaged nothing is admitted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earnest.terms.linear import Linear

FILE, TONGUES = (Path(__file__).parent / name for name in ("ear.zst", "tongues.zst"))
LANGS = ("en", "es", "pt", "fr", "de")
LONG = 320
"""Characters. A longer text is heard in windows as well: one sentence of a long story must not be drowned."""
WINDOW = 240
STEP = 160
ALONE, IF_DOUBTFUL, IF_PLAIN = 0.0, -0.25, -0.7
"""From here on the ear decides alone; with the word lists' doubtful yes; with their plain yes. What a yes
counts for was found on examples that the ear had not learned."""

_NAMES = re.compile(rb"(?<![^\s.,:;!?])@[a-z0-9_.]+|https?: *[^\s]+")


@dataclass(frozen=True, slots=True)
class Ear:
    """A trained ear.

    linear   hears protected speech
    tongues  tells the languages of LANGS after the first apart; asked only where it may matter
    starts   for each of LANGS the loudness that counts as 0, so that each is misheard as rarely as the others
    """

    linear: Linear
    tongues: Linear
    starts: NDArray[np.float64]

    def scores(self, texts: Sequence[bytes]) -> NDArray[np.float64]:
        """How much each folded text sounds protected, a long one by its loudest window; yes from ALONE on."""
        loud = self.heard(texts)
        close = np.flatnonzero(loud >= self.starts.min() + IF_PLAIN)
        starts = np.full(len(texts), self.starts[0])
        if len(close):
            starts[close] = self.starts_of([texts[at] for at in close])
        scored: NDArray[np.float64] = loud - starts
        return scored

    def heard(self, texts: Sequence[bytes]) -> NDArray[np.float64]:
        """The same before anybody asks for the language: `starts_of` is yet to be taken away."""
        texts = _bare(texts)
        loud = self.linear.scores(texts)[:, 0]
        long = [at for at, text in enumerate(texts) if len(text) > LONG]
        if long:
            parts = [windows(texts[at]) for at in long]
            louder = self.linear.scores([window for part in parts for window in part])[:, 0]
            ends = np.cumsum([len(part) for part in parts])
            for at, start, end in zip(long, [0, *ends[:-1]], ends, strict=True):
                loud[at] = max(loud[at], louder[start:end].max())
        return loud

    def starts_of(self, texts: Sequence[bytes]) -> NDArray[np.float64]:
        """The loudness that counts as 0 in each text's language."""
        tongue = self.tongues.scores(_bare(texts))
        started: NDArray[np.float64] = self.starts[
            np.where(tongue.max(axis=1) > 0, tongue.argmax(axis=1) + 1, 0)
        ]
        return started


def _bare(texts: Sequence[bytes]) -> list[bytes]:
    """Texts without handles and links: names say nothing of what is said."""
    return [_NAMES.sub(b" ", text) if b"@" in text or b"http" in text else text for text in texts]


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
    return Ear(
        linear, Linear.load(TONGUES), np.array([float(linear.about[f"start_{lang}"]) for lang in LANGS])
    )
