"""RE2 sets that say which of many patterns a text holds, in one pass and in linear time, and that never fail
open.

RE2 answers "nothing found" also when it runs out of memory. Each set therefore holds one pattern more that is
always found; where even that is missing, `GateDownError` is raised and whoever asked admits nothing.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cache, reduce
from itertools import accumulate
from operator import or_

import re2

MEMORY = 256 * 1024 * 1024
"""Bytes a set's automaton may grow to; a hundredth of it is used. Past it RE2 gives up, which is noticed."""


class GateDownError(RuntimeError):
    """A pattern set could not run. Says nothing of the text."""


def options(*, ascii_only: bool = False, captures: bool = False) -> "re2.Options":
    """Options of every pattern in the gate. `ascii_only` is for text that was folded."""
    chosen = re2.Options()
    chosen.encoding = re2.Options.Encoding.LATIN1 if ascii_only else re2.Options.Encoding.UTF8
    chosen.max_mem = MEMORY
    chosen.log_errors = False
    chosen.never_capture = not captures
    return chosen


def present(patterns: Sequence[bytes], chosen: "re2.Options") -> Callable[[bytes], int]:
    """A function from UTF-8 text to a number: bit n says that pattern n is there. Raises GateDownError."""
    held = re2.Set.SearchSet(chosen)
    for pattern in (*patterns, b""):
        held.Add(pattern)
    held.Compile()
    match = held._set.Match  # the wrapper's own Match costs as much as the search
    ran = len(patterns)
    seen: dict[tuple[int, ...], int] = {}

    def bits(text: bytes) -> int:
        found = tuple(match(text))
        known = seen.get(found)
        if known is not None:
            return known
        if ran not in found:
            raise GateDownError
        answer: int = reduce(or_, (1 << place for place in found if place != ran), 0)
        if len(seen) < 4096:
            seen[found] = answer
        return answer

    return bits


def holds(patterns: Sequence[bytes], chosen: "re2.Options") -> Callable[[bytes], bool]:
    """A function that says whether any of the patterns is in a text.

    One automaton for all of them stays small, where a set, which must remember which of them it has seen,
    grows with every new text. Short of memory it gets slow, not wrong.
    """
    match = re2.compile(b"|".join(patterns), chosen)._regexp.Match
    anywhere = re2._Anchor.UNANCHORED

    def search(text: bytes) -> bool:
        found: bool = match(anywhere, text, 0, len(text))[0][0] >= 0
        return found

    return search


def some(patterns: Sequence[bytes], chosen: "re2.Options") -> Callable[[Sequence[bytes]], list[int]]:
    """A function from texts to the places, in order, of those that may hold one of the patterns.

    All texts are searched in one stretch, parted by line breaks: a search for each would cost ten times as
    much where hardly any text holds a pattern. None that holds one is left out ("^" and "$" stand for any
    line's ends here); whoever must know asks `holds` of those that are named.
    """
    match = re2.compile(b"(?m)(?:" + b"|".join(patterns) + b")", chosen)._regexp.Match
    anywhere = re2._Anchor.UNANCHORED

    def places(texts: Sequence[bytes]) -> list[int]:
        stretch = b"\n".join(texts)
        size = len(stretch)
        found: list[int] = []
        ends: list[int] = []
        at = 0
        while at < size:
            start = match(anywhere, stretch, at, size)[0][0]
            if start < 0:
                break
            ends = ends or list(accumulate(len(text) + 1 for text in texts))
            place = bisect_right(ends, start)
            if start == ends[place] - 1:
                place += 1  # a pattern may take the break before its text along
            if place == len(ends):
                break
            found.append(place)
            at = ends[place] - 1
        return found

    return places


Following = Callable[[bytes, int, bool], tuple[int, int] | None]
"""A function from UTF-8 text, a byte offset and whether all of the text is ASCII to where a pattern's group
is next, in byte offsets."""


def finder(pattern: str, group: int, chosen: "re2.Options") -> Following:
    """A search for one pattern that skips the wrapper's work on character offsets.

    For ASCII text it runs a twin of the pattern without the letters and digits of other scripts, which says
    the same there and is a hundred times smaller: those classes make an engine that is slow to build.
    """
    match = re2.compile(_for_ascii(pattern), chosen)._regexp.Match
    anywhere = re2._Anchor.UNANCHORED

    @cache
    def full() -> Callable[..., list[tuple[int, int]]]:
        matching: Callable[..., list[tuple[int, int]]] = re2.compile(pattern, chosen)._regexp.Match
        return matching

    def following(text: bytes, at: int, ascii_only: bool) -> tuple[int, int] | None:
        span: tuple[int, int] = (match if ascii_only else full())(anywhere, text, at, len(text))[group]
        return span if span[0] >= 0 else None

    return following


_CLASSES = {r"\pL": "A-Za-z", r"\pN": "0-9", r"\p{Lu}": "A-Z"}
_PIECE = re.compile(r"\\p\{\w+\}|\\p[A-Z]|\\.|.", re.DOTALL)


def _for_ascii(pattern: str) -> str:
    """The pattern with classes of all scripts' letters and digits as those of ASCII."""
    inside = False
    pieces: list[str] = []
    for piece in _PIECE.findall(pattern):
        if piece in ("[", "]"):
            inside = piece == "["
        plain = _CLASSES.get(piece)
        pieces.append(piece if plain is None else plain if inside else f"[{plain}]")
    return "".join(pieces)
