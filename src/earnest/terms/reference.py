"""What the kernel does, slowly and readably. A test holds the two equal to the bit."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earnest.terms.features import Space
from earnest.terms.kernel import (
    FIRST,
    LEAP_SEED,
    LONGEST_PIECE,
    LONGEST_TITLE,
    LONGEST_WORD,
    PAIR_SEED,
    PIECE_SEED,
    PRIME,
    SYMBOL_SEED,
    WORD_SEED,
)
from earnest.terms.normalise import DROP, LETTER, SPACE, SYMBOL, TABLE, fold_table

_MASK = (1 << 64) - 1
_OPEN, _CLOSE = 1, 2


@dataclass(frozen=True, slots=True)
class Term:
    """One term: its bucket and the characters of the text [start, end) it was read from."""

    bucket: int
    start: int
    end: int
    sort: str
    """word, first, pair, leap, piece, symbol or accent"""


@dataclass(frozen=True, slots=True)
class _Letter:
    code: int
    at: int


def read(char: str) -> tuple[int, int]:
    """The class of a character and what it is read as."""
    point = ord(char)
    if 0xFF01 <= point <= 0xFF5E:
        point -= 0xFEE0
    if point < TABLE:
        entry = int(fold_table()[point])
        return entry >> 24, entry & 0xFFFFFF
    if point < 0x3040:
        return SPACE, 0
    if 0xD800 <= point < 0xE000 or 0xFE00 <= point < 0xFE10 or point == 0xFEFF:
        return DROP, 0
    if 0x1F3FB <= point < 0x1F400 or point >= 0xE0000:
        return DROP, 0
    if 0x1F000 <= point < 0x20000:
        return SYMBOL, point
    return LETTER, point


def terms(text: str, space: Space) -> Iterator[Term]:
    """Every term of a text in the kernel's order, repeats included."""
    word: list[_Letter] = []
    before: list[tuple[int, int]] = []  # hashes of the words before and where they start, the last one first
    for at, char in enumerate(text + "\0"):
        sort, code = (SPACE, 0) if at == len(text) else read(char)
        if sort == LETTER:
            point = ord(char) - 0xFEE0 if 0xFF01 <= ord(char) <= 0xFF5E else ord(char)
            if 0x80 <= point < 0x250:
                yield Term(_other(_hash(SYMBOL_SEED, point), space), at, at + 1, "accent")
            word.append(_Letter(code, at))
            if len(word) < LONGEST_WORD:
                continue
        if sort == DROP:
            continue
        if word:
            start, end = word[0].at, word[-1].at + 1
            whole = _hash(WORD_SEED, *(letter.code for letter in word))
            yield Term(((whole >> 32) * space.words) >> 32, start, end, "word")
            if before or space.leaps:
                last, since = before[0] if before else (FIRST, start)
                pair = _hash(_hash(PAIR_SEED, last), whole)
                yield Term(_other(pair, space), since, end, "pair" if before else "first")
            reach = [*before[1:], (FIRST, before[-1][1])] if before else []
            for hashed, since in reach[: space.leaps]:
                leap = _hash(_hash(LEAP_SEED, hashed), whole)
                yield Term(_other(leap, space), since, end, "leap")
            before = [(whole, start), *before][: 1 + space.leaps]
            yield from _pieces(word, space)
            word = []
        if sort == SYMBOL:
            yield Term(_other(_hash(SYMBOL_SEED, code), space), at, at + 1, "symbol")


def _pieces(word: list[_Letter], space: Space) -> Iterator[Term]:
    codes = [_OPEN, *(0x30 if 0x30 <= letter.code <= 0x39 else letter.code for letter in word), _CLOSE]
    for i in range(len(codes) - 1):
        hashed = _hash(PIECE_SEED, codes[i])
        for j in range(i + 1, min(i + LONGEST_PIECE, len(codes))):
            hashed = _hash(hashed, codes[j])
            if j + 1 - i < space.shortest:
                continue
            first, last = max(i - 1, 0), min(j - 1, len(word) - 1)
            yield Term(_other(hashed, space), word[first].at, word[last].at + 1, "piece")


def title_end(text: str) -> int | None:
    """Where the title ends (in characters), or None where the text has none."""
    raw = text.encode("utf-8", "surrogatepass")
    at = raw[:LONGEST_TITLE].find(b"\n\n")
    if at < 0 or at + 2 >= min(len(raw), LONGEST_TITLE):
        return None
    return len(raw[:at].decode("utf-8", "surrogatepass"))


def sums(text: str, space: Space, table: NDArray[np.int8], *, title_twice: bool) -> NDArray[np.int64]:
    """The kernel's sum of rows for one text."""
    end = title_end(text)
    total = np.zeros(table.shape[1], np.int64)
    met: set[int] = set()
    for term in terms(text, space):
        if term.bucket in met:
            continue
        met.add(term.bucket)
        twice = title_twice and end is not None and term.end <= end
        total += table[term.bucket].astype(np.int64) * (2 if twice else 1)
    return total


def _hash(seed: int, *codes: int) -> int:
    for code in codes:
        seed = ((seed ^ code) * PRIME) & _MASK
    return seed


def _other(hashed: int, space: Space) -> int:
    return space.words + (((hashed >> 32) * space.pieces) >> 32)
