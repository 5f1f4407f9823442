"""The heads of a model and what they learn from: labels, categories, kinds, sentiments, languages.

Every head is a set of one-against-the-rest linear classifiers over the same hashed terms (`solve.py`). A
label's column also carries its category's, so a post whose sub-label is doubtful still lands in the right
category.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from earnest.record.verdict import SENTIMENTS
from earnest.terms.design import (
    BIAS,
    Design,
    Weighting,
    design,
    facet_signs,
    fit_rows,
    fit_weighting,
    score_rows,
    take,
)
from earnest.terms.features import Space, terms
from earnest.terms.lexicon import Lexicon, words_of
from earnest.terms.quantise import to_bytes
from earnest.understand.calibrate import Fitted, Held, Truths, category_chance, probabilities
from earnest.understand.corpus import Example
from earnest.understand.evaluate import Answers, Quality, Share, measure, some, wilson
from earnest.understand.taxonomy import Taxonomy
from earnest.understand.tongues import Tongues

FOLDS = 5
ALWAYS = -1
"""The fold of what is always taught and never asked."""
LEAST_EXAMPLES = 5
COST = 0.3
"""How much an error weighs against large weights (the C of support vector machines)."""
FACET_COST = 0.4
"""The same for kind and sentiment, which have far more examples an answer."""
MOST_BALANCE = 4.0
SECOND = 0.3
"""What a second or third label counts for against the main one."""
CATEGORY = 0.5
"""How much of its category's column is added to a label's."""
VECTORS = 6.0
"""How loud word vectors are beside the words themselves."""


class Job:
    """One training run: what is to be told apart, and the rows of every example."""

    def __init__(
        self,
        taxonomy: Taxonomy,
        labels: tuple[str, ...],
        examples: list[Example],
        anchors: list[Example],
        space: Space,
        lexicon: Lexicon | None,
    ) -> None:
        self.labels, self.examples, self.space = labels, examples, space
        self.taught = [*examples, *anchors]
        self.categories = tuple(dict.fromkeys(label.partition(".")[0] for label in labels))
        told = Counter(example.kind for example in examples)
        self.kinds: tuple[str, ...] = tuple(kind for kind in taxonomy.kinds if told[kind] >= LEAST_EXAMPLES)
        felt = Counter(example.sentiment for example in examples)
        self.moods: tuple[str, ...] = tuple(mood for mood in SENTIMENTS if felt[mood] >= LEAST_EXAMPLES)
        self.vectors: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        if lexicon:
            met = {word for example in self.taught for word in words_of(example.text)}
            self.vectors = np.float32(VECTORS) * lexicon.by_bucket(space, met)
        self.least = 2 if len(examples) >= 2_000 else 1
        self.terms = terms([example.text for example in self.taught], space)
        self.tongues = Tongues(examples, space)
        self.tongue_heat, self.tongue_share = self.tongues.held_out(self._weighting(self._all()))
        self.signs, self.costs = self._targets()

    def parents(self) -> NDArray[np.int64]:
        """Each label's category, as a number."""
        return np.array([self.categories.index(label.partition(".")[0]) for label in self.labels], np.int64)

    def truths(self) -> Truths:
        """What is true of each example that is measured; anchors are not."""
        return self._truths(self.examples)

    def _truths(self, examples: list[Example]) -> Truths:
        return Truths(
            main=np.array([self.labels.index(example.labels[0]) for example in examples], np.int64),
            labels=np.array(
                [[label in example.labels for label in self.labels] for example in examples], bool
            ),
            kinds=np.array([_place(self.kinds, example.kind) for example in examples], np.int64),
            moods=np.array([_place(self.moods, example.sentiment) for example in examples], np.int64),
        )

    def _all(self) -> NDArray[np.int64]:
        return np.arange(len(self.taught))

    def _targets(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Signs and costs: a row a label, then a category, a kind, a sentiment; a column a text."""
        truths, parents = self._truths(self.taught), self.parents()
        main, posts = truths.main, len(self.taught)
        second = truths.labels.T.copy()
        second[main, np.arange(posts)] = False
        labels = np.where(main[None, :] == np.arange(len(self.labels))[:, None], 1.0, -1.0)
        labels[second] = 1.0
        weight = np.where(second, SECOND, 1.0)
        groups = np.where(parents[main][None, :] == np.arange(len(self.categories))[:, None], 1.0, -1.0)
        for label, post in zip(*np.nonzero(second), strict=True):
            if groups[parents[label], post] < 0:
                groups[parents[label], post] = 0.0
        facets = [facet_signs(truths.kinds, len(self.kinds)), facet_signs(truths.moods, len(self.moods))]
        signs = np.vstack([labels, groups, *facets])
        weights = np.vstack([weight, np.ones((len(signs) - len(labels), posts))])
        told = (signs != 0).sum(axis=1, keepdims=True)
        rare = np.minimum(told / np.maximum(2 * (signs > 0).sum(axis=1, keepdims=True), 1), MOST_BALANCE)
        weights[: len(labels) + len(groups)] *= COST
        weights[len(labels) + len(groups) :] *= FACET_COST
        return signs, weights * np.where(signs > 0, np.maximum(rare, 1.0), 1.0)

    def _weighting(self, posts: NDArray[np.int64], *, alone: bool = False) -> Weighting:
        extra = None if alone else self.tongues.terms
        return fit_weighting(self.terms, posts, self.space, least=self.least, extra=extra)

    def _fit(self, posts: NDArray[np.int64]) -> tuple[Design, NDArray[np.float32]]:
        rows = design(self.terms, self._weighting(posts, alone=True), self.vectors)
        return rows, fit_rows(take(rows, posts), self.signs[:, posts], self.costs[:, posts])

    def cross_validate(self, progress: Callable[[float], None]) -> Held:
        """Scores of every example by a model that had not seen it."""
        fold = self._folds()
        scores = np.zeros((len(self.examples), len(self.signs)))
        for number in range(FOLDS):
            rows, weights = self._fit(np.flatnonzero(fold != number))
            asked = np.flatnonzero(fold == number)
            scores[asked] = score_rows(take(rows, asked), weights)
            progress((number + 1) / FOLDS)
        at = np.cumsum([0, len(self.labels), len(self.categories), len(self.kinds), len(self.moods)])
        labels = scores[:, : at[1]] + self._share() * scores[:, at[1] : at[2]][:, self.parents()]
        return Held(labels, scores[:, at[2] : at[3]], scores[:, at[3] : at[4]])

    def _share(self) -> float:
        """How much of the category's column a label's gets: nothing where categories say nothing more."""
        return CATEGORY if 1 < len(self.categories) < len(self.labels) else 0.0

    def _folds(self) -> NDArray[np.int64]:
        """Each label's examples dealt out in turn, shuffled by a fixed seed; anchors are in no fold."""
        random = np.random.Generator(np.random.PCG64(7))
        fold = np.full(len(self.taught), ALWAYS)
        main = self.truths().main
        for label in range(len(self.labels)):
            posts = np.flatnonzero(main == label)
            random.shuffle(posts)
            fold[posts] = (np.arange(len(posts)) + label) % FOLDS
        return fold

    def quality(self, held: Held, fitted: Fitted, natural: NDArray[np.bool_]) -> Quality:
        """Cross-validated figures, of everything and of what comes in natural proportions."""
        truths = self.truths()
        shares = probabilities(held.labels, fitted.label_heat)
        chance = category_chance(shares, self.parents())
        ranked = np.argsort(-shares, axis=1, kind="stable")[:, :3]
        given = [
            tuple(self.labels[k] for n, k in enumerate(row) if n == 0 or shares[post, k] >= fitted.also)
            for post, row in enumerate(ranked)
        ]
        answers = Answers(
            truth=[example.labels for example in self.examples],
            given=given,
            scores=shares.max(axis=1).tolist(),
            unsure=(chance < fitted.sure).tolist(),
        )
        whole = measure(
            answers,
            self.labels,
            kind=_share_right(held.kinds, truths.kinds),
            sentiment=_share_right(held.moods, truths.moods),
            language=self.tongue_share,
        )
        if natural.all():
            return whole
        part = measure(
            some(answers, natural),
            self.labels,
            kind=_share_right(held.kinds[natural], truths.kinds[natural]),
            sentiment=_share_right(held.moods[natural], truths.moods[natural]),
        )
        return replace(whole, natural=part)

    def final(self) -> tuple[NDArray[np.int8], tuple[float, ...], tuple[float, ...], int]:
        """Fit on everything and write it in signed bytes: (table, scales, intercepts, columns)."""
        weighting = self._weighting(self._all())
        rows = design(self.terms, weighting, self.vectors)
        weights = fit_rows(rows, self.signs, self.costs)
        labels, groups, facets = np.split(weights, np.cumsum([len(self.labels), len(self.categories)]))
        topics = np.vstack([labels + np.float32(self._share()) * groups[self.parents()], facets])
        tongues = self.tongues.fit(weighting)
        known, wide = weighting.known, rows.features
        table = np.zeros((self.space.buckets, len(topics) + len(tongues) + 1), np.float32)
        table[known, : len(topics)] = topics[:, :wide].T * weighting.idf[known, None]
        table[known, len(topics) : -1] = tongues[:, :wide].T * weighting.idf[known, None]
        if self.vectors.shape[1]:
            table[: self.space.words, : len(topics)] += self.vectors @ topics[:, wide:-1].T
        intercepts = BIAS * np.concatenate([topics[:, -1], tongues[:, -1]])
        return to_bytes(table, weighting, intercepts)


def _place(known: tuple[str, ...], answer: str | None) -> int:
    return known.index(answer) if answer in known else -1


def _share_right(scores: NDArray[np.float64], truth: NDArray[np.int64]) -> Share | None:
    told = truth >= 0
    if not told.any() or not scores.shape[1]:
        return None
    return wilson(int((scores[told].argmax(axis=1) == truth[told]).sum()), int(told.sum()))
