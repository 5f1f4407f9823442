"""Label posts: texts in, verdicts out. Read this first.

    pack → gather (one walk over all bytes, one table) → decide → Verdicts

`Model.columns` stops before the Verdicts: answers as arrays, for whoever writes a hundred thousand posts a
second.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from earnest.record.errors import ModelError
from earnest.record.verdict import Kind, Scored, Sentiment, Verdict
from earnest.terms.features import pack, terms
from earnest.terms.kernel import SCRIPTS, gather
from earnest.terms.normalise import fold_table
from earnest.understand import model as folder_of
from earnest.understand.corpus import OTHER
from earnest.understand.decide import decide
from earnest.understand.evaluate import Quality
from earnest.understand.explain import Reason, reasons
from earnest.understand.model import Parts

SHIPPED = Path(__file__).parent / "models"
BATCH = 4_096
"""Posts a kernel call: enough to forget the call's cost, few enough for the sums to stay in cache."""
LEAST_LETTERS = 3
"""With fewer Latin letters a text's language cannot be told."""
LEAST_TONGUE = 0.5
MOST_LABELS = 3
UNKNOWN = "und"


@dataclass(frozen=True, slots=True)
class Columns:
    """Answers of many posts, one array a question. Numbers index the lists of the model's heads.

    labels, chances   posts × top, best first
    count             how many of those labels are given
    lang              index into `Model.tongues`
    """

    labels: NDArray[np.int16]
    chances: NDArray[np.float32]
    count: NDArray[np.int64]
    unsure: NDArray[np.bool_]
    kind: NDArray[np.int16]
    kind_chance: NDArray[np.float32]
    sentiment: NDArray[np.int16]
    sentiment_chance: NDArray[np.float32]
    lang: NDArray[np.int64]


class Labeller(Protocol):
    """Whatever labels posts: the fast tier alone (`Model`), or the accurate one behind it (`Cascade`)."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Label ids in the order that `Columns.labels` counts; one of them is `other`."""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """In the order that `Columns.kind` counts; empty where the model knows none."""

    @property
    def sentiments(self) -> tuple[Sentiment, ...]:
        """In the order that `Columns.sentiment` counts; empty where the model knows none."""

    @property
    def tongues(self) -> tuple[str, ...]:
        """Language codes in the order that `Columns.lang` counts."""

    @property
    def taxonomy(self) -> str:
        """The id of the taxonomy it was trained for."""

    @property
    def id(self) -> str:
        """A short hash: two with the same id give the same answers."""

    @property
    def most(self) -> int:
        """Labels that a post gets at most, if nobody asks for another number."""

    @property
    def multi(self) -> bool:
        """Whether several labels are right as a rule."""

    def columns(self, texts: Sequence[str], *, top: int = MOST_LABELS, least: int = 1) -> Columns:
        """Answers as arrays. At least `least` and at most `top` labels a post."""

    def classify(
        self, texts: Sequence[str], *, sentiment: bool, top: int = MOST_LABELS, least: int = 1
    ) -> list[Verdict]:
        """One verdict a text, in order."""


