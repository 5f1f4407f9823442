"""A memory of answers that keeps no question: what a text was judged to be, and not the text.

Why: telephone numbers and places come again and again and cost much to judge; a cache that holds them as they
were written would keep, in the memory of a process that runs for months, what the gate is there to let go.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Said = ParamSpec("Said")
Answer = TypeVar("Answer")

_UNASKED = object()


def remembered(most: int) -> Callable[[Callable[Said, Answer]], Callable[Said, Answer]]:
    """Remember up to `most` answers of a pure function by Python's keyed hash of what it was asked (64 bits,
    another key in each process). The answers themselves must be free of what was asked, or be kept anyway.
    """

    def over(judge: Callable[Said, Answer]) -> Callable[Said, Answer]:
        answers: dict[int, Answer] = {}

        @wraps(judge)
        def asked(*said: Said.args, **named: Said.kwargs) -> Answer:
            key = hash((said, tuple(named.items())))
            known = answers.get(key, _UNASKED)
            if known is not _UNASKED:
                return known  # type: ignore[return-value]  # an answer: it is not the mark
            answer = judge(*said, **named)
            if len(answers) >= most:
                answers.clear()
            answers[key] = answer
            return answer

        return asked

    return over
