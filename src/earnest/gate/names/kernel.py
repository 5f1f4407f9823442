"""Which words name a person.

A word that could be a name (a known one, or one with a capital) is scored by a linear model over itself and
its neighbours, left to right. `walk.py` reads the words; both are compiled, and a test holds them equal to
the same code in plain Python.
"""

import numpy as np
from numba import njit

from earnest.gate.names.bits import (
    ABBREVIATED,
    AROUND,
    BEGIN,
    CAPITAL,
    CLASS,
    COMMON,
    END,
    FAMILY,
    FAMILY_RARE,
    FEATURES,
    FIELDS,
    FOUND,
    GAP,
    GIVEN,
    GIVEN_RARE,
    GLUED,
    HYPHEN,
    INNER,
    LETTER,
    LINE,
    LOWER,
    MASK,
    NAME,
    NUMBER,
    ORG,
    OWNS,
    PAIR,
    PARTICLE,
    ROLE,
    SAY,
    SHAPE,
    SPACE,
    TAG,
    THE_I,
    TITLE,
    WEIGHTS,
    WITH_DIGIT,
    WORD,
)
from earnest.gate.names.walk import classes, pair, words
from earnest.terms.jit import CACHE


@njit(cache=CACHE)
def _identity(row):  # type: ignore[no-untyped-def]
    """The word itself where it is a plain one; of a name or an unknown capital only what sort it is."""
    found = row[CLASS]
    shape = row[SHAPE]
    if (
        (shape == LOWER and not found & NAME)
        or found & COMMON
        or found & (TITLE | ROLE | ORG | SAY | PARTICLE)
    ):
        return row[WORD]
    if shape >= NUMBER:
        return row[WORD] if shape != WITH_DIGIT else 77
    return 0x1000 + (found & 0xFF) * 8 + shape


@njit(cache=CACHE)
def _mix(place, a, b):  # type: ignore[no-untyped-def]
    code = (a * 0x9E3779B1 + b * 0x85EBCA6B + place * 0xC2B2AE35) & MASK
    code ^= code >> 15
    code = (code * 0x2C1B3C6D) & MASK
    return (code ^ code >> 13) & (WEIGHTS - 1)


@njit(cache=CACHE)
def features(data, out, at, found):  # type: ignore[no-untyped-def]
    """Write the numbers of the features of word `at` to `found`."""
    row = out[at]
    before, before2 = out[at - 1], out[at - 2]
    after, after2 = out[at + 1], out[at + 2]
    shape, gap, sort = row[SHAPE], row[GAP], row[CLASS]
    looks = sort * 64 + shape * 8 + row[LINE]
    coarse = (sort & 0xFF) * 8 + shape
    here = _identity(row)
    b1, b2, a1, a2 = _identity(before), _identity(before2), _identity(after), _identity(after2)
    t1 = before[TAG]
    t2 = before2[TAG] * 2 + t1
    sb, sa = before[SHAPE], after[SHAPE]
    cb, ca = before[CLASS] & 0xFFFF, after[CLASS] & 0xFFFF
    gaps = gap * 16 + after[GAP]
    begin, end = row[BEGIN], row[END]
    tail2 = np.int64(data[end - 1]) | np.int64(data[end - 2]) << 8 if end - begin > 2 else 0
    tail3 = tail2 | np.int64(data[end - 3]) << 16 if end - begin > 3 else 0
    found[0] = _mix(0, 1, row[LINE])
    found[1] = _mix(1, sort, shape)
    found[2] = _mix(2, looks, gap)
    found[3] = _mix(3, shape * 8 + sa, gaps)
    found[4] = _mix(4, b1, shape * 16 + gap)
    found[5] = _mix(5, a1, shape * 16 + after[GAP])
    found[6] = _mix(6, b1, coarse * 16 + gap)
    found[7] = _mix(7, a1, coarse * 16 + after[GAP])
    found[8] = _mix(8, b2 ^ b1 * 31 & MASK, shape)
    found[9] = _mix(9, a2 ^ a1 * 31 & MASK, shape)
    found[10] = _mix(10, cb * 64 + sb * 8 + shape, sort * 16 + gap)
    found[11] = _mix(11, ca * 64 + sa * 8 + shape, sort * 16 + after[GAP])
    found[12] = _mix(12, t1 * 16 + gap, coarse)
    found[13] = _mix(13, t2 * 16 + gap, shape)
    found[14] = _mix(14, t1, b1)
    found[15] = _mix(15, b1 ^ a1 * 37 & MASK, shape)
    found[16] = _mix(16, cb * 65536 + (before2[CLASS] & 0xFFFF), shape)
    found[17] = _mix(17, ca * 65536 + (after2[CLASS] & 0xFFFF), shape * 16 + after[GAP])
    found[18] = _mix(18, after[GAP] * 2 + row[OWNS], coarse)
    found[19] = _mix(19, tail3, min(shape, 1))
    found[20] = _mix(20, tail2, min(shape, 1))
    found[21] = _mix(21, here, shape * 16 + row[LINE])
    found[22] = _mix(22, here, b1)
    found[23] = _mix(23, here, a1)
    found[24] = _mix(24, row[LINE] * 2 + t1, coarse)
    found[25] = _mix(25, b2 ^ b1 * 31 & MASK, coarse)
    found[26] = _mix(26, min(end - begin, 12), coarse)
    found[27] = _mix(27, t1 * 16 + gap, ca * 8 + sa)