class Model:
    """A trained model in memory (about 12 MB), safe to share between threads."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        about = parts.about
        self.labels = about.labels.answers
        self.kinds = cast(tuple[Kind, ...], about.kinds.answers)
        self.sentiments = cast(tuple[Sentiment, ...], about.sentiments.answers)
        self.tongues = (*about.languages.answers, *(code or UNKNOWN for code in SCRIPTS), UNKNOWN)
        self.taxonomy = about.taxonomy
        ends = np.cumsum(
            [0, len(self.labels), len(self.kinds), len(self.sentiments), len(about.languages.answers)]
        )
        self._bounds = ends.astype(np.int64)
        heads = about.labels, about.kinds, about.sentiments, about.languages
        self._heats = np.array([head.heat for head in heads])
        self._shift = about.labels.shift
        self._scales = np.array(about.scales)
        self._intercepts = np.array(about.intercepts)
        categories = list(dict.fromkeys(label.partition(".")[0] for label in self.labels))
        self._parents = np.array(
            [categories.index(label.partition(".")[0]) for label in self.labels], np.int64
        )

    @classmethod
    def load(cls, folder: Path | str) -> "Model":
        """The model in a folder. Raises ModelError."""
        return cls(folder_of.load(Path(folder)))

    @classmethod
    def shipped(cls, pack_id: str) -> "Model":
        """The model of a pack that comes with Earnest; loaded once a process."""
        return _shipped(pack_id)

    @property
    def id(self) -> str:
        """A short hash: two models with the same id give the same answers."""
        return self._parts.about.table[:12]

    @property
    def quality(self) -> Quality | None:
        """What was measured by cross-validation when the model was trained."""
        return self._parts.about.quality

    @property
    def about(self) -> folder_of.Description:
        """Everything model.json says."""
        return self._parts.about

    @property
    def most(self) -> int:
        """Labels that a post gets at most, if nobody asks for another number."""
        return self.about.most

    @property
    def multi(self) -> bool:
        """Whether several labels are right as a rule."""
        return self.about.multi

    def columns(self, texts: Sequence[str], *, top: int = MOST_LABELS, least: int = 1) -> Columns:
        """Answers as arrays. At least `least` and at most `top` labels a post."""
        top = max(1, min(top, len(self.labels)))
        posts = len(texts)
        out = _Buffers(posts, top)
        data, offsets = pack(texts)
        latin = np.zeros(posts, np.int32)
        script = np.zeros(posts, np.int8)
        sums = np.empty((min(posts, BATCH), self._parts.table.shape[1]), np.int32)
        space = self._parts.space
        for at in range(0, posts, BATCH):
            part = slice(at, min(at + BATCH, posts))
            here = sums[: part.stop - at]
            gather(data, offsets[at : part.stop + 1], fold_table(), space.words, space.pieces, space.leaps,
                   space.shortest, self._parts.table, True, here, latin[part], script[part])  # fmt: skip
            decide(here, self._scales, self._intercepts, self._bounds, self._heats, self._shift,
                   self.about.multi, self._parents,
                   *(column[part] for column in out.all()))  # fmt: skip
        self._answer_silent(out)
        given = out.chances >= self.about.also
        given[:, : max(1, min(least, top))] = True
        return Columns(
            labels=out.labels,
            chances=out.chances,
            count=given.sum(axis=1),
            unsure=out.category < self.about.sure,
            kind=out.kind,
            kind_chance=out.kind_chance,
            sentiment=out.mood,
            sentiment_chance=out.mood_chance,
            lang=self._tongue(out.tongue, out.tongue_chance, latin, script),
        )

    def _answer_silent(self, out: "_Buffers") -> None:
        """Posts without one known term: nothing is claimed, and a person is asked."""
        silent = np.flatnonzero(out.category < 0)
        if not len(silent):
            return
        first = self.labels.index("unclear" if "unclear" in self.labels else OTHER)
        order = [first, *(at for at in range(len(self.labels)) if at != first)]
        out.labels[silent] = order[: out.labels.shape[1]]
        out.chances[silent] = 1 / len(self.labels)
        out.chances[silent, 1:] = 0
        out.category[silent] = 0
        out.kind[silent] = self.kinds.index("report") if "report" in self.kinds else 0
        out.kind_chance[silent] = 1 / max(1, len(self.kinds))
        out.mood[silent] = self.sentiments.index("neutral") if "neutral" in self.sentiments else 0
        out.mood_chance[silent] = 1 / max(1, len(self.sentiments))

    def _tongue(
        self,
        tongue: NDArray[np.int16],
        chance: NDArray[np.float32],
        latin: NDArray[np.int32],
        script: NDArray[np.int8],
    ) -> NDArray[np.int64]:
        known = len(self.about.languages.answers)
        unknown = len(self.tongues) - 1
        told = (latin >= LEAST_LETTERS) & (chance >= LEAST_TONGUE) if known else np.zeros(len(latin), bool)
        found = np.where(told, tongue.astype(np.int64), unknown)
        return np.where(script >= 0, known + script.astype(np.int64), found)

    def classify(
        self, texts: Sequence[str], *, sentiment: bool, top: int = MOST_LABELS, least: int = 1
    ) -> list[Verdict]:
        """One verdict a text, in order. Any text will do: empty, a megabyte, emoji only, broken Unicode.

        `sentiment` is False for people whose pay depends on the operator: then nobody's feelings are
        inferred.
        """
        return verdicts(self, self.columns(texts, top=top, least=least), sentiment=sentiment)

    def explain(self, text: str, label_id: str, n: int = 5) -> list[Reason]:
        """The terms of a text that spoke most for a label, strongest first; pieces of the text itself."""
        if label_id not in self.labels:
            raise ModelError(f"This model does not know the label '{label_id}'.")
        return reasons(self._parts, text, self.labels.index(label_id), self._bounds, n)

    def unknown(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """The share of each text's words that no training text had, 0 to 1; 0 for a text without words."""
        found = terms(texts, self._parts.space)
        word = found.buckets < self._parts.space.words
        new = word & (self._parts.table[found.buckets, int(self._bounds[4])] == 0)
        post = np.repeat(np.arange(len(texts)), np.diff(found.indptr))
        words = np.bincount(post, word, len(texts))
        share: NDArray[np.float64] = np.bincount(post, new, len(texts)) / np.maximum(words, 1)
        return share


