"""Which single posts may not wait, and which only sound so. Synthetic."""

from pathlib import Path

import pytest

from earnest.understand.severity import judge

EXAMPLES = [
    (line[2:], line[0] == "+")
    for line in Path(__file__).with_name("severity.txt").read_text("utf-8").splitlines()
    if line[:2] in ("+ ", "- ")
]
LOOKED_AT, HELD_OUT = EXAMPLES[::2], EXAMPLES[1::2]
"""The rules were mended for what the first half showed; nobody looked at the second half for it."""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("A man pulled a knife on me at the gate", "threat"),
        ("Smell of gas in the depot again", "danger"),
        ("My parcel was sent to two continents by mistake", "far-off"),
        ("three months of pay are missing", "lost-much"),
        ("I can see another customer's address and phone", "data"),
        ("They left my eight year old alone at the gate", "child"),
        ("Me rompí la muñeca al caer de la moto", "hurt"),
        ("Llevo tres meses sin cobrar", "lost-much"),
        ("Me amenazó con matarme si volvía", "threat"),
        ("la batería se incendió en el portal", "danger"),
    ],
)
def test_why_a_post_may_not_wait(text: str, why: str) -> None:
    (found,) = judge([text])
    assert found is not None
    assert found.why[0] == why
    assert 0 < found.score <= 1


@pytest.mark.parametrize(
    "text",
    [
        "this app is killing me", "my phone exploded with notifications", "dying of laughter",
        "the battery died again", "nearly had a heart attack when I saw the bonus", "me muero de risa",
        "the app crashed at the door", "they cut my hours", "", "😀🔥🔥", "\u200b", "النار", "x" * 100_000,
    ],
    ids=lambda text: text[:40] or "nothing",
)  # fmt: skip
def test_what_only_sounds_so_may_wait(text: str) -> None:
    assert judge([text]) == [None]


def test_the_examples_that_were_looked_at() -> None:
    said = judge([text for text, _ in LOOKED_AT])
    right = sum((found is not None) is severe for found, (_, severe) in zip(said, LOOKED_AT, strict=True))
    assert right / len(LOOKED_AT) >= 0.97


def test_the_examples_that_nobody_looked_at() -> None:
    said = judge([text for text, _ in HELD_OUT])
    found = [severe for one, (_, severe) in zip(said, HELD_OUT, strict=True) if one is not None]
    assert sum(found) / len(found) >= 0.85  # precision, .88 when measured
    assert sum(found) / sum(severe for _, severe in HELD_OUT) >= 0.62  # recall, .65 when measured
