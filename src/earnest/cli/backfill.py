"""`earnest sources backfill`: read a place's past, with progress; stopped anywhere, it goes on from there."""

import signal
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earnest.cli import setup

if TYPE_CHECKING:
    from earnest.store.read_backfill import BackfillRow

TELL_EVERY = 2.0
"""Seconds between two lines of progress where the terminal is none."""


@click.command("backfill")
@click.argument("place")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="The first day (UTC).")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day (default: today).")
@click.option("--programme", help="The programme that listens (default: the default programme).")
@click.option("--later", is_flag=True, help="Only ask for it: the listener reads it beside the present.")
@click.option("--stop", "stop_it", is_flag=True, help="Read no further; what was kept stays.")
@setup.home_option
def command(
    place: str,
    since: datetime | None,
    until: datetime | None,
    programme: str | None,
    later: bool,
    stop_it: bool,
    home: Path | None,
) -> None:
    """Read what was said at PLACE before it was first read.

    Nothing older than the programme keeps posts, and nothing from before a community's consent. It can be
    stopped with Ctrl-C; the same command goes on from there.
    """
    if not stop_it and since is None:
        raise click.UsageError("Say from which day on: --since 2026-05-31")
    folder = setup.django(home)
    from earnest.flow import backfill
    from earnest.store import read_backfill, write

    programme = programme or write.default_programme()
    if stop_it:
        backfill.stop(programme, place, actor="cli")
        click.echo("Stopped.")
        return
    if since is None:
        return
    end = None if until is None else until.replace(tzinfo=UTC) + timedelta(days=1)
    egress = setup.egress()
    asked = backfill.ask(programme, place, since.replace(tzinfo=UTC), end, egress=egress, actor="cli")
    if later:
        click.echo(f"Asked for: {_span(asked)}. The listener reads it beside the present.")
        return
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    click.echo(f"Reading {_span(asked)}. Stop with Ctrl-C.", err=True)
    told = ""
    shown = 0.0
    for row in backfill.run(programme, place, setup.keys(folder), egress, stop):
        line = _line(row)
        if line != told and (sys.stderr.isatty() or time.monotonic() - shown >= TELL_EVERY):
            click.echo(f"\r{line}  " if sys.stderr.isatty() else line, err=True, nl=not sys.stderr.isatty())
            told, shown = line, time.monotonic()
    found = read_backfill.of_place(programme, place)
    if found is None:
        return
    click.echo(("\n" if sys.stderr.isatty() else "") + _line(found))
    if found.problem:
        click.echo(found.problem, err=True)
    if found.state == "wanted":
        click.echo("Stopped; the same command goes on from there.", err=True)
    sys.exit(0 if found.state == "done" else 1)


def _span(row: "BackfillRow") -> str:
    return f"{row.since:%Y-%m-%d} to {row.until:%Y-%m-%d}"


def _line(row: "BackfillRow") -> str:
    reached = f", reached {row.reached:%Y-%m-%d}" if row.reached else ""
    return f"{row.percent} %: {row.posts:,} kept{reached}"
