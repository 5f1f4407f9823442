"""`earnest upgrade`: bring the database to this version of Earnest, after a backup."""

from pathlib import Path

import click

from earnest.cli import setup


@click.command()
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of the backup (EARNEST_BACKUP_TO, else backups/ in the home folder).",
)
@click.option("--recipient", "recipients", multiple=True, metavar="age1…", help="The backup's public key.")
@click.option("--no-backup", is_flag=True, help="Make none before: you have one.")
@setup.home_option
def command(to: Path | None, recipients: tuple[str, ...], no_backup: bool, home: Path | None) -> None:
    """Bring the tables to this version. Stop the server first; if this is killed, run it again."""
    folder = setup.prepare(home)
    from earnest.flow import occupied

    setup.hold(folder)
    occupied.release(folder)
    with occupied.alone(folder, "upgraded"):
        setup.start(folder)
        from django.conf import settings

        from earnest.flow import backup, upgrade

        def save() -> Path:
            where = to or (None if settings.BACKUP_TO else folder / "backups")
            return backup.run(folder, where, recipients, None).path

        done = upgrade.upgrade(None if no_backup else save)
    if done.backup is not None:
        click.echo(f"Backup: {done.backup}")
    made = f"{done.changes} change{'s' if done.changes > 1 else ''} of the tables made"
    click.echo(f"{made}. Start the server again." if done.changes else "The tables are up to date.")
