"""Label a Parquet file of any size: record batches in, record batches out, one at a time in memory."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from arro3.core import Array, DataType, Field, RecordBatch, RecordBatchReader, Schema, list_array
from arro3.io import read_parquet, write_parquet

from earnest.record.errors import BadFile
from earnest.understand.classify import Model

TEXT = "text"


def annotate(
    source: Path,
    out: Path,
    model: Model,
    *,
    sentiment: bool,
    progress: Callable[[int], None] = lambda more: None,
) -> int:
    """Write the same rows with kind, label, labels, unsure, (sentiment,) lang added; how many rows there
    were.

    The output appears under its name only when it is whole. Raises BadFile.
    """
    part = out.with_name(f".{out.name}.part")
    done = 0

    def batches(reader: RecordBatchReader) -> Iterator[RecordBatch]:
        nonlocal done
        for batch in reader:
            yield _labelled(batch, model, added)
            done += batch.num_rows
            progress(batch.num_rows)

    try:
        _look(source)
        try:
            reader = read_parquet(source)
            added = _added(reader.schema, source.name, sentiment=sentiment)
            schema = Schema([*(reader.schema.field(at) for at in range(len(reader.schema))), *added])
            write_parquet(RecordBatchReader.from_batches(schema, batches(reader)), part)
        except BaseException as error:
            # The reader's panic on damage is no Exception; its other complaints have no class of their own.
            if type(error) is not Exception and type(error).__name__ != "PanicException":
                raise
            raise BadFile(
                f"cannot be read as Parquet after row {done:,}",
                place=source.name,
                advice="Is it whole? Write it again.",
            ) from error
        part.replace(out)
    except OSError as error:
        where = error.filename or source
        raise BadFile(f"cannot be read or written ({error.strerror or error})", place=str(where)) from error
    finally:
        part.unlink(missing_ok=True)
    return done


def _look(source: Path) -> None:
    """A Parquet file begins and ends with its mark; without it the reader would not complain but panic."""
    with source.open("rb") as stream:
        first = stream.read(4)
        stream.seek(max(0, stream.seek(0, os.SEEK_END) - 4))
        if first != b"PAR1" or stream.read(4) != b"PAR1":
            raise BadFile(
                "is not a whole Parquet file", place=source.name, advice="Is it cut off? Write it again."
            )


def _added(schema: Schema, name: str, *, sentiment: bool) -> list[Field]:
    """The columns that come in, after a look at those that are there."""
    there = {schema.field(at).name for at in range(len(schema))}
    if TEXT not in there:
        raise BadFile(
            f"has no column '{TEXT}'", place=name, advice=f"Its columns are: {', '.join(sorted(there))}."
        )
    if not _is_text(schema.field(TEXT).type):
        raise BadFile(f"the column '{TEXT}' is not text", place=name)
    string = DataType.string()
    added = [
        Field("kind", string),
        Field("label", string),
        Field("labels", DataType.list(Field("item", string))),
        Field("unsure", DataType.bool()),
        *([Field("sentiment", string)] if sentiment else []),
        Field("lang", string),
    ]
    for field in added:
        if field.name in there:
            raise BadFile(
                f"already has a column '{field.name}'",
                place=name,
                advice="Rename or drop it, so that nothing is lost.",
            )
    return added


def _is_text(kind: Any) -> bool:
    return any(
        check(kind) for check in (DataType.is_string, DataType.is_large_string, DataType.is_string_view)
    )


def _labelled(batch: RecordBatch, model: Model, added: list[Field]) -> RecordBatch:
    texts = [str(text or "") for text in batch.column(TEXT).to_pylist()]
    found = model.columns(texts)
    names = found.labels.tolist()
    counts = found.count.tolist()
    given = [model.labels[label] for row, count in zip(names, counts, strict=True) for label in row[:count]]
    offsets = np.zeros(len(texts) + 1, np.int32)
    np.cumsum(found.count, out=offsets[1:])
    kinds = model.kinds or ("report",)
    columns: dict[str, Any] = {
        "kind": [kinds[kind] for kind in found.kind.tolist()],
        "label": [model.labels[row[0]] for row in names],
        "unsure": found.unsure.tolist(),
        "sentiment": [
            model.sentiments[mood] if model.sentiments else None for mood in found.sentiment.tolist()
        ],
        "lang": [model.tongues[tongue] for tongue in found.lang.tolist()],
    }
    for field in added:
        if field.name == "labels":
            array: Any = list_array(Array(offsets), Array(given, DataType.string()), type=field.type)
        else:
            array = Array(columns[field.name], field.type)
        batch = batch.append_column(field, array)
    return batch
