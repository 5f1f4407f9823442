"""`earnest report`: a report over a range of days."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earnest.cli import jsonl, setup

if TYPE_CHECKING:
    from earnest.store.read import Programme

FORMATS = ("html", "pdf", "json", "csv")


class Day(click.ParamType[date]):
    """A day written as 2026-11-19."""

    name = "day"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"'{str(value)[:40]}' is not a day. Write it as 2026-11-19.", param, ctx)


@click.command()
@click.option("--from", "first", type=Day(), help="First day (default: the last four full weeks).")
@click.option("--to", "last", type=Day(), help="Last day, included.")
@click.option("--programme", help="Which programme (may be left out where there is only one).")
@click.option(
    "--format", "format", type=click.Choice(FORMATS), help="Default: by the ending of --out, else html."
)
@click.option("--out", type=click.Path(path_type=Path), help="The file to write; - for standard output.")
@click.option("--lang", type=click.Choice(("en", "es")), default="en", help="Language of the report.")
@setup.home_option
def command(
    first: date | None,
    last: date | None,
    programme: str | None,
    format: str | None,
    out: Path | None,
    lang: str,
    home: Path | None,
) -> None:
    """Write a report on what was said between two days, and what could not be seen."""
    chosen = _format_of(format, out)
    setup.django(home)
    from earnest.report import publish, render

    today = datetime.now(UTC).date()
    since, until = publish.default_range(today)
    if first is not None or last is not None:
        since, until = publish.check_range(*_ends(first, last, today), today)
    found = the_programme(programme)
    _note(found, since, chosen)
    report = render.make(found, since, until, lang=lang)
    if found.audience == "workforce":  # what the operator gets, the delegate gets on the same day
        publish.give(report)
    if out is not None and str(out) == "-":
        jsonl.stdout().write(publish.leave(report, chosen, "report"))
        return
    path = out or Path(f"{found.slug}-{since}.{chosen}")
    write_file(path, publish.leave(report, chosen, "report", path))
    for number, sentence in enumerate(report.story.sentences, 1):
        click.echo(f"{number}. {sentence}")
    click.echo(f"\nWritten to {path}")


def _note(programme: "Programme", since: date, format: str) -> None:
    from earnest.desk import audit

    audit.note(
        "cli", "exported", programme=programme.slug, about=since.isoformat(), detail={"format": format}
    )


def _ends(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """Both ends where one was given: up to today, or the four weeks that end on the last day."""
    if first is not None:
        return first, last or max(first, today)
    end = last or today
    return date.fromordinal(max(1, end.toordinal() - 27)), end


def _format_of(format: str | None, out: Path | None) -> str:
    ending = "" if out is None else out.suffix.lower().removeprefix(".")
    ending = "html" if ending == "htm" else ending
    if format is not None:
        return format
    if ending in FORMATS:
        return ending
    if ending:
        raise click.UsageError(
            f"A report is not written as '.{ending}'. Choose --format {', '.join(FORMATS)}."
        )
    return "html"


def the_programme(slug: str | None) -> "Programme":
    from earnest.record.errors import StoreError
    from earnest.store import read

    known = read.programmes()
    names = ", ".join(programme.slug for programme in known)
    if slug is not None:
        found = read.programme(slug)
        if found is None:
            raise StoreError(
                f"There is no programme '{slug}'.",
                advice=f"There are: {names}."
                if names
                else "Import posts first: earnest import FILE --source NAME.",
            )
        return found
    if not known:
        raise StoreError(
            "There is no programme yet, so nothing can be reported.",
            advice="Import posts first: earnest import FILE --source NAME.",
        )
    heard = [programme for programme in known if read.newest_id(programme.slug)]
    if len(heard) == 1 or len(known) == 1:
        return (heard or known)[0]
    raise StoreError("There are several programmes.", advice=f"Name one with --programme: {names}.")


def write_file(path: Path, content: bytes) -> None:
    from earnest.record.errors import BadFile

    try:
        path.write_bytes(content)
    except OSError as error:
        raise BadFile(
            f"cannot be written ({error.strerror})", place=str(path), advice="Choose another --out."
        ) from error
