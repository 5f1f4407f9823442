"""`earnest erase`: take out what somebody asks to have taken out, and give them a receipt."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earnest.cli import setup

if TYPE_CHECKING:
    from earnest.flow.forget import Forgotten


@click.group("erase", invoke_without_command=True, short_help="Erase what somebody asked to have erased.")
@click.option("--handle", help="An account's name at the place; - reads it from standard input.")
@click.option("--url", help="A post's address.")
@click.option("--id", "id_", help="A post's own id at its place.")
@click.option("--source", "slug", metavar="SLUG", help="The place. Needed with --handle and --id.")
@click.option("--programme", help="The programme of the place, where several have one of that name.")
@click.option("--also-out", is_flag=True, help="With --handle: it is not heard from now on, either.")
@click.option("--dry-run", is_flag=True, help="Say where it would be looked for; change nothing.")
@click.option("--receipt", "file", type=click.Path(path_type=Path), help="Write the signed receipt here.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@setup.home_option
@click.pass_context
def command(
    ctx: click.Context,
    handle: str | None,
    url: str | None,
    id_: str | None,
    slug: str | None,
    programme: str | None,
    also_out: bool,
    dry_run: bool,
    file: Path | None,
    as_json: bool,
    home: Path | None,
) -> None:
    """Erase what an account said (--handle), or one post (--url, --id), and keep it away for good.

    A handle that is typed as an argument stays in the history of your shell and is seen in the list of
    processes. Give it by standard input instead:

    \b
        earnest erase --handle - --source riders-room < handle.txt

    How many posts a handle had is not told: erasing is no way of looking somebody up.
    """
    if ctx.invoked_subcommand is not None:
        return
    given = [one for one in (handle, url, id_) if one is not None]
    if len(given) != 1:
        raise click.UsageError("Give one of --handle, --url and --id.")
    if url is None and slug is None:
        raise click.UsageError("Say which place: --source SLUG.")
    if also_out and handle is None:
        raise click.UsageError("--also-out goes with --handle.")
    folder = setup.django(home)
    from earnest.flow import forget

    places = forget.places_named(slug, programme)
    if url is None and len(places) > 1:
        names = ", ".join(place.programme for place in places)
        raise click.UsageError(f"Several programmes have this place ({names}). Say which: --programme.")
    if handle is not None:
        name = sys.stdin.readline() if handle == "-" else handle
        done = forget.by_handle(folder, places[0], name, out=also_out, trial=dry_run)
    else:
        done = forget.by_ids(folder, places, url=url, id=id_, trial=dry_run)
    if file is not None and done.receipt is not None:
        file.write_text(done.receipt, encoding="utf-8")
    click.echo(_as_json(done, dry_run) if as_json else _in_words(done, dry_run, file))


def _as_json(done: "Forgotten", trial: bool) -> str:
    told = {
        "dry_run": trial,
        "places": list(done.places),
        "posts": done.posts,
        "opted_out": done.out,
        "beyond_reach": list(done.beyond),
        "notes": list(done.notes),
        "receipt": done.receipt,
    }
    return json.dumps(told, ensure_ascii=False)


def _in_words(done: "Forgotten", trial: bool, file: Path | None) -> str:
    where = ", ".join(done.places)
    if trial:
        found = "" if done.posts is None else f" {done.posts} found."
        lines = [f"Nothing was changed. It would be looked for in: {where}.{found}"]
    elif done.posts is None:
        lines = [f"What could be found in {where} is erased and does not come in again."]
    else:
        number = "1 post was" if done.posts == 1 else f"{done.posts} posts were"
        lines = [f"{number} erased in {where}. What was asked for does not come in again."]
    if done.out:
        lines.append("The account is not heard there any more.")
    if done.beyond:
        lines.append(
            f"Cannot be found any more: posts of {', '.join(done.beyond)}, whose key was destroyed."
            " They lead to nobody."
        )
    lines += done.notes
    if done.receipt is not None:
        lines += [f"Receipt: {file}"] if file is not None else ["", done.receipt.rstrip()]
    return "\n".join(lines)


@command.command("verify-receipt")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@setup.home_option
def verify_receipt(file: Path, home: Path | None) -> None:
    """Check that FILE is a receipt which this installation wrote and nobody changed."""
    folder = setup.prepare(home)
    from earnest.flow.receipt import LONGEST, genuine
    from earnest.record.errors import BadFile

    with file.open("rb") as opened:
        text = opened.read(4 * LONGEST).decode("utf-8", "replace")
    if not genuine(setup.keys(folder), text):
        raise BadFile(
            "is not a receipt of this installation, or was changed",
            place=str(file),
            advice="Check it in the home folder whose keys signed it.",
        )
    click.echo("Genuine: this installation wrote it, and nobody changed it.")
