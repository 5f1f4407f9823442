"""`earnest actions`: what was done about problems, and what came after it."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earnest.cli.cases import NUMBER, begin, person, person_id, usual

if TYPE_CHECKING:
    from earnest.store.action_shapes import ActionRow
    from earnest.understand.outcome import Outcome


@click.group(short_help="What was done about problems: list, add, outcome.")
def command() -> None:
    """What was done about cases, by which team, and what came after it.

    \b
    earnest actions add 12 "Tips of October re-run." --on 2026-10-26 --promise half
    earnest actions list --from 2026-10-01
    earnest actions outcome 12
    """


@command.command("list")
@click.option("--case", "number", type=int, help="Only those of one case.")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="The first day.")
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), help="The last day.")
@usual
def listed(
    number: int | None,
    since: datetime | None,
    until: datetime | None,
    programme: str | None,
    as_json: bool,
    home: Path | None,
) -> None:
    """What was done and what is planned, newest first."""
    rows = _rows(begin(home, programme), number, since, until)
    for row in rows:
        if as_json:
            click.echo(json.dumps(_plain(row), ensure_ascii=False))
            continue
        team = f", {row.team_name}" if row.team_name else ""
        plan = ", planned" if row.planned else ""
        cases = ", ".join(str(one) for one, _ in row.cases)
        click.echo(f"{row.id}  {row.day}  case {cases}  {row.what} ({row.sort}{team}{plan})")
    if not rows and not as_json:
        click.echo("Nothing was written down for these days.")


def _rows(
    programme: str, number: int | None, since: datetime | None, until: datetime | None
) -> "Sequence[ActionRow]":
    from earnest.desk import actions

    first = None if since is None else since.date()
    last = None if until is None else date.fromordinal(until.toordinal() + 1)
    if number is not None:
        return [
            row
            for row in actions.of_case(programme, number)
            if (first is None or row.day >= first) and (last is None or row.day < last)
        ]
    found: list[ActionRow] = []
    after = None
    while True:
        page = actions.listing(programme, since=first, until=last, after=after, limit=100)
        found += page.rows
        after = page.next
        if after is None:
            return found


def _plain(row: "ActionRow") -> dict[str, Any]:
    return {
        "id": row.id,
        "what": row.what,
        "sort": row.sort,
        "day": row.day.isoformat(),
        "planned": row.planned,
        "promise": row.promise or None,
        "team": row.team_name or None,
        "in_reports": row.told,
        "cases": [number for number, _ in row.cases],
    }


@command.command()
@click.argument("number", type=NUMBER)
@click.argument("what")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day; else today.")
@click.option("--sort", default="fixed", show_default=True, help="fixed, told, changed, repaid or other.")
@click.option("--promise", default="", help="What is to become of complaints: fewer, half or gone.")
@click.option("--team", default="", help="The team's short name.")
@click.option("--planned", is_flag=True, help="It is not done yet.")
@click.option("--also", type=int, multiple=True, help="Another case that it belongs to; may be repeated.")
@person
@usual
def add(
    number: int,
    what: str,
    day: datetime | None,
    sort: str,
    promise: str,
    team: str,
    planned: bool,
    also: tuple[int, ...],
    name: str | None,
    programme: str | None,
    as_json: bool,
    home: Path | None,
) -> None:
    """Write down, in one sentence, what was done about a case."""
    slug = begin(home, programme)
    from earnest.desk import actions
    from earnest.store import clock

    id = actions.record(
        slug,
        number,
        what=what,
        on=clock.now().date() if day is None else day.date(),
        by=person_id(slug, name),
        team=_team(slug, team) if team else None,
        sort=sort,
        promise=promise,
        planned=True if planned else None,
        also=also,
    )
    click.echo(json.dumps({"id": id}) if as_json else f"Action {id} of case {number} is written down.")


def _team(programme: str, slug: str) -> int:
    from earnest.desk import teams

    for team in teams.of(programme):
        if team.slug == slug:
            return team.id
    known = ", ".join(team.slug for team in teams.of(programme)) or "none yet"
    raise click.UsageError(f"There is no team '{slug}' in '{programme}'. There are: {known}.")


@command.command()
@click.argument("number", type=NUMBER)
@click.option("--lang", type=click.Choice(["en", "es"]), default="en", show_default=True)
@usual
def outcome(number: int, lang: str, programme: str | None, as_json: bool, home: Path | None) -> None:
    """What came after what was done about a case, week by week."""
    slug = begin(home, programme)
    from earnest.desk import outcome as outcomes
    from earnest.report import effect_chart, effect_words
    from earnest.report.wording import of as wording_of

    found = outcomes.of_case(slug, number)
    if found is None:
        click.echo(
            json.dumps(None) if as_json else "Nothing was done about this case that could be measured."
        )
        return
    say = wording_of(lang)
    said = effect_words.said(found, say)
    if as_json:
        click.echo(json.dumps(_told(found, said.sentence, said.notes), ensure_ascii=False))
        return
    click.echo(said.sentence)
    for row in effect_chart.table(found, say).rows:
        click.echo("  " + "  ".join(row))
    for note in said.notes:
        click.echo(note)


def _told(found: "Outcome", sentence: str, notes: Sequence[str]) -> dict[str, Any]:
    own = found.effect.own
    return {
        "verdict": found.verdict,
        "sentence": sentence,
        "percent_left": found.left,
        "low": None if own is None else round(100 * own.low),
        "high": None if own is None or own.high > 100 else round(100 * own.high),
        "voices": found.voices,
        "usual_voices": found.usual,
        "weeks_heard": list(found.effect.heard),
        "notes": list(notes),
    }
