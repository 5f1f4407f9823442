"""Which rows are done together: the plan of a run, the same each time it is made of the same files."""

from collections.abc import Sequence
from dataclasses import dataclass

from earnest.flow.annotate.footer import Footer

ROWS = 65_536
"""Rows of a part: about a second of work, and what a kill costs at most in each process."""
BYTES = 32 * 1024 * 1024
"""Unpacked bytes of a part, as far as the files tell: large texts make small parts."""
BATCH_ROWS = 8_192
BATCH_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of one row group: from `start` in it on; `first` is the number in the file of the first."""

    file: int
    group: int
    start: int
    rows: int
    first: int
    batch: int


@dataclass(frozen=True, slots=True)
class Part:
    """What a process does at once and writes as one file."""

    number: int
    pieces: tuple[Piece, ...]

    @property
    def rows(self) -> int:
        return sum(piece.rows for piece in self.pieces)


def plan(footers: Sequence[Footer]) -> list[Part]:
    """All rows of all files in their order, in parts; at least one, so that no rows give a file, too."""
    parts: list[Part] = []
    pieces: list[Piece] = []
    room = 1.0
    for file, footer in enumerate(footers):
        first = 0
        for number, group in enumerate(footer.groups):
            mean = max(1, group.size // max(1, group.rows))
            batch = max(1, min(BATCH_ROWS, BATCH_BYTES // mean))
            most = max(1, min(ROWS, BYTES // mean))
            start = 0
            while start < group.rows:
                rows = min(group.rows - start, max(1, int(room * most)))
                pieces.append(Piece(file, number, start, rows, first + start, batch))
                start += rows
                room -= rows / most
                if room * most < 1:
                    parts.append(Part(len(parts), tuple(pieces)))
                    pieces, room = [], 1.0
            first += group.rows
    if pieces or not parts:
        parts.append(Part(len(parts), tuple(pieces)))
    return parts
