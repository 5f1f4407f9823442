"""`earnest classify`: label posts, JSON lines in and out.

A hundred thousand posts a second leave ten microseconds each, so lines are decoded by the block and answers
are put together from prepared pieces. A block with a line that cannot be read is gone through line by line.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click
import msgspec
import numpy as np
from numpy.typing import NDArray

from earnest.cli import jsonl, setup
from earnest.cli.options import audience_option, model_option
from earnest.cli.tiers import labeller, tier_option
from earnest.record.errors import BadLine

if TYPE_CHECKING:
    from earnest.understand.classify import Columns, Labeller

BLOCK = 1 << 20
"""Bytes read at once; from a pipe, as many as are there."""
STEPS = 10_000
"""Scores are written with four decimals."""


@click.command(short_help="Label posts.")
@model_option
@click.option(
    "--top",
    type=click.IntRange(1, 20),
    help="Give exactly so many labels, likely or not; else 1 to 3 likely ones (8 if posts have several).",
)
@audience_option
@tier_option
@setup.home_option
@click.argument("source", metavar="[FILE]", type=click.File("rb"), default="-")
def command(
    folder: Path | None, top: int | None, audience: str, tier: str, home: Path | None, source: IO[bytes]
) -> None:
    """Label posts: {"id","text"} a line in; kind, labels, language and sentiment a line out."""
    model = labeller(folder, tier, home)
    writer = Writer(model, sentiment=audience == "customers", top=top)
    out = jsonl.stdout()
    refused = 0
    for rows, problems in blocks(source):
        for number, problem in problems:
            refused += 1
            jsonl.complain(number, problem)
        if rows:
            out.write(writer.lines(rows))
            out.flush()
    raise SystemExit(1 if refused else 0)


class Row(msgspec.Struct, gc=False):
    """One line in. The id stays as it is written."""

    id: msgspec.Raw
    text: str


Block = tuple[Sequence[Row], list[tuple[int, BadLine]]]


def blocks(stream: IO[bytes]) -> Iterator[Block]:
    """Rows in order, with the lines that were refused and why."""
    decoder = msgspec.json.Decoder(Row)
    read = getattr(stream, "read1", stream.read)
    left, before = b"", 0
    while chunk := read(BLOCK):
        left += chunk
        end = left.rfind(b"\n") + 1
        if end:
            yield _block(decoder, left[:end], before)
            before += left.count(b"\n", 0, end)
            left = left[end:]
        elif len(left) > jsonl.MAX_LINE:
            before += 1
            problem = BadLine(f"is longer than {jsonl.MAX_LINE >> 20} MB", place=f"line {before}")
            yield [], [(before, problem)]
            left = _after_line(read)
    if left:
        yield _block(decoder, left, before)


def _after_line(read: Callable[[int], bytes]) -> bytes:
    """Skip the rest of a line; what was read beyond its end."""
    while chunk := read(BLOCK):
        _, newline, rest = chunk.partition(b"\n")
        if newline:
            return rest
    return b""


def _block(decoder: msgspec.json.Decoder[Row], block: bytes, before: int) -> Block:
    try:
        rows = decoder.decode_lines(block)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _one_by_one(block, before)
    if _ids(rows).count(b'\n"') == len(rows):
        return rows, []
    return _one_by_one(block, before)


def _ids(rows: Sequence[Row]) -> bytes:
    """Each id as it was written, after a line break; JSON strings hold none themselves."""
    return b"\n" + msgspec.json.Encoder().encode_lines([row.id for row in rows])[:-1] if rows else b""


def _one_by_one(block: bytes, before: int) -> Block:
    rows: list[Row] = []
    problems: list[tuple[int, BadLine]] = []
    for number, line in enumerate(block.splitlines(), before + 1):
        if not line.strip():
            continue
        found = jsonl.parse(line, ("id", "text"), f"line {number}")
        if isinstance(found, BadLine):
            problems.append((number, found))
        else:
            rows.append(Row(msgspec.Raw(msgspec.json.encode(found["id"])), found["text"]))
    return rows, problems


class Writer:
    """Answers as JSON lines, put together from pieces that are made once."""

    def __init__(self, model: "Labeller", *, sentiment: bool, top: int | None) -> None:
        self.model = model
        self.top, self.least = (top, top) if top else (model.most, 1)
        self._with_sentiment = sentiment and bool(model.sentiments)
        self._score = [f'"score":{step / STEPS:.4f}}}' for step in range(STEPS + 1)]
        self._label = [f'{{"id":"{label}",' for label in model.labels]
        self._kind = [f'"kind":"{kind}","labels":[' for kind in model.kinds] or ['"kind":"report","labels":[']
        self._mood = [f',"sentiment":{{"label":"{mood}",' for mood in model.sentiments]
        self._lang = [f',"lang":"{tongue}"}}\n' for tongue in model.tongues]
        self._unsure = ['],"unsure":false', '],"unsure":true']

    def lines(self, rows: Sequence[Row]) -> bytes:
        """One line a row, in order."""
        found = self.model.columns([row.text for row in rows], top=self.top, least=self.least)
        ids = _ids(rows)[1:].decode().split("\n")
        kinds = map(self._kind.__getitem__, found.kind.tolist())
        unsure = map(self._unsure.__getitem__, found.unsure.tolist())
        langs = map(self._lang.__getitem__, found.lang.tolist())
        labels = self._labels(found)
        if self._with_sentiment:
            moods = map(self._mood.__getitem__, found.sentiment.tolist())
            felt = map(self._score.__getitem__, _steps(found.sentiment_chance))
            answers = [
                f'{{"id":{a},{b}{c}{d}{e}{f}{g}'
                for a, b, c, d, e, f, g in zip(ids, kinds, labels, unsure, moods, felt, langs, strict=True)
            ]
        else:
            answers = [
                f'{{"id":{a},{b}{c}{d}{e}'
                for a, b, c, d, e in zip(ids, kinds, labels, unsure, langs, strict=True)
            ]
        return "".join(answers).encode()

    def _labels(self, found: "Columns") -> list[str]:
        """The labels of each post, first the best of all posts at once, then the others where there are
        any.
        """
        first = map(self._label.__getitem__, found.labels[:, 0].tolist())
        sure = map(self._score.__getitem__, _steps(found.chances[:, 0]))
        texts = [label + score for label, score in zip(first, sure, strict=True)]
        for at in np.flatnonzero(found.count > 1).tolist():
            for k in range(1, int(found.count[at])):
                score = self._score[round(float(found.chances[at, k]) * STEPS)]
                texts[at] += "," + self._label[found.labels[at, k]] + score
        return texts


def _steps(chances: NDArray[np.float32]) -> list[int]:
    steps: list[int] = np.rint(chances * STEPS).astype(np.int64).tolist()
    return steps
