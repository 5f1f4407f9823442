"""The walk over a text's UTF-8 bytes: its words, folded and looked up, and what else the text has.

"Renée" reads as "renee". All arithmetic is masked to 32 bits, so that plain Python gives the same answer from
the same code, which a test holds.
"""

import numpy as np
from numba import njit

from earnest.gate.names.bits import (
    ABBREVIATED,
    AMPERSAND,
    AROUND,
    AT,
    BEGIN,
    CAPITAL,
    CAPITALS,
    CAPS,
    CLASS,
    CLASSES,
    COLON,
    COMMA,
    CUE,
    DECIMAL,
    DEGREE,
    DIGIT,
    DIGITS_3,
    DIGITS_7,
    DOT_IN,
    END,
    FOLD,
    GAP,
    GLUED,
    HASH,
    HOUSE,
    HYPHEN,
    INNER,
    IP,
    IS_CAPITAL,
    IS_DIGIT,
    IS_LETTER,
    IS_MARK,
    LETTER,
    LINE,
    LOWER,
    MARK,
    MASK,
    MIXED,
    NEAR,
    NEARBY,
    NOBODY,
    NUMBER,
    NUMBERED,
    ORDER,
    OWNS,
    PLACEHOLDER,
    PRIME,
    QUOTE,
    SHAPE,
    SLASH,
    SLOTS,
    SPACE,
    START,
    STOP,
    STREET,
    TAG,
    TITLE,
    TOLD,
    WITH_DIGIT,
    WORD,
)
from earnest.terms.jit import CACHE


@njit(cache=CACHE, inline="always")
def whole(number):  # type: ignore[no-untyped-def]
    """A signed 64-bit number of whatever an array holds: unsigned ones would turn into floats."""
    return np.int64(number)


@njit(cache=CACHE)
def classes(word, slots):  # type: ignore[no-untyped-def]
    """The classes of a folded word by its hash; 0 where it is not known."""
    at = (word * 0x9E3779B1 & MASK) >> 14
    mark = word & MARK
    while True:
        entry = whole(slots[at])
        if entry == 0:
            return 0
        if entry >> CLASSES == mark:
            return entry & (1 << CLASSES) - 1
        at = (at + 1) & (SLOTS - 1)


@njit(cache=CACHE)
def pair(first, second):  # type: ignore[no-untyped-def]
    """The hash of two words side by side."""
    return ((first * 0x85EBCA6B & MASK) ^ (second * 0xC2B2AE35 & MASK)) & MASK


