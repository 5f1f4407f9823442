"""Learning from a teacher: only sound answers teach, each text once, and the pupil takes after it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from earnest.understand.classify import Model
from earnest.understand.distil import Taught, settled, taught
from earnest.understand.train import labels_of, train
from tests.understand import build

LABELS = ("drink.coffee", "drink.tea", "place")


class Says:
    """A teacher that gives each text the same row."""

    def __init__(self, *row: float) -> None:
        self._row = row
        self.asked: list[str] = []

    def shares(self, texts: Sequence[str], labels: Sequence[str]) -> NDArray[np.float32]:
        """As `distil.Teacher`."""
        self.asked.extend(texts)
        return np.tile(np.array(self._row, np.float32), (len(texts), 1))


class Knows:
    """A teacher that knows a brand nobody told the pupil about."""

    def shares(self, texts: Sequence[str], labels: Sequence[str]) -> NDArray[np.float32]:
        """As `distil.Teacher`."""
        rows = [[0.02, 0.96, 0.02] if "zurbano" in text else [np.nan] * 3 for text in texts]
        return np.array(rows, np.float32).reshape(-1, 3)


@pytest.mark.parametrize(
    "row",
    [(0.2, 0.3, 0.5), (0.33, 0.33, 0.33), (1.0, 0.0, 0.0)],
    ids=["shares", "rounded to two decimals", "certain"],
)
def test_a_sound_answer_teaches_and_adds_up(row: tuple[float, ...]) -> None:
    found = taught(Says(*row), ["a", "b"], LABELS)
    assert list(found.texts) == ["a", "b"]
    np.testing.assert_allclose(found.shares.sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize(
    "row",
    [
        (np.nan, np.nan, np.nan), (0.5, np.nan, 0.5), (np.inf, 0, 0), (-0.1, 0.6, 0.5), (0.0, 0.0, 0.0),
        (0.5, 0.5, 0.5),
    ],
    ids=["no answer", "half an answer", "infinite", "below zero", "nothing", "too much"],
)  # fmt: skip
def test_an_unsound_answer_teaches_nothing(row: tuple[float, ...]) -> None:
    found = taught(Says(*row), ["a", "b"], LABELS)
    assert len(found) == 0
    assert found.shares.shape == (0, 3)


def test_a_teacher_that_answers_about_other_labels_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="teacher gave"):
        taught(Says(0.5, 0.5), ["a"], LABELS)


def test_each_text_is_asked_about_once_and_empty_ones_never() -> None:
    teacher = Says(1, 0, 0)
    taught(teacher, ["a", "b", "a", "", "  ", "b"] * 400, LABELS)
    assert teacher.asked == ["a", "b"]


def test_progress_ends_at_the_end() -> None:
    seen: list[float] = []
    taught(Says(1, 0, 0), [f"text {n}" for n in range(1_200)], LABELS, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1


@given(st.lists(st.text(max_size=9), max_size=20))
def test_texts_and_shares_stay_side_by_side(texts: list[str]) -> None:
    class Length:
        def shares(self, texts: Sequence[str], labels: Sequence[str]) -> NDArray[np.float32]:
            first = np.array([1 / (1 + len(text)) if len(text) % 3 else np.nan for text in texts], np.float32)
            return np.stack([first, 1 - first], axis=1)

    found = taught(Length(), texts, ("a", "b"))
    for text, share in zip(found.texts, found.shares, strict=True):
        assert len(text) % 3
        assert share[0] == pytest.approx(1 / (1 + len(text)))


def test_taught_needs_a_row_a_text() -> None:
    with pytest.raises(ValueError, match="as many rows"):
        Taught(["a"], np.zeros((2, 3), np.float32))


def test_the_pupil_learns_what_only_the_teacher_knew(tmp_path: Path) -> None:
    taxonomy, examples = build.taxonomy(tmp_path), build.examples()
    unlabelled = [
        f"the zurbano {said}" for said in ("is out", "again", "was fine", "for two", "at noon", "?")
    ]
    asked = "one zurbano"

    def answer(lessons: Taught | None) -> tuple[str, float]:
        train(taxonomy, examples, unlabelled=lessons, figures="held-out").save(tmp_path / "model")
        (verdict,) = Model.load(tmp_path / "model").classify([asked], sentiment=True)
        return verdict.labels[0].id, verdict.labels[0].score

    lessons = taught(Knows(), [*unlabelled, "nothing to learn here"], labels_of(taxonomy, examples))
    assert len(lessons) == len(unlabelled)
    before = answer(None)
    label, score = answer(lessons)
    assert label == "drink.tea"
    assert before[0] != "drink.tea" or score > before[1]


def test_a_text_that_stands_alone_among_its_like_is_mended() -> None:
    vectors = np.array([[1.0, 0.0]] * 6 + [[0.0, 1.0]] * 6, np.float32)
    shares = np.array([[0.9, 0.1]] * 6 + [[0.1, 0.9]] * 6, np.float32)
    shares[2], shares[8] = (0.3, 0.7), (0.6, 0.4)
    found = settled(shares, vectors)
    assert found.argmax(axis=1).tolist() == [0] * 6 + [1] * 6
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("texts", [0, 1, 2])
def test_too_few_to_have_neighbours(texts: int) -> None:
    shares = np.full((texts, 2), 0.5, np.float32)
    np.testing.assert_allclose(settled(shares, np.ones((texts, 3), np.float32)), shares)
