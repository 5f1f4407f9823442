"""Names for themes: their own phrases, checked before one is kept.

A phrase that is or holds personal data, or that may not be configured (`gate.refusals`), is dropped: what is
left may be nothing, and then the theme is told by its label alone.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from earnest.gate.redact import redact
from earnest.gate.refusals import judge
from earnest.record.errors import Refused
from earnest.store import write_themes
from earnest.store.write_themes import Named
from earnest.understand import themes_names
from earnest.understand.themes_names import Phrase

LONGEST = 80
"""Characters of a name that a person types."""
MOST_READ = 400
"""Posts of a theme that are read for its phrases, the newest."""


class Group(Protocol):
    """The posts in view, by theme (`understand.themes.Grouping`)."""

    @property
    def themes(self) -> tuple[int, ...]: ...
    def __len__(self) -> int: ...
    def texts(self, number: int | None = None) -> list[str]: ...


def write(
    programme: str,
    floor: int,
    group: Group,
    usual: dict[str, tuple[int, Mapping[str, int]]],
    due: Collection[int],
) -> dict[int, list[str]]:
    """Find and write the names of the themes that are due; the phrases of each, in lower case. `usual`
    remembers what all posts say, and is counted anew when they have grown by half.
    """
    mine = [number for number in group.themes if number in due]
    if not mine:
        return {}
    size = len(group)
    known = usual.get("")
    if known is None or size > known[0] * 1.5 or size < known[0] * 0.67:
        known = usual[""] = (size, themes_names.usual(group.texts()))
    named: list[Named] = []
    for number in mine:
        texts = group.texts(number)
        found = kept(themes_names.phrases(texts[-MOST_READ:], known[1], least=floor))
        name = themes_names.name(found)
        named.append(
            Named(
                number=number,
                name=name if name and may_be(name) else "",
                by="words",
                phrases=[(one.text, one.posts) for one in found],
                sized=len(texts),
            )
        )
    write_themes.name(programme, named)
    return {one.number: [words.lower() for words, _ in one.phrases] for one in named}


def kept(phrases: Sequence[Phrase]) -> list[Phrase]:
    """The phrases that may be shown."""
    return [one for one in phrases if may_be(one.text)]


def may_be(words: str) -> bool:
    """Whether words may stand as (part of) a theme's name: nobody's name, no personal data, nothing that may
    not be picked out.
    """
    return not redact(words).spans and not redact(words.title()).spans and judge("category", words) is None


def check(text: str) -> str:
    """A name that a person typed, tidied. Raises Refused where it may not be."""
    words = " ".join(text.split())[:LONGEST]
    if not words.isprintable():
        raise Refused("A name has printable characters only.")
    if redact(words).spans:
        raise Refused("A theme's name holds no names of people and no personal data.")
    reason = judge("category", words) if words else None
    if reason:
        raise Refused(reason)
    return words
