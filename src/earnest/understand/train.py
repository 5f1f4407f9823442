"""Train a model: examples in, a model folder out, the same bytes every time.

    sift near-duplicates → hash → five folds (figures, temperatures, thresholds) → all examples → signed bytes

A taxonomy teaches too: each label's names, description and short examples are *anchors*, taught in every fold
and asked in none.
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
from earnest.terms.features import Space
from earnest.terms.lexicon import Lexicon
from earnest.understand import corpus, model
from earnest.understand.calibrate import calibrate
from earnest.understand.corpus import Example
from earnest.understand.evaluate import Quality
from earnest.understand.heads import LEAST_EXAMPLES, Job
from earnest.understand.taxonomy import Taxonomy

PROMISE = 0.85
"""Where the model does not say *unsure*, the category shall be right this often."""

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
    anchors = _anchors(taxonomy, labels)
    job = Job(taxonomy, labels, kept, anchors, space, lexicon)
    progress("cross-validating", 0.1)
    held = job.cross_validate(lambda share: progress("cross-validating", 0.1 + 0.6 * share))
    natural = np.array(corpus.natural(kept))
    fitted = calibrate(held, job.truths(), job.parents(), PROMISE, natural)
    quality = job.quality(held, fitted, natural)
    progress("fitting", 0.75)
    table, scales, intercepts, columns = job.final()
    progress("fitting", 1.0)
    about = model.Description(
        format=model.FORMAT,
        taxonomy=taxonomy.id,
        labels=model.Head(labels, fitted.label_heat),
        kinds=model.Head(job.kinds, fitted.kind_heat),
        sentiments=model.Head(job.moods, fitted.mood_heat),
        languages=model.Head(job.tongues.answers, job.tongue_heat),
        words=space.words,
        pieces=space.pieces,
        columns=columns,
        scales=scales,
        intercepts=intercepts,
        sure=fitted.sure,
        also=fitted.also,
        vectors=lexicon.name if lexicon else None,
        examples=_fingerprint([*kept, *anchors]),
        table=model.fingerprint(table),
        quality=quality,
        notes={
            "examples": len(kept),
            "anchors": len(anchors),
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
