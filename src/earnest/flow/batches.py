"""The gate and the labels as one function over Arrow record batches: the same on one machine, in a worker of
a Spark cluster and on a stream.

No Django, no store, no file. Withheld rows are dropped, the texts of the others are redacted as those of
admitted posts are, and columns that would lead to a person are left out; whatever else a row holds stays.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from arro3.core import Array, RecordBatch, Schema

from earnest.gate.bulk import admit_texts
from earnest.gate.refusals import judge
from earnest.record.raw import Refusal
from earnest.understand.annotate import TEXT, annotate, columns_after
from earnest.understand.classify import Labeller

HIDDEN_UNDER = 20
"""So many withheld posts must there be before their number is told."""


@dataclass(slots=True)
class Passed:
    """What came by in a stream: how many rows, and which of them (counted from 0) could not be judged."""

    rows: int = 0
    refused: list[int] = field(default_factory=list)


def labelled(
    batches: Iterable[Any], model: Labeller, *, sentiment: bool, passed: Passed | None = None
) -> Iterator[RecordBatch]:
    """Rows with a column "text" through the gate, then labelled. BadFile for columns that cannot be labelled,
    GateFailed where the gate cannot run.
    """
    return annotate(admitted(batches, passed), model, sentiment=sentiment)


def schema_of(schema: Schema, *, sentiment: bool, place: str = "") -> Schema:
    """The columns that `labelled` gives for those of a file, `place`. Raises BadFile."""
    whole = columns_after(schema, sentiment=sentiment, place=place)
    return _without(whole, leading(schema))


def leading(schema: Schema) -> tuple[str, ...]:
    """The columns that would lead to a person. They are not written beside labels."""
    return tuple(
        name for name in schema.names if name != TEXT and judge("import_column", name[:200]) is not None
    )


def _without(schema: Schema, names: tuple[str, ...]) -> Schema:
    kept = [schema.field(at) for at in range(len(schema)) if schema.field(at).name not in names]
    return Schema(kept, metadata=schema.metadata)


def admitted(batches: Iterable[Any], passed: Passed | None = None) -> Iterator[RecordBatch]:
    """The rows that may be heard, in their order, each text as it may be kept."""
    passed = Passed() if passed is None else passed
    kept: list[str] | None = None
    for one in batches:
        batch = RecordBatch.from_arrow(one)
        if kept is None:
            columns_after(batch.schema, sentiment=False)
            leads = leading(batch.schema)
            kept = [name for name in batch.schema.names if name not in leads]
        if len(kept) < batch.num_columns:
            batch = batch.select(kept)
        yield _admitted(batch, passed)


def _admitted(batch: RecordBatch, passed: Passed) -> RecordBatch:
    texts = batch.column(TEXT).to_pylist()
    answers = admit_texts([text or "" for text in texts])
    passed.refused += [passed.rows + at for at, one in enumerate(answers) if isinstance(one, Refusal)]
    passed.rows += len(texts)
    heard = [at for at, one in enumerate(answers) if isinstance(one, str)]
    if len(heard) < len(texts):
        batch = batch.take(Array.from_numpy(np.array(heard, np.int32)))
    said = [answers[at] if texts[at] is not None else None for at in heard]
    place = batch.schema.names.index(TEXT)
    kept = batch.schema.field(place)
    return batch.set_column(place, kept, Array(said, kept.type))


def told(withheld: int) -> str:
    """How many posts were withheld, as far as it may be told: one number, whatever the reasons."""
    return f"fewer than {HIDDEN_UNDER}" if withheld < HIDDEN_UNDER else f"{withheld:,}"
