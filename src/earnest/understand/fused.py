"""Train the accurate tier where the fast one was just trained: the same texts, plan, lessons and folds.

    texts → encoder → vectors, turned and cut to their main directions → beside the hashed terms → folds
    (temperatures, thresholds, figures) → everything → signed bytes and a matrix

Two learners look at them: a linear one at terms and vectors together, and one that asks what near texts are
called (`nearness`); their scores are added.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from earnest.terms.design import BIAS
from earnest.terms.quantise import to_bytes
from earnest.understand import accurate, calibrate, outside
from earnest.understand.accurate import Description, Parts
from earnest.understand.cascade import leads
from earnest.understand.corpus import OTHER
from earnest.understand.encoder import Encoder
from earnest.understand.figures import quality_of
from earnest.understand.heads import Job
from earnest.understand.model import Head
from earnest.understand.nearness import Lesson, Nearness, unit
from earnest.understand.targets import FEW, LABELS
from earnest.understand.train import PROMISE, Progress, Trained

DIRECTIONS = 512
"""Main directions of the vectors that are kept."""
ENOUGH = 20_000
"""Texts that the main directions are found from; with more, every so many."""
LOUD, LOUD_FEW = 1.0, 2.0
"""How loud the vectors are beside the terms, whose rows have length 1; the second with few examples."""
STRICT = 0.5
"""How many rightly labelled texts may become `other`, beside the fast tier: fewer, because more are right."""
MIX, MIX_FEW = 0.4, 1.5
"""What near texts say counts so much beside the linear scores, both made equally wide."""
AT_ONCE = 2_048

Floats = NDArray[np.float32]


class Vectors:
    """The vectors of texts along their main directions, with the way that led there."""

    def __init__(
        self, encoder: Encoder, texts: Sequence[str], loud: float, progress: Callable[[float], None]
    ) -> None:
        parts = []
        for at in range(0, len(texts), AT_ONCE):
            parts.append(encoder.layers(texts[at : at + AT_ONCE]).astype(np.float16))
            progress(min(1.0, (at + AT_ONCE) / len(texts)))
        raw = np.concatenate(parts)
        sample = raw[:: -(-len(raw) // ENOUGH)].astype(np.float32)
        self.middle = sample.mean(axis=0)
        sample -= self.middle
        sizes, turned = np.linalg.eigh(sample.T @ sample / np.float32(len(sample)))
        kept = np.argsort(-sizes, kind="stable")[: min(DIRECTIONS, len(sample))]
        length = np.sqrt(max(float(sizes[kept].sum()), 1e-12))
        self.turn = (turned[:, kept] * (loud / length)).astype(np.float16)
        self.rows = np.concatenate(
            [
                (raw[at : at + AT_ONCE].astype(np.float32) - self.middle) @ self.turn.astype(np.float32)
                for at in range(0, len(raw), AT_ONCE)
            ]
        )


def train(
    fast: Trained,
    encoder: Encoder,
    *,
    promise: float = PROMISE,
    progress: Progress = lambda what, share: None,
) -> Parts:
    """The accurate tier beside a fast one; `accurate.save` writes it into the same folder."""
    work, plan = fast.work, fast.work.job.plan
    few = len(work.job.examples) < FEW * len(plan.answers)
    reading = "reading closely"
    vectors = Vectors(
        encoder, work.job.texts, LOUD_FEW if few else LOUD, lambda share: progress(reading, 0.5 * share)
    )
    job = work.job.beside(vectors.rows)
    chosen, held = job.held_out(work.folds, lambda share: progress("cross-validating", 0.5 + 0.2 * share))
    near = Nearness(
        unit(vectors.rows),
        _lesson(job),
        job.folds(),
        lambda share: progress("cross-validating", 0.7 + 0.2 * share),
    )
    said = near.held_out(work.folds)[: len(job.examples)][chosen]
    other = plan.answers.index(OTHER)
    said[:, other] *= job.other_share
    mix = MIX_FEW if few else MIX
    share = mix * _spread(held.labels) / max(_spread(said), 1e-9)
    held = replace(held, labels=held.labels + share * said)
    threshold = outside.threshold(
        held.labels, work.truths.main, other, (1 + mix) * job.other_share, strict=STRICT
    )
    held.labels[:, other] += threshold
    usual = work.natural if work.natural.any() else ~work.natural
    fitted = calibrate.calibrate(held, work.truths, plan.parents, promise, usual, multi=plan.multi)
    quality = quality_of(plan, work.answered, work.truths, held, fitted, work.natural, None)
    progress("fitting", 0.9)
    weighting = job.weighting(np.arange(len(job.texts)), alone=True)
    weights = job.topics(weighting, threshold)
    sparse = len(weighting.known)
    named = share * near.weights()
    named[:, other] *= job.other_share

    def part(first: int, last: int) -> Floats:
        table = np.zeros((len(weighting.idf), last - first), np.float32)
        table[weighting.known] = weights[:sparse, first:last] * weighting.idf[weighting.known, None]
        return table

    table, scales, lifted, columns = to_bytes(part, weights.shape[1], weighting, BIAS * weights[-1])
    about = Description(
        format=accurate.FORMAT,
        taxonomy=fast.about.taxonomy,
        encoder=encoder.id,
        labels=Head(plan.answers, fitted.label_heat, fitted.label_shift),
        kinds=Head(plan.kinds, fitted.kind_heat),
        sentiments=Head(plan.moods, fitted.mood_heat),
        words=job.space.words,
        pieces=job.space.pieces,
        leaps=job.space.leaps,
        shortest=job.space.shortest,
        columns=columns,
        width=len(vectors.middle),
        directions=vectors.turn.shape[1],
        points=len(near.points),
        scales=scales,
        intercepts=lifted,
        multi=plan.multi,
        sure=fitted.sure,
        also=fitted.also,
        doubts=_doubts(fast),
        examples=fast.about.examples,
        weights="",
        quality=quality,
    )
    progress("fitting", 1.0)
    return accurate.sealed(
        Parts(
            about,
            table,
            vectors.turn,
            vectors.middle,
            weights[sparse:-1],
            near.points.astype(np.float16),
            named.astype(np.float32),
        )
    )


def _lesson(job: Job) -> Lesson:
    """What is true of every text of a run, as `nearness` takes it."""
    lessons, answers = job.lessons, len(job.plan.answers)
    truth = np.zeros((len(job.texts), answers), np.float32)
    weights = np.zeros(len(job.texts), np.float32)
    owners = np.repeat(lessons.rows, np.diff(lessons.indptr))
    label = lessons.true < answers
    truth[owners[label], lessons.true[label]] = lessons.strength[label]
    told = lessons.told[:, LABELS]
    weights[lessons.rows[told]] = lessons.weights[told]
    return Lesson(truth, weights)


def _spread(scores: NDArray[np.float64]) -> float:
    """How far a text's scores lie apart, as a rule."""
    return float((scores - scores.mean(axis=1, keepdims=True)).std())


def beside(fast: Trained, parts: Parts) -> Parts:
    """The same tier beside a fast one that was trained again with the same labels."""
    about = msgspec.structs.replace(parts.about, doubts=_doubts(fast), examples=fast.about.examples)
    return replace(parts, about=about)


def _doubts(fast: Trained) -> tuple[float, ...]:
    """The fast tier's lead on texts it had not seen, at each hundredth of those that come as posts come."""
    about, work = fast.about, fast.work
    if about.multi:
        shares = calibrate.chances(work.held.labels, about.labels.heat, about.labels.shift)
    else:
        shares = calibrate.probabilities(work.held.labels, about.labels.heat)
    best = -np.sort(-shares, axis=1)[:, :2]
    found = leads(best[work.natural] if work.natural.any() else best, about.also if about.multi else None)
    return tuple(round(float(lead), 6) for lead in np.quantile(found, np.arange(101) / 100))
