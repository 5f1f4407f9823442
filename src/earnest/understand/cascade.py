"""Two tiers as one: every post is labelled by the fast one, and the least certain are asked of the accurate.

How certain the fast tier is: by how much its first label leads its second. Which lead is too small was
measured when the model was trained, on texts it had not seen, so that a post is judged by itself: alone, or
among a million, it gets the same answer.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earnest.record.errors import ModelError
from earnest.record.verdict import Verdict
from earnest.understand.accurate import ADVICE, Accurate, Answers
from earnest.understand.classify import MOST_LABELS, Columns, Model, verdicts
from earnest.understand.encoder import Encoder

SHARE = 0.2
"""Of posts that the accurate tier is asked about."""
LOOKED_AT = 4_096
"""Characters among which a post must have a letter or a digit to be worth asking about."""


class Cascade:
    """Labels posts as `Model` does. With `share` 1 the accurate tier is asked about every post."""

    def __init__(self, fast: Model, accurate: Accurate, share: float = SHARE) -> None:
        if accurate.labels != fast.labels or accurate.about.taxonomy != fast.taxonomy:
            raise ModelError("The two tiers of the model do not know the same labels.", advice=ADVICE)
        if accurate.about.kinds.answers != fast.kinds or accurate.about.sentiments.answers != fast.sentiments:
            raise ModelError("The two tiers of the model do not give the same answers.", advice=ADVICE)
        self._fast, self._accurate = fast, accurate
        self._lead = lead_of(accurate.about.doubts, share)
        self._also = fast.about.also if fast.multi else None
        self.share = share
        self.labels, self.kinds, self.sentiments = fast.labels, fast.kinds, fast.sentiments
        self.tongues, self.taxonomy = fast.tongues, fast.taxonomy
        self.most, self.multi = fast.most, fast.multi

    @classmethod
    def load(cls, folder: Path | str, encoder: Encoder, share: float = SHARE) -> "Cascade":
        """Both tiers of a model folder. Raises ModelError."""
        return cls(Model.load(folder), Accurate.load(folder, encoder), share)

    @property
    def id(self) -> str:
        """A short hash: two with the same id give the same answers."""
        return f"{self._fast.id}-{self._accurate.id}-{round(self.share * 100)}"

    def columns(self, texts: Sequence[str], *, top: int = MOST_LABELS, least: int = 1) -> Columns:
        """Answers as arrays. At least `least` and at most `top` labels a post."""
        many = len(self.labels)
        found = self._fast.columns(texts, top=max(2, top), least=least)
        asked = self.asked(texts, found.chances)
        if len(asked):
            self._put(found, asked, self._accurate.answer([texts[at] for at in asked.tolist()]), least)
        top = max(1, min(top, many))
        return replace(
            found,
            labels=found.labels[:, :top],
            chances=found.chances[:, :top],
            count=np.minimum(found.count, top),
        )

    def classify(
        self, texts: Sequence[str], *, sentiment: bool, top: int = MOST_LABELS, least: int = 1
    ) -> list[Verdict]:
        """One verdict a text, in order, as `Model.classify` gives them."""
        return verdicts(self, self.columns(texts, top=top, least=least), sentiment=sentiment)

    def asked(self, texts: Sequence[str], chances: NDArray[np.float32]) -> NDArray[np.int64]:
        """Which posts the accurate tier is asked about: never one that says nothing at all."""
        doubtful = leads(chances[:, :2], self._also) < self._lead
        says = np.fromiter((any(map(str.isalnum, text[:LOOKED_AT])) for text in texts), bool, len(texts))
        return np.flatnonzero(doubtful & says)

    def _put(self, found: Columns, asked: NDArray[np.int64], answers: Answers, least: int) -> None:
        """The accurate tier's answers in the fast tier's place; the language stays."""
        shown = found.labels.shape[1]
        rows = np.arange(len(asked))[:, None]
        order = np.argsort(-answers.labels, axis=1, kind="stable")[:, :shown]
        found.labels[asked] = order
        found.chances[asked] = answers.labels[rows, order]
        given = found.chances[asked] >= self._accurate.about.also
        given[:, : max(1, min(least, shown))] = True
        found.count[asked] = given.sum(axis=1)
        found.unsure[asked] = answers.unsure
        for place, chance, shares in (
            (found.kind, found.kind_chance, answers.kinds),
            (found.sentiment, found.sentiment_chance, answers.sentiments),
        ):
            if shares.shape[1]:
                place[asked] = shares.argmax(axis=1)
                chance[asked] = shares.max(axis=1)


def leads(best: NDArray[np.floating[Any]], also: float | None) -> NDArray[np.float64]:
    """How far each post is from doubt, from its two best chances: the first's lead over the second.

    Where several labels are right as a rule, `also` is the chance at which one is given, and it is how far
    the nearer of the two is from that line.
    """
    if also is None:
        lead = best[:, 0] - best[:, 1] if best.shape[1] > 1 else best[:, 0]
    else:
        lead = np.abs(best - also).min(axis=1, initial=1.0)
    found: NDArray[np.float64] = np.asarray(lead, np.float64)
    return found


def lead_of(doubts: Sequence[float], share: float) -> float:
    """The lead below which a post belongs to the least certain `share`; everything for 1, nothing for 0."""
    if not 0 <= share <= 1:
        raise ValueError("a share is between 0 and 1")
    if share in (0, 1):
        return float("inf") if share else float("-inf")
    return float(np.interp(share, np.linspace(0, 1, len(doubts)), doubts))
