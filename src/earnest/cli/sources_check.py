"""`earnest sources check`: does a place answer, would one, and does a package keep its promises?"""

import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from earnest.cli import setup, sources_ask
from earnest.record.errors import InputError
from earnest.sources.asks import asked
from earnest.sources.registry import open_source, packages

if TYPE_CHECKING:
    from earnest.flow.checking import Checked, State
    from earnest.sources.promises import Promise

SIGNS = {"answers": "✓", "later": "~", "fault": "✗", "waiting": "~", "not_read": "–"}


@click.command("check")
@click.argument("slug", required=False, metavar="[PLACE]")
@click.option(
    "--programme", help="The programme that listens (default: all, or for a PLACE the default one)."
)
@click.option("--type", "type_", help="Check settings of a place that is not added yet.")
@click.option("--package", help="Check a package that ships a type of place: its name, or the type's.")
@click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting, with --type or --package."
)
@click.option("--token-env", metavar="NAME", help="The environment variable that holds the place's secret.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@setup.home_option
def check(
    slug: str | None,
    programme: str | None,
    type_: str | None,
    package: str | None,
    settings: tuple[str, ...],
    token_env: str | None,
    as_json: bool,
    home: Path | None,
) -> None:
    """Ask each place, or PLACE, whether it answers: its settings, its key, its server. Nothing is kept.

    Of a community it says how its invitation stands, opening or ending it as a read would. Exit code 0 where
    everything answers, 1 where something needs a person or time.
    """
    given = dict(sources_ask.pair(setting) for setting in settings)
    if [slug is not None, type_ is not None, package is not None].count(True) > 1:
        raise click.UsageError("Give a PLACE, --type or --package, not several.")
    if package is not None:
        sys.exit(0 if _package(package, given, token_env, home) else 1)
    if given and type_ is None:
        raise click.UsageError("--set goes with --type or --package.")
    setup.django(home)
    from earnest.flow import checking
    from earnest.store import read, write

    if type_ is not None:
        whole = _whole(type_, given, token_env)
        results = iter([checking.check_type(type_, whole, setup.egress())])
    else:
        if slug is not None:
            programme = programme or write.default_programme()
            if read.listening_place(programme, slug).kind == "closed" and not as_json:
                _invited(programme, slug)
        results = checking.check_places(programme, slug, setup.egress())
    states = [_tell(one, as_json) for one in results]
    if not states:
        click.echo("There is no place yet. Add one: earnest sources add --help", err=True)
    sys.exit(0 if set(states) <= checking.GOOD else 1)


def _whole(type_: str, given: Mapping[str, str], token_env: str | None) -> dict[str, Any]:
    """Settings of a place that is not added yet, its secret among them."""
    kind = sources_ask.type_of(type_, ask=False)
    chosen = sources_ask.settings_of(kind, given, ask=False)
    secret = sources_ask.secret_of(kind, token_env, ask=False)
    return {**chosen, kind.secret: secret} if kind.secret and secret else chosen


def _tell(one: "Checked", as_json: bool) -> "State":
    if as_json:
        click.echo(msgspec.json.encode(asdict(one)))
        return one.state
    where = f"{one.programme}/{one.place}" if one.place else one.type
    mend = one.mend.replace("PLACE", one.place) if one.place else one.mend
    click.echo(f"{SIGNS[one.state]} {where}: {one.says}{f'  → {mend}' if mend else ''}")
    return one.state


def _invited(programme: str, slug: str) -> None:
    """A community's place, told as its invitation stands."""
    from earnest.cli import invite
    from earnest.flow import handshake

    found = handshake.look(programme, slug, setup.egress())
    click.echo(invite.said(found))
    sys.exit(0 if found.state == "live" else 1)


def _package(name: str, given: Mapping[str, str], token_env: str | None, home: Path | None) -> bool:
    """Whether a package keeps what can be asked of it here; told promise by promise."""
    found = next((one for one in packages() if name in (one.package, one.name)), None)
    if found is None:
        there = ", ".join(one.package for one in packages()) or "none"
        raise InputError(
            f"No package '{name[:60]}' ships a type of place.", advice=f"Installed are: {there}."
        )
    click.echo(f"{found.package} {found.version}: the type '{found.name}'")
    if found.kind is None:
        click.echo(f"✗ it is left out. {found.problem}")
        return False
    click.echo("✓ Earnest takes it")
    from earnest.sources import promises

    good = [_promise(one) for one in promises.declared(found.kind)]
    needed = [
        one.label for one in asked(found.kind) if one.needed and one.name not in given and not one.secret
    ]
    if needed:
        click.echo(f"– its contract: needs a place to read. Give: {', '.join(needed)} (--set name=value)")
        return all(good)
    setup.django(home)
    whole = _whole(found.name, given, token_env)
    way = setup.egress()
    return all(
        [*good, *(_promise(one) for one in promises.kept(lambda: open_source(found.name, whole, way)))]
    )


def _promise(one: "Promise") -> bool:
    if one.passed_over:
        click.echo(f"– {one.says}: {one.passed_over}")
    else:
        click.echo(f"✗ {one.says}: {one.problem}" if one.problem else f"✓ {one.says}")
    return not one.problem
