"""A model folder: `model.json` says what it is, `table.zst` holds one row of signed bytes a bucket.

The table is the only large thing. Its SHA-256 stands in model.json and is checked at each load; a folder
that does not add up is a ModelError, never a wrong label.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
from backports import zstd
from numpy.typing import NDArray

from earnest.record.errors import ModelError
from earnest.terms.features import Space
from earnest.terms.kernel import LONGEST_PIECE, MOST_LEAPT
from earnest.understand.evaluate import Quality

FORMAT = 3
READ = (2, FORMAT)
"""Formats that can be read: 2 did not say which terms, and has no pairs that leap over words."""
DESCRIPTION, TABLE = "model.json", "table.zst"
LEVEL = 12
"""Of compression: the highest gains a twentieth in size and takes sixteen times as long."""
MOST_COLUMNS = 1_200
MOST_BUCKETS = 1 << 20


class Head(msgspec.Struct, frozen=True):
    """Columns that answer one question: `answers` in order, and how their scores become probabilities."""

    answers: tuple[str, ...]
    heat: float = 1.0
    """Scores are divided by this before the softmax (fitted on texts the model had not seen)."""
    shift: float = 0.0
    """Where several labels are right as a rule: what is taken off a score before it is divided."""


class Description(msgspec.Struct, frozen=True):
    """What model.json holds. The table's columns: labels, kinds, sentiments, languages, the norm, padding."""

    format: int
    taxonomy: str
    labels: Head
    kinds: Head
    sentiments: Head
    languages: Head
    words: int
    pieces: int
    columns: int
    scales: tuple[float, ...]
    intercepts: tuple[float, ...]
    sure: float
    """A post is unsure where its best label's category has less probability than this."""
    also: float
    """A label after the first is given where its probability reaches this."""
    multi: bool
    """Several labels are right as a rule: each one's chance is its own, and they do not add up to 1."""
    most: int
    """Labels that a post gets at most, if nobody asks for another number."""
    promise: float
    """How often the category shall be right where the model does not say *unsure*."""
    vectors: str | None
    """Which word vectors were folded into the words' rows, or None."""
    examples: str
    """Fingerprint of the training examples."""
    table: str
    """SHA-256 of the unpacked table."""
    quality: Quality | None = None
    notes: dict[str, float] = {}
    leaps: int = 0
    shortest: int = 2
    """With `words` and `pieces`, the terms it was trained on (`terms.features.Space`)."""


class _Format(msgspec.Struct, frozen=True):
    format: int


@dataclass(frozen=True, slots=True)
class Parts:
    """A loaded model folder."""

    about: Description
    table: NDArray[np.int8] = field(repr=False)

    @property
    def space(self) -> Space:
        return Space(self.about.words, self.about.pieces, self.about.leaps, self.about.shortest)


def fingerprint(table: NDArray[np.int8]) -> str:
    """SHA-256 of the table's bytes."""
    return hashlib.sha256(table.tobytes()).hexdigest()


def save(folder: Path, about: Description, table: NDArray[np.int8]) -> None:
    """Write a model folder; an old one stays whole until the new description is in place."""
    folder.mkdir(parents=True, exist_ok=True)
    _replace(folder / TABLE, zstd.compress(np.ascontiguousarray(table).tobytes(), level=LEVEL))
    _replace(folder / DESCRIPTION, msgspec.json.format(msgspec.json.encode(about), indent=1) + b"\n")


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    part.replace(path)


def load(folder: Path) -> Parts:
    """Read and check a model folder. Raises ModelError saying what is wrong with it."""
    try:
        written = (folder / DESCRIPTION).read_bytes()
        found = msgspec.json.decode(written, type=_Format).format
        if found not in READ:
            raise ModelError(
                f"The model in {folder} has the format {found}; this version of Earnest reads {FORMAT}.",
                advice=_ADVICE,
            )
        about = msgspec.json.decode(written, type=Description)
        packed = (folder / TABLE).read_bytes()
    except OSError as error:
        raise ModelError(f"There is no model in {folder}.", advice=_ADVICE) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ModelError(
            f"The description in {folder / DESCRIPTION} cannot be read.", advice=_ADVICE
        ) from error
    _check(about, folder)
    size = (about.words + about.pieces) * about.columns
    try:
        raw = zstd.ZstdDecompressor().decompress(packed, max_length=size + 1)
    except zstd.ZstdError as error:
        raise ModelError(f"The table in {folder} is damaged.", advice=_ADVICE) from error
    if len(raw) != size or hashlib.sha256(raw).hexdigest() != about.table:
        raise ModelError(f"The table in {folder} is damaged: it is not the one described.", advice=_ADVICE)
    return Parts(about, np.frombuffer(raw, np.int8).reshape(-1, about.columns))


_ADVICE = "Train it again: earnest train --out, or make models for a shipped one."


def _check(about: Description, folder: Path) -> None:
    heads = about.labels, about.kinds, about.sentiments, about.languages
    used = sum(len(head.answers) for head in heads) + 1
    sound = (
        len(about.labels.answers) > 0
        and used <= about.columns <= MOST_COLUMNS
        and len(about.scales) == len(about.intercepts) == used
        and about.words > 0
        and about.pieces > 0
        and 0 <= about.leaps <= MOST_LEAPT
        and 2 <= about.shortest <= LONGEST_PIECE
        and about.words + about.pieces <= MOST_BUCKETS
        and all(head.heat > 0 for head in heads)
    )
    if not sound:
        raise ModelError(f"The model in {folder} is damaged.", advice=_ADVICE)
