"""Train a model: examples in, a model folder out, the same bytes every time.

    sift near-duplicates → hash → five folds (figures, temperatures, thresholds) → all examples → signed bytes

Every head is a set of one-against-the-rest linear classifiers over the same hashed terms (`solve.py`). A
label's column also carries its category's, so a post whose sub-label is doubtful still lands in the right
category.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from earnest.record.errors import BadFile, TaxonomyError
from earnest.record.verdict import SENTIMENTS
from earnest.understand import corpus, language, model, solve
from earnest.understand.calibrate import (
    Fitted,
    Held,
    Truths,
    calibrate,
    category_chance,
    heat_of,
    probabilities,
)
from earnest.understand.corpus import Example
from earnest.understand.design import Design, Weighting, design, fit_weighting, take
from earnest.understand.evaluate import Answers, Quality, Share, measure, wilson
from earnest.understand.features import Space, terms
from earnest.understand.kernel import LANES
from earnest.understand.lexicon import Lexicon, words_of
from earnest.understand.taxonomy import Taxonomy

FOLDS = 5
LEAST_EXAMPLES = 5
COST = 0.1
"""How much an error weighs against large weights (the C of support vector machines)."""
FACET_COST = 0.4
"""The same for kind, sentiment and language, which have far more examples an answer."""
MOST_BALANCE = 4.0
SECOND = 0.5
"""What a second or third label counts for against the main one."""
CATEGORY = 0.5
"""How much of its category's column is added to a label's."""
PROMISE = 0.8
"""Where the model does not say *unsure*, the category shall be right this often."""
LEAN = 0.25
"""How far a term's value leans on how unevenly the column's two sides use it."""
VECTORS = 7.0
"""How loud word vectors are beside the words themselves."""
BIAS = 1.0
CLIP = 0.9999
"""Share of a column's weights that fit its scale."""
ROUNDS, TOLERANCE = 60, 0.1

Progress = Callable[[str, float], None]
"""Called with what is being done and how far it is, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained model that has not been written yet, and what was learned on the way."""

    about: model.Description
    table: NDArray[np.int8]
    sifted: corpus.Sifted

    @property
    def quality(self) -> Quality:
        """The cross-validated figures."""
        return cast(Quality, self.about.quality)

    def save(self, folder: Path) -> None:
        """Write the model folder."""
        model.save(folder, self.about, self.table)


def train(
    taxonomy: Taxonomy,
    examples: Sequence[Example],
    *,
    lexicon: Lexicon | None = None,
    space: Space | None = None,
    partial: bool = False,
    progress: Progress = lambda what, share: None,
) -> Trained:
    """Train on checked examples.

    Raises TaxonomyError for a label without enough examples (with `partial` such labels are left out),
    BadLine for an example whose label is unknown, BadFile where all examples have one label.
    """
    progress("reading", 0.0)
    corpus.check_labels(examples, taxonomy)
    sifted = corpus.sift(examples)
    labels = _labels(taxonomy, sifted.examples, partial)
    kept = [example for example in sifted.examples if example.labels[0] in labels]
    space = space or Space()
    job = _Job(taxonomy, labels, kept, space, lexicon)
    progress("cross-validating", 0.1)
    held = job.cross_validate(lambda share: progress("cross-validating", 0.1 + 0.6 * share))
    fitted = calibrate(held, job.truths(), job.parents(), PROMISE)
    quality = job.quality(held, fitted)
    progress("fitting", 0.75)
    table, scales, intercepts, columns = job.final()
    progress("fitting", 1.0)
    about = model.Description(
        format=model.FORMAT,
        taxonomy=taxonomy.id,
        labels=model.Head(labels, fitted.label_heat),
        kinds=model.Head(job.kinds, fitted.kind_heat),
        sentiments=model.Head(job.moods, fitted.mood_heat),
        languages=model.Head(job.tongues, job.tongue_heat),
        words=space.words,
        pieces=space.pieces,
        columns=columns,
        scales=scales,
        intercepts=intercepts,
        sure=fitted.sure,
        also=fitted.also,
        vectors=lexicon.name if lexicon else None,
        examples=_fingerprint(kept),
        table=model.fingerprint(table),
        quality=quality,
        notes={
            "examples": len(kept),
            "near_duplicates": len(sifted.repeats),
            "contradictions": len(sifted.contradictions),
        },
    )
    return Trained(about, table, sifted)


