"""What the kernel needs, as arrays: how letters fold, the table of words, and the model's weights.

The words come as text in `words.zst`, which anybody can read (`zstd -d`); the table is laid out when it is
first needed, in a few milliseconds.
"""

import unicodedata
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import msgspec
import numpy as np
from backports import zstd
from numba import njit
from numpy.typing import NDArray

from earnest.gate.names import bits, walk
from earnest.record.errors import ModelError
from earnest.terms.jit import CACHE

MOST_BYTES = 16 * 1024 * 1024
EXTRA = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ı": "i",
    "ŋ": "n",
}


class Stored(msgspec.Struct, frozen=True):
    """The file's content: folded words, one a line, their classes, the weights and the bias."""

    words: str
    classes: bytes
    weights: bytes
    bias: int


class Tables(NamedTuple):
    """The kernel's arguments, in its order."""

    fold: NDArray[np.uint32]
    slots: NDArray[np.uint32]
    weights: NDArray[np.int16]
    bias: int


def folding() -> NDArray[np.uint32]:
    """For each code point below `bits.FOLD`: up to two plain letters, and what sort of character it is."""
    table = np.zeros(bits.FOLD, np.uint32)
    for point in range(bits.FOLD):
        char = chr(point)
        category = unicodedata.category(char)
        if category == "Nd":
            table[point] = bits.IS_DIGIT
        elif category == "Mn":
            table[point] = bits.IS_MARK
        elif category[0] == "L":
            low = char.lower()
            plain = "".join(c for c in unicodedata.normalize("NFKD", low) if not unicodedata.combining(c))
            plain = "".join(EXTRA.get(c, c) for c in plain)
            code = 0
            if plain.isascii() and plain.isalpha():
                code = ord(plain[0]) | (ord(plain[1]) << 8 if len(plain) > 1 else 0)
            table[point] = code | bits.IS_LETTER | (bits.IS_CAPITAL if category in ("Lu", "Lt") else 0)
    return table


def fold(word: str) -> str:
    """A word as the kernel reads it; for the lists. Keeps apostrophes inside."""
    out = []
    for char in unicodedata.normalize("NFKD", word.lower()):
        if not unicodedata.combining(char):
            out.append(EXTRA.get(char, char)[:2])
    return "".join(out).replace("’", "'")


def hashed(word: str) -> int:
    """The hash of a folded word."""
    code = bits.START
    for char in word:
        code = ((code ^ ord(char)) * bits.PRIME) & bits.MASK
    return code


@njit(cache=CACHE)
def lay(text, sorts, slots):  # type: ignore[no-untyped-def]
    """Enter each line of `text` with its class into `slots`. A line of two words is a pair."""
    line = 0
    code = np.int64(bits.START)
    first = np.int64(0)
    for at in range(len(text)):
        byte = np.int64(text[at])
        if byte == 10:
            sort = np.int64(sorts[line])
            if first:
                code = walk.pair(first, code)
            place = (code * 0x9E3779B1 & bits.MASK) >> 14
            mark = code & bits.MARK
            while True:
                entry = np.int64(slots[place])
                if entry == 0 or entry >> bits.CLASSES == mark:
                    slots[place] = mark << bits.CLASSES | sort | (entry & (1 << bits.CLASSES) - 1)
                    break
                place = (place + 1) & (bits.SLOTS - 1)
            line += 1
            code = np.int64(bits.START)
            first = np.int64(0)
        elif byte == 32:
            first = code
            code = np.int64(bits.START)
        else:
            code = ((code ^ byte) * bits.PRIME) & bits.MASK


def laid(words: str, sorts: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The table of words as the kernel looks them up."""
    slots = np.zeros(bits.SLOTS, np.uint32)
    lay(words.encode("ascii"), sorts, slots)
    return slots


@cache
def tables() -> Tables:
    """The tables that come with Earnest. Raises ModelError where their file is missing or damaged."""
    try:
        raw = files(__package__).joinpath("words.zst").read_bytes()
        raw = zstd.ZstdDecompressor().decompress(raw, max_length=MOST_BYTES)
        stored = msgspec.msgpack.decode(raw, type=Stored)
        weights = np.frombuffer(stored.weights, np.int16)
        if len(weights) != bits.WEIGHTS:
            raise ValueError
        slots = laid(stored.words, np.frombuffer(stored.classes, np.uint32))
    except (OSError, zstd.ZstdError, msgspec.DecodeError, ValueError) as error:
        raise ModelError(
            "The list of names is missing or damaged.", advice="Install Earnest again."
        ) from error
    return Tables(folding(), slots, weights, stored.bias)
