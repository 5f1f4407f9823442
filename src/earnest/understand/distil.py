"""Learn from a teacher: a slower, better judge labels many unlabelled posts, and the fast tier learns its
answers, doubts included.

    unlabelled texts → Teacher.shares → what near texts were called → Taught → train(…, unlabelled=taught)

A teacher may be the accurate tier (`accurate.py`), or an endpoint on the operator's own machine (a flow has
that one; nothing here knows a network). A text that the teacher did not answer teaches nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

BATCH = 512
"""Texts a question to the teacher: few enough for progress to be seen, many enough to sort by length."""
OFF = 0.02
"""How far a row's sum may be from 1: shares that were rounded to two decimals still count."""


NEIGHBOURS, ROUNDS = 15, 4
"""Texts that a text listens to, and how often."""
LISTENS = 0.8
"""How much of its label a text takes from them in each round; the rest is what the teacher said."""
CLOSE = 0.1
"""A neighbour this much farther away (in cosine) counts a third."""
AT_ONCE = 1_024

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""A vector of length 1 a text (`encoder.Encoder.encode`)."""


class Teacher(Protocol):
    """Whoever can say how likely each label is."""

    def shares(self, texts: Sequence[str], labels: Sequence[str]) -> NDArray[np.float32]:
        """Texts × labels, each row adding up to 1; a row of NaN where there is no answer."""
        ...


@dataclass(frozen=True, slots=True)
class Taught:
    """Texts with a teacher's shares, a column for each label of the model that is to learn, in its order."""

    texts: Sequence[str]
    shares: NDArray[np.float32]

    def __post_init__(self) -> None:
        if self.shares.ndim != 2 or len(self.shares) != len(self.texts):
            raise ValueError("as many rows of shares as texts")

    def __len__(self) -> int:
        return len(self.texts)


def taught(
    teacher: Teacher,
    texts: Sequence[str],
    labels: Sequence[str],
    *,
    encode: Encode | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> Taught:
    """Ask the teacher about each distinct text once; keep what it answered soundly.

    Sound: as many finite shares as labels, none below 0, adding up to 1 within OFF. What is not sound is left
    out, so that a confused teacher teaches less, never wrongly. With `encode` each answer is settled with
    those about near texts, which mends many that stand alone.
    """
    asked = [text for text in dict.fromkeys(texts) if text.strip()]
    kept: list[str] = []
    rows: list[NDArray[np.float32]] = []
    for at in range(0, len(asked), BATCH):
        part = asked[at : at + BATCH]
        found = np.asarray(teacher.shares(part, labels), np.float32)
        if found.shape != (len(part), len(labels)):
            raise ValueError(f"the teacher gave {found.shape}, not {(len(part), len(labels))}")
        with np.errstate(invalid="ignore"):
            sound = np.isfinite(found).all(axis=1) & (found >= 0).all(axis=1)
            sound &= np.abs(found.sum(axis=1) - 1) <= OFF
        kept.extend(text for text, good in zip(part, sound.tolist(), strict=True) if good)
        good = found[sound]
        rows.append(good / good.sum(axis=1, keepdims=True))
        progress(min(1.0, (at + len(part)) / len(asked)))
    shares = np.concatenate(rows) if rows else np.zeros((0, len(labels)), np.float32)
    if encode is not None and kept:
        shares = settled(shares, encode(kept))
    return Taught(tuple(kept), shares)


def settled(shares: NDArray[np.float32], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shares that agree with those of near texts (label propagation; Zhou et al., NIPS 2003)."""
    many = len(shares)
    count = min(NEIGHBOURS, many - 1)
    if count < 1:
        return shares
    near = np.zeros((many, count), np.int64)
    weights = np.zeros((many, count), np.float32)
    for at in range(0, many, AT_ONCE):
        rows = np.arange(at, min(at + AT_ONCE, many))
        alike = vectors[rows] @ vectors.T
        alike[np.arange(len(rows)), rows] = -2
        near[rows] = np.argpartition(-alike, count - 1, axis=1)[:, :count]
        weights[rows] = np.exp((np.take_along_axis(alike, near[rows], axis=1) - 1) / CLOSE)
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), np.float32(1e-12))
    found = shares
    for _ in range(ROUNDS):
        heard = np.zeros_like(shares)
        for k in range(count):
            heard += weights[:, k, None] * found[near[:, k]]
        found = np.float32(1 - LISTENS) * shares + np.float32(LISTENS) * heard
    total: NDArray[np.float32] = found / np.maximum(found.sum(axis=1, keepdims=True), np.float32(1e-12))
    return total
