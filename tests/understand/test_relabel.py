"""Changing a taxonomy: steps, what became of ids, going back, files of changes, and parts told apart."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.record.errors import TaxonomyError
from earnest.record.verdict import Scored
from earnest.understand import proposal, relabel, versions
from earnest.understand.corpus import Example
from earnest.understand.taxonomy import Category, Label, Taxonomy, load, named, pack
from earnest.understand.versions import Step


def label(id: str, **more: object) -> Label:
    return Label(id, named(id, id), **more)


def small(*ids: str) -> Taxonomy:
    labels = tuple(label(id) for id in ids or ("pay.tips", "pay.late", "pay.wrong", "app.crash", "other"))
    categories = tuple(
        Category(one, named(one, one)) for one in dict.fromkeys(one.category for one in labels)
    )
    return Taxonomy("small", named("Small", "Small"), labels, categories)


MERGE = Step("merge", ("pay.late", "pay.wrong"), (label("pay.late"),))
SPLIT = Step("split", ("pay.tips",), (label("pay.tips-gone"), label("pay.tips-taxed")))
MOVE = Step("move", ("app.crash",), (), "access")


@pytest.mark.parametrize(
    ("step", "became", "asked"),
    [
        pytest.param(
            MERGE, {"pay.wrong": ("pay.late",), "pay.late": ("pay.late",)}, set(), id="merge into one"
        ),
        pytest.param(
            Step("merge", ("pay.late", "app.crash"), (label("pay.any"),)),
            {"pay.late": ("pay.any",), "app.crash": ("pay.any",)},
            set(),
            id="merge into a new label, across categories",
        ),
        pytest.param(SPLIT, {"pay.tips": ("pay.tips-gone", "pay.tips-taxed")}, {"pay.tips"}, id="split"),
        pytest.param(MOVE, {"app.crash": ("access.crash",)}, set(), id="move"),
        pytest.param(Step("retire", ("app.crash",)), {"app.crash": ()}, set(), id="retire"),
        pytest.param(Step("add", (), (label("app.slow"),)), {"app.crash": ("app.crash",)}, set(), id="add"),
        pytest.param(
            Step("describe", ("pay.tips",), (label("pay.tips", description="new words"),)),
            {"pay.tips": ("pay.tips",)},
            set(),
            id="other words: the id stays",
        ),
    ],
)
def test_what_becomes_of_labels(step, became, asked):
    changed = versions.change(small(), [step])
    assert {old: changed.became[old] for old in became} == became
    assert changed.asked == asked


@pytest.mark.parametrize(
    ("step", "says"),
    [
        pytest.param(Step("retire", ("other",)), "'other' stays", id="other is needed"),
        pytest.param(Step("retire", ("pay.none",)), "no label 'pay.none'", id="a label that is not there"),
        pytest.param(Step("merge", ("pay.late",), (label("pay.late"),)), "two or more", id="a merge of one"),
        pytest.param(
            Step("merge", ("pay.late", "pay.wrong"), (label("pay.tips"),)),
            "already a label",
            id="into a third",
        ),
        pytest.param(
            Step("split", ("pay.tips",), (label("pay.tips"), label("pay.new"))),
            "no part can be called 'pay.tips'",
            id="a part with the old id",
        ),
        pytest.param(
            Step("split", ("pay.tips",), (label("pay.new"),)), "2 to 20 parts", id="a split into one"
        ),
        pytest.param(Step("add", (), (label("Pay Tips"),)), "cannot be used", id="an id that is none"),
        pytest.param(
            Step("add", (), (label("pay"),)), "cannot be the category", id="a label named as a category"
        ),
        pytest.param(Step("move", ("pay.tips",), (), "pay"), "already", id="a move to where it is"),
        pytest.param(
            Step("merge", ("pay.late", "pay.wrong"), (label("other"),)),
            "into 'other'",
            id="a merge into other",
        ),
        pytest.param(
            Step("category", ("none",), (label("none"),)), "no category", id="a category that is none"
        ),
    ],
)
def test_changes_that_cannot_be_made(step, says):
    with pytest.raises(TaxonomyError, match=says):
        versions.change(small(), [step])


def test_an_id_that_meant_something_else_is_never_given_again():
    gone = versions.change(small(), [Step("retire", ("app.crash",))])
    with pytest.raises(TaxonomyError, match="meant something else before"):
        versions.change(gone.taxonomy, [Step("add", (), (label("app.crash"),))], used=["app.crash"])


def test_a_label_is_changed_once_in_a_version():
    with pytest.raises(TaxonomyError, match="changed twice"):
        versions.change(small(), [SPLIT, Step("retire", ("pay.tips-gone",))])


def test_going_back_is_exact_but_for_what_was_merged():
    before = small()
    after = versions.change(before, [MERGE, SPLIT, MOVE])
    steps, back = versions.undo(before, after.taxonomy, [MERGE, SPLIT, MOVE])
    assert back.taxonomy == before
    assert back.became["pay.tips-gone"] == ("pay.tips",)
    assert back.became["access.crash"] == ("app.crash",)
    assert back.became["pay.late"] == ("pay.late", "pay.wrong")
    assert back.asked == {"pay.late"}
    assert [versions.step_of(step.document()) for step in steps] == steps


def test_old_ids_are_followed_through_versions():
    first = versions.change(small(), [MERGE, MOVE])
    lineage = versions.follow({}, first)
    second = versions.change(first.taxonomy, [Step("split", ("pay.late",), (label("pay.a"), label("pay.b")))])
    lineage = versions.follow(lineage, second)
    assert lineage["pay.wrong"] == ("pay.a", "pay.b")
    assert lineage["app.crash"] == ("access.crash",)
    assert lineage["pay.tips"] == ("pay.tips",)


def test_a_taxonomy_is_kept_whole():
    for one in (small(), pack("airline")):
        again = versions.of_document(versions.document(one))
        assert (again.labels, again.categories, again.kinds) == (one.labels, one.categories, one.kinds)


def test_a_taxonomy_that_was_exported_is_read_again(tmp_path: Path):
    file = tmp_path / "taxonomy.yaml"
    file.write_text(versions.as_yaml(pack("airline")), encoding="utf-8")
    assert [one.id for one in load(file).labels] == [one.id for one in pack("airline").labels]


GOOD = """changes:
  - merge: [pay.late, pay.wrong]
    into: pay.late
  - split: pay.tips
    into:
      - {id: pay.tips-gone, name: Tips gone, examples: [a, b, c, d, e]}
      - {id: pay.tips-taxed, name: {en: Tips taxed, es: Propinas}, severity: 3}
  - {move: app.crash, to: access}
