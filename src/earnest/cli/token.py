"""`earnest token`: keys with which programs use the programming interface."""

from pathlib import Path

import click

from earnest.cli import setup
from earnest.record.errors import StoreError


@click.group()
def command() -> None:
    """Tokens of the programming interface: add, list, revoke."""


@command.command()
@click.argument("name")
@click.option("--programme", required=True, help="The programme that it opens.")
@click.option("--person", required=True, help="In whose place it works: it has their rights, never more.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    default=("read",),
    show_default=True,
    help="read, work or manage; several times.",
)
@click.option(
    "--days", type=click.IntRange(1, 365), default=90, show_default=True, help="It ends after so many."
)
@setup.home_option
def add(
    name: str, programme: str, person: str, scopes: tuple[str, ...], days: int, home: Path | None
) -> None:
    """Make a token called NAME and print it, this once."""
    setup.django(home)
    from earnest.desk import tokens

    made = tokens.make_for(person, programme, name, scopes, days=days)
    click.echo(made.token)
    click.echo(f"Shown once; only its hash is kept. It ends on {made.expires:%Y-%m-%d}.", err=True)


@command.command("list")
@click.option("--programme", required=True)
@setup.home_option
def list_(programme: str, home: Path | None) -> None:
    """Every token of a programme: whose it is, what for, the day it was last used. Never the token itself."""
    setup.django(home)
    from earnest.desk import tokens

    for row, state in tokens.every(programme):
        used = f"{row.last_used:%Y-%m-%d}" if row.last_used else "never"
        click.echo(
            f"{row.id}\t{row.name}\t{row.person}\t{'+'.join(row.scopes)}\t{state}\t"
            f"ends {row.expires:%Y-%m-%d}\tused {used}"
        )


@command.command()
@click.argument("number", type=click.IntRange(min=1))
@click.option("--programme", required=True)
@setup.home_option
def revoke(number: int, programme: str, home: Path | None) -> None:
    """Revoke the token NUMBER: from now on it opens nothing."""
    setup.django(home)
    from earnest.desk import tokens

    if not tokens.revoke_here(programme, number):
        raise StoreError(
            f"There is no token {number} in '{programme}' that could be revoked.",
            advice=f"See them: earnest token list --programme {programme}",
        )
    click.echo(f"Token {number} opens nothing any more.")
