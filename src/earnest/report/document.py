"""What a report looks like before any format: a title, sentences, sections, and the blocks of a section."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from earnest.report.shapes import Heat, Word
from earnest.report.svg import Drawing


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of words. The first column names the row; `numbers` are the columns that hold numbers."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()

    @property
    def head_cells(self) -> list[tuple[str, str, bool]]:
        """The heads in the shape of `cells`."""
        return [("", head, at in self.numbers) for at, head in enumerate(self.heads)]

    @property
    def cells(self) -> list[list[tuple[str, str, bool]]]:
        """For each row (text, head of its column, is it a number)."""
        return [
            [(text, self.heads[at], at in self.numbers) for at, text in enumerate(row)] for row in self.rows
        ]


@dataclass(frozen=True, slots=True)
class Chart:
    kind = "chart"
    title: str
    note: str
    drawing: Drawing
    grid: Grid


@dataclass(frozen=True, slots=True)
class HeatSpot:
    """What stands in a cell of a heat: a rate with its step, "few" (hidden) or "gap" over `rows` rows."""

    text: str
    step: str
    rows: int = 1
    url: str = ""


@dataclass(frozen=True, slots=True)
class HeatTable:
    """`legend`: (step or "few", words). `links`: where a cell leads, by row and column key."""

    kind = "heat"
    title: str
    corner: str
    heat: Heat
    heads: tuple[str, ...]
    legend: tuple[tuple[str, str], ...]
    hidden: str
    gap: str
    links: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def lines(self) -> list[tuple[str, list[HeatSpot]]]:
        """Rows as (title, cells); a column that was not seen is one cell, in the first row, over all of
        them.
        """
        found = []
        for number, row in enumerate(self.heat.rows):
            spots = []
            for column, cell in zip(self.heat.columns, row.cells, strict=True):
                if column.state == "unknown":
                    if number == 0:
                        spots.append(HeatSpot(self.gap, "gap", len(self.heat.rows)))
                elif cell.hidden:
                    spots.append(HeatSpot(self.hidden, "few"))
                else:
                    told = "" if cell.rate is None else str(cell.rate)
                    url = self.links.get((row.key, column.key), "") if cell.rate else ""
                    spots.append(HeatSpot(told, str(cell.step or 0), url=url))
            found.append((row.title, spots))
        return found


@dataclass(frozen=True, slots=True)
class Fact:
    term: str
    text: str
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    kind = "facts"
    facts: tuple[Fact, ...]
    often: str


@dataclass(frozen=True, slots=True)
class Table:
    kind = "table"
    grid: Grid


@dataclass(frozen=True, slots=True)
class Quote:
    text: str = field(repr=False)
    lang: str
    where: str


@dataclass(frozen=True, slots=True)
class Quotes:
    kind = "quotes"
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    kind = "lines"
    lines: tuple[str, ...]


Block = Chart | HeatTable | Facts | Table | Quotes | Lines


@dataclass(frozen=True, slots=True)
class Section:
    """`aside` stands in the margin: what a figure means or leaves out."""

    id: str
    heading: str
    prose: tuple[str, ...]
    blocks: tuple[Block, ...] = ()
    aside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """A report as it is told. `quoted` are the ids of the posts it quotes, so that an erasure can find it."""

    lang: str
    title: str
    range: str
    byline: tuple[str, ...]
    sentences: tuple[str, ...]
    sections: tuple[Section, ...]
    quoted: tuple[int, ...]
    table_word: str

    def quotations(self) -> dict[int, str]:
        """The words that are quoted, by post."""
        words = [
            quote.text
            for section in self.sections
            for block in section.blocks
            if isinstance(block, Quotes)
            for quote in block.quotes
        ]
        return dict(zip(self.quoted, words, strict=True))
