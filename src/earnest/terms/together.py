"""The solver for many columns: one squared-hinge classifier a column, all of a block solved side by side.

The same dual coordinate descent as `solve`, but a row is read once for all columns of a block, whose weights
lie next to each other: ten times as fast where there are many columns. Columns are cut into blocks by their
number alone and every block has the same fixed sequence of random numbers, so the result is the same on one
core or many, and on any machine.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from earnest.terms.design import BIAS, Design
from earnest.terms.jit import CACHE

ROUNDS, TOLERANCE = 25, 0.2
WIDEST = 64
"""Columns of a block: their weights should stay in cache."""
REST = 3
"""A lesson that is learned rests for so many rounds at most."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """What is to be learned: a lesson is a row of a Design and the columns that are true of it.

    rows           the row of each lesson; one row may be in several lessons
    indptr, true   the true columns of lesson i: `true[indptr[i]:indptr[i+1]]`
    strength       how much each of those counts (1 = like any other; 0: that column is left out for it)
    told           lessons × heads: False where a head learns nothing from it
    heads          the head of each column
    weights        how much each lesson counts
    yes, no        what an error costs in a column, where it is true and where it is not
    """

    rows: NDArray[np.int64]
    indptr: NDArray[np.int64]
    true: NDArray[np.int32]
    strength: NDArray[np.float32]
    told: NDArray[np.bool_]
    heads: NDArray[np.int32]
    weights: NDArray[np.float32]
    yes: NDArray[np.float32]
    no: NDArray[np.float32]

    def some(self, chosen: NDArray[np.int64]) -> "Lessons":
        """Only these lessons."""
        counts = np.diff(self.indptr)[chosen]
        indptr = np.zeros(len(chosen) + 1, np.int64)
        np.cumsum(counts, out=indptr[1:])
        at = np.arange(indptr[-1]) + np.repeat(self.indptr[chosen] - indptr[:-1], counts)
        return Lessons(
            self.rows[chosen], indptr, self.true[at], self.strength[at], self.told[chosen], self.heads,
            self.weights[chosen], self.yes, self.no,
        )  # fmt: skip

    def columns(self, first: int, last: int) -> "Lessons":
        """The same lessons about some columns only."""
        inside = (self.true >= first) & (self.true < last)
        owners = np.repeat(np.arange(len(self.rows)), np.diff(self.indptr))
        indptr = np.zeros(len(self.rows) + 1, np.int64)
        np.cumsum(np.bincount(owners[inside], minlength=len(self.rows)), out=indptr[1:])
        return Lessons(
            self.rows, indptr, self.true[inside] - np.int32(first), self.strength[inside], self.told,
            self.heads[first:last], self.weights, self.yes[first:last], self.no[first:last],
        )  # fmt: skip


def learn(rows: Design, lessons: Lessons) -> NDArray[np.float32]:
    """Weights: a row a feature (sparse, dense, intercept), a column a column."""
    columns = len(lessons.yes)
    out = np.zeros((rows.features + rows.dense.shape[1] + 1, columns), np.float32)
    if not len(lessons.rows) or not columns:
        return out
    blocks = max(2, -(-columns // WIDEST))
    blocks += blocks % 2
    bounds = np.linspace(0, columns, min(blocks, columns) + 1).astype(np.int64)
    _learn(
        rows.indptr, rows.indices, rows.values, rows.dense, lessons.rows, lessons.indptr, lessons.true,
        lessons.strength, lessons.told, lessons.heads, lessons.weights, lessons.yes, lessons.no, bounds,
        rows.features, BIAS, ROUNDS, TOLERANCE, out,
    )  # fmt: skip
    return out


@njit(cache=CACHE, nogil=True)
def _block(  # type: ignore[no-untyped-def]
    indptr, indices, values, dense, rows, starts, true, strength, told, heads, weights, yes, no,
    first, last, sparse, bias, rounds, tolerance, norms,
):  # fmt: skip
    """The weights of columns `first` to `last`."""
    lessons = len(rows)
    columns = last - first
    width = dense.shape[1]
    table = np.zeros((sparse + width + 1, columns), np.float32)
    alpha = np.zeros((lessons, columns), np.float32)
    order = np.arange(lessons)
    rest = np.zeros(lessons, np.int8)
    score = np.empty(columns, np.float32)
    step = np.empty(columns, np.float32)
    sign = np.empty(columns, np.float32)
    half = np.empty(columns, np.float32)
    one = np.float32(1)
    nothing = np.float32(0)
    lean = np.float32(bias)
    state = np.uint64(88172645463325252)
    for turn in range(rounds):
        for i in range(lessons):
            state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
            j = i + np.int64((state >> np.uint64(33)) % np.uint64(lessons - i))
            order[i], order[j] = order[j], order[i]
        most = nothing
        for i in range(lessons):
            lesson = order[i]
            if rest[lesson] > 0:
                rest[lesson] -= 1
                continue
            row = rows[lesson]
            size = norms[row]
            weight = weights[lesson]
            for c in range(columns):
                score[c] = lean * table[sparse + width, c]
                known = told[lesson, heads[first + c]]
                sign[c] = -one if known else nothing
                half[c] = np.float32(0.5) / (no[first + c] * weight)
            for k in range(starts[lesson], starts[lesson + 1]):
                c = true[k] - first
                if 0 <= c < columns:
                    sign[c] = one if strength[k] > 0 else nothing
                    if strength[k] > 0:
                        half[c] = np.float32(0.5) / (yes[first + c] * weight * strength[k])
            for k in range(indptr[row], indptr[row + 1]):
                value = values[k]
                here = table[indices[k]]
                for c in range(columns):
                    score[c] += value * here[c]
            for k in range(width):
                value = dense[row, k]
                here = table[sparse + k]
                for c in range(columns):
                    score[c] += value * here[c]
            mine = alpha[lesson]
            largest = nothing
            for c in range(columns):
                gradient = sign[c] * score[c] - one + half[c] * mine[c]
                new = max(mine[c] - gradient / (size + half[c]), nothing)
                move = (new - mine[c]) * abs(sign[c])
                mine[c] += move
                step[c] = move * sign[c]
                moved = abs(move) * (size + half[c])
                if moved > largest:
                    largest = moved
            if largest > most:
                most = largest
            if largest < tolerance:
                rest[lesson] = min(turn, REST)
                if largest < tolerance * 0.1:
                    continue
            for k in range(indptr[row], indptr[row + 1]):
                value = values[k]
                here = table[indices[k]]
                for c in range(columns):
                    here[c] += value * step[c]
            for k in range(width):
                value = dense[row, k]
                here = table[sparse + k]
                for c in range(columns):
                    here[c] += value * step[c]
            here = table[sparse + width]
            for c in range(columns):
                here[c] += lean * step[c]
        if most < tolerance and turn > REST:
            break
    return table


@njit(cache=CACHE, parallel=True, nogil=True)
def _learn(  # type: ignore[no-untyped-def]
    indptr, indices, values, dense, rows, starts, true, strength, told, heads, weights, yes, no,
    bounds, sparse, bias, rounds, tolerance, out,
):  # fmt: skip
    norms = np.empty(len(indptr) - 1, np.float32)
    for row in range(len(norms)):
        total = bias * bias
        for k in range(indptr[row], indptr[row + 1]):
            total += values[k] * values[k]
        for k in range(dense.shape[1]):
            total += dense[row, k] * dense[row, k]
        norms[row] = total
    for block in prange(len(bounds) - 1):
        first, last = bounds[block], bounds[block + 1]
        out[:, first:last] = _block(
            indptr, indices, values, dense, rows, starts, true, strength, told, heads, weights, yes, no,
            first, last, sparse, bias, rounds, tolerance, norms,
        )  # fmt: skip
