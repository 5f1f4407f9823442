"""Rows of a Parquet file, read in a process of its own.

The Parquet library ends the whole process on some damaged files and prints pieces of them while it does, so
it is kept where neither can hurt: in a child with its own memory limit, whose error output goes nowhere.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, Any, cast

import msgspec

from earnest.record.errors import BadFile
from earnest.sources.file.columns import Plan
from earnest.sources.file.position import Item, Mark
from earnest.sources.file.sniff import Look

_DAMAGED = "the Parquet data is damaged"


class Parquet:
    """One open Parquet file. Close it, or read it to its end."""

    def __init__(self, look: Look) -> None:
        self._file = look.path.name
        self.broken: str | None = None
        self._child = subprocess.Popen(
            [sys.executable, "-m", "earnest.sources.file.parquet_child", str(look.path), look.compression],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._stdin, self._stdout = cast(IO[bytes], self._child.stdin), cast(IO[bytes], self._child.stdout)
        try:
            first = self._frame()
            if isinstance(first, str):
                raise BadFile(first, place=self._file, advice="Decompress it first.")
            if not isinstance(first, list):
                raise BadFile(
                    f"{_DAMAGED}: nothing can be read", place=self._file, advice="Write or fetch it again."
                )
        except BaseException:
            self.close()
            raise
        self.names: list[str] = [name for name, _ in first]
        self._types: dict[str, str] = dict(first)

    def items(self, plan: Plan, mark: Mark) -> Iterator[Item]:
        """Each row as (its number, the values of the plan's columns, the number of rows so far)."""
        for at in (*plan.lead, *plan.choice):
            if "utf8" not in self._types[self.names[at]].lower():
                raise BadFile(
                    f"the column '{self.names[at]}' does not hold text",
                    place=self._file,
                    advice="Name another column for the text.",
                )
        used = sorted(
            {
                at
                for at in (
                    *plan.lead,
                    *plan.choice,
                    plan.id,
                    plan.created,
                    plan.author,
                    plan.lang,
                    plan.region,
                    plan.url,
                )
                if at is not None
            }
        )
        try:
            self._stdin.write(
                msgspec.json.encode({"columns": [self.names[at] for at in used], "skip": mark.at}) + b"\n"
            )
            self._stdin.close()
        except OSError:
            self.broken = _DAMAGED
            return
        number = mark.at
        width = len(self.names)
        straight = used == list(range(width))
        while columns := self._frame():
            if not isinstance(columns, list):
                break
            for row in zip(*columns, strict=True):
                number += 1
                if straight:
                    yield number, row, number
                    continue
                wide: list[Any] = [None] * width
                for at, value in zip(used, row, strict=True):
                    wide[at] = value
                yield number, wide, number
        if columns is None:
            self.broken = f"{_DAMAGED} from about here on"

    def _frame(self) -> Any:
        """The next message of the child; None where it ended without saying so."""
        size = self._stdout.read(8)
        if len(size) < 8:
            return None
        body = self._stdout.read(int.from_bytes(size, "big"))
        try:
            return msgspec.msgpack.decode(body)
        except msgspec.DecodeError:
            return None

    def close(self) -> None:
        """End the child."""
        self._child.kill()
        for pipe in (self._stdin, self._stdout):
            with suppress(OSError):
                pipe.close()
        self._child.wait()
