"""What is about the programme: words, hashtags and mentions, folded alike on both sides.

Case, accents and width are folded away ("Reparto" finds "REPÁRTO"); a word is a whole word, and a word that
ends in * is a beginning. This runs on every post of the network, so an ASCII text takes the short way.
"""

import unicodedata
from collections.abc import Sequence

import re2

from earnest.sources.base import primary_tag


def fold(text: str) -> str:
    """Lower case without accents; what looks the same is the same."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in plain if not unicodedata.combining(one)).casefold()


class Words:
    """The programme's words, ready."""

    def __init__(
        self,
        words: Sequence[str],
        hashtags: Sequence[str] = (),
        accounts: Sequence[str] = (),
        languages: Sequence[str] = (),
    ) -> None:
        self._tags = frozenset(fold(tag.strip().lstrip("#")) for tag in hashtags)
        self._accounts = frozenset(accounts)
        self._languages = frozenset(tag for one in languages if (tag := primary_tag(one)))
        options = re2.Options()
        options.log_errors = False
        options.max_mem = 64 << 20
        found = [_pattern(word) for word in words] + [rf"#{re2.escape(tag)}" for tag in self._tags]
        # (?:^|\W) and not \b: to RE2 a letter outside ASCII is no word character.
        joined = "|".join(found)
        self._found = (
            re2.compile(rf"(?:^|[^\pL\pN_])(?:{joined})(?:[^\pL\pN_]|$)", options) if joined else None
        )

    def in_text(self, text: str) -> bool:
        """Does this text say one of the words, or a hashtag?"""
        return self._found is not None and self._found.search(fold(text)) is not None

    def about(self, text: str, langs: Sequence[str], tags: Sequence[str], named: Sequence[str]) -> bool:
        """Is a post with this text, these languages and hashtags, naming these accounts, to be heard?"""
        if not (
            self.in_text(text)
            or (self._tags and any(fold(tag.lstrip("#")) in self._tags for tag in tags))
            or (self._accounts and any(one in self._accounts for one in named))
        ):
            return False
        if not self._languages or not langs:
            return True
        return any(primary_tag(one) in self._languages for one in langs)


def _pattern(word: str) -> str:
    """A word as a pattern on folded text: spaces are any white space, a last * is any ending."""
    word = fold(word.strip())
    begins = word.endswith("*") and len(word) > 3
    parts = (word[:-1] if begins else word).split()
    return r"\s+".join(re2.escape(part) for part in parts) + (r"[\pL\pN_]*" if begins else "")
