"""Which groups of a word list a text may hold, in one walk over its bytes and without a pattern engine.

Why: a pattern engine builds its automaton while it reads, so every new text costs; the words that must stand
in a text for an expression to find anything settle alone that nearly every post has none of them. `needed`
writes these out, all of them make one tree with links back (Aho and Corasick), and a text is walked once.
Promise: a group that one of its expressions finds is always in the answer, so that whoever hears "no" need
not ask the engine. What is in the answer may still not be there. A test holds it against RE2.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from earnest.gate.words import read
from earnest.terms.jit import CACHE
from earnest.terms.spans import pack

MOST = 96
"""Ways to say a part of an expression that are written out; one with more is looked for by another part."""
LENGTH = 16
"""Characters of one way: longer ones tell little more."""
BOUNDARY, LOOSE = "\1", "\2"
"""Stand where a word begins or ends, and at an end of a way where that is not known. Folding leaves them in
no text."""
_TOKEN = re.compile(r"\\.|\[\^?\]?[^\]]*\]|\(\?:|\{\d+(?:,\d*)?\}|.", re.DOTALL)
_WORD = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_WRAPPED = re.compile(r"\\b\(\?:(.*)\)\\b", re.DOTALL)

_COMMON = frozenset(" ".join(read("common")["common"]).split())
"""Words that are in every other post, and therefore tell nothing."""


class Part(NamedTuple):
    """A part of an expression: all that it matches, where that can be written out, and what any match has in
    it one of ("" is in everything)."""

    exact: frozenset[str] | None
    needs: frozenset[str]


_ANYTHING = Part(None, frozenset([""]))
_NOTHING = Part(frozenset([""]), frozenset([""]))


def needed(expression: str) -> set[str]:
    """What a text must have one of for the expression to find something in it, as the walk reads texts:
    blanks and commas as one blank, BOUNDARY where words begin and end. {""} where it could be anything.

    Knows literals, classes, groups, "|", "?", "*", "+" and "{…}"; whatever else there is counts as anything.
    """
    wrapped = _WRAPPED.fullmatch(expression)
    tokens = _TOKEN.findall(wrapped[1] if wrapped else expression)
    part, at = _either(tokens, 0, top=wrapped is not None)
    return {_bounded(text) for text in part.needs} if at == len(tokens) else {""}


def _bounded(way: str) -> str:
    """With the boundaries between a word's letters and what is none."""
    text = way.strip(LOOSE)[:LENGTH]
    marked = ""
    before = way.startswith(LOOSE)
    for letter in text:
        here = letter in _WORD
        marked += BOUNDARY * (here != before and not (before and not marked)) + letter
        before = here
    cut = way.endswith(LOOSE) or len(way.strip(LOOSE)) > LENGTH
    return marked + BOUNDARY * (before and bool(marked) and not cut)


def _either(tokens: list[str], at: int, *, top: bool = False) -> tuple[Part, int]:
    """Alternatives, up to the end of their group. `top`: they are whole words."""
    exact: frozenset[str] | None = frozenset()
    needs: frozenset[str] = frozenset()
    while True:
        one, at = _sequence(tokens, at, top=top)
        exact = None if exact is None or one.exact is None else exact | one.exact
        needs |= one.needs
        if at == len(tokens) or tokens[at] == ")":
            return Part(exact, needs), at
        at += 1


def _sequence(tokens: list[str], at: int, *, top: bool) -> tuple[Part, int]:
    """One part after the other. Where they cannot all be written out, the most telling stretch is needed."""
    front = "" if top else LOOSE
    said = frozenset([""])
    left = front
    choices: list[frozenset[str]] = []
    while at < len(tokens) and tokens[at] not in ("|", ")"):
        if tokens[at] == "(?:":
            one, at = _either(tokens, at + 1)
        else:
            one = _one(tokens[at])
        at += 1
        if at < len(tokens) and (tokens[at] in ("?", "*", "+") or tokens[at][0] == "{"):
            one = _repeated(one, tokens[at])
            at += 1
        if one.exact is not None and len(said) * len(one.exact) <= MOST:
            said = frozenset(_joined(first, then) for first in said for then in one.exact)
            continue
        choices.append(frozenset(left + text + LOOSE for text in said))
        if one.exact is None:
            choices.append(one.needs)
        parted = one.exact is not None and all(text.endswith(" ") for text in said)
        said, left = one.exact or frozenset([""]), "" if parted else LOOSE
    choices.append(frozenset(left + text + ("" if top else LOOSE) for text in said))
    whole = said if len(choices) == 1 else None
    return Part(whole, min(choices, key=_often)), at


def _joined(first: str, then: str) -> str:
    return first + (then.lstrip(" ") if first.endswith(" ") else then)


def _often(ways: frozenset[str]) -> float:
    """How often one of the ways may be expected, in no unit: common words often, longer ones rarely."""
    expected = 0.0
    for way in ways:
        text = way.strip(LOOSE + " ")
        if not text:
            return math.inf
        expected += 1.0 if _COMMON.issuperset(text.split(" ")) else 0.4 ** len(text)
    return expected


