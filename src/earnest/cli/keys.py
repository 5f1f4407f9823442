"""`earnest keys`: the keys outside the database, and destroying or replacing those of voices."""

import stat
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from earnest.cli import setup


@click.group()
def command() -> None:
    """The keys outside the database: list them, check them, rotate, destroy a quarter's."""


@command.command("list")
@setup.home_option
def list_(home: Path | None) -> None:
    """List the quarters that have or had a voice key, and until when each is kept."""
    folder = setup.django(home)
    from earnest.flow import epochs

    found = epochs.epochs(setup.keys(folder), datetime.now(UTC))
    for epoch in found:
        until = "" if epoch.state == "destroyed" else f", to be destroyed on {epoch.until.date()}"
        click.echo(f"{epoch.name}: {epoch.state}{until}")
    if not found:
        click.echo("No voice was counted yet: there is no key of a quarter.")
    click.echo("posts: kept as long as the posts; speakers: replaced by earnest keys rotate speakers")


@command.command("rotate")
@click.argument("which", type=click.Choice(("speakers", "posts")))
@click.option("--yes", is_flag=True, help="Do not ask.")
@setup.home_option
def rotate(which: str, yes: bool, home: Path | None) -> None:
    """Replace the key of speakers: nobody who speaks from now on can be linked to what was said before.

    The key of posts cannot be replaced: see what it says.
    """
    from earnest.record.errors import Refused

    if which == "posts":
        raise Refused(
            "The key of posts is not replaced: under another one every post that is read again would be kept "
            "twice, and deleted posts would come back.",
            advice="If it may have been seen by others, start a fresh home folder and import again.",
        )
    folder = setup.django(home)
    from earnest.desk import audit_verify
    from earnest.flow import epochs

    _confirm(yes, "Who speaks before and after within one quarter then counts as two voices. Go on?")
    epochs.rotate(setup.keys(folder))
    click.echo("The key of speakers was replaced and the one before forgotten.")
    click.echo(f"Receipt: {audit_verify.head_line()}")


@command.command("destroy")
@click.argument("epoch")
@click.option("--yes", is_flag=True, help="Do not ask.")
@setup.home_option
def destroy(epoch: str, yes: bool, home: Path | None) -> None:
    """Destroy the voice key of EPOCH (a quarter, such as 2026Q3) for good.

    Its voices stay counted, and nobody can say any more whose they were. Posts of that quarter that come
    later are kept without a voice. This happens by itself 21 days after a quarter's end.
    """
    folder = setup.django(home)
    from earnest.desk import audit_verify
    from earnest.flow import epochs

    _confirm(yes, f"The voice key of {epoch[:20]} cannot be brought back. Destroy it?")
    epochs.destroy(setup.keys(folder), epoch, datetime.now(UTC))
    click.echo(f"The voice key of {epoch} was destroyed.")
    click.echo(f"Receipt: {audit_verify.head_line()}")
    click.echo("Copies of the key file in backups still hold it: destroy them too.")


@command.command("check")
@setup.home_option
def check(home: Path | None) -> None:
    """Say of each key file whether it is there, whole and readable by its owner alone. Changes nothing."""
    folder = setup.prepare(home)
    setup.start(folder)
    wrong = 0
    for name, problem in _check(folder):
        click.echo(f"{name}: {problem or 'in order'}")
        wrong += bool(problem)
    sys.exit(1 if wrong else 0)


def _check(folder: Path) -> Iterator[tuple[str, str]]:
    from earnest.desk import audit_key
    from earnest.record.errors import EarnestError
    from earnest.store import health, read, read_audit

    fresh = bool(health.look().waiting)
    try:
        if setup.keys_path(folder).exists() or not (fresh or read.untouched()):
            setup.keys(folder)
        yield "voices.key", ""
    except EarnestError as error:
        yield "voices.key", error.sentence()
    try:
        if audit_key.path(folder).exists() or not (fresh or read_audit.empty()):
            audit_key.key(folder)
        yield "audit.key", ""
    except EarnestError as error:
        yield "audit.key", error.sentence()
    others = (folder / "keys").glob("*.key")
    for path in sorted(others):
        if path.name not in ("voices.key", "audit.key"):
            loose = stat.S_IMODE(path.stat().st_mode) & 0o077
            yield path.name, f"can be read by others. Run: chmod 600 {path}" if loose else ""


def _confirm(yes: bool, question: str) -> None:
    if not yes:
        click.confirm(question, abort=True)
