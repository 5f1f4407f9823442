"""Relabelling: what stored posts become when their taxonomy changes.

What is merged or moved is a rule and exact. What was split is answered by a small model of its parts, taught
by the examples that somebody gave for them; it is asked only which part, never whether it is the whole.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from earnest.record.errors import TaxonomyError
from earnest.record.verdict import Scored
from earnest.terms.features import Space
from earnest.terms.lexicon import Lexicon
from earnest.understand.classify import MOST_LABELS, Labeller, Model
from earnest.understand.corpus import Example
from earnest.understand.heads import LEAST_EXAMPLES
from earnest.understand.model import Parts
from earnest.understand.taxonomy import Label, Taxonomy
from earnest.understand.train import Trained, train

SURE = 0.6
"""A post is unsure among parts where the best of them has less than this share of their probability."""

SPACE = Space(words=1 << 15, pieces=1 << 15)
"""Parts are few and so are their examples."""


class Became(Protocol):
    """What a change made of labels (`versions.Changed`)."""

    @property
    def became(self) -> Mapping[str, tuple[str, ...]]: ...
    @property
    def asked(self) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """The part that a text belongs to, its share among the parts, and whether that is too little to be
    sure."""

    label: str
    share: float

    @property
    def unsure(self) -> bool:
        return self.share < SURE


Ask = Callable[[Sequence[str]], list[Answer]]
"""One answer a text."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What becomes of every label, and whom to ask where that is not exact.

    became  as `versions.Changed.became`
    asks    by a label that is asked about: which of its parts; by "" : which of all labels
    """

    became: Mapping[str, tuple[str, ...]]
    asks: Mapping[str, Ask]

    def touches(self, label: str) -> bool:
        """Whether a post that carries this label is not what it was."""
        now = self.became.get(label, (label,))
        return label in self.asks or (len(now) == 1 and now[0] != label)


def relabel(
    rules: Rules, texts: Sequence[str], labels: Sequence[Sequence[Scored]]
) -> list[tuple[tuple[Scored, ...], bool | None]]:
    """The new labels of each post, and whether it is unsure now (None: as it was).

    A post never loses its last label; two labels that became one have both their probabilities.
    """
    wanted: dict[str, list[int]] = {}
    for at, carried in enumerate(labels):
        for one in carried:
            if one.id in rules.asks:
                wanted.setdefault(one.id, []).append(at)
    answers = {
        old: dict(zip(places, rules.asks[old]([texts[at] for at in places]), strict=True))
        for old, places in wanted.items()
    }
    found = []
    for at, carried in enumerate(labels):
        now: dict[str, float] = {}
        unsure: bool | None = None
        for rank, one in enumerate(carried):
            label = one.id
            if one.id in answers:
                answer = answers[one.id][at]
                label, score = answer.label, round(one.score * answer.share, 4)
                unsure = answer.unsure if rank == 0 else unsure
            else:
                became = rules.became.get(one.id, (one.id,))
                label, score = became[0] if len(became) == 1 else one.id, one.score
            now[label] = min(1.0, now.get(label, 0.0) + score)
        first = next(iter(now))
        rest = sorted((id for id in now if id != first), key=lambda id: -now[id])
        found.append((tuple(Scored(id, now[id]) for id in (first, *rest)), unsure))
    return found


def teach_parts(
    parts: Sequence[Label], examples: Sequence[Example], lexicon: Lexicon | None = None
) -> Trained:
    """A small model that tells the parts of a label apart. Raises TaxonomyError where a part has fewer than
    five examples.
    """
    for part in parts:
        given = len({example.text for example in examples if example.labels[0] == part.id})
        if given < LEAST_EXAMPLES:
            raise TaxonomyError(
                f"the new label '{part.id}' has {given or 'no'} {'example' if given == 1 else 'examples'}",
                advice=f"Give it at least {LEAST_EXAMPLES}: posts that show what it means.",
            )
    # Each part stands in a category of its own, so that the model's doubt is about the parts.
    names = {part.id: f"part-{at}" for at, part in enumerate(parts)}
    apart = Taxonomy(
        id="parts",
        name=parts[0].name,
        labels=tuple(replace(part, id=names[part.id], examples=()) for part in parts),
        categories=(),
    )
    own = [
        Example(example.text, (names[example.labels[0]],), lang=example.lang)
        for example in examples
        if example.labels[0] in names
    ]
    return train(apart, own, lexicon=lexicon, space=SPACE)


def part_model(trained: Trained) -> Model:
    """A trained model, to be asked without being written."""
    return Model(Parts(trained.about, trained.table))


def ask_parts(model: Model, parts: Sequence[str]) -> Ask:
    """Asks a model of `teach_parts`."""
    return _asking(model, {f"part-{at}": part for at, part in enumerate(parts)})


def ask_among(model: Labeller, labels: Sequence[str]) -> Ask:
    """Asks a whole model which of some labels fits best. Labels it does not know are never the answer."""
    return _asking(model, {label: label for label in labels})


def _asking(model: Labeller, meant: Mapping[str, str]) -> Ask:
    known = [at for at, label in enumerate(model.labels) if label in meant]
    if not known:
        raise TaxonomyError(
            "the model knows none of these labels", advice="Give examples of them, or train a model first."
        )
    called = [meant[model.labels[at]] for at in known]

    def ask(texts: Sequence[str]) -> list[Answer]:
        if not texts:
            return []
        chances = _chances(model, texts)[:, known]
        total = chances.sum(axis=1)
        best = chances.argmax(axis=1)
        shares = np.where(
            total > 0, chances[np.arange(len(best)), best] / np.maximum(total, 1e-9), 1 / len(known)
        )
        return [
            Answer(called[place], round(float(share), 4)) for place, share in zip(best, shares, strict=True)
        ]

    return ask


def _chances(model: Labeller, texts: Sequence[str]) -> NDArray[np.float64]:
    """The probability of every label, in the model's order."""
    count = len(model.labels)
    found = model.columns(texts, top=count, least=count)
    chances = np.zeros((len(texts), count))
    np.put_along_axis(
        chances, found.labels.astype(np.int64), np.maximum(found.chances, 0).astype(np.float64), axis=1
    )
    return chances


def ask_anew(model: Labeller, texts: Sequence[str]) -> list[tuple[tuple[Scored, ...], bool]]:
    """What a whole model says of posts, from nothing: their labels, and whether it is unsure."""
    verdicts = model.classify(texts, sentiment=False, top=MOST_LABELS)
    return [(verdict.labels, verdict.unsure) for verdict in verdicts]


def inherited(
    examples: Sequence[Example], became: Mapping[str, Sequence[str]], asks: Mapping[str, Ask]
) -> list[Example]:
    """Training examples under the labels of a later version.

    Exact where a label was merged or moved; what was split is asked about where there is a model of its
    parts, and left out where there is none, as is what was retired.
    """
    wanted = sorted({example.labels[0] for example in examples} & asks.keys())
    answers: dict[tuple[str, str], str] = {}
    for old in wanted:
        texts = [example.text for example in examples if example.labels[0] == old]
        for text, answer in zip(texts, asks[old](texts), strict=True):
            if not answer.unsure:
                answers[old, text] = answer.label
    found = []
    for example in examples:
        labels: list[str] = []
        for at, label in enumerate(example.labels):
            now = tuple(became.get(label, (label,)))
            if len(now) == 1:
                labels.append(now[0])
            elif at == 0 and (label, example.text) in answers:
                labels.append(answers[label, example.text])
            elif at == 0:
                break
        if labels:
            found.append(replace(example, labels=tuple(dict.fromkeys(labels))))
    return found