def _one(sign: str) -> Part:
    """One character, or a place."""
    if sign in (r"\b", "$", "^"):
        return _NOTHING
    if sign == r"\d":
        return _exactly("0123456789")
    if sign[0] == "[" and len(sign) > 1:
        inside = sign[1:-1].replace("0-9", "0123456789")
        odd = set(inside) & set("^\\-[")
        return _ANYTHING if odd else _exactly(inside.replace(",", " "))
    if sign[0] == "\\":
        return _ANYTHING if sign[1].isalnum() else _exactly(sign[1])
    return _ANYTHING if sign in (".", "(", "[", "{") or sign.isupper() else _exactly(sign.replace(",", " "))


def _exactly(letters: str) -> Part:
    return Part(frozenset(letters), frozenset(LOOSE + letter + LOOSE for letter in letters))


def _repeated(part: Part, sign: str) -> Part:
    """What may be left out, or come more than once; a run of blanks is one."""
    none = sign in ("?", "*") or sign.startswith(("{0,", "{0}"))
    once = sign == "?" or part.exact == frozenset([" "])
    exact = part.exact if once else None
    if none:
        return Part(exact and exact | {""}, frozenset([""]))
    return Part(exact, part.needs)


@dataclass(frozen=True, slots=True)
class Literals:
    """The tree of the heads of several groups. Bit n of an answer says that group n may be there.

    classes  of each byte, its column
    follow   state × column: the next state
    tells    of each state, the groups whose heads end there
    always   groups with an expression that may begin with anything
    """

    classes: NDArray[np.uint8] = field(repr=False)
    follow: NDArray[np.int32] = field(repr=False)
    tells: NDArray[np.int64] = field(repr=False)
    always: int

    @classmethod
    def of(cls, groups: Sequence[Sequence[str]]) -> "Literals":
        """The tree of the groups' expressions, each a regular expression on folded text."""
        told: dict[str, int] = {}
        for number, expressions in enumerate(groups):
            for expression in expressions:
                for head in needed(expression):
                    told[head] = told.get(head, 0) | 1 << number
        always = told.pop("", 0)
        letters = sorted({letter for head in told for letter in head} | {BOUNDARY, " "} | _WORD)
        classes = np.zeros(256, np.uint8)
        for column, letter in enumerate(letters, 1):
            classes[ord(letter)] = column
        classes[ord(",")] = classes[ord(" ")]
        listed = sorted(told)
        data, offsets = pack([head.encode("latin-1") for head in listed])
        bits = np.array([told[head] for head in listed], np.int64)
        follow, tells = _grow(classes[data], offsets, bits, len(letters) + 1)
        return cls(classes, follow, tells, always)

    def may_hold(self, texts: Sequence[bytes]) -> NDArray[np.int64]:
        """Of each folded text the groups that may be there, as bits."""
        data, offsets = pack(texts)
        found = np.full(len(texts), self.always, np.int64)
        _read(data, offsets, self.classes, self.follow, self.tells, found)
        return found


@njit(cache=CACHE)
def _grow(heads, offsets, bits, width):  # type: ignore[no-untyped-def]
    """(follow, tells) of a tree: first the heads themselves, then, level by level, where to go on instead."""
    most = len(heads) + 1
    follow = np.zeros((most, width), np.int32)
    tells = np.zeros(most, np.int64)
    size = 1
    for head in range(len(offsets) - 1):
        state = 0
        for at in range(offsets[head], offsets[head + 1]):
            if follow[state, heads[at]] == 0:
                follow[state, heads[at]] = size
                size += 1
            state = follow[state, heads[at]]
        tells[state] |= bits[head]
    back = np.zeros(size, np.int32)
    queue = np.zeros(size, np.int32)
    first = 0
    last = 1
    while first < last:
        state = queue[first]
        first += 1
        for column in range(width):
            child = follow[state, column]
            other = follow[back[state], column] if state else 0
            if child == 0:
                follow[state, column] = other
            else:
                back[child] = other
                tells[child] |= tells[other]
                queue[last] = child
                last += 1
    return follow[:size].copy(), tells[:size].copy()


@njit(cache=CACHE, nogil=True)
def _read(data, offsets, classes, follow, tells, found):  # type: ignore[no-untyped-def]
    boundary = classes[1]
    blank = classes[32]
    for text in range(len(offsets) - 1):
        state = 0
        seen = 0
        in_word = False
        in_blank = False
        for at in range(offsets[text], offsets[text + 1]):
            byte = data[at]
            here = (97 <= byte <= 122) or (48 <= byte <= 57)
            if here != in_word:
                state = follow[state, boundary]
                seen |= tells[state]
                in_word = here
            column = classes[byte]
            if column == blank:
                if in_blank:
                    continue
                in_blank = True
            else:
                in_blank = False
            state = follow[state, column]
            seen |= tells[state]
        if in_word:
            seen |= tells[follow[state, boundary]]
        found[text] |= seen
