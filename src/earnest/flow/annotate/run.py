"""Label Parquet files of any size on one machine, on all its cores.

    files → footers → plan of parts → processes (gate, labels, a file a part) → joined into one file

Promises: memory does not grow with the input; rows keep their order; the output appears under its name only
when it is whole; after a kill at any moment the same command goes on from the finished parts, loses no row
and writes none twice. Parts of another input, model or gate are thrown away, never mixed in.
"""

import fcntl
import hashlib
import json
import os
import shutil
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import cast

from earnest import __version__
from earnest.flow.annotate.footer import Footer, join
from earnest.flow.annotate.hand import Done, Hand, Job, Ready, part_file, refused_file, spawn
from earnest.flow.annotate.parts import Part, plan
from earnest.flow.failure import Failure
from earnest.record.errors import BadFile, EarnestError

GOES_ON = "What was finished is kept. Run the same command again: it goes on from there."


@dataclass(frozen=True, slots=True)
class Annotated:
    """What came of it.

    rows      written
    withheld  rows that are not, whatever the reason; told to nobody under 20
    refused   where the rows stand that could not be judged at all
    left_out  columns that would lead to a person, and are not written
    model     the model's id
    """

    rows: int
    withheld: int
    refused: tuple[str, ...]
    left_out: tuple[str, ...]
    model: str


def annotate(
    source: Path,
    out: Path,
    model: str | Path,
    *,
    sentiment: bool,
    processes: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Annotated:
    """Write the rows of a Parquet file, or of all in a folder, with labels to `out`. `model` is a pack's id
    or a folder.

    `progress` gets how many rows are done, and of how many. BadFile for what cannot be read or written,
    GateFailed where the gate cannot run, ModelError, EarnestError where a process dies.
    """
    try:
        files = files_of(source)
        footers = [Footer.read(file) for file in files]
        parts = plan(footers)
        with _held(out) as folder:
            return _run(files, footers, parts, out, folder, model, sentiment, processes, progress)
    except OSError as error:
        where = error.filename or source
        raise BadFile(f"cannot be read or written ({error.strerror or error})", place=str(where)) from error


def files_of(source: Path, *, empty: bool = False) -> tuple[Path, ...]:
    """A file itself, or the Parquet files of a folder in the order of their names. BadFile where there is
    none, unless `empty`.
    """
    if not source.is_dir():
        return (source,)
    files = tuple(
        sorted(path for path in source.rglob("*.parquet") if path.is_file() and not _hidden(path, source))
    )
    if not files and not empty:
        raise BadFile("has no Parquet file in it", place=source.name, advice="Their names end in .parquet.")
    return files


def _hidden(path: Path, root: Path) -> bool:
    """Writers leave drafts beside their files, and begin their names with a dot or an underscore."""
    return any(name.startswith((".", "_")) for name in path.relative_to(root).parts)


@contextmanager
def _held(out: Path) -> Iterator[Path]:
    """The folder of parts beside the output, for one run at a time. It stays after a kill, goes when the
    input is at fault."""
    folder = out.with_name(f".{out.name}.parts")
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BadFile(
                "is being written by another run", place=out.name, advice="Let it finish, or stop it."
            ) from None
        try:
            yield folder
        except BadFile:
            shutil.rmtree(folder)
            raise


def _run(
    files: tuple[Path, ...],
    footers: list[Footer],
    parts: list[Part],
    out: Path,
    folder: Path,
    model: str | Path,
    sentiment: bool,
    processes: int | None,
    progress: Callable[[int, int], None],
) -> Annotated:
    total = sum(part.rows for part in parts)
    job = Job(tuple(file.absolute() for file in files), folder.absolute(), model, sentiment)
    with _Hands(job) as hands:
        ready = hands.first(min(processes or cores(), len(parts)))
        _claim(folder, _fingerprint(files, job, ready, len(parts)))
        waiting = [part for part in parts if not part_file(folder, part.number).exists()]
        done = total - sum(part.rows for part in waiting)
        progress(done, total)
        for part in hands.do(waiting):
            done += part.rows
            progress(done, total)
    draft = out.with_name(f".{out.name}.part")
    try:
        with draft.open("wb") as stream:
            rows = join([part_file(folder, part.number) for part in parts], stream)
            stream.flush()
            os.fsync(stream.fileno())
        refused = _refused(folder, parts)
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
    shutil.rmtree(folder)
    return Annotated(rows, total - rows - len(refused), refused, ready.left_out, ready.model)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))


