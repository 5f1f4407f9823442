"""In which order people are asked about posts: what would teach most comes first.

A post teaches much where the model wavers between two labels, where a second look disagreed, or where it is
about something new. But ten posts that say the same teach hardly more than one, so near-duplicates are asked
about once, and each further post of a label counts a little less than the one before.
"""

import heapq
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Why = Literal["disagrees", "fresh", "unsure", "close"]

DISAGREES, FRESH, UNSURE = 0.6, 0.4, 0.15
"""What a second look's disagreement, a new theme and an *unsure* add to a doubt of 0 to 1."""
SPREAD = 0.9
"""What each post of a label that was asked about before leaves of the next one's worth."""
ALIKE = 0.5
"""Texts whose runs of two words overlap this much (Jaccard) are asked about once."""
LEAST_WORDS = 3
"""A text of fewer words is often unclear to people too: asked about last."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A post as the queue sees it.

    label      what it is taken for
    margin     the chance of that label less that of the second, 0 to 1
    disagrees  a second look gave another main label
    fresh      it is in a theme that is new
    """

    id: int
    text: str = field(repr=False)
    label: str
    margin: float
    unsure: bool = False
    disagrees: bool = False
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """A post's turn in the queue, and the main reason for it."""

    id: int
    why: Why


def order(posts: Sequence[Doubt], most: int | None = None, asked: Sequence[str] = ()) -> list[Turn]:
    """The posts in the order in which to ask about them, near-duplicates once, at most `most` of them.

    `asked` are the labels of posts that were asked about lately: they count as if they came before. The same
    posts always give the same order.
    """
    most = len(posts) if most is None else most
    given = Counter(asked)
    by_label: dict[str, list[tuple[float, int, int]]] = {}
    for at, post in enumerate(posts):
        by_label.setdefault(post.label, []).append((-worth(post), -post.id, at))
    for group in by_label.values():
        heapq.heapify(group)
    heads = [(group[0][0] * SPREAD ** given[label], label) for label, group in sorted(by_label.items())]
    heapq.heapify(heads)
    met = _Met()
    turns: list[Turn] = []
    while heads and len(turns) < most:
        _, label = heapq.heappop(heads)
        group = by_label[label]
        _, _, at = heapq.heappop(group)
        if not met.again(posts[at].text):
            turns.append(Turn(posts[at].id, why(posts[at])))
            given[label] += 1
        if group:
            heapq.heappush(heads, (group[0][0] * SPREAD ** given[label], label))
    return turns


def worth(post: Doubt) -> float:
    """How much a person's answer would teach."""
    found = 1.0 - post.margin + UNSURE * post.unsure + DISAGREES * post.disagrees + FRESH * post.fresh
    return found if len(_WORDS.findall(post.text)) >= LEAST_WORDS else found / 4


def why(post: Doubt) -> Why:
    """The main reason for asking."""
    if post.disagrees:
        return "disagrees"
    if post.fresh:
        return "fresh"
    return "unsure" if post.unsure else "close"


_WORDS = re.compile(r"\w+")


class _Met:
    """The texts that were let through, by their runs of two words."""

    def __init__(self) -> None:
        self._by_run: dict[str, list[int]] = {}
        self._sizes: list[int] = []

    def again(self, text: str) -> bool:
        """Whether a text is nearly one that was let through; else it is let through."""
        words = _WORDS.findall(text.lower())
        runs = {" ".join(words[i : i + 2]) for i in range(len(words) - 1)} or {" ".join(words) or text}
        shared: Counter[int] = Counter()
        for run in runs:
            shared.update(self._by_run.get(run, ()))
        for other, both in shared.items():
            if both >= ALIKE * (len(runs) + self._sizes[other] - both):
                return True
        for run in runs:
            self._by_run.setdefault(run, []).append(len(self._sizes))
        self._sizes.append(len(runs))
        return False
