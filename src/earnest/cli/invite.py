"""`earnest sources invite` and what belongs to an invited place: its state, its bot's token, pausing it."""

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earnest.cli import setup, sources_ask
from earnest.record.errors import InputError
from earnest.sources.registry import TYPES

if TYPE_CHECKING:
    from earnest.flow.handshake import Look


class _Closed(click.ParamType[str]):
    """A type that proves an invitation; packages are loaded only when one is asked for."""

    name = "type"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        kind = TYPES.get(value)
        if kind is None or not kind.handshake:
            may = ", ".join(sorted(one.type for one in TYPES.values() if one.handshake))
            self.fail(f"'{value}' is not one of: {may}.", param, ctx)
        return value


_programme = click.option("--programme", help="The programme that listens (default: the default programme).")
_secret = click.option(
    "--token-env",
    metavar="NAME",
    help="The environment variable that holds the bot's own access token (else it is read from stdin).",
)


@click.command("invite")
@click.argument("name")
@click.option("--type", "type_", required=True, type=_Closed(), help="What sort of place.")
@_programme
@click.option("--title", default="", help="What people call the place.")
@click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting, such as room=#drivers:…"
)
@_secret
@click.option(
    "--lang", type=click.Choice(("en", "es")), default="en", show_default=True, help="Of the notice."
)
@click.option("--grace", type=int, default=7, show_default=True, help="Days from the end to the erasure.")
@click.option("--open-for", type=int, default=14, show_default=True, help="Days in which it can be accepted.")
@click.option("--hold-for", type=int, default=365, show_default=True, help="Days it holds at most.")
@click.option("--page", default="", help="Address of the public notice page, as people reach it.")
@click.option("--region", help="City or country of the community.")
@click.option("--every", type=click.IntRange(30, 3_600), default=300, show_default=True, help="Seconds.")
@setup.home_option
def invite(
    name: str,
    type_: str,
    programme: str | None,
    title: str,
    settings: tuple[str, ...],
    token_env: str | None,
    lang: str,
    grace: int,
    open_for: int,
    hold_for: int,
    page: str,
    region: str | None,
    every: int,
    home: Path | None,
) -> None:
    """Ask a community to invite Earnest to the place NAME: prints the notice that opens it.

    Nothing is read until a moderator of the community has published the notice there, and nothing that was
    said before.
    """
    given = dict(sources_ask.pair(setting) for setting in settings)
    secret = secret_of(type_, token_env)
    setup.django(home)
    from earnest.flow import invite as inviting
    from earnest.store import write

    programme = programme or write.default_programme()
    asking = inviting.Asking(
        page=page or _page(programme), grace=grace, open_for=open_for, hold_for=hold_for, lang=lang
    )
    made = inviting.invite(
        programme,
        name,
        type_,
        given,
        secret,
        setup.egress(),
        asking,
        title=title,
        region=region,
        every=every,
    )
    click.echo(made.notice)
    click.echo(f"\n{made.how}", err=True)
    click.echo(
        f"The place {made.slug} opens when Earnest sees that, until {_day(made.opens_by)}.\n"
        f"Look: earnest sources check {made.slug} --programme {programme}",
        err=True,
    )


@click.command("token")
@click.argument("slug")
@_programme
@_secret
@setup.home_option
def token(slug: str, programme: str | None, token_env: str | None, home: Path | None) -> None:
    """Give the place SLUG another access token of the same bot. It is kept in the key folder."""
    setup.django(home)
    from earnest.desk import audit
    from earnest.flow.secret import keep_secret
    from earnest.store import read, write

    programme = programme or write.default_programme()
    place = read.listening_place(programme, slug)
    keep_secret(programme, slug, secret_of(place.type, token_env))
    write.resume_place(programme, slug)
    audit.note("cli", "secret_made", programme=programme, about=f"place:{slug}")
    click.echo(f"Kept. Look: earnest sources check {slug} --programme {programme}")


@click.command("pause")
@click.argument("slug")
@_programme
@setup.home_option
def pause(slug: str, programme: str | None, home: Path | None) -> None:
    """Stop reading the place SLUG until it is resumed. Of a closed place nothing said meanwhile is read."""
    setup.django(home)
    from earnest.desk import audit
    from earnest.store import write

    programme = programme or write.default_programme()
    write.pause_place(programme, slug)
    audit.note("cli", "place_paused", programme=programme, about=f"place:{slug}")
    click.echo(f"Paused {slug}.")


@click.command("resume")
@click.argument("slug")
@_programme
@setup.home_option
def resume(slug: str, programme: str | None, home: Path | None) -> None:
    """Read the place SLUG again. A closed place goes on from the moment its community is seen to agree."""
    setup.django(home)
    from earnest.desk import audit
    from earnest.store import write

    programme = programme or write.default_programme()
    write.resume_place(programme, slug)
    audit.note("cli", "place_resumed", programme=programme, about=f"place:{slug}")
    click.echo(f"Resumed {slug}.")


def secret_of(type_: str, variable: str | None) -> str:
    """The bot's token, from the environment or from stdin; never from the command line, where all see it."""
    if TYPES[type_].secret is None:
        return ""
    if variable is not None:
        found = os.environ.get(variable, "").strip()
        where = f"The environment variable {variable}"
    elif sys.stdin.isatty():
        usual = "" if TYPES[type_].keyless else None
        told = click.prompt(
            "The bot's access token", default=usual, hide_input=True, show_default=False, err=True
        )
        found, where = told.strip(), "The answer"
    else:
        found, where = sys.stdin.readline().strip(), "Stdin"
    if not found and not TYPES[type_].keyless:
        raise InputError(f"{where} is empty.", advice="It should hold the bot's own access token.")
    return found


def said(found: "Look") -> str:
    """How a place stands, for a terminal."""
    words = {
        "waiting": "Waiting for the community",
        "live": "Open",
        "paused": "Paused",
        "lapsed": "Not proved in time: not read",
        "ended": "Ended",
    }
    lines = [f"{words[found.state]}. {found.reason}".strip()]
    times = (
        ("Can be accepted until", found.opens_by),
        ("Open since", found.opened),
        ("Last proved", found.proved),
        ("Ended", found.ended),
        ("Everything from it is erased after", found.erased),
        ("Holds at most until", found.until if found.state != "ended" else None),
    )
    return "\n".join([*lines, *(f"{what} {_day(when)}" for what, when in times if when is not None)])


def _page(programme: str) -> str:
    from django.conf import settings

    host = next((name for name in settings.ALLOWED_HOSTS if name not in ("*", "[::1]")), "127.0.0.1")
    secure = getattr(settings, "SECURE_PROXY_SSL_HEADER", None) is not None
    return f"{'https' if secure else 'http'}://{host}/notice/{programme}"


def _day(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"


COMMANDS = (invite, token, pause, resume)
