"""`earnest classify`, `train`, `evaluate` and `annotate` as a person or a pipe uses them."""

import json
from pathlib import Path

import pytest
from arro3.core import Array, DataType, RecordBatch
from arro3.io import read_parquet, write_parquet
from click.testing import CliRunner, Result
from tests.understand.build import TAXONOMY, examples

from earnest.cli import earnest
from earnest.record.errors import (
    BadFile,
    BadLine,
    EarnestError,
    MissingExtra,
    RefusedConfiguration,
    TaxonomyError,
)


def run(*arguments: str | Path, said: bytes = b"") -> Result:
    return CliRunner().invoke(earnest, [str(one) for one in arguments], input=said)


def lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_posts_go_in_and_labelled_posts_come_out() -> None:
    result = run("classify", said=b'{"id":"a","text":"Customer took the tip back"}\n{"id":7,"text":""}\n')
    assert result.exit_code == 0
    first, second = lines(result)
    assert first["id"] == "a"
    assert first["labels"][0]["id"] == "pay.tips"
    assert set(first) == {"id", "kind", "labels", "unsure", "sentiment", "lang"}
    assert second["id"] == "7"


def test_for_a_workforce_there_is_no_sentiment() -> None:
    result = run("classify", "--audience", "workforce", said=b'{"id":"a","text":"tips"}')
    assert set(lines(result)[0]) == {"id", "kind", "labels", "unsure", "lang"}


@pytest.mark.parametrize("count", [1, 2, 5])
def test_top_gives_so_many_labels_best_first(count: int) -> None:
    (found,) = lines(run("classify", "--top", str(count), said=b'{"id":"a","text":"tips"}'))
    scores = [label["score"] for label in found["labels"]]
    assert len(scores) == count
    assert scores == sorted(scores, reverse=True)


BROKEN = [
    ("not JSON", b"nope", "not JSON"),
    ("brackets", b"[" * 10_000, "not JSON"),
    ("no text", b'{"id":"a"}', "no 'text'"),
    ("no id", b'{"text":"a"}', "no 'id'"),
    ("a text that is a number", b'{"id":"a","text":1}', "'text' must be a string"),
    ("an id that is a list", b'{"id":[],"text":"a"}', "'id' must be"),
    ("an id that is null", b'{"id":null,"text":"a"}', "'id' must be"),
    ("bytes that are not UTF-8", b'{"id":"a","text":"\xff"}', "not JSON"),
    ("a list", b"[]", "not a JSON object"),
]


