"""A process that labels parts of Parquet files. It is told which, writes each to a file of its own, and tells
when it is whole.

It needs no Django and no database. It also keeps the Parquet library where it cannot hurt: on some damaged
files that ends its whole process, and prints pieces of them while it does.
"""

import ctypes
import gc
import json
import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from arro3.core import RecordBatch, RecordBatchReader, Schema
from arro3.io import read_parquet, write_parquet

from earnest.flow.annotate.footer import Footer
from earnest.flow.annotate.parts import Part, Piece
from earnest.flow.batches import Passed, labelled, leading, schema_of
from earnest.flow.failure import Failure
from earnest.gate import bulk
from earnest.record import quiet
from earnest.record.errors import BadFile, EarnestError
from earnest.understand.classify import Model

MEMORY = 6 * 1024**3
"""Bytes of address space. A damaged file may ask for any amount."""
COMPRESSION = "zstd(1)"
_DEATH_SIGNAL = 1


@dataclass(frozen=True, slots=True)
class Job:
    """All a hand needs, as plain values. `model` is a pack's id, or a folder."""

    files: tuple[Path, ...]
    folder: Path
    model: str | Path
    sentiment: bool


class Ready(NamedTuple):
    """What a hand tells before its first part.

    columns   of the first file; the others have the same
    left_out  those of them that would lead to a person
    """

    model: str
    gate: str
    columns: tuple[str, ...]
    left_out: tuple[str, ...]


class Done(NamedTuple):
    """A part is whole on disk."""

    number: int


@dataclass(frozen=True, slots=True)
class Hand:
    """A process and the pipe to it."""

    process: BaseProcess
    pipe: Connection

    def stop(self) -> None:
        """End it, whatever it is doing."""
        self.pipe.close()
        self.process.kill()
        self.process.join()


