"""`earnest exports`: files that left and still hold posts that were erased since."""

import json
import sys
from pathlib import Path

import click

from earnest.cli import setup


@click.command()
@click.option("--all", "everything", is_flag=True, help="Every file that left, not only these.")
@click.option("--done", type=int, metavar="NUMBER", help="The file of this number is deleted or replaced.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@setup.home_option
def command(everything: bool, done: int | None, as_json: bool, home: Path | None) -> None:
    """List the copies of reports that hold posts which were erased after the copies left.

    Reports that are stored here lose such posts by themselves. Copies that were written elsewhere or taken
    along by a browser are beyond reach: go after them, then say so with --done. A file that was replaced at
    the same path leaves the list by itself. Exit code 1 while there are some.
    """
    setup.django(home)
    from earnest.store import read, write

    if done is not None:
        write.export_dealt_with(done)
    rows = read.exports(stale=not everything)
    for row in rows:
        if as_json:
            told = {
                "id": row.id,
                "programme": row.programme,
                "what": row.what,
                "format": row.format,
                "made": row.made.isoformat(timespec="seconds"),
                "path": None if row.path is None else str(row.path),
                "posts": row.posts,
                "erased": row.held,
            }
            click.echo(json.dumps(told, ensure_ascii=False))
            continue
        where = "taken along by a browser" if row.what == "download" else row.path or "standard output"
        held = f"; {row.held} of its {row.posts} posts were erased" if row.held else ""
        click.echo(f"{row.id}  {row.made:%Y-%m-%d}  {row.programme}  {row.format}  {where}{held}")
    if not rows and not as_json:
        click.echo("No copy is known to hold an erased post." if not everything else "Nothing left yet.")
    sys.exit(1 if any(row.held for row in rows) else 0)
