"""Objects of JSON lines and JSON lists."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from earnest.sources.file.lines import TOO_LONG, TooLong, decoded, lines
from earnest.sources.file.position import Item, Mark
from earnest.sources.file.rows import RowError
from earnest.sources.file.split import Elements
from earnest.sources.file.stream import Stream

PASSED = 10_000
"""Lines passed over after which the place is given."""

_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
"""Names of columns that need no escape in JSON."""


class Objects:
    """Decodes objects to the values of the wanted columns; fields nobody asked for are skipped, not built."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        self.odd_lines = 0
        self._columns = columns
        self._decode: Callable[[bytes], Any] | None = None
        self._values = msgspec.structs.astuple
        if not all(_PLAIN.fullmatch(name) for name in columns):
            return  # no field of a struct can be called so: every line goes the lenient way
        names = [f"c{at}" for at in range(len(columns))]
        row = msgspec.defstruct(
            "Row",
            [(name, Any, None) for name in names],
            rename=dict(zip(names, columns, strict=True)),
            gc=False,
        )
        self._decode = msgspec.json.Decoder(row).decode

    def values(self, line: bytes) -> tuple[Any, ...]:
        """The values of one object. Raises RowError."""
        if self._decode is None:
            return self._leniently(decoded(line)[0])
        try:
            return self._values(self._decode(line))
        except UnicodeDecodeError:
            self.odd_lines += 1
            return self._leniently(decoded(line)[0])
        except RecursionError:
            raise RowError("is nested too deeply") from None
        except msgspec.DecodeError as error:
            if str(error).startswith("Expected `object`"):
                raise RowError("is not a JSON object") from None
            return self._leniently(decoded(line)[0])

    def _leniently(self, text: str) -> tuple[Any, ...]:
        """What real exports hold though JSON forbids it: NaN, raw tabs, half an emoji."""
        try:
            found = json.loads(text, strict=False)
        except RecursionError:
            raise RowError("is nested too deeply") from None
        except json.JSONDecodeError as error:
            raise RowError(
                f"is not JSON ({error.msg.partition(':')[0]}, character {error.pos + 1})"
            ) from None
        except ValueError:
            raise RowError("is not JSON (a number is too long)") from None
        if not isinstance(found, dict):
            raise RowError("is not a JSON object")
        return tuple(_whole(found.get(name)) for name in self._columns)


def _whole(value: Any) -> Any:
    """Text without half characters, which no database takes."""
    if type(value) is str:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def names(head: bytes, *, laid_out: bool) -> list[str]:
    """The fields of the objects in the first bytes of a file, in order of appearance."""
    found: dict[str, None] = {}
    last_whole = head.rfind(b"\n") + 1 or len(head)
    pieces = Elements.of(head) if laid_out else head[:last_whole].splitlines()
    for piece in list(pieces)[:200]:
        try:
            row = json.loads(decoded(piece)[0], strict=False)
        except (ValueError, RecursionError):
            continue
        if isinstance(row, dict):
            found.update(dict.fromkeys(key for key in row if isinstance(key, str)))
    return list(found)[:500]


def line_items(
    stream: Stream, mark: Mark, objects: Objects, keep: Callable[[bytes], bool] | None = None
) -> Iterator[Item]:
    """Each line as (its number, values or what is wrong, the offset after it). A line that `keep` passes over
    is no item; now and then its place is given with no values, so that a reader gets on.
    """
    at, number = mark.at, mark.line
    values = objects.values
    for line in lines(stream):
        number += 1
        if type(line) is not bytes:
            at += line.size if isinstance(line, TooLong) else 0
            yield number, TOO_LONG, at
            continue
        at += len(line)
        if line.isspace():
            continue
        if keep is not None and not keep(line):
            if not number % PASSED:
                yield number, (), at
            continue
        try:
            yield number, values(line), at
        except RowError as error:
            yield number, str(error), at


def list_items(stream: Stream, mark: Mark, objects: Objects) -> Iterator[Item]:
    """Each element of a JSON list as (its number, values or what is wrong, the offset after it)."""
    number = mark.line
    for piece, at in Elements(stream, mark.at).pieces():
        number += 1
        if isinstance(piece, str):
            yield number, piece, at
            continue
        try:
            yield number, objects.values(piece), at
        except RowError as error:
            yield number, str(error), at
