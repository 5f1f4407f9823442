"""Training: the same bytes twice, errors that name the mend, figures that are cross-validated."""

from pathlib import Path

import numpy as np
import pytest

from earnest.record.errors import BadFile, BadLine, TaxonomyError
from earnest.terms.lexicon import installed
from earnest.understand.classify import Model
from earnest.understand.corpus import Example
from earnest.understand.distil import Taught
from earnest.understand.model import Parts
from earnest.understand.train import labels_of, train
from tests.lanes import mostly_slow
from tests.understand.build import TAXONOMY, examples, quickly, taxonomy, trained

WORDS = (
    "rain", "tram", "violin", "parliament", "tulip", "granite", "sailing", "football", "zebra", "pension",
    "carnival", "glacier", "bassoon", "harvest", "lantern", "meteor", "orchard", "plumber", "quarry",
    "ribbon",
)  # fmt: skip


@pytest.mark.parametrize(
    "with_words", mostly_slow([True, False], fast=[False]), ids=["with word vectors", "without"]
)
def test_the_same_examples_give_the_same_bytes(tmp_path: Path, with_words: bool) -> None:
    lexicon = installed() if with_words else None
    for name in ("one", "two"):
        quickly(tmp_path, examples(), lexicon=lexicon).save(tmp_path / name)
    for file in ("model.json", "table.zst"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_near_duplicate_teaches_its_other_words_and_is_never_asked(tmp_path: Path) -> None:
    long = "the courier left my order of warm soup outside at the wrong door again today"
    said = [*examples(), Example(long, ("place",)), Example(f"{long} zeppelin", ("place",))]
    once, again = (quickly(tmp_path, said[:end]) for end in (-1, None))
    assert again.about.notes["taught_again"] == 1
    assert again.quality.posts == once.quality.posts
    known = [Model(Parts(made.about, made.table)).unknown(["zeppelin"])[0] for made in (once, again)]
    assert known == [1.0, 0.0]


def test_the_very_same_text_twice_teaches_no_more_than_once(tmp_path: Path) -> None:
    twice = quickly(tmp_path, [*examples(), *examples()])
    assert twice.about.notes["taught_again"] == 0
    assert twice.about.table == quickly(tmp_path, examples()).about.table


def test_a_model_says_whether_word_vectors_are_in_it(tmp_path: Path) -> None:
    lexicon = installed()
    assert lexicon is not None
    assert quickly(tmp_path, examples(), lexicon=lexicon).about.vectors == lexicon.name
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
    made = quickly(tmp_path, [*said, *said[:10]])
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


def test_one_label_only_tells_it_from_other(tmp_path: Path) -> None:
    chosen = taxonomy(tmp_path, "id: one\nname: One\nlabels:\n  - {id: place, name: Place}\n")
    said = [example for example in examples() if example.labels == ("place",)]
    train(chosen, said, lexicon=installed()).save(tmp_path / "model")
    model = Model.load(tmp_path / "model")
    assert model.labels == ("place", "other")
    inside, outside = model.classify(
        ["the chairs were cold this morning", "my refund for the cancelled flight never came"],
        sentiment=False,
    )
    assert inside.labels[0].id == "place"
    assert outside.labels[0].id == "other"


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
    quickly(tmp_path, [*said, *both]).save(tmp_path / "model")
    verdicts = Model.load(tmp_path / "model").classify(
        [example.text for example in both], sentiment=False, top=2, least=2
    )
    found = sum(
        {label.id for label in verdict.labels} == set(post.labels)
        for verdict, post in zip(verdicts, both, strict=True)
    )
    assert found >= 0.8 * len(both)


def test_labels_without_enough_examples_may_be_left_out(tmp_path: Path) -> None:
    chosen = taxonomy(tmp_path, TAXONOMY + "  - id: staff\n    name: Staff\n")
    assert "staff" not in train(chosen, examples(), partial=True, figures="held-out").about.labels.answers


def test_a_taxonomy_of_which_no_label_can_be_trained_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="no label has enough"):
        train(taxonomy(tmp_path), examples()[:3], partial=True)


def test_examples_of_other_need_no_label_in_the_taxonomy(tmp_path: Path) -> None:
    said = [Example(" ".join(WORDS[at::7]), ("other",)) for at in range(7)]
    said += [Example(" ".join(WORDS[at : at + 5]), ("other",)) for at in range(0, 20, 3)]
    made = quickly(tmp_path, [*examples(), *said])
    assert made.about.labels.answers == ("drink.coffee", "drink.tea", "place", "other")
    assert made.quality.label("other") is not None


