"""`earnest channel`: where messages of a programme go."""

import json
import sys
from pathlib import Path

import click

from earnest.cli import setup

_PROGRAMME = click.option("--programme", required=True, help="The programme.")


@click.group()
def command() -> None:
    """Where messages go: add, list, test, remove."""


@command.command("add")
@click.argument("sort", type=click.Choice(["mail", "apprise", "webhook", "github", "gitlab", "jira"]))
@click.argument("name")
@_PROGRAMME
@click.option("--to", default="", help="mail: addresses, parted by commas.")
@click.option(
    "--where", default="", help="github, gitlab, jira: owner/name, group/name, or the project's key."
)
@click.option("--api", default="", help="The tracker's address, where it is a server of one's own.")
@click.option("--user", default="", help="jira: the user that the token belongs to (Cloud).")
@click.option("--type", "type_", default="", help="jira: the kind of issue; Task unless said.")
@click.option("--language", default="", help="en or es; else as EARNEST_LANGUAGE says.")
@click.option(
    "--secret-file",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="A file with the token, or the messenger's or webhook's address; - reads it from standard input.",
)
@setup.home_option
def add(
    sort: str,
    name: str,
    programme: str,
    to: str,
    where: str,
    api: str,
    user: str,
    type_: str,
    language: str,
    secret_file: Path | None,
    home: Path | None,
) -> None:
    """Add a channel of a SORT, called NAME. A secret is read from a file, never from the command line."""
    setup.django(home)
    from earnest.desk import channels

    given = {"to": to, "where": where, "api": api, "user": user, "type": type_, "language": language}
    made = channels.add(programme, sort, name, given, _secret(secret_file), actor="cli")
    click.echo(f"{made.slug} was added. Try it: earnest channel test {made.slug} --programme {programme}")
    if made.shown_once:
        click.echo(f"Its signing secret, shown once: {made.shown_once}")


def _secret(file: Path | None) -> str:
    if file is None:
        return ""
    if str(file) == "-":
        return sys.stdin.read(10_000).strip()
    try:
        return file.read_text("utf-8")[:10_000].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError("The file of the secret cannot be read.") from error


@command.command("list")
@_PROGRAMME
@click.option("--json", "as_json", is_flag=True, help="One line of JSON a channel.")
@setup.home_option
def list_(programme: str, as_json: bool, home: Path | None) -> None:
    """List the channels; secrets only as set or missing."""
    setup.django(home)
    from earnest.desk import channels
    from earnest.notify.base import WHY

    for channel in channels.of(programme):
        secret = "needs none" if channel.sort == "mail" else "set" if channel.secret else "missing"
        if as_json:
            shown = {
                "name": channel.slug,
                "sort": channel.sort,
                "title": channel.name,
                "on": channel.on,
                "secret": secret,
                "events": list(channel.events),
                "problem": channel.problem,
            }
            click.echo(json.dumps(shown, ensure_ascii=False))
            continue
        state = "off" if not channel.on else WHY.get(channel.problem, "") if channel.problem else "on"
        click.echo(f"{channel.slug}\t{channel.sort}\t{channel.name}\t{state}\tkey {secret}")


@command.command()
@click.argument("channel")
@_PROGRAMME
@setup.home_option
def test(channel: str, programme: str, home: Path | None) -> None:
    """Send a test by CHANNEL, and say how it went; of a tracker only whether its key works."""
    setup.django(home)
    from earnest.desk import channels

    tried = channels.test(programme, channel, actor="cli")
    click.echo(tried.says, err=not tried.good)
    if not tried.good:
        sys.exit(1)


@command.command()
@click.argument("channel")
@_PROGRAMME
@setup.home_option
def remove(channel: str, programme: str, home: Path | None) -> None:
    """Remove CHANNEL with its key; what waits for it is dropped."""
    setup.django(home)
    from earnest.desk import channels

    channels.remove(programme, channel, actor="cli")
    click.echo(f"{channel} was removed.")
