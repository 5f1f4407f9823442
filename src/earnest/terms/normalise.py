"""How characters are read before they are hashed: one table, shared by the kernel and its reference.

Case, accents and width are folded ("ÑANDÚ" reads as "nandu"), apostrophes and invisible characters are
dropped, so "don't" and "dont" are one word. Marks that carry meaning ("?", "$", an emoji) are words of their
own.
"""

import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

DROP, SPACE, LETTER, SYMBOL = 0, 1, 2, 3
TABLE = 0x3000
"""Code points below are looked up; above, `reference.read` and the kernel follow the same few ranges."""

_APOSTROPHES = frozenset("'’‘ʼ´`")
_SPEAKING = frozenset("?!$%&¿¡")
_NO_DECOMPOSITION = {
    "ß": "s", "æ": "a", "œ": "o", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "þ": "t", "ħ": "h",
}  # fmt: skip


@cache
def fold_table() -> NDArray[np.uint32]:
    """For each code point below TABLE its class (upper 8 bits) and what it is read as (lower 24)."""
    table = np.zeros(TABLE, dtype=np.uint32)
    for point in range(TABLE):
        sort, read_as = _fold(chr(point))
        table[point] = sort << 24 | read_as
    table.setflags(write=False)
    return table


def _fold(char: str) -> tuple[int, int]:
    category = unicodedata.category(char)
    if char in _APOSTROPHES or category[0] == "M" or category in ("Cf", "Cn"):
        return DROP, 0
    if category == "Nd":
        return LETTER, ord("0") + unicodedata.digit(char)
    if category[0] in "LN":
        lowered = char.lower()[0]
        return LETTER, ord(
            _NO_DECOMPOSITION.get(lowered) or unicodedata.normalize("NFKD", lowered)[0].lower()
        )
    if char in _SPEAKING or category in ("So", "Sc"):
        return SYMBOL, ord(char)
    return SPACE, 0
