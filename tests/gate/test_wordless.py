"""Answers are remembered, what they were about is not."""

import weakref

from earnest.gate.wordless import remembered


class Number(str):
    """A text whose end can be seen."""


def test_the_same_question_is_judged_once() -> None:
    asked: list[str] = []

    @remembered(10)
    def judge(text: str) -> bool | None:
        asked.append(text)
        return None if text == "neither" else text.isdecimal()

    assert [judge(text) for text in ("12", "x", "neither", "12", "x", "neither")] == [True, False, None] * 2
    assert asked == ["12", "x", "neither"]


def test_what_was_asked_is_let_go() -> None:
    judge = remembered(10)(str.isdecimal)
    number = Number("2025550143")
    gone = weakref.ref(number)
    assert judge(number)
    del number
    assert gone() is None
    assert judge(Number("2025550143"))


def test_it_holds_no_more_than_it_was_given_room_for() -> None:
    asked: list[int] = []

    @remembered(3)
    def judge(number: int) -> int:
        asked.append(number)
        return -number

    assert [judge(number) for number in (1, 2, 3, 4, 1)] == [-1, -2, -3, -4, -1]
    assert asked == [1, 2, 3, 4, 1]
