"""The accurate tier: hashed terms and the encoder's vectors, judged together by one linear classifier.

    score = sum of the terms' weights / norm of the text + vector · weights + intercept + what near texts say

The vector is the encoder's, turned and cut to its main directions; what near texts say is in `nearness.py`.
It lies beside the fast tier's files in the same model folder and knows the same labels in the same order.
Vectors alone forget rare words ("Revolut", "E-404"), terms alone do not know that "cash out" is "withdraw":
together they are right more often than either. A post costs about a thousand times what the fast tier takes,
so it is asked about the doubtful ones (`cascade.py`) or as a teacher (`distil.py`).
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from backports import zstd
from numpy.typing import NDArray

from earnest.record.errors import ModelError
from earnest.terms.features import Space, pack
from earnest.terms.kernel import LONGEST_PIECE, MOST_LEAPT, gather
from earnest.terms.normalise import fold_table
from earnest.understand.calibrate import chances, probabilities
from earnest.understand.encoder import Encoder
from earnest.understand.evaluate import Quality
from earnest.understand.model import Head
from earnest.understand.nearness import near, unit

FORMAT = 3
READ = (2, FORMAT)
"""Formats that can be read, as in `model`."""
DESCRIPTION, WEIGHTS = "accurate.json", "accurate.zst"
BATCH = 512
ADVICE = "Train it: earnest train --accurate"

Floats = NDArray[np.float64]


class Description(msgspec.Struct, frozen=True):
    """What accurate.json holds. The table's columns: labels, kinds, sentiments, the norm, padding."""

    format: int
    taxonomy: str
    encoder: str
    """Id of the encoder whose vectors it learned from; with another its weights mean nothing."""
    labels: Head
    kinds: Head
    sentiments: Head
    words: int
    pieces: int
    columns: int
    width: int
    """Numbers of a text's vectors, as the encoder gives them."""
    directions: int
    points: int
    """Landmarks."""
    scales: tuple[float, ...]
    intercepts: tuple[float, ...]
    multi: bool
    """Several labels are right as a rule: each has its own chance."""
    sure: float
    also: float
    doubts: tuple[float, ...]
    """The fast tier's lead on texts it had not seen, at each hundredth of them (see `cascade`)."""
    examples: str
    """Fingerprint of the training examples, the same as the fast tier's."""
    weights: str
    """SHA-256 of the unpacked table and weights."""
    quality: Quality | None = None
    leaps: int = 0
    shortest: int = 2


@dataclass(frozen=True, slots=True)
class Parts:
    """What is stored beside the description.

    table    signed bytes, a row a bucket         turn    vectors to their main directions, from `middle`
    dense    a row a direction, a column an answer
    points   landmarks, a row each                near    a row a landmark, a column a label
    """

    about: Description
    table: NDArray[np.int8] = field(repr=False)
    turn: NDArray[np.float16] = field(repr=False)
    middle: NDArray[np.float32] = field(repr=False)
    dense: NDArray[np.float32] = field(repr=False)
    points: NDArray[np.float16] = field(repr=False)
    near: NDArray[np.float32] = field(repr=False)

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """In the order in which they are written."""
        return self.table, self.turn, self.middle, self.dense, self.points, self.near


def shapes(about: Description) -> tuple[tuple[type[np.generic], tuple[int, ...]], ...]:
    """What the arrays must be."""
    labels = len(about.labels.answers)
    answers = labels + len(about.kinds.answers) + len(about.sentiments.answers)
    return (
        (np.int8, (about.words + about.pieces, about.columns)),
        (np.float16, (about.width, about.directions)),
        (np.float32, (about.width,)),
        (np.float32, (about.directions, answers)),
        (np.float16, (about.points, about.directions)),
        (np.float32, (about.points, labels)),
    )


@dataclass(frozen=True, slots=True)
class Answers:
    """Probabilities of every label, kind and sentiment (posts × answers), and who is unsure."""

    labels: Floats
    kinds: Floats
    sentiments: Floats
    unsure: NDArray[np.bool_]


