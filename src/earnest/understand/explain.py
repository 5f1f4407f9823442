"""Why this label: the stretches of the text whose rows spoke for it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earnest.terms import reference
from earnest.understand.model import Parts

LONGEST = 20_000
"""Characters that are looked at; a page shows no more."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A stretch of the text, `text[start:end] == term`, and how much it spoke for the label (0 to 1 of all
    that did).
    """

    term: str
    start: int
    end: int
    weight: float


def reasons(parts: Parts, text: str, column: int, bounds: NDArray[np.int64], count: int) -> list[Reason]:
    """The strongest words and pairs of words for a label against the mean of all labels.

    Pieces of words count for the word they stand in, so that what is shown is always whole words or symbols.
    """
    text = text[:LONGEST]
    space, about = parts.space, parts.about
    labels = slice(0, int(bounds[1]))
    scales = np.array(about.scales[: int(bounds[1])])
    rows: dict[int, float] = {}
    spoke: dict[tuple[int, int], float] = {}
    words: list[tuple[int, int]] = []
    for term in reference.terms(text, space):
        if term.bucket in rows:
            continue
        row = parts.table[term.bucket, labels] * scales
        rows[term.bucket] = float(row[column] - row.mean())
        if term.sort in ("word", "symbol"):
            words.append((term.start, term.end))
        stretch = (term.start, term.end)
        if term.sort in ("piece", "accent") and words:
            stretch = _around(words, stretch)
        spoke[stretch] = spoke.get(stretch, 0.0) + rows[term.bucket]
    for pair in [stretch for stretch in spoke if stretch not in set(words)]:
        inside = [word for word in words if pair[0] <= word[0] and word[1] <= pair[1]]
        if inside and all(spoke.get(word, 0.0) > 0 for word in inside):
            continue
        if spoke[pair] <= 0:
            del spoke[pair]
    total = sum(value for value in spoke.values() if value > 0)
    if total <= 0:
        return []
    best = sorted(
        ((value, stretch) for stretch, value in spoke.items() if value > 0),
        key=lambda item: (-item[0], item[1]),
    )
    chosen: list[Reason] = []
    for value, (start, end) in best:
        weight = round(value / total, 4)
        if len(chosen) == count or weight <= 0:
            break
        if any(start < reason.end and reason.start < end for reason in chosen):
            continue
        chosen.append(Reason(text[start:end], start, end, weight))
    return chosen


def _around(words: list[tuple[int, int]], stretch: tuple[int, int]) -> tuple[int, int]:
    """The word a piece stands in: pieces follow their word at once, so it is the last one."""
    start, end = words[-1]
    return (start, end) if start <= stretch[0] and stretch[1] <= end else stretch
