"""Texts as vectors by a small transformer: texts that mean the same lie close, whatever their words.

The one file that runs onnxruntime, which comes with the extra `accurate`. The folder is made by
`earnest models fetch` (see `fetch.py`); its files are checked against their fingerprints at each load, and
what does not add up is a ModelError, never a wrong vector. A text's vector depends on that text alone: not on
its neighbours, the batch or the number of threads.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from earnest.record.errors import MissingExtra, ModelError
from earnest.understand.wordpiece import WordPiece

FORMAT = 1
GRAPH, VOCABULARY, ABOUT = "model.onnx", "vocab.txt", "about.json"
MOST_PIECES = 128
"""Of a text; what comes after is not read."""
BATCH = 512
"""Pieces computed at once: as much as stays in a core's cache."""
ADVICE = "Get it once: earnest models fetch"

Floats = NDArray[np.float32]


class About(msgspec.Struct, frozen=True):
    """What about.json holds: where the weights came from, and the fingerprints of the two other files."""

    format: int
    weights: str
    graph: str
    vocabulary: str
    width: int
    layers: int


class Encoder:
    """A loaded encoder (about 40 MB), safe to share between threads."""

    def __init__(self, about: About, pieces: WordPiece, session: Any) -> None:
        self._about = about
        self._pieces = pieces
        self._session = session

    @classmethod
    def load(cls, folder: Path | str, *, threads: int = 1) -> "Encoder":
        """The encoder in a folder. Raises MissingExtra where onnxruntime is not there, else ModelError."""
        folder = Path(folder)
        about, graph, words = _read(folder)
        try:
            import onnxruntime as ort
        except ImportError as error:
            raise MissingExtra("The accurate tier", "accurate") from error
        options = ort.SessionOptions()
        options.intra_op_num_threads = max(1, threads)
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        # A spinning thread would take its core from whatever else the operator runs there.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        ort.disable_telemetry_events()
        try:
            session = ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
            pieces = WordPiece(words.decode("utf-8").removesuffix("\n").split("\n"))
        except Exception as error:  # the library raises its own bare classes
            raise ModelError(f"The encoder in {folder} cannot be run.", advice=ADVICE) from error
        return cls(about, pieces, session)

    @property
    def id(self) -> str:
        """A short hash: two encoders with the same id give the same vectors."""
        return self._about.graph[:12]

    @property
    def width(self) -> int:
        """Numbers a vector."""
        return self._about.width

    def encode(self, texts: Sequence[str]) -> Floats:
        """A vector of length 1 a text (texts × width): the mean of the last layer."""
        last = (self._about.layers - 1) * self.width
        return _unit(self.pooled(texts)[:, last : last + self.width])

    def layers(self, texts: Sequence[str]) -> Floats:
        """Every layer's mean and the last layer's first piece, each of length 1 (texts × layers + 1 × width):
        what a classifier learns from, because earlier layers still tell words apart that later ones merge.
        """
        found = self.pooled(texts).reshape(len(texts) * (self._about.layers + 1), self.width)
        return _unit(found).reshape(len(texts), (self._about.layers + 1) * self.width)

    def pooled(self, texts: Sequence[str]) -> Floats:
        """The numbers as the graph gives them. Texts of like length are computed together."""
        rows = [self._pieces.ids(text, MOST_PIECES) for text in texts]
        lengths = np.fromiter(map(len, rows), np.int64, len(rows))
        order = np.argsort(lengths, kind="stable").tolist()
        out = np.zeros((len(rows), (self._about.layers + 1) * self.width), np.float32)
        at = 0
        while at < len(order):
            end = at + 1
            while end < len(order) and (end + 1 - at) * lengths[order[end]] <= BATCH:
                end += 1
            part = order[at:end]
            ids = np.zeros((len(part), int(lengths[part[-1]])), np.int64)
            mask = np.zeros_like(ids)
            for place, text in enumerate(part):
                ids[place, : lengths[text]] = rows[text]
                mask[place, : lengths[text]] = 1
            out[part] = self._session.run(None, {"ids": ids, "mask": mask})[0]
            at = end
        return out


def _unit(rows: Floats) -> Floats:
    unit: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-12))
    return unit


def _read(folder: Path) -> tuple[About, bytes, bytes]:
    try:
        about = msgspec.json.decode((folder / ABOUT).read_bytes(), type=About)
        graph, words = (folder / GRAPH).read_bytes(), (folder / VOCABULARY).read_bytes()
    except OSError as error:
        raise ModelError(f"The accurate tier's encoder is not in {folder}.", advice=ADVICE) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ModelError(f"The encoder in {folder} is damaged.", advice=ADVICE) from error
    sound = (
        about.format == FORMAT
        and about.width > 0
        and about.layers > 0
        and hashlib.sha256(graph).hexdigest() == about.graph
        and hashlib.sha256(words).hexdigest() == about.vocabulary
    )
    if not sound:
        raise ModelError(f"The encoder in {folder} is damaged or of another version.", advice=ADVICE)
    return about, graph, words
