"""`earnest annotate`: label a Parquet file, or a folder of them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from earnest.cli.options import audience_option, model_option

if TYPE_CHECKING:
    from earnest.flow.annotate import Annotated

SHOWN = 20
"""Rows that could not be judged, each told in a line."""


@click.command(short_help="Label a Parquet file, or a folder of them.")
@click.argument("source", metavar="IN.parquet")
@click.argument("out", metavar="OUT.parquet", type=click.Path(path_type=Path))
@click.option(
    "--engine",
    type=click.Choice(["local", "spark"]),
    default="local",
    show_default=True,
    help="This machine, or a cluster.",
)
@click.option(
    "--processes",
    type=click.IntRange(1, 1_024),
    help="On this machine: so many at once.  [default: one for each core]",
)
@click.option("--master", metavar="URL", help="With Spark: the cluster.  [default: local[*]]")
@click.option("--once", is_flag=True, help="From Kafka: stop when what is there now is labelled.")
@model_option
@audience_option
def command(
    source: str,
    out: Path,
    engine: str,
    processes: int | None,
    master: str | None,
    once: bool,
    folder: Path | None,
    audience: str,
) -> None:
    """Write the same rows with kind, label, labels, unsure, sentiment and lang added.

    IN is a Parquet file with a column "text", or a folder of such files with the same columns. The posts go
    through the gate first: those it withholds are not in OUT, and the texts of the others are redacted.
    Columns that would lead to a person (an author, a user name) are not written. Stopped half-way, the same
    command goes on where it was.

    With Spark, OUT is a folder, and IN may be a topic: kafka://host:9092/topic, each message a JSON object
    with "text" and, if it has them, "id", "created" and "region". It is read until it is stopped, and goes on
    where it was.
    """
    model, sentiment = folder or "gig-delivery", audience == "customers"
    topic = source.startswith("kafka://")
    _check(engine, topic, processes, master, once)
    if topic:
        _follow(source, out, model, sentiment, master or "local[*]", once)
    elif engine == "spark":
        from earnest.flow import spark

        done = spark.annotate(Path(source), out, model, sentiment=sentiment, master=master or "local[*]")
        _tell(done, out)
    else:
        _tell(_here(Path(source), out, model, sentiment, processes), out)


def _check(engine: str, topic: bool, processes: int | None, master: str | None, once: bool) -> None:
    """Options that would do nothing are refused."""
    if engine == "spark" and processes is not None:
        raise click.UsageError("--processes is for this machine; a cluster has its own.")
    if engine != "spark" and (topic or master is not None):
        raise click.UsageError(f"{'kafka:// is' if topic else '--master is'} for --engine spark.")
    if once and not topic:
        raise click.UsageError("--once is for kafka://.")


def _follow(source: str, out: Path, model: Path | str, sentiment: bool, master: str, once: bool) -> None:
    from earnest.flow import spark_stream

    servers, topic = spark_stream.address_of(source)

    def progress(done: spark_stream.Streamed) -> None:
        click.echo(f"{done.posts:,} posts labelled", err=True)

    done = spark_stream.stream(
        servers, topic, out, model, sentiment=sentiment, master=master, once=once, progress=progress
    )
    if done.refused:
        click.echo(
            f"{done.refused:,} messages are no posts: where they are and what is wrong stands in"
            f" {out}/*/refused",
            err=True,
        )
    click.echo(f"{done.posts:,} posts labelled, written to {out} in {done.batches:,} batches.")
    raise SystemExit(1 if done.refused else 0)


def _here(source: Path, out: Path, model: Path | str, sentiment: bool, processes: int | None) -> "Annotated":
    from earnest.cli.progress import steps
    from earnest.flow.annotate import annotate

    with steps("Labelling") as report:

        def progress(done: int, total: int) -> None:
            report(f"{done:,} of {total:,} posts", done / max(1, total))

        return annotate(source, out, model, sentiment=sentiment, processes=processes, progress=progress)


def _tell(done: "Annotated", out: Path) -> None:
    from earnest.flow.batches import told

    if done.left_out:
        click.echo(f"Not written, because they would lead to a person: {', '.join(done.left_out)}.", err=True)
    for place in done.refused[:SHOWN]:
        click.echo(f"{place}: not labelled, because it cannot be judged whole: too long", err=True)
    if len(done.refused) > SHOWN:
        click.echo(f"and {len(done.refused) - SHOWN:,} more like these", err=True)
    click.echo(
        f"{done.rows:,} posts labelled by model {done.model}, written to {out}; "
        f"withheld: {told(done.withheld)}."
    )
    raise SystemExit(1 if done.refused else 0)
