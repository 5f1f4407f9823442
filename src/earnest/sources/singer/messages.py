"""What a tap says: one JSON object a line (the Singer specification). Pure: lines in, what they mean out."""

from dataclasses import dataclass
from typing import Any

import msgspec

from earnest.sources.singer.run import Line, TooLong

MOST_STATE = 100_000
"""Characters of a STATE that is kept."""

DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Record:
    """One record. `keys` name what tells it from others, as its stream's schema says; None: no schema."""

    stream: str
    values: dict[str, Any]
    keys: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class State:
    """Where the tap could begin again."""

    value: dict[str, Any]


class Bad(ValueError):
    """Says what is wrong with a line, never what is in it."""


class _Message(msgspec.Struct, frozen=True):
    type: str
    stream: str | None = None
    record: dict[str, Any] | None = None
    value: dict[str, Any] | None = None
    key_properties: list[str] | None = None


class Reader:
    """Remembers the schemas of one run."""

    def __init__(self) -> None:
        self._keys: dict[str, tuple[str, ...]] = {}
        self._decode = msgspec.json.Decoder(_Message).decode
        self.spoke = False

    def read(self, line: Line) -> Record | State | None:
        """What a line means; None for what needs nothing done. Raises Bad."""
        if isinstance(line, TooLong):
            raise Bad("is longer than a message may be")
        try:
            said = self._decode(line)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise Bad("is not a Singer message") from None
        self.spoke = True
        if said.type == "RECORD":
            if said.stream is None or said.record is None:
                raise Bad("is a RECORD without a stream or without a record")
            return Record(said.stream, said.record, self._keys.get(said.stream))
        if said.type == "STATE":
            if said.value is None:
                raise Bad("is a STATE without a value")
            return State(said.value)
        if said.type == "SCHEMA":
            if said.stream is None:
                raise Bad("is a SCHEMA without a stream")
            self._keys[said.stream] = tuple(said.key_properties or ())
        elif said.type == "BATCH":
            raise Bad("is a BATCH, which names files: switch batches off in the tap's configuration")
        # ACTIVATE_VERSION says that a table was listed whole; `recheck_hours` is the way that listing acts.
        return None


def place_in(value: dict[str, Any], told: frozenset[str]) -> dict[str, Any]:
    """A STATE as it may be kept: what tells a place in time or order, and nothing of a post.

    `told` are texts and authors of this run. They go, and so do digests, nested JSON and whatever is longer
    than a date or a token of paging: a tap can begin again without them, and a trace of one post could
    outlive what the gate withheld.
    """
    kept = _place(value, told, 0)
    return kept if isinstance(kept, dict) and len(msgspec.json.encode(kept)) <= MOST_STATE else {}


def _place(value: Any, told: frozenset[str], depth: int) -> Any:
    if isinstance(value, dict):
        if depth > DEEPEST:
            return None
        parts = {
            str(name): _place(part, told, depth + 1) for name, part in value.items() if len(str(name)) <= 200
        }
        return {name: part for name, part in parts.items() if part is not None or value[name] is None}
    if isinstance(value, list):
        return [_place(part, told, depth + 1) for part in value] if depth <= DEEPEST else None
    if isinstance(value, str):
        return None if value in told or _a_trace(value) else value
    return value


def _a_trace(text: str) -> bool:
    """Whether a text is more than a place: prose, JSON, or a digest."""
    if len(text) > 120 or text.startswith(("{", "[")) or text.count(" ") > 2:
        return True
    return len(text) >= 32 and all(char in "0123456789abcdefABCDEF" for char in text)
