"""`earnest user`: people and their one-time sign-in links."""

from pathlib import Path

import click

from earnest.cli import setup


@click.group()
def command() -> None:
    """Add a person, or make a one-time sign-in link."""


@command.command()
@click.argument("name")
@click.option("--programme", help="The programme in which they hold the role.")
@click.option("--role", required=True, help="viewer, analyst, lead, steward, delegate or admin.")
@click.option("--place", "places", multiple=True, help="A place that a delegate speaks for; several times.")
@setup.home_option
def add(name: str, programme: str | None, role: str, places: tuple[str, ...], home: Path | None) -> None:
    """Add NAME, or give a person who is there another role. `--role admin` without a programme may do
    everything.
    """
    setup.django(home)
    from earnest.desk import access, audit

    person = access.add_person(name, programme, role, places)
    audit.note("cli", "person_added", programme=programme, about=f"person:{person}", detail={"role": role})
    where = f"{role} of {programme}" if programme else "admin of everything"
    click.echo(f"{name} is {where}. A sign-in link: earnest user link {name}")


@command.command()
@click.argument("name")
@click.option(
    "--address", default="http://127.0.0.1:8000", show_default=True, help="Where the pages are served."
)
@setup.home_option
def link(name: str, address: str, home: Path | None) -> None:
    """Print a link that signs NAME in, once, within 15 minutes."""
    setup.django(home)
    from earnest.desk import access, audit
    from earnest.store import write

    token = access.sign_in_token(name)
    audit.note("cli", "link_made", about=f"person:{write.user_id(name)}")
    click.echo(f"{address.rstrip('/')}/in/{token}")
