"""What the walk for needed words says beside what the pattern engine finds."""

import json
from pathlib import Path

import pytest
import re2
from hypothesis import example, given, settings
from hypothesis import strategies as st

from earnest.gate.automaton import finder, holds, options, some
from earnest.gate.fold import fold, fold_all
from earnest.gate.literals import BOUNDARY, Literals, needed
from earnest.gate.protected import _GAPPED, _IN_GAPPED, _IN_PLAIN, _PLAIN, _literals
from earnest.gate.words import pattern

HERE = Path(__file__).parent
TEXTS = [
    json.loads(line)["text"]
    for name in ("protected_eval.jsonl", "protected_eval_3.jsonl")
    for line in (HERE / name).read_text("utf-8").splitlines()
]
ALONE = {
    (group, bits): words
    for lists, places in ((_PLAIN, _IN_PLAIN), (_GAPPED, _IN_GAPPED))
    for group, words in lists.items()
    for bits in [places[group]]
    if words
}
"""Each group of the lists, with and without gaps, and the bit that stands for it."""
OPTIONS = options(ascii_only=True)


def word(text: str) -> str:
    """A way as it is written out: "|" for a boundary."""
    return text.replace(BOUNDARY, "|")


@pytest.mark.parametrize(
    ("expression", "ways"),
    [
        (r"\b(?:strikes?)\b", {"|strike|", "|strikes|"}),
        (r"\b(?:log[ ,]?off)\b", {"|log| |off|", "|logoff|"}),
        (r"\b(?:(?:call|text)[ ,]+me)\b", {"|call| |me|", "|text| |me|"}),
        (r"\b(?:talk\w*[ ,]+reporter)\b", {" |reporter|"}),
        (r"\b(?:\w*strike)\b", {"strike|"}),
        (r"\b(?:press[ei]s)\b", {"|presses|", "|pressis|"}),
        (r"\b(?:go(?:[ ,]*\w+){0,2}[ ,]*away)\b", {"away|", " |away|"}),
        (r"\b(?:\w+)\b", {""}),
        (r"(?:#union)\b", {"#|union"}),
    ],
)
def test_what_an_expression_cannot_do_without(expression: str, ways: set[str]) -> None:
    assert {word(way) for way in needed(expression)} == ways


@pytest.mark.parametrize(("group", "bit"), ALONE, ids=lambda part: str(part))
def test_no_group_that_the_engine_finds_is_left_out(group: str, bit: int) -> None:
    finds = holds([pattern(ALONE[group, bit])], OPTIONS)
    folded = fold_all(TEXTS)
    said = _literals().may_hold(folded).tolist()
    assert [at for at, text in enumerate(folded) if finds(text) and not said[at] & bit] == []


PIECES = st.sampled_from(
    [one for words in (*_PLAIN.values(), *_GAPPED.values()) for line in words for one in line.split()]
    + [" ", ", ", ". ", "\n", "we", "the", "of", "tonight", "12", "!"]
)


@settings(max_examples=80, deadline=None)
@given(pieces=st.lists(PIECES, max_size=8), glue=st.sampled_from([" ", "", ", ", "\n"]))
@example(pieces=["sign", "the", "petition"], glue=" ,")
def test_nor_in_words_of_the_lists_thrown_together(pieces: list[str], glue: str) -> None:
    text = fold(glue.join(pieces))
    said = int(_literals().may_hold([text])[0])
    for (_, bit), finds in ENGINES.items():
        assert not finds(text) or said & bit


ENGINES = {key: holds([pattern(words)], OPTIONS) for key, words in ALONE.items()}


def test_a_group_that_may_begin_with_anything_is_always_in_the_answer() -> None:
    tree = Literals.of([[r"\b(?:\w+)\b"], [r"\b(?:strike)\b"]])
    assert tree.may_hold([b"", b"a strike", b"striker"]).tolist() == [1, 3, 1]


ASCII_LINES = st.lists(st.text(st.sampled_from("ab0 ,.\n!"), max_size=8).map(str.encode), max_size=12)


@settings(max_examples=120, deadline=None)
@given(texts=ASCII_LINES)
def test_many_texts_searched_as_one_stretch_name_every_text_that_holds_a_pattern(texts: list[bytes]) -> None:
    patterns = [rb"\bab\b", rb"(?:^|[^ab])0b", rb"a!$", rb"b[ ,]+b"]
    alone = holds(patterns, OPTIONS)
    found = some(patterns, OPTIONS)(texts)
    assert found == sorted(set(found))
    assert {at for at, text in enumerate(texts) if alone(text)} <= set(found)


@settings(max_examples=100, deadline=None)
@given(text=st.text(st.characters(max_codepoint=127), max_size=60))
@example(text="Calle Oak 12, @ann u/bob_1 c/o")
def test_for_plain_text_a_twin_of_each_pattern_finds_the_same(text: str) -> None:
    encoded = text.encode()
    for shape in (r"(?:^|[^\pL\pN_@/.])(@[\pL_][\pL\pN_.\-]{1,30})", r"\b\p{Lu}[\pL'’.\-]+ \d{1,5}\b"):
        follow = finder(shape, 0, options(captures=True))
        assert follow(encoded, 0, True) == follow(encoded, 0, False)
        assert (follow(encoded, 0, True) is None) == (re2.search(shape, text) is None)
