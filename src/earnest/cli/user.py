"""`earnest user`: people, their passwords and second factors, invitations, one-time sign-in links."""

import os
import sys
from pathlib import Path

import click

from earnest.cli import setup


@click.group()
def command() -> None:
    """Add or invite a person, set a password, or make a one-time sign-in link."""


@command.command()
@click.argument("name")
@click.option("--programme", help="The programme in which they hold the role.")
@click.option("--role", required=True, help="viewer, analyst, lead, steward, delegate or admin.")
@click.option("--place", "places", multiple=True, help="A place that a delegate speaks for; several times.")
@click.option("--email", default="", help="Their verified address: single sign-on knows them by it.")
@setup.home_option
def add(
    name: str, programme: str | None, role: str, places: tuple[str, ...], email: str, home: Path | None
) -> None:
    """Add NAME, or give a person who is there another role. `--role admin` without a programme may do
    everything.
    """
    setup.django(home)
    from earnest.desk import access, audit, people

    person = access.add_person(name, programme, role, places)
    if email:
        people.vouch(name, email)
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


@command.command()
@click.argument("name")
@click.option(
    "--password-env", metavar="VARIABLE", help="Where the password is (else it is asked for, or stdin)."
)
@setup.home_option
def password(name: str, password_env: str | None, home: Path | None) -> None:
    """Set the password of NAME. Every session of theirs ends."""
    setup.django(home)
    from earnest.desk import people

    people.set_password(name, _secret(password_env))
    click.echo(f"{name} signs in with the new password; every session of theirs has ended.")


@command.command()
@click.option("--programme", required=True, help="The programme they are to join.")
@click.option("--role", required=True, help="viewer, analyst, lead, steward, delegate or admin.")
@click.option("--place", "places", multiple=True, help="A place that a delegate speaks for; several times.")
@click.option("--email", default="", help="Their address, kept as verified when they accept.")
@click.option(
    "--address", default="http://127.0.0.1:8000", show_default=True, help="Where the pages are served."
)
@setup.home_option
def invite(
    programme: str, role: str, places: tuple[str, ...], email: str, address: str, home: Path | None
) -> None:
    """Print a link with which somebody joins, once, within a week."""
    setup.django(home)
    from earnest.desk import invitations

    made = invitations.invite(programme, role, places, email, by=None)
    click.echo(f"{address.rstrip('/')}/join/{made.token}")


@command.command("forget-factors")
@click.argument("name")
@setup.home_option
def forget_factors(name: str, home: Path | None) -> None:
    """Take the app, keys and recovery codes of NAME away, for who lost them."""
    setup.django(home)
    from earnest.desk import people

    people.forget_factors(name)
    click.echo(f"{name} is not asked for a second factor any more, until they add one.")


def _secret(variable: str | None) -> str:
    if variable is not None:
        return os.environ.get(variable, "")
    if sys.stdin.isatty():
        return str(click.prompt("The new password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\n")