@pytest.mark.parametrize(("line", "problem"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_broken_line_is_refused_and_its_neighbours_go_on(line: bytes, problem: str) -> None:
    good = b'{"id":"x","text":"secret words"}'
    result = run("classify", said=b"\n".join([good, b"", line, good]))
    assert result.exit_code == 1
    assert [found["id"] for found in lines(result)] == ["x", "x"]
    (error,) = [json.loads(line) for line in result.stderr.splitlines()]
    assert error["line"] == 3
    assert error["error"] == "BadLine"
    assert problem in error["problem"]
    assert "secret" not in result.stderr


def test_a_line_longer_than_allowed_is_skipped(tmp_path: Path) -> None:
    good = b'{"id":"x","text":"tips"}\n'
    path = tmp_path / "in.jsonl"
    path.write_bytes(good + b'{"id":"long","text":"' + b"a" * (18 << 20) + b'"}\n' + good)
    result = run("classify", path)
    assert result.exit_code == 1
    assert [found["id"] for found in lines(result)] == ["x", "x"]
    assert json.loads(result.stderr)["line"] == 2


@pytest.mark.parametrize("posts", [1, 5_000, 20_000])
def test_the_command_says_what_the_model_says(posts: int) -> None:
    from earnest.understand.classify import Model

    texts = [f"{example.text} ¿sí? {at}" for at, example in enumerate(examples())][: min(posts, 120)]
    said = "".join(
        json.dumps({"id": f'"{at}\\', "text": texts[at % len(texts)]}) + "\n" for at in range(posts)
    )
    found = lines(run("classify", said=said.encode()))
    assert [row["id"] for row in found] == [f'"{at}\\' for at in range(posts)]
    verdicts = Model.shipped("gig-delivery").classify(texts, sentiment=True)
    for row, verdict in zip(found, verdicts, strict=False):
        assert row["kind"] == verdict.kind
        assert row["labels"] == [{"id": label.id, "score": label.score} for label in verdict.labels]
        assert row["unsure"] == verdict.unsure
        assert row["lang"] == verdict.lang
        assert row["sentiment"] == {"label": verdict.sentiment, "score": verdict.sentiment_score}


def write(folder: Path) -> tuple[Path, Path]:
    (folder / "taxonomy.yaml").write_text(TAXONOMY)
    rows = [json.dumps({"text": one.text, "labels": one.labels, "kind": one.kind}) for one in examples()]
    (folder / "cafe.jsonl").write_text("\n".join(rows))
    return folder / "taxonomy.yaml", folder / "cafe.jsonl"


@pytest.mark.slow
def test_train_then_evaluate_then_classify(tmp_path: Path) -> None:
    taxonomy, said = write(tmp_path)
    model = tmp_path / "model"
    trained = run("train", "--taxonomy", taxonomy, "--examples", said, "--out", model)
    assert trained.exit_code == 0, trained.output
    assert "main label right" in trained.stdout
    assert "near-duplicates" in trained.stdout
    evaluated = run("evaluate", "--model", model, "--examples", said, "--json")
    found = json.loads(evaluated.stdout)
    assert found["accuracy"]["value"] > 0.9
    assert {label["id"] for label in found["labels"]} == {"drink.coffee", "drink.tea", "place"}
    assert run("evaluate", "--model", model, "--examples", said).exit_code == 0
    (row,) = lines(run("classify", "--model", model, said=b'{"id":"1","text":"the oolong was lovely"}'))
    assert row["labels"][0]["id"] == "drink.tea"
    assert "sentiment" not in row


@pytest.mark.slow
def test_training_says_what_it_promises(tmp_path: Path) -> None:
    taxonomy, said = write(tmp_path)
    taxonomy.write_text(TAXONOMY + "  - {id: staff, name: Staff}\n")
    options = ("--partial", "--promise", "0.9", "--figures", "held-out", "--out", tmp_path / "model")
    result = run("train", "--taxonomy", taxonomy, "--examples", said, *options)
    assert result.exit_code == 0, result.output
    assert "right in 90% of the rest" in result.stdout
    assert "scores off by (calibration)" in result.stdout


def refused(*arguments: str | Path) -> EarnestError:
    result = run(*arguments)
    assert isinstance(result.exception, EarnestError), result.output
    return result.exception


def test_evaluating_labels_that_the_model_does_not_know_is_refused(tmp_path: Path) -> None:
    _, said = write(tmp_path)
    error = refused("evaluate", "--examples", said)
    assert isinstance(error, BadLine)
    assert "does not know the label 'drink.coffee'" in str(error)


def test_training_without_examples_of_a_label_names_the_line(tmp_path: Path) -> None:
    taxonomy, said = write(tmp_path)
    taxonomy.write_text(TAXONOMY + "  - {id: staff, name: Staff}\n")
    error = refused("train", "--taxonomy", taxonomy, "--examples", said, "--out", tmp_path / "model")
    assert isinstance(error, TaxonomyError)
    assert error.place == "taxonomy.yaml:10"
    assert not (tmp_path / "model").exists()


def test_a_taxonomy_that_aims_at_protected_speech_is_refused(tmp_path: Path) -> None:
    taxonomy, said = write(tmp_path)
    taxonomy.write_text(TAXONOMY + "  - {id: staff.union, name: Union organizing and strikes}\n")
    error = refused("train", "--taxonomy", taxonomy, "--examples", said, "--out", tmp_path / "model")
    assert isinstance(error, RefusedConfiguration)


def parquet(path: Path, texts: list[str | None], column: str = "text") -> Path:
    ids = Array([str(at) for at in range(len(texts))], DataType.string())
    write_parquet(RecordBatch.from_pydict({"id": ids, column: Array(texts, DataType.string())}), path)
    return path


def test_a_parquet_file_comes_back_with_labels(tmp_path: Path) -> None:
    source = parquet(tmp_path / "in.parquet", ["Customer took the tip back", None, ""] * 2_000)
    result = run("annotate", source, tmp_path / "out.parquet")
    assert result.exit_code == 0, result.output
    assert "6,000 posts labelled" in result.stdout
    table = read_parquet(tmp_path / "out.parquet").read_all()
    assert table.column_names == ["id", "text", "kind", "label", "labels", "unsure", "sentiment", "lang"]
    assert table.num_rows == 6_000
    assert table.column("label").to_pylist()[0] == "pay.tips"
    assert table.column("labels").to_pylist()[0][0] == "pay.tips"
    assert table.column("id").to_pylist() == [str(at) for at in range(6_000)]


def test_for_a_workforce_the_parquet_file_has_no_sentiment(tmp_path: Path) -> None:
    source = parquet(tmp_path / "in.parquet", ["tips"])
    run("annotate", source, tmp_path / "out.parquet", "--audience", "workforce")
    assert "sentiment" not in read_parquet(tmp_path / "out.parquet").read_all().column_names


@pytest.mark.slow
def test_a_parquet_file_may_be_labelled_in_place(tmp_path: Path) -> None:
    source = parquet(tmp_path / "in.parquet", ["tips"] * 100)
    assert run("annotate", source, source).exit_code == 0
    assert read_parquet(source).read_all().num_rows == 100


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _rename(path: Path) -> None:
    parquet(path, ["a"], "said")


def _double(path: Path) -> None:
    parquet(path, ["a"], "text")
    run("annotate", path, path)


@pytest.mark.parametrize("harm", [_cut, _empty, _rename, _double, Path.unlink])
def test_a_parquet_file_that_cannot_be_labelled_is_a_clear_error(tmp_path: Path, harm: object) -> None:
    source = parquet(tmp_path / "in.parquet", ["tips"] * 50)
    assert callable(harm)
    harm(source)
    assert isinstance(refused("annotate", source, tmp_path / "out.parquet"), BadFile)
    assert not list(tmp_path.glob("*out.parquet*"))


def test_spark_says_what_to_install(tmp_path: Path) -> None:
    error = refused("annotate", "--engine", "spark", tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert isinstance(error, MissingExtra)