def _labels(taxonomy: Taxonomy, examples: Sequence[Example], partial: bool) -> tuple[str, ...]:
    """The labels to train, in the taxonomy's order."""
    counts = Counter(example.labels[0] for example in examples)
    file = taxonomy.path.name if taxonomy.path else taxonomy.id
    chosen = []
    for label in taxonomy.labels:
        if counts[label.id] >= LEAST_EXAMPLES:
            chosen.append(label.id)
        elif not partial:
            has = f"only {counts[label.id]}" if counts[label.id] else "no"
            raise TaxonomyError(
                f"the label '{label.id}' has {has} examples",
                place=f"{file}:{label.line}",
                advice=f"Give it at least {LEAST_EXAMPLES} that name it first, or take it out.",
            )
    if len(chosen) < 2:
        raise BadFile(
            "all examples have the same label",
            place="examples",
            advice="A model needs at least two labels to tell apart.",
        )
    return tuple(chosen)


def _fingerprint(examples: Sequence[Example]) -> str:
    digest = hashlib.sha256()
    for example in examples:
        said = (
            example.text,
            *example.labels,
            example.kind or "",
            example.sentiment or "",
            example.lang or "",
        )
        digest.update("\x00".join(said).encode("utf-8", "surrogatepass") + b"\x01")
    return digest.hexdigest()


