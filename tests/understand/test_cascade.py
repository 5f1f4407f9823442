"""Two tiers as one: who is asked, that the answer is the asked tier's, and that company changes nothing.

The encoder has random weights here, so these tests are of the machinery; how right the tiers are is measured
by bench_cascade.py.
"""

import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.record.errors import ModelError
from earnest.understand import accurate, fused
from earnest.understand.accurate import DESCRIPTION, WEIGHTS, Accurate
from earnest.understand.cascade import Cascade, lead_of, leads
from earnest.understand.classify import Labeller, Model
from earnest.understand.encoder import Encoder
from earnest.understand.train import train
from tests.understand import build, tiny

pytestmark = tiny.NEEDS_RUNTIME


class Tiers:
    """A folder with both tiers, and the encoder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "model"
        self.encoder = tiny.encoder(folder / "home")
        trained = train(build.taxonomy(folder), build.examples(), figures="held-out")
        trained.save(self.folder)
        accurate.save(self.folder, fused.train(trained, self.encoder))

    def cascade(self, share: float) -> Cascade:
        """Both, with a share for the accurate one."""
        return Cascade.load(self.folder, self.encoder, share)

    @property
    def fast(self) -> Model:
        """The fast one alone."""
        return Model.load(self.folder)

    @property
    def accurate(self) -> Accurate:
        """The accurate one alone."""
        return Accurate.load(self.folder, self.encoder)


@pytest.fixture(scope="module")
def tiers(tmp_path_factory: pytest.TempPathFactory) -> Tiers:
    """The café with both tiers."""
    folder = tmp_path_factory.mktemp("tiers")
    (folder / "home").mkdir()
    return Tiers(folder)


def said() -> list[str]:
    """What the café was trained on, and what it was not."""
    return [example.text for example in build.examples()[::3]] + [
        "where is the queue",
        "tea or coffee?",
        "hm",
    ]


def test_a_cascade_labels_as_a_model_does(tiers: Tiers) -> None:
    def labels(by: Labeller) -> tuple[str, ...]:
        return by.labels

    assert labels(tiers.cascade(0.2)) == labels(tiers.fast)
    for verdict in tiers.cascade(0.5).classify(said(), sentiment=True, top=2, least=2):
        assert len(verdict.labels) == 2
        assert verdict.labels[0].score >= verdict.labels[1].score >= 0
        assert verdict.sentiment in tiers.fast.sentiments


def test_with_no_share_the_fast_tier_answers(tiers: Tiers) -> None:
    assert tiers.cascade(0).classify(said(), sentiment=True) == tiers.fast.classify(said(), sentiment=True)


def test_with_every_share_the_accurate_tier_answers(tiers: Tiers) -> None:
    found = tiers.cascade(1).columns(said())
    answers = tiers.accurate.answer(said())
    np.testing.assert_array_equal(found.labels[:, 0], answers.labels.argmax(axis=1))
    np.testing.assert_allclose(found.chances[:, 0], answers.labels.max(axis=1), atol=1e-6)
    np.testing.assert_array_equal(found.kind, answers.kinds.argmax(axis=1))
    np.testing.assert_array_equal(found.sentiment, answers.sentiments.argmax(axis=1))
    np.testing.assert_array_equal(found.unsure, answers.unsure)
    np.testing.assert_array_equal(found.lang, tiers.fast.columns(said()).lang)


def test_a_greater_share_asks_about_more_and_never_fewer(tiers: Tiers) -> None:
    chances = tiers.fast.columns(said(), top=2).chances
    asked = [set(tiers.cascade(share).asked(said(), chances).tolist()) for share in (0.0, 0.1, 0.4, 0.8, 1.0)]
    for fewer, more in pairwise(asked):
        assert fewer <= more
    assert not asked[0]
    assert asked[-1] == set(range(len(said())))


def test_a_post_gets_the_same_answer_alone_and_in_company(tiers: Tiers) -> None:
    cascade = tiers.cascade(0.3)
    assert cascade.classify(said(), sentiment=True) == [
        cascade.classify([text], sentiment=True)[0] for text in said()
    ]


def test_what_says_nothing_is_never_asked_about(tiers: Tiers) -> None:
    silent = ["", "   ", "\u200b", "…", "😀"]
    assert tiers.cascade(1).classify(silent, sentiment=True) == tiers.fast.classify(silent, sentiment=True)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=4))
def test_whatever_is_said_is_answered_soundly(tiers: Tiers, texts: list[str]) -> None:
    for verdict in tiers.cascade(1).classify(texts, sentiment=False):
        assert verdict.labels
        assert all(0 <= label.score <= 1 for label in verdict.labels)
        assert verdict.sentiment is None


def test_probabilities_add_up(tiers: Tiers) -> None:
    answers = tiers.accurate.answer(said())
    for shares in (answers.labels, answers.kinds, answers.sentiments):
        np.testing.assert_allclose(shares.sum(axis=1), 1)


def test_no_texts_no_answers(tiers: Tiers) -> None:
    assert tiers.cascade(1).classify([], sentiment=True) == []
    assert tiers.accurate.answer([]).labels.shape == (0, len(tiers.fast.labels))


def test_leads_are_measured_where_the_line_is() -> None:
    best = np.array([[0.9, 0.05], [0.4, 0.39], [0.5, 0.2]])
    np.testing.assert_allclose(leads(best, None), [0.85, 0.01, 0.3])
    np.testing.assert_allclose(leads(best, 0.4), [0.35, 0.0, 0.1])


@pytest.mark.parametrize(
    ("share", "lead"), [(0.0, float("-inf")), (0.25, 0.1), (0.5, 0.2), (1.0, float("inf"))]
)
def test_the_lead_of_a_share_comes_from_what_was_measured(share: float, lead: float) -> None:
    assert lead_of((0.0, 0.1, 0.2, 0.5, 1.0), share) == pytest.approx(lead)


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_is_a_share(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        lead_of((0.0, 1.0), share)


DAMAGE = {
    "weights cut off": (WEIGHTS, lambda old: old[:-9]),
    "another byte": (WEIGHTS, lambda old: old[:50] + bytes([old[50] ^ 8]) + old[51:]),
    "no description": (DESCRIPTION, lambda old: b""),
    "another version": (DESCRIPTION, lambda old: old.replace(b'"format": 3', b'"format": 7')),
    "fewer scales": (DESCRIPTION, lambda old: old.replace(b'"scales": [', b'"scales": [], "was": [')),
}


@pytest.mark.parametrize(("name", "harm"), DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_accurate_tier_is_refused(tiers: Tiers, name: str, harm: "object") -> None:
    old = (tiers.folder / name).read_bytes()
    try:
        (tiers.folder / name).write_bytes(harm(old))
        with pytest.raises(ModelError) as caught:
            Accurate.load(tiers.folder, tiers.encoder)
        assert "--accurate" in caught.value.advice
    finally:
        (tiers.folder / name).write_bytes(old)


def test_another_encoder_is_refused(tiers: Tiers, tmp_path: Path) -> None:
    other = Encoder.load(tiny.folder(tmp_path, seed=6))
    with pytest.raises(ModelError, match="another encoder"):
        Accurate.load(tiers.folder, other)


def test_tiers_of_different_models_are_refused(tiers: Tiers) -> None:
    with pytest.raises(ModelError, match="same labels"):
        Cascade(Model.shipped("gig-delivery"), tiers.accurate)


def test_a_model_without_an_accurate_tier_says_how_to_get_one(tiers: Tiers, tmp_path: Path) -> None:
    shutil.copytree(tiers.folder, tmp_path / "model")
    accurate.remove(tmp_path / "model")
    with pytest.raises(ModelError) as caught:
        Cascade.load(tmp_path / "model", tiers.encoder)
    assert "earnest train --accurate" in caught.value.advice
