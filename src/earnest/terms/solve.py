"""The solver: one squared-hinge linear classifier a column, by dual coordinate descent.

Hsieh et al., "A dual coordinate descent method for large-scale linear SVM" (ICML 2008), with its shrinking.
Every column is solved alone with its own fixed sequence of random numbers, so the result is the same on one
core or many.
"""

import numpy as np
from numba import njit, prange

from earnest.terms.jit import CACHE


@njit(cache=CACHE, nogil=True)
def _column(indptr, indices, values, dense, norms, sign, cost, weights, bias, rounds, tolerance, seed):  # type: ignore[no-untyped-def]
    """Fit one column in place: `weights` are those of sparse features, of dense ones, and the intercept."""
    posts = len(indptr) - 1
    sparse = len(weights) - dense.shape[1] - 1
    width = dense.shape[1]
    alpha = np.zeros(posts)
    order = np.empty(posts, np.int64)
    taking_part = 0
    for post in range(posts):
        if sign[post] != 0:
            order[taking_part] = post
            taking_part += 1
    active = taking_part
    top = np.inf
    state = np.uint64(seed * 2 + 1)
    for _ in range(rounds):
        highest = -np.inf
        lowest = np.inf
        for i in range(active):
            state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
            j = i + np.int64((state >> np.uint64(33)) % np.uint64(active - i))
            order[i], order[j] = order[j], order[i]
        s = 0
        while s < active:
            post = order[s]
            y = sign[post]
            dot = bias * weights[-1]
            for k in range(indptr[post], indptr[post + 1]):
                dot += weights[indices[k]] * values[k]
            for k in range(width):
                dot += weights[sparse + k] * dense[post, k]
            half = 0.5 / cost[post]
            gradient = y * dot - 1.0 + half * alpha[post]
            projected = gradient
            if alpha[post] == 0.0:
                if gradient > top:
                    active -= 1
                    order[s], order[active] = order[active], order[s]
                    continue
                projected = min(gradient, 0.0)
            highest = max(highest, projected)
            lowest = min(lowest, projected)
            if abs(projected) > 1e-12:
                old = alpha[post]
                alpha[post] = max(old - gradient / (norms[post] + half), 0.0)
                step = (alpha[post] - old) * y
                for k in range(indptr[post], indptr[post + 1]):
                    weights[indices[k]] += step * values[k]
                for k in range(width):
                    weights[sparse + k] += step * dense[post, k]
                weights[-1] += step * bias
            s += 1
        if highest - lowest <= tolerance:
            if active == taking_part:
                break
            active = taking_part
            top = np.inf
            continue
        top = highest if highest > 0 else np.inf


@njit(cache=CACHE, nogil=True)
def _uneven(indptr, indices, sign, sparse, lean):  # type: ignore[no-untyped-def]
    """Each feature's absolute log ratio of its shares on the two sides, mixed with 1."""
    inside = np.ones(sparse)
    outside = np.ones(sparse)
    for post in range(len(indptr) - 1):
        for k in range(indptr[post], indptr[post + 1]):
            if sign[post] > 0:
                inside[indices[k]] += 1
            elif sign[post] < 0:
                outside[indices[k]] += 1
    ratio = np.abs(np.log((inside / inside.sum()) / (outside / outside.sum())))
    return ((1 - lean) + lean * ratio).astype(np.float32)


@njit(cache=CACHE, nogil=True)
def _norms(indptr, values, dense, bias):  # type: ignore[no-untyped-def]
    """Squared length of each row, the intercept's feature included."""
    norms = np.empty(len(indptr) - 1)
    for post in range(len(norms)):
        total = bias * bias
        for k in range(indptr[post], indptr[post + 1]):
            total += values[k] * values[k]
        for k in range(dense.shape[1]):
            total += dense[post, k] * dense[post, k]
        norms[post] = total
    return norms


@njit(cache=CACHE, parallel=True, nogil=True)
def fit(indptr, indices, values, dense, signs, costs, sparse, bias, lean, rounds, tolerance):  # type: ignore[no-untyped-def]
    """Weights (columns × features) of one classifier a column of `signs` (columns × posts; 1, -1 or 0 = left
    out).

    `costs` has the same shape: how much an error on that post costs in that column. `lean` (0 to 1): how far
    a feature's value leans on how unevenly it stands on the two sides of a column (Wang & Manning, ACL
    2012).
    """
    columns = signs.shape[0]
    out = np.zeros((columns, sparse + dense.shape[1] + 1), np.float32)
    for column in prange(columns):
        uneven = _uneven(indptr, indices, signs[column], sparse, lean)
        leaning = np.empty_like(values)
        for k in range(len(values)):
            leaning[k] = values[k] * uneven[indices[k]]
        _column(
            indptr, indices, leaning, dense, _norms(indptr, leaning, dense, bias),
            signs[column], costs[column], out[column], bias, rounds, tolerance, column + 1,
        )  # fmt: skip
        for feature in range(sparse):
            out[column, feature] *= uneven[feature]
    return out


@njit(cache=CACHE, nogil=True)
def score(indptr, indices, values, dense, by_feature, bias):  # type: ignore[no-untyped-def]
    """Scores (posts × columns); `by_feature` is what `fit` gave, turned (features × columns)."""
    posts = len(indptr) - 1
    columns = by_feature.shape[1]
    sparse = by_feature.shape[0] - dense.shape[1] - 1
    out = np.zeros((posts, columns), np.float32)
    for post in range(posts):
        row = out[post]
        for k in range(indptr[post], indptr[post + 1]):
            value = values[k]
            weights = by_feature[indices[k]]
            for c in range(columns):
                row[c] += value * weights[c]
        for k in range(dense.shape[1]):
            value = dense[post, k]
            weights = by_feature[sparse + k]
            for c in range(columns):
                row[c] += value * weights[c]
        weights = by_feature[sparse + dense.shape[1]]
        for c in range(columns):
            row[c] += bias * weights[c]
    return out