history: keep
"""


def test_a_file_of_changes():
    found = proposal.parse(GOOD, "c.yaml", small())
    assert [step.do for step in found.steps] == ["merge", "split", "move"]
    assert found.history == "keep"
    assert found.steps[1].labels[1].severity == 3
    assert found.steps[1].place == "c.yaml:4"


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        pytest.param("", "c.yaml:1", "empty", id="an empty file"),
        pytest.param("changes: []", "c.yaml:1", "no changes", id="no changes"),
        pytest.param(
            "changes:\n  - {merge: [a], split: b}\n", "c.yaml:2", "one thing", id="two things at once"
        ),
        pytest.param("changes:\n  - {fuse: [a, b]}\n", "c.yaml:2", "unknown key", id="a verb that is none"),
        pytest.param(
            "changes:\n  - {retire: a, to: b}\n", "c.yaml:2", "does not belong", id="a key of another"
        ),
        pytest.param("changes:\n  - {move: pay.tips}\n", "c.yaml:2", "lacks 'to'", id="half a move"),
        pytest.param(
            "changes:\n  - merge: [pay.late, pay.wrong]\n    into: pay.tips\n",
            "c.yaml:3",
            "one of",
            id="into a third",
        ),
        pytest.param("changes:\n  - retire: [1, 2]\n", "c.yaml:2", "must be text", id="a list for a word"),
        pytest.param(
            "changes:\n  - retire: pay.x\nhistory: burn\n", "c.yaml:3", "history is", id="a history"
        ),
        pytest.param("changes: &a\n  - retire: pay.x\n", "c.yaml:1", "anchors", id="an anchor"),
        pytest.param("changes:\n - retire: x\n  - y", "c.yaml:", "YAML", id="no YAML"),
        pytest.param(
            "changes:\n  - {describe: pay.tips, severity: 9}\n", "c.yaml:2", "severity", id="severity 9"
        ),
        pytest.param(
            "changes:\n  - {describe: pay.none, owner: x}\n", "c.yaml:2", "no label", id="nobody's words"
        ),
    ],
)
def test_a_bad_file_of_changes_names_its_line(text, place, says):
    with pytest.raises(TaxonomyError, match=says) as found:
        proposal.parse(text, "c.yaml", small())
    assert found.value.place.startswith(place)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_at_all_is_a_proposal_or_a_taxonomy_error(text):
    with suppress(TaxonomyError):
        assert proposal.parse(text, "c.yaml", small()).steps


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        pytest.param({"pay.wrong": 0.5}, {"pay.late": 0.5}, id="a label gets its new id"),
        pytest.param({"pay.late": 0.5, "pay.wrong": 0.3}, {"pay.late": 0.8}, id="two that became one add up"),
        pytest.param({"pay.late": 0.9, "pay.wrong": 0.3}, {"pay.late": 1.0}, id="never more than certain"),
        pytest.param(
            {"app.crash": 0.5, "pay.wrong": 0.3}, {"access.crash": 0.5, "pay.late": 0.3}, id="main first"
        ),
        pytest.param({"other": 0.5}, {"other": 0.5}, id="what is not touched stays"),
    ],
)
def test_exact_relabelling(labels, found):
    rules = relabel.Rules(versions.change(small(), [MERGE, MOVE]).became, {})
    ((now, unsure),) = relabel.relabel(rules, ["x"], [[Scored(*one) for one in labels.items()]])
    assert {one.id: round(one.score, 4) for one in now} == found
    assert next(iter(found)) == now[0].id
    assert unsure is None


GONE = [
    "my tip vanished",
    "no tip arrived",
    "tip is gone again",
    "where is my tip",
    "the tip never came",
    "tip lost",
]
TAXED = [
    "tax on tips",
    "tips are taxed twice",
    "a tax form for tips",
    "they tax my tips",
    "tips count as taxed",
    "tax!",
]


@pytest.fixture(scope="module")
def parts():
    examples = [Example(text, ("pay.tips-gone",)) for text in GONE]
    examples += [Example(text, ("pay.tips-taxed",)) for text in TAXED]
    return relabel.part_model(relabel.teach_parts(SPLIT.labels, examples))


def test_a_split_is_answered_by_a_model_of_its_parts(parts):
    rules = relabel.Rules(
        versions.change(small(), [SPLIT]).became,
        {"pay.tips": relabel.ask_parts(parts, ["pay.tips-gone", "pay.tips-taxed"])},
    )
    texts = ["my tip never came", "they taxed my tips twice", "hello"]
    carried = [
        [Scored("pay.tips", 0.9)],
        [Scored("pay.late", 0.6), Scored("pay.tips", 0.4)],
        [Scored("other", 0.3)],
    ]
    found = relabel.relabel(rules, texts, carried)
    assert found[0][0][0].id == "pay.tips-gone"
    assert [one.id for one in found[1][0]] == ["pay.late", "pay.tips-taxed"]
    assert found[1][1] is None, "only the main label makes a post unsure"
    assert found[2] == ((Scored("other", 0.3),), None)


def test_parts_need_five_examples_each():
    few = [Example(text, ("pay.tips-gone",)) for text in GONE]
    with pytest.raises(TaxonomyError, match=r"'pay\.tips-taxed' has no examples"):
        relabel.teach_parts(SPLIT.labels, few)


@pytest.mark.parametrize("text", ["", " ", "x" * 100_000, "🙂" * 50, "\u200b", "مرحبا", "\udcff"])
def test_parts_answer_anything(parts, text):
    (answer,) = relabel.ask_parts(parts, ["pay.tips-gone", "pay.tips-taxed"])([text])
    assert answer.label in ("pay.tips-gone", "pay.tips-taxed")
    assert 0 <= answer.share <= 1


def test_examples_are_inherited(parts):
    examples = [
        Example("paid late", ("pay.wrong", "app.crash")),
        Example("my tip never came", ("pay.tips",)),
        Example("all fine", ("other",)),
    ]
    changed = versions.change(small(), [MERGE, SPLIT, MOVE])
    asks = {"pay.tips": relabel.ask_parts(parts, ["pay.tips-gone", "pay.tips-taxed"])}
    found = relabel.inherited(examples, changed.became, asks)
    assert [example.labels for example in found] == [
        ("pay.late", "access.crash"),
        ("pay.tips-gone",),
        ("other",),
    ]
    assert [example.labels for example in relabel.inherited(examples, changed.became, {})] == [
        ("pay.late", "access.crash"),
        ("other",),
    ]
