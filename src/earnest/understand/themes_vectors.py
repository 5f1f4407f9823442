"""What a text looks like beside others of its kind: a row of numbers, near to rows of texts that say the
same.

Two halves side by side: what its words mean (the lexicon's vectors added up), and which words, pairs and
pieces it uses, the rare ones counting more, folded into a few hundred numbers. A `Frame` is what is usual
among the texts looked at together (how common each term is, and the mean row); rows are told apart by what
differs from it, so that in a community of couriers "order" says nothing and "intercom" a lot.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from earnest.terms import lexicon
from earnest.terms.features import Space, Terms, terms
from earnest.terms.jit import CACHE

SPACE = Space(1 << 16, 1 << 17)
FOLDED = 256
"""Numbers into which the terms are folded."""
SAID = 0.8
"""How much the words themselves weigh beside what they mean."""
WHOLE = 1.5
"""How much more a whole word says than a pair or a piece."""
PRIOR = 40
"""Texts that are taken to have been there before, looking like nothing: few texts make no usual."""
STANDS_OUT = 2.0
"""So many times wider than the next a direction is taken away."""
ENOUGH = 200
"""Texts from which directions can be told."""
LONGEST = 4_000
"""Characters of a text that are looked at."""
STEP = 1_024
"""Texts that are worked on at once: what is needed on the way stays small beside what comes of it."""

Rows = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Frame:
    """What is usual among some texts."""

    weights: NDArray[np.float32] = field(repr=False)
    mean: NDArray[np.float32] = field(repr=False)
    widest: NDArray[np.float32] = field(repr=False)
    texts: int

    @property
    def width(self) -> int:
        """Numbers of a row."""
        return len(self.mean)

    def rows(self, texts: Sequence[str]) -> tuple[Rows, NDArray[np.bool_]]:
        """A row a text (length 1), and whether the text has a word at all; without one the row is nothing."""
        rows = np.empty((len(texts), len(self.mean)), np.float32)
        worded = np.empty(len(texts), np.bool_)
        for at in range(0, len(texts), STEP):
            some = slice(at, at + STEP)
            found = _terms(texts[some])
            rows[some] = _told_apart(_raw(found, self.weights), self.mean, self.widest)
            worded[some] = _worded(found)
        return rows, worded


def frame(texts: Sequence[str]) -> Frame:
    """What is usual among texts; texts that are repeated count once."""
    distinct = list(dict.fromkeys(texts))
    steps = [_terms(distinct[at : at + STEP]) for at in range(0, len(distinct), STEP)]
    count = len(distinct)
    met = np.zeros(SPACE.buckets, np.int64)
    for found in steps:
        met += np.bincount(found.buckets, minlength=SPACE.buckets)
    weights = np.sqrt(np.maximum(np.log((1 + count + PRIOR) / (1 + met)), 0.0))
    weights[: SPACE.words] *= WHOLE
    weights[met < 2] *= 0.5  # what only one text says joins it to none
    weights = weights.astype(np.float32)
    width = _meanings()[1].shape[1] + FOLDED
    total, spread = np.zeros(width), np.zeros((width, width))
    for found in steps:
        raw = _raw(found, weights)
        total += raw.sum(axis=0, dtype=np.float64)
        spread += raw.T @ raw
    mean = total / (count + PRIOR)
    beside = np.outer(mean, total)
    spread += count * np.outer(mean, mean) - beside - beside.T
    return Frame(weights, mean.astype(np.float32), _widest(spread, count), count)


def _widest(spread: NDArray[np.float64], texts: int) -> NDArray[np.float32]:
    """The direction in which texts differ most where it stands out by far: the language people write in, not
    what they write about. `spread` is how their rows differ from what is usual, multiplied out.
    """
    if texts < ENOUGH:
        return np.zeros((0, len(spread)), np.float32)
    wide, directions = np.linalg.eigh(spread)
    if wide[-1] < STANDS_OUT * wide[-2]:
        return np.zeros((0, len(spread)), np.float32)
    return np.ascontiguousarray(directions[:, -1:].T).astype(np.float32)


def _terms(texts: Sequence[str]) -> Terms:
    return terms([text[:LONGEST] for text in texts], SPACE)


def _worded(found: Terms) -> NDArray[np.bool_]:
    words = np.concatenate([[0], np.cumsum(found.buckets < SPACE.words)])
    worded: NDArray[np.bool_] = words[found.indptr[1:]] > words[found.indptr[:-1]]
    return worded


@cache
def _meanings() -> tuple[NDArray[np.int32], NDArray[np.int8], NDArray[np.float32]]:
    """Where the word of each bucket stands in the lexicon, and its bytes and sizes there; no columns where
    the lexicon was left out.
    """
    known = lexicon.installed()
    if known is None:
        return np.full(SPACE.words, -1, np.int32), np.zeros((0, 0), np.int8), np.zeros(0, np.float32)
    return known.places(SPACE), known.numbers, known.weights * np.float32(known.scale)


def _raw(found: Terms, weights: NDArray[np.float32]) -> Rows:
    places, numbers, sizes = _meanings()
    width = numbers.shape[1]
    out = np.zeros((len(found.indptr) - 1, width + FOLDED), np.float32)
    _add(found.indptr, found.buckets, weights, _speaking(), places, numbers, sizes, out)
    _level(out[:, :width])
    _level(out[:, width:])
    out[:, width:] *= SAID
    return out


def _level(rows: Rows) -> None:
    if rows.shape[1]:
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)


def _told_apart(raw: Rows, mean: NDArray[np.float32], widest: NDArray[np.float32]) -> Rows:
    """Rows without what is usual, each half of its own weight, of length 1."""
    said = np.linalg.norm(raw, axis=1, keepdims=True) > 0
    rows: Rows = np.where(said, raw - mean, np.float32(0)).astype(np.float32)
    if len(widest):
        rows -= (rows @ widest.T) @ widest
    width = rows.shape[1] - FOLDED
    _level(rows[:, :width])
    _level(rows[:, width:])
    rows[:, width:] *= SAID
    _level(rows)
    return rows


@cache
def _speaking() -> NDArray[np.float32]:
    """How much each word bucket speaks: next to nothing for "the" and "que", all for a rare or new word."""
    places, numbers, sizes = _meanings()
    long = np.zeros(SPACE.words)
    known = places >= 0
    if known.any():
        long[known] = (np.linalg.norm(numbers.astype(np.float32), axis=1) * sizes)[places[known]]
    said: NDArray[np.float32] = np.sqrt(np.where(long > 0, np.minimum(long, 1.0), 1.0)).astype(np.float32)
    return said


@njit(cache=CACHE, nogil=True)
def _add(indptr, buckets, weights, speaking, places, numbers, sizes, out):  # type: ignore[no-untyped-def]
    """Pairs and pieces follow their word, and speak as much as it does."""
    width = numbers.shape[1]
    folded = out.shape[1] - width
    for post in range(len(indptr) - 1):
        loud = np.float32(1.0)
        for k in range(indptr[post], indptr[post + 1]):
            bucket = buckets[k]
            if bucket < len(places):
                loud = speaking[bucket]
                place = places[bucket]
                if place >= 0:
                    for d in range(width):
                        out[post, d] += numbers[place, d] * sizes[place]
            mixed = np.uint64(bucket + 1) * np.uint64(0x9E3779B97F4A7C15)
            fold = width + np.int64((mixed >> np.uint64(40)) % np.uint64(folded))
            if (mixed >> np.uint64(33)) & np.uint64(1):
                out[post, fold] += loud * weights[bucket]
            else:
                out[post, fold] -= loud * weights[bucket]
