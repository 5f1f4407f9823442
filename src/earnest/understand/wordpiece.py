"""Texts as numbers of word pieces, as the uncased BERT models read them.

Written out because it is a page of rules that never change, and the library that has them brings 35 MB and a
network client along. A test holds it equal to that library. One difference is meant: "[SEP]" written in a
post is four pieces of text, never a command to the model.
"""

import string
import unicodedata
from collections.abc import Iterable

LONGEST_WORD = 100
MOST_CHARACTERS = 16_384
"""What is read of a text: 128 pieces end far earlier, but for a text of spaces."""
MOST_KNOWN = 200_000
"""Words whose pieces are remembered."""
_PUNCTUATION = set(string.punctuation)
_DROPPED = ("Cc", "Cf", "Co", "Cs")
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip


class _Fold(dict[int, str]):
    """What a character becomes, found out when it is first met: nothing, a space, itself in lower case and
    without accents, or with a space on either side where it is a word of its own.
    """

    def __missing__(self, point: int) -> str:
        self[point] = folded = _fold(chr(point))
        return folded


def _fold(char: str) -> str:
    if char in "\t\n\r":
        return " "
    if unicodedata.category(char) in _DROPPED or char == "\ufffd":
        return ""
    if char.isspace():
        return " "
    if any(first <= ord(char) <= last for first, last in _IDEOGRAPHS):
        return "".join(f" {part} " for part in unicodedata.normalize("NFD", char))
    plain = (part for part in unicodedata.normalize("NFD", char) if unicodedata.category(part) != "Mn")
    return "".join(f" {part} " if _alone(part) else part for part in "".join(plain).lower())


def _alone(char: str) -> bool:
    return char in _PUNCTUATION or unicodedata.category(char).startswith("P")


class WordPiece:
    """A vocabulary, one piece a line; pieces inside a word begin with ##."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._ids = {piece: number for number, piece in enumerate(vocabulary)}
        self._unknown = self._ids["[UNK]"]
        self._first, self._last = self._ids["[CLS]"], self._ids["[SEP]"]
        self._known: dict[str, tuple[int, ...]] = {}
        self._fold = _Fold()

    def __len__(self) -> int:
        return len(self._ids)

    def ids(self, text: str, most: int) -> list[int]:
        """The text's pieces between the two marks of a text's ends, at most `most` in all."""
        found = [self._first]
        for word in text[:MOST_CHARACTERS].translate(self._fold).split():
            found += self._word(word)
            if len(found) >= most:
                break
        found[most - 1 :] = ()
        found.append(self._last)
        return found

    def _word(self, word: str) -> tuple[int, ...]:
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            known = self._known[word] = self._pieces(word)
        return known

    def _pieces(self, word: str) -> tuple[int, ...]:
        """The longest known piece first, then the longest of the rest; unknown where one is not known."""
        if len(word) > LONGEST_WORD:
            return (self._unknown,)
        pieces: list[int] = []
        at = 0
        while at < len(word):
            for end in range(len(word), at, -1):
                piece = self._ids.get(("##" if at else "") + word[at:end])
                if piece is not None:
                    pieces.append(piece)
                    at = end
                    break
            else:
                return (self._unknown,)
        return tuple(pieces)
