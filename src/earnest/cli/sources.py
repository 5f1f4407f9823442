"""`earnest sources`: the kinds of place Earnest can read, and adding one to a programme."""

import os
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from earnest.cli import invite, setup
from earnest.record.errors import Refused, SetupError
from earnest.sources.registry import TYPES, open_source


@click.group("sources")
def command() -> None:
    """The kinds of place Earnest can read, and adding one."""


for one in invite.COMMANDS:
    command.add_command(one)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One line a source type, for machines.")
def list_(as_json: bool) -> None:
    """List the source types, what they may be declared as, and what they were tested against."""
    if as_json:
        for kind in TYPES.values():
            line: dict[str, object] = {"type": kind.type, "kinds": list(kind.kinds), "title": kind.title}
            if kind.extra:
                line["extra"] = kind.extra
            click.echo(msgspec.json.encode(line | {"tested_against": kind.tested_against}))
        return
    table = Table("type", "may be", "what it reads", "tested against", box=None, pad_edge=False)
    for kind in TYPES.values():
        table.add_row(kind.type, ", ".join(kind.kinds), kind.title, kind.tested_against)
    Console().print(table)


@command.command("add")
@click.argument("name")
@click.option("--type", "type_", required=True, type=click.Choice(sorted(TYPES)), help="What sort of place.")
@click.option("--kind", help="addressed, open or closed (default: the first that the type may be).")
@click.option("--programme", help="The programme that listens (default: the default programme).")
@click.option("--title", default="", help="What people call the place.")
@click.option("--region", help="City or country, where the place does not tell.")
@click.option("--lang", help="Language, where the place does not tell: en, es, …")
@click.option("--every", type=click.IntRange(30, 86_400), default=300, show_default=True, help="Seconds.")
@click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting, such as url=https://…"
)
@setup.home_option
def add(
    name: str,
    type_: str,
    kind: str | None,
    programme: str | None,
    title: str,
    region: str | None,
    lang: str | None,
    every: int,
    settings: tuple[str, ...],
    home: Path | None,
) -> None:
    """Add the place NAME to a programme, to be read by `earnest listen` and `earnest serve`."""
    chosen = dict(invite.pair(setting) for setting in settings)
    kinds = TYPES[type_].kinds
    if kind is None:
        kind = kinds[0]
    if kind not in kinds:
        raise click.UsageError(f"A {type_} place may be {' or '.join(kinds)}, not {kind}.")
    if kind == "closed":
        raise Refused(
            "A closed community cannot be added by the operator: it invites Earnest itself.",
            advice="Ask it to: earnest sources invite --help",
        )
    setup.django(home)
    open_source(type_, chosen, setup.egress())
    from earnest.flow.intake import slug_of
    from earnest.store import write

    slug = slug_of(name)
    programme = programme or write.default_programme()
    write.add_place(
        programme,
        slug,
        title=title or name,
        type=type_,
        kind=kind,
        region=region,
        lang=lang,
        settings=dict(chosen),
        interval=every,
    )
    from earnest.desk import audit

    audit.note("cli", "place_added", programme=programme, about=f"place:{slug}", detail={"type": type_})
    click.echo(f"Added {slug} ({type_}, {kind}). Read it now: earnest listen --once")


@command.command("secret")
@click.argument("programme")
@setup.home_option
def secret(programme: str, home: Path | None) -> None:
    """Make a secret with which requests to /api/submit/PROGRAMME are signed. The one before stays valid."""
    folder = setup.django(home)
    from earnest.sources.submit.sign import new_secret
    from earnest.store import read

    if read.programme(programme) is None:
        raise SetupError(f"There is no programme '{programme}'.", advice="See: earnest programme list")
    path = folder / "keys" / f"submit-{programme}.key"
    before = path.read_text(encoding="ascii").split()[:1] if path.exists() else []
    fresh = new_secret()
    draft = path.with_suffix(".new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write("\n".join([fresh, *before]) + "\n")
    draft.replace(path)
    from earnest.desk import audit

    audit.note("cli", "secret_made", programme=programme)
    click.echo(fresh)
