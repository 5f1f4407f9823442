"""Options that several commands share, so that they mean the same everywhere."""

from pathlib import Path

import click

model_option = click.option(
    "--model",
    "folder",
    type=click.Path(path_type=Path),
    help="A model folder; else the shipped gig-delivery model.",
)

audience_option = click.option(
    "--audience",
    type=click.Choice(["customers", "workforce"]),
    default="customers",
    show_default=True,
    help="For a workforce no sentiment is computed.",
)