def spawn(job: Job) -> Hand:
    """Start a hand in a fresh process (no lock or connection of this one is copied)."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs, job), daemon=True, name="earnest annotate")
    process.start()
    theirs.close()
    return Hand(process, ours)


def part_file(folder: Path, number: int) -> Path:
    """Where a part stands when it is whole."""
    return folder / f"{number:07}.parquet"


def refused_file(folder: Path, number: int) -> Path:
    """Where it stands which rows of a part could not be judged; written before the part, and only then."""
    return folder / f"{number:07}.refused"


def work(pipe: Connection, job: Job) -> None:
    """Answer parts until nobody asks any more."""
    quiet.settle()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()
    tell = _silence()
    gc.disable()
    try:
        desk = _Desk(job)
        pipe.send(desk.ready())
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
        while True:
            pipe.send(desk.do(pipe.recv()))
    except (BrokenPipeError, EOFError):
        return
    except EarnestError as error:
        pipe.send(Failure.of(error))
    except Exception as error:  # noqa: BLE001 - its words may hold a post: only where and which kind are told
        tell(quiet.told(error))
        failed = EarnestError(
            f"The process that labels failed ({type(error).__name__}).",
            advice="What was finished is kept. Run the same command again: it goes on from there.",
        )
        pipe.send(Failure.of(failed))
    finally:
        pipe.close()


def _end_with_parent() -> None:
    """Nothing is to be written for a run that was killed: another may be going on in its place."""
    parent = multiprocessing.parent_process()
    if sys.platform == "linux" and parent is not None:
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent.pid:
            os._exit(1)


def _silence() -> Callable[[str], object]:
    """Send what the Parquet library prints nowhere; answer where our own words may still be written."""
    ours = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="replace")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    sys.stderr = ours
    return ours.write


class _Desk:
    def __init__(self, job: Job) -> None:
        self._job = job
        self._model = Model.load(job.model) if isinstance(job.model, Path) else Model.shipped(job.model)
        self._footer: tuple[int, Footer] | None = None
        self._at: tuple[int, int] | None = None
        self._rows: Iterator[RecordBatch] = iter(())
        self._rest: RecordBatch | None = None
        self._next = 0
        self._schema: Schema

    def ready(self) -> Ready:
        """Look at every file's columns. BadFile where they cannot be labelled, or differ."""
        files = self._job.files
        first = _schema(files[0])
        self._schema = schema_of(first, sentiment=self._job.sentiment, place=files[0].name)
        for path in files[1:]:
            if _shape(_schema(path)) != _shape(first):
                raise BadFile(
                    f"has other columns than {files[0].name}",
                    place=path.name,
                    advice="All files of a folder must have the same columns, of the same types.",
                )
        return Ready(self._model.id, bulk.version(), tuple(first.names), leading(first))

    def do(self, part: Part) -> Done:
        """Label a part and write it: under its own name only when it is whole."""
        passed = Passed()
        batches = list(labelled(self._read(part), self._model, sentiment=self._job.sentiment, passed=passed))
        folder = self._job.folder
        if passed.refused:
            places = [self._place(part, at) for at in passed.refused]
            refused_file(folder, part.number).write_text(json.dumps(places), "utf-8")
        whole = part_file(folder, part.number)
        draft = whole.with_suffix(f".{os.getpid()}")
        write_parquet(
            RecordBatchReader.from_batches(self._schema, batches), draft, compression=COMPRESSION,
            max_row_group_size=1 << 20,
        )  # fmt: skip
        draft.replace(whole)
        return Done(part.number)

    def _place(self, part: Part, at: int) -> str:
        """Where the row stands that came as number `at` of a part."""
        for piece in part.pieces:
            if at < piece.rows:
                return f"{self._job.files[piece.file].name}: row {piece.first + at + 1:,}"
            at -= piece.rows
        raise IndexError(at)

    def _read(self, part: Part) -> Iterator[RecordBatch]:
        for piece in part.pieces:
            yield from self._piece(piece)

    def _piece(self, piece: Piece) -> Iterator[RecordBatch]:
        """The rows of a piece. A row group stays open between parts, because it can only be read forward."""
        path = self._job.files[piece.file]
        if self._at != (piece.file, piece.group) or self._next > piece.start:
            self._open(piece, path)
        wanted = piece.rows
        while wanted:
            batch = self._rest or _guarded(path, piece.first, lambda: next(self._rows, None))
            self._rest = None
            if batch is None:
                raise _damaged(path, piece.first)
            batch = RecordBatch.from_arrow(batch)
            skip = piece.start - self._next
            if skip >= batch.num_rows:
                self._next += batch.num_rows
                continue
            if skip > 0:
                batch = batch.slice(skip)
                self._next += skip
            if batch.num_rows > wanted:
                batch, self._rest = batch.slice(0, wanted), batch.slice(wanted)
            self._next += batch.num_rows
            wanted -= batch.num_rows
            piece = piece if not wanted else _after(piece, batch.num_rows)
            yield batch

    def _open(self, piece: Piece, path: Path) -> None:
        if self._footer is None or self._footer[0] != piece.file:
            self._footer = (piece.file, Footer.read(path))
        window = self._footer[1].only(piece.group)
        reader = _guarded(
            path, piece.first, lambda: read_parquet(cast(IO[bytes], window), batch_size=piece.batch)
        )
        self._rows = iter(reader)
        self._at, self._next, self._rest = (piece.file, piece.group), 0, None


def _after(piece: Piece, rows: int) -> Piece:
    return Piece(
        piece.file, piece.group, piece.start + rows, piece.rows - rows, piece.first + rows, piece.batch
    )


def _schema(path: Path) -> Schema:
    return cast(Schema, _guarded(path, 0, lambda: read_parquet(path).schema))


def _shape(schema: Schema) -> list[tuple[str, str]]:
    return [(schema.field(at).name, str(schema.field(at).type)) for at in range(len(schema))]


def _guarded(path: Path, row: int, look: Callable[[], Any]) -> Any:
    """What the Parquet library answers. BadFile where it complains; its words may hold what a file holds."""
    try:
        return look()
    except OSError:
        raise
    except BaseException as error:
        # Its panic on damage is no Exception, and its other complaints have no class of their own.
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
    raise _damaged(path, row)


def _damaged(path: Path, row: int) -> BadFile:
    return BadFile(
        f"cannot be read as Parquet after row {row:,}",
        place=path.name,
        advice="Is it whole, and is its text UTF-8? Write it again.",
    )
