"""Scores that mean what they say: temperatures and thresholds, from texts the model had not seen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOST_SEARCHED = 1_000_000
"""Scores that a temperature is fitted on; with more, every so many texts are asked."""
MOST_LABELS = 3
MOST_SEVERAL = 8
"""Labels of a post, at most: where one is right as a rule, and where several are."""


@dataclass(frozen=True, slots=True)
class Held:
    """Scores of texts by models that had not seen them, a column an answer."""

    labels: Floats
    kinds: Floats
    moods: Floats


@dataclass(frozen=True, slots=True)
class Truths:
    """What is true of each text, as numbers; -1 where it is not told. `labels` (posts × labels) marks all
    that apply.
    """

    main: NDArray[np.int64]
    labels: NDArray[np.bool_]
    kinds: NDArray[np.int64]
    moods: NDArray[np.int64]

    def some(self, chosen: NDArray[np.bool_]) -> "Truths":
        """Those of some texts."""
        return Truths(self.main[chosen], self.labels[chosen], self.kinds[chosen], self.moods[chosen])


@dataclass(frozen=True, slots=True)
class Fitted:
    """Temperatures of the heads, and the thresholds of a model.

    label_shift   where several labels are right as a rule: the score at which a label is as likely as not
    """

    label_heat: float
    label_shift: float
    kind_heat: float
    mood_heat: float
    sure: float
    also: float


def probabilities(scores: Floats, heat: float) -> Floats:
    """Softmax of each row."""
    heated = scores / heat
    powers = np.exp(heated - heated.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def chances(scores: Floats, heat: float, shift: float) -> Floats:
    """The chance of each label by itself, where several are right as a rule."""
    alone: Floats = 1 / (1 + np.exp(np.clip((shift - scores) / heat, -60, 60)))
    return alone


def heat_of(scores: Floats, truth: NDArray[np.int64]) -> float:
    """The temperature at which the truth is least surprising (golden-section search over its logarithm)."""
    told = np.flatnonzero(truth >= 0)
    if not len(told) or scores.shape[1] < 2:
        return 1.0
    told = told[:: -(-len(told) * scores.shape[1] // MOST_SEARCHED)]
    scores, truth = scores[told], truth[told]

    def surprise(log_heat: float) -> float:
        shares = probabilities(scores, float(np.exp(log_heat)))
        return float(-np.log(np.maximum(shares[np.arange(len(truth)), truth], 1e-12)).mean())

    low, high = np.log(0.02), np.log(5.0)
    golden = (np.sqrt(5) - 1) / 2
    for _ in range(40):
        left, right = high - golden * (high - low), low + golden * (high - low)
        if surprise(left) < surprise(right):
            high = right
        else:
            low = left
    return round(float(np.exp((low + high) / 2)), 6)


def category_chance(shares: Floats, parents: NDArray[np.int64], *, multi: bool = False) -> Floats:
    """The probability of the category of each row's best label; of the label alone if several are right."""
    if multi:
        top: Floats = shares.max(axis=1)
        return top
    best = parents[shares.argmax(axis=1)]
    chance: Floats = (shares * (parents[None, :] == best[:, None])).sum(axis=1)
    return chance


def platt(scores: Floats, truth: NDArray[np.bool_]) -> tuple[float, float]:
    """(heat, shift) of a logistic curve through scores of all labels together (Newton's method)."""
    step = -(-scores.size // MOST_SEARCHED)
    x, y = scores[::step].ravel(), truth[::step].ravel().astype(float)
    slope, rise = 4.0, 0.0
    for _ in range(50):
        share = 1 / (1 + np.exp(-np.clip(slope * x + rise, -60, 60)))
        off, bend = share - y, share * (1 - share)
        gradient = np.array([(off * x).sum() + 1e-3 * slope, off.sum()])
        across = (bend * x).sum()
        curve = np.array([[(bend * x * x).sum() + 1e-3, across], [across, bend.sum() + 1e-9]])
        move = np.linalg.solve(curve, gradient)
        slope, rise = slope - float(move[0]), rise - float(move[1])
        if np.abs(move).max() < 1e-7:
            break
    slope = max(slope, 0.1)
    return round(1 / slope, 6), round(-rise / slope, 6)


def shares_of(scores: Floats, fitted: Fitted, *, multi: bool) -> Floats:
    """What the scores of labels mean, as probabilities. The threshold of `other` is already in the scores."""
    if multi:
        return chances(scores, fitted.label_heat, fitted.label_shift)
    return probabilities(scores, fitted.label_heat)


def calibrate(
    held: Held,
    truths: Truths,
    parents: NDArray[np.int64],
    promise: float,
    chosen: NDArray[np.bool_],
    *,
    multi: bool,
) -> Fitted:
    """Fit everything that a model needs beside its table, on the chosen texts; `other` is in the scores."""
    held = Held(held.labels[chosen], held.kinds[chosen], held.moods[chosen])
    truths = truths.some(chosen)
    if multi:
        heat, shift = platt(held.labels, truths.labels)
        shares = chances(held.labels, heat, shift)
        also = _also_several(shares, truths.labels)
        best = shares.argmax(axis=1)
        right = truths.labels[np.arange(len(best)), best]
    else:
        heat, shift = heat_of(held.labels, truths.main), 0.0
        shares = probabilities(held.labels, heat)
        also = _also(shares, truths.labels)
        right = parents[shares.argmax(axis=1)] == parents[truths.main]
    return Fitted(
        label_heat=heat,
        label_shift=shift,
        kind_heat=heat_of(held.kinds, truths.kinds),
        mood_heat=heat_of(held.moods, truths.moods),
        sure=_sure(category_chance(shares, parents, multi=multi), right, promise),
        also=also,
    )


def _sure(chance: Floats, right: NDArray[np.bool_], promise: float) -> float:
    """The lowest threshold at which those above it are right as often as promised; 1.01 where none is."""
    order = np.argsort(-chance, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    kept = np.flatnonzero(share >= promise)
    return round(float(chance[order[kept[-1]]]), 6) if len(kept) else 1.01


def _also(shares: Floats, truth: NDArray[np.bool_]) -> float:
    """The threshold for second and third labels with the best F1 over all labels of all texts."""
    ranked = np.argsort(-shares, axis=1, kind="stable")[:, :MOST_LABELS]
    rows = np.arange(len(shares))[:, None]
    chances, true = shares[rows, ranked], truth[rows, ranked]
    best, found = -1.0, 0.5
    for threshold in np.arange(0.08, 0.51, 0.01):
        given = chances >= threshold
        given[:, 0] = True
        f1 = 2 * float((given & true).sum()) / float(given.sum() + truth.sum())
        if f1 > best:
            best, found = f1, float(threshold)
    return round(found, 4)


def _also_several(shares: Floats, truth: NDArray[np.bool_]) -> float:
    """The same where several labels are right as a rule: the threshold for all labels but the first."""
    ranked = np.argsort(-shares, axis=1, kind="stable")[:, :MOST_SEVERAL]
    rows = np.arange(len(shares))[:, None]
    likely, true = shares[rows, ranked], truth[rows, ranked]
    best, found = -1.0, 0.5
    for threshold in np.arange(0.1, 0.71, 0.01):
        given = likely >= threshold
        given[:, 0] = True
        f1 = 2 * float((given & true).sum()) / float(given.sum() + truth.sum())
        if f1 > best:
            best, found = f1, float(threshold)
    return round(found, 4)
