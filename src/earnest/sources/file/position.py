"""Where a read of a file stands."""

from collections.abc import Sequence
from typing import Any

import msgspec

Item = tuple[int, Sequence[Any] | str, int]
"""Line or number of an item; its values, or what is wrong with it; the offset after it."""


class Mark(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The cursor of a file.

    file    size, time and the hash of the beginning: where they differ, the file is read from its start
    at      bytes after decompression, or rows of a Parquet file
    line    lines, list elements or rows before `at`
    reread  lines of a table that were read again because a quote was never closed
    """

    file: str
    at: int = 0
    line: int = 0
    reread: int = 0

    def __post_init__(self) -> None:
        if min(self.at, self.line, self.reread) < 0 or max(self.at, self.line, self.reread) >= 1 << 62:
            raise ValueError("out of range")
