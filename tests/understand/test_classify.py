"""Verdicts: sensible for any text, reasons that stand in the text, models that refuse to be damaged."""

import math
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.record.errors import ModelError
from earnest.record.verdict import KINDS, SENTIMENTS
from earnest.terms.features import Space
from earnest.understand.classify import Model
from earnest.understand.model import Parts
from tests.terms.test_kernel import TEXTS
from tests.understand.build import examples, quickly, trained


@pytest.fixture(scope="module")
def cafe(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = tmp_path_factory.mktemp("cafe")
    trained(folder).save(folder / "model")
    return Model.load(folder / "model")


@pytest.fixture(scope="module")
def couriers() -> Model:
    return Model.shipped("gig-delivery")


def sensible(model: Model, texts: list[str]) -> None:
    for verdict in model.classify(texts, sentiment=True):
        assert 1 <= len(verdict.labels) <= 3
        assert all(label.id in model.labels for label in verdict.labels)
        scores = [label.score for label in verdict.labels]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 and not math.isnan(score) for score in scores)
        assert verdict.kind in KINDS
        assert verdict.sentiment in SENTIMENTS
        assert verdict.lang


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_any_text_gets_a_sensible_verdict(couriers: Model, text: str) -> None:
    sensible(couriers, [text])


@settings(max_examples=150, deadline=None)
@given(texts=st.lists(st.text(), max_size=5))
def test_any_texts_get_sensible_verdicts(cafe: Model, texts: list[str]) -> None:
    sensible(cafe, texts)


def test_a_megabyte_gets_a_sensible_verdict(couriers: Model) -> None:
    sensible(couriers, ["tips " * 200_000, "é🙃" * 200_000])


def test_nothing_to_read_is_unclear_and_a_person_is_asked(couriers: Model) -> None:
    for verdict in couriers.classify(["", "   ", "...", "\u200b"], sentiment=True):
        assert verdict.labels[0].id == "unclear"
        assert verdict.unsure
        assert verdict.lang == "und"
        assert verdict.sentiment == "neutral"


@pytest.mark.parametrize(
    "text",
    [
        "what is the capital of Mongolia and how cold is it in winter",
        "I watched the football match with my brother last night, great second half",
        "my violin teacher says parliament should fund more orchestras",
    ],
)
def test_a_post_outside_the_taxonomy_is_other(cafe: Model, text: str) -> None:
    assert cafe.labels[-1] == "other"
    (verdict,) = cafe.classify([text], sentiment=False)
    assert verdict.labels[0].id == "other"


def test_ten_thousand_identical_posts_get_one_answer(couriers: Model) -> None:
    verdicts = couriers.classify(["Customer took the tip back"] * 10_000, sentiment=True)
    assert len(set(verdicts)) == 1


def test_all_labels_may_be_asked_for_and_each_comes_once(couriers: Model) -> None:
    count = len(couriers.labels)
    (verdict,) = couriers.classify(["Customer took the tip back"], sentiment=False, top=count, least=count)
    assert {label.id for label in verdict.labels} == set(couriers.labels)
    assert sum(label.score for label in verdict.labels) == pytest.approx(1, abs=0.01)


def test_no_texts_give_no_verdicts(cafe: Model) -> None:
    assert cafe.classify([], sentiment=True) == []


def test_without_sentiment_nobodys_feelings_are_inferred(cafe: Model) -> None:
    for verdict in cafe.classify(["the espresso was far too cold"], sentiment=False):
        assert verdict.sentiment is None
        assert verdict.sentiment_score is None


def test_a_batch_answers_as_one_by_one(couriers: Model) -> None:
    texts = [*TEXTS.values()] * 300
    together = couriers.classify(texts, sentiment=True)
    assert together[: len(TEXTS)] == [couriers.classify([text], sentiment=True)[0] for text in TEXTS.values()]
    assert together[: len(TEXTS)] == together[-len(TEXTS) :]


