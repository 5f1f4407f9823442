"""The heads of a model and what they learn from: labels, categories, kinds, sentiments, languages.

Every head is a set of one-against-the-rest linear classifiers over the same hashed terms (`terms.together`).
A label's column also carries its category's, so a post whose sub-label is doubtful still lands in the right
category.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from earnest.record.verdict import SENTIMENTS
from earnest.terms.design import BIAS, Design, Weighting, design, fit_weighting, score_rows, take
from earnest.terms.features import Space, terms
from earnest.terms.lexicon import Lexicon, words_of
from earnest.terms.quantise import to_bytes
from earnest.terms.together import learn
from earnest.understand import outside
from earnest.understand.calibrate import Held, Truths
from earnest.understand.corpus import OTHER, Example
from earnest.understand.distil import Taught
from earnest.understand.targets import ASIDE, CATEGORIES, COST, COST_FEW, FEW, KINDS, Register, plan_of
from earnest.understand.taxonomy import Taxonomy
from earnest.understand.tongues import Tongues

FOLDS = 5
ALWAYS = -1
"""The fold of what is always taught and never asked."""


def beside_fold(number: int) -> int:
    """The fold of what is taught only where the examples of fold `number` are, and never asked."""
    return -2 - number


LEAST_EXAMPLES = 5
KIND_COST, MOOD_COST = 0.2, 0.1
"""How much an error in kinds and in sentiments weighs against large weights."""
CATEGORY = 0.5
"""How much of its category's column is added to a label's."""
LOUDNESS = (6.0, 12.0, 25.0)
"""How loud word vectors may be beside the words themselves in the labels' columns: the louder, the more a
label learns from few examples; the quieter, the finer many examples tell labels apart. Held-out texts choose.
"""
FACET_LOUDNESS = 12.0
"""The same for kinds and sentiments."""
CHOICE_OF_ALL = 2_000
"""With fewer examples all parts take part in that choice, else one does."""
RARE_FROM = 2_000
"""With so many texts a term that stands in one only weighs nothing."""


class Job:
    """One training run: what is to be told apart, and the rows of every text."""

    def __init__(
        self,
        taxonomy: Taxonomy,
        labels: tuple[str, ...],
        examples: list[Example],
        anchors: list[Example],
        space: Space,
        lexicon: Lexicon | None,
        lessons: Taught | None = None,
        loudness: float | None = None,
        again: Sequence[tuple[int, Example]] = (),
    ) -> None:
        self.examples, self.space, self.loudness = examples, space, loudness
        told = Counter(example.kind for example in examples)
        felt = Counter(example.sentiment for example in examples)
        self.plan = plan_of(
            labels,
            examples,
            [kind for kind in taxonomy.kinds if told[kind] >= LEAST_EXAMPLES],
            [mood for mood in SENTIMENTS if felt[mood] >= LEAST_EXAMPLES],
        )
        self._twins = np.array([at for at, _ in again], np.int64)
        taught = [*examples, *(example for _, example in again), *anchors]
        aside = outside.background(taxonomy, len(examples), {example.text for example in taught})
        texts = [*(example.text for example in taught), *aside, *(lessons.texts if lessons else ())]
        self.texts = texts
        self.dense: NDArray[np.float32] | None = None
        register = Register(self.plan)
        for row, example in enumerate(taught):
            register.example(row, example)
        for row in range(len(taught), len(taught) + len(aside)):
            register.example(row, Example("", (OTHER,)), ASIDE)
        if lessons:
            for row, shares in enumerate(lessons.shares, len(taught) + len(aside)):
                register.shares(row, shares)
        count = sum(example.labels[0] == OTHER for example in examples)
        self.other_share = outside.SHARE if count < outside.TOLD else outside.SHARE_TOLD
        few = len(examples) < FEW * len(self.plan.answers)
        self.lessons = register.lessons((KIND_COST, MOOD_COST), COST_FEW if few else COST)
        self.vectors: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        if lexicon:
            met = {word for text in texts for word in words_of(text)}
            self.vectors = lexicon.by_bucket(space, met)
        self.least = 2 if len(texts) - len(aside) >= RARE_FROM else 1
        self.terms = terms(texts, space)
        self.tongues = Tongues(examples, space)
        self.tongue_heat, self.tongue_share = self.tongues.held_out(self.weighting(np.arange(len(texts))))

    def truths(self) -> Truths:
        """What is true of each example; anchors, other texts and a teacher's are not measured."""
        plan, posts = self.plan, len(self.examples)
        place = {answer: at for at, answer in enumerate(plan.answers)}
        marks = np.zeros((posts, len(plan.answers)), bool)
        for row, example in enumerate(self.examples):
            marks[row, [place[label] for label in example.labels if label in place]] = True
        return Truths(
            main=np.array([place[example.labels[0]] for example in self.examples], np.int64),
            labels=marks,
            kinds=np.array([_place(plan.kinds, example.kind) for example in self.examples], np.int64),
            moods=np.array([_place(plan.moods, example.sentiment) for example in self.examples], np.int64),
        )

    def rows(self, weighting: Weighting, loudness: float) -> Design:
        """A row a text: its terms, and beside them the sum of its words' vectors, or what `beside` gave."""
        rows = design(self.terms, weighting, self.vectors * np.float32(loudness))
        return rows if self.dense is None else replace(rows, dense=self.dense)

    def beside(self, dense: NDArray[np.float32]) -> "Job":
        """The same run with a row of numbers a text (`texts`) in place of its words' vectors."""
        other = copy(self)
        other.dense, other.vectors, other.loudness = dense, np.zeros((0, 0), np.float32), 1.0
        return other

    def weighting(self, posts: NDArray[np.int64], *, alone: bool = False) -> Weighting:
        """Rarity over some texts; `alone` without those of the language head."""
        extra = None if alone else self.tongues.terms
        return fit_weighting(self.terms, posts, self.space, least=self.least, extra=extra)

    def held_out(self, folds: int, progress: Callable[[float], None]) -> tuple[NDArray[np.bool_], Held]:
        """(which examples were asked, their scores by a model that had not seen them): `folds` of FOLDS."""
        fold = self.folds()[: len(self.examples)]
        topics: list[NDArray[np.float64]] = []
        if self.loudness is None and self.vectors.shape[1]:
            topics = self._choose(range(folds if len(self.examples) < CHOICE_OF_ALL else 1), fold)
        progress(0.4)
        facets = []
        for number in range(folds):
            if number >= len(topics):
                topics.append(self._topics(number, self.loudness or 1.0))
            facets.append(self._facets(number))
            progress(0.4 + 0.6 * (number + 1) / folds)
        back = np.argsort(np.concatenate([np.flatnonzero(fold == number) for number in range(folds)]))
        both, kinds = np.concatenate(facets)[back], len(self.plan.kinds)
        chosen = (fold != ALWAYS) & (fold < folds)
        return chosen, Held(np.concatenate(topics)[back], both[:, :kinds], both[:, kinds:])

    def _choose(self, trial: range, fold: NDArray[np.int64]) -> list[NDArray[np.float64]]:
        """Set the loudness with which most labels are right in some parts; the scores of those parts."""
        main = self.truths().main
        most, found = -1, []
        for each in LOUDNESS:
            tried = [self._topics(number, each) for number in trial]
            right = sum(
                int((scores.argmax(axis=1) == main[fold == number]).sum())
                for number, scores in zip(trial, tried, strict=True)
            )
            if right > most:
                most, found, self.loudness = right, tried, each
        return found

    def _topics(self, number: int, loudness: float) -> NDArray[np.float64]:
        """Scores of the labels for one part of the examples."""
        ends = self.plan.ends
        scores = self._asked(number, 0, int(ends[KINDS]), loudness)
        labels = scores[:, : ends[CATEGORIES]]
        if self.plan.grouped:
            labels = labels + CATEGORY * scores[:, ends[CATEGORIES] :][:, self.plan.parents]
        labels[:, self.plan.answers.index(OTHER)] *= self.other_share
        return labels

    def _facets(self, number: int) -> NDArray[np.float64]:
        """Scores of kinds and sentiments for one part of the examples."""
        return self._asked(number, int(self.plan.ends[KINDS]), int(self.plan.ends[-1]), FACET_LOUDNESS)

    def _asked(self, number: int, first: int, last: int, loudness: float) -> NDArray[np.float64]:
        fold = self.folds()
        asked = np.flatnonzero(fold == number)
        if first == last:
            return np.zeros((len(asked), 0))
        known = (fold != number) & (fold != beside_fold(number))
        rows = self.rows(self.weighting(np.flatnonzero(known), alone=True), loudness)
        taught = self.lessons.some(np.flatnonzero(known[self.lessons.rows])).columns(first, last)
        return score_rows(take(rows, asked), learn(rows, taught).T)

    def folds(self) -> NDArray[np.int64]:
        """Each label's examples dealt out in turn, shuffled by a fixed seed, their near-duplicates beside
        them; other texts are in no fold.
        """
        random = np.random.Generator(np.random.PCG64(7))
        fold = np.full(len(self.terms.indptr) - 1, ALWAYS)
        main = self.truths().main
        for label in range(len(self.plan.answers)):
            posts = np.flatnonzero(main == label)
            random.shuffle(posts)
            fold[posts] = (np.arange(len(posts)) + label) % FOLDS
        for row, twin in enumerate(self._twins.tolist(), len(self.examples)):
            fold[row] = beside_fold(int(fold[twin]))
        return fold

    def final(self, threshold: float) -> tuple[NDArray[np.int8], tuple[float, ...], tuple[float, ...], int]:
        """Fit on everything and write it in signed bytes: (table, scales, intercepts, columns)."""
        weighting = self.weighting(np.arange(len(self.terms.indptr) - 1))
        weights = self.topics(weighting, threshold)
        tongues = self.tongues.fit(weighting)
        intercepts = BIAS * np.concatenate([weights[-1], tongues[-1]])

        def part(first: int, last: int) -> NDArray[np.float32]:
            """The real weights of some columns, a row a bucket."""
            return _unpacked(weights, tongues, first, last, weighting, self.vectors)

        return to_bytes(part, weights.shape[1] + tongues.shape[1], weighting, intercepts)

    def topics(self, weighting: Weighting, threshold: float) -> NDArray[np.float32]:
        """Weights of labels, kinds and sentiments from everything: a row a term, a dense number and last the
        intercept; a column an answer.
        """
        ends = self.plan.ends
        weights = self._weights(weighting, 0, int(ends[KINDS]), self.loudness or 1.0)
        if self.plan.grouped:
            groups = weights[:, ends[CATEGORIES] :]
            for label, parent in enumerate(self.plan.parents.tolist()):
                weights[:, label] += np.float32(CATEGORY) * groups[:, parent]
        labels = weights[:, : ends[CATEGORIES]]
        other = self.plan.answers.index(OTHER)
        labels[:, other] *= np.float32(self.other_share)
        labels[-1, other] += threshold / BIAS
        facets = self._weights(weighting, int(ends[KINDS]), int(ends[-1]), FACET_LOUDNESS)
        return np.hstack([labels, facets])

    def _weights(self, weighting: Weighting, first: int, last: int, loudness: float) -> NDArray[np.float32]:
        """Weights of some columns from everything, for vectors as loud as they are."""
        rows = self.rows(weighting, loudness)
        weights = learn(rows, self.lessons.columns(first, last))
        if self.dense is None:
            weights[rows.features : -1] *= np.float32(loudness)
        return weights


def _unpacked(
    topics: NDArray[np.float32],
    tongues: NDArray[np.float32],
    first: int,
    last: int,
    weighting: Weighting,
    vectors: NDArray[np.float32],
) -> NDArray[np.float32]:
    known = weighting.known
    wide = len(known)
    table = np.zeros((len(weighting.idf), last - first), np.float32)
    middle = min(max(topics.shape[1], first), last)
    if middle > first:
        chosen = topics[:, first:middle]
        table[known, : middle - first] = chosen[:wide] * weighting.idf[known, None]
        if vectors.shape[1]:
            table[: len(vectors), : middle - first] += vectors @ chosen[wide:-1]
    if last > middle:
        chosen = tongues[:, middle - topics.shape[1] : last - topics.shape[1]]
        table[known, middle - first :] = chosen[:wide] * weighting.idf[known, None]
    return table


def _place(known: Sequence[str], answer: str | None) -> int:
    return known.index(answer) if answer in known else -1
