"""`earnest train --accurate --teacher …`, `classify --tier` and `evaluate --tier`, from the outside."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.understand import build, tiny

from earnest.cli import classify, evaluate, train
from earnest.record.errors import EarnestError

pytestmark = tiny.NEEDS_RUNTIME


class Cafe:
    """A home with the small encoder, and a model with both tiers, taught on texts without labels."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home, self.model = folder, folder / "home", folder / "model"
        self.home.mkdir()
        tiny.folder(self.home)
        build.taxonomy(folder)
        lines = [{"text": one.text, "labels": one.labels, "kind": one.kind} for one in build.examples()]
        self.examples = self._lines("examples.jsonl", lines)
        self.texts = self._lines("texts.jsonl", [{"text": f"{one['text']} again"} for one in lines[::4]])
        self.posts = self._lines("posts.jsonl", [{"id": n, **one} for n, one in enumerate(lines[:9])])
        self.trained = self.train(
            "--accurate", "--teacher", "minilm", "--unlabelled", str(self.texts), "--figures", "held-out"
        )

    def _lines(self, name: str, rows: "list[dict[str, object]]") -> Path:
        path = self.folder / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return path

    def train(self, *more: str, home: Path | None = None) -> Result:
        """The command."""
        given = ["--taxonomy", str(self.folder / "taxonomy.yaml"), "--examples", str(self.examples)]
        out = ["--out", str(self.model), "--home", str(home or self.home)]
        return CliRunner().invoke(train.command, [*given, *out, *more])


@pytest.fixture(scope="module")
def cafe(tmp_path_factory: pytest.TempPathFactory) -> Cafe:
    """One for all."""
    return Cafe(tmp_path_factory.mktemp("cafe"))


def test_training_says_what_the_teacher_and_the_accurate_tier_brought(cafe: Cafe) -> None:
    assert cafe.trained.exit_code == 0, (cafe.trained.output, cafe.trained.exception)
    assert "unlabelled texts" in cafe.trained.output
    assert "Accurate tier: main label right in" in cafe.trained.output
    assert sorted(path.name for path in cafe.model.iterdir()) == [
        "accurate.json", "accurate.zst", "model.json", "table.zst",
    ]  # fmt: skip


@pytest.mark.parametrize("tier", ["fast", "cascade", "accurate"])
def test_every_tier_answers_every_line(cafe: Cafe, tier: str) -> None:
    given = ["--model", str(cafe.model), "--home", str(cafe.home), "--tier", tier]
    result = CliRunner().invoke(classify.command, [*given, str(cafe.posts)])
    assert result.exit_code == 0, result.exception
    lines = [json.loads(line) for line in result.output.splitlines()]
    assert [str(line["id"]) for line in lines] == [str(n) for n in range(9)]
    measured = CliRunner().invoke(evaluate.command, [*given, "--examples", str(cafe.examples), "--json"])
    assert json.loads(measured.output)["accuracy"]["of"] == len(build.examples())


def test_without_the_encoder_one_sentence_says_how_to_get_it(cafe: Cafe, tmp_path: Path) -> None:
    given = ["--model", str(cafe.model), "--home", str(tmp_path), "--tier", "accurate", str(cafe.posts)]
    for result in (CliRunner().invoke(classify.command, given), cafe.train("--accurate", home=tmp_path)):
        assert isinstance(result.exception, EarnestError)
        assert "earnest models fetch" in result.exception.sentence()


def test_without_an_accurate_tier_one_sentence_says_how_to_make_it(cafe: Cafe) -> None:
    given = ["--home", str(cafe.home), "--tier", "cascade", str(cafe.posts)]
    result = CliRunner().invoke(classify.command, given)
    assert isinstance(result.exception, EarnestError)
    assert "earnest models build gig-delivery --accurate" in result.exception.sentence()


WRONG = {
    "a teacher without texts": ("--teacher", "minilm"),
    "texts without a teacher": ("--unlabelled", "some.jsonl"),
    "a programme without a teacher": ("--programme", "some"),
}


@pytest.mark.parametrize("given", WRONG.values(), ids=WRONG.keys())
def test_what_does_not_go_together_is_wrong_usage(cafe: Cafe, given: tuple[str, ...]) -> None:
    assert cafe.train(*given).exit_code == 2


@pytest.mark.parametrize("content", ["", '{"text": "  "}\n', "not json\n", '{"id": 1}\n'])
def test_unlabelled_texts_that_are_none_are_refused(cafe: Cafe, tmp_path: Path, content: str) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text(content)
    result = cafe.train("--teacher", "minilm", "--unlabelled", str(file))
    assert isinstance(result.exception, EarnestError)
    assert "texts.jsonl" in result.exception.problem or "no text" in result.exception.problem