@njit(cache=CACHE)
def could_be(row, t1, after):  # type: ignore[no-untyped-def]
    """Whether the word is worth scoring."""
    shape = row[SHAPE]
    if shape >= NUMBER or row[GAP] == GLUED:
        return False
    sort = row[CLASS]
    if shape == LOWER:
        return sort & (GIVEN | GIVEN_RARE | FAMILY) != 0 or (t1 and sort & (FAMILY_RARE | PARTICLE) != 0)
    if shape == LETTER:
        starts = after[GAP] == ABBREVIATED and CAPITAL <= after[SHAPE] <= INNER
        return row[END] - row[BEGIN] == 1 and (t1 or starts) and row[WORD] != THE_I
    return True


@njit(cache=CACHE)
def tag(data, slots, weights, bias, out, count):  # type: ignore[no-untyped-def]
    """Mark the words that name a person; answer how many."""
    found = np.empty(FEATURES, np.int64)
    named = 0
    for at in range(AROUND, count):
        row = out[at]
        if not could_be(row, out[at - 1][TAG], out[at + 1]):
            continue
        if classes(pair(row[WORD], out[at + 1][WORD]), slots) & PAIR:
            continue
        if classes(pair(out[at - 1][WORD], row[WORD]), slots) & PAIR:
            continue
        features(data, out, at, found)
        score = bias
        for place in range(FEATURES):
            score += np.int64(weights[found[place]])
        if score > 0:
            row[TAG] = 1
            named += 1
    return named


@njit(cache=CACHE)
def look(data, fold, slots, weights, bias, names):  # type: ignore[no-untyped-def]
    """What the text has, as bits; from FOUND on, how many words name a person (where `names`)."""
    out = np.empty((len(data) // 2 + 5, FIELDS), np.int64)
    count, has = words(data, fold, slots, out)
    if names:
        has |= tag(data, slots, weights, bias, out, count) << FOUND
    return has


@njit(cache=CACHE, nogil=True)
def look_all(data, offsets, fold, slots, weights, bias):  # type: ignore[no-untyped-def]
    """`look` at many texts that stand one after another, for names too."""
    longest = 0
    for text in range(len(offsets) - 1):
        longest = max(longest, offsets[text + 1] - offsets[text])
    out = np.empty((longest // 2 + 5, FIELDS), np.int64)
    seen = np.empty(len(offsets) - 1, np.int64)
    for text in range(len(offsets) - 1):
        said = data[offsets[text] : offsets[text + 1]]
        count, has = words(said, fold, slots, out)
        seen[text] = has | tag(said, slots, weights, bias, out, count) << FOUND
    return seen


@njit(cache=CACHE)
def spans(data, fold, slots, weights, bias):  # type: ignore[no-untyped-def]
    """A row for each word that names a person: start and end in bytes, classes, whether it goes on with the
    one before."""
    out = np.empty((len(data) // 2 + 5, FIELDS), np.int64)
    count, _ = words(data, fold, slots, out)
    named = tag(data, slots, weights, bias, out, count)
    found = np.empty((named, 4), np.int64)
    at = 0
    for place in range(AROUND, count):
        row = out[place]
        if row[TAG]:
            found[at, 0] = row[BEGIN]
            found[at, 1] = row[END]
            found[at, 2] = row[CLASS]
            found[at, 3] = out[place - 1][TAG] and (
                row[GAP] == SPACE or row[GAP] == HYPHEN or row[GAP] == ABBREVIATED
            )
            at += 1
    return found
