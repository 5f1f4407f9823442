"""Which groups of a word list a text may hold, in one walk over its bytes and without a pattern engine.

Why: a pattern engine builds its automaton while it reads, so every new text costs; the words that a list's
expressions begin with settle alone that nearly every post holds none of them. `heads` writes these out, all of
them make one tree with links back (Aho and Corasick), and a text is walked through it once.
Promise: a group that one of its expressions finds is always in the answer, so that whoever hears "no" need not
ask the engine. What is in the answer may still not be there. A test holds it against RE2.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numba import njit
from numpy.typing import NDArray

from earnest.terms.jit import CACHE
from earnest.terms.spans import pack

MOST = 256
"""Ways in which one expression may begin that are written out; one with more is cut off before."""
LENGTH = 12
"""Characters of a beginning: longer ones tell little more."""
BOUNDARY = "\1"
"""Stands where a word begins or ends. Folding leaves it in no text."""
INSIDE = "\2"
"""Stands at the front of a beginning that may be inside a word: "\\w*strike"."""

Ways = dict[str, bool]
"""Ways to begin, and whether that is all of it: what was cut off may go on."""
_CUT: Ways = {"": False}
_TOKEN = re.compile(r"\\.|\[\^?\]?[^\]]*\]|\(\?:|\{\d+(?:,\d*)?\}|.", re.DOTALL)
_WORD = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


def heads(expression: str) -> set[str]:
    """How a text that the expression finds may begin, as the walk reads it: blanks and commas as one blank,
    and BOUNDARY where words begin and end. An expression that may begin with anything gives "".

    Knows literals, classes, groups, "|", "?", "*", "+" and "{…}"; whatever else there is counts as anything.
    """
    tokens = [one for one in _TOKEN.findall(expression)]
    ways, _ = _either(tokens, 0)
    return {_bounded(text, whole=whole) for text, whole in ways.items()}


def _bounded(text: str, *, whole: bool) -> str:
    """With the boundaries between a word's letters and what is none; expressions begin and end at one."""
    marked = ""
    before = text.startswith(INSIDE)
    for letter in text.removeprefix(INSIDE):
        here = letter in _WORD
        marked += BOUNDARY * (here != before) + letter
        before = here
    return marked + BOUNDARY * (whole and before)


def _either(tokens: list[str], at: int) -> tuple[Ways, int]:
    """The ways of alternatives, up to the group's end, and where it is."""
    ways: Ways = {}
    while True:
        one, at = _sequence(tokens, at)
        _join(ways, one)
        if at == len(tokens) or tokens[at] == ")":
            return ways, at
        at += 1


def _join(ways: Ways, more: Ways) -> None:
    for text, whole in more.items():
        ways[text] = whole and ways.get(text, True)


def _sequence(tokens: list[str], at: int) -> tuple[Ways, int]:
    ways: Ways = {"": True}
    while at < len(tokens) and tokens[at] not in ("|", ")"):
        if tokens[at] in ("(?:", "("):
            one, at = _either(tokens, at + 1)
        else:
            one = _one(tokens[at])
        at += 1
        blank = one == {" ": True}
        if at < len(tokens) and (tokens[at] in ("?", "*", "+") or tokens[at][0] == "{"):
            one = _repeated(one, tokens[at], blank=blank)
            at += 1
        ways = _then(ways, one)
    return ways, at


def _one(token: str) -> Ways:
    """The ways of one character."""
    if token in (r"\b", "$", "^"):
        return {"": True}
    if token == r"\d":
        return dict.fromkeys("0123456789", True)
    if token[0] == "[" and len(token) > 1:
        inside = token[1:-1].replace("0-9", "0123456789")
        if set(inside) <= {" ", ","}:
            return {" ": True}
        plain = "^" not in inside and "\\" not in inside and "-" not in inside and "[" not in inside
        return {" " if one == "," else one: True for one in inside} if plain else _CUT
    if token == r"\w":
        return {INSIDE: False}
    if token[0] == "\\":
        return _CUT if token[1].isalnum() else {token[1]: True}
    if token in (" ", ","):
        return {" ": True}
    return _CUT if token in (".", "(", "[", "{") or token.isupper() else {token: True}


def _repeated(ways: Ways, sign: str, *, blank: bool) -> Ways:
    """The ways of what may be left out, or come more than once; a run of blanks is one."""
    if ways == {INSIDE: False}:
        return {INSIDE: True}
    none = sign in ("?", "*") or sign.startswith(("{0,", "{0}"))
    once = ways if sign == "?" or blank else dict.fromkeys(ways, False)
    more: Ways = {"": True} if none else {}
    _join(more, once)
    return more


def _then(ways: Ways, more: Ways) -> Ways:
    """One after the other, cut off where it gets long or many."""
    if len(ways) * len(more) > MOST and len(more) > 1:
        return dict.fromkeys(ways, False)
    after: Ways = {}
    for text, whole in ways.items():
        if not whole:
            _join(after, {text: False})
            continue
        for next_text, next_whole in more.items():
            if text and next_text.startswith(INSIDE):
                _join(after, {text: False})
                continue
            joined = text + (next_text.lstrip(" ") if text.endswith(" ") else next_text)
            _join(after, {joined[:LENGTH]: next_whole and len(joined) <= LENGTH})
    return after


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
                for head in heads(expression):
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
