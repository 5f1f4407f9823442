"""Elements of a JSON list, one at a time from a stream.

A list is never parsed as a whole. An element is found by one regular expression where it nests little (almost
always), by a slow scanner where it nests deeply, and passed over without being held where it is too long.
"""

import re
from collections.abc import Iterator

from earnest.sources.file.lines import MAX_ITEM
from earnest.sources.file.stream import Stream

TOO_LONG = f"is longer than {MAX_ITEM // 1024 // 1024} MB: is a bracket or a quote missing in it?"
BROKEN = "a line ends inside a text: is a quote missing?"
CUT_OFF = "the list is not closed: the file was cut off"

_MAX_MARKS = 20_000_000
"""Brackets and quotes of one element after which the rest of the file is given up (some seconds of work)."""

# possessive throughout: no input makes these run longer than its length
_STRING = rb'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"'


def _nested(levels: int) -> bytes:
    inside = rb'(?:[^"\[\]{}]++|' + _STRING + rb")*+"
    for _ in range(levels):
        inside = rb'(?:[^"\[\]{}]++|' + _STRING + rb"|[\[{]" + inside + rb"[\]}])*+"
    return rb"[\[{]" + inside + rb"[\]}]"


_SHALLOW = re.compile(_nested(4), re.DOTALL)
_BETWEEN = re.compile(rb"[\s,\]}]*+")
_SCALAR = re.compile(rb"(?:" + _STRING + rb"|[^\s,\[\]{}\"]++)(?=[\s,\[\]{}\"])")
_MARK = re.compile(rb'["\\\n\[\]{}]')
_NEXT_LINE = re.compile(rb"\n\s*+(?=\{)")


class _Scan:
    """Follows brackets and quotes over chunks, holding only how deep it is."""

    def __init__(self) -> None:
        self.depth = 0
        self.marks = 0
        self._in_text = False
        self._skip_to = 0

    def end(self, data: bytes | bytearray, start: int) -> int | None:
        """The index after the element's last bracket, or None where it is not in `data`. Raises _BrokenAt."""
        at = max(start, start + self._skip_to)
        self._skip_to = 0
        while mark := _MARK.search(data, at):
            at = mark.end()
            sign = mark.group()
            self.marks += 1
            if self._in_text:
                if sign == b"\\":
                    at += 1
                elif sign == b'"':
                    self._in_text = False
                elif sign == b"\n":
                    raise _BrokenAt(mark.start())
            elif sign == b'"':
                self._in_text = True
            elif sign in b"[{":
                self.depth += 1
            elif sign in b"]}":
                self.depth -= 1
                if self.depth <= 0:
                    return at
        self._skip_to = max(0, at - len(data))
        return None


class _BrokenAt(Exception):
    def __init__(self, at: int) -> None:
        self.at = at


class Elements:
    """The elements of a list (or of objects one after the other) from an offset on."""

    def __init__(self, stream: Stream, offset: int) -> None:
        self._stream = stream
        self._data = bytearray()
        self._pos = 0
        self._base = offset
        self._ended = False

    @classmethod
    def of(cls, head: bytes) -> Iterator[bytes]:
        """The whole elements in the first bytes of a file."""
        elements = cls.__new__(cls)
        elements._data, elements._pos, elements._base, elements._ended = bytearray(head), 0, 0, True
        return (piece for piece, _ in elements.pieces() if isinstance(piece, bytes))

    def pieces(self) -> Iterator[tuple[bytes | str, int]]:
        """Each element, or what is wrong with it, and the offset after it."""
        closed = listed = False
        while True:
            if self._base + self._pos < 16 and self._opens():
                listed = True
            between = _BETWEEN.match(self._data, self._pos)
            if between:
                closed = closed or b"]" in between.group()
                self._pos = between.end()
            if self._pos >= len(self._data):
                if self._more():
                    continue
                if listed and not closed and not self._broken():
                    yield CUT_OFF, self._base + self._pos
                return
            closed = False
            piece = self._element()
            if piece is None:
                if not self._broken():
                    yield CUT_OFF, self._base + self._pos
                return
            yield piece, self._base + self._pos
            if self._pos > len(self._data) // 2:
                self._forget()

    def _broken(self) -> bool:
        stream = getattr(self, "_stream", None)
        return stream is None or stream.broken is not None

    def _opens(self) -> bool:
        """Step into the list, where the file begins with one."""
        start = len(self._data) - len(self._data.lstrip())
        if self._pos <= start < len(self._data) and self._data[start] == ord("["):
            self._pos = start + 1
            return True
        return False

    def _more(self) -> bool:
        chunk = b"" if self._ended else self._stream.read()
        self._ended = not chunk
        self._forget()
        self._data += chunk
        return bool(chunk)

    def _forget(self) -> None:
        del self._data[: self._pos]
        self._base += self._pos
        self._pos = 0

    def _element(self) -> bytes | str | None:
        """The element at the position, what is wrong with it, or None where the data ends inside it."""
        if self._data[self._pos] not in b"[{":
            return self._scalar()
        if found := _SHALLOW.match(self._data, self._pos):
            return self._take(found.end())
        # cut off by the chunk, deep or broken: the scanner tells which
        scan, scanned = _Scan(), 0
        while True:
            try:
                end = scan.end(self._data, self._pos + scanned)
            except _BrokenAt as broken:
                return self._resume_after(broken.at)
            if end is not None:
                return self._take(end)
            scanned = len(self._data) - self._pos
            if scanned >= MAX_ITEM:
                return self._pass_over(scan)
            if not self._more():
                return None

    def _scalar(self) -> bytes | str | None:
        """A number, word or text that stands where an object should."""
        text = self._data[self._pos] == ord('"')
        while True:
            if found := _SCALAR.match(self._data, self._pos):
                return self._take(found.end())
            if text and (newline := self._data.find(b"\n", self._pos)) >= 0:
                return self._resume_after(newline)
            if len(self._data) - self._pos >= MAX_ITEM:
                self._pos = len(self._data) - 1
            if not self._more():
                return None if text else self._take(len(self._data))

    def _take(self, end: int) -> bytes:
        piece = bytes(self._data[self._pos : end])
        self._pos = end
        return piece

    def _resume_after(self, newline: int) -> str:
        """Go on at the next line that opens an object."""
        self._pos = newline
        while True:
            if found := _NEXT_LINE.search(self._data, self._pos):
                self._pos = found.end()
                return BROKEN
            self._pos = max(self._pos, len(self._data) - 1024)
            if not self._more():
                self._pos = len(self._data)
                return BROKEN

    def _pass_over(self, scan: _Scan) -> str:
        while True:
            if scan.marks > _MAX_MARKS:
                self._ended = True
            self._pos = len(self._data)
            if not self._more():
                return TOO_LONG
            try:
                end = scan.end(self._data, self._pos)
            except _BrokenAt as broken:
                return self._resume_after(broken.at)
            if end is not None:
                self._pos = end
                return TOO_LONG
