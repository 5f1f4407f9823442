"""Posts that say nearly the same are one group, and no others are."""

import csv
import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.understand.neardup import ALIKE, Groups
from earnest.understand.shingles import RUN, shingles

BANKING = Path(__file__).resolve().parents[3] / "shared" / "data" / "banking77" / "train.csv"
POST = "Our station told us the new scanner app loses the route whenever we leave the depot car park"


def grouped(*texts: str) -> list[int]:
    """The group of each text, as the number of the group's first."""
    return Groups().add(range(len(texts)), texts)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(POST, id="the same words"),
        pytest.param(POST.upper() + "!!!", id="in capitals, with exclamation marks"),
        pytest.param("RT: " + POST, id="passed on"),
        pytest.param(f"> {POST}", id="quoted whole"),
        pytest.param(POST + " 😡", id="with an emoji after it"),
        pytest.param(POST.replace("whenever", "when ever"), id="with a blank more"),
        pytest.param(POST.replace("scanner", "scaner"), id="with a typing error mended"),
        pytest.param("\u200b".join(POST), id="with invisible characters between the letters"),
        pytest.param(f"This! {POST}", id="with a word before it"),
        pytest.param("".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in POST), id="full width"),
    ],
)
def test_a_repost_joins_its_group(other: str) -> None:
    assert grouped(POST, other) == [0, 0]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("The new scanner app is a joy, thank you to whoever mended it", id="another opinion"),
        pytest.param(
            POST + " and what is more nobody at the desk answers when we ring them about it, for weeks now",
            id="quoted with much to say about it",
        ),
        pytest.param("Pay came two days late again", id="another subject"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_says_something_else_does_not(other: str) -> None:
    assert grouped(POST, other) == [0, 1]


@pytest.mark.parametrize(
    ("texts", "groups"),
    [
        pytest.param(["", "", " \n"], [0, 1, 2], id="empty posts are each alone"),
        pytest.param(["😀😀", "😀😀", "🚲"], [0, 0, 2], id="emoji are compared as they are"),
        pytest.param(["ok", "OK!", "no"], [0, 1, 2], id="marks that speak count in the shortest texts"),
        pytest.param(["\u200b\u200b", "\u200b"], [0, 1], id="invisible characters alone say nothing"),
        pytest.param(["مرحبا بالعالم اليوم"] * 2, [0, 0], id="right to left"),
        pytest.param(["\ud800 half a character pair here"] * 2, [0, 0], id="broken unicode"),
        pytest.param(["x" * 1_000_000, "x" * 1_000_000], [0, 0], id="a megabyte of one letter"),
    ],
)
def test_any_text_will_do(texts: list[str], groups: list[int]) -> None:
    assert grouped(*texts) == groups


def test_ten_thousand_times_the_same_is_one_group_and_held_once() -> None:
    groups = Groups()
    assert set(groups.add(range(10_000), [POST] * 10_000)) == {0}
    assert len(groups) == 1


def test_a_group_goes_on_over_several_calls_and_after_a_restart() -> None:
    first = Groups()
    assert first.add([7], [POST]) == [7]
    assert first.add([9], [POST + "!"]) == [7]
    restarted = Groups()
    restarted.add([7], [POST])
    assert restarted.add([11], ["RT " + POST]) == [7]


def test_what_is_forgotten_is_compared_with_no_more() -> None:
    pay = "Pay came two days late again this month, for the third time"
    groups = Groups()
    groups.add([1, 2], [POST, pay])
    groups.forget([1])
    assert groups.add([3], [POST]) == [3]
    groups.keep_last(1)
    assert groups.add([4, 5], [pay, POST]) == [4, 3]


def overlap(one: str, other: str) -> float:
    """The overlap of two texts as the definition says it, without hashes."""
    sets = [
        {text[at : at + RUN] for at in range(max(len(text) - RUN, 0) + 1)} if text else set()
        for text in (one, other)
    ]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1]) if sets[0] | sets[1] else 0.0


words = st.lists(
    st.sampled_from(["app", "pay", "route", "door", "crash", "late", "again", "never"]), max_size=14
)


@settings(max_examples=200, deadline=None)
@given(st.lists(words.map(" ".join), min_size=2, max_size=8))
def test_a_group_holds_only_what_is_alike_to_its_first(texts: list[str]) -> None:
    found = grouped(*texts)
    for at, group in enumerate(found):
        assert group <= at
        if group != at:
            assert found[group] == group
            assert overlap(texts[at], texts[group]) >= ALIKE


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=20), st.integers(0, 20))
def test_batches_make_no_difference(texts: list[str], cut: int) -> None:
    groups = Groups()
    ids = range(len(texts))
    assert groups.add(ids[:cut], texts[:cut]) + groups.add(ids[cut:], texts[cut:]) == grouped(*texts)


def test_shingles_are_the_distinct_runs_of_five_characters() -> None:
    sets = shingles(["Abcdef", "abc DEF", "aaaaaaaa", "no", ""])
    assert [sets.starts[at + 1] - sets.starts[at] for at in range(5)] == [2, 3, 1, 1, 0]


@pytest.mark.skipif(not BANKING.is_file(), reason=f"{BANKING} is not there")
@pytest.mark.slow
def test_nearly_every_post_that_is_alike_to_a_first_joins_one() -> None:
    with BANKING.open(newline="", encoding="utf-8") as stream:
        texts = [row["text"] for row in csv.DictReader(stream)][:2_000]
    sets = shingles(texts)
    each = [set(sets.hashes[a:b].tolist()) for a, b in itertools.pairwise(sets.starts)]
    found = Groups().add(range(len(texts)), texts)
    firsts: list[int] = []
    joined = missed = 0
    for at, group in enumerate(found):
        near = any(len(each[at] & each[one]) >= ALIKE * len(each[at] | each[one]) for one in firsts)
        joined += group != at
        missed += near and group == at
        if group == at:
            firsts.append(at)
    assert joined > 10
    assert missed <= 0.05 * joined
