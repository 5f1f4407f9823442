"""`earnest redact`: replace personal data by placeholders. JSON lines in and out."""

from collections.abc import Iterator
from typing import IO, Any

import click

from earnest.cli import jsonl
from earnest.record.errors import BadLine


@click.command(short_help="Replace personal data by placeholders.")
@click.argument("source", metavar="[FILE]", type=click.File("rb"), default="-")
def command(source: IO[bytes]) -> None:
    """Redact posts: {"id","text"} in; its text with placeholders and the spans (in characters) out."""
    from earnest.gate.redact import redact

    def handle(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any] | BadLine]:
        for row in rows:
            done = redact(row["text"])
            spans = [{"start": span.start, "end": span.end, "kind": span.kind} for span in done.spans]
            yield {"id": row["id"], "text": done.text, "spans": spans}

    raise SystemExit(jsonl.run(source, jsonl.stdout(), ("id", "text"), handle))
