"""`earnest annotate`: label a Parquet file."""

from pathlib import Path

import click

from earnest.cli.options import audience_option, model_option
from earnest.record.errors import MissingExtra


@click.command(short_help="Label a Parquet file.")
@click.argument("source", metavar="IN.parquet", type=click.Path(path_type=Path))
@click.argument("out", metavar="OUT.parquet", type=click.Path(path_type=Path))
@click.option(
    "--engine",
    type=click.Choice(["local", "spark"]),
    default="local",
    show_default=True,
    help="This machine, or a cluster.",
)
@model_option
@audience_option
def command(source: Path, out: Path, engine: str, folder: Path | None, audience: str) -> None:
    """Write the same rows with kind, label, labels, unsure, sentiment and lang added."""
    if engine == "spark":
        raise MissingExtra("Labelling on a Spark cluster", "spark")
    from earnest.cli.progress import counted
    from earnest.understand.annotate import annotate
    from earnest.understand.classify import Model

    model = Model.load(folder) if folder else Model.shipped("gig-delivery")
    with counted("Labelling", None) as progress:
        rows = annotate(source, out, model, sentiment=audience == "customers", progress=progress)
    click.echo(f"{rows:,} posts labelled by model {model.id}, written to {out}")
