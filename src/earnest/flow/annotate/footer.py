"""The footer of a Parquet file: read, cut down to one row group, or made for several files' rows as one.

Why: the Parquet library reads a file from its beginning to its end and writes it alone. To let several
processes each read a piece, and to join what they wrote without reading it again, only the footer has to be
rewritten; the data stays byte for byte what it was. The footer is a structure of Thrift's compact protocol
(`parquet.thrift` of the Parquet format, field numbers as there); whatever it holds is kept as it is. Nothing
here trusts a length before it has looked how much there is. Raises BadFile.
"""

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from earnest.record.errors import BadFile

MARK = b"PAR1"
MOST = 1 << 28
"""Bytes of a footer. A million row groups of ten columns have less."""
DEEPEST = 24
"""Structures in structures; the format has eight."""

ROWS, GROUPS = 3, 4
COLUMNS, BYTES, GROUP_ROWS, START, ORDINAL = 1, 2, 3, 5, 7
CHUNK_AT, CHUNK = 2, 3
INDEXES = (4, 5, 6, 7)
OFFSETS = (9, 10, 11)
BLOOM = (14, 15)

_TRUE, _FALSE, _BYTE, _SHORTEST, _LONGEST, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = (
    1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12,
)  # fmt: skip


class Damaged(ValueError):
    """The bytes are no such structure."""


@dataclass(slots=True)
class Value:
    """A value and its type in the protocol. Structures are dicts by field number, lists Python lists."""

    sort: int
    it: Any


Struct = dict[int, Value]


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def _number(self) -> int:
        found = shift = 0
        while True:
            if self._at >= len(self._data) or shift > 63:
                raise Damaged
            byte = self._data[self._at]
            self._at += 1
            found |= (byte & 0x7F) << shift
            if byte < 0x80:
                return found
            shift += 7

    def _zigzag(self) -> int:
        raw = self._number()
        return (raw >> 1) ^ -(raw & 1)

    def _take(self, size: int) -> bytes:
        if not 0 <= size <= len(self._data) - self._at:
            raise Damaged
        self._at += size
        return self._data[self._at - size : self._at]

    def _value(self, sort: int, deep: int) -> Any:
        if deep > DEEPEST:
            raise Damaged
        if _SHORTEST <= sort <= _LONGEST:
            return self._zigzag()
        if sort == _BINARY:
            return self._take(self._number())
        if sort == _STRUCT:
            return self.struct(deep + 1)
        if sort in (_LIST, _SET):
            head = self._take(1)[0]
            size = head >> 4 if head >> 4 < 15 else self._number()
            if size > len(self._data) - self._at:
                raise Damaged
            inner = head & 15
            return [Value(inner, self._element(inner, deep + 1)) for _ in range(size)]
        if sort in (_TRUE, _FALSE):
            return None
        if sort == _BYTE:
            return self._take(1)
        if sort == _DOUBLE:
            return self._take(8)
        raise Damaged

    def _element(self, sort: int, deep: int) -> Any:
        """In a list a truth value is a byte of its own."""
        return self._take(1) if sort in (_TRUE, _FALSE) else self._value(sort, deep)

    def struct(self, deep: int = 0) -> Struct:
        found: Struct = {}
        field = 0
        while True:
            head = self._take(1)[0]
            if head == 0:
                return found
            field = field + (head >> 4) if head >> 4 else self._zigzag()
            found[field] = Value(head & 15, self._value(head & 15, deep))


def _number(out: bytearray, value: int) -> None:
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def _write(out: bytearray, sort: int, it: Any, *, element: bool = False) -> None:
    if _SHORTEST <= sort <= _LONGEST:
        _number(out, it << 1 if it >= 0 else (-it << 1) - 1)
    elif sort == _BINARY:
        _number(out, len(it))
        out += it
    elif sort == _STRUCT:
        _write_struct(out, it)
    elif sort in (_LIST, _SET):
        inner = it[0].sort if it else _STRUCT
        if len(it) < 15:
            out.append(len(it) << 4 | inner)
        else:
            out.append(0xF0 | inner)
            _number(out, len(it))
        for one in it:
            _write(out, inner, one.it, element=True)
    elif sort not in (_TRUE, _FALSE) or element:
        out += it


def _write_struct(out: bytearray, struct: Struct) -> None:
    last = 0
    for field in sorted(struct):
        value = struct[field]
        if 0 < field - last < 16:
            out.append((field - last) << 4 | value.sort)
        else:
            out.append(value.sort)
            _number(out, field << 1)
        _write(out, value.sort, value.it)
        last = field
    out.append(0)


def encoded(footer: Struct) -> bytes:
    """A file's last bytes: the footer, its length, the mark."""
    out = bytearray()
    _write_struct(out, footer)
    return bytes(out) + len(out).to_bytes(4, "little") + MARK


@dataclass(frozen=True, slots=True)
class Group:
    """A row group: how many rows, and how many bytes they are when unpacked."""

    rows: int
    size: int


