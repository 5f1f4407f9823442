"""From hashed terms to numbers: how much each term weighs, and how long texts are kept from shouting.

A term's value is its rarity (idf) over the text's norm; a title's terms count double. The norm is computed
from the same signed bytes that the kernel adds up, so training and classifying agree.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from earnest.terms import solve
from earnest.terms.features import Space, Terms
from earnest.terms.jit import CACHE

BIAS = 1.0
LEAN = 0.25
"""How far a term's value leans on how unevenly the two sides of a column use it."""
ROUNDS, TOLERANCE = 30, 0.5
LEAST_NORM = 1.0
WORDS = 1.5
"""How much more a whole word says than a pair or a piece."""


@dataclass(frozen=True, slots=True)
class Weighting:
    """idf of each bucket (0 where never seen), and its square as a signed byte times `norm_scale`."""

    idf: NDArray[np.float32]
    norm_bytes: NDArray[np.int8]
    norm_scale: float

    @property
    def known(self) -> NDArray[np.int64]:
        """Buckets with a weight."""
        return np.flatnonzero(self.idf)


@dataclass(frozen=True, slots=True)
class Design:
    """Sparse rows (`indices` count the known buckets) and dense ones (sums of word vectors)."""

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    values: NDArray[np.float32]
    dense: NDArray[np.float32]
    features: int


def fit_weighting(
    terms: Terms,
    posts: NDArray[np.int64],
    space: Space,
    *,
    least: int,
    extra: Terms | None = None,
    words: float = WORDS,
) -> Weighting:
    """Rarity over the given posts. Buckets met less than `least` times weigh nothing; word buckets weigh
    `words` times as much as others.

    Buckets that only `extra` texts hold (the language head's) weigh little.
    """
    met = np.zeros(space.buckets, np.int64)
    for post in posts:
        met[terms.buckets[terms.indptr[post] : terms.indptr[post + 1]]] += 1
    idf = np.where(met >= least, np.log((1 + len(posts)) / (1 + met)) + 1, 0.0)
    if extra is not None:
        others = np.bincount(extra.buckets, minlength=space.buckets)
        idf[(idf == 0) & (others >= 3)] = 1.0
    idf[: space.words] *= words
    square = idf**2
    scale = max(float(square.max()), 1.0) / 127
    return Weighting(idf.astype(np.float32), np.ceil(square / scale).astype(np.int8), scale)


def design(terms: Terms, weighting: Weighting, vectors: NDArray[np.float32]) -> Design:
    """Rows for every post of `terms`. `vectors` has a row a word bucket (or no columns at all)."""
    compact = np.full(len(weighting.idf), -1, np.int32)
    compact[weighting.known] = np.arange(len(weighting.known), dtype=np.int32)
    posts = len(terms.indptr) - 1
    counts = np.diff(terms.indptr)
    rows = np.repeat(np.arange(posts), counts)
    place = np.arange(len(terms.buckets)) - np.repeat(terms.indptr[:-1], counts)
    times = np.where(place < np.repeat(terms.titles, counts), 2.0, 1.0)
    squares = times * weighting.norm_bytes[terms.buckets] * weighting.norm_scale
    norms = np.sqrt(np.maximum(np.bincount(rows, squares, minlength=posts), LEAST_NORM))
    known = compact[terms.buckets] >= 0
    values = times * weighting.idf[terms.buckets] / norms[rows]
    indptr = np.zeros(posts + 1, np.int64)
    np.cumsum(np.bincount(rows[known], minlength=posts), out=indptr[1:])
    dense = np.zeros((posts, vectors.shape[1]), np.float32)
    if vectors.shape[1]:
        _add_vectors(terms.indptr, terms.buckets, times.astype(np.float32), vectors, dense)
        dense /= norms[:, None].astype(np.float32)
    return Design(
        indptr, compact[terms.buckets][known], values[known].astype(np.float32), dense, len(weighting.known)
    )


@njit(cache=CACHE)
def _add_vectors(indptr, buckets, times, vectors, out):  # type: ignore[no-untyped-def]
    for post in range(len(indptr) - 1):
        for k in range(indptr[post], indptr[post + 1]):
            if buckets[k] < vectors.shape[0]:
                for d in range(vectors.shape[1]):
                    out[post, d] += times[k] * vectors[buckets[k], d]


def take(rows: Design, posts: NDArray[np.int64]) -> Design:
    """The rows of some posts."""
    counts = np.diff(rows.indptr)[posts]
    indptr = np.zeros(len(posts) + 1, np.int64)
    np.cumsum(counts, out=indptr[1:])
    starts = np.repeat(rows.indptr[posts] - indptr[:-1], counts)
    at = np.arange(indptr[-1]) + starts
    return Design(indptr, rows.indices[at], rows.values[at], rows.dense[posts], rows.features)


def fit_rows(rows: Design, signs: NDArray[np.float64], costs: NDArray[np.float64]) -> NDArray[np.float32]:
    """Weights (columns × features and an intercept) of a linear classifier a row of `signs`."""
    weights: NDArray[np.float32] = solve.fit(
        rows.indptr, rows.indices, rows.values, rows.dense,
        np.ascontiguousarray(signs), np.ascontiguousarray(costs),
        rows.features, BIAS, LEAN, ROUNDS, TOLERANCE,
    )  # fmt: skip
    return weights


def score_rows(rows: Design, weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """Scores (posts × columns)."""
    scores: NDArray[np.float32] = solve.score(
        rows.indptr, rows.indices, rows.values, rows.dense, np.ascontiguousarray(weights.T), BIAS
    )
    return scores.astype(np.float64)
