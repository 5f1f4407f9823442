"""`earnest import`: a file of posts into the store."""

import json
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from earnest.cli import setup

SAID = ("review", "comment", "message", "text", "feedback", "post", "tweet", "body")
"""Endings of columns that hold what somebody said ("user_review"), not who they are."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--source", "name", required=True, help="The place the posts come from; made when it does not exist."
)
@click.option("--programme", help="The programme of the place (default: the default programme).")
@click.option(
    "--map", "columns", multiple=True, metavar="WHAT=COLUMN", help="Which column holds what: text=title+body."
)
@click.option("--whole", is_flag=True, help="The file has every post of the place: what it lacks is erased.")
@click.option("--sure", is_flag=True, help="With --whole: also where it has none of the posts kept before.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
@setup.home_option
def command(
    file: Path,
    name: str,
    programme: str | None,
    columns: tuple[str, ...],
    whole: bool,
    sure: bool,
    as_json: bool,
    home: Path | None,
) -> None:
    """Import FILE: CSV, JSON lines or Parquet, also compressed.

    Run it again after an interruption: it goes on where it stopped, and no post is kept twice. A post whose
    text changed since is changed here too; one that the file has no longer stays, unless you say --whole.
    """
    from earnest.record.errors import BadFile, BadSetting
    from earnest.sources.file.columns import from_words

    begun = time.monotonic()
    try:
        wanted = from_words(columns)
    except BadSetting as error:
        raise click.UsageError(error.sentence()) from error
    _refuse_people(wanted)
    if file.is_dir():
        raise BadFile(
            "is a directory", place=str(file), advice="Give one file; import several one after the other."
        )
    if not file.exists():
        raise BadFile("there is no such file", place=str(file), advice="Check the path.")
    setup.prepare(home)
    from earnest.flow.worker import spawn

    hand = spawn()
    try:
        folder = setup.django(home)
        from earnest.flow import bulk, intake

        settings: dict[str, Any] = {"path": str(file.absolute())} | ({"columns": wanted} if wanted else {})
        place_id, job = intake.file_job(programme, name, settings, folder)
        _note(programme, intake.slug_of(name))
    except BaseException:
        hand.stop()
        raise
    total = bulk.Imported()
    with _progress() as show:
        for brought, refused in bulk.import_file(place_id, job, hand):
            total += brought
            for one in refused:
                show.complain(_complaint(one.place, one.error, one.problem))
            show.kept(total.read, total.admitted)
    if total.past:
        click.echo(_past(total.past, programme), err=True)
    if whole:
        gone = _erase_what_it_lacks(programme, name, settings, folder, sure=sure)
        click.echo(f"{gone:,} posts that the file has no longer were erased.", err=True)
    summary = {
        "read": total.read,
        "admitted": total.admitted,
        "withheld": total.withheld,
        "duplicates": total.duplicates,
        "refused": total.refused,
        "seconds": round(time.monotonic() - begun, 3),
    }
    click.echo(json.dumps(summary) if as_json else _sentence(summary))
    if programme is None and not as_json:
        click.echo(_where(), err=True)
    sys.exit(1 if total.refused else 0)


def _note(programme: str | None, place: str) -> None:
    from earnest.desk import audit
    from earnest.store import write

    audit.note("cli", "imported", programme=programme or write.default_programme(), about=f"place:{place}")


def _where() -> str:
    """Which programme it was where none was named, and by whose labels: nobody has to find out later."""
    from earnest.store import read, write

    slug = write.default_programme()
    found = read.programme(slug)
    labels = found.taxonomy if found else ""
    return (
        f"No --programme was given: the posts are in “{slug}”, sorted by the labels “{labels}”."
        " For labels of your own: earnest programme add."
    )


def _past(posts: int, programme: str | None) -> str:
    from earnest.store import read, write

    found = read.programme(programme or write.default_programme())
    days = found.retention_days if found else 0
    return (
        f"{posts:,} posts were said longer ago than the {days:,} days for which this programme keeps posts:"
        " they were not kept, and count as withheld."
    )


def _erase_what_it_lacks(
    programme: str | None, name: str, settings: dict[str, Any], folder: Path, *, sure: bool
) -> int:
    from earnest.flow import intake, recheck
    from earnest.store import read, write

    place = read.listening_place(programme or write.default_programme(), intake.slug_of(name))
    return recheck.whole_file(place, settings, setup.keys(folder), sure=sure)


def _refuse_people(wanted: dict[str, str | list[str]]) -> None:
    """A column that names a person may be the author (a voice tag, then dropped) and nothing that is kept."""
    from earnest.gate.refusals import judge
    from earnest.record.errors import RefusedConfiguration

    for role, names in wanted.items():
        if role in ("author", "id"):  # neither is kept: one becomes a voice tag, the other a keyed hash
            continue
        for name in names:
            if role == "text" and name.lower().endswith(SAID):
                continue
            reason = judge("import_column", name)
            if reason is not None:
                raise RefusedConfiguration(
                    f"--map {role}: {reason}", advice="Map it as author, or leave it out."
                )


def _complaint(place: str, error: str, problem: str) -> str:
    told: dict[str, Any] = {"place": place, "error": error, "problem": problem}
    word, _, number = place.rpartition(" ")
    if word == "line" and number.isdecimal():
        told = {"line": int(number)} | told
    return json.dumps(told, ensure_ascii=False)


def _sentence(summary: dict[str, Any]) -> str:
    parts = [f"{summary['read']:,} posts read, {summary['admitted']:,} kept"]
    for what in ("withheld", "duplicates", "refused"):
        if summary[what]:
            parts.append(f"{summary[what]:,} {what}")
    pace = summary["read"] / summary["seconds"] if summary["seconds"] else 0
    quick = f" ({pace:,.0f} a second)" if summary["read"] >= 1_000 else ""
    return f"{', '.join(parts)} in {summary['seconds']:.1f} s{quick}."


class _Plain:
    """Without a terminal: complaints only."""

    def complain(self, line: str) -> None:
        click.echo(line, err=True)

    def kept(self, read: int, admitted: int) -> None:
        pass


class _Bar:
    """On a terminal: a bar that moves with every batch."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("reading …", total=None)

    def __enter__(self) -> "_Bar":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def complain(self, line: str) -> None:
        self._bar.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def kept(self, read: int, admitted: int) -> None:
        self._bar.update(self._task, description=f"{read:,} read, {admitted:,} kept")


def _progress() -> Any:
    return _Bar() if sys.stderr.isatty() else nullcontext(_Plain())
