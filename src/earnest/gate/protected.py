"""The protected-speech filter: organising, representation, collective action, press, research, regulators,
law.

`is_protected(text)` answers yes or no and keeps nothing. Two signals decide together. The *ear*
(`gate.speech`) has learned from posts how calls sound, also those without a telling word. The *lists*
(`words/protected.txt`) know the telling words: other senses ("three strikes policy") are taken out first, and
what needs two groups of words together is judged sentence by sentence. Where the ear is certain it decides
alone; where it is not, it takes less if the lists agree. `docs/trust.md` has the measured figures.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Literal

import numpy as np
import re2
from numpy.typing import NDArray

from earnest.gate import optout
from earnest.gate.automaton import holds, options, some
from earnest.gate.fold import DISGUISE, fold_all, undisguise
from earnest.gate.literals import Literals
from earnest.gate.speech import ALONE, IF_DOUBTFUL, IF_PLAIN, Ear, ear
from earnest.gate.words import pattern, rare, read

Heard = Literal["protected speech", "opted out"] | None
Told = Literal["plainly", "doubtfully"] | None

RULES: tuple[tuple[tuple[str, ...], str | None], ...] = (
    (("clear",), None),
    (("together",), None),
    (("organise",), "stuff"),
    (("hold", "call", "lever"), None),
    (("hold", "call", "moment", "we"), None),
    (("lawyer", "turn"), None),
    (("civic", "we"), None),
    (("outlet", "asks"), None),
)
"""Groups that say it together, within two neighbouring sentences; and the group beside which they do not."""

DOUBTFUL: tuple[tuple[tuple[str, ...], str | None], ...] = ((("doubtful",), None), (("strike",), "mark"))
"""The same, of words that as often say something else."""

WINDOW = 160
"""Characters. A shorter text is judged as one sentence."""

_WORDS = read("protected")
_PLAIN = {name: tuple(one for one in words if "<" not in one) for name, words in _WORDS.items()}
_GAPPED = {name: tuple(one for one in words if "<" in one) for name, words in _WORDS.items()}
"""A gap makes the engine's automaton grow with every text: what has none is searched apart from it."""
_FIRST = sorted({needs[0] for needs, _ in (*RULES, *DOUBTFUL)})
_OPTIONS = options(ascii_only=True)
_DISGUISE = "|".join(DISGUISE).encode("ascii")
_OUT = pattern(optout.WORDS)
_plain = {name: holds([pattern(words)], _OPTIONS) for name, words in _PLAIN.items() if words}
_gapped = {name: holds([pattern(words)], _OPTIONS) for name, words in _GAPPED.items() if words}
_may_tell = holds([pattern(rare(_WORDS[name])) for name in _FIRST], _OPTIONS)
_disguised = holds([_DISGUISE], _OPTIONS)
_out = holds([_OUT], _OPTIONS)
_some_disguised = some([_DISGUISE, _OUT], _OPTIONS)
_other = re2.compile(pattern(_WORDS["other"]), _OPTIONS)
_IN_PLAIN = {name: 1 << place for place, name in enumerate(_WORDS)}
_IN_GAPPED = {name: 1 << place for place, name in enumerate(_WORDS, len(_WORDS))}
_IN = {name: _IN_PLAIN[name] | _IN_GAPPED[name] for name in _WORDS}
"""What `_literals` answers of each group, as bits."""
_SENTENCE = re.compile(rb"[.!?\n;]+")
_foreign = re.compile("[\u0370-\u04ff\u2100-\u214f\u2460-\u24ff\U0001d400-\U0001d7ff\U0001f130-\U0001f189]")
"""Letters that pass for Latin ones."""


def is_protected(text: str) -> bool:
    """True where the post is to pass by unread."""
    return hear(text) == "protected speech"


def hear(text: str) -> Heard:
    """Why a post is to pass by unread, None where it may go on."""
    return hear_all([text])[0]


