"""`earnest sources list`: the kinds of place Earnest can read."""

import click
import msgspec
from rich.console import Console
from rich.table import Table

from earnest.sources.registry import TYPES


@click.group("sources")
def command() -> None:
    """The kinds of place Earnest can read."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One line a source type, for machines.")
def list_(as_json: bool) -> None:
    """List the source types, what they may be declared as, and what they were tested against."""
    if as_json:
        for kind in TYPES.values():
            line: dict[str, object] = {"type": kind.type, "kinds": list(kind.kinds), "title": kind.title}
            if kind.extra:
                line["extra"] = kind.extra
            click.echo(msgspec.json.encode(line | {"tested_against": kind.tested_against}))
        return
    table = Table("type", "may be", "what it reads", "tested against", box=None, pad_edge=False)
    for kind in TYPES.values():
        table.add_row(kind.type, ", ".join(kind.kinds), kind.title, kind.tested_against)
    Console().print(table)
