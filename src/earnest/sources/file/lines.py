"""Lines of a stream, never holding one that is too long."""

from collections.abc import Iterator
from dataclasses import dataclass

from earnest.sources.file.stream import Stream

MAX_ITEM = 4 * 1024 * 1024
"""Bytes of one line, record or list element. A longer one is passed over without being held in memory."""

TOO_LONG = f"is longer than {MAX_ITEM // 1024 // 1024} MB: is a line break or a quote missing before it?"


@dataclass(frozen=True, slots=True)
class TooLong:
    """A line that was passed over, and its length in bytes."""

    size: int


def lines(stream: Stream) -> Iterator[bytes | TooLong]:
    """Each line with its ending (LF, CRLF or CR). The half line where a stream broke is left out."""
    rest = b""
    while chunk := stream.read():
        parts = (rest + chunk).splitlines(keepends=True)
        # a lone CR at the end may be half of a CRLF
        rest = b"" if parts[-1].endswith(b"\n") else parts.pop()
        yield from parts
        if len(rest) > MAX_ITEM:
            size, rest = _pass_over(stream, len(rest))
            yield TooLong(size)
    if rest and not stream.broken:
        yield rest


def _pass_over(stream: Stream, size: int) -> tuple[int, bytes]:
    while chunk := stream.read():
        ends = [at for at in (chunk.find(b"\n"), chunk.find(b"\r")) if at >= 0]
        if ends:
            after = min(ends) + 1
            if chunk[after - 1 : after + 1] == b"\r\n":
                after += 1
            return size + after, chunk[after:]
        size += len(chunk)
    return size, b""


def decoded(line: bytes) -> tuple[str, bool]:
    """A line as text, and whether it was read as Windows-1252 (or Latin-1) because it was not UTF-8."""
    try:
        return line.decode(), False
    except UnicodeDecodeError:
        try:
            return line.decode("cp1252"), True
        except UnicodeDecodeError:
            return line.decode("latin-1"), True
