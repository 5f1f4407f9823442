"""`earnest listen`: read every place that is due."""

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earnest.cli import setup

if TYPE_CHECKING:
    from earnest.flow import schedule
    from earnest.flow.listen import Heard

SECOND_LOOKS = 60.0
"""Seconds for which a single turn also looks again at posts of which the machine was least certain."""


@click.command()
@click.option("--once", is_flag=True, help="Give every place that is due one turn, then stop.")
@setup.home_option
def command(once: bool, home: Path | None) -> None:
    """Read every place that is due, and go on until stopped.

    Beside that it looks again at posts whose places ask for it, takes away what may no longer be kept, and
    makes reports anew from which a quote was erased.

    Each turn is one line: how many posts were read, how many of them could not be, and how many were
    reworded or deleted at the place. How many were kept is not said: beside what was read it would tell
    which single posts were withheld. A place that cannot be read is named with what is wrong; the others
    go on.
    """
    folder = setup.django(home)
    keys = setup.keys(folder)
    from earnest.flow import learn, schedule, second, supervise

    egress = setup.egress()
    if once:
        turns = 0
        problems = 0
        for turn in schedule.listen_once(keys, learn.models(folder), egress):
            _tell(turn)
            turns += 1
            problems += turn.problem is not None
        for turn in schedule.tend(keys, learn.models(folder), egress, sweep=True):
            _tell(turn)
            problems += 1
        for done in second.tend(until=time.monotonic() + SECOND_LOOKS):
            if done.problem:
                _say(f"{done.programme}: {done.problem}", err=True)
        if not turns:
            _say("No place is due.")
        _let_go()
        sys.exit(1 if problems else 0)
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    _say("Listening. Stop with Ctrl-C.", err=True)
    supervise.listen_forever(stop, keys, learn.models(folder), egress, told=_tell)
    _let_go()


def _tell(turn: "schedule.Turn") -> None:
    """Say what a turn brought. A disk that takes no more of it costs the line, not the listening."""
    place = f"{turn.place.programme}/{turn.place.slug}"
    if turn.problem:
        _say(f"{place}: {turn.problem}", err=True)
    elif turn.heard is not None:
        _say(f"{place}: {brought(turn.heard)}")


def brought(heard: "Heard") -> str:
    """What a turn brought, in one line; what did not happen is left out."""
    rest = (
        (heard.edited, "reworded"),
        (heard.erased, "erased"),
        (heard.refused, "could not be read"),
    )
    parts = [f"{heard.read:,} read"]
    parts += [f"{count:,} {what}" for count, what in rest if count]
    return ", ".join(parts) + ("; there is more to read" if heard.more else "")


def _say(line: str, *, err: bool = False) -> None:
    with suppress(OSError):
        click.echo(line, err=err)


def _let_go() -> None:
    """What a full disk did not take by the end is lost; the exit code tells of what was read."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
