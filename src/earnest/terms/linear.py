"""A small classifier: a few questions, each answered by adding up the rows of a text's terms (`spans`).

    score = sum of the terms' weights / norm of the text + intercept

Above 0 means yes. The weights are signed bytes with a scale a column; the last column is the terms' share of
the norm, so that classifying reads one table only. The same examples give the same bytes on any machine.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
from backports import zstd
from numpy.typing import NDArray

from earnest.record.errors import ModelError
from earnest.terms.design import BIAS, LEAST_NORM, design, fit_rows, fit_weighting
from earnest.terms.features import Space
from earnest.terms.spans import add, pack, terms

FORMAT = 1
MOST_BYTES = 64 * 1024 * 1024
WORDS = 1.6
"""How much more a word, or a run of words, says than a stretch of characters."""


class Stored(msgspec.Struct, frozen=True):
    """The file's content. `about` says what the classifier was made of, for people."""

    format: int
    words: int
    pieces: int
    scales: list[float]
    intercepts: list[float]
    sha256: str
    table: bytes
    about: dict[str, str | int | float] = {}


@dataclass(frozen=True, slots=True)
class Linear:
    """A fitted classifier. `table` has a row a bucket, a column a question, and the norm's."""

    space: Space
    table: NDArray[np.int8] = field(repr=False)
    scales: NDArray[np.float64] = field(repr=False)
    intercepts: NDArray[np.float64] = field(repr=False)
    about: dict[str, str | int | float] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """A short fingerprint of the table."""
        return hashlib.sha256(self.table.tobytes()).hexdigest()[:12]

    def scores(self, texts: Sequence[bytes]) -> NDArray[np.float64]:
        """Scores (texts × questions) of plain lower-case ASCII; above 0 means yes."""
        data, offsets = pack(texts)
        sums = np.empty((len(texts), self.table.shape[1]), np.int64)
        add(data, offsets, self.space.words, self.space.pieces, self.table, sums)
        norms = np.sqrt(np.maximum(sums[:, -1] * self.scales[-1], LEAST_NORM))
        scored: NDArray[np.float64] = sums[:, :-1] * self.scales[:-1] / norms[:, None] + self.intercepts
        return scored

    def save(self, path: Path) -> None:
        """Write the file; an old one stays whole until the new one is."""
        table = self.table.tobytes()
        stored = Stored(
            FORMAT, self.space.words, self.space.pieces, self.scales.tolist(), self.intercepts.tolist(),
            hashlib.sha256(table).hexdigest(), table, self.about,
        )  # fmt: skip
        part = path.with_name(path.name + ".part")
        part.write_bytes(zstd.compress(msgspec.msgpack.encode(stored), level=19))
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> "Linear":
        """Read and check a file. ModelError where it is missing or does not add up."""
        advice = "Install Earnest again, or make it anew: earnest models"
        try:
            raw = zstd.ZstdDecompressor().decompress(path.read_bytes(), max_length=MOST_BYTES)
            stored = msgspec.msgpack.decode(raw, type=Stored)
        except OSError as error:
            raise ModelError(f"The classifier {path.name} is missing.", advice=advice) from error
        except (zstd.ZstdError, msgspec.DecodeError) as error:
            raise ModelError(f"The classifier {path.name} is damaged.", advice=advice) from error
        width = len(stored.scales)
        sound = (
            stored.format == FORMAT
            and len(stored.intercepts) == width - 1
            and len(stored.table) == (stored.words + stored.pieces) * width
            and hashlib.sha256(stored.table).hexdigest() == stored.sha256
        )
        if not sound:
            raise ModelError(f"The classifier {path.name} is damaged.", advice=advice)
        table = np.frombuffer(stored.table, np.int8).reshape(-1, width)
        scales, intercepts = np.array(stored.scales), np.array(stored.intercepts)
        return cls(Space(stored.words, stored.pieces), table, scales, intercepts, stored.about)


def fit(
    texts: Sequence[bytes],
    signs: NDArray[np.float64],
    costs: NDArray[np.float64],
    *,
    space: Space,
    least: int = 2,
) -> Linear:
    """Fit one question a row of `signs` (questions × texts: 1 yes, -1 no, 0 not told); `costs` as large."""
    found = terms(texts, space)
    weighting = fit_weighting(found, np.arange(len(texts)), space, least=least, words=WORDS)
    rows = design(found, weighting, np.zeros((0, 0), np.float32))
    weights = fit_rows(rows, signs, costs)
    known, wide = weighting.known, rows.features
    table = np.zeros((space.buckets, len(signs)), np.float32)
    table[known] = weights[:, :wide].T * weighting.idf[known, None]
    scales = np.maximum(np.abs(table).max(axis=0) / 127, 1e-9)
    packed = np.rint(table / scales).astype(np.int8)
    return Linear(
        space,
        np.ascontiguousarray(np.hstack([packed, weighting.norm_bytes[:, None]])),
        np.append(scales, weighting.norm_scale).astype(np.float64),
        (BIAS * weights[:, -1]).astype(np.float64),
    )
