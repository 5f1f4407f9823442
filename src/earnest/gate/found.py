"""Kinds of personal data, finds, and the judges that may say no; shared by the files of finders."""

from collections.abc import Callable
from typing import Literal, NamedTuple

Kind = Literal[
    "email", "link", "handle", "phone", "card", "iban", "id", "order", "ip", "coordinates", "address",
    "plate", "birthday", "name",
]  # fmt: skip


class Found(NamedTuple):
    """What to replace, as what kind, and by what."""

    start: int
    end: int
    kind: Kind
    instead: str


Judge = Callable[[str, int, int], Found | None]
"""Told where a pattern found a candidate (in characters), it gives what is to be replaced, or None."""


def as_kind(kind: Kind, start: int, end: int) -> Found:
    """A find with the placeholder of its kind."""
    return Found(start, end, kind, f"[{kind}]")


def always(kind: Kind) -> Judge:
    """A judge that believes the pattern."""
    return lambda text, start, end: as_kind(kind, start, end)


def checked(kind: Kind, valid: Callable[[str], bool]) -> Judge:
    """A judge that asks for the check digits."""
    return lambda text, start, end: as_kind(kind, start, end) if valid(text[start:end]) else None
