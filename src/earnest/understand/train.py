"""Train a model: examples in, a model folder out, the same bytes every time.

    sift near-duplicates → hash → five folds (figures, temperatures, thresholds) → all examples → signed bytes

A near-duplicate is taught where the example it repeats is, and asked nowhere; a contradiction is thrown out.

A taxonomy teaches too: each label's names, description and short examples are *anchors*, taught in every fold
and asked in none.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from earnest.record.errors import BadFile, TaxonomyError
from earnest.terms.features import Space
from earnest.terms.lexicon import Lexicon
from earnest.understand import calibrate, corpus, model, outside
from earnest.understand.corpus import OTHER, Example
from earnest.understand.distil import Taught
from earnest.understand.evaluate import Quality
from earnest.understand.figures import quality_of
from earnest.understand.heads import FOLDS, LEAST_EXAMPLES, Job
from earnest.understand.targets import FEW
from earnest.understand.taxonomy import Taxonomy

PROMISE = 0.85
"""Where the model does not say *unsure*, the category shall be right this often."""
TERMS, TERMS_FEW = Space(leaps=2, shortest=3), Space()
"""Pairs that leap over words are right more often than pieces of two characters were, and fewer;
with few examples a label (`targets.FEW`) most are met too seldom for that."""
MOST_CROSSED = 2_000_000
"""Examples times labels up to which all five parts are asked in turn; beyond, one fifth is held out."""

Figures = Literal["cross-validated", "held-out"]
Progress = Callable[[str, float], None]
"""Called with what is being done and how far it is, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Work:
    """What the accurate tier goes on from (`fused`).

    answered   the examples that were asked, with their `truths` and the `held` scores of models that had not
               seen them (the threshold of `other` added)
    natural    which of them come as posts come
    """

    job: Job
    folds: int
    answered: list[Example]
    truths: calibrate.Truths
    held: calibrate.Held
    natural: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained model that has not been written yet, and what was learned on the way."""

    about: model.Description
    table: NDArray[np.int8]
    sifted: corpus.Sifted
    work: "Work" = field(repr=False)

    @property
    def quality(self) -> Quality:
        """The figures, of texts that the model had not seen."""
        return cast(Quality, self.about.quality)

    def save(self, folder: Path) -> None:
        """Write the model folder."""
        model.save(folder, self.about, self.table)


def train(
    taxonomy: Taxonomy,
    examples: Sequence[Example],
    *,
    unlabelled: Taught | None = None,
    lexicon: Lexicon | None = None,
    space: Space | None = None,
    partial: bool = False,
    promise: float = PROMISE,
    figures: Figures | None = None,
    loudness: float | None = None,
    progress: Progress = lambda what, share: None,
) -> Trained:
    """Train on checked examples.

    unlabelled  what a teacher says of texts without labels; its columns are `labels_of(taxonomy, examples)`
                in that order. Its texts are learned with the weight of the teacher's certainty and never
                asked when figures are taken; a text that is also an example is left out
    partial     labels without enough examples are left out; else they are an error
    promise     how often the category shall be right where the model does not say *unsure*
    figures     "cross-validated" asks every example once (five trainings), "held-out" a fifth of them (one);
                by default the first, and for very large jobs the second
    loudness    of the word vectors, as an earlier model of these labels found it best (its
                `about.notes["loudness"]`); else it is chosen, which takes two trainings more

    Raises TaxonomyError for a label without enough examples, BadLine for an example whose label is unknown,
    BadFile where there is nothing to tell apart.
    """
    progress("reading", 0.0)
    corpus.check_labels(examples, taxonomy)
    sifted = corpus.sift(examples)
    labels = _labels(taxonomy, examples, partial)
    kept = _kept(sifted.examples, {OTHER, *labels})
    space = space or (TERMS_FEW if len(kept) < FEW * len({OTHER, *labels}) else TERMS)
    again = _again(sifted, kept)
    anchors = _anchors(taxonomy, labels)
    lessons = _lessons(unlabelled, labels, kept)
    job = Job(taxonomy, labels, kept, anchors, space, lexicon, lessons, loudness, again)
    plan = job.plan
    if figures is None:
        figures = "cross-validated" if len(kept) * len(plan.answers) <= MOST_CROSSED else "held-out"
    folds = FOLDS if figures == "cross-validated" else 1
    progress("cross-validating", 0.1)
    asked, held = job.held_out(folds, lambda share: progress("cross-validating", 0.1 + 0.6 * share))
    truths = job.truths().some(asked)
    other = plan.answers.index(OTHER)
    threshold = outside.threshold(held.labels, truths.main, other, job.other_share)
    held.labels[:, other] += threshold
    natural = np.array(corpus.natural(kept))[asked]
    chosen = natural if natural.any() else ~natural
    fitted = calibrate.calibrate(held, truths, plan.parents, promise, chosen, multi=plan.multi)
    answered = [example for example, there in zip(kept, asked.tolist(), strict=True) if there]
    quality = quality_of(plan, answered, truths, held, fitted, natural, job.tongue_share)
    progress("fitting", 0.75)
    table, scales, intercepts, columns = job.final(threshold)
    progress("fitting", 1.0)
    several = max((len(example.labels) for example in kept), default=1)
    about = model.Description(
        format=model.FORMAT,
        taxonomy=taxonomy.id,
        labels=model.Head(plan.answers, fitted.label_heat, fitted.label_shift),
        kinds=model.Head(plan.kinds, fitted.kind_heat),
        sentiments=model.Head(plan.moods, fitted.mood_heat),
        languages=model.Head(job.tongues.answers, job.tongue_heat),
        words=space.words,
        pieces=space.pieces,
        leaps=space.leaps,
        shortest=space.shortest,
        columns=columns,
        scales=scales,
        intercepts=intercepts,
        sure=fitted.sure,
        also=fitted.also,
        multi=plan.multi,
        most=min(several, calibrate.MOST_SEVERAL) if plan.multi else calibrate.MOST_LABELS,
        promise=promise,
        vectors=lexicon.name if lexicon else None,
        examples=_fingerprint([*kept, *(example for _, example in again), *anchors]),
        table=model.fingerprint(table),
        quality=quality,
        notes={
            "examples": len(kept),
            "anchors": len(anchors),
            "near_duplicates": len(sifted.repeats),
            "taught_again": len(again),
            "contradictions": len(sifted.contradictions),
            "taught": len(lessons) if lessons else 0,
            "asked": len(answered),
            "loudness": job.loudness or 0.0,
        },
    )
    return Trained(about, table, sifted, Work(job, folds, answered, truths, held, natural))


def _kept(examples: Sequence[Example], labels: set[str]) -> list[Example]:
    """The examples whose first label is one of these, with only these labels."""
    kept = []
    for example in examples:
        known = tuple(label for label in example.labels if label in labels)
        if known and known[0] == example.labels[0]:
            kept.append(example if known == example.labels else replace(example, labels=known))
    return kept


def _again(sifted: corpus.Sifted, kept: Sequence[Example]) -> list[tuple[int, Example]]:
    """Near-duplicates that say it in other letters, each with the number of the example it repeats. They are
    taught wherever that one is, and asked nowhere: two wordings teach more than one, but prove nothing.
    """
    place = {id(example): at for at, example in enumerate(kept)}
    met = {_bare(example.text) for example in kept}
    found = []
    for first, second in sifted.repeats:
        bare = _bare(second.text)
        if id(first) in place and bare not in met:
            met.add(bare)
            found.append((place[id(first)], replace(second, labels=kept[place[id(first)]].labels)))
    return found


def _labels(taxonomy: Taxonomy, examples: Sequence[Example], partial: bool) -> tuple[str, ...]:
    """The labels to train, in the taxonomy's order. `other` needs no examples."""
    several = sum(len(example.labels) > 1 for example in examples) > len(examples) / 3
    counts = Counter(
        label for example in examples for label in (example.labels if several else example.labels[:1])
    )
    file = taxonomy.path.name if taxonomy.path else taxonomy.id
    chosen = []
    for label in taxonomy.labels:
        if counts[label.id] >= LEAST_EXAMPLES or label.id == OTHER:
            chosen.append(label.id)
        elif not partial:
            has = f"only {counts[label.id]}" if counts[label.id] else "no"
            raise TaxonomyError(
                f"the label '{label.id}' has {has} examples",
                place=f"{file}:{label.line}",
                advice=f"Give it at least {LEAST_EXAMPLES} that name it first, take it out, or train with "
                "--partial, which leaves out such labels.",
            )
    if not set(chosen) - {OTHER}:
        raise BadFile(
            "no label has enough examples",
            place="examples",
            advice=f"A model needs at least one label with {LEAST_EXAMPLES} examples.",
        )
    return tuple(chosen)


