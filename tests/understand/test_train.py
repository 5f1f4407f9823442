"""Training: the same bytes twice, errors that name the mend, figures that are cross-validated."""

from pathlib import Path

import pytest

from earnest.record.errors import BadFile, BadLine, TaxonomyError
from earnest.terms.lexicon import installed
from earnest.understand.classify import Model
from earnest.understand.corpus import Example
from earnest.understand.train import train
from tests.understand.build import TAXONOMY, examples, taxonomy, trained


@pytest.mark.parametrize("with_words", [True, False], ids=["with word vectors", "without"])
def test_the_same_examples_give_the_same_bytes(tmp_path: Path, with_words: bool) -> None:
    lexicon = installed() if with_words else None
    for name in ("one", "two"):
        train(taxonomy(tmp_path), examples(), lexicon=lexicon).save(tmp_path / name)
    for file in ("model.json", "table.zst"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_model_says_whether_word_vectors_are_in_it(tmp_path: Path) -> None:
    lexicon = installed()
    assert lexicon is not None
    assert train(taxonomy(tmp_path), examples(), lexicon=lexicon).about.vectors == lexicon.name
    assert trained(tmp_path).about.vectors is None


def test_a_model_learns_its_examples_and_their_facets(tmp_path: Path) -> None:
    trained(tmp_path).save(tmp_path / "model")
    model = Model.load(tmp_path / "model")
    said = examples()
    verdicts = model.classify([example.text for example in said], sentiment=True)
    right = sum(
        verdict.labels[0].id == example.labels[0] for verdict, example in zip(verdicts, said, strict=True)
    )
    kinds = sum(verdict.kind == example.kind for verdict, example in zip(verdicts, said, strict=True))
    assert right >= 0.95 * len(said)
    assert kinds >= 0.9 * len(said)


def test_figures_are_cross_validated_and_kept_with_the_model(tmp_path: Path) -> None:
    made = trained(tmp_path)
    made.save(tmp_path / "model")
    quality = Model.load(tmp_path / "model").quality
    assert quality is not None
    assert quality == made.quality
    assert quality.posts == len(made.sifted.examples)
    assert {label.id for label in quality.labels} == {"drink.coffee", "drink.tea", "place"}
    assert all(label.recall.low <= (label.recall.value or 0) <= label.recall.high for label in quality.labels)


def test_near_duplicates_are_thrown_out_and_counted(tmp_path: Path) -> None:
    said = examples()
    made = train(taxonomy(tmp_path), [*said, *said[:10]])
    assert len(made.sifted.repeats) >= 10
    assert made.about.notes["near_duplicates"] == len(made.sifted.repeats)


def test_a_label_without_examples_names_its_line(tmp_path: Path) -> None:
    chosen = taxonomy(tmp_path, TAXONOMY + "  - id: staff\n    name: Staff\n")
    with pytest.raises(TaxonomyError) as caught:
        train(chosen, examples())
    assert caught.value.place == "taxonomy.yaml:10"
    assert "'staff' has no examples" in str(caught.value)


def test_a_label_with_four_examples_is_refused(tmp_path: Path) -> None:
    chosen = taxonomy(tmp_path, TAXONOMY + "  - id: staff\n    name: Staff\n")
    few = [
        Example(f"waiter number {n} was kind to {n} of us", ("staff",))
        for n in ("one", "two", "three", "four")
    ]
    with pytest.raises(TaxonomyError, match="only 4 examples"):
        train(chosen, [*examples(), *few])


def test_one_label_only_is_refused(tmp_path: Path) -> None:
    chosen = taxonomy(tmp_path, "id: one\nname: One\nlabels:\n  - {id: place, name: Place}\n")
    said = [example for example in examples() if example.labels == ("place",)]
    with pytest.raises(BadFile, match="same label"):
        train(chosen, said)


def test_an_unknown_label_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadLine, match="not in the taxonomy"):
        train(taxonomy(tmp_path), [*examples(), Example("a beer please", ("drink.beer",), place="x:1")])


def test_second_labels_are_learned(tmp_path: Path) -> None:
    said = examples()
    both = [
        Example(
            f"{a.text}. also {b.text}", (a.labels[0], b.labels[0]), "report", "neutral", "en"
        )
        for a, b in zip(said[:40], said[80:], strict=False)
    ]  # fmt: skip
    train(taxonomy(tmp_path), [*said, *both]).save(tmp_path / "model")
    verdicts = Model.load(tmp_path / "model").classify(
        [example.text for example in both], sentiment=False, top=2, least=2
    )
    found = sum(
        {label.id for label in verdict.labels} == set(post.labels)
        for verdict, post in zip(verdicts, both, strict=True)
    )
    assert found >= 0.8 * len(both)
