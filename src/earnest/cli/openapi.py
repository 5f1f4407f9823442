"""`earnest openapi`: the programming interface as an OpenAPI document."""

import json
import os
from pathlib import Path

import click

from earnest.cli import setup


@click.command()
@setup.home_option
def command(home: Path | None) -> None:
    """Print the OpenAPI document of the programming interface."""
    setup.start(Path(home or os.environ.get("EARNEST_HOME") or "~/.earnest").expanduser().absolute())
    from earnest.api.v1 import document

    click.echo(json.dumps(document.document(), ensure_ascii=False, indent=1, sort_keys=True))
