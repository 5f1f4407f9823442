"""The command line: one file a command, each a thin edge over one domain call.

JSON lines in, JSON lines out. Exit code 0 when every line was handled, 1 when some were refused (one error
object a refused line on stderr), 2 on wrong usage. A command is imported only when it is called, so that
`earnest --help` stays quick.
"""

import importlib
import os
import sys

import click

from earnest import __version__
from earnest.record import quiet
from earnest.record.errors import EarnestError

# name: (module, what `--help` says). Order is the way of a post.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "Run the main job on the bundled sample and show it."),
    "serve": ("serve", "Serve the pages."),
    "listen": ("listen", "Read every place that is due."),
    "programme": ("programme", "Add a programme, or list them."),
    "import": ("import_", "Import a file of posts."),
    "sources": ("sources", "The kinds of place Earnest can read, and adding one."),
    "gate": ("gate", "Which posts would be admitted, and as what text."),
    "lint": ("lint", "Would Earnest accept this configuration?"),
    "redact": ("redact", "Replace personal data by placeholders."),
    "classify": ("classify", "Label posts."),
    "train": ("train", "Train a model from a taxonomy and examples."),
    "taxonomy": ("taxonomy", "What posts may be about: see it, change it, go back."),
    "evaluate": ("evaluate", "Measure a model on labelled examples."),
    "learn": ("learn", "Learn from corrections: how it stands, now, back."),
    "models": ("models", "Rebuild the shipped models."),
    "bursts": ("bursts", "Find bursts in a series of counts."),
    "neardup": ("neardup", "Which posts say nearly the same."),
    "second": ("second", "Look again at the least certain posts."),
    "themes": ("themes", "Group posts on the same concrete problem."),
    "annotate": ("annotate", "Label a Parquet file."),
    "cases": ("cases", "What a team works on: list, show, open, merge, split, undo, note."),
    "actions": ("actions", "What was done about problems, and what came after."),
    "exports": ("exports", "Copies of reports that hold posts which were erased since."),
    "report": ("report", "Write a report over a range of days."),
    "routes": ("routes", "What goes to whom, and when: check, apply, show, dry run."),
    "user": ("user", "Add or invite a person, set a password, make a sign-in link."),
    "token": ("token", "Tokens of the programming interface: add, list, revoke."),
    "openapi": ("openapi", "Print the OpenAPI document of the programming interface."),
    "channel": ("channel", "Where messages go: add, list, test, remove."),
    "erase": ("erase", "Erase what somebody asked to have erased, with a receipt."),
    "audit": ("audit", "Who read, changed or took out what: prove it, read it."),
    "keys": ("keys", "The keys of voices: list, rotate, destroy a quarter's."),
    "dpia": ("dpia", "Write a data protection impact assessment of a programme."),
    "backup": ("backup", "Write a backup, encrypted; look whether one is whole."),
    "restore": ("restore", "Put a backup back, without bringing back what is gone."),
    "upgrade": ("upgrade", "Bring the database to this version, after a backup."),
    "doctor": ("doctor", "What is set up, what is missing, and how to mend it."),
}


class Commands(click.Group):
    """Finds a command by name and imports only that one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"earnest.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Whoever reads our output may stop when they have seen enough (`| head`): that is no failure."""
        try:
            answer: object = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            ctx.exit(0)
        return answer

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, says) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="earnest")
def earnest() -> None:
    """A social listening desk that a community would agree to."""


def main() -> None:
    """Run a command; an error raised on purpose is one sentence and a hint, never a traceback."""
    quiet.settle()
    try:
        earnest(prog_name="earnest")
    except EarnestError as error:
        click.echo(f"earnest: {error.problem}", err=True)
        if error.advice:
            click.echo(f"  {error.advice}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        from earnest.cli import setup

        if not setup.database_failed(error):
            raise
        click.echo(f"earnest: The database is busy, restarting or full ({type(error).__name__}).", err=True)
        click.echo("  Nothing was kept by halves; try again. earnest doctor says more.", err=True)
        sys.exit(1)
