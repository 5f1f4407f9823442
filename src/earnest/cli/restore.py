"""`earnest restore`: put a backup back, without bringing back what is gone."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earnest.cli import setup

if TYPE_CHECKING:
    from earnest.flow.restore import Restored


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--key", "key", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The private key."
)
@click.option(
    "--keys",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file earnest-keys…, where the home's own keys are lost.",
)
@click.option(
    "--gone",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="A newer folder gone/, or a list of it, saved apart; may be given several times.",
)
@click.option("--replace", is_flag=True, help="There is a database, and it is to be replaced.")
@setup.home_option
def command(
    file: Path, key: Path, keys: Path | None, gone: tuple[Path, ...], replace: bool, home: Path | None
) -> None:
    """Put the backup FILE back into the home folder. Stop the server first.

    It is checked and made ready beside, what was deleted, opted out or closed since is taken away, and only
    then does it take the place of what is there, which is set aside.
    """
    folder = Path(home or os.environ.get("EARNEST_HOME") or "~/.earnest").expanduser().absolute()
    from earnest.flow.restore import restore

    url = setup.database_url()
    done = restore(folder, url, file, key, keys=keys, gone=gone, replace=replace, start=setup.start)
    click.echo("\n".join(_lines(done)))


def _lines(done: "Restored") -> list[str]:
    taken = done.taken
    lines = [
        f"Put back: the backup of {done.made:%Y-%m-%d %H:%M} UTC. Taken away of it:",
        f"  {taken.deleted:,} posts that were deleted since",
        f"  {taken.out:,} names of accounts that opted out since (each way a name is written counts)",
        f"  {taken.ended:,} places that were closed or paused since",
        f"  {taken.expired:,} posts older than may be kept",
        f"  {taken.sessions:,} sessions, links and invitations of that day",
        f"  {taken.messages:,} messages that waited, which may have been sent since",
        "People, roles and tokens are as they were on that day: look at them before others come in.",
    ]
    if done.lost:
        lines.append(f"{done.lost:,} links of the audit chain since then are lost; the chain says so.")
    if done.new_voices:
        lines.append(
            "Voices are counted anew from now on: who spoke before counts once more this quarter, "
            "and what was said before is no longer found by a handle."
        )
    if done.aside:
        kept = "a database" if os.environ.get("DATABASE_URL") else "in the home folder"
        lines.append(f"What was there is kept as {done.aside} ({kept}): delete it once all is well.")
    return lines
