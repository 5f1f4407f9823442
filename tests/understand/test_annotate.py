"""Record batches in, labelled record batches out."""

from collections.abc import Sequence
from typing import Any

import pytest
from arro3.core import Array, DataType, RecordBatch, Schema

from earnest.record.errors import BadFile
from earnest.understand.annotate import annotate, columns_after
from earnest.understand.classify import Model

ODD = [
    "",
    "😀😀😀",
    "\u200b\u200d",
    "شكرا لكم على التوصيل",
    "a" * 1_000_000,
    "\x00\x01",
    "tip " * 5_000,
]


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.shipped("gig-delivery")


def batch(said: Sequence[str | None], kind: Any = None, **more: list[str]) -> RecordBatch:
    columns = {name: Array(values, DataType.string()) for name, values in more.items()}
    return RecordBatch.from_pydict({**columns, "text": Array(list(said), kind or DataType.string())})


def test_the_answers_are_those_of_classify(model: Model) -> None:
    said = ["Customer took the tip back", "the app crashed at the door", "Perfect day, thank you all"]
    (found,) = annotate([batch(said, id=["a", "b", "c"])], model, sentiment=True)
    verdicts = model.classify(said, sentiment=True)
    assert found.column("id").to_pylist() == ["a", "b", "c"]
    assert found.column("kind").to_pylist() == [one.kind for one in verdicts]
    assert found.column("label").to_pylist() == [one.labels[0].id for one in verdicts]
    assert found.column("labels").to_pylist() == [[label.id for label in one.labels] for one in verdicts]
    assert found.column("unsure").to_pylist() == [one.unsure for one in verdicts]
    assert found.column("sentiment").to_pylist() == [one.sentiment for one in verdicts]
    assert found.column("lang").to_pylist() == [one.lang for one in verdicts]


def test_for_a_workforce_there_is_no_sentiment(model: Model) -> None:
    (found,) = annotate([batch(["tips"])], model, sentiment=False)
    assert "sentiment" not in found.schema.names


def test_batches_come_one_at_a_time(model: Model) -> None:
    """Nothing is gathered: what was not asked for was not read."""
    read = []

    def source() -> Any:
        for at in range(1_000):
            read.append(at)
            yield batch(["tips"])

    labelled = annotate(source(), model, sentiment=True)
    next(labelled)
    assert read == [0]


@pytest.mark.parametrize("kind", [DataType.string(), DataType.large_string(), DataType.string_view()])
def test_text_of_any_layout_will_do(model: Model, kind: DataType) -> None:
    (found,) = annotate([batch(["tips", None], kind)], model, sentiment=True)
    assert found.column("text").to_pylist() == ["tips", None]
    assert None not in found.column("label").to_pylist()


def test_odd_texts_are_labelled_like_others(model: Model) -> None:
    (found,) = annotate([batch(ODD)], model, sentiment=True)
    assert found.num_rows == len(ODD)
    assert set(found.column("label").to_pylist()) <= set(model.labels)


def test_a_batch_without_rows_has_all_columns(model: Model) -> None:
    (found,) = annotate([batch([])], model, sentiment=True)
    assert found.num_rows == 0
    assert found.schema.names == ["text", "kind", "label", "labels", "unsure", "sentiment", "lang"]


STRING = DataType.string()
BAD = [
    ("no text", [("said", STRING)], "no column 'text'"),
    ("a text of bytes", [("text", DataType.binary())], "'text' is not text"),
    ("a text of numbers", [("text", DataType.int64())], "'text' is not text"),
    ("two texts", [("text", STRING), ("text", STRING)], "two columns 'text'"),
    ("two others", [("a", STRING), ("text", STRING), ("a", STRING)], "two columns 'a'"),
    ("labelled before", [("text", STRING), ("labels", STRING)], "already has a column 'labels'"),
]


@pytest.mark.parametrize(("columns", "said"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_columns_that_cannot_be_labelled_are_told(columns: list[tuple[str, Any]], said: str) -> None:
    from arro3.core import Field

    with pytest.raises(BadFile, match=f"^posts.parquet: .*{said}"):
        columns_after(Schema([Field(*one) for one in columns]), sentiment=True, place="posts.parquet")
