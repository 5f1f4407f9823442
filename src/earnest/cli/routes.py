"""`earnest routes`: what goes to whom, and when, as a file that a person can read."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earnest.cli import setup

if TYPE_CHECKING:
    from earnest.store.read import Programme

PROGRAMME = click.option("--programme", "-p", "slug", required=True, help="The programme's short name.")
FILE = click.argument("file", type=click.Path(path_type=Path))


@click.group()
def command() -> None:
    """What goes to whom, and when: check a file, apply it, show it, see what it would have sent.

    \b
    routes:
      - route: lost-tips
        name: Tips that do not arrive
        watch: volume                # volume, alerts or cases
        when: {about: [pay.tips], posts: 20, voices: 10, within: 24 hours}
        team: payments
        ladder:
          - {tell: team, answer within: 4 hours}
          - {tell: lead, answer within: 4 hours}
          - {tell: leadership}
        quiet hours: {from: "22:00", until: "07:00", zone: Europe/Berlin}

    The pages of routes show and change the same.
    """


@command.command("check")
@PROGRAMME
@FILE
@setup.home_option
def check(slug: str, file: Path, home: Path | None) -> None:
    """Say what is wrong with a file; nothing is changed. Exit code 1 where something is."""
    _programme(slug, home)
    from earnest.desk import routes

    found, wrong = routes.read_file(slug, _text(file), file.name)
    for place, problem in wrong:
        click.echo(f"{place}: {problem.says}", err=True)
        if problem.advice:
            click.echo(f"  {problem.advice}", err=True)
    if wrong:
        sys.exit(1)
    click.echo(f"{file.name}: {_count(len(found.routes))}, nothing is wrong.{_lost(found.lost)}")


@command.command("apply")
@PROGRAMME
@FILE
@setup.home_option
def apply(slug: str, file: Path, home: Path | None) -> None:
    """Make the programme's routes those of a file. What it leaves out is taken away, and can be put back."""
    _programme(slug, home)
    from earnest.desk import routes

    done = routes.apply(slug, _text(file), file.name, by=None)
    for what, slugs in (
        ("added", done.added),
        ("changed", done.changed),
        ("taken away", done.removed),
        ("as before", done.same),
    ):
        if slugs:
            click.echo(f"{what}: {', '.join(slugs)}")
    if not (done.added or done.changed or done.removed or done.same):
        click.echo("The file holds no route; none is there now.")
    if done.lost:
        click.echo(_lost(done.lost).strip())


@command.command("show")
@PROGRAMME
@setup.home_option
def show(slug: str, home: Path | None) -> None:
    """Write the routes as a file."""
    _programme(slug, home)
    from earnest.desk import routes

    click.echo(routes.text(slug), nl=False)


@command.command("dry-run")
@PROGRAMME
@FILE
@click.option("--days", type=click.IntRange(1, 90), default=30, show_default=True, help="How far back.")
@setup.home_option
def dry_run(slug: str, file: Path, days: int, home: Path | None) -> None:
    """Show what a file would have sent in the last days. Nothing is sent."""
    programme = _programme(slug, home)
    from earnest.desk import dry_run as past
    from earnest.desk import routes
    from earnest.store import clock
    from earnest.web import route_words, words

    found, wrong = routes.read_file(slug, _text(file), file.name)
    if wrong:
        place, problem = wrong[0]
        click.echo(f"{place}: {problem.says}", err=True)
        click.echo(f"  {problem.advice}" if problem.advice else "", err=True)
        sys.exit(1)
    now = clock.now()
    for route in found.routes:
        would = past.over(slug, route, now, days=days)
        click.echo(f"{route.slug}: {route_words.total(len(would), days)}")
        for one in would:
            thing, why = (
                route_words.thing(programme, one.find),
                route_words.why(programme, route, one.find),
            )
            click.echo(f"  {words.moment(one.find.at)}  {thing}: {why}")
            for step, team, at in route_words.course(one):
                click.echo(f"      {words.moment(at)}  {step}{f' ({team})' if team else ''}")


def _programme(slug: str, home: Path | None) -> "Programme":
    setup.django(home)
    from earnest.flow.intake import programme_of

    return programme_of(slug)


def _text(file: Path) -> str:
    from earnest.understand.taxonomy import text_of

    return text_of(file)


def _count(routes: int) -> str:
    return "1 route" if routes == 1 else f"{routes} routes"


def _lost(comments: int) -> str:
    if not comments:
        return ""
    return " Comments within a route are not kept: write them above it." + (
        f" ({comments} here.)" if comments > 1 else ""
    )
