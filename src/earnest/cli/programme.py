"""`earnest programme`: what is listened for, by whom, why, and for how long it is kept."""

from pathlib import Path

import click

from earnest.cli import setup


@click.group()
def command() -> None:
    """Add a programme, or list them."""


@command.command("list")
@setup.home_option
def list_(home: Path | None) -> None:
    """List the programmes."""
    setup.django(home)
    from earnest.store import read

    known = read.programmes()
    for one in known:
        click.echo(f"{one.slug}: {one.name}, {one.audience}, {one.taxonomy}, kept {one.retention_days} days")
    if not known:
        click.echo("There is no programme yet. Add one: earnest programme add NAME --audience customers …")


@command.command("add")
@click.argument("slug")
@click.option("--name", help="What people call it (default: the same).")
@click.option("--audience", type=click.Choice(("customers", "workforce")), required=True)
@click.option("--taxonomy", default="gig-delivery", show_default=True)
@click.option("--purpose", required=True, help="Why you listen; it stands in the public notice.")
@click.option("--lawful-basis", required=True, help="On what ground; it stands in the public notice.")
@click.option("--contact", required=True, help="Whom to write to; it stands in the public notice.")
@click.option("--retention", type=click.IntRange(1, 3_650), default=365, show_default=True, help="Days.")
@setup.home_option
def add(
    slug: str,
    name: str | None,
    audience: str,
    taxonomy: str,
    purpose: str,
    lawful_basis: str,
    contact: str,
    retention: int,
    home: Path | None,
) -> None:
    """Add the programme SLUG and its submit form. `workforce`: people whose pay depends on the operator."""
    setup.django(home)
    from earnest.flow.programmes import add_programme

    add_programme(
        slug,
        name or slug,
        audience,
        taxonomy=taxonomy,
        purpose=purpose,
        lawful_basis=lawful_basis,
        contact=contact,
        retention_days=retention,
    )
    click.echo(f"Added {slug}. Its public notice: /notice/{slug}; its form: /say/{slug}")
