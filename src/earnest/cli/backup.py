"""`earnest backup`: write a backup, look whether one is whole, make the pair of keys."""

import json
from pathlib import Path

import click

from earnest.cli import setup


class Backups(click.Group):
    """What is not the name of a command is where the backup goes."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ("-h", "--help")):
            args = ["make", *args]
        return super().parse_args(ctx, args)


@click.group(cls=Backups)
def command() -> None:
    """Write a backup: earnest backup [FOLDER]. Look at one: earnest backup check FILE.

    The database and the home folder's reports, attachments, models and lists of what is gone, encrypted to a
    public key, so that the machine that writes backups cannot read them. Keys go to a second file.
    """


@command.command("make", hidden=True)
@click.argument("to", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--recipient", "recipients", multiple=True, metavar="age1…", help="The public key; may be given twice."
)
@click.option("--keep", type=click.IntRange(1, 3_650), metavar="DAYS", help="Remove older backups there.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@setup.home_option
def make(
    to: Path | None, recipients: tuple[str, ...], keep: int | None, as_json: bool, home: Path | None
) -> None:
    """Write a backup into the folder TO (EARNEST_BACKUP_TO), while everything goes on."""
    folder = setup.prepare(home)
    setup.hold(folder)
    setup.start(folder)
    from earnest.flow import backup

    done = backup.run(folder, to, recipients, keep)
    if as_json:
        told = {
            "file": str(done.path),
            "keys": str(done.keys),
            "bytes": done.size,
            "files": done.files,
            "seconds": round(done.seconds, 2),
            "removed": done.removed,
        }
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(f"{done.path}: {done.size / 1e6:,.1f} MB in {done.seconds:.1f} s, read back whole.")
    click.echo(f"Keys: {done.keys}. Keep them apart from the backups.")
    if done.removed:
        click.echo(f"{done.removed} older backups were removed.")


@command.command("check")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--key", "key", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The private key."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check(file: Path, key: Path, as_json: bool) -> None:
    """Read the backup FILE to its end: is it whole, and what is in it?"""
    from earnest.flow import backup_check

    found = backup_check.check(file, key)
    head = found.head
    if as_json:
        told = {
            "what": head.what,
            "made": head.made.isoformat(),
            "earnest": head.earnest,
            "database": head.database,
            "tables": head.applied[-1][1] if head.applied else "",
            "members": {
                name: {"bytes": one.size, "sha256": one.sha256} for name, one in found.members.items()
            },
            "bytes": found.size,
        }
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    what = f"a backup of {head.database}" if head.what == "backup" else "keys"
    click.echo(
        f"Whole: {what}, made {head.made:%Y-%m-%d %H:%M} UTC by Earnest {head.earnest}, "
        f"{len(found.members)} parts, {found.size / 1e6:,.1f} MB unpacked."
    )


@command.command("key")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def key(file: Path) -> None:
    """Make a pair of keys: the private one into FILE, the public one is printed.

    Do this on another machine, or take FILE away from this one: whoever has it can read every backup.
    """
    from earnest.flow import backup_check

    click.echo(backup_check.make_key(file))
