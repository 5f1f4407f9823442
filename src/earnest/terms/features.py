"""Texts in, hashed terms out: the Python side of the kernel."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earnest.terms.normalise import fold_table


@dataclass(frozen=True, slots=True)
class Space:
    """Which terms there are, and where they fall.

    words, pieces   how many buckets whole words have, and how many all other terms
    leaps           over how many words a pair may reach, the beginning of the text taken for a word; 0:
                    neighbours only, and nothing stands before the first word
    shortest        characters of a piece, at least
    """

    words: int = 1 << 16
    pieces: int = 1 << 16
    leaps: int = 0
    shortest: int = 2

    @property
    def buckets(self) -> int:
        return self.words + self.pieces


@dataclass(frozen=True, slots=True)
class Terms:
    """The distinct buckets of each post, in order of first use: `buckets[indptr[i]:indptr[i+1]]`.

    titles   how many of them, from the first, stand in the post's title
    """

    indptr: NDArray[np.int64]
    buckets: NDArray[np.int32]
    titles: NDArray[np.int64]


def pack(texts: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """All texts as one array of UTF-8 and where each begins. Lone surrogates pass; the kernel drops them."""
    joined = "".join(texts)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    if joined.isascii():
        raw = joined.encode("ascii")
    else:
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        lengths = np.fromiter(map(len, encoded), np.int64, len(encoded))
        raw = b"".join(encoded)
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return np.frombuffer(raw, np.uint8), offsets


def terms(texts: Sequence[str], space: Space) -> Terms:
    """The hashed terms of each text."""
    from earnest.terms.kernel import extract

    data, offsets = pack(texts)
    indptr, buckets, titles = extract(
        data, offsets, fold_table(), space.words, space.pieces, space.leaps, space.shortest
    )
    return Terms(indptr, buckets, titles)
