"""Label posts in Arrow record batches: batches in, batches out, one at a time in memory.

The same function runs on one machine (`flow.annotate`) and in a worker of a Spark cluster (`flow.spark`). It
takes whatever speaks Arrow's C data interface (arro3, pyarrow, polars) and gives arro3 batches, which speak
it too. It knows no file, no gate and no network.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from arro3.core import Array, DataType, Field, RecordBatch, Schema, list_array

from earnest.record.errors import BadFile
from earnest.understand.classify import Columns, Labeller

TEXT = "text"


def annotate(batches: Iterable[Any], model: Labeller, *, sentiment: bool) -> Iterator[RecordBatch]:
    """The same rows with kind, label, labels, unsure, (sentiment,) lang added. A row without a text is
    labelled as an empty one.

    `sentiment` is False for people whose pay depends on the operator. Raises BadFile as `columns_after`.
    """
    names = _Names(model)
    added = _added(sentiment=sentiment)
    schema: Schema | None = None
    for one in batches:
        batch = RecordBatch.from_arrow(one)
        if schema is None:
            schema = columns_after(batch.schema, sentiment=sentiment)
        texts = [text or "" for text in batch.column(TEXT).to_pylist()]
        answers = names.answers(model.columns(texts), with_mood=sentiment)
        yield RecordBatch.from_arrays(
            [*batch.columns, *(answers[field.name] for field in added)], schema=schema
        )


def columns_after(schema: Schema, *, sentiment: bool, place: str = "") -> Schema:
    """The columns that come out, after a look at those that come in. Raises BadFile; `place` is the file."""
    fields = [schema.field(at) for at in range(len(schema))]
    there = [field.name for field in fields]
    twice = sorted({name for name in there if there.count(name) > 1})
    if twice:
        raise BadFile(
            f"has two columns '{twice[0]}'",
            place=place,
            advice="Rename one, so that it is clear which is meant.",
        )
    if TEXT not in there:
        raise BadFile(
            f"has no column '{TEXT}'", place=place, advice=f"Its columns are: {', '.join(sorted(there))}."
        )
    if not is_text(schema.field(TEXT).type):
        raise BadFile(f"the column '{TEXT}' is not text", place=place)
    added = _added(sentiment=sentiment)
    for field in added:
        if field.name in there:
            raise BadFile(
                f"already has a column '{field.name}'",
                place=place,
                advice="Rename or drop it, so that nothing is lost.",
            )
    return Schema([*fields, *added], metadata=schema.metadata)


def is_text(kind: Any) -> bool:
    """Whether an Arrow type holds text, in any of its layouts."""
    return any(
        check(kind) for check in (DataType.is_string, DataType.is_large_string, DataType.is_string_view)
    )


def _added(*, sentiment: bool) -> list[Field]:
    string = DataType.string()
    return [
        Field("kind", string),
        Field("label", string),
        Field("labels", DataType.list(Field("item", string))),
        Field("unsure", DataType.bool()),
        *([Field("sentiment", string)] if sentiment else []),
        Field("lang", string),
    ]


class _Names:
    """The words that a model's answers stand for, as Arrow arrays to take from."""

    def __init__(self, model: Labeller) -> None:
        string = DataType.string()
        self._kinds = Array(list(model.kinds) or ["report"], string)
        self._labels = Array(list(model.labels), string)
        moods: list[str | None] = [*model.sentiments]
        self._moods = Array(moods or [None], string)
        self._tongues = Array(list(model.tongues), string)
        self._list = DataType.list(Field("item", string))

    def answers(self, found: Columns, *, with_mood: bool) -> dict[str, Array]:
        """The columns that are added, by name."""
        given = np.arange(found.labels.shape[1]) < found.count[:, None]
        offsets = np.zeros(len(found.count) + 1, np.int32)
        np.cumsum(found.count, out=offsets[1:])
        answers = {
            "kind": _take(self._kinds, found.kind),
            "label": _take(self._labels, found.labels[:, 0]),
            "labels": list_array(Array.from_numpy(offsets), _take(self._labels, found.labels[given]),
                                 type=self._list),
            "unsure": Array.from_numpy(np.ascontiguousarray(found.unsure)),
            "lang": _take(self._tongues, found.lang),
        }  # fmt: skip
        if with_mood:
            answers["sentiment"] = _take(self._moods, found.sentiment)
        return answers


def _take(words: Array, places: np.ndarray[Any, Any]) -> Array:
    return words.take(Array.from_numpy(np.ascontiguousarray(places, np.int32)))