def hear_all(texts: Sequence[str]) -> list[Heard]:
    """One answer a text, in order. ModelError where the ear's file is missing.

    What costs little and settles most is asked of all texts at once; only where something may be found is a
    text looked at alone.
    """
    listening = ear()
    folded = fold_all(texts)
    heard: list[Heard] = [None] * len(texts)
    _sound(folded, listening, heard)
    # The words of opting out are looked for together with disguises: another search would cost as much again.
    searched = _some_disguised(folded)
    foreign = [at for at, text in enumerate(texts) if not text.isascii() and _foreign.search(text)]
    hidden = [at for at in searched if heard[at] is None and _disguised(folded[at])]
    hidden = sorted({*hidden, *(at for at in foreign if heard[at] is None)})
    if hidden:
        plain = [undisguise(folded[at].decode("ascii")).encode("ascii") for at in hidden]
        groups = _literals().may_hold(plain).tolist()
        for at, shown, may, loud in zip(hidden, plain, groups, listening.scores(plain).tolist(), strict=True):
            # Who hides a word means it: the lists are believed alone.
            if loud >= ALONE or _told(shown, may) is not None:
                heard[at] = "protected speech"
    for at in searched:
        if heard[at] is None and _out(folded[at]):
            heard[at] = "opted out"
    return heard


def _sound(folded: Sequence[bytes], listening: Ear, heard: list[Heard]) -> None:
    """Mark what the ear and the lists together take for protected speech, before disguises are looked at."""
    loud = listening.heard(folded)
    least = float(listening.starts.min())
    close = np.flatnonzero(loud >= least + IF_PLAIN)
    groups = _literals().may_hold([folded[at] for at in close.tolist()])
    # Where no list can speak, one that is too quiet in every language needs no language.
    asked = _rules_may(groups) | (loud[close] >= least + ALONE)
    close, groups = close[asked], groups[asked]
    if not len(close):
        return
    starts = listening.starts_of([folded[at] for at in close.tolist()])
    above = (loud[close] - starts).tolist()
    for at, sound, may in zip(close.tolist(), above, groups.tolist(), strict=True):
        if sound >= ALONE:
            heard[at] = "protected speech"
        elif sound >= IF_PLAIN:
            found = _told(folded[at], may)
            if found == "plainly" or (found == "doubtfully" and sound >= IF_DOUBTFUL):
                heard[at] = "protected speech"


@cache
def _literals() -> Literals:
    """What each group of the lists cannot do without; made when first asked for."""
    groups = [*_PLAIN.values(), *_GAPPED.values()]
    return Literals.of([[pattern([words]).decode("ascii") for words in group] for group in groups])


def _rules_may(groups: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether all the groups of some rule may be there."""
    found = np.zeros(len(groups), np.bool_)
    for needs, _ in (*RULES, *DOUBTFUL):
        found |= np.all([groups & _IN[name] != 0 for name in needs], axis=0)
    return found


def told(folded: bytes) -> Told:
    """What the word lists find in a folded text."""
    return _told(folded, int(_literals().may_hold([folded])[0]))


def _told(folded: bytes, may: int) -> Told:
    """The same where it is known which groups may be there: the engine is asked for no others."""
    plainly, doubtfully = _possible(RULES, may), _possible(DOUBTFUL, may)
    if not plainly and not doubtfully:
        return None
    rest = _other.sub(b" . ", folded) if may & _IN["other"] else folded
    parts = [rest] if len(rest) <= WINDOW else _windows(rest)
    answer: Told = None
    if _holds("clear", rest, may) or any(_telling(part, plainly, may) for part in parts):
        answer = "plainly"
    elif any(_telling(part, doubtfully, may) for part in parts):
        answer = "doubtfully"
    return answer if answer is not None and _begins(folded, may) else None


Rules = Sequence[tuple[tuple[str, ...], str | None]]


def _possible(rules: Rules, may: int) -> Rules:
    """The rules of which all groups may be there."""
    return [rule for rule in rules if all(may & _IN[name] for name in rule[0])]


def _holds(name: str, text: bytes, may: int) -> bool:
    if may & _IN_PLAIN[name] and _plain[name](text):
        return True
    return bool(may & _IN_GAPPED[name]) and _gapped[name](text)


def _begins(folded: bytes, may: int) -> bool:
    """Whether a group that a rule begins with is there as a whole word, a gapped one by its rarer side."""
    for name in _FIRST:
        if may & _IN_PLAIN[name] and _plain[name](folded):
            return True
    return _may_tell(folded)


def _telling(text: bytes, rules: Rules, may: int) -> bool:
    for needs, unless in rules:
        if all(_holds(name, text, may) for name in needs) and not (unless and _holds(unless, text, may)):
            return True
    return False


def _windows(folded: bytes) -> list[bytes]:
    """Each two neighbouring sentences."""
    sentences = [part for part in _SENTENCE.split(folded) if part.strip()]
    return [b" . ".join(pair) for pair in zip(sentences, [*sentences[1:], b""], strict=True)]
