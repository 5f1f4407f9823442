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
from typing import Literal

import numpy as np
import re2

from earnest.gate import optout
from earnest.gate.automaton import holds, options, some
from earnest.gate.fold import DISGUISE, fold_all, undisguise
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
_OPTIONS = options(ascii_only=True)
_DISGUISE = "|".join(DISGUISE).encode("ascii")
_OUT = pattern(optout.WORDS)
_has = {name: holds([pattern(words)], _OPTIONS) for name, words in _WORDS.items()}
_disguised = holds([_DISGUISE], _OPTIONS)
_out = holds([_OUT], _OPTIONS)
_RARE = [pattern(rare(_WORDS[name])) for name in sorted({needs[0] for needs, _ in (*RULES, *DOUBTFUL)})]
_may_tell = holds(_RARE, _OPTIONS)
_some_may_tell = some(_RARE, _OPTIONS)
_some_disguised = some([_DISGUISE, _OUT], _OPTIONS)
_other = re2.compile(pattern(_WORDS["other"]), _OPTIONS)
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
    # The words of opting out are looked for in the same search as disguises: another would cost as much again.
    searched = _some_disguised(folded)
    foreign = [at for at, text in enumerate(texts) if not text.isascii() and _foreign.search(text)]
    hidden = [at for at in searched if heard[at] is None and _disguised(folded[at])]
    hidden = sorted({*hidden, *(at for at in foreign if heard[at] is None)})
    if hidden:
        plain = [undisguise(folded[at].decode("ascii")).encode("ascii") for at in hidden]
        for at, shown, loud in zip(hidden, plain, listening.scores(plain).tolist(), strict=True):
            # Who hides a word means it: the lists are believed alone.
            if loud >= ALONE or told(shown) is not None:
                heard[at] = "protected speech"
    for at in searched:
        if heard[at] is None and _out(folded[at]):
            heard[at] = "opted out"
    return heard


def _sound(folded: Sequence[bytes], listening: Ear, heard: list[Heard]) -> None:
    """Mark what the ear and the lists together take for protected speech, before disguises are looked at."""
    loud = listening.heard(folded)
    close = np.flatnonzero(loud >= listening.starts.min() + IF_PLAIN).tolist()
    may_tell = {close[at] for at in _some_may_tell([folded[at] for at in close])}
    # Where no list speaks, one that is too quiet in every language needs no language.
    close = [at for at in close if at in may_tell or loud[at] >= listening.starts.min() + ALONE]
    if not close:
        return
    starts = listening.starts_of([folded[at] for at in close])
    for at, above in zip(close, (loud[close] - starts).tolist(), strict=True):
        if above >= ALONE:
            heard[at] = "protected speech"
        elif above >= IF_PLAIN and at in may_tell:
            found = told(folded[at])
            if found == "plainly" or (found == "doubtfully" and above >= IF_DOUBTFUL):
                heard[at] = "protected speech"


def told(folded: bytes) -> Told:
    """What the word lists find in a folded text."""
    if not _may_tell(folded):
        return None
    rest = _other.sub(b" . ", folded)
    if _has["clear"](rest):
        return "plainly"
    parts = [rest] if len(rest) <= WINDOW else _windows(rest)
    if any(_telling(part, RULES) for part in parts):
        return "plainly"
    return "doubtfully" if any(_telling(part, DOUBTFUL) for part in parts) else None


def _telling(text: bytes, rules: tuple[tuple[tuple[str, ...], str | None], ...]) -> bool:
    return any(
        all(_has[name](text) for name in needs) and not (unless and _has[unless](text))
        for needs, unless in rules
    )


def _windows(folded: bytes) -> list[bytes]:
    """Each two neighbouring sentences."""
    sentences = [part for part in _SENTENCE.split(folded) if part.strip()]
    return [b" . ".join(pair) for pair in zip(sentences, [*sentences[1:], b""], strict=True)]
