"""The figures of a training run: what the held-out scores say of the model."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from earnest.understand.calibrate import (
    MOST_LABELS,
    MOST_SEVERAL,
    Fitted,
    Held,
    Truths,
    category_chance,
    shares_of,
)
from earnest.understand.corpus import OTHER, Example
from earnest.understand.evaluate import Answers, Quality, Share, measure, some, wilson
from earnest.understand.targets import Plan


def quality_of(
    plan: Plan,
    examples: Sequence[Example],
    truths: Truths,
    held: Held,
    fitted: Fitted,
    natural: NDArray[np.bool_],
    language: Share | None,
) -> Quality:
    """Figures of everything that was asked, and of what comes in natural proportions."""
    shares = shares_of(held.labels, fitted, multi=plan.multi)
    chance = category_chance(shares, plan.parents, multi=plan.multi)
    most = MOST_SEVERAL if plan.multi else MOST_LABELS
    ranked = np.argsort(-shares, axis=1, kind="stable")[:, :most]
    given = [
        tuple(plan.answers[k] for n, k in enumerate(row) if n == 0 or shares[post, k] >= fitted.also)
        for post, row in enumerate(ranked.tolist())
    ]
    answers = Answers(
        truth=[example.labels for example in examples],
        given=given,
        scores=shares.max(axis=1).tolist(),
        unsure=(chance < fitted.sure).tolist(),
    )
    met = {label for example in examples for label in example.labels}
    labels = [answer for answer in plan.answers if answer != OTHER or answer in met]
    whole = measure(
        answers,
        labels,
        several=plan.multi,
        kind=_share_right(held.kinds, truths.kinds),
        sentiment=_share_right(held.moods, truths.moods),
        language=language,
    )
    if natural.all() or not natural.any():
        return whole
    part = measure(
        some(answers, natural),
        labels,
        several=plan.multi,
        kind=_share_right(held.kinds[natural], truths.kinds[natural]),
        sentiment=_share_right(held.moods[natural], truths.moods[natural]),
    )
    return replace(whole, natural=part)


def _share_right(scores: NDArray[np.float64], truth: NDArray[np.int64]) -> Share | None:
    told = truth >= 0
    if not told.any() or not scores.shape[1]:
        return None
    return wilson(int((scores[told].argmax(axis=1) == truth[told]).sum()), int(told.sum()))