def test_least_gives_labels_that_are_not_likely(cafe: Model) -> None:
    (verdict,) = cafe.classify(["espresso"], sentiment=False, top=3, least=3)
    assert len(verdict.labels) == 3


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The customer took the tip away after I delivered", "en"),
        ("El cliente me quitó la propina después de entregar el pedido", "es"),
        ("no me pagaron lo q decia la app, ya van dos veces", "es"),
        ("Wo finde ich die Einstellungen für mein Konto?", "de"),
        ("Où est-ce que je peux modifier mon mot de passe ?", "fr"),
        ("Você não tem permissão para alterar esta página", "pt"),
        ("Де мої гроші", "ru"),
        ("12:30", "und"),
        ("👍👍", "und"),
    ],
)
def test_languages_are_told(couriers: Model, text: str, language: str) -> None:
    assert couriers.classify([text], sentiment=False)[0].lang == language


@pytest.mark.parametrize(
    ("text", "label", "word"),
    [
        ("Customer took the TIP back!! 🙃", "pay.tips", "TIP"),
        ("🙃 ¿Y mi propína?\n\nNada.", "pay.tips", "propína"),
        ("Got deactivated this morning", "standing.deactivation", "deactivated"),
    ],
)
def test_reasons_are_stretches_of_the_text(couriers: Model, text: str, label: str, word: str) -> None:
    reasons = couriers.explain(text, label)
    assert all(text[reason.start : reason.end] == reason.term for reason in reasons)
    assert [reason.weight for reason in reasons] == sorted(
        (reason.weight for reason in reasons), reverse=True
    )
    assert any(word in reason.term for reason in reasons[:2])


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_reasons_stand_in_any_text(couriers: Model, text: str) -> None:
    for reason in couriers.explain(text, "pay.tips"):
        assert text[reason.start : reason.end] == reason.term
        assert 0 < reason.weight <= 1


def test_a_reason_for_an_unknown_label_is_an_error(couriers: Model) -> None:
    with pytest.raises(ModelError, match="does not know"):
        couriers.explain("tips", "pay.nonsense")


def _cut(folder: Path) -> None:
    path = folder / "table.zst"
    path.write_bytes(path.read_bytes()[:-20])


def _turn(folder: Path) -> None:
    about = msgspec.json.decode((folder / "model.json").read_bytes())
    about["table"] = "0" * 64
    (folder / "model.json").write_bytes(msgspec.json.encode(about))


def _age(folder: Path) -> None:
    about = msgspec.json.decode((folder / "model.json").read_bytes())
    (folder / "model.json").write_bytes(msgspec.json.encode({**about, "format": 1}))


def _enlarge(folder: Path) -> None:
    about = msgspec.json.decode((folder / "model.json").read_bytes())
    about["words"] = 1 << 40
    (folder / "model.json").write_bytes(msgspec.json.encode(about))


def _garble(folder: Path) -> None:
    (folder / "model.json").write_text("{")


def _lose(folder: Path) -> None:
    (folder / "table.zst").unlink()


@pytest.mark.parametrize("damage", [_cut, _turn, _age, _enlarge, _garble, _lose])
def test_a_damaged_model_is_a_clear_error(tmp_path: Path, damage: object) -> None:
    trained(tmp_path).save(tmp_path / "model")
    assert callable(damage)
    damage(tmp_path / "model")
    with pytest.raises(ModelError) as caught:
        Model.load(tmp_path / "model")
    assert caught.value.advice


def test_a_model_made_before_pairs_leapt_is_still_read(tmp_path: Path) -> None:
    made = quickly(tmp_path, examples(), space=Space())
    made.save(tmp_path / "model")
    about = msgspec.json.decode((tmp_path / "model" / "model.json").read_bytes())
    for name in ("leaps", "shortest"):
        del about[name]
    (tmp_path / "model" / "model.json").write_bytes(msgspec.json.encode({**about, "format": 2}))
    old, texts = Model.load(tmp_path / "model"), [example.text for example in examples()]
    same = Model(Parts(made.about, made.table))
    assert old.classify(texts, sentiment=True) == same.classify(texts, sentiment=True)


def test_a_model_of_an_older_format_says_so(tmp_path: Path) -> None:
    trained(tmp_path).save(tmp_path / "model")
    _age(tmp_path / "model")
    with pytest.raises(ModelError, match="has the format 1; this version of Earnest reads 3"):
        Model.load(tmp_path / "model")


def test_a_folder_without_a_model_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model"):
        Model.load(tmp_path)
