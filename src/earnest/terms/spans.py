"""Terms that reach across words: words, runs of two and three words, and every stretch of 3 to 6 characters.

For telling how a text sounds as a whole ("everyone log off"), where `kernel` looks at words and their pieces.
Takes plain lower-case ASCII; letters and digits make words, "?", "!" and "$" are words of their own and
everything else is a blank. Each term counts once a text. `spans_of` says the same in plain Python and a test
holds the two equal.
"""

import re
from collections.abc import Sequence

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from earnest.terms.features import Space, Terms
from earnest.terms.jit import CACHE
from earnest.terms.kernel import PIECE_SEED, PRIME, WORD_SEED

SHORTEST, LONGEST = 3, 6
"""Characters of a stretch."""
RUN = 3
"""Words of a run, at most."""

_PRIME = np.uint64(PRIME)
_WORD_SEED = np.uint64(WORD_SEED)
_PIECE_SEED = np.uint64(PIECE_SEED)
_MASK = (1 << 64) - 1


def pack(texts: Sequence[bytes]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """All texts as one array, and where each begins."""
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=offsets[1:])
    return np.frombuffer(b"".join(texts), np.uint8), offsets


def terms(texts: Sequence[bytes], space: Space) -> Terms:
    """The hashed terms of each text."""
    data, offsets = pack(texts)
    indptr, buckets = _extract(data, offsets, space.words, space.pieces)
    return Terms(indptr, buckets, np.zeros(len(texts), np.int64))


def spans_of(text: bytes) -> list[str]:
    """The terms of a text in plain Python, in order of first use: runs of words, then stretches."""
    words = re.findall(r"[a-z0-9]+|[?!$]", text.decode("ascii"))
    runs: dict[str, None] = {}
    for end in range(1, len(words) + 1):
        for start in range(end - 1, max(end - 1 - RUN, -1), -1):
            runs[" ".join(words[start:end])] = None
    line = f" {' '.join(words)} " if words else ""
    pieces: dict[str, None] = {}
    for start in range(len(line)):
        for size in range(SHORTEST, LONGEST + 1):
            if start + size <= len(line):
                pieces[line[start : start + size]] = None
    return [f"run:{run}" for run in runs] + [f"piece:{piece}" for piece in pieces]


def bucket_of(span: str, space: Space) -> int:
    """The bucket of one of `spans_of`'s terms."""
    sort, _, said = span.partition(":")
    if sort == "piece":
        return space.words + ((_mix(PIECE_SEED, said.encode()) >> 32) * space.pieces >> 32)
    hashes = [_mix(WORD_SEED, word.encode()) for word in said.split(" ")]
    whole = hashes[-1]
    for one in reversed(hashes[:-1]):
        whole = ((whole ^ one) * PRIME) & _MASK
    return (whole >> 32) * space.words >> 32


def _mix(seed: int, said: bytes) -> int:
    for byte in said:
        seed = ((seed ^ byte) * PRIME) & _MASK
    return seed


@njit(cache=CACHE)
def _walk(data, start, end, words, pieces, seen, found, line):  # type: ignore[no-untyped-def]
    """Write the distinct buckets of a text to `found` and answer how many. `seen` is clear on entry."""
    count = 0
    size = 1
    line[0] = 32
    whole = _WORD_SEED
    before = uint64(0)
    earlier = uint64(0)
    has = 0
    open_word = False
    for at in range(start, end + 1):
        byte = uint64(data[at]) if at < end else uint64(32)
        letter = (97 <= byte <= 122) or (48 <= byte <= 57)
        mark = byte == 63 or byte == 33 or byte == 36
        if letter:
            whole = (whole ^ byte) * _PRIME
            line[size] = byte
            size += 1
            open_word = True
            continue
        for turn in range(2):
            if turn == 0:
                if not open_word:
                    continue
            else:
                if not mark:
                    continue
                whole = (_WORD_SEED ^ byte) * _PRIME
                line[size] = byte
                size += 1
            line[size] = 32
            size += 1
            for run in range(RUN):
                if run > has:
                    break
                if run == 0:
                    h = whole
                elif run == 1:
                    h = (whole ^ before) * _PRIME
                else:
                    h = (((whole ^ before) * _PRIME) ^ earlier) * _PRIME
                bucket = ((h >> uint64(32)) * uint64(words)) >> uint64(32)
                if not (seen[bucket >> uint64(5)] >> np.uint32(bucket & uint64(31))) & 1:
                    seen[bucket >> uint64(5)] |= np.uint32(1) << np.uint32(bucket & uint64(31))
                    found[count] = bucket
                    count += 1
            earlier = before
            before = whole
            has = min(has + 1, RUN - 1)
            whole = _WORD_SEED
            open_word = False
    if size < SHORTEST:
        return count
    for first in range(size - SHORTEST + 1):
        h = _PIECE_SEED
        for i in range(first, min(first + LONGEST, size)):
            h = (h ^ uint64(line[i])) * _PRIME
            if i - first + 1 >= SHORTEST:
                bucket = words + (((h >> uint64(32)) * uint64(pieces)) >> uint64(32))
                if not (seen[bucket >> uint64(5)] >> np.uint32(bucket & uint64(31))) & 1:
                    seen[bucket >> uint64(5)] |= np.uint32(1) << np.uint32(bucket & uint64(31))
                    found[count] = bucket
                    count += 1
    return count


@njit(cache=CACHE)
def _longest(offsets):  # type: ignore[no-untyped-def]
    most = 0
    for text in range(len(offsets) - 1):
        most = max(most, offsets[text + 1] - offsets[text])
    return most


@njit(cache=CACHE, nogil=True)
def _extract(data, offsets, words, pieces):  # type: ignore[no-untyped-def]
    """Every text's buckets, one text after another: (indptr, buckets)."""
    texts = len(offsets) - 1
    buckets = words + pieces
    seen = np.zeros((buckets >> 5) + 1, np.uint32)
    found = np.empty(buckets, np.int32)
    line = np.empty(2 * _longest(offsets) + 4, np.uint8)
    indptr = np.zeros(texts + 1, np.int64)
    room = 1024
    out = np.empty(room, np.int32)
    for text in range(texts):
        count = _walk(data, offsets[text], offsets[text + 1], words, pieces, seen, found, line)
        base = indptr[text]
        while base + count > room:
            bigger = np.empty(room * 2, np.int32)
            bigger[:base] = out[:base]
            out = bigger
            room *= 2
        for i in range(count):
            out[base + i] = found[i]
            seen[found[i] >> 5] = 0
        indptr[text + 1] = base + count
    return indptr, out[: indptr[texts]]


@njit(cache=CACHE, nogil=True)
def add(data, offsets, words, pieces, table, sums):  # type: ignore[no-untyped-def]
    """Add up the rows of each text's terms: `sums` (texts × columns)."""
    columns = table.shape[1]
    buckets = words + pieces
    seen = np.zeros((buckets >> 5) + 1, np.uint32)
    found = np.empty(buckets, np.int32)
    line = np.empty(2 * _longest(offsets) + 4, np.uint8)
    for text in range(len(offsets) - 1):
        count = _walk(data, offsets[text], offsets[text + 1], words, pieces, seen, found, line)
        for c in range(columns):
            total = 0
            for i in range(count):
                total += table[found[i], c]
            sums[text, c] = total
        for i in range(count):
            seen[found[i] >> 5] = 0
