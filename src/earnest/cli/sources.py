"""`earnest sources`: the kinds of place Earnest can read, and adding one to a programme."""

import os
import sys
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from earnest.cli import backfill, invite, setup, sources_ask, sources_check, sources_new, sources_try
from earnest.record.errors import Refused, SetupError
from earnest.sources.asks import values
from earnest.sources.base import SourceType
from earnest.sources.extras import missing
from earnest.sources.registry import TYPES, packages


@click.group("sources")
def command() -> None:
    """The kinds of place Earnest can read, and adding one."""


for _one in (*invite.COMMANDS, backfill.command, sources_check.check, sources_new.new):
    command.add_command(_one)


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
    else:
        table = Table("type", "may be", "what it reads", "needs", "tested against", box=None, pad_edge=False)
        for kind in TYPES.values():
            table.add_row(kind.type, ", ".join(kind.kinds), kind.title, _needs(kind), kind.tested_against)
        Console().print(table)
    for one in packages():
        if one.problem:
            said = f"The package {one.package} with the type '{one.name}' is left out. {one.problem}"
            click.echo(
                msgspec.json.encode({"error": "Refused", "message": said}) if as_json else said, err=True
            )


def _needs(kind: SourceType) -> str:
    """What a type needs besides Earnest, in two words or none."""
    extra = f"the extra {kind.extra}" if missing(kind.extra) else ""
    return ", ".join(part for part in (extra, "a key" if kind.secret else "") if part)


@command.command("add")
@click.argument("name")
@click.option("--type", "type_", help="What sort of place: see earnest sources list.")
@click.option("--kind", help="addressed, open or closed (default: the first that the type may be).")
@click.option("--programme", help="The programme that listens (default: the default programme).")
@click.option("--title", default="", help="What people call the place.")
@click.option("--region", help="City or country, where the place does not tell.")
@click.option("--lang", help="Language, where the place does not tell: en, es, …")
@click.option("--every", type=click.IntRange(30, 86_400), default=300, show_default=True, help="Seconds.")
@click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting, such as url=https://…"
)
@click.option("--token-env", metavar="NAME", help="The environment variable that holds the place's secret.")
@click.option("--yes", is_flag=True, help="Add it if it answers, without asking.")
@click.option("--untried", is_flag=True, help="Add it without trying it: not a single request is made.")
@click.option("--ask/--no-ask", default=None, help="Ask for what is missing (default: at a terminal).")
@setup.home_option
def add(
    name: str,
    type_: str | None,
    kind: str | None,
    programme: str | None,
    title: str,
    region: str | None,
    lang: str | None,
    every: int,
    settings: tuple[str, ...],
    token_env: str | None,
    yes: bool,
    untried: bool,
    ask: bool | None,
    home: Path | None,
) -> None:
    """Try the place NAME, show five posts as they would be kept, and add it to a programme after a yes.

    Each setting that was not given is asked for. Nothing is stored before the yes.
    """
    asking = (sys.stdin.isatty() and not (yes or untried)) if ask is None else ask
    given = dict(sources_ask.pair(setting) for setting in settings)
    found = sources_ask.type_of(type_, ask=asking)
    declared = sources_ask.kind_of(found, kind, ask=asking)
    if declared == "closed":
        raise Refused(
            "A closed community cannot be added by the operator: it invites Earnest itself.",
            advice="Ask it to: earnest sources invite --help",
        )
    if asking and found.asks:
        click.echo(click.style(f"  The platform asks: {found.asks}", dim=True), err=True)
    chosen = sources_ask.settings_of(found, given, ask=asking)
    secret = sources_ask.secret_of(found, token_env, ask=asking)
    setup.django(home)
    from earnest.flow import places
    from earnest.flow.intake import programme_of, slug_of
    from earnest.store import write

    slug_of(name)
    programme = programme or write.default_programme()
    terms = programme_of(programme)
    if not terms.live and not untried:
        click.echo("It is not tried: nobody is listened to before the programme begins.", err=True)
    elif not untried:
        from earnest.flow.trying import try_place

        whole = {**chosen, found.secret: secret} if found.secret and secret else chosen
        tried = try_place(
            programme, found.type, declared, whole, setup.egress(), actor="cli", region=region or ""
        )
        sources_try.show(tried, terms.retention_days)
    if not (untried or yes or _agreed(asking)):
        click.echo("Nothing was stored.", err=True)
        sys.exit(1)
    slug = places.add_place(
        programme,
        name,
        found.type,
        declared,
        chosen,
        setup.egress(),
        actor="cli",
        secret=secret,
        title=title,
        region=region,
        lang=lang,
        every=every,
    )
    click.echo(f"Added {slug} ({found.type}, {declared}). Read it now: earnest listen --once")


def _agreed(asking: bool) -> bool:
    if asking:
        return click.confirm("Add it", default=False, err=True)
    click.echo("Say --yes to add it (or --untried, to add a place without trying it).", err=True)
    return False


@command.command("change")
@click.argument("slug")
@click.option("--programme", help="The programme that listens (default: the default programme).")
@click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting, such as url=https://…"
)
@click.option("--unset", multiple=True, metavar="NAME", help="A setting to leave to its default.")
@setup.home_option
def change(
    slug: str, programme: str | None, settings: tuple[str, ...], unset: tuple[str, ...], home: Path | None
) -> None:
    """Change settings of the place SLUG. It is then read from its start: what is kept is recognised.

    Its secret is changed with `earnest sources token`.
    """
    given = dict(sources_ask.pair(setting) for setting in settings)
    if not (given or unset):
        raise click.UsageError("Nothing to change: give --set or --unset.")
    setup.django(home)
    from earnest.flow import places
    from earnest.store import read, write

    programme = programme or write.default_programme()
    place = read.listening_place(programme, slug)
    kept = {name: value for name, value in place.settings.items() if name not in unset}
    known = TYPES.get(place.type)
    fresh = kept | (values(known, given) if known else dict(given))
    changed = places.change_place(programme, slug, fresh, setup.egress(), actor="cli")
    click.echo(f"Changed {slug}." if changed else "Nothing changed.")


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
