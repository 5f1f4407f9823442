"""Opting out: by words in a post, by a one-time code of the opt-out page, or by a flag of the platform.

The words are for people and are documented in `docs/trust.md`; they work anywhere in a post and in any case.
Where a post says one, it passes by like any other withheld post. Words that are plainly a person's own wish
to be left out ("Earnest opt out", not "you can write: Earnest opt out") hold for their account from then on.
"""

import re
from dataclasses import dataclass

import re2

from earnest.gate.automaton import holds, options
from earnest.gate.fold import fold
from earnest.gate.words import pattern, read

_LISTS = read("optout")


def _named(group: str) -> tuple[str, ...]:
    """The words of a group, where "earnest" also stands for the ways in which a bot is spoken to."""
    return tuple(
        words.replace("earnest ", r"earnest(?: ?bot)?(?::[\w.]+)?[:.!,\s]+") for words in _LISTS[group]
    )


CODE = "a-kmnp-z2-9"
"""The characters of a code: none that is taken for another (no 0, 1, l, o), all of them kept by folding."""

_CODE = f"earnest (?:out|in) {' '.join([f'[{CODE}]{{4}}'] * 3)}"

WORDS = (*_named("this"), *_named("leave"), *_named("alone"), _CODE)
"""Everything that makes a post pass by, in the lists' shorthand, on folded text."""

FLAGS = frozenset(_LISTS["flags"])
"""Platform flags that mean "out", in lower case."""

_OPTIONS = options(ascii_only=True)
_MANNERS = (
    r"(?:[^a-z#]|\b(?:please|pls|hey|hi|hello|ok|okay|so|yes|thanks|thank you|now|again|hola|por favor"
    r"|gracias|si|ola|obrigad[oa]|sim|bonjour|merci|svp|s il (?:te|vous) plait|oui|hallo|bitte|danke|ja)\b)*"
)
_leave = re2.compile(pattern(_named("leave")), _OPTIONS)
_alone = re2.compile(_MANNERS.encode() + pattern(_named("alone")) + _MANNERS.encode(), _OPTIONS)
_back = re2.compile(_MANNERS.encode() + pattern(_named("back")) + _MANNERS.encode(), _OPTIONS)
_code = re2.compile(
    pattern([_CODE.replace("(?:out|in)", "(out|in)").replace("[", "([").replace("}", "})")]),
    options(ascii_only=True, captures=True),
)
_told = holds([pattern(_LISTS["told"])], _OPTIONS)
_other = re2.compile(pattern(_LISTS["other"]), _OPTIONS)
_CALLED = re.compile(rb"\bearnest[:.!,]*\s+")
_SENTENCE = re.compile(rb"[^.!?\n;]*(?:[.!](?=[^\s])[^.!?\n;]*)*[.!?\n;]?")
_QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_QUOTED = re.compile('"[^"\n]{1,200}"|[\u201c\u201e\u00ab][^\u201d\u00bb\n]{1,200}[\u201d\u201c\u00bb]')


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for their account: out, or back in. `code` is that of the opt-out page, if any."""

    back: bool
    code: str | None = None


def flagged_out(flags: frozenset[str]) -> bool:
    """Does the platform say, in the author's name, that they are not to be heard?"""
    return not FLAGS.isdisjoint(flag.lower() for flag in flags)


def wish(text: str) -> Wish | None:
    """What the author asks for their own account, None where the post asks nothing.

    Quoted words, advice to others, questions and tales of somebody else are not a wish. Where both are asked,
    out it is.
    """
    if "earnest" not in text.lower() and "#" not in text:
        return None
    folded = fold(_own(text))
    found = _code.search(folded)
    if found is not None:
        side, *parts = (part.decode("ascii") for part in found.groups())
        return Wish(back=side == "in", code="-".join(parts))
    called = _CALLED.sub(b"earnest ", folded)
    sentences = [_other.sub(b" ", one) for one in _SENTENCE.findall(called) if one.strip()]
    if any(map(_leaves, sentences)):
        return Wish(back=False)
    if any(_back.fullmatch(one) is not None and not one.rstrip().endswith(b"?") for one in sentences):
        return Wish(back=True)
    return None


def _leaves(sentence: bytes) -> bool:
    if sentence.rstrip().endswith(b"?"):
        return False
    if _alone.fullmatch(sentence) is not None:
        return True
    found = _leave.search(sentence)
    return found is not None and not _told(sentence[: found.end()])


def _own(text: str) -> str:
    """The text without what it quotes; all of it where it is nothing but a quotation."""
    rest = _QUOTED_LINE.sub(" ", text)
    own = _QUOTED.sub(" ", rest)
    return own if any(map(str.isalpha, own)) else rest