def verdicts(by: Labeller, found: Columns, *, sentiment: bool) -> list[Verdict]:
    """Arrays as verdicts; `sentiment` as in `classify`."""
    chances = np.round(found.chances.astype(float), 4).tolist()
    kinds, kind_chances = found.kind.tolist(), np.round(found.kind_chance.astype(float), 4).tolist()
    moods, mood_chances = (
        found.sentiment.tolist(),
        np.round(found.sentiment_chance.astype(float), 4).tolist(),
    )
    labels, counts = found.labels.tolist(), found.count.tolist()
    unsure, langs = found.unsure.tolist(), found.lang.tolist()
    with_mood = sentiment and bool(by.sentiments)
    return [
        Verdict(
            kind=by.kinds[kinds[i]] if by.kinds else "report",
            kind_score=kind_chances[i] if by.kinds else 0.0,
            labels=tuple(
                Scored(by.labels[label], chance)
                for label, chance in zip(labels[i][: counts[i]], chances[i], strict=False)
            ),
            unsure=unsure[i],
            lang=by.tongues[langs[i]],
            sentiment=by.sentiments[moods[i]] if with_mood else None,
            sentiment_score=mood_chances[i] if with_mood else None,
        )
        for i in range(len(labels))
    ]


class _Buffers:
    """What `decide` fills."""

    def __init__(self, posts: int, top: int) -> None:
        self.labels = np.zeros((posts, top), np.int16)
        self.chances = np.zeros((posts, top), np.float32)
        self.category = np.zeros(posts, np.float32)
        self.kind, self.mood, self.tongue = (np.zeros(posts, np.int16) for _ in range(3))
        self.kind_chance, self.mood_chance, self.tongue_chance = (
            np.zeros(posts, np.float32) for _ in range(3)
        )

    def all(self) -> tuple[NDArray[np.generic], ...]:
        """In the order of `decide`'s arguments."""
        return (
            self.labels, self.chances, self.category, self.kind, self.kind_chance,
            self.mood, self.mood_chance, self.tongue, self.tongue_chance,
        )  # fmt: skip


@cache
def _shipped(pack_id: str) -> Model:
    return Model.load(SHIPPED / pack_id)
