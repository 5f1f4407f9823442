"""Names of persons: which words of a text name somebody.

Why: a name in a post is the shortest way to a person. Promise: no download, a few microseconds a post, the
same answer each time. What it knows is in `words.zst` (names, common words and cues, with the weights of a
small model; see NOTICE); what it cannot know is said in `docs/trust.md` with measured figures.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from earnest.gate.names import bits, kernel
from earnest.gate.names.table import tables
from earnest.terms.spans import pack

SOMEBODY = 1 << bits.FOUND
"""From this number on, somebody is named."""
MOST_WORDS = 8
"""A person has at most so many words; longer runs are lists or headlines, and are several."""


def look(encoded: bytes, person_names: bool) -> int:
    """What a text has, in UTF-8, as bits; SOMEBODY or more where it names a person."""
    has: int = kernel.look(encoded, *tables(), person_names)
    return has


def look_all(encoded: Sequence[bytes]) -> list[int]:
    """`look` at many texts in one call, for names of persons too."""
    data, offsets = pack(encoded)
    found: list[int] = kernel.look_all(data, offsets, *tables()).tolist()
    return found


def persons(encoded: bytes) -> list[list[tuple[int, int]]]:
    """The words of each person named, as byte offsets."""
    people: list[list[tuple[int, int, int]]] = []
    for start, end, sort, goes_on in kernel.spans(encoded, *tables()).tolist():
        if not goes_on or len(people[-1]) == MOST_WORDS:
            people.append([])
        people[-1].append((start, end, sort))
    found = []
    for words in people:
        # "de la" with nothing after it is no part of a name.
        while words and words[-1][2] & bits.PARTICLE and not words[-1][2] & bits.NAME:
            words.pop()
        if words:
            found.append([(start, end) for start, end, _ in words])
    return found


def characters(encoded: bytes) -> NDArray[np.int64]:
    """For each byte offset of UTF-8 text, and its end, how many characters are before it."""
    begins = (np.frombuffer(encoded, np.uint8) & 0xC0) != 0x80
    return np.concatenate([[0], np.cumsum(begins)])
