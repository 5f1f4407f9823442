"""`earnest cases`: what a team works on, as text or JSON."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from earnest.cli import setup
from earnest.record.errors import StoreError

if TYPE_CHECKING:
    from earnest.desk.cases_figures import Figures
    from earnest.store.shapes_cases import Case, Entry

F = TypeVar("F", bound=Callable[..., Any])

NUMBER = click.IntRange(1, 2**31 - 1)


def usual(command: F) -> F:
    """Options of every one of these commands."""
    command = click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)
    command = click.option("--programme", help="Which programme; not needed where there is only one.")(
        command
    )
    return setup.home_option(command)


def person(command: F) -> F:
    """The option of those that change something."""
    return click.option("--as", "name", metavar="NAME", help="Who does it: a person of the desk, by name.")(
        command
    )


@click.group()
def command() -> None:
    """Cases: posts and themes that belong together, and what was done about them."""


@command.command("list")
@click.option("--status", "statuses", multiple=True, help="Only these; 'any' for all (those that are open).")
@click.option("--words", "q", default="", help="Words of the title, or a number.")
@click.option("--order", type=click.Choice(("changed", "due", "severity", "opened")), default="changed")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True)
@click.option("--after", help="What the page before gave as next.")
@usual
def list_(
    statuses: tuple[str, ...],
    q: str,
    order: str,
    limit: int,
    after: str | None,
    programme: str | None,
    as_json: bool,
    home: Path | None,
) -> None:
    """List cases."""
    slug = begin(home, programme)
    from earnest.desk import audit
    from earnest.store import read_cases
    from earnest.store.shapes_cases import STATUSES

    for status in statuses:
        if status not in (*STATUSES, "any"):
            raise StoreError(
                f"There is no status '{status[:20]}'.", advice=f"Choose of {', '.join(STATUSES)}, any."
            )
    filters = read_cases.Filters(statuses=statuses, q=q, order=order)
    page = read_cases.listing(slug, filters, after, limit)
    audit.note("cli", "cases_read", programme=slug, detail={"cases": len(page.rows)})
    if as_json:
        _print({"cases": page.rows, "next": page.next})
        return
    for case in page.rows:
        click.echo(_line(case))
    if page.next:
        click.echo(f"More: earnest cases list --after {page.next}", err=True)
    elif not page.rows:
        click.echo("There is no such case.", err=True)


@command.command("show")
@click.argument("number", type=NUMBER)
@usual
def show(number: int, programme: str | None, as_json: bool, home: Path | None) -> None:
    """Show the case NUMBER: what is said of it, and what happened to it."""
    slug = begin(home, programme)
    from earnest.desk import audit, cases, cases_figures
    from earnest.store import read_cases

    case = read_cases.one(slug, number)
    if case is None:
        raise StoreError(f"There is no case {number}.", advice="See: earnest cases list --status any")
    number = case.merged_into or number
    shown = read_cases.one(slug, number) or case
    found = cases_figures.figures(slug, number)
    entries = read_cases.timeline(slug, number)
    audit.note("cli", "case_read", programme=slug, about=f"case:{number}")
    if as_json:
        suggested = cases.suggestions(slug, number)
        _print({"case": shown, "figures": found, "timeline": entries, "suggestions": suggested})
        return
    _tell(shown, found, entries)


@command.command("open")
@click.argument("title")
@click.option("--post", "posts", type=int, multiple=True, help="A post's number; several times.")
@click.option("--theme", "themes", type=NUMBER, multiple=True, help="A theme's number; several times.")
@click.option("--severity", default="normal", show_default=True, help="low, normal, high or severe.")
@click.option("--because", default="", help="Why, in a sentence.")
@person
@usual
def open_(
    title: str,
    posts: tuple[int, ...],
    themes: tuple[int, ...],
    severity: str,
    because: str,
    name: str | None,
    programme: str | None,
    as_json: bool,
    home: Path | None,
) -> None:
    """Open a case called TITLE."""
    slug = begin(home, programme)
    by = person_id(slug, name)
    from earnest.desk import cases

    number = cases.open_case(
        slug, title, by=by, severity=severity, posts=posts, themes=themes, because=because
    )
    _done(slug, {"number": number}, f"Opened case {number}.", as_json)


@command.command("merge")
@click.argument("into", type=NUMBER)
@click.argument("other", type=NUMBER)
@click.option("--because", default="", help="Why, in a sentence.")
@person
@usual
def merge(
    into: int,
    other: int,
    because: str,
    name: str | None,
    programme: str | None,
    as_json: bool,
    home: Path | None,
) -> None:
    """Make the case OTHER a part of the case INTO."""
    slug = begin(home, programme)
    by = person_id(slug, name)
    from earnest.desk import cases

    change = cases.merge(slug, into, other, by=by, because=because)
    says = f"Case {other} is part of case {into} now. Undo it: earnest cases undo {change}"
    _done(slug, {"change": change}, says, as_json)


@command.command("split")
@click.argument("number", type=NUMBER)
@click.argument("title")
@click.option("--post", "posts", type=int, multiple=True, help="A post's number; several times.")
@click.option("--theme", "themes", type=NUMBER, multiple=True, help="A theme's number; several times.")
@person
@usual
def split(
    number: int,
    title: str,
    posts: tuple[int, ...],
    themes: tuple[int, ...],
    name: str | None,
    programme: str | None,
    as_json: bool,
    home: Path | None,
) -> None:
    """Make posts and themes of the case NUMBER a case of their own, called TITLE."""
    slug = begin(home, programme)
    by = person_id(slug, name)
    from earnest.desk import cases
    from earnest.store import read_cases

    new = cases.split(slug, number, title=title, posts=posts, themes=themes, by=by)
    change = read_cases.opening(slug, new)
    says = f"Case {new} was split off case {number}. Undo it: earnest cases undo {change}"
    _done(slug, {"number": new, "change": change}, says, as_json)


@command.command("undo")
@click.argument("change", type=click.IntRange(1, 2**53))
@person
@usual
def undo(change: int, name: str | None, programme: str | None, as_json: bool, home: Path | None) -> None:
    """Undo a change, by its number in the timeline."""
    slug = begin(home, programme)
    by = person_id(slug, name)
    from earnest.desk import cases

    cases.undo(slug, change, by=by)
    _done(slug, {"undone": change}, f"Undid change {change}.", as_json)


@command.command("note")
@click.argument("number", type=NUMBER)
@click.argument("text", required=False)
@click.option(
    "--file", "file", type=click.File("r", encoding="utf-8"), help="Read the note from a file, or -."
)
@person
@usual
def note(
    number: int,
    text: str | None,
    file: IO[str] | None,
    name: str | None,
    programme: str | None,
    as_json: bool,
    home: Path | None,
) -> None:
    """Write a note on the case NUMBER: TEXT, or a file. @name calls a person of the desk."""
    if (text is None) == (file is None):
        raise click.UsageError("Give the note's text, or --file.")
    slug = begin(home, programme)
    by = person_id(slug, name)
    from earnest.desk import cases

    try:
        words = text if file is None else file.read()
    except UnicodeDecodeError:
        raise click.UsageError("The file is no text in UTF-8.") from None
    change = cases.note(slug, number, words or "", by=by)
    _done(slug, {"change": change}, f"Wrote a note on case {number}.", as_json)


def begin(home: Path | None, programme: str | None) -> str:
    """Start, and the programme that is meant."""
    setup.django(home)
    from earnest.desk import cases
    from earnest.store import read

    cases.ACTOR.set("cli")
    known = [one.slug for one in read.programmes()]
    if programme is None and len(known) == 1:
        return known[0]
    if programme is None and known:
        raise click.UsageError(f"Say which: --programme {' or '.join(known)}")
    if programme is None or programme not in known:
        there = f"There are: {', '.join(known)}." if known else "Add one: earnest programme add NAME"
        raise StoreError(f"There is no programme '{(programme or '')[:60]}'.", advice=there)
    return programme


def person_id(programme: str, name: str | None) -> int | None:
    if name is None:
        return None
    from earnest.desk import cases
    from earnest.store import write

    person = write.user_id(name)
    if person is None or person not in cases.people(programme):
        raise StoreError(f"'{name[:60]}' does not work on cases of this programme.")
    return person


def _print(value: object) -> None:
    click.echo(msgspec.json.encode(value).decode())


def _done(programme: str, value: dict[str, int], says: str, as_json: bool) -> None:
    if as_json:
        _print(value)
    else:
        click.echo(says)


def _line(case: "Case") -> str:
    held = f"{case.posts} posts" + (f", {len(case.themes)} themes" if case.themes else "")
    who = f", {case.assignee_name}" if case.assignee_name else ""
    due = f", due {case.due:%Y-%m-%d}" if case.due else ""
    return f"{case.number:>5}  {case.status:<13} {case.severity:<7} {case.title}  ({held}{who}{due})"


def _tell(case: "Case", found: "Figures | None", entries: list["Entry"]) -> None:
    click.echo(_line(case).strip())
    if case.members:
        click.echo(f"Part of it: {', '.join(map(str, case.members))}")
    if found is not None:
        voices = f"at least {found.voices}" if found.voices else "too few to tell"
        weeks = " ".join("·" if week.posts is None else str(week.posts) for week in found.weeks)
        click.echo(f"{found.posts} posts, {voices} voices; weeks: {weeks}  (· not known)")
        if found.gone:
            click.echo(f"{found.gone} more posts are not kept any more.")
    from earnest.desk.cases_timeline import SORTS

    for entry in entries:
        says = SORTS[entry.sort].says if entry.sort in SORTS else entry.sort
        who = f" by {_plain(entry.by_name)}" if entry.by_name else ""
        undone = ", undone since" if entry.undone else ""
        click.echo(f"{_when(entry.at)}  change {entry.id}: case {entry.case} {says}{who}{undone}")
        if entry.note is not None and entry.note.text:
            for line in entry.note.text.splitlines():
                click.echo(f"    {_plain(line)}")


def _plain(text: str) -> str:
    """Without signs that a terminal would obey."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
