"""What may not be configured, door by door, and the look-alikes that may."""

import json
from pathlib import Path

import pytest

from earnest.gate.refusals import DOORS, judge

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parent / "refusals_eval.jsonl").read_text("utf-8").splitlines()
]


def ids(rows: list[dict[str, str]]) -> list[str]:
    return [f"{row['door']}: {row['text']}" for row in rows]


REFUSED = [row for row in ROWS if not row["allow"]]
ALLOWED = [row for row in ROWS if row["allow"]]


def test_there_are_enough_of_each_at_every_door() -> None:
    assert len(REFUSED) >= 80
    assert len(ALLOWED) >= 60
    assert {row["door"] for row in REFUSED} == {row["door"] for row in ALLOWED} == set(DOORS)


@pytest.mark.parametrize("row", REFUSED, ids=ids(REFUSED))
def test_refused_with_a_sentence(row: dict[str, str]) -> None:
    reason = judge(row["door"], row["text"])  # type: ignore[arg-type]
    assert reason is not None
    assert reason.startswith("Earnest does not make ")
    assert reason.endswith(".")


@pytest.mark.parametrize("row", ALLOWED, ids=ids(ALLOWED))
def test_allowed(row: dict[str, str]) -> None:
    assert judge(row["door"], row["text"]) is None  # type: ignore[arg-type]


def test_an_unknown_door_is_an_error() -> None:
    with pytest.raises(ValueError, match="not a door"):
        judge("window", "pay")  # type: ignore[arg-type]


def test_what_is_too_long_to_judge_is_refused() -> None:
    assert judge("saved_search", "pay " * 1_000) is not None
