"""Single posts that may not wait until others say the same: somebody hurt, threatened or in danger, a
child, months of money, data of others laid open, something sent across the world by mistake.

Word rules in English and Spanish, after idioms that only sound so are taken out: "this app is killing me",
"my phone exploded with messages" and "dying of laughter" are no emergencies. A classifier learned from the
same four hundred examples found no more at the same price, so there is none. The rules miss what is told
without any of their words; how many stands in docs/benchmarks.md.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from earnest.terms.lexicon import folded
from earnest.understand import patterns

NOT_MEANT = "not meant"
"""The section of idioms that only sound severe."""
LONGEST = 4_000
"""Characters of a post that are looked at."""


@dataclass(frozen=True, slots=True)
class Severe:
    """Why a post may not wait: sections of severity.txt, the gravest first; how much speaks for it."""

    why: tuple[str, ...]
    score: float


def judge(texts: Sequence[str]) -> list[Severe | None]:
    """One answer a text: None where it may wait like any other. Any text will do."""
    return [_judged(text) for text in texts]


def _judged(text: str) -> Severe | None:
    codes = told(folded(text[:LONGEST]))
    return Severe(codes, round(1 - 0.5 ** len(codes), 3)) if codes else None


def told(plain: str) -> tuple[str, ...]:
    """What the rules find in a folded text, the gravest first; () for nothing."""
    rules = patterns.read("severity")
    rest = rules[NOT_MEANT].sub(" ", re.sub(r"\s+", " ", plain))
    return tuple(code for code, rule in rules.items() if code != NOT_MEANT and rule.search(rest))