def labels_of(taxonomy: Taxonomy, examples: Sequence[Example], *, partial: bool = False) -> tuple[str, ...]:
    """The labels that a model of these examples will have from its taxonomy, in order; `other` comes last
    where the taxonomy does not name it, and a teacher is not asked about that one.

    Raises TaxonomyError or BadFile as `train` does.
    """
    corpus.check_labels(examples, taxonomy)
    return _labels(taxonomy, examples, partial)


def _lessons(
    unlabelled: Taught | None, labels: tuple[str, ...], examples: Sequence[Example]
) -> Taught | None:
    """The teacher's answers without the texts that are examples themselves."""
    if unlabelled is None or not len(unlabelled):
        return None
    if unlabelled.shares.shape[1] != len(labels):
        raise BadFile(
            f"the teacher answered for {unlabelled.shares.shape[1]} labels, the model has {len(labels)}",
            place="unlabelled",
            advice="Ask it about the labels that labels_of gives.",
        )
    known = {_bare(example.text) for example in examples}
    kept = [at for at, text in enumerate(unlabelled.texts) if _bare(text) not in known]
    return Taught([unlabelled.texts[at] for at in kept], unlabelled.shares[kept]) if kept else None


def _bare(text: str) -> str:
    """Letters and digits only: two texts that differ in nothing else are the same."""
    return "".join(filter(str.isalnum, text.lower()))


def _anchors(taxonomy: Taxonomy, labels: tuple[str, ...]) -> list[Example]:
    """What the taxonomy itself says of its labels."""
    said = [
        Example(text, (label.id,))
        for label in taxonomy.labels
        if label.id in labels
        for text in dict.fromkeys([*label.name.values(), label.description, *label.examples])
    ]
    return [anchor for anchor in said if anchor.text]


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
