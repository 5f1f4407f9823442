"""The words of a text, by one rule for both databases.

SQLite finds and folds words itself (`unicode61`, without diacritics); PostgreSQL is handed the words found
here, so that the same search finds the same posts. No Django: the process that prepares posts uses this too.
"""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
MAX_WORD = 200
"""Characters of a word that are compared; PostgreSQL allows 2,046 bytes."""

MAX_POSITION = 16_383
"""PostgreSQL counts no further; later words of a very long post share the last position."""

MAX_PLACES = 255
"""Positions of one word that PostgreSQL keeps."""


def words(text: str) -> list[str]:
    """The words of a text in order, in lower case and without accents."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return [word[:MAX_WORD] for word in _WORD.findall(text.lower())]


def for_sqlite(text: str) -> str:
    """A text as SQLite's index takes it: as it is, or as its words where SQLite would fold accents
    otherwise.
    """
    return text if text.isascii() else " ".join(words(text))


def tsvector(text: str) -> str:
    """A PostgreSQL `tsvector` of the text, written out: its words with their positions."""
    places: dict[str, list[int]] = {}
    for at, word in enumerate(words(text), 1):
        places.setdefault(word, []).append(min(at, MAX_POSITION))
    return " ".join(f"'{word}':{','.join(map(str, at[:MAX_PLACES]))}" for word, at in places.items())


def tag_key(name: str) -> str:
    """A tag's name as it is compared: case and the kind of spaces do not matter."""
    plain = name.replace("\x00", " ").encode("utf-8", "replace").decode()
    return " ".join(unicodedata.normalize("NFKC", plain).casefold().split())[:80]
