"""Scores that mean what they say: temperatures and thresholds, from texts the model had not seen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


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


@dataclass(frozen=True, slots=True)
class Fitted:
    """Temperatures of the heads, and the two thresholds of a model."""

    label_heat: float
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


def heat_of(scores: Floats, truth: NDArray[np.int64]) -> float:
    """The temperature at which the truth is least surprising (golden-section search over its logarithm)."""
    told = truth >= 0
    if not told.any() or scores.shape[1] < 2:
        return 1.0
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


def category_chance(shares: Floats, parents: NDArray[np.int64]) -> Floats:
    """The probability of the category of each row's best label."""
    best = parents[shares.argmax(axis=1)]
    chance: Floats = (shares * (parents[None, :] == best[:, None])).sum(axis=1)
    return chance


def calibrate(
    held: Held, truths: Truths, parents: NDArray[np.int64], promise: float, chosen: NDArray[np.bool_]
) -> Fitted:
    """Fit everything that a model needs beside its table, on the chosen texts."""
    held = Held(held.labels[chosen], held.kinds[chosen], held.moods[chosen])
    truths = Truths(truths.main[chosen], truths.labels[chosen], truths.kinds[chosen], truths.moods[chosen])
    label_heat = heat_of(held.labels, truths.main)
    shares = probabilities(held.labels, label_heat)
    right = parents[shares.argmax(axis=1)] == parents[truths.main]
    return Fitted(
        label_heat=label_heat,
        kind_heat=heat_of(held.kinds, truths.kinds),
        mood_heat=heat_of(held.moods, truths.moods),
        sure=_sure(category_chance(shares, parents), right, promise),
        also=_also(shares, truths.labels),
    )


def _sure(chance: Floats, right: NDArray[np.bool_], promise: float) -> float:
    """The lowest threshold at which those above it are right as often as promised; 1.01 where none is."""
    order = np.argsort(-chance, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    kept = np.flatnonzero(share >= promise)
    return round(float(chance[order[kept[-1]]]), 6) if len(kept) else 1.01


def _also(shares: Floats, truth: NDArray[np.bool_]) -> float:
    """The threshold for second and third labels with the best F1 over all labels of all texts."""
    ranked = np.argsort(-shares, axis=1, kind="stable")[:, :3]
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
