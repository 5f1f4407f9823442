"""Labels in other languages than English: right often enough, and unsure rather than wrong.

The texts are those of `bench/bench_languages.py`, which nothing learned from. Synthetic.
"""

import json
from pathlib import Path

import pytest

from earnest.understand import corpus
from earnest.understand.classify import Model
from earnest.understand.taxonomy import pack

FILE = Path(__file__).with_name("languages_eval.jsonl")
ROWS = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
GROUPS = {"es": 120, "pt": 60, "fr": 60, "de": 60, "it": 60, "mixed": 60, "slang": 60}


@pytest.fixture(scope="module")
def verdicts():
    return Model.shipped("gig-delivery").classify([row["text"] for row in ROWS], sentiment=False)


def of(group, verdicts):
    return [(row, found) for row, found in zip(ROWS, verdicts, strict=True) if row["group"] == group]


def near(row, found):
    return row["labels"][0].partition(".")[0] == found.labels[0].id.partition(".")[0]


@pytest.mark.parametrize("group", GROUPS)
def test_there_are_enough_texts_and_all_are_labelled_from_the_taxonomy(group):
    rows = [row for row in ROWS if row["group"] == group]
    assert len(rows) >= GROUPS[group]
    assert all(pack("gig-delivery").get(row["labels"][0]) for row in rows)
    assert len({row["text"].casefold() for row in rows}) == len(rows)


def test_no_text_of_the_measure_is_among_the_examples():
    examples = corpus.read(pack("gig-delivery").corpus)
    known = {" ".join(example.text.casefold().split()) for example in examples}
    assert not [row["text"] for row in ROWS if " ".join(row["text"].casefold().split()) in known]


@pytest.mark.parametrize("group", GROUPS)
def test_where_it_is_sure_it_is_right_and_else_it_says_unsure(verdicts, group):
    sure = [near(row, found) for row, found in of(group, verdicts) if not found.unsure]
    wrong = len(sure) - sum(sure)
    assert wrong <= max(3, 0.2 * len(sure)), f"{wrong} of {len(sure)} wrong where sure"


@pytest.mark.parametrize(
    ("group", "least"),
    [("es", 0.78), ("pt", 0.65), ("fr", 0.4), ("de", 0.4), ("it", 0.5), ("mixed", 0.85), ("slang", 0.65)],
)
def test_the_category_is_right_often_enough(verdicts, group, least):
    right = [near(row, found) for row, found in of(group, verdicts)]
    assert sum(right) >= least * len(right)


@pytest.mark.parametrize(
    ("group", "least"), [("es", 0.95), ("pt", 0.8), ("fr", 0.9), ("de", 0.9), ("it", 0.85), ("slang", 0.8)]
)
def test_the_language_is_recognised(verdicts, group, least):
    told = [found.lang == row["lang"] for row, found in of(group, verdicts)]
    assert sum(told) >= least * len(told)


def test_of_two_languages_in_one_post_one_is_told(verdicts):
    told = [found.lang in row["lang"].split("-") for row, found in of("mixed", verdicts)]
    assert sum(told) >= 0.85 * len(told)


@pytest.mark.parametrize(
    "text",
    [
        "💀",
        "😭😭😭",
        "🤡📱",
        "👍🏽",
        "❤️‍🔥",
        "🇧🇷🇧🇷",
        "x" * 50_000,
        "ａｐｐ ｃｒａｓｈ",
        "a\u0301pp c\u0327rash",
    ],
    ids=["skull", "tears", "two", "skin tone", "joined", "flags", "long", "full width", "combining"],
)
def test_emoji_and_odd_letters_get_a_verdict(text):
    (found,) = Model.shipped("gig-delivery").classify([text], sentiment=True)
    assert found.labels
    assert 0 <= found.labels[0].score <= 1
