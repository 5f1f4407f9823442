"""`earnest gate`: which posts would be admitted, and as what text. JSON lines in and out."""

from typing import IO

import click

from earnest.cli import jsonl


@click.command(short_help="Which posts would be admitted, and as what text.")
@click.option(
    "--audience", type=click.Choice(["customers", "workforce"]), default="customers", show_default=True
)
@click.argument("source", metavar="[FILE]", type=click.File("rb"), default="-")
def command(audience: str, source: IO[bytes]) -> None:
    """Try the gate out: {"id","text","author"?,"lang"?} in; admitted or not, text or reason, out.

    The reason is for you alone: Earnest itself keeps nothing of a post that it withholds.
    """
    from earnest.gate.inspect import Trial

    trial = Trial("workforce" if audience == "workforce" else "customers")
    raise SystemExit(jsonl.run(source, jsonl.stdout(), ("id", "text"), trial.answer))
