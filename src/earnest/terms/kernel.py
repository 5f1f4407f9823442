"""The kernel: one walk over UTF-8 bytes that hashes a post's terms and adds up their rows.

`reference.py` says the same in plain Python and a test holds the two equal to the bit. Terms are words, pairs
of words, single symbols, and pieces of 3 to 5 characters inside word boundaries, and pairs that leap over one
or two words, the beginning taken for a word; each counts once a post. (Without leaps, pieces begin at 2: the
terms of models of format 2, and of themes.)
"""

import numpy as np
from numba import njit, uint64

from earnest.terms.jit import CACHE

WORD_SEED = 0x9AE16A3B2F90404F
PAIR_SEED = 0xC949D7C7509E6557
PIECE_SEED = 0x2545F4914F6CDD1D
SYMBOL_SEED = 0xFF51AFD7ED558CCD
LEAP_SEED = 0xD6E8FEB86659FD93
FIRST = 0xA0761D6478BD642F
"""What stands before the first word, as the hash of a word."""
MOST_LEAPT = 2
LONGEST_PIECE = 5
"""Characters, the marks of a word's beginning and end among them."""
PRIME = 0x9E3779B97F4A7C15
LONGEST_WORD = 40
"""Characters. A longer run is read as several words."""
LONGEST_TITLE = 240
"""Bytes. A first paragraph up to here, with more text after it, is a title."""
LANES = 32
"""Columns are padded to a multiple, so that every row starts and ends where vector registers do."""
BLOCK = 128
"""Rows added in 16 bits before they are carried to 32: 128 × 127 still fits."""

_PRIME = np.uint64(PRIME)
_WORD_SEED = np.uint64(WORD_SEED)
_PAIR_SEED = np.uint64(PAIR_SEED)
_PIECE_SEED = np.uint64(PIECE_SEED)
_SYMBOL_SEED = np.uint64(SYMBOL_SEED)
_LEAP_SEED = np.uint64(LEAP_SEED)
_FIRST = np.uint64(FIRST)
SCRIPTS = ("el", "ru", "he", "ar", "hi", "th", "ko", "ja", "zh", "")
"""The language a script stands for when most letters are not Latin; the last is every other script."""


@njit(cache=CACHE, inline="always")
def _script(point):  # type: ignore[no-untyped-def]
    if point < 0x370:
        return -1
    if point < 0x400:
        return 0
    if point < 0x530:
        return 1
    if 0x590 <= point < 0x600:
        return 2
    if 0x600 <= point < 0x780:
        return 3
    if 0x900 <= point < 0x980:
        return 4
    if 0xE00 <= point < 0xE80:
        return 5
    if 0x1100 <= point < 0x1200 or 0xAC00 <= point < 0xD7B0:
        return 6
    if 0x3040 <= point < 0x3100:
        return 7
    if 0x3400 <= point < 0xA000 or 0x20000 <= point < 0x30000:
        return 8
    if 0x1E00 <= point < 0x2000 or 0x2C60 <= point < 0x2C80:
        return -1
    return 9


