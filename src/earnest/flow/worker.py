"""The first half of a bulk import, in a process of its own: read, admit, label, tag, prepare.

It never touches the database (and needs no Django): what it sends through the pipe is what `store.write`
takes. It ends when the file ends, when it fails (the error is sent) or when nobody listens any more.
"""

import gc
import multiprocessing
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import msgspec

from earnest.flow.asking import Asking, Kin
from earnest.flow.digest import Digest, Stages
from earnest.flow.failure import Failure
from earnest.gate.admit import Gate
from earnest.gate.consent import Consent
from earnest.gate.voice import Keys
from earnest.record import quiet
from earnest.record.errors import EarnestError
from earnest.record.raw import SourceKind
from earnest.sources.registry import open_source
from earnest.store.rows import Prepared, prepare
from earnest.understand.classify import Model

POSTS = 8_000
"""Posts in a batch: one transaction of the writer."""

PATIENCE = 2.0
"""Seconds after which a batch is sent though it is not full."""


@dataclass(frozen=True, slots=True)
class Job:
    """All a worker needs, as plain values.

    words  also find search words (PostgreSQL)
    out    the accounts that are not heard at the place
    kin    the places at which an author's name is the same person, this one first
    model  a pack's id, or a folder
    """

    type: str
    settings: dict[str, Any]
    cursor: str | None
    audience: str
    kind: SourceKind
    source: str
    region: str | None
    keys: Path
    model: str | Path
    words: bool
    consent: Consent | None = None
    out: frozenset[bytes] = frozenset()
    kin: tuple[Kin, ...] = ()


class Batch(msgspec.Struct):
    """What the worker sends: prepared posts and what else a page brings.

    again   the file had been read to its end before and is read once more: what is withheld was counted then
    """

    read: int = 0
    posts: list[Prepared] = []
    erased: list[bytes] = []
    withdrawn: list[bytes] = []
    refused: list[tuple[str, str, str]] = []
    withheld: int = 0
    asking: list[Asking] = []
    cursor: str = ""
    done: bool = False
    again: bool = False
    model: str = ""


_encode = msgspec.msgpack.Encoder().encode
BATCH = b"B"
FAILURE = b"F"


@dataclass(frozen=True, slots=True)
class Hand:
    """A worker that waits for its job. Starting it early hides the second that its libraries take to load."""

    process: BaseProcess
    pipe: Connection

    def stop(self) -> None:
        """End the worker, whatever it is doing."""
        self.pipe.close()
        self.process.join(timeout=1)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def spawn() -> Hand:
    """Start a worker in a fresh process (no lock or connection of this one is copied)."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs,), daemon=True, name="earnest import")
    process.start()
    theirs.close()
    return Hand(process, ours)


def work(pipe: Connection) -> None:
    """Take a job, send batches until the file ends. Blocks while the reader is behind, so memory stays
    bounded.
    """
    quiet.settle()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Posts hold no cycles: looking for some in a million of them is a fifth of the time.
    gc.disable()
    try:
        job: Job = pipe.recv()
        for batch in batches(job):
            pipe.send_bytes(BATCH + _encode(batch))
    except (BrokenPipeError, EOFError):
        return
    except EarnestError as error:
        pipe.send_bytes(FAILURE + _encode(Failure.of(error)))
    except Exception as error:  # noqa: BLE001 - its words may hold a post: only where and which kind are told
        sys.stderr.write(quiet.told(error))
        failed = EarnestError(
            f"The process that reads the file failed ({type(error).__name__}).",
            advice="What was kept before is whole. Run the same command again: it goes on from there.",
        )
        pipe.send_bytes(FAILURE + _encode(Failure.of(failed)))
    finally:
        pipe.close()


def batches(job: Job) -> Iterator[Batch]:
    """The file's pages through the stages, several pages a batch."""
    source = open_source(job.type, job.settings, None)
    keys = Keys.open(job.keys)
    gate = Gate(
        keys,
        audience=job.audience,
        kind=job.kind,
        source=job.source,
        region=job.region,
        consent=job.consent,
        out=job.out,
    )
    model = Model.load(job.model) if isinstance(job.model, Path) else Model.shipped(job.model)
    stages = Stages(gate=gate, keys=keys, model=model, audience=job.audience, kin=job.kin)
    again = False
    pages = source.read(job.cursor)
    first = next(pages)
    if job.cursor is not None and first.done and not first.posts and not first.refused:
        again, pages = True, source.read(None)
        first = next(pages)
    batch = Batch(again=again, model=model.id)
    begun = time.monotonic()
    page = first
    while True:
        _put(batch, stages.digest(page), job.words)
        if (
            batch.done
            or len(batch.posts) + len(batch.refused) >= POSTS
            or time.monotonic() - begun > PATIENCE
        ):
            yield batch
            if batch.done:
                return
            batch = Batch(again=again, model=model.id)
            begun = time.monotonic()
        page = next(pages)


def _put(batch: Batch, digest: Digest, words: bool) -> None:
    batch.read += digest.read
    batch.posts += prepare(digest.kept, words=words)
    batch.erased += digest.erased
    batch.withdrawn += digest.withdrawn
    batch.refused += [(one.place, one.error, one.problem) for one in digest.refused]
    batch.withheld += digest.withheld
    batch.asking += digest.asking
    batch.cursor = digest.cursor
    batch.done = digest.done
