"""Texts as sets of overlapping runs of five characters ("shingles"), the sets that near-duplicates share.

Characters are read as everywhere (`terms.normalise`): case, accents, width and punctuation make no
difference, a run of blanks is one. Each set is hashed to 32 bits; a text shorter than a run is one shingle,
and a text without a letter, digit or symbol has none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from earnest.terms.features import pack
from earnest.terms.jit import CACHE
from earnest.terms.normalise import DROP, LETTER, SPACE, SYMBOL, TABLE, fold_table

RUN = 5
"""Characters of a shingle."""
LONGEST = 8_192
"""Characters looked at: what follows in a longer text does not make it another text."""

_PRIME = np.uint64(0x9E3779B97F4A7C15)
_SEED = np.uint64(0x2545F4914F6CDD1D)
_SLOTS = 4 * LONGEST


@dataclass(frozen=True, slots=True)
class Sets:
    """The distinct shingles of each text: `hashes[starts[i]:starts[i+1]]`, in order of first use."""

    starts: NDArray[np.int64]
    hashes: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.starts) - 1


def shingles(texts: Sequence[str]) -> Sets:
    """The shingles of each text. Any text will do."""
    data, offsets = pack(texts)
    starts, hashes = _shingle(data, offsets, fold_table())
    return Sets(starts, hashes)


@njit(cache=CACHE)
def _read(data, at, fold):  # type: ignore[no-untyped-def]
    """The character at a byte: (class, what it is read as, where the next begins)."""
    byte = np.uint32(data[at])
    if byte < 0x80:
        point = byte
        at += 1
    elif byte < 0xE0:
        point = (byte & 0x1F) << 6 | (data[at + 1] & 0x3F)
        at += 2
    elif byte < 0xF0:
        point = (byte & 0x0F) << 12 | np.uint32(data[at + 1] & 0x3F) << 6 | (data[at + 2] & 0x3F)
        at += 3
    else:
        point = (
            (byte & 0x07) << 18
            | np.uint32(data[at + 1] & 0x3F) << 12
            | np.uint32(data[at + 2] & 0x3F) << 6
            | (data[at + 3] & 0x3F)
        )
        at += 4
    if 0xFF01 <= point <= 0xFF5E:
        point -= 0xFEE0
    if point < TABLE:
        entry = fold[point]
        return entry >> 24, entry & np.uint32(0xFFFFFF), at
    if point < 0x3040:
        return SPACE, 0, at
    joins = (
        (0xD800 <= point < 0xE000)
        or (0xFE00 <= point < 0xFE10)
        or point == 0xFEFF
        or (0x1F3FB <= point < 0x1F400)
        or point >= 0xE0000
    )
    if joins:
        return DROP, 0, at
    if 0x1F000 <= point < 0x20000:
        return SYMBOL, point, at
    return LETTER, point, at


@njit(cache=CACHE, nogil=True)
def _shingle(data, offsets, fold):  # type: ignore[no-untyped-def]
    texts = len(offsets) - 1
    starts = np.zeros(texts + 1, np.int64)
    room = 1024
    out = np.empty(room, np.uint32)
    line = np.empty(LONGEST, np.uint32)
    slots = np.zeros(_SLOTS, np.uint32)
    owner = np.full(_SLOTS, -1, np.int64)
    for text in range(texts):
        size = 0
        at = offsets[text]
        end = offsets[text + 1]
        while at < end and size < LONGEST:
            sort, code, at = _read(data, at, fold)
            if sort == DROP:
                continue
            if sort == SPACE:
                if size > 0 and line[size - 1] != 32:
                    line[size] = 32
                    size += 1
            else:
                line[size] = code
                size += 1
        while size > 0 and line[size - 1] == 32:
            size -= 1
        base = starts[text]
        while base + size > room:
            bigger = np.empty(room * 2, np.uint32)
            bigger[:base] = out[:base]
            out = bigger
            room *= 2
        count = 0
        for first in range(max(size - RUN, 0) + 1 if size else 0):
            mixed = _SEED
            for i in range(first, min(first + RUN, size)):
                mixed = (mixed ^ uint64(line[i])) * _PRIME
            value = np.uint32(mixed >> uint64(32))
            slot = np.int64(value) % _SLOTS
            known = False
            while owner[slot] == text:
                if slots[slot] == value:
                    known = True
                    break
                slot = (slot + 1) % _SLOTS
            if not known:
                owner[slot] = text
                slots[slot] = value
                out[base + count] = value
                count += 1
        starts[text + 1] = base + count
    return starts, out[: starts[texts]]