class Accurate:
    """A loaded accurate tier with its encoder. Also a teacher (`distil.Teacher`)."""

    def __init__(self, parts: Parts, encoder: Encoder) -> None:
        about = parts.about
        if about.encoder != encoder.id:
            raise ModelError("The accurate tier was trained with another encoder.", advice=ADVICE)
        self.about = about
        self.labels = about.labels.answers
        self._parts = parts
        self._encoder = encoder
        self._space = Space(about.words, about.pieces, about.leaps, about.shortest)
        self._turn, self._points = parts.turn.astype(np.float32), parts.points.astype(np.float32)
        self._ends = np.cumsum(
            [len(about.labels.answers), len(about.kinds.answers), len(about.sentiments.answers)]
        )
        categories = list(dict.fromkeys(label.partition(".")[0] for label in self.labels))
        self._parents = np.array([categories.index(label.partition(".")[0]) for label in self.labels])

    @classmethod
    def load(cls, folder: Path | str, encoder: Encoder) -> "Accurate":
        """The accurate tier in a model folder. Raises ModelError."""
        return cls(load(Path(folder)), encoder)

    @property
    def id(self) -> str:
        """A short hash: two with the same id give the same answers."""
        return self.about.weights[:12]

    def answer(self, texts: Sequence[str]) -> Answers:
        """Calibrated answers about each text. Any text will do."""
        about = self.about
        scores = self._scores(texts)
        labels, kinds, moods = np.split(scores, self._ends[:-1], axis=1)
        if about.multi:
            shares = chances(labels, about.labels.heat, about.labels.shift)
            certain = shares.max(axis=1, initial=0.0)
        else:
            shares = probabilities(labels, about.labels.heat)
            best = self._parents[shares.argmax(axis=1)]
            certain = (shares * (self._parents[None, :] == best[:, None])).sum(axis=1)
        return Answers(
            shares,
            probabilities(kinds, about.kinds.heat) if kinds.shape[1] else kinds,
            probabilities(moods, about.sentiments.heat) if moods.shape[1] else moods,
            certain < about.sure,
        )

    def shares(self, texts: Sequence[str], labels: Sequence[str]) -> NDArray[np.float32]:
        """What it would teach: shares of the given labels, each row adding up to 1; a row of NaN where what
        it thinks likeliest is none of them.
        """
        missing = [label for label in labels if label not in self.labels]
        if missing:
            raise ModelError(f"The accurate tier does not know the label '{missing[0]}'.", advice=ADVICE)
        at = [self.labels.index(label) for label in labels]
        found = self.answer(texts).labels
        within = found[:, at]
        total = within.sum(axis=1, keepdims=True)
        outside = ~np.isin(found.argmax(axis=1), at) if len(found) else np.zeros(0, bool)
        shares: NDArray[np.float32] = (within / np.maximum(total, 1e-12)).astype(np.float32)
        shares[outside] = np.nan
        return shares

    def _scores(self, texts: Sequence[str]) -> Floats:
        about, parts = self.about, self._parts
        width = len(about.intercepts) - 1
        data, offsets = pack(texts)
        sums = np.zeros((len(texts), parts.table.shape[1]), np.int32)
        latin, script = np.zeros(len(texts), np.int32), np.zeros(len(texts), np.int8)
        space = self._space
        gather(data, offsets, fold_table(), space.words, space.pieces, space.leaps, space.shortest,
               parts.table, True, sums, latin, script)  # fmt: skip
        norms = np.sqrt(np.maximum(sums[:, width] * about.scales[width], 1.0))
        scores = sums[:, :width] * np.array(about.scales[:width]) / norms[:, None]
        scores += np.array(about.intercepts[:width])
        for at in range(0, len(texts), BATCH):
            part = slice(at, at + BATCH)
            found = self._encoder.layers(texts[part])
            vectors = np.asarray((found - parts.middle) @ self._turn, np.float32)
            scores[part] += vectors @ parts.dense
            scores[part, : len(self.labels)] += near(unit(vectors), self._points) @ parts.near
        return np.asarray(scores, np.float64)


def sealed(parts: Parts) -> Parts:
    """With the fingerprint of what is stored beside the description."""
    about = msgspec.structs.replace(parts.about, weights=hashlib.sha256(_raw(parts)).hexdigest())
    return replace(parts, about=about)


def _raw(parts: Parts) -> bytes:
    return b"".join(np.ascontiguousarray(array).tobytes() for array in parts.arrays)


def save(folder: Path, parts: Parts) -> None:
    """Write the two files; old ones stay whole until the new description is in place."""
    folder.mkdir(parents=True, exist_ok=True)
    packed = zstd.compress(_raw(parts), level=9)
    described = msgspec.json.format(msgspec.json.encode(parts.about), indent=1) + b"\n"
    for name, content in ((WEIGHTS, packed), (DESCRIPTION, described)):
        part = folder / f"{name}.part"
        part.write_bytes(content)
        part.replace(folder / name)


def there(folder: Path) -> bool:
    """Whether a model folder has an accurate tier."""
    return (folder / DESCRIPTION).exists()


def remove(folder: Path) -> None:
    """Take the accurate tier out of a model folder, if there is one: it belongs to the fast one beside it."""
    for name in (DESCRIPTION, WEIGHTS):
        (folder / name).unlink(missing_ok=True)


def load(folder: Path) -> Parts:
    """Read and check the files. Raises ModelError."""
    try:
        about = msgspec.json.decode((folder / DESCRIPTION).read_bytes(), type=Description)
        packed = (folder / WEIGHTS).read_bytes()
    except OSError as error:
        raise ModelError(f"The model in {folder} has no accurate tier.", advice=ADVICE) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ModelError(f"The accurate tier in {folder} is damaged.", advice=ADVICE) from error
    heads = about.labels, about.kinds, about.sentiments
    columns = sum(len(head.answers) for head in heads)
    sound = (
        about.format in READ
        and len(about.labels.answers) > 0
        and columns < about.columns
        and len(about.scales) == len(about.intercepts) == columns + 1
        and about.words > 0 < about.pieces
        and 0 <= about.leaps <= MOST_LEAPT
        and 2 <= about.shortest <= LONGEST_PIECE
        and min(about.width, about.directions, about.points) > 0
        and all(head.heat > 0 for head in heads)
    )
    if not sound:
        raise ModelError(f"The accurate tier in {folder} is damaged or of another version.", advice=ADVICE)
    wanted = shapes(about)
    size = sum(math.prod(shape) * np.dtype(sort).itemsize for sort, shape in wanted)
    try:
        raw = zstd.ZstdDecompressor().decompress(packed, max_length=size + 1)
    except zstd.ZstdError as error:
        raise ModelError(f"The accurate tier in {folder} is damaged.", advice=ADVICE) from error
    if len(raw) != size or hashlib.sha256(raw).hexdigest() != about.weights:
        raise ModelError(f"The accurate tier in {folder} is damaged.", advice=ADVICE)
    arrays: list[NDArray[Any]] = []
    at = 0
    for sort, shape in wanted:
        arrays.append(np.frombuffer(raw, sort, math.prod(shape), at).reshape(shape))
        at += arrays[-1].nbytes
    return Parts(about, *arrays)
