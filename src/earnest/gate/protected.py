"""The protected-speech filter: organising, representation, collective action, press, research, regulators,
law.

`is_protected(text)` answers yes or no and keeps nothing. One pass of an RE2 set over the folded text says
which groups of words are present; other senses of the words ("three strikes policy") are taken out and the
rest is judged again; what needs two groups together is judged sentence by sentence. It would rather withhold
one post too many than keep one that it should not have read: `docs/trust.md` has the measured figures. The
words are in `words/protected.txt`.
"""

import re
from typing import Literal

import re2

from earnest.gate import optout
from earnest.gate.automaton import options, present
from earnest.gate.fold import DISGUISE, fold, undisguise
from earnest.gate.words import pattern, read

_GROUPS = read("protected")
_BIT = {name: 1 << place for place, name in enumerate(_GROUPS)}
_OTHER, _CLEAR = _BIT["other"], _BIT["clear"]
_DISGUISE = 1 << len(_GROUPS)


def _bits(*names: str) -> int:
    return sum(_BIT[name] for name in names)


RULES: tuple[tuple[int, int], ...] = (
    (_bits("together"), 0),
    (_bits("organise"), _bits("stuff")),
    (_bits("strike"), _bits("mark")),
    (_bits("call", "hold", "lever"), 0),
    (_bits("call", "hold", "moment", "we"), 0),
    (_bits("lawyer", "turn"), 0),
    (_bits("civic", "we"), 0),
    (_bits("outlet", "asks"), 0),
)
"""Groups that say it only together, within two neighbouring sentences; and what says that they do not."""
_TELLING = [
    bool(found & _CLEAR) or any(found & needs == needs and not found & unless for needs, unless in RULES)
    for found in range(1 << len(_GROUPS))
]
_KNOWN = (1 << len(_GROUPS)) - 1

_OUT = _DISGUISE << 1
_OPTIONS = options(ascii_only=True)
_other = re2.compile(pattern(_GROUPS["other"]), _OPTIONS)
_groups = present(
    [*map(pattern, _GROUPS.values()), "|".join(DISGUISE).encode("ascii"), pattern(optout.WORDS)], _OPTIONS
)
_SENTENCE = re.compile(rb"[.!?\n;]+")
WINDOW = 160
"""Characters. A shorter text is judged as one sentence."""


def is_protected(text: str) -> bool:
    """True where the post is to pass by unread. GateDownError where it cannot be told."""
    return hear(text) == "protected speech"


def hear(text: str) -> Literal["protected speech", "opted out"] | None:
    """Why a post is to pass by unread, None where it may go on. GateDownError where it cannot be told.

    The words of opting out are looked for in the same pass, because a second one would cost as much again.
    """
    folded = fold(text)
    found = _groups(folded)
    if _TELLING[found & _KNOWN] and _judge(folded, found):
        return "protected speech"
    if found & _DISGUISE:
        plain = undisguise(folded.decode("ascii")).encode("ascii")
        read = _groups(plain)
        if _TELLING[read & _KNOWN] and _judge(plain, read):
            return "protected speech"
    return "opted out" if found & _OUT else None


def _judge(folded: bytes, found: int) -> bool:
    if found & _OTHER:
        folded = _other.sub(b" . ", folded)
        found = _groups(folded)
    if found & _CLEAR:
        return True
    if not _TELLING[found & _KNOWN]:
        return False
    return len(folded) <= WINDOW or any(_TELLING[_groups(part) & _KNOWN] for part in _windows(folded))


def _windows(folded: bytes) -> list[bytes]:
    """Each two neighbouring sentences."""
    sentences = [part for part in _SENTENCE.split(folded) if part.strip()]
    return [b" . ".join(pair) for pair in zip(sentences, [*sentences[1:], b""], strict=True)]
