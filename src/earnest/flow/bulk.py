"""A whole file, in two processes: one reads, admits and labels (`worker`), this one writes.

Each batch is one transaction with the cursor after it, so a kill at any moment loses nothing that was kept
and keeps nothing twice: the same import goes on where the last batch ended. A worker that dies is an error
with a reason; what was kept before stays, whole.
"""

import gc
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing.process import BaseProcess

import msgspec

from earnest.flow import leave
from earnest.flow.asking import Kin
from earnest.flow.failure import Failure
from earnest.flow.worker import FAILURE, Batch, Hand, Job, spawn
from earnest.gate.voice import Keys
from earnest.record.errors import EarnestError
from earnest.record.raw import Refusal
from earnest.store import clock, write, write_leaving

LARGE = 10_000
"""Posts of an import after which the database is told to look at its values anew."""

_batch = msgspec.msgpack.Decoder(Batch).decode
_failure = msgspec.msgpack.Decoder(Failure).decode


@dataclass(frozen=True, slots=True)
class Imported:
    """What a batch (or a whole import) brought. `past`: of those withheld, said longer ago than the programme
    keeps posts."""

    read: int = 0
    admitted: int = 0
    withheld: int = 0
    duplicates: int = 0
    refused: int = 0
    past: int = 0

    def __add__(self, other: "Imported") -> "Imported":
        return Imported(
            self.read + other.read,
            self.admitted + other.admitted,
            self.withheld + other.withheld,
            self.duplicates + other.duplicates,
            self.refused + other.refused,
            self.past + other.past,
        )


def import_file(
    place_id: int, job: Job, hand: Hand | None = None
) -> Iterator[tuple[Imported, list[Refusal]]]:
    """Import a file into a place; after each batch that was kept, what it brought and what was refused in it.

    `hand` is a worker that was started before (`worker.spawn`); it is ended here. Raises what the worker met
    (BadFile, MissingKeys, GateFailed, …) and what the store raises.
    """
    hand = hand or spawn()
    # As in the worker: posts hold no cycles, and looking for some takes a fifth of the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        hand.pipe.send(job)
        yield from _write(place_id, hand, job)
    except BrokenPipeError:
        raise _died(hand.process) from None
    finally:
        if collecting:
            gc.enable()
        hand.stop()


def _write(place_id: int, hand: Hand, job: Job) -> Iterator[tuple[Imported, list[Refusal]]]:
    keys, known, after = Keys.open(job.keys), job.out, job.cursor
    span = _Span()
    admitted, left = 0, False
    while True:
        try:
            message = hand.pipe.recv_bytes()
        except (EOFError, OSError):  # also half a message
            raise _died(hand.process) from None
        if message[:1] == FAILURE:
            raise _failure(message[1:]).error()
        batch = _batch(message[1:])
        refused = [Refusal(*one) for one in batch.refused]
        keep = partial(
            write.keep_prepared,
            place_id,
            batch.posts,
            erased=batch.erased,
            withdrawn=batch.withdrawn,
            refused=refused,
            withheld=0 if batch.again else batch.withheld,
            # A second reading leaves the position at the end: stopped half-way, it must not look like a first
            # one.
            cursor=after if batch.again else batch.cursor,
            heard=span.heard(batch),
            model=batch.model,
            after=after,
        )
        # The worker's gate knows who opted out in the batches before this one.
        known |= {hash for one in batch.asking for place, hash, _ in one.accounts if place == place_id}
        kept = leave.keep_page(Kin(place_id, job.source), keys, batch.asking, known, keep)
        outcome, left = kept.outcome, left or bool(kept.left)
        if not batch.again:
            after = batch.cursor
        brought = Imported(
            read=batch.read,
            admitted=outcome.admitted,
            withheld=batch.withheld + outcome.past,
            past=outcome.past,
            duplicates=outcome.duplicates + outcome.edited,
            refused=len(refused),
        )
        admitted += outcome.admitted
        if batch.done and admitted >= LARGE:
            write.settle()
        if batch.done and left:
            write_leaving.settle()
        yield brought, refused
        if batch.done:
            return


def _died(worker: BaseProcess) -> EarnestError:
    worker.join(timeout=5)
    code = worker.exitcode
    if code is not None and code < 0:
        how = f"was ended by {signal.Signals(-code).name}"
    else:
        how = f"stopped without a word (exit code {code})"
    return EarnestError(
        f"The process that reads the file {how}.",
        advice="What was kept before is whole. Run the same command again: it goes on from there.",
    )


class _Span:
    """What time a file vouches for: all between its first and its last post, once it was read to its end."""

    def __init__(self) -> None:
        self._first: int | None = None
        self._last = 0

    def heard(self, batch: Batch) -> write.Hearing:
        now = datetime.now(UTC)
        for post in batch.posts:
            self._first = post.created if self._first is None else min(self._first, post.created)
            self._last = max(self._last, post.created)
        if not batch.done or self._first is None:
            return write.Hearing(at=now)
        return write.Hearing(at=now, since=clock.moment(max(0, self._first)), until=clock.moment(self._last))
