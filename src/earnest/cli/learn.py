"""`earnest learn`: what a programme learned from its people's corrections."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from earnest.cli import setup


@click.command()
@click.option("--programme", help="The programme (default: the default programme).")
@click.option("--now", "begin", is_flag=True, help="Learn from what was corrected, and compare.")
@click.option("--ask", is_flag=True, help="With --now: a better one waits until somebody takes it over.")
@click.option("--use", "take", is_flag=True, help="Take over the better one that waits.")
@click.option("--back", "go_back", is_flag=True, help="Use the one before again.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--by", type=int, hidden=True, help="The id of the person who began it on a page.")
@setup.home_option
def command(
    programme: str | None,
    begin: bool,
    ask: bool,
    take: bool,
    go_back: bool,
    as_json: bool,
    by: int | None,
    home: Path | None,
) -> None:
    """Learn from corrections: how it stands, learn now, take over, go back.

    Four of five corrected posts are taught, every fifth is kept aside; a new model takes over only if it is
    right on those more often than the present one, beyond chance, and no label loses clearly.
    """
    if begin + take + go_back > 1:
        raise click.UsageError("Choose one of --now, --use and --back.")
    folder = setup.django(home)
    from earnest.flow import intake, teach
    from earnest.store import write

    slug = programme or write.default_programme()
    intake.programme_of(slug)
    actor = None if by else "cli"
    if begin:
        _learn(slug, folder, ask, by, actor, as_json)
    elif take:
        waits = teach.status(slug, folder).candidate
        done = waits is not None and teach.use(slug, waits.id, None, actor)
        click.echo("Taken over." if done else "None waits to be taken over.")
        sys.exit(0 if done else 1)
    elif go_back:
        done = teach.back(slug, folder, None, actor=actor)
        click.echo("The one before is used again." if done else "There is none to go back from.")
        sys.exit(0 if done else 1)
    else:
        _status(slug, folder, as_json)


def _learn(programme: str, folder: Path, ask: bool, by: int | None, actor: str | None, as_json: bool) -> None:
    from earnest.cli.progress import steps
    from earnest.flow import teach

    with steps("Learning") as progress:
        outcome = teach.teach(programme, folder, take=not ask, by=by, actor=actor, progress=progress)
    if as_json:
        click.echo(json.dumps(asdict(outcome)))
        return
    click.echo(outcome.told)
    if outcome.compared is not None:
        click.echo(_figures(asdict(outcome.compared)))
    click.echo(_ENDED[outcome.state])


_ENDED = {
    "nothing": "Nothing was changed.",
    "refused": "The present one stays.",
    "candidate": "It waits: earnest learn --use takes it over.",
    "current": "It is used from now on. earnest learn --back goes back.",
}


def _figures(compared: dict[str, Any]) -> str:
    before, after = compared["before"], compared["after"]
    seen, old, new = compared["noticed"]
    said = (
        f"Kept aside: {compared['of']} posts. Right before {_share(before)}, after {_share(after)}; "
        f"only the new one is right on {compared['gained']}, only the old one on {compared['lost']}."
    )
    if seen:
        said += f" On {seen} where somebody had seen an error: {old} before, {new} after (not counted)."
    return said


def _share(share: dict[str, Any]) -> str:
    if share["value"] is None:
        return "unknown"
    return f"{share['value']:.0%} ({share['low']:.0%} to {share['high']:.0%})"


def _status(programme: str, folder: Path, as_json: bool) -> None:
    from earnest.flow import teach

    found = teach.status(programme, folder)
    if as_json:
        told = {
            "programme": programme,
            "running": found.running,
            "model": found.current.model if found.current else None,
            "stale": bool(found.current and found.current.stale),
            "candidate": found.candidate.model if found.candidate else None,
            "corrections": found.waiting,
            "last": found.run.told if found.run else None,
        }
        click.echo(json.dumps(told))
        return
    if found.current:
        click.echo(f"{programme} uses {found.current.model}, learned {found.current.made:%Y-%m-%d}.")
        if found.current.stale:
            click.echo("A post it learned from was erased: it is made anew without it.")
    else:
        click.echo(f"{programme} uses the model of its taxonomy.")
    click.echo(f"{found.waiting:,} corrected posts since it was learned last.")
    if found.candidate:
        click.echo(f"{found.candidate.model} is better and waits: earnest learn --use takes it over.")
    if found.running and found.run:
        click.echo(f"A run is under way: {found.run.what}, {found.run.share:.0%}.")
    elif found.run:
        click.echo(f"The last run: {found.run.told or 'it was stopped before its end; nothing changed.'}")
