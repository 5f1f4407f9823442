"""What a theme is called: the phrases its posts say much more often than others of their kind.

Phrases are one to five neighbouring words as people wrote them, within a clause, without placeholders, links
and numbers. A phrase must stand in several posts, so that no single post can be read from a name.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import log, sqrt

from earnest.terms import lexicon

LONGEST = 5
"""Words of a phrase."""
MOST = 6
"""Phrases of a theme."""
MOST_TEXT = 2_000
"""Characters of a post that are read for phrases."""
SURE = 1.6
"""Standard errors by which a phrase must stand out."""
PRIOR = 20.0
ELSEWHERE = 10
"""Texts taken to be said elsewhere without any of these phrases: where all posts are of one theme there
is nothing else to set it apart from.
"""
EVERYDAY = 260
"""So many of the most frequent words open and close no phrase."""

_OUT = re.compile(r"\[[^\[\]\n]{1,40}\]|https?://\S+|www\.\S+|[@#]\w+")
_CLAUSE = re.compile(r"[.,;:!?()\"“”«»¡¿\n\r\t/|…—–]+| - ")
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_DENYING = """
no not never without nothing sin nunca nada ni jamás não nunca sem pas jamais nicht kein non
"""
_NEGATIONS = frozenset(_DENYING.split())
_SAID_BY_ALL = """
a about after again all also always am an and any are as at be because been before being but by can can't
cannot could did didn't do does doesn't don't each even ever every few for from get gets getting go going
got had has have having he her here him his how i i'd i'll i'm i've if in into is isn't it it's its itself
just keep keeps let like lot made make many me more most much must my myself now of off on once one only
or other our out over please put really said same say see she should since so some still such take than
that that's the their them then there there's these they they're thing things this those though to today
too two up us very via want was wasn't way we well went were what when where which while who why will with
won't would yesterday you your yours al algo ahora así aun aunque ayer cada casi como cómo con cosa cual
cuál cuando cuándo cualquier de del desde día donde dónde dos e el él ella ellos en entre era eres es esa
ese eso esta está están estar este esto estoy fue gente ha había hace hacen hacer han hasta hay he hola
hoy la las le les lo los luego más me mi mis mismo mucho muy nos nosotros o os otra otro otros para pero
poco por porque pues que qué quien quién se sea ser si sí sido siempre sobre solo sólo son soy su sus
también tan te tengo ti tiene tienen todo todos toda todas tres tu tú un una unos uno usted va van ver vez
voy y ya yo hey hi hello thanks thank lol ok okay pls plz anyone else guys help
"""
_MORE = frozenset(_SAID_BY_ALL.split())


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that set a theme apart, as they were mostly written, and in how many of its posts they stand."""

    text: str
    posts: int


@cache
def _edges() -> frozenset[str]:
    known = lexicon.installed()
    return _MORE | (frozenset(known.words[:EVERYDAY]) if known else frozenset())


def said(text: str) -> dict[str, str]:
    """The phrases of a text: in lower case, with how they are written there."""
    found: dict[str, str] = {}
    plain = _OUT.sub(" . ", text[:MOST_TEXT]).replace("’", "'")
    edges = _edges()
    for clause in _CLAUSE.split(plain):
        words = _WORD.findall(clause)
        low = [word.lower() for word in words]
        for first in range(len(words)):
            opens = low[first]
            if (opens in edges or len(opens) < 3) and opens not in _NEGATIONS:
                continue
            for end in range(first + 1, min(first + LONGEST, len(words)) + 1):
                closes = low[end - 1]
                if closes in edges or len(closes) < 3 or closes in _NEGATIONS:
                    continue
                found.setdefault(" ".join(low[first:end]), " ".join(words[first:end]))
    return found


def usual(texts: Iterable[str]) -> Counter[str]:
    """In how many texts each phrase stands; "" counts the texts. Phrases of a single text are left out."""
    counts: Counter[str] = Counter()
    texts_read = 0
    for text in texts:
        texts_read += 1
        counts.update(said(text).keys())
    kept = Counter({phrase: count for phrase, count in counts.items() if count > 1})
    kept[""] = texts_read
    return kept


def phrases(texts: Sequence[str], around: Mapping[str, int], *, least: int = 2) -> list[Phrase]:
    """The phrases that set texts apart from those around them (`usual` of all, these among them), the most
    telling first, each in at least `least` of the texts.
    """
    counts: Counter[str] = Counter()
    written: dict[str, Counter[str]] = {}
    for text in texts:
        for phrase, as_written in said(text).items():
            counts[phrase] += 1
            written.setdefault(phrase, Counter())[as_written] += 1
    needed = max(least, 2, round(len(texts) * 0.06))
    scored = {
        phrase: _score(phrase, count, len(texts), max(around.get(phrase, 0) - count, 0), _rest(around, texts))
        for phrase, count in counts.items()
        if count >= needed
    }
    order = sorted((-score, phrase) for phrase, score in scored.items() if score >= SURE)
    chosen: list[str] = []
    for _, phrase in order:
        if len(chosen) == MOST:
            break
        mine = _stems(phrase)
        if any(mine <= _stems(other) or len(mine & _stems(other)) >= 2 for other in chosen):
            continue
        chosen = [other for other in chosen if not _stems(other) < mine]
        chosen.append(phrase)
    return [Phrase(written[one].most_common(1)[0][0], counts[one]) for one in chosen]


def name(found: Sequence[Phrase]) -> str:
    """A name of the most telling phrases: "order still active, restaurant closed". "" without any."""
    parts: list[str] = []
    for phrase in found:
        words = sum(len(part.split()) for part in parts)
        if parts and words + len(phrase.text.split()) > 7:
            break
        if parts and len(parts) == 3:
            break
        parts.append(phrase.text if phrase.text.isupper() and len(phrase.text) < 6 else phrase.text.lower())
        if words + len(phrase.text.split()) >= 4:
            break
    return ", ".join(parts)


def stands_in(phrase: str, text: str) -> bool:
    """Whether a text says a phrase, whatever the case."""
    return phrase.lower().replace("’", "'") in said(text)


def _rest(around: Mapping[str, int], texts: Sequence[str]) -> int:
    return max(around.get("", 0) - len(texts), 0) + ELSEWHERE


def _score(phrase: str, here: int, texts: int, there: int, others: int) -> float:
    """How surely a phrase belongs here (a z score of log odds with what both say as prior), more for a phrase
    of several words, which a person reads better.
    """
    share = (here + there) / max(1, texts + others)
    a, b = here + PRIOR * share, there + PRIOR * share
    odds = log((a + 0.5) / (texts + PRIOR - a + 0.5)) - log((b + 0.5) / (others + PRIOR - b + 0.5))
    words = len(phrase.split())
    return odds / sqrt(1 / (a + 0.5) + 1 / (b + 0.5)) * (1 + 0.3 * (words - 1))


def _stems(phrase: str) -> frozenset[str]:
    return frozenset(word[:5] for word in phrase.split() if word not in _edges())
