"""Records of a CSV or TSV file, with an open quote, a ragged row or a giant field costing only itself."""

import csv
from collections.abc import Generator, Iterator
from itertools import chain

from earnest.record.errors import BadFile
from earnest.sources.file.lines import MAX_ITEM, TOO_LONG, TooLong, decoded, lines
from earnest.sources.file.position import Item, Mark
from earnest.sources.file.sniff import Look
from earnest.sources.file.stream import Stream

MAX_LINES = 5_000
"""Lines one quoted record may span before its quote is called unclosed."""

REREAD = 100_000
"""Lines that may be read again after unclosed quotes (and four for each line so far). Past that every line is
a record of its own for the rest of the file, so that a hostile file costs no more than its length."""

_NEVER_AGAIN = 1 << 40

UNCLOSED = 'a quote opens here and is never closed: close it, or write "" for a quote inside'


class _Stop(Exception):
    """Leaves csv.reader in the middle of a record."""


def separator(look: Look, told: str | None) -> str:
    """The sign between fields: told, or the likeliest of the first line. One column needs none."""
    if told:
        return told
    if look.format == "tsv":
        return "\t"
    line = decoded(look.head.splitlines()[0] if look.head.splitlines() else b"")[0]
    bare = "".join(line.split('"')[::2])
    best = max(",;\t|", key=bare.count)
    return best if bare.count(best) else "\x1f"


def header(look: Look, sep: str) -> list[str]:
    """The column names. Raises BadFile where the first record is none."""
    texts = (decoded(line)[0] for line in look.head.splitlines(keepends=True))
    csv.field_size_limit(MAX_ITEM)
    try:
        for row in csv.reader(texts, delimiter=sep):
            if row:
                names = [name.strip() for name in row]
                if len(names) > 2_000:
                    raise BadFile("has more than 2,000 columns", place=look.path.name)
                return names
    except csv.Error as error:
        raise BadFile(
            "the first line is not column names",
            place=look.path.name,
            advice="Add a line of names at the top.",
        ) from error
    raise BadFile(
        "has no first line with column names", place=look.path.name, advice="Add a line of names at the top."
    )


class Table:
    """Reads records from a mark on. `line` counts the lines behind it, `reread` those read again."""

    def __init__(self, stream: Stream, mark: Mark, sep: str, width: int) -> None:
        self.odd_lines = 0
        self.reread = mark.reread
        self._sep = sep
        self._width = width
        self.line = mark.line
        self._at = mark.at
        self._source: Iterator[bytes | TooLong] = lines(stream)
        self._record: list[bytes | TooLong] = []
        self._open = False

    def items(self) -> Iterator[Item]:
        """Each record as (its line, values or what is wrong, the offset after it), the header too."""
        csv.field_size_limit(MAX_ITEM)
        while self.reread < _NEVER_AGAIN:
            if (yield from self._records()):
                return
        yield from self._single_lines()

    def _feed(self) -> Iterator[str]:
        record, held = self._record, 0
        for line in self._source:
            if not record:
                held = 0
            record.append(line)
            if type(line) is not bytes:
                raise _Stop
            held += len(line)
            if held > MAX_ITEM or len(record) > MAX_LINES:
                raise _Stop
            try:
                yield line.decode()
            except UnicodeDecodeError:
                self.odd_lines += 1
                yield decoded(line)[0]
        self._open = bool(record)

    def _records(self) -> Generator[Item, None, bool]:
        """Records until the end (True) or until a quote had to be mended (False)."""
        record, width, at, line = self._record, self._width, self._at, self.line
        self._open = False
        reader = csv.reader(self._feed(), delimiter=self._sep)
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return True
            except (_Stop, csv.Error):
                row = None
            if row is None or self._open or (len(record) > 1 and not self._sound(row)):
                self._at, self.line = at, line
                yield self._give_up()
                return False
            first = line + 1
            if len(record) == 1:
                at += len(record[0])  # type: ignore[arg-type]  # only bytes get here: a TooLong raises _Stop
                line += 1
            else:
                at += sum(map(len, record))  # type: ignore[arg-type]  # as above
                line += len(record)
            record.clear()
            self.line = line
            if len(row) == width:
                yield first, row, at
            elif row:
                yield first, self._ragged(row), at

    def _sound(self, row: list[str]) -> bool:
        """Was a record of several lines meant as one? Not if only a later row's quote closed its own."""
        if len(row) != self._width:
            return False
        texts = [decoded(line)[0] for line in self._record if type(line) is bytes]
        whole_rows = all(text.count("\t") == self._width - 1 for text in texts)
        if self._sep == "\t" and self._width > 1 and whole_rows:
            return False
        try:
            return len(list(csv.reader(texts, delimiter=self._sep, strict=True))) == 1
        except csv.Error:
            return False

    def _give_up(self) -> Item:
        """Refuse the line a record began with; the lines after it are read again as records of their own."""
        first, *rest = self._record
        self._record.clear()
        self._source = chain(rest, self._source)
        self.line += 1
        if isinstance(first, TooLong):
            self._at += first.size
            return self.line, TOO_LONG, self._at
        self._at += len(first)
        self.reread += len(rest)
        if self.reread > REREAD + 4 * self.line:
            self.reread = _NEVER_AGAIN
        fields = decoded(first)[0].rstrip("\r\n").split("\t")
        if self._sep == "\t" and len(fields) == self._width:
            # most tab-separated files know no quoting: there a quote is a quote
            return self.line, fields, self._at
        return self.line, UNCLOSED, self._at

    def _single_lines(self) -> Iterator[Item]:
        for line in self._source:
            self.line += 1
            if isinstance(line, TooLong):
                self._at += line.size
                yield self.line, TOO_LONG, self._at
                continue
            self._at += len(line)
            text, odd = decoded(line)
            self.odd_lines += odd
            try:
                row = next(csv.reader([text], delimiter=self._sep, strict=True), [])
            except csv.Error:
                yield self.line, UNCLOSED, self._at
                continue
            if row:
                yield self.line, row if len(row) == self._width else self._ragged(row), self._at

    def _ragged(self, row: list[str]) -> list[str] | str:
        extra = row[self._width :]
        if extra and not any(extra):
            return row[: self._width]
        fields = "1 field" if len(row) == 1 else f"{len(row):,} fields"
        return f"has {fields} where the first line has {self._width:,}: is a quote missing?"