@dataclass(frozen=True, slots=True)
class Footer:
    """A file's footer and where the data before it ends."""

    path: Path
    struct: Struct
    ends: int
    groups: tuple[Group, ...]

    @classmethod
    def read(cls, path: Path) -> "Footer":
        """The footer of a file. BadFile where it is none or cut off; OSError as the file raises it."""
        with path.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            if size < 12:
                raise _cut(path)
            stream.seek(0)
            first = stream.read(4)
            stream.seek(size - 8)
            tail = stream.read(8)
            length = int.from_bytes(tail[:4], "little")
            if first != MARK or tail[4:] != MARK or length > min(size - 12, MOST):
                raise _cut(path)
            stream.seek(size - 8 - length)
            data = stream.read(length)
        try:
            struct = _Reader(data).struct()
            groups = tuple(_group(one.it) for one in struct[GROUPS].it)
            if sum(group.rows for group in groups) != struct[ROWS].it:
                raise Damaged
        except (Damaged, KeyError, TypeError, AttributeError):
            raise BadFile(
                "the end of the Parquet file is damaged", place=path.name, advice="Write it again."
            ) from None
        return cls(path, struct, size - 8 - length, groups)

    def only(self, group: int) -> "Window":
        """The file as if it had only this row group."""
        rows = self.struct[GROUPS].it
        cut = {
            **self.struct,
            ROWS: Value(_LONGEST, self.groups[group].rows),
            GROUPS: Value(_LIST, [Value(_STRUCT, _moved(rows[group].it, 0, 0))]),
        }
        return Window(self.path.open("rb"), self.ends, encoded(cut))


def _group(struct: Struct) -> Group:
    rows, size = struct[GROUP_ROWS].it, struct[BYTES].it
    if rows < 0 or size < 0:
        raise Damaged
    return Group(rows, size)


def _cut(path: Path) -> BadFile:
    return BadFile("is not a whole Parquet file", place=path.name, advice="Is it cut off? Write it again.")


class Window(io.RawIOBase):
    """A file up to a place, and other bytes after it."""

    def __init__(self, stream: BinaryIO, ends: int, tail: bytes) -> None:
        self._stream = stream
        self._ends = ends
        self._tail = tail
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._ends + len(self._tail)}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        data = self._piece(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def read(self, size: int = -1) -> bytes:
        if size is None or size < 0:
            size = self._ends + len(self._tail) - self._at
        pieces = []
        while size > 0 and (piece := self._piece(size)):
            pieces.append(piece)
            size -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _piece(self, size: int) -> bytes:
        if self._at < self._ends:
            self._stream.seek(self._at)
            data = self._stream.read(min(size, self._ends - self._at))
        else:
            data = self._tail[self._at - self._ends :][:size]
        self._at += len(data)
        return data

    def close(self) -> None:
        self._stream.close()
        super().close()


def _moved(group: Struct, by: int, ordinal: int) -> Struct:
    """A row group whose bytes stand `by` further on. What points to indexes outside of it is left out."""
    chunks = []
    for chunk in group[COLUMNS].it:
        inner: Struct = {
            field: Value(one.sort, one.it + by) if field in OFFSETS else one
            for field, one in chunk.it[CHUNK].it.items()
            if field not in BLOOM
        }
        outer: Struct = {field: one for field, one in chunk.it.items() if field not in INDEXES}
        outer[CHUNK] = Value(_STRUCT, inner)
        if outer[CHUNK_AT].it:
            outer[CHUNK_AT] = Value(_LONGEST, outer[CHUNK_AT].it + by)
        chunks.append(Value(_STRUCT, outer))
    moved = {**group, COLUMNS: Value(_LIST, chunks)}
    if START in moved:
        moved[START] = Value(_LONGEST, moved[START].it + by)
    if ORDINAL in moved:
        if ordinal < 1 << 15:
            moved[ORDINAL] = Value(moved[ORDINAL].sort, ordinal)
        else:
            del moved[ORDINAL]
    return moved


def join(parts: list[Path], out: BinaryIO) -> int:
    """Write files of one schema, written by the same writer, as one; how many rows it has."""
    out.write(MARK)
    groups: list[Value] = []
    rows = 0
    whole: Struct = {}
    for path in parts:
        part = Footer.read(path)
        whole = whole or part.struct
        by = out.tell() - len(MARK)
        with path.open("rb") as stream:
            stream.seek(len(MARK))
            left = part.ends - len(MARK)
            while left > 0 and (data := stream.read(min(left, 1 << 22))):
                out.write(data)
                left -= len(data)
        for group in part.struct[GROUPS].it:
            groups.append(Value(_STRUCT, _moved(group.it, by, len(groups))))
        rows += part.struct[ROWS].it
    out.write(encoded({**whole, ROWS: Value(_LONGEST, rows), GROUPS: Value(_LIST, groups)}))
    return rows
