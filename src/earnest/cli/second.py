"""`earnest second`: a second look at the least certain posts, by the accurate tier or an endpoint."""

import sys
import time
from pathlib import Path

import click

from earnest.cli import setup
from earnest.record.errors import StoreError

ACTOR = "cli"


@click.command()
@click.option("--programme", help="Only this one; needed for --by, --share and --last.")
@click.option(
    "--by",
    "tier",
    type=click.Choice(("off", "accurate", "endpoint")),
    help="Who looks again from now on: the accurate tier, an endpoint of your own (see EARNEST_ENDPOINT_URL),"
    " or nobody.",
)
@click.option(
    "--share", type=click.IntRange(5, 20), help="Percent of new posts that are looked at again (10)."
)
@click.option("--last", type=click.IntRange(1, 1_000_000), help="Also consider this many posts from before.")
@click.option("--seconds", type=click.IntRange(1, 86_400), default=600, show_default=True, help="At most.")
@setup.home_option
def command(
    programme: str | None,
    tier: str | None,
    share: int | None,
    last: int | None,
    seconds: int,
    home: Path | None,
) -> None:
    """Look again now at posts that wait for a second look, and say what came of it.

    A listener does the same by itself. Where the second look is surer, a post takes its labels; where neither
    is sure it waits for a person. What a person corrected is left alone.
    """
    setup.django(home)
    from earnest.flow import second
    from earnest.store import read_second

    if programme is None and (tier or share or last):
        raise click.UsageError("Say which: --programme NAME")
    if programme is not None:
        terms = read_second.terms(programme)
        if tier or share:
            second.set_terms(programme, tier or terms.tier, share or terms.share, actor=ACTOR)
            terms = read_second.terms(programme)
        if last:
            second.look_back(programme, last)
        if terms.tier == "off":
            click.echo(f"{programme}: nobody takes a second look. Choose: --by accurate, or --by endpoint")
            return
        rounds = second.tend(until=time.monotonic() + seconds, only=programme)
        if not rounds:
            raise StoreError(f"{programme} is a draft.", advice="Second looks begin when it listens.")
    else:
        rounds = second.tend(until=time.monotonic() + seconds)
        if not rounds:
            click.echo("No programme wants a second look. Choose: earnest second --programme NAME --by …")
    for done in rounds:
        waiting = read_second.looked(done.programme).waiting
        click.echo(
            f"{done.programme} ({done.tier}): asked about {done.asked:,}, {done.given:,} opinions,"
            f" {done.agreed:,} agreed, {done.changed:,} posts changed, {waiting:,} wait"
        )
        if done.problem:
            click.echo(f"{done.programme}: {done.problem}", err=True)
    sys.exit(1 if any(done.problem for done in rounds) else 0)