class _Job:
    """One training run: what is to be told apart, and the rows of every example."""

    def __init__(
        self,
        taxonomy: Taxonomy,
        labels: tuple[str, ...],
        examples: list[Example],
        space: Space,
        lexicon: Lexicon | None,
    ) -> None:
        self.labels, self.examples, self.space = labels, examples, space
        self.categories = tuple(dict.fromkeys(label.partition(".")[0] for label in labels))
        told = Counter(example.kind for example in examples)
        self.kinds: tuple[str, ...] = tuple(kind for kind in taxonomy.kinds if told[kind] >= LEAST_EXAMPLES)
        felt = Counter(example.sentiment for example in examples)
        self.moods: tuple[str, ...] = tuple(mood for mood in SENTIMENTS if felt[mood] >= LEAST_EXAMPLES)
        self.tongues: tuple[str, ...] = (*language.KNOWN, "und")
        self.tongue_heat = 1.0
        self.tongue_share: Share | None = None
        self.vectors: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        if lexicon:
            met = {word for example in examples for word in words_of(example.text)}
            self.vectors = np.float32(VECTORS) * lexicon.by_bucket(space, met)
        self.terms = terms([example.text for example in examples], space)
        self.least = 2 if len(examples) >= 2_000 else 1
        self.signs, self.costs = self._targets()

    def parents(self) -> NDArray[np.int64]:
        """Each label's category, as a number."""
        return np.array([self.categories.index(label.partition(".")[0]) for label in self.labels], np.int64)

    def truths(self) -> Truths:
        """What is true of each example."""
        return Truths(
            main=np.array([self.labels.index(example.labels[0]) for example in self.examples], np.int64),
            labels=np.array(
                [[label in example.labels for label in self.labels] for example in self.examples], bool
            ),
            kinds=np.array([_place(self.kinds, example.kind) for example in self.examples], np.int64),
            moods=np.array([_place(self.moods, example.sentiment) for example in self.examples], np.int64),
        )

    def _targets(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Signs and costs: a row a label, then a category, a kind, a sentiment; a column an example."""
        truths, parents = self.truths(), self.parents()
        main, posts = truths.main, len(self.examples)
        second = truths.labels.T.copy()
        second[main, np.arange(posts)] = False
        labels = np.where(main[None, :] == np.arange(len(self.labels))[:, None], 1.0, -1.0)
        labels[second] = 1.0
        weight = np.where(second, SECOND, 1.0)
        groups = np.where(parents[main][None, :] == np.arange(len(self.categories))[:, None], 1.0, -1.0)
        for label, post in zip(*np.nonzero(second), strict=True):
            if groups[parents[label], post] < 0:
                groups[parents[label], post] = 0.0
        facets = [_facet(truths.kinds, len(self.kinds)), _facet(truths.moods, len(self.moods))]
        signs = np.vstack([labels, groups, *facets])
        weights = np.vstack([weight, np.ones((len(signs) - len(labels), posts))])
        told = (signs != 0).sum(axis=1, keepdims=True)
        rare = np.minimum(told / np.maximum(2 * (signs > 0).sum(axis=1, keepdims=True), 1), MOST_BALANCE)
        weights[: len(labels) + len(groups)] *= COST
        weights[len(labels) + len(groups) :] *= FACET_COST
        return signs, weights * np.where(signs > 0, np.maximum(rare, 1.0), 1.0)

    def _fit(self, posts: NDArray[np.int64]) -> tuple[Design, NDArray[np.float32]]:
        weighting = fit_weighting(self.terms, posts, self.space, least=self.least)
        rows = design(self.terms, weighting, self.vectors)
        return rows, _solve(take(rows, posts), self.signs[:, posts], self.costs[:, posts])

    def cross_validate(self, progress: Callable[[float], None]) -> Held:
        """Scores of every example by a model that had not seen it."""
        fold = self._folds()
        scores = np.zeros((len(self.examples), len(self.signs)))
        for number in range(FOLDS):
            rows, weights = self._fit(np.flatnonzero(fold != number))
            asked = np.flatnonzero(fold == number)
            scores[asked] = _score(take(rows, asked), weights)
            progress((number + 1) / FOLDS)
        at = np.cumsum([0, len(self.labels), len(self.categories), len(self.kinds), len(self.moods)])
        labels = scores[:, : at[1]] + self._share() * scores[:, at[1] : at[2]][:, self.parents()]
        return Held(labels, scores[:, at[2] : at[3]], scores[:, at[3] : at[4]])

    def _share(self) -> float:
        """How much of the category's column a label's gets: nothing where categories say nothing more."""
        return CATEGORY if 1 < len(self.categories) < len(self.labels) else 0.0

    def _folds(self) -> NDArray[np.int64]:
        """Each label's examples dealt out in turn, shuffled by a fixed seed."""
        random = np.random.Generator(np.random.PCG64(7))
        fold = np.zeros(len(self.examples), np.int64)
        main = self.truths().main
        for label in range(len(self.labels)):
            posts = np.flatnonzero(main == label)
            random.shuffle(posts)
            fold[posts] = (np.arange(len(posts)) + label) % FOLDS
        return fold

    def quality(self, held: Held, fitted: Fitted) -> Quality:
        """Cross-validated figures."""
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
        return measure(
            answers,
            self.labels,
            kind=_share_right(held.kinds, truths.kinds),
            sentiment=_share_right(held.moods, truths.moods),
            language=self._learn_languages(),
        )

    def final(self) -> tuple[NDArray[np.int8], tuple[float, ...], tuple[float, ...], int]:
        """Fit on everything and write it in signed bytes: (table, scales, intercepts, columns)."""
        posts = np.arange(len(self.examples))
        said = self._tongue_texts()
        extra = terms([text for _, text in said], self.space)
        weighting = fit_weighting(self.terms, posts, self.space, least=self.least, extra=extra)
        rows = design(self.terms, weighting, self.vectors)
        weights = _solve(rows, self.signs, self.costs)
        parents = self.parents()
        split = np.cumsum([len(self.labels), len(self.categories)])
        labels, groups, facets = np.split(weights, split)
        topics = np.vstack([labels + np.float32(self._share()) * groups[parents], facets])
        none = np.zeros((0, 0), np.float32)
        tongue_signs = _signs([tongue for tongue, _ in said], self.tongues)
        tongues = _solve(
            design(extra, weighting, none), tongue_signs, np.full(tongue_signs.shape, FACET_COST)
        )
        known, wide = weighting.known, rows.features
        table = np.zeros((self.space.buckets, len(topics) + len(tongues) + 1), np.float32)
        table[known, : len(topics)] = topics[:, :wide].T * weighting.idf[known, None]
        table[known, len(topics) : -1] = tongues[:, :wide].T * weighting.idf[known, None]
        if self.vectors.shape[1]:
            table[: self.space.words, : len(topics)] += self.vectors @ topics[:, wide:-1].T
        intercepts = BIAS * np.concatenate([topics[:, -1], tongues[:, -1]])
        return _to_bytes(table, weighting, intercepts)

    def _tongue_texts(self) -> list[tuple[str, str]]:
        own = [(example.lang, example.text) for example in self.examples if example.lang in language.KNOWN]
        step = max(1, len(own) // 3_000)
        return [(tongue or "und", text) for tongue, text in own[::step]] + list(language.sentences())

    def _learn_languages(self) -> Share:
        """Hold out every fifth text: the temperature of the language head, and how often it is right."""
        said = self._tongue_texts()
        found = terms([text for _, text in said], self.space)
        posts = np.arange(len(said))
        asked, taught = posts[posts % 5 == 0], posts[posts % 5 != 0]
        weighting = fit_weighting(
            self.terms, np.arange(len(self.examples)), self.space, least=self.least, extra=found
        )
        rows = design(found, weighting, np.zeros((0, 0), np.float32))
        signs = _signs([tongue for tongue, _ in said], self.tongues)
        weights = _solve(take(rows, taught), signs[:, taught], np.full((len(signs), len(taught)), FACET_COST))
        scores = _score(take(rows, asked), weights).astype(float)
        truth = signs[:, asked].argmax(axis=0)
        self.tongue_heat = heat_of(scores, truth)
        return wilson(int((scores.argmax(axis=1) == truth).sum()), len(truth))


def _solve(rows: Design, signs: NDArray[np.float64], costs: NDArray[np.float64]) -> NDArray[np.float32]:
    weights: NDArray[np.float32] = solve.fit(
        rows.indptr, rows.indices, rows.values, rows.dense,
        np.ascontiguousarray(signs), np.ascontiguousarray(costs),
        rows.features, BIAS, LEAN, ROUNDS, TOLERANCE,
    )  # fmt: skip
    return weights


def _score(rows: Design, weights: NDArray[np.float32]) -> NDArray[np.float32]:
    scores: NDArray[np.float32] = solve.score(
        rows.indptr, rows.indices, rows.values, rows.dense, np.ascontiguousarray(weights.T), BIAS
    )
    return scores


def _to_bytes(
    table: NDArray[np.float32], weighting: Weighting, intercepts: NDArray[np.float32]
) -> tuple[NDArray[np.int8], tuple[float, ...], tuple[float, ...], int]:
    """Each column in its own scale; the few largest of a million weights are clipped."""
    width = table.shape[1]
    columns = -(-width // LANES) * LANES
    out = np.zeros((len(table), columns), np.int8)
    scales = []
    for column in range(width - 1):
        sizes = np.abs(table[:, column])
        largest = float(np.quantile(sizes[sizes > 0], CLIP)) if (sizes > 0).any() else 0.0
        scale = max(largest / 127, 1e-9)
        out[:, column] = np.clip(np.rint(table[:, column] / scale), -127, 127)
        scales.append(scale)
    out[:, width - 1] = weighting.norm_bytes
    scales.append(weighting.norm_scale)
    return out, tuple(scales), (*(float(value) for value in intercepts), 0.0), columns


def _place(known: tuple[str, ...], answer: str | None) -> int:
    return known.index(answer) if answer in known else -1


def _facet(truth: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    signs = np.where(truth[None, :] == np.arange(count)[:, None], 1.0, -1.0)
    signs[:, truth < 0] = 0.0
    return signs


def _signs(said: Sequence[str], answers: tuple[str, ...]) -> NDArray[np.float64]:
    return _facet(np.array([answers.index(answer) for answer in said], np.int64), len(answers))


def _share_right(scores: NDArray[np.float64], truth: NDArray[np.int64]) -> Share | None:
    told = truth >= 0
    if not told.any() or not scores.shape[1]:
        return None
    return wilson(int((scores[told].argmax(axis=1) == truth[told]).sum()), int(told.sum()))
