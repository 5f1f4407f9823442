"""From sums of rows to answers: norm, intercept, softmax, the best few. Compiled, because it runs for every
post.
"""

import numpy as np
from numba import njit

from earnest.terms.jit import CACHE

FAR = -20.0
"""An answer so many temperatures behind the best has no chance worth a power."""


@njit(cache=CACHE, inline="always")
def _best(scores, first, last, heat):  # type: ignore[no-untyped-def]
    """The best column of a head and its probability; a head without columns answers 0 with probability 0."""
    if first == last:
        return 0, 0.0
    best = first
    for c in range(first + 1, last):
        if scores[c] > scores[best]:
            best = c
    total = 0.0
    for c in range(first, last):
        away = (scores[c] - scores[best]) / heat
        if away > FAR:
            total += np.exp(away)
    return best - first, 1.0 / total


@njit(cache=CACHE, nogil=True)
def decide(  # type: ignore[no-untyped-def]
    sums, scales, intercepts, bounds, heats, shift, multi, parents,
    labels, chances, category, kinds, kind_chances, moods, mood_chances, tongues, tongue_chances,
):  # fmt: skip
    """Fill the answers of each post.

    `bounds` are the first columns of labels, kinds, sentiments, languages and the norm; `parents` is each
    label's category as a number; `labels` and `chances` (posts × top) come best first; `category` is the
    probability of the best label's category, or -1 for a post without a single known term, of which nothing
    else is said. `multi`: each label has a chance of its own (a logistic curve around `shift`), and
    `category` is that of the best label.
    """
    top = labels.shape[1]
    norm_at = bounds[4]
    width = norm_at + 1
    scores = np.empty(width)
    count = bounds[1] - bounds[0]
    for post in range(sums.shape[0]):
        row = sums[post]
        if row[norm_at] == 0:
            category[post] = -1.0
            continue
        norm = np.sqrt(max(row[norm_at] * scales[norm_at], 1.0))
        for c in range(norm_at):
            scores[c] = row[c] * scales[c] / norm + intercepts[c]
        highest = scores[0]
        for c in range(1, count):
            highest = max(highest, scores[c])
        for k in range(top):
            chances[post, k] = -np.inf
        total = 0.0
        least = -np.inf
        for c in range(count):
            score = scores[c]
            if score > least:
                k = top - 1
                while k > 0 and score > chances[post, k - 1]:
                    chances[post, k] = chances[post, k - 1]
                    labels[post, k] = labels[post, k - 1]
                    k -= 1
                chances[post, k] = score
                labels[post, k] = c
                least = chances[post, top - 1]
            away = (score - highest) / heats[0]
            scores[c] = np.exp(away) if away > FAR else 0.0
            total += scores[c]
        if multi:
            for k in range(top):
                chances[post, k] = 1.0 / (1.0 + np.exp((shift - chances[post, k]) / heats[0]))
            category[post] = chances[post, 0]
        else:
            parent = parents[labels[post, 0]]
            within = 0.0
            for c in range(count):
                if parents[c] == parent:
                    within += scores[c]
            category[post] = within / total
            for k in range(top):
                chances[post, k] = scores[labels[post, k]] / total
        kinds[post], kind_chances[post] = _best(scores, bounds[1], bounds[2], heats[1])
        moods[post], mood_chances[post] = _best(scores, bounds[2], bounds[3], heats[2])
        tongues[post], tongue_chances[post] = _best(scores, bounds[3], bounds[4], heats[3])
