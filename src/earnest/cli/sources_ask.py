"""Asking at a terminal for what a type of place needs, setting by setting, in the words of its source."""

import sys
from collections.abc import Mapping
from typing import Any

import click

from earnest.record.errors import BadSetting
from earnest.sources.asks import Ask, asked, values
from earnest.sources.base import SourceType
from earnest.sources.registry import TYPES

KINDS = {
    "addressed": "said to you",
    "open": "said in public",
    "closed": "said in a community that invites you",
}


def pair(setting: str) -> tuple[str, str]:
    """A setting as it is written: name=value."""
    name, sign, value = setting.partition("=")
    if not sign or not name:
        raise click.UsageError(f"Write a setting as name=value, not '{setting[:40]}'.")
    return name.strip(), value.strip()


def type_of(given: str | None, *, ask: bool) -> SourceType:
    """The type of a place, asked for where it was not given."""
    if given is None and ask:
        for kind in TYPES.values():
            click.echo(f"  {kind.type:<16} {kind.title}", err=True)
        given = str(
            click.prompt("What sort of place", type=click.Choice(list(TYPES)), show_choices=False, err=True)
        )
    if given is None:
        raise click.UsageError("Missing option '--type'. See: earnest sources list")
    found = TYPES.get(given)
    if found is None:
        raise click.UsageError(f"There is no source type '{given}'. There are: {', '.join(TYPES)}.")
    return found


def kind_of(type_: SourceType, given: str | None, *, ask: bool) -> str:
    """What a place is declared as: the first that its type may be, where nobody says."""
    may: list[str] = [one for one in type_.kinds if one != "closed"] or ["closed"]
    if given is None and ask and len(may) > 1:
        for one in may:
            click.echo(f"  {one:<10} {KINDS[one]}", err=True)
        given = str(click.prompt("What is said there is", type=click.Choice(may), default=may[0], err=True))
    if given is not None and given not in type_.kinds:
        raise click.UsageError(f"A {type_.type} place may be {' or '.join(type_.kinds)}, not {given}.")
    return given or may[0]


def settings_of(type_: SourceType, given: Mapping[str, str], *, ask: bool) -> dict[str, Any]:
    """Every setting: what was given, and at a terminal what is asked for besides."""
    if type_.secret is not None and type_.secret in given:
        raise BadSetting(
            f"The {type_.secret} is not written on the command line, where all on this machine see it.",
            advice="Name the environment variable that holds it: --token-env NAME",
        )
    answers = dict(given)
    if ask:
        for one in asked(type_):
            if one.name not in answers and not one.secret:
                answers[one.name] = _answer(one)
    return values(type_, answers)


def secret_of(type_: SourceType, variable: str | None, *, ask: bool) -> str:
    """The one secret of a type, from the environment or from a terminal; "" where it needs none."""
    from earnest.cli import invite

    wanted = next((one for one in asked(type_) if one.secret), None)
    if type_.secret is None:
        return ""
    if variable is not None or (wanted is not None and wanted.needed and not sys.stdin.isatty() and not ask):
        return invite.secret_of(type_.type, variable)
    if not ask:
        return ""
    label = wanted.label if wanted is not None else type_.secret
    for line in (wanted.sentence if wanted else "", type_.key):
        if line:
            click.echo(click.style(f"  {line}", dim=True), err=True)
    needed = wanted is not None and wanted.needed
    return str(
        click.prompt(label, hide_input=True, default=None if needed else "", show_default=False, err=True)
    ).strip()


def _answer(one: Ask) -> str:
    """One answer; one that may be left out is left out by an empty line."""
    more = {
        "list": " Several are parted by commas.",
        "pairs": " Write name=value; several are parted by ' ; '.",
    }.get(one.form, "")
    example = f" Such as: {' '.join(one.example.split())}" if one.example else ""
    told = f"{one.sentence}{more}{example}".strip()
    if told:
        click.echo(click.style(f"  {told}", dim=True), err=True)
    label = one.label if one.needed else f"{one.label} (may be left empty)"
    default = None if one.needed else one.default
    if one.form == "choice":
        among = click.Choice([*one.choices, *([] if one.needed else [""])])
        label = f"{label} [{', '.join(one.choices)}]"
        answer = click.prompt(
            label, type=among, default=default, show_default=False, show_choices=False, err=True
        )
    else:
        answer = click.prompt(label, default=default, show_default=bool(one.default), err=True)
    said = str(answer)
    return said.replace(" ; ", "\n") if one.form == "pairs" else said
