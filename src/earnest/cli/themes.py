"""`earnest themes`: group posts on the same concrete problem, JSON lines in and out."""

from collections.abc import Iterable
from typing import IO

import click
import msgspec

from earnest.cli import jsonl
from earnest.record.errors import BadLine

STEP = 2_048
"""Posts grouped at once."""


@click.command(short_help="Group posts on the same concrete problem.")
@click.argument("source", metavar="[FILE]", type=click.File("rb"), default="-")
def command(source: IO[bytes]) -> None:
    """Group posts: {"id","text"} a line in; {"id","theme"} a line out (theme null: like no others), then a
    line a theme: {"theme","label","posts","phrases"}.

    Themes are told when all posts are read, since a later post may change where an earlier one belongs.
    """
    from earnest.understand import themes_names
    from earnest.understand.themes import Arrived, Grouping

    group = Grouping()
    ids: list[str] = []
    texts: list[str] = []
    homes: dict[int, int | None] = {}
    became: dict[int, int] = {}
    waiting: list[Arrived] = []
    refused = 0

    def take(moves_homes: dict[int, int | None], merged: Iterable[tuple[int, int]]) -> None:
        homes.update(moves_homes)
        became.update(merged)

    for number, row in jsonl.read(source, ("id", "text")):
        if isinstance(row, BadLine):
            refused += 1
            jsonl.complain(number, row)
            continue
        waiting.append(Arrived(len(ids), row["text"]))
        ids.append(row["id"])
        texts.append(row["text"])
        if len(waiting) >= STEP:
            moves = group.add(waiting)
            take(moves.homes, moves.merged)
            waiting = []
    for moves in (group.add(waiting), group.settle()):
        take(moves.homes, moves.merged)
    found = [_last(homes.get(at), became) for at in range(len(ids))]
    out = jsonl.stdout()
    encode = msgspec.json.Encoder().encode
    for id, theme in zip(ids, found, strict=True):
        out.write(encode({"id": id, "theme": theme}) + b"\n")
    members: dict[int, list[str]] = {}
    for text, theme in zip(texts, found, strict=True):
        if theme is not None:
            members.setdefault(theme, []).append(text)
    usual = themes_names.usual(texts) if members else {}
    for theme, said in sorted(members.items(), key=lambda item: (-len(item[1]), item[0])):
        phrases = themes_names.phrases(said, usual)
        line = {
            "theme": theme,
            "label": themes_names.name(phrases) or f"theme {theme}",
            "posts": len(said),
            "phrases": [phrase.text for phrase in phrases],
        }
        out.write(encode(line) + b"\n")
    out.flush()
    raise SystemExit(1 if refused else 0)


def _last(theme: int | None, became: dict[int, int]) -> int | None:
    """The theme that one has become part of."""
    while theme is not None and theme in became:
        theme = became[theme]
    return theme
