"""Seeds of themes among posts that lie near to no other: a telling word, and words that go with it.

People tell one problem in so many ways that no two of their posts lie close together; what they share is the
thing it is about ("locker") and some of what goes wrong with it ("code", "rejected", "red light"). A seed is
a word that few posts say, together with words that stand beside it far more often than chance would have it;
its posts are those that say the word and one of its companions.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import sqrt

import numpy as np

from earnest.terms import lexicon

LEAST_POSTS = 5
"""Posts of a seed, at least."""
MOST_SHARE = 0.06
"""A word that more of all posts say is no telling word among them."""
SPEAKS = 0.4
"""How rare a word must be in the language at large, 0 to 1, to be told apart from how people write."""
BESIDE = 3.0
"""Standard errors by which a companion must stand beside the word."""
TOGETHER = 3
"""Posts in which the two stand together, at least."""
STRONG = 8.0
"""Standard errors of a word's five best companions together, from which it makes a seed."""
LONGEST = 2_000
"""Characters of a post that are read."""


_TIMES_AND_NUMBERS = """
minute hour half day days week weeks month months year today tonight morning evening afternoon night
yester monday tuesda wednes thursd friday saturd sunday late early three four five seven eight nine
ten twenty thirty forty fifty first second third last next since whole single every number page
minuto hora horas semana mes meses hoy ayer noche tarde manana lunes martes mierco jueves vierne
sabado doming diez cinco cuatro seis siete ocho nueve veinte treint medio media primer segund tercer
ultimo cada hay han hace
"""
_TIMES = frozenset(_TIMES_AND_NUMBERS.split())
"""Stems of times and numbers: they stand beside everything and are about nothing."""


@cache
def _everyday() -> frozenset[str]:
    known = lexicon.installed()
    if known is None:
        return frozenset()
    loud = np.linalg.norm(known.vectors, axis=1)
    return frozenset(word for word, one in zip(known.words, loud.tolist(), strict=True) if one < SPEAKS)


def _stems(text: str) -> frozenset[str]:
    words = {word for word in lexicon.words_of(text[:LONGEST]) if len(word) > 2} - _everyday()
    return frozenset(word[:6].rstrip("s") for word in words) - _TIMES


@dataclass(frozen=True, slots=True)
class Seed:
    """Texts (by place) that say a word and a companion of it, and others that say the word alone."""

    sure: list[int]
    maybe: list[int]


def seeds(texts: Sequence[str], langs: Sequence[str], among: int) -> list[Seed]:
    """Groups of texts, the strongest first; no text is in two. `langs`: what chance would have is
    reckoned within a language. `among`: how many posts there are in all, of which these lie near to no other.
    """
    said = [_stems(text) for text in texts]
    met = Counter(stem for stems in said for stem in stems)
    usual = {lang: Counter[str]() for lang in set(langs)}
    for stems, lang in zip(said, langs, strict=True):
        usual[lang].update(stems)
    posts = Counter(langs)
    most = max(LEAST_POSTS, MOST_SHARE * max(among, len(texts)))
    where: dict[str, list[int]] = {}
    for at, stems in enumerate(said):
        for stem in stems:
            if LEAST_POSTS <= met[stem] <= most:
                where.setdefault(stem, []).append(at)
    found = []
    for stem, places in where.items():
        inside = Counter(langs[at] for at in places)
        chance = {lang: count / posts[lang] for lang, count in inside.items()}
        together = Counter(one for at in places for one in said[at])
        strength, beside = companions(stem, together, usual, chance)
        if strength >= STRONG:
            found.append((-strength, stem, beside))
    taken: set[int] = set()
    groups = []
    for _, stem, beside in sorted(found, key=lambda one: one[:2]):
        left = [at for at in where[stem] if at not in taken]
        sure = [at for at in left if said[at] & beside]
        if len(sure) >= LEAST_POSTS:
            taken.update(left)
            groups.append(Seed(sure, [at for at in left if not said[at] & beside]))
    return groups


def companions(
    stem: str,
    together: Mapping[str, int],
    usual: Mapping[str, Mapping[str, int]],
    chance: Mapping[str, float],
) -> tuple[float, frozenset[str]]:
    """How strongly a word's best companions stand beside it, and which they are."""
    beside: dict[str, float] = {}
    for other, count in together.items():
        if other == stem or count < TOGETHER:
            continue
        expected = sum(share * usual[lang].get(other, 0) for lang, share in chance.items())
        sure = (count - expected) / sqrt(expected + 0.5)
        if sure >= BESIDE:
            beside[other] = sure
    return sum(sorted(beside.values(), reverse=True)[:5]), frozenset(beside)