@njit(cache=CACHE)
def walk(data, start, end, fold, words, pieces, leaps, shortest, seen, found, scripts):  # type: ignore[no-untyped-def]
    """Write the post's distinct buckets to `found`; answer (how many, how many of the title, Latin letters).

    `seen` is a bitmap of all buckets, clear on entry; the caller clears it by `found`. Word buckets are
    [0, words), all others [words, words + pieces). `leaps` and `shortest` as in `features.Space`.
    """
    word = np.empty(LONGEST_WORD + 2, np.uint32)
    size = 1
    word[0] = 1
    count = 0
    title = 0
    titled = False
    latin = 0
    before = _FIRST
    earlier = uint64(0)
    earliest = uint64(0)
    has = 1 if leaps else 0
    mark = start
    limit = min(end, start + LONGEST_TITLE)
    title_end = end + 1
    while mark + 2 < limit:
        if data[mark] == 10 and data[mark + 1] == 10:
            title_end = mark
            break
        mark += 1
    at = start
    while at <= end:
        sort = 1
        code = uint64(0)
        here = at
        if at == end:
            at += 1
        else:
            byte = np.uint32(data[at])
            at += 1
            if byte < 0x80:
                point = byte
            elif byte < 0xE0:
                point = (byte & 0x1F) << 6 | (data[at] & 0x3F)
                at += 1
            elif byte < 0xF0:
                point = (byte & 0x0F) << 12 | np.uint32(data[at] & 0x3F) << 6 | (data[at + 1] & 0x3F)
                at += 2
            else:
                point = (
                    (byte & 0x07) << 18
                    | np.uint32(data[at] & 0x3F) << 12
                    | np.uint32(data[at + 1] & 0x3F) << 6
                    | (data[at + 2] & 0x3F)
                )
                at += 3
            if 0xFF01 <= point <= 0xFF5E:
                point -= 0xFEE0
            if point < 0x3000:
                entry = fold[point]
                sort = entry >> 24
                code = uint64(entry & 0xFFFFFF)
            elif point < 0x3040:
                sort = 1
            elif (
                (0xD800 <= point < 0xE000)
                or (0xFE00 <= point < 0xFE10)
                or point == 0xFEFF
                or (0x1F3FB <= point < 0x1F400)
                or point >= 0xE0000
            ):
                sort = 0
            elif 0x1F000 <= point < 0x20000:
                sort = 3
                code = uint64(point)
            else:
                sort = 2
                code = uint64(point)
            if sort == 2:
                if point < 0x80:
                    if point > 0x39:
                        latin += 1
                else:
                    kind = _script(point)
                    if kind < 0:
                        latin += 1
                    else:
                        scripts[kind] += 1
                    if point < 0x250:
                        # The accent itself, which the folding hides, tells languages apart.
                        h = (_SYMBOL_SEED ^ uint64(point)) * _PRIME
                        bucket = words + (((h >> uint64(32)) * uint64(pieces)) >> uint64(32))
                        if not (seen[bucket >> uint64(5)] >> np.uint32(bucket & uint64(31))) & 1:
                            seen[bucket >> uint64(5)] |= np.uint32(1) << np.uint32(bucket & uint64(31))
                            found[count] = bucket
                            count += 1
        if sort == 0:
            continue
        if sort == 2:
            word[size] = code
            size += 1
            if size <= LONGEST_WORD:
                continue
        if size > 1:
            word[size] = 2
            size += 1
            whole = _WORD_SEED
            for i in range(1, size - 1):
                whole = (whole ^ uint64(word[i])) * _PRIME
            bucket = ((whole >> uint64(32)) * uint64(words)) >> uint64(32)
            if not (seen[bucket >> uint64(5)] >> np.uint32(bucket & uint64(31))) & 1:
                seen[bucket >> uint64(5)] |= np.uint32(1) << np.uint32(bucket & uint64(31))
                found[count] = bucket
                count += 1
            if has:
                h = (((before ^ _PAIR_SEED) * _PRIME) ^ whole) * _PRIME
                bucket = words + (((h >> uint64(32)) * uint64(pieces)) >> uint64(32))
                if not (seen[bucket >> uint64(5)] >> np.uint32(bucket & uint64(31))) & 1:
                    seen[bucket >> uint64(5)] |= np.uint32(1) << np.uint32(bucket & uint64(31))
                    found[count] = bucket
                    count += 1
            for back in range(min(leaps, has - 1)):
                h = (((earliest if back else earlier) ^ _LEAP_SEED) * _PRIME) ^ whole
                bucket = words + ((((h * _PRIME) >> uint64(32)) * uint64(pieces)) >> uint64(32))
                if not (seen[bucket >> uint64(5)] >> np.uint32(bucket & uint64(31))) & 1:
                    seen[bucket >> uint64(5)] |= np.uint32(1) << np.uint32(bucket & uint64(31))
                    found[count] = bucket
                    count += 1
            earliest = earlier
            earlier = before
            before = whole
            has = min(has + 1, 3)
            for i in range(size):
                if 0x30 <= word[i] <= 0x39:
                    word[i] = 0x30
            for i in range(size - 1):
                h = (_PIECE_SEED ^ uint64(word[i])) * _PRIME
                for j in range(i + 1, min(i + LONGEST_PIECE, size)):
                    h = (h ^ uint64(word[j])) * _PRIME
                    if j + 1 < i + shortest:
                        continue
                    bucket = words + (((h >> uint64(32)) * uint64(pieces)) >> uint64(32))
                    if not (seen[bucket >> uint64(5)] >> np.uint32(bucket & uint64(31))) & 1:
                        seen[bucket >> uint64(5)] |= np.uint32(1) << np.uint32(bucket & uint64(31))
                        found[count] = bucket
                        count += 1
            size = 1
        if sort == 3:
            h = (_SYMBOL_SEED ^ code) * _PRIME
            bucket = words + (((h >> uint64(32)) * uint64(pieces)) >> uint64(32))
            if not (seen[bucket >> uint64(5)] >> np.uint32(bucket & uint64(31))) & 1:
                seen[bucket >> uint64(5)] |= np.uint32(1) << np.uint32(bucket & uint64(31))
                found[count] = bucket
                count += 1
        if here >= title_end and not titled:
            title = count
            titled = True
    return count, title, latin


