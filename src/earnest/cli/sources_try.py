"""What a try brought, for a terminal: five posts as they would be kept, and what is kept of them."""

import textwrap
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from earnest.flow.trying import Tried

WIDTH = 96
LONGEST = 400
"""Characters of a post that are shown."""


def show(tried: "Tried", days: int) -> None:
    """Print a try. It goes to stderr: what is shown was not kept, so no pipe is to keep it either."""
    lines = [tried.says] if tried.says else []
    lines.append(_came(tried))
    click.echo("\n".join(lines), err=True)
    for post in tried.posts:
        text = " ".join(post.text.split())
        short = text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()} …"
        head = f"{post.said:%Y-%m-%d}{f' ({post.lang})' if post.lang else ''}"
        body = textwrap.fill(short, WIDTH, initial_indent="    ", subsequent_indent="    ")
        click.echo(f"\n  {click.style(head, dim=True)}\n{body}", err=True)
    for note in tried.notes:
        click.echo(f"\n{note}", err=True)
    if tried.refused:
        click.echo("\nCould not be read:", err=True)
        for one in tried.refused:
            click.echo(f"  {one}", err=True)
    click.echo(f"\n{kept(days)}", err=True)


def kept(days: int) -> str:
    """What is kept of a place, in a sentence."""
    time = f"for {days:,} days" if days else "for as long as the programme will say"
    return (
        f"Kept from it: what was said, as above, with its day, language and region, {time}. "
        "Never kept: who said it, and what the gate does not let in. Nothing is stored yet."
    )


def _came(tried: "Tried") -> str:
    if not tried.came:
        more = " on its first page" if tried.more else ""
        return f"It answers. Nothing came{more} that would be kept: some give only what is yet to be said."
    posts = "1 post" if tried.came == 1 else f"{tried.came:,} posts"
    more = ", and there is more to read" if tried.more else ""
    shown = "" if len(tried.posts) == tried.came else f" {len(tried.posts)} of them:"
    return f"It answers. {posts} came that would be kept{more}.{shown}"
