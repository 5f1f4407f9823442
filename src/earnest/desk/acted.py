"""What pages and routes show of actions: of one case, and of a span of days, each with its effect."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from earnest.desk import actions, alert_work, outcome, teams
from earnest.desk.outcome import Outcome
from earnest.store import read_actions, read_cases, read_watch
from earnest.store.action_shapes import ActionPage, ActionRow, EffectRow


@dataclass(frozen=True, slots=True)
class Acted:
    """What was done about a case.

    told_as     the words in which reports may tell of the case, "" where they may not
    left_alone  a person said that it stays closed, whatever is heard, until it is acted on anew
    teams       (id, name) of the programme's
    alerts      its alerts that are still open, once it is settled
    """

    actions: tuple[ActionRow, ...]
    outcome: Outcome | None
    told_as: str
    left_alone: bool
    teams: tuple[tuple[int, str], ...]
    alerts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """A page of what was done in some days; `effects` by the number of a case."""

    page: ActionPage
    effects: Mapping[int, EffectRow]


def of_case(programme: str, number: int) -> Acted:
    """All that a case's page tells of actions."""
    case = read_cases.one(programme, number)
    settled = case is not None and case.status in read_watch.SETTLED
    return Acted(
        actions=tuple(actions.of_case(programme, number)),
        outcome=outcome.of_case(programme, number),
        told_as=read_actions.in_reports(programme, number),
        left_alone=read_watch.left_alone(programme, number),
        teams=team_names(programme),
        alerts=tuple(alert_work.open_alerts(programme, number)) if settled else (),
    )


def in_days(programme: str, since: date, until: date, *, after: str | None = None, limit: int = 25) -> Period:
    """What was done, or is planned, from `since` to `until` (not included), newest first."""
    page = actions.listing(programme, since=since, until=until, after=after, limit=limit)
    numbers = [number for row in page.rows for number, _ in row.cases]
    return Period(page, read_actions.effects(programme, numbers))


def team_names(programme: str) -> tuple[tuple[int, str], ...]:
    """(id, name) of a programme's teams."""
    return tuple((team.id, team.name) for team in teams.of(programme))
