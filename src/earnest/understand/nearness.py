"""What near texts are called: kernel ridge regression on the vectors, over some thousand landmarks.

A linear classifier draws one line a label; a label that people say in several ways lies in several places.
Here a text is described by how near it lies to each landmark, exp(-(1 - cosine)), and a ridge regression over
that learns the labels (Nyström's method; Williams & Seeger, NIPS 2000). Right where lines are wrong, and the
other way round: their sum is better than either.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earnest.understand.heads import beside_fold

LANDMARKS = 3_000
RIDGE = 0.03
"""How much large weights cost."""
FIRM = 1e-4
"""Keeps the equations solvable where two landmarks are the same text."""
AT_ONCE = 1_024

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is true of each text (texts × answers, 0 to 1), and how much it counts (0: nothing is known)."""

    truth: Floats
    weights: Floats


def unit(rows: Floats) -> Floats:
    """Rows of length 1."""
    made: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-9))
    return made


def near(rows: Floats, points: Floats) -> Floats:
    """How near each row lies to each point, 0 to 1. Both of length 1."""
    found: Floats = np.exp(rows @ points.T - np.float32(1))
    return found


def landmarks(rows: Floats) -> Floats:
    """Some of the rows, spread evenly over all."""
    chosen = np.linspace(0, len(rows) - 1, min(LANDMARKS, len(rows))).astype(np.int64)
    return rows[np.unique(chosen)]


class Nearness:
    """Sums over all texts, kept apart by fold, so that a model without one fold costs one more solution."""

    def __init__(
        self, rows: Floats, lesson: Lesson, fold: NDArray[np.int64], progress: Callable[[float], None]
    ) -> None:
        self.points = landmarks(rows).astype(np.float16).astype(np.float32)
        self._rows, self._fold = rows, fold
        many, answers = len(self.points), lesson.truth.shape[1]
        self._numbers = np.unique(fold).tolist()
        self._squares = {number: np.zeros((many, many)) for number in self._numbers}
        self._truths = {number: np.zeros((many, answers)) for number in self._numbers}
        done = 0
        for number in self._numbers:
            for part in _parts(np.flatnonzero(fold == number)):
                found = near(rows[part], self.points).astype(np.float64)
                weighed = found * lesson.weights[part, None]
                self._squares[number] += weighed.T @ found
                self._truths[number] += weighed.T @ lesson.truth[part]
                done += len(part)
                progress(done / len(rows))

    def weights(self, without: int | None = None) -> Doubles:
        """A row a landmark, a column an answer; learned without one fold."""
        left_out = () if without is None else (without, beside_fold(without))
        used = [number for number in self._numbers if number not in left_out]
        own = near(self.points, self.points).astype(np.float64)
        left: Doubles = RIDGE * (own + FIRM * np.eye(len(own)))
        right = np.zeros_like(next(iter(self._truths.values())))
        for number in used:
            left += self._squares[number]
            right += self._truths[number]
        return np.asarray(np.linalg.solve(left, right), np.float64)

    def held_out(self, folds: int) -> Doubles:
        """Scores of every text of the first `folds` folds by a model that had not seen it; else zeros."""
        scores = np.zeros((len(self._rows), next(iter(self._truths.values())).shape[1]))
        for number in range(folds):
            asked = np.flatnonzero(self._fold == number)
            if len(asked):
                weights = self.weights(number)
                for part in _parts(asked):
                    scores[part] = near(self._rows[part], self.points) @ weights
        return scores


def _parts(places: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    for at in range(0, len(places), AT_ONCE):
        yield places[at : at + AT_ONCE]