def _fingerprint(files: tuple[Path, ...], job: Job, ready: Ready, parts: int) -> str:
    """What parts must have in common to be joined."""
    told = [[str(file.absolute()), file.stat().st_size, file.stat().st_mtime_ns] for file in files]
    whole = json.dumps([__version__, ready.model, ready.gate, job.sentiment, parts, told])
    return hashlib.sha256(whole.encode()).hexdigest()


def _claim(folder: Path, fingerprint: str) -> None:
    """Keep the parts of an earlier run where they are of the same, throw them away where not."""
    note = folder / "job"
    if note.exists() and note.read_text("ascii", "replace") == fingerprint:
        return
    note.unlink(missing_ok=True)
    for path in folder.iterdir():
        if path.name != "lock":
            path.unlink()
    draft = folder / "job.draft"
    draft.write_text(fingerprint, "ascii")
    draft.replace(note)


def _refused(folder: Path, parts: list[Part]) -> tuple[str, ...]:
    found: list[str] = []
    for part in parts:
        file = refused_file(folder, part.number)
        if file.exists():
            found += json.loads(file.read_text("utf-8"))
    return tuple(found)


class _Hands:
    """The processes of a run. All end with it."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._hands: list[Hand] = []
        self._idle: list[Hand] = []

    def __enter__(self) -> "_Hands":
        return self

    def __exit__(self, *_: object) -> None:
        for hand in self._hands:
            hand.stop()

    def first(self, hands: int) -> Ready:
        """Start so many processes, and hear what the first of them saw when it looked at the files."""
        self._hands = [spawn(self._job) for _ in range(max(1, hands))]
        told = self._said(self._hands[0], None)
        self._idle.append(self._hands[0])
        return cast(Ready, told)

    def do(self, parts: Iterable[Part]) -> Iterator[Part]:
        """Have all parts done; each part when it is whole, in any order."""
        queue = deque(parts)
        doing: dict[int, Part] = {}
        while queue or doing:
            while queue and self._idle:
                hand = self._idle.pop()
                doing[id(hand)] = queue.popleft()
                self._tell(hand, doing[id(hand)])
            busy = {id(hand.pipe): hand for hand in self._hands if hand not in self._idle}
            for pipe in wait([hand.pipe for hand in busy.values()]):
                hand = busy[id(pipe)]
                told = self._said(hand, doing.get(id(hand)))
                self._idle.append(hand)
                if isinstance(told, Done):
                    yield doing.pop(id(hand))

    def _tell(self, hand: Hand, part: Part) -> None:
        try:
            hand.pipe.send(part)
        except BrokenPipeError:
            raise self._died(hand, part) from None

    def _said(self, hand: Hand, part: Part | None) -> Ready | Done:
        try:
            told = hand.pipe.recv()
        except (EOFError, OSError):
            raise self._died(hand, part) from None
        if isinstance(told, Failure):
            raise told.error()
        return told  # type: ignore[no-any-return]  # what our own process sent

    def _died(self, hand: Hand, part: Part | None) -> EarnestError:
        hand.process.join(timeout=5)
        code = hand.process.exitcode
        if code in (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGILL):
            # The Parquet library ends its process on some damaged files.
            piece = part.pieces[0] if part and part.pieces else None
            name = self._job.files[piece.file if piece else 0].name
            row = f" after row {piece.first:,}" if piece else ""
            return BadFile(f"cannot be read as Parquet{row}", place=name, advice="Write it again.")
        how = f"was ended by {signal.Signals(-code).name}" if code and code < 0 else "stopped without a word"
        return EarnestError(f"A process that labels {how}.", advice=GOES_ON)
