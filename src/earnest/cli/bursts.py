"""`earnest bursts`: how unusual each row of a series of counts is, as CSV in and out."""

import codecs
import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO

import click

from earnest.cli import jsonl
from earnest.record.errors import BadFile, BadLine
from earnest.understand.bursts import Watch

BLOCK = 1 << 16
"""Bytes read at once; from a pipe, as many as are there."""

LONGEST = 1 << 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@click.command(short_help="Find bursts in a series of counts.")
@click.argument("source", metavar="[FILE]", type=click.File("rb"), default="-")
def command(source: IO[bytes]) -> None:
    """Score each row of a CSV `timestamp,value`: the same rows with a score from 0 to 1.

    A row's score depends on it and the rows before it only. Times are ISO 8601 or seconds since 1970 (UTC
    where no offset is written); an empty value is "not known". What cannot be read is named on stderr and
    left out.
    """
    out = jsonl.stdout()
    refused = 0
    columns: tuple[int, int] | None = None
    watch = Watch()
    answers: list[str] = []
    for number, line in _lines(source):
        if line is None:
            out.write("".join(answers).encode())
            out.flush()
            answers = []
            continue
        try:
            cells = _cells(line, f"line {number}")
            if not cells:
                continue
            if columns is None:
                columns = _columns(cells)
                answers.append("timestamp,value,score\n")
                if not _is_time(cells[columns[0]]):
                    continue
            said, value, score = _score(watch, cells, columns, f"line {number}")
        except BadLine as problem:
            refused += 1
            jsonl.complain(number, problem)
            continue
        answers.append(f"{said},{value},{score:.6f}\n" if score else f"{said},{value},0\n")
    out.write("".join(answers).encode())
    out.flush()
    raise SystemExit(1 if refused else 0)


def _lines(source: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines, and a None whenever what has come so far is through."""
    read = getattr(source, "read1", source.read)
    left, number = b"", 0
    while chunk := read(BLOCK):
        if not number and not left:
            chunk = chunk.removeprefix(codecs.BOM_UTF8)
        *lines, left = (left + chunk).split(b"\n")
        for line in lines:
            number += 1
            yield number, line
        if len(left) > LONGEST:
            raise BadFile(f"is longer than {LONGEST >> 20} MB", place=f"line {number + 1}")
        yield number, None
    if left:
        yield number + 1, left


def _cells(line: bytes, place: str) -> list[str]:
    try:
        text = line.decode().rstrip("\r")
        return text.split(",") if '"' not in text else next(csv.reader([text], strict=True), [])
    except UnicodeDecodeError:
        raise BadLine("is not UTF-8", place=place) from None
    except csv.Error:
        raise BadLine("is not CSV", place=place) from None


def _columns(cells: list[str]) -> tuple[int, int]:
    """Where time and value are. The first line may name them or be a row already."""
    names = [cell.strip().lower() for cell in cells]
    if "timestamp" in names and "value" in names:
        return names.index("timestamp"), names.index("value")
    if len(cells) >= 2 and _is_time(cells[0]):
        return 0, 1
    raise BadFile(
        "does not name the columns 'timestamp' and 'value'",
        place="line 1",
        advice="The first line of the CSV is: timestamp,value",
    )


def _score(watch: Watch, cells: list[str], columns: tuple[int, int], place: str) -> tuple[str, str, float]:
    if len(cells) <= max(columns):
        raise BadLine("has too few columns", place=place)
    said, written = cells[columns[0]].strip(), cells[columns[1]].strip()
    try:
        at = _seconds(said)
    except (ValueError, OverflowError):
        raise BadLine("'timestamp' is not a time", place=place) from None
    value: float | None = None
    if written:
        try:
            value = float(written)
        except ValueError:
            raise BadLine("'value' is not a number", place=place) from None
        if value - value != 0.0:
            raise BadLine("'value' is not a finite number", place=place)
    try:
        return said, written, watch.hear(at, value)
    except ValueError as error:
        raise BadLine(str(error), place=place) from None


def _seconds(said: str) -> float:
    if said.isdecimal() and len(said) > 8:
        return float(said)
    at = datetime.fromisoformat(said)
    return ((at.replace(tzinfo=UTC) if at.tzinfo is None else at) - _EPOCH).total_seconds()


def _is_time(said: str) -> bool:
    try:
        _seconds(said.strip())
    except (ValueError, OverflowError):
        return False
    return True
