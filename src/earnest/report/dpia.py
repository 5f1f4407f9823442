"""A data protection impact assessment (GDPR art. 35), filled from what a programme really is set to.

The structure is that of the Article 29 Working Party's guidelines WP 248 rev.01, annex 2: description,
necessity and proportionality, risks, measures, interested parties. What only a person can judge is marked,
and counted: an assessment with such marks is a draft. It holds no post and nobody's name.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from earnest.gate.figures import Figures
from earnest.store.read import Place, Programme
from earnest.store.read_consents import ConsentRow

Say = Callable[[str, str], str]
"""Picks English or Spanish."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What an assessment is filled from.

    posts    posts kept now, rounded ("about"), None where there are none
    epochs   (quarter, state, when its key is destroyed) of each voice key
    links    links of the audit chain; `head` its newest as a line to copy; `whole` whether it was verified
    """

    programme: Programme
    places: tuple[Place, ...]
    consents: dict[str, ConsentRow]
    posts: int | None
    delegates: int
    epochs: tuple[tuple[str, str, datetime], ...]
    links: int
    head: str
    whole: bool
    filters: Figures
    version: str
    made: datetime


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    said: str


@dataclass(frozen=True, slots=True)
class Write:
    """Something that a person must still write."""

    asked: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table; every row has as many cells as there are heads."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Text | Write | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered section."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """A whole assessment, ready to be written as Markdown or HTML."""

    lang: str
    title: str
    sections: tuple[Section, ...]

    @property
    def open(self) -> int:
        """How many parts a person must still write."""
        return sum(isinstance(block, Write) for section in self.sections for block in section.blocks)

    def markdown(self) -> str:
        """As Markdown. Texts of the operator's are shown as they are, never as markup."""
        lines = [f"# {_plain(self.title)}", ""]
        for number, section in enumerate(self.sections, 1):
            lines += [f"## {number}. {_plain(section.title)}", ""]
            for block in section.blocks:
                lines += [*_markdown(block, self.lang), ""]
        return "\n".join(lines).rstrip() + "\n"

    def html(self) -> str:
        """As one HTML page that asks for nothing from anywhere."""
        body = ""
        for number, section in enumerate(self.sections, 1):
            body += f"<h2>{number}. {escape(section.title)}</h2>\n"
            body += "".join(_html(block, self.lang) for block in section.blocks)
        return (
            f'<!doctype html>\n<html lang="{self.lang}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(self.title)}</title>\n<style>{STYLE}</style>\n</head>\n"
            f"<body>\n<main>\n<h1>{escape(self.title)}</h1>\n{body}</main>\n</body>\n</html>\n"
        )


STYLE = (
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;margin:0}"
    "main{max-width:52rem;margin:auto;padding:1.5rem}h1,h2{line-height:1.2}"
    "table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{border:1px solid;padding:.4rem;"
    "text-align:left;vertical-align:top;overflow-wrap:anywhere}aside{border:2px dashed;padding:.6rem 1rem;"
    "margin:1rem 0}@media(max-width:40rem){table,tbody,tr,td{display:block}thead{display:none}"
    "tr{margin-bottom:1rem}}"
)


def mark(lang: str) -> str:
    """The words before what a person must still write."""
    return "TO BE WRITTEN BY YOU" if lang == "en" else "POR ESCRIBIR"


def _markdown(block: Block, lang: str) -> list[str]:
    if isinstance(block, Text):
        return [_plain(block.said)]
    if isinstance(block, Write):
        return [f"> **☐ {mark(lang)}:** {_plain(block.asked)}"]
    rows: Sequence[tuple[str, ...]] = (block.heads, ("---",) * len(block.heads))
    head = [f"| {' | '.join(_plain(cell) for cell in rows[0])} |", f"|{'|'.join(rows[1])}|"]
    return head + [f"| {' | '.join(_plain(cell) for cell in row)} |" for row in block.rows]


def _plain(said: str) -> str:
    """A text in one line in which nothing is markup."""
    one = " ".join(said.split())
    for sign in "\\`*_[]|<>":
        one = one.replace(sign, f"\\{sign}" if sign not in "<>" else {"<": "&lt;", ">": "&gt;"}[sign])
    return f"\\{one}" if one[:1] in "#-+~" else one


def _html(block: Block, lang: str) -> str:
    if isinstance(block, Text):
        return f"<p>{escape(block.said)}</p>\n"
    if isinstance(block, Write):
        return f"<aside><strong>☐ {mark(lang)}:</strong> {escape(block.asked)}</aside>\n"
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in block.heads)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>\n" for row in block.rows)
    return f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
