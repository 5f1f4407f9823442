"""`earnest demo`: the main job on the bundled sample, end to end."""

import time
from datetime import date, timedelta
from pathlib import Path

import click

from earnest.cli import progress, setup

HOME = Path("earnest-demo")
PERSON = "demo"


@click.command()
@click.option("--once", is_flag=True, help="Write the reports and stop, without serving the pages.")
@click.option("--home", type=click.Path(file_okay=False, path_type=Path), default=HOME, show_default=True)
@click.option("--port", type=click.IntRange(1, 65_535), default=8_000, show_default=True)
def command(once: bool, home: Path, port: int) -> None:
    """Fill a home folder with a synthetic sample, write its reports and show the pages.

    Every post of the sample was written for Earnest; the company in it does not exist.
    """
    began = time.monotonic()
    if not once:
        from earnest.cli.serve import check_free

        check_free("127.0.0.1", port)
    folder = setup.django(home)
    click.echo("Earnest demo: a synthetic sample about Ternway, a courier company that does not exist.\n")
    _fill(folder)
    _reports(folder)
    click.echo(f"\nDone in {time.monotonic() - began:.0f} seconds. Everything is in {home}.")
    if once:
        return
    from earnest.cli.serve import serve
    from earnest.desk import access, audit

    person = access.add_person(PERSON, None, "admin")
    token = access.sign_in_token(PERSON, access.DEMO_LINK_LIVES)
    audit.note("cli", "link_made", about=f"person:{person}")
    click.echo(f"\nSign in, once, with this link:\n\n    http://127.0.0.1:{port}/in/{token}\n")
    serve(folder, "127.0.0.1", port)


FOLLOWING = 60.0
"""Seconds at most for what is found in the sample beside its labels: repeats and themes."""


def _fill(folder: Path) -> None:
    from earnest.flow import alerts, demo, demo_cases, follow, learn
    from earnest.store import read

    keys = setup.keys(folder)
    now = demo.today()
    demo.set_up(now)
    places = sum(len(programme.places) for programme in demo.PROGRAMMES)
    admitted = withheld = 0
    with progress.counted("Reading the sample", places) as advance:
        for _, heard in demo.fill(keys, learn.models(folder), now):
            admitted += heard.admitted
            withheld += heard.withheld
            advance(1)
    follow.follow_all(follow.Follower(), FOLLOWING)
    click.echo(f"{admitted:,} posts kept from {places} places; {withheld:,} passed by unread at the gate.")
    for programme in read.programmes():
        click.echo(f"  {programme.name}: {programme.audience}, floor of {programme.floor} voices")
    if rises := alerts.watch(now):
        click.echo(f"{rises} {'problem rises' if rises == 1 else 'problems rise'} on the sample's last day.")
    if opened := demo_cases.seed(now):
        click.echo(f"{opened} sample cases opened, with two teams and a route.")


def _reports(folder: Path) -> None:
    from earnest.desk import audit
    from earnest.flow import demo
    from earnest.report import publish, render
    from earnest.store import read

    until: date = demo.today().date() + timedelta(days=1)
    since = until - timedelta(weeks=demo.SHOWN_WEEKS)
    for programme in read.programmes():
        id = publish.publish(programme, since, until)
        audit.note("cli", "report_made", programme=programme.slug, about=f"report:{id}")
        story = render.make(programme, since, until).story
        click.echo(f"\nWhat {programme.name.lower()} said, {since} to {until - timedelta(days=1)}:")
        for number, sentence in enumerate(story.sentences, 1):
            click.echo(f"  {number}. {sentence}")
        row = publish.stored(programme.slug, id)
        formats = ", ".join(row.formats) if row else ""
        click.echo(f"  Written to {folder / 'reports'} ({formats}).")
