"""`earnest lint`: would Earnest accept this configuration? JSON lines in and out."""

from collections.abc import Iterator
from typing import IO, Any

import click

from earnest.cli import jsonl
from earnest.record.errors import BadLine


@click.command(short_help="Would Earnest accept this configuration?")
@click.argument("source", metavar="[FILE]", type=click.File("rb"), default="-")
def command(source: IO[bytes]) -> None:
    """Judge wishes: {"id","door","text"} a line in; allowed or not, and why not, a line out.

    Doors: category, saved_search, alert, tag, import_column, report_filter.
    """
    from earnest.gate.refusals import DOORS, judge

    def handle(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any] | BadLine]:
        for row in rows:
            if row["door"] not in DOORS:
                yield BadLine(f"'door' must be one of {', '.join(DOORS)}")
                continue
            reason = judge(row["door"], row["text"])
            yield (
                {"id": row["id"], "allow": True}
                if reason is None
                else {"id": row["id"], "allow": False, "reason": reason}
            )

    raise SystemExit(jsonl.run(source, jsonl.stdout(), ("id", "door", "text"), handle))
