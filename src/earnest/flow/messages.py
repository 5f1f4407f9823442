"""Posts that come as messages of a queue: JSON objects with a text, and what else of a post is kept.

A message that is none is told by its error class alone; its place is what the queue calls it. An author is
read by nobody and goes no further.
"""

from dataclasses import dataclass
from typing import Literal

import msgspec

Fault = Literal["Empty", "TooBig", "NotJSON", "NotAnObject", "NoText", "BadText", "BadId"]
Offsets = dict[str, int]
"""By partition: the offset of the next message."""

MOST = 1 << 20
"""Bytes of a message that are looked at."""

_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Message:
    """A post as it came: not yet through the gate."""

    id: str
    text: str
    created: str | None
    region: str | None


def read(value: bytes | None, place: str) -> Message | Fault:
    """The post in a message; where it names no id, its `place` in the queue is its id."""
    if not value:
        return "Empty"
    if len(value) > MOST:
        return "TooBig"
    try:
        row = _decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "NotJSON"
    if not isinstance(row, dict):
        return "NotAnObject"
    text, name = row.get("text"), row.get("id", place)
    if text is None:
        return "NoText"
    if not isinstance(text, str) or not _sound(text):
        return "BadText"
    if isinstance(name, bool) or not isinstance(name, str | int) or not _sound(str(name)):
        return "BadId"
    return Message(str(name), text, _plain(row.get("created")), _plain(row.get("region")))


def shared(begun: Offsets, ends: Offsets, most: int) -> Offsets:
    """How far to read: at most `most` messages in all, from each partition its share, none past its end.
    Where there is something to read and `most` is not 0, something is read.
    """
    reached = dict(begun)
    left = most
    # The emptiest first: what they leave over goes to the others.
    order = sorted(ends, key=lambda at: (ends[at] - begun[at], at))
    for turn, at in enumerate(order):
        share = -(-left // (len(order) - turn))
        take = max(0, min(ends[at] - begun[at], share))
        reached[at] = begun[at] + take
        left -= take
    return reached


def _plain(value: object) -> str | None:
    return value if isinstance(value, str) and _sound(value) else None


def _sound(text: str) -> bool:
    """Half of a surrogate pair cannot be written down."""
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)
