"""The protected-speech filter: organising, representation, collective action, press, research, regulators,
law.

`is_protected(text)` answers yes or no and keeps nothing. One search over the folded text lets nearly every
post pass; of the rest, other senses of the words ("three strikes policy") are taken out, and what needs two
groups of words together is judged sentence by sentence. It would rather withhold one post too many than keep
one that it should not have read: `docs/trust.md` has the measured figures. The words are in
`words/protected.txt`.
"""

import re
from typing import Literal

import re2

from earnest.gate import optout
from earnest.gate.automaton import holds, options
from earnest.gate.fold import DISGUISE, fold, undisguise
from earnest.gate.words import pattern, rare, read

RULES: tuple[tuple[tuple[str, ...], str | None], ...] = (
    (("clear",), None),
    (("together",), None),
    (("organise",), "stuff"),
    (("strike",), "mark"),
    (("hold", "call", "lever"), None),
    (("hold", "call", "moment", "we"), None),
    (("lawyer", "turn"), None),
    (("civic", "we"), None),
    (("outlet", "asks"), None),
)
"""Groups that say it together, within two neighbouring sentences; and the group beside which they do not."""

WINDOW = 160
"""Characters. A shorter text is judged as one sentence."""

_WORDS = read("protected")
_FIRST = sorted({needs[0] for needs, _ in RULES})
_OPTIONS = options(ascii_only=True)
_DISGUISE = "|".join(DISGUISE).encode("ascii")
_OUT = pattern(optout.WORDS)
_has = {name: holds([pattern(words)], _OPTIONS) for name, words in _WORDS.items()}
_disguised = holds([_DISGUISE], _OPTIONS)
_out = holds([_OUT], _OPTIONS)
_maybe = holds([*(pattern(rare(_WORDS[name])) for name in _FIRST), _DISGUISE, _OUT], _OPTIONS)
_other = re2.compile(pattern(_WORDS["other"]), _OPTIONS)
_SENTENCE = re.compile(rb"[.!?\n;]+")


def is_protected(text: str) -> bool:
    """True where the post is to pass by unread."""
    return hear(text) == "protected speech"


def hear(text: str) -> Literal["protected speech", "opted out"] | None:
    """Why a post is to pass by unread, None where it may go on.

    The words of opting out are looked for in the same search, because a second one would cost as much again.
    """
    folded = fold(text)
    if not _maybe(folded):
        return None
    if _judge(folded):
        return "protected speech"
    if _disguised(folded) and _judge(undisguise(folded.decode("ascii")).encode("ascii")):
        return "protected speech"
    return "opted out" if _out(folded) else None


def _judge(folded: bytes) -> bool:
    if not _telling(folded):
        return False
    rest = _other.sub(b" . ", folded)
    if _has["clear"](rest):
        return True
    if not _telling(rest):
        return False
    return len(rest) <= WINDOW or any(map(_telling, _windows(rest)))


def _telling(text: bytes) -> bool:
    return any(
        all(_has[name](text) for name in needs) and not (unless and _has[unless](text))
        for needs, unless in RULES
    )


def _windows(folded: bytes) -> list[bytes]:
    """Each two neighbouring sentences."""
    sentences = [part for part in _SENTENCE.split(folded) if part.strip()]
    return [b" . ".join(pair) for pair in zip(sentences, [*sentences[1:], b""], strict=True)]
