"""`earnest audit`: prove the audit chain, take its head along, read it."""

import sys
from datetime import UTC, date, datetime, time
from pathlib import Path

import click
import msgspec

from earnest.cli import setup


@click.group()
def command() -> None:
    """Who read, changed or took out what: prove it, take its head along, read it."""


@command.command("verify")
@click.option(
    "--anchor", "anchors", multiple=True, metavar="HEAD", help="A head noted earlier (the line, or its file)."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
@setup.home_option
def verify(anchors: tuple[str, ...], as_json: bool, home: Path | None) -> None:
    """Say whether every link is there, unchanged and in its place; name the first that is not.

    Give a head that was printed or sent earlier as --anchor: only so is a chain found out that was cut off at
    its end together with its head.
    """
    setup.django(home)
    from earnest.desk import audit, audit_verify

    outside = [audit_verify.read_anchor(_text(anchor)) for anchor in anchors]
    found = audit_verify.verify(*outside)
    broken = found.broken
    audit.note(
        "cli", "audit_verified", detail={"links": found.links, **({"broken": broken.seq} if broken else {})}
    )
    if as_json:
        wrong = {"seq": broken.seq, "what": broken.what, "says": broken.says} if broken else None
        click.echo(
            msgspec.json.encode(
                {
                    "whole": broken is None,
                    "links": found.links,
                    "unproved": found.unproved,
                    "broken": wrong,
                }
            )
        )
    elif broken is None:
        against = f", against {len(outside)} noted earlier" if outside else ""
        click.echo(f"The chain is whole: {found.links:,} links{against}.")
        if found.unproved:
            click.echo(f"Of links 1 to {found.unproved:,} only the order can be proved: their key was lost.")
    else:
        click.echo(f"The chain is broken after {found.links:,} whole links. {broken.says}")
    sys.exit(0 if broken is None else 1)


def _text(anchor: str) -> str:
    """The line itself, or what is in the file of that name."""
    path = Path(anchor)
    if len(anchor) < 1_000 and " " not in anchor and path.is_file():
        return path.read_text("utf-8", "replace")
    return anchor


@command.command("head")
@setup.home_option
def head(home: Path | None) -> None:
    """Print the newest link's number, time and seal as one line, to be printed or sent to somebody else.

    Whoever holds it can have you run `earnest audit verify --anchor "LINE"` later: nothing before it can have
    been changed or cut off without that failing.
    """
    setup.django(home)
    from earnest.desk import audit, audit_verify

    audit.note("cli", "audit_head")
    audit_verify.note_head()
    click.echo(audit_verify.head_line())


@command.command("begin-anew")
@click.option("--yes", is_flag=True, help="Do not ask.")
@setup.home_option
def begin_anew(yes: bool, home: Path | None) -> None:
    """Go on with a new key where the key of the chain is lost for good.

    What was written before stays and can be read; that nobody changed it can no longer be proved, and
    `earnest audit verify` says so from then on.
    """
    folder = setup.prepare(home)
    setup.start(folder)
    from earnest.desk import audit, audit_key

    if not yes:
        click.confirm("What was written before can then no longer be proved. Is its key lost?", abort=True)
    first = audit_key.begin_anew(folder)
    (folder / "keys" / "audit.head").unlink(missing_ok=True)
    audit.note("cli", "chain_begun", about=f"link:{first}")
    click.echo(
        f"A new key seals the chain from link {first:,} on. Keep a copy of it apart from the database."
    )


@command.command("show")
@click.option("--programme", help="Only links that name this programme.")
@click.option("--since", type=click.DateTime(("%Y-%m-%d",)), help="From this day on (UTC).")
@setup.home_option
def show(programme: str | None, since: datetime | None, home: Path | None) -> None:
    """Print the links as JSON lines, oldest first."""
    setup.django(home)
    from earnest.desk import audit
    from earnest.store import read_audit

    audit.note("cli", "audit_read", programme=programme)
    begin = None if since is None else _day(since.date())
    for link in read_audit.links(programme=programme, since=begin):
        line = {
            "seq": link.seq,
            "at": link.at.isoformat(timespec="milliseconds"),
            "actor": link.actor,
            "action": link.action,
            "says": audit.ACTIONS.get(link.action, link.action),
            "programme": link.programme,
            "about": link.about,
            "detail": link.detail,
        }
        click.echo(msgspec.json.encode(line))


def _day(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
