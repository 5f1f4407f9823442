"""JSON lines in and out, with the exit codes every stage command shares."""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

import click
import msgspec

from earnest.record.errors import BadLine

BATCH = 1_024
MAX_LINE = 16 * 1024 * 1024
"""Bytes. A longer line is refused and skipped without being held in memory."""

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def read(stream: IO[bytes], fields: Iterable[str]) -> Iterator[tuple[int, dict[str, Any] | BadLine]]:
    """Each line as (line number, object), or (line number, why it was refused).

    `fields` must be present; "text" must be a string. "id" may be a string or a number and becomes a string.
    """
    wanted = tuple(fields)
    number = 0
    while True:
        line = stream.readline(MAX_LINE + 1)
        if not line:
            return
        number += 1
        place = f"line {number}"
        if len(line) > MAX_LINE:
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_LINE)
            yield number, BadLine(f"is longer than {MAX_LINE // 1024 // 1024} MB", place=place)
            continue
        if not line.strip():
            continue
        yield number, parse(line, wanted, place)


def parse(line: bytes, wanted: tuple[str, ...], place: str) -> dict[str, Any] | BadLine:
    """One line as an object that has the wanted fields, or why it is refused."""
    try:
        row = _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return BadLine(f"is not JSON ({_without_content(error)})", place=place)
    if not isinstance(row, dict):
        return BadLine("is not a JSON object", place=place)
    for field in wanted:
        if field not in row:
            return BadLine(f"has no '{field}'", place=place)
    if "id" in row:
        if isinstance(row["id"], bool) or not isinstance(row["id"], str | int):
            return BadLine("'id' must be a string or a whole number", place=place)
        row["id"] = str(row["id"])
    if "text" in row and not isinstance(row["text"], str):
        return BadLine("'text' must be a string", place=place)
    return row


def _without_content(error: Exception) -> str:
    """The parser's reason; msgspec names byte positions, never the text."""
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    return str(error).removeprefix("JSON is malformed: ").split(" - at")[0]


def run(
    stream: IO[bytes],
    out: IO[bytes],
    fields: Iterable[str],
    handle: Callable[[list[dict[str, Any]]], Iterable[dict[str, Any] | BadLine]],
) -> int:
    """Pass every line through `handle` in batches and write what comes back; the exit code is returned.

    `handle` answers one object or one BadLine for each row, in order.
    """
    refused = 0
    batch: list[dict[str, Any]] = []
    numbers: list[int] = []

    def flush() -> None:
        nonlocal refused
        for number, answer in zip(numbers, handle(batch), strict=True):
            if isinstance(answer, BadLine):
                refused += 1
                complain(number, answer)
            else:
                out.write(_encode(answer) + b"\n")
        batch.clear()
        numbers.clear()

    for number, row in read(stream, fields):
        if isinstance(row, BadLine):
            refused += 1
            complain(number, row)
            continue
        batch.append(row)
        numbers.append(number)
        if len(batch) >= BATCH:
            flush()
    if batch:
        flush()
    out.flush()
    return 1 if refused else 0


def complain(number: int, error: BadLine) -> None:
    """One refused line, as an error object on stderr."""
    click.echo(_encode({"line": number, "error": type(error).__name__, "problem": error.reason}), err=True)


def stdin() -> IO[bytes]:
    """Standard input as bytes."""
    return sys.stdin.buffer


def stdout() -> IO[bytes]:
    """Standard output as bytes."""
    return sys.stdout.buffer