@njit(cache=CACHE, nogil=True)
def extract(data, offsets, fold, words, pieces, leaps, shortest):  # type: ignore[no-untyped-def]
    """Every post's buckets, one post after another: (indptr, buckets, how many of each post are its
    title's).
    """
    posts = len(offsets) - 1
    buckets = words + pieces
    seen = np.zeros((buckets >> 5) + 1, np.uint32)
    found = np.empty(buckets, np.int32)
    scripts = np.zeros(len(SCRIPTS), np.int64)
    indptr = np.zeros(posts + 1, np.int64)
    titles = np.zeros(posts, np.int64)
    room = 1024
    out = np.empty(room, np.int32)
    for post in range(posts):
        count, titles[post], _ = walk(
            data, offsets[post], offsets[post + 1], fold, words, pieces, leaps, shortest, seen, found, scripts
        )
        base = indptr[post]
        while base + count > room:
            bigger = np.empty(room * 2, np.int32)
            bigger[:base] = out[:base]
            out = bigger
            room *= 2
        for i in range(count):
            out[base + i] = found[i]
            seen[found[i] >> 5] = 0
        indptr[post + 1] = base + count
    return indptr, out[: indptr[posts]], titles


@njit(cache=CACHE, nogil=True)
def gather(  # type: ignore[no-untyped-def]
    data, offsets, fold, words, pieces, leaps, shortest, table, title_twice, sums, latin, script
):
    """Add up the rows of each post's terms: `sums` (posts × columns, int32), Latin letters, leading script.

    `title_twice`: the rows of a title's terms count double. `script` is -1 where Latin letters lead.
    """
    columns = table.shape[1]
    buckets = words + pieces
    seen = np.zeros((buckets >> 5) + 1, np.uint32)
    found = np.empty(buckets, np.int32)
    scripts = np.zeros(len(SCRIPTS), np.int64)
    short = np.empty(columns, np.int16)
    for post in range(len(offsets) - 1):
        count, title, letters = walk(
            data, offsets[post], offsets[post + 1], fold, words, pieces, leaps, shortest, seen, found, scripts
        )
        total = sums[post]
        total[:] = 0
        for part in range(2):
            if part == 0:
                first, last = 0, title
            else:
                first, last = title, count
            for block in range(first, last, BLOCK):
                short[:] = 0
                for i in range(block, min(block + BLOCK, last)):
                    row = table[found[i]]
                    for c in range(columns):
                        short[c] += row[c]
                for c in range(columns):
                    total[c] += short[c]
            if part == 0 and title_twice:
                for c in range(columns):
                    total[c] *= 2
        for i in range(count):
            seen[found[i] >> 5] = 0
        latin[post] = letters
        best = -1
        most = letters
        for i in range(len(SCRIPTS)):
            if scripts[i] > most:
                most = scripts[i]
                best = i
            scripts[i] = 0
        script[post] = best
