"""What may not be configured, door by door, and the look-alikes that may."""

import json
from pathlib import Path

import pytest

from earnest.gate.refusals import DOORS, Door, judge
from earnest.gate.speech import LANGS
from earnest.gate.wishes.train import read

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parent / "refusals_eval.jsonl").read_text("utf-8").splitlines()
]


REFUSED = [row for row in ROWS if not row["allow"]]
ALLOWED = [row for row in ROWS if row["allow"]]


def test_there_are_enough_of_each_at_every_door_and_in_every_language() -> None:
    assert len(REFUSED) >= 150
    assert len(ALLOWED) >= 100
    assert {row["door"] for row in REFUSED} == {row["door"] for row in ALLOWED} == set(DOORS)
    assert {row["lang"] for row in REFUSED} == {row["lang"] for row in ALLOWED} == set(LANGS)


def test_the_set_was_not_learned() -> None:
    """A word that alone is a whole request ("author") may stand on both sides; little else does."""
    learned = {(one.door, one.text.lower()) for one in read()}
    both = [row["text"] for row in ROWS if (row["door"], row["text"].lower()) in learned]
    assert len(both) / len(ROWS) <= 0.2
    assert all(len(text.split()) <= 2 for text in both)


def test_what_aims_at_speech_or_people_is_refused_with_a_sentence() -> None:
    reasons = [judge(row["door"], row["text"]) for row in REFUSED]
    given = [reason for reason in reasons if reason is not None]
    assert len(given) / len(reasons) >= 0.97
    for reason in given:
        assert reason.startswith("Earnest does not make ")
        assert reason.endswith(".")


def test_look_alikes_are_allowed() -> None:
    refused = [row["text"] for row in ALLOWED if judge(row["door"], row["text"])]
    assert len(refused) / len(ALLOWED) <= 0.03, refused


@pytest.mark.parametrize(
    ("door", "text"),
    [
        ("category", "Union talk"),
        ("category", "Huelga"),
        ("category", "Three strikes for organising"),
        ("saved_search", "lawyer OR journalist"),
        ("saved_search", "@somebody"),
        ("alert", "when the same driver complains again"),
        ("tag", "repeat complainer"),
        ("tag", "union member"),
        ("import_column", "author"),
        ("import_column", "driverId"),
        ("import_column", "customer_email"),
        ("import_column", "religion"),
        ("report_filter", "group by author"),
        ("report_filter", "username contains bob"),
        ("report_filter", "posts that were withheld"),
    ],
)
def test_what_must_never_pass(door: Door, text: str) -> None:
    assert judge(door, text) is not None


def test_an_unknown_door_is_an_error() -> None:
    with pytest.raises(ValueError, match="not a door"):
        judge("window", "pay")


def test_what_is_too_long_to_judge_is_refused() -> None:
    assert judge("saved_search", "pay " * 1_000) is not None
