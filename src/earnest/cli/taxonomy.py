"""`earnest taxonomy`: what posts may be about in a programme, its versions, and changing it."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earnest.cli import setup

if TYPE_CHECKING:
    from earnest.flow.preview import Part, Preview, Row
    from earnest.store.read import Programme
    from earnest.store.read_taxonomy import Version

ACTOR = "cli"

PROGRAMME = click.option("--programme", "-p", "slug", required=True, help="The programme's short name.")
FILE = click.argument("file", type=click.Path(path_type=Path))
NUMBER = click.argument("number", type=click.IntRange(1))


@click.group()
def command() -> None:
    """What posts may be about: see it, change it, and see before what a change would do.

    A change is a file of merge, split, move, describe, add, retire and category. Its posts follow when it is
    applied; what was counted before stays comparable.
    """


@command.command("show")
@PROGRAMME
@setup.home_option
def show(slug: str, home: Path | None) -> None:
    """List the labels in use."""
    _programme(slug, home)
    from earnest.report import taxonomies
    from earnest.store import read_taxonomy

    found = taxonomies.of(slug)
    click.echo(f"{found.name['en']}, version {read_taxonomy.number_of(slug)}, {len(found.labels)} labels")
    for category in found.categories:
        click.echo(f"{category.id}: {category.name['en']}")
        for label in found.under(category.id):
            owner = f", owner {label.owner}" if label.owner else ""
            click.echo(f"  {label.id}: {label.name['en']} (severity {label.severity}{owner})")


@command.command("check")
@PROGRAMME
@FILE
@setup.home_option
def check(slug: str, file: Path, home: Path | None) -> None:
    """Check a file of changes; nothing is written."""
    _programme(slug, home)
    from earnest.flow import versions
    from earnest.report import taxonomies
    from earnest.understand import proposal

    changed = versions.check(slug, proposal.read(file, taxonomies.of(slug)))
    click.echo(
        f"{file.name}: {len(changed.touched)} labels change, {len(changed.taxonomy.labels)} are there then."
    )


@command.command("propose")
@PROGRAMME
@FILE
@setup.home_option
def propose(slug: str, file: Path, home: Path | None) -> None:
    """Keep a file of changes as a proposal; nothing changes yet."""
    _, folder = _programme(slug, home)
    from earnest.flow import versions
    from earnest.report import taxonomies
    from earnest.understand import proposal

    number = versions.propose(slug, proposal.read(file, taxonomies.of(slug)), folder, actor=ACTOR)
    click.echo(
        f"Version {number} is proposed. See what it would do: earnest taxonomy preview -p {slug} {number}"
    )


@command.command("preview")
@PROGRAMME
@NUMBER
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@setup.home_option
def preview(slug: str, number: int, as_json: bool, home: Path | None) -> None:
    """Show what a proposal would do to the stored posts; nothing is written."""
    programme, folder = _programme(slug, home)
    from earnest.cli.progress import steps
    from earnest.desk import audit
    from earnest.flow import relabel
    from earnest.flow.preview import preview as look

    with steps("Learning the new labels") as progress:
        relabel.teach(slug, folder, progress=progress)
    found = look(slug, number, folder)
    if programme.quotes:
        audit.note(ACTOR, "posts_read", programme=slug, about="posts", detail={"version": number})
    if as_json:
        click.echo(json.dumps(_document(found, programme), ensure_ascii=False))
        return
    click.echo(
        f"Version {number} of {slug}: {_about(found.posts, programme)} stored posts get another label."
    )
    for part in found.parts:
        _show(part, programme)
    for row in found.whole:
        click.echo(f"    every post asked anew: {row.id} ({row.name}): {_told(row, programme)}")


@command.command("apply")
@PROGRAMME
@NUMBER
@click.option("--wait/--no-wait", default=True, help="Do the work here, or leave it to the listener.")
@setup.home_option
def apply(slug: str, number: int, wait: bool, home: Path | None) -> None:
    """Apply a proposal: its model is made, then stored posts follow in batches."""
    _, folder = _programme(slug, home)
    from earnest.cli.progress import steps
    from earnest.flow import relabel, versions
    from earnest.store import read_taxonomy

    versions.apply(slug, number, actor=ACTOR)
    if not wait:
        click.echo(f"Version {number} will be in use soon: the listener makes its model first.")
        return
    with steps("Applying") as progress:
        changed = relabel.work(folder, progress=progress)
    version = read_taxonomy.version(slug, number)
    if version is not None and version.problem:
        click.echo(f"earnest: version {number} could not be applied: {version.problem}", err=True)
        sys.exit(1)
    click.echo(f"Version {number} is in use; {changed:,} stored posts got another label.")


@command.command("back")
@PROGRAMME
@setup.home_option
def back(slug: str, home: Path | None) -> None:
    """Propose going back to the version before the present one."""
    _programme(slug, home)
    from earnest.flow import versions
    from earnest.record.errors import InputError
    from earnest.store import read_taxonomy

    now = read_taxonomy.current(slug)
    if now is None:
        raise InputError("The taxonomy was never changed.", advice="There is nothing to go back to.")
    number = versions.propose_back(slug, now.basis, actor=ACTOR)
    click.echo(
        f"Version {number} is version {now.basis} again. Apply it: earnest taxonomy apply -p {slug} {number}"
    )


@command.command("drop")
@PROGRAMME
@NUMBER
@setup.home_option
def drop(slug: str, number: int, home: Path | None) -> None:
    """Take a proposal back."""
    _programme(slug, home)
    from earnest.flow import versions

    versions.take_back(slug, number, actor=ACTOR)
    click.echo(f"Proposal {number} is gone.")


@command.command("history")
@PROGRAMME
@setup.home_option
def history(slug: str, home: Path | None) -> None:
    """List the versions and the proposals."""
    _programme(slug, home)
    from earnest.store import read_taxonomy

    rows = read_taxonomy.history(slug)
    for one in rows:
        click.echo(_line(one))
    if not rows:
        click.echo("version 1: in use, as it came with Earnest")
    for one in read_taxonomy.drafts(slug):
        click.echo(
            f"proposal {one.number}: made {one.made:%Y-%m-%d}{', ' + one.problem if one.problem else ''}"
        )


@command.command("export")
@PROGRAMME
@click.option(
    "--version", "number", type=click.IntRange(1), help="A former version (default: the one in use)."
)
@setup.home_option
def export(slug: str, number: int | None, home: Path | None) -> None:
    """Write the taxonomy as YAML, as `earnest train --taxonomy` takes it."""
    _programme(slug, home)
    from earnest.record.errors import InputError
    from earnest.report import taxonomies
    from earnest.understand import versions

    found = taxonomies.of(slug) if number is None else taxonomies.at(slug, number)
    if found is None:
        raise InputError(f"There is no version {number}.", advice="See them: earnest taxonomy history")
    click.echo(versions.as_yaml(found), nl=False)


@command.command("work", hidden=True)
@setup.home_option
def work(home: Path | None) -> None:
    """Do what waits: make models, let stored posts follow. The listener starts this by itself."""
    folder = setup.django(home)
    from earnest.flow import relabel

    relabel.work(folder)


def _programme(slug: str, home: Path | None) -> "tuple[Programme, Path]":
    folder = setup.django(home)
    from earnest.flow.intake import programme_of

    return programme_of(slug), folder


def _line(one: "Version") -> str:
    since = f"{one.since:%Y-%m-%d %H:%M}" if one.since else ""
    if one.state != "current":
        return f"version {one.number}: from {since}"
    how = "" if one.settled else f", stored posts follow: {one.done:,} of about {one.total:,}"
    return f"version {one.number}: in use since {since}{how}"


def _show(part: "Part", programme: "Programme") -> None:
    click.echo(f"- {part.says}")
    for when, rows in (("before", part.before), ("after", part.after)):
        for row in rows:
            unsure = f", of these unsure {_about(row.unsure, programme)}" if row.unsure is not None else ""
            click.echo(f"    {when}: {row.id} ({row.name}): {_told(row, programme)}{unsure}")
            for text in row.quotes[:5] if when == "after" else ():
                click.echo(f"        “{text[:160]}”")
    if not part.exact:
        click.echo("    Asked of a model that the examples taught: look at the posts before you apply it.")


def _about(posts: int, programme: "Programme") -> str:
    from earnest.report import shown

    return shown.words(posts, programme.floor)


def _told(row: "Row", programme: "Programme") -> str:
    from earnest.flow import preview

    return preview.told(row, programme.floor)


def _document(found: "Preview", programme: "Programme") -> dict[str, object]:
    def row(one: "Row") -> dict[str, object]:
        return {
            "id": one.id,
            "name": one.name,
            "posts": _told(one, programme),
            "unsure": None if one.unsure is None else _about(one.unsure, programme),
            "examples": list(one.quotes),
        }

    return {
        "version": found.version.number,
        "posts": _about(found.posts, programme),
        "changes": [
            {
                "do": part.do,
                "exact": part.exact,
                "before": [row(one) for one in part.before],
                "after": [row(one) for one in part.after],
            }
            for part in found.parts
        ],
    }