def test_a_teacher_teaches_words_that_no_example_has(tmp_path: Path) -> None:
    chosen, said = taxonomy(tmp_path), examples()
    labels = labels_of(chosen, said)
    texts = [
        f"{word} {around}" for word in ("cascara", "gooseneck") for around in ("a", "please", "again", "now")
    ]
    shares = np.tile(np.array([[0.1, 0.8, 0.1]], np.float32), (len(texts), 1))
    shares[0] = np.nan
    taught = Taught(tuple(texts[1:]), shares[1:])
    quickly(tmp_path, said, unlabelled=taught).save(tmp_path / "model")
    model = Model.load(tmp_path / "model")
    (verdict,) = model.classify(["cascara please, now a gooseneck"], sentiment=False)
    assert verdict.labels[0].id == labels[1]
    assert model.about.notes["taught"] == len(texts) - 1


def test_a_teacher_of_other_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="answered for 2 labels"):
        train(taxonomy(tmp_path), examples(), unlabelled=Taught(("a",), np.ones((1, 2), np.float32)))


def test_what_a_teacher_says_of_an_example_is_left_out(tmp_path: Path) -> None:
    said = examples()
    taught = Taught((f"  {said[0].text.upper()}!",), np.array([[0.0, 1.0, 0.0]], np.float32))
    assert quickly(tmp_path, said, unlabelled=taught).about.notes["taught"] == 0


def test_a_higher_promise_makes_a_model_more_often_unsure(tmp_path: Path) -> None:
    low, high = (quickly(tmp_path, examples(), promise=promise) for promise in (0.5, 0.999))
    assert low.about.sure <= high.about.sure
    assert high.about.promise == 0.999


def test_figures_may_come_of_a_fifth_of_the_examples(tmp_path: Path) -> None:
    made = quickly(tmp_path, examples())
    assert made.quality.posts == made.about.notes["asked"] == 24
    assert made.about.notes["loudness"] == 12.0


def test_where_posts_have_several_labels_all_are_given(tmp_path: Path) -> None:
    said = examples()
    both = [
        Example(f"{a.text}. also {b.text}", (a.labels[0], b.labels[0]))
        for a, b in zip(said, [*said[40:], *said[:40]], strict=True)
    ]
    made = train(taxonomy(tmp_path), [*said[::3], *both])
    assert made.about.multi
    assert made.quality.micro_f1 > 0.9
    made.save(tmp_path / "model")
    model = Model.load(tmp_path / "model")
    (verdict,) = model.classify(["the espresso was cold. also no music near the window"], sentiment=False)
    assert {label.id for label in verdict.labels} == {"drink.coffee", "place"}
    assert all(label.score > 0.4 for label in verdict.labels)


def test_contradictory_labels_train_and_are_counted(tmp_path: Path) -> None:
    said = examples()
    against = [Example(one.text, ("place",)) for one in said[:40]]
    made = quickly(tmp_path, [*said, *against])
    assert len(made.sifted.contradictions) == 40


def test_ten_thousand_identical_posts_count_once(tmp_path: Path) -> None:
    made = quickly(tmp_path, [*examples(), *[Example("the same again", ("place",))] * 10_000])
    assert made.about.notes["examples"] <= 121


ODD = {
    "emoji": "🙃🙃🙃",
    "zero width": "\u200b\u200d",
    "right to left": "שלום \u202eעולם",
    "a lone surrogate": "a\ud800b",
    "a megabyte": "x" * 1_000_000,
    "a megabyte of words": "tea " * 250_000,
    "null": "\0",
}


def test_any_text_may_be_an_example(tmp_path: Path) -> None:
    said = [*examples(), *(Example(text, ("place",)) for text in ODD.values())]
    quickly(tmp_path, said).save(tmp_path / "model")
    for verdict in Model.load(tmp_path / "model").classify(list(ODD.values()), sentiment=True):
        assert all(0 <= label.score <= 1 for label in verdict.labels)


@pytest.mark.slow
def test_a_thousand_labels_train_in_minutes(tmp_path: Path) -> None:
    words = [f"{a}{b}{c}" for a in WORDS[:10] for b in WORDS[:10] for c in WORDS[:10]]
    lines = "".join(f"  - {{id: a{n // 50}.b{n}, name: {word}}}\n" for n, word in enumerate(words))
    chosen = taxonomy(tmp_path, f"id: many\nname: Many\nlabels:\n{lines}")
    said = [
        Example(f"the {word} {around} {other}", (f"a{n // 50}.b{n}",))
        for n, word in enumerate(words)
        for around, other in zip(("broke", "is late", "asks for", "never saw", "loves"), WORDS, strict=False)
    ]
    train(chosen, said).save(tmp_path / "model")
    model = Model.load(tmp_path / "model")
    found = model.columns([example.text for example in said[::50]])
    assert (
        np.mean([model.labels[a] == b.labels[0] for a, b in zip(found.labels[:, 0], said[::50], strict=True)])
        > 0.9
    )
