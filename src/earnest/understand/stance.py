"""Who says the opposite: posts of a theme that deny, limit or have overcome the problem the others report.

"Works fine for me", "not all stations have noticed", "fixed since the update". A problem is mostly told with
a negation itself ("does not open"), so negation alone says nothing: what counts is a cue that speaks of the
problem being absent. Rules for English, Spanish and, thinner, Portuguese, French, German and Italian; a
sentence that turns after the cue ("worked fine until today") takes it back.
"""

import re
from collections.abc import Sequence

from earnest.terms.lexicon import folded
from earnest.understand import patterns

LONGEST = 2_000
"""Characters of a post that are looked at."""
NEAR = 24
"""Characters before a cue in which a turn takes it back."""

_SENTENCE = re.compile(r"[.!?\n;]+")


def says_opposite(texts: Sequence[str]) -> list[bool]:
    """Whether each text denies, limits or has overcome the problem it speaks of."""
    return [_opposes(text) for text in texts]


def _opposes(text: str) -> bool:
    told = patterns.read("stance")
    turns, denied, not_all = told["turns"], told["denied"], told["not all"]
    plain = re.sub(r"[^a-z0-9.!?;\n]+", " ", folded(text[:LONGEST]).replace(",", " "))
    for sentence in _SENTENCE.split(plain):
        for found in told["cues"].finditer(sentence):
            before, after = sentence[: found.start()], sentence[found.end() :]
            if turns.search(after) or turns.search(before[-NEAR:]):
                continue
            if not not_all.match(found.group()) and denied.search(before):
                continue
            return True
    return False
