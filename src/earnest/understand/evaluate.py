"""Figures that say how sure they are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Z = 1.959963984540054
"""95 % of a normal distribution lies within this many standard deviations."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a count with its 95 % Wilson interval; `value` is None where there was nothing to count."""

    value: float | None
    low: float
    high: float
    of: int


def wilson(right: int, of: int) -> Share:
    """The share `right / of` and the interval that holds the true share 95 times in 100."""
    if of == 0:
        return Share(None, 0.0, 1.0, 0)
    low, high = likely(right / of, of)
    return Share(round(right / of, 4), round(low, 4), round(high, 4), of)


def likely(share: float, of: float) -> tuple[float, float]:
    """Wilson's 95 % interval of a share of `of` posts, which need not be a whole number."""
    if of <= 0:
        return 0.0, 1.0
    middle = share + Z * Z / (2 * of)
    spread = Z * sqrt(max(0.0, share * (1 - share)) / of + Z * Z / (4 * of * of))
    below = 1 + Z * Z / of
    return max(0.0, (middle - spread) / below), min(1.0, (middle + spread) / below)


@dataclass(frozen=True, slots=True)
class Measured:
    """One label as measured: of those it was given to, how many rightly; of those that have it, how many
    found.
    """

    id: str
    precision: Share
    recall: Share
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Quality:
    """What was measured on texts that the model had not seen.

    accuracy   main label right        category   main label's category right
    macro_f1   mean of the labels' F1  micro_f1   over all labels of all posts (several may be right)
    unsure     share of posts where the model asks a person
    sure       category right among the others
    error      expected calibration error of the main label's score, 0 to 1
    natural    the same on those posts that come in natural proportions, where the examples tell (see
    `corpus`)
    """

    posts: int
    accuracy: Share
    category: Share
    macro_f1: float
    micro_f1: float
    unsure: Share
    sure: Share
    error: float
    labels: tuple[Measured, ...]
    kind: Share | None = None
    sentiment: Share | None = None
    language: Share | None = None
    natural: "Quality | None" = None

    def weakest(self, count: int = 8) -> tuple[Measured, ...]:
        """The labels with the lowest F1 among those that were tested."""
        tested = [label for label in self.labels if label.support]
        return tuple(sorted(tested, key=lambda label: (label.f1, label.id))[:count])

    def label(self, label_id: str) -> Measured | None:
        """One label's figures, or None where it was not measured."""
        return next((label for label in self.labels if label.id == label_id), None)


@dataclass(frozen=True, slots=True)
class Answers:
    """Truth and answers of the same posts, as label ids; the main label is first in both."""

    truth: Sequence[tuple[str, ...]]
    given: Sequence[tuple[str, ...]]
    scores: Sequence[float]
    unsure: Sequence[bool]


def some(answers: Answers, chosen: NDArray[np.bool_]) -> Answers:
    """The answers of some posts."""
    at = np.flatnonzero(chosen).tolist()
    return Answers(
        [answers.truth[i] for i in at],
        [answers.given[i] for i in at],
        [answers.scores[i] for i in at],
        [answers.unsure[i] for i in at],
    )


def measure(
    answers: Answers,
    labels: Sequence[str],
    *,
    several: bool = False,
    kind: Share | None = None,
    sentiment: Share | None = None,
    language: Share | None = None,
) -> Quality:
    """Compare answers to the truth. A label's precision and recall are those of the main label.

    `several`: a post has several labels as a rule, none of them the main one. Then a post counts as right
    where the first label given is one of its own, and a label's figures are of all that it was given to.
    """
    pairs = list(zip(answers.truth, answers.given, strict=True))
    if several:
        main = [(given[0] if given[0] in truth else truth[0], given[0]) for truth, given in pairs]
    else:
        main = [(truth[0], given[0]) for truth, given in pairs]
    right = [truth == given for truth, given in main]
    near = [category(truth) == category(given) for truth, given in main]
    posts = len(main)
    sure = [ok for ok, unsure in zip(near, answers.unsure, strict=True) if not unsure]
    measured = tuple(_among(label, pairs) for label in labels) if several else _each(labels, main)
    tested = [label.f1 for label in measured if label.support]
    return Quality(
        posts=posts,
        accuracy=wilson(sum(right), posts),
        category=wilson(sum(near), posts),
        macro_f1=round(sum(tested) / len(tested), 4) if tested else 0.0,
        micro_f1=_micro(answers),
        unsure=wilson(posts - len(sure), posts),
        sure=wilson(sum(sure), len(sure)),
        error=calibration_error(np.asarray(answers.scores, float), np.asarray(right, bool)),
        labels=measured,
        kind=kind,
        sentiment=sentiment,
        language=language,
    )


def category(label_id: str) -> str:
    """The first level of a label id."""
    return label_id.partition(".")[0]


def _each(labels: Sequence[str], main: Sequence[tuple[str, str]]) -> tuple[Measured, ...]:
    support = Counter(truth for truth, _ in main)
    given = Counter(answer for _, answer in main)
    both = Counter(truth for truth, answer in main if truth == answer)
    return tuple(_measured(label, both[label], given[label], support[label]) for label in labels)


def _among(label: str, pairs: Sequence[tuple[tuple[str, ...], tuple[str, ...]]]) -> Measured:
    given = sum(label in answer for _, answer in pairs)
    support = sum(label in truth for truth, _ in pairs)
    return _measured(label, sum(label in t and label in g for t, g in pairs), given, support)


def _measured(label: str, both: int, given: int, support: int) -> Measured:
    f1 = 2 * both / (given + support) if given + support else 0.0
    return Measured(label, wilson(both, given), wilson(both, support), round(f1, 4), support)


def _micro(answers: Answers) -> float:
    both = sum(len({*t} & {*g}) for t, g in zip(answers.truth, answers.given, strict=True))
    total = sum(len(t) for t in answers.truth) + sum(len(g) for g in answers.given)
    return round(2 * both / total, 4) if total else 0.0


def calibration_error(scores: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 10) -> float:
    """How far scores are from the share that is right, weighted over ten equal ranges of the score."""
    if not len(scores):
        return 0.0
    part = np.minimum((scores * bins).astype(int), bins - 1)
    gap = sum(
        abs(float(scores[part == b].sum()) - float(right[part == b].sum()))
        for b in range(bins)
        if (part == b).any()
    )
    return round(gap / len(scores), 4)


def confusion(answers: Answers, labels: Sequence[str]) -> list[tuple[str, str, int]]:
    """(true main label, answered main label, how often), wrong pairs only, most frequent first."""
    counted: dict[tuple[str, str], int] = {}
    for truth, given in zip(answers.truth, answers.given, strict=True):
        if truth[0] != given[0]:
            pair = truth[0], given[0]
            counted[pair] = counted.get(pair, 0) + 1
    order = {label: at for at, label in enumerate(labels)}
    return sorted(
        ((truth, given, n) for (truth, given), n in counted.items()),
        key=lambda item: (-item[2], order.get(item[0], -1), order.get(item[1], -1)),
    )