@njit(cache=CACHE)
def words(data, fold, slots, out):  # type: ignore[no-untyped-def]
    """Fill a row of `out` a word (two stay free before and after); answer (how many, what the text has)."""
    size = len(data)
    count = AROUND
    has = 0
    street = cue = digit = -NEARBY
    digits = 0
    run = 0
    longest = 0
    dots = 0
    colons = 0
    gap = STOP
    joined = False
    line = count
    at = 0
    while at < size:
        byte = whole(data[at])
        here = at
        if byte < 0x80:
            point = byte
            at += 1
        elif byte < 0xE0:
            point = (byte & 0x1F) << 6 | (whole(data[at + 1]) & 0x3F)
            at += 2
        elif byte < 0xF0:
            point = (byte & 0x0F) << 12 | (whole(data[at + 1]) & 0x3F) << 6 | (whole(data[at + 2]) & 0x3F)
            at += 3
        else:
            point = 0x20000
            at += 4
        entry = whole(fold[point]) if point < FOLD else 0
        if entry & (IS_LETTER | IS_DIGIT):
            row = out[count]
            row[BEGIN] = here
            row[GAP] = gap
            row[OWNS] = 0
            row[TAG] = 0
            word = START
            letters = 0
            upper = 0
            numbers = 0
            first_upper = False
            first_letter = 0
            while True:
                if entry & IS_LETTER:
                    if letters == 0:
                        first_upper = entry & IS_CAPITAL != 0
                        first_letter = entry & 0xFF
                    letters += 1
                    if entry & IS_CAPITAL:
                        upper += 1
                    low = entry & 0xFF
                    if low:
                        word = ((word ^ low) * PRIME) & MASK
                        if entry >> 8 & 0xFF:
                            word = ((word ^ (entry >> 8 & 0xFF)) * PRIME) & MASK
                    else:
                        word = ((word ^ point) * PRIME) & MASK
                elif entry & IS_DIGIT:
                    numbers += 1
                    if letters:
                        word = ((word ^ point) * PRIME) & MASK
                here = at
                if at >= size:
                    break
                byte = whole(data[at])
                if byte < 0x80:
                    point = byte
                    at += 1
                elif byte < 0xE0:
                    point = (byte & 0x1F) << 6 | (whole(data[at + 1]) & 0x3F)
                    at += 2
                elif byte < 0xF0:
                    point = (
                        (byte & 0x0F) << 12 | (whole(data[at + 1]) & 0x3F) << 6 | (whole(data[at + 2]) & 0x3F)
                    )
                    at += 3
                else:
                    point = 0x20000
                    at += 4
                entry = whole(fold[point]) if point < FOLD else 0
                if entry & (IS_LETTER | IS_DIGIT | IS_MARK):
                    continue
                if (point == 39 or point == 0x2019) and letters and not numbers and at < size:
                    following = whole(data[at])
                    after = (
                        whole(fold[following]) if following < 0x80 else IS_LETTER if following > 0xC2 else 0
                    )
                    if after & IS_LETTER:
                        beyond = whole(data[at + 1]) if at + 1 < size else 32
                        ends = beyond < 0x80 and whole(fold[beyond]) & (IS_LETTER | IS_DIGIT) == 0
                        if following | 32 == 115 and ends:
                            row[OWNS] = 1
                            at += 1
                            break
                        if letters == 1 and not first_upper and first_letter != 111:
                            break
                        word = ((word ^ 39) * PRIME) & MASK
                        continue
                at = here
                break
            row[END] = here
            if letters == 0:
                row[SHAPE] = NUMBER
                row[WORD] = 0x30 + min(numbers, 12)
                row[CLASS] = 0
            else:
                row[WORD] = word
                if numbers:
                    row[SHAPE] = WITH_DIGIT
                    has |= MIXED
                    if upper:
                        has |= CAPS
                elif upper == 0:
                    row[SHAPE] = LOWER
                elif letters == 1:
                    row[SHAPE] = LETTER
                elif upper == letters:
                    row[SHAPE] = CAPITALS
                    if letters < 4:
                        has |= CAPS
                elif first_upper and upper == 1:
                    row[SHAPE] = CAPITAL
                else:
                    row[SHAPE] = INNER
                found = classes(word, slots)
                row[CLASS] = found
                has |= found
                begin = row[BEGIN]
                if (
                    begin
                    and whole(data[begin - 1]) == 91
                    and here < size
                    and whole(data[here]) == 93
                    and upper == 0
                ):
                    row[SHAPE] = PLACEHOLDER
                    row[CLASS] = 0
            if gap == SPACE and count > AROUND:
                # A house number beside a name of a street?
                last = out[count - 1]
                if letters == 0 or (numbers and row[SHAPE] == WITH_DIGIT):
                    if last[SHAPE] >= CAPITAL and last[SHAPE] <= INNER and last[SHAPE] != LETTER:
                        has |= NEAR
                elif row[SHAPE] >= CAPITAL and row[SHAPE] <= INNER and last[SHAPE] >= NUMBER:
                    has |= NEAR
            if row[CLASS] & (STREET | TOLD | ORDER | CUE):
                if row[CLASS] & STREET:
                    street = count
                    if count - digit <= NEARBY:
                        has |= HOUSE
                if row[CLASS] & (TOLD | ORDER | CUE):
                    cue = count
            if numbers:
                digit = count
                if count - street <= NEARBY:
                    has |= HOUSE
                if count - cue <= NEARBY:
                    has |= NUMBERED
            digits += numbers
            run = run + numbers if numbers else 0
            longest = max(longest, run)
            if numbers and row[BEGIN] and whole(data[row[BEGIN] - 1]) == 46:
                dots += 1
                if numbers >= 4:
                    has |= DECIMAL
            count += 1
            gap = SPACE
            joined = True
            continue
        if point == 32 or point == 9:
            joined = False
        elif point == 10 or point == 13:
            gap = STOP
            joined = False
            _line(out, line, count)
            line = count
        elif point == 46:
            if joined and count > AROUND:
                last = out[count - 1]
                gap = ABBREVIATED if last[SHAPE] == LETTER or last[CLASS] & TITLE else STOP
            else:
                gap = STOP
            if at < size and whole(data[at]) > 57:
                has |= DOT_IN
                if (
                    joined
                    and count > AROUND
                    and 97 <= whole(data[at]) <= 122
                    and out[count - 1][SHAPE] != LETTER
                ):
                    # "kevin.example" is a domain.
                    gap = GLUED
                    if out[count - 1][SHAPE] < NUMBER:
                        out[count - 1][SHAPE] = WITH_DIGIT
        elif point == 33 or point == 63 or point == 0x2026 or point == 0xBF or point == 0xA1:
            gap = STOP
        elif point == 44:
            gap = max(gap, COMMA) if gap != STOP else STOP
        elif point == 45:
            if gap == SPACE:
                gap = HYPHEN if joined and at < size and whole(data[at]) > 32 else COLON
        elif point == 58 or point == 59 or point == 0x2013 or point == 0x2014:
            colons += point == 58
            if gap != STOP:
                gap = COLON
        elif point == 64 or point == 35 or point == 47 or point == 95 or point == 92:
            if point == 64:
                has |= AT
            elif point == 35:
                has |= HASH
            elif point == 47:
                has |= SLASH
            gap = GLUED
        elif point == 38:
            gap = AMPERSAND
        elif point == 0xB0:
            has |= DEGREE
        elif gap != STOP and (
            point == 34 or point == 39 or point == 40 or point == 91 or point == 0x201C or point == 0x2018
        ):
            gap = QUOTE
    _line(out, line, count)
    if digits:
        has |= DIGIT
        if digits >= 3:
            has |= DIGITS_3
        if longest >= 7:
            has |= DIGITS_7
    if dots >= 3 or colons >= 2:
        has |= IP
    for at in (0, 1, count, count + 1):
        row = out[at]
        row[BEGIN] = row[END] = size
        row[WORD] = NOBODY
        row[CLASS] = 0
        row[SHAPE] = LOWER
        row[GAP] = STOP
        row[OWNS] = 0
        row[LINE] = 0
        row[TAG] = 0
    return count, has


@njit(cache=CACHE)
def _line(out, start, end):  # type: ignore[no-untyped-def]
    """Say of the words of a line whether it is all lower case, plain, a headline or all capitals."""
    letters = 0
    upper = 0
    shouted = 0
    for at in range(start, end):
        shape = out[at][SHAPE]
        if shape < LETTER or shape == INNER:
            letters += 1
            if shape != LOWER:
                upper += 1
                if shape == CAPITALS:
                    shouted += 1
    code = 1
    if upper == 0:
        code = 0
    elif letters >= 3 and shouted * 10 >= letters * 7:
        code = 3
    elif letters >= 4 and upper * 10 >= letters * 6:
        code = 2
    for at in range(start, end):
        out[at][LINE] = code
