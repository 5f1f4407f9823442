"""A desk of its own for the browser's tests: `python -m tests.browser.serve HOME fill|arrive|mail [N]`."""

import os
import sys
from pathlib import Path


def main(home: Path, what: str, number: int) -> None:
    os.environ["EARNEST_HOME"] = str(home)
    from earnest.cli import setup

    setup.django(home)
    from tests.web import sample

    if what == "fill":
        sample.fill()
        sample.work()
    elif what == "mail":
        mail()
    else:
        for one in range(number):
            sample.arrive(number=one)


def mail() -> None:
    """Give every team of the demo a channel of mail, and the desk a tracker, as a steward would."""
    from dataclasses import replace

    from earnest.desk import channels, teams
    from earnest.store import read

    for programme in read.programmes():
        where = {"where": "ternway/app"}
        channels.add(programme.slug, "github", "The tracker", where, "synthetic-token", actor="cli")
        to = {"to": "team@example.org"}
        channel = channels.add(programme.slug, "mail", "The team's mail", to, actor="cli")
        for team in teams.of(programme.slug):
            teams.keep(
                programme.slug,
                replace(team, channels={"team": (channel.slug,), "lead": (channel.slug,)}),
                by=None,
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 1)
