"""Examples are read with errors that name the line, and near-duplicates are found exactly."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earnest.record.errors import BadFile, BadLine
from earnest.understand import corpus
from earnest.understand.corpus import ALIKE, Example, _shingles, check_labels, natural, read, sift
from tests.understand.build import taxonomy

GOOD = '{"text": "Cold coffee", "labels": ["drink.coffee"]}\n'

WRONG = [
    ("not JSON", GOOD + "nope\n", "x.jsonl:2", "is not JSON"),
    ("brackets", GOOD + "[" * 10_000 + "\n", "x.jsonl:2", "is not JSON"),
    ("a list", "[]\n", "x.jsonl:1", "not a JSON object"),
    ("no text", '{"labels": ["a"]}\n', "x.jsonl:1", "'text'"),
    ("an empty text", '{"text": " ", "labels": ["a"]}\n', "x.jsonl:1", "'text'"),
    ("no labels", '{"text": "a", "labels": []}\n', "x.jsonl:1", "'labels'"),
    ("a label that is a number", '{"text": "a", "labels": [1]}\n', "x.jsonl:1", "'labels'"),
    ("a label twice", '{"text": "a", "labels": ["b", "b"]}\n', "x.jsonl:1", "twice"),
    ("an unknown kind", '{"text": "a", "labels": ["b"], "kind": "rant"}\n', "x.jsonl:1", "'kind'"),
    (
        "an unknown sentiment",
        '{"text": "a", "labels": ["b"], "sentiment": "meh"}\n',
        "x.jsonl:1",
        "'sentiment'",
    ),
]


@pytest.mark.parametrize(
    ("content", "place", "problem"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG]
)
def test_a_wrong_line_is_refused_with_its_place(
    tmp_path: Path, content: str, place: str, problem: str
) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(content)
    with pytest.raises(BadLine) as caught:
        read([path])
    assert caught.value.place == place
    assert problem in str(caught.value)


@pytest.mark.parametrize("content", ["", "\n\n"], ids=["empty", "blank lines"])
def test_a_file_without_examples_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(content)
    with pytest.raises(BadFile, match="no examples"):
        read([path])


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read"):
        read([tmp_path / "none.jsonl"])


def test_a_label_that_the_taxonomy_does_not_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadLine, match=r"'drink\.beer' is not in the taxonomy 'cafe'"):
        check_labels([Example("a", ("drink.beer",), place="x.jsonl:1")], taxonomy(tmp_path))


def test_the_first_of_near_duplicates_stays_and_contradictions_are_told_apart() -> None:
    first = Example("they took my tip back an hour after the drop off", ("pay.tips",))
    again = Example("They took my tip back, an hour after the drop-off!", ("pay.tips",))
    other = Example("they took my tip back an hour after the drop off lol", ("support.wrong",))
    apart = Example("nobody at the gate and no code either", ("delivery.access",))
    sifted = sift([first, again, other, apart])
    assert sifted.examples == [first, apart]
    assert sifted.repeats == [(first, again)]
    assert sifted.contradictions == [(first, other)]


@given(st.lists(st.text(alphabet="ab ", min_size=1, max_size=30), max_size=25))
def test_what_is_kept_is_what_comparing_every_pair_would_keep(texts: list[str]) -> None:
    kept: list[set[str]] = []
    expected = []
    for text in texts:
        group = _shingles(text)
        if not any(len(group & other) >= ALIKE * len(group | other) for other in kept):
            kept.append(group)
            expected.append(text)
    assert [example.text for example in sift([Example(text, ("a",)) for text in texts]).examples] == expected


def test_no_example_of_the_shipped_packs_is_in_an_error(tmp_path: Path) -> None:
    from earnest.understand.taxonomy import PACKS, pack

    for pack_id in PACKS:
        chosen = pack(pack_id)
        if chosen.corpus:
            check_labels(corpus.read(chosen.corpus), chosen)


def test_files_of_one_label_are_collections_and_others_come_in_natural_proportions() -> None:
    collection = [Example(f"one {n}", ("a",), place=f"a.jsonl:{n}") for n in range(400)]
    sample = [Example(f"two {n}", ("a", "b")[n % 2 :][:1], place=f"week.jsonl:{n}") for n in range(400)]
    assert natural([*collection, *sample]) == [False] * 400 + [True] * 400


def test_where_nothing_comes_in_natural_proportions_all_examples_count() -> None:
    assert (
        natural([Example("one", ("a",), place="a.jsonl:1"), Example("two", ("b",), place="b.jsonl:1")])
        == [True] * 2
    )
