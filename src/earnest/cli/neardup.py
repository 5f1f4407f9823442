"""`earnest neardup`: which posts say nearly the same. JSON lines in and out."""

from collections.abc import Iterator
from typing import IO, Any

import click

from earnest.cli import jsonl
from earnest.record.errors import BadLine


@click.command(short_help="Which posts say nearly the same.")
@click.argument("source", metavar="[FILE]", type=click.File("rb"), default="-")
def command(source: IO[bytes]) -> None:
    """Group reposts: {"id","text"} a line in; its id and the id of the first post of its group a line out.

    A post's group never changes by what comes after it.
    """
    from earnest.understand.neardup import Groups

    groups = Groups()
    ids: list[str] = []

    def handle(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any] | BadLine]:
        first = len(ids)
        ids.extend(row["id"] for row in rows)
        found = groups.add(range(first, len(ids)), [row["text"] for row in rows])
        for row, group in zip(rows, found, strict=True):
            yield {"id": row["id"], "group": ids[group]}

    raise SystemExit(jsonl.run(source, jsonl.stdout(), ("id", "text"), handle))
