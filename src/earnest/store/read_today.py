"""What the last day brought, beside the same hours of the weeks before; and what waits to be looked at.

A place's hour that was not heard is no quiet hour: today is held against a week before only where a place
was heard in both. All passes through `scope`, as every figure does.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, Q

from earnest.store import clock, identity, overdue, recent, scope
from earnest.store.models import Alert, Case, Escalation, TeamMember, Theme
from earnest.store.shapes_cases import OPEN

HOURS = 24
WEEK = 7 * HOURS
WEEK_LONG = timedelta(days=7)
WEEKS = 4
"""Weeks before that say what is usual."""

FRESH = 60.0
"""Seconds for which a server tells the day's counts again."""

MOST = 40
"""Cases of one person's day."""

ASKED = 100
"""Unsure posts that are counted at most: more is "100 or more"."""


@dataclass(frozen=True, slots=True)
class Day:
    """The last 24 whole hours.

    posts     what was said, by every place
    alike     the part of them that can be compared: hours of places that were also heard in weeks before
    usual     what those hours brought in the weeks before, on average; None where none of them was heard
    heard     place-hours that were heard, of `of`
    missing   (place, hours not heard), most first
    """

    since: datetime
    until: datetime
    posts: int
    alike: int
    usual: float | None
    heard: int
    of: int
    missing: tuple[tuple[str, int], ...]


def day(programme: str, now: datetime) -> Day:
    """The last 24 whole hours before `now`."""
    within = scope.of(programme)
    end = clock.seconds(now) // clock.HOUR
    posts, known = _counted(within, end)
    listening = sorted(within.places)
    here = [(place, back) for place in listening for back in range(HOURS) if (place, back, 0) in known]
    alike, usual = 0, 0.0
    compared = False
    for cell in here:
        before = [posts.get((*cell, week), 0) for week in range(1, WEEKS + 1) if (*cell, week) in known]
        if before:
            compared = True
            alike += posts.get((*cell, 0), 0)
            usual += sum(before) / len(before)
    missing = {within.places[place][1]: HOURS - sum(at == place for at, _ in here) for place in listening}
    return Day(
        since=clock.moment((end - HOURS) * clock.HOUR),
        until=clock.moment(end * clock.HOUR),
        posts=sum(count for (_, _, week), count in posts.items() if week == 0),
        alike=alike,
        usual=usual if compared else None,
        heard=len(here),
        of=len(listening) * HOURS,
        missing=tuple(
            sorted(((title, hours) for title, hours in missing.items() if hours), key=lambda one: -one[1])
        ),
    )


Cell = tuple[int, int, int]
"""A place, whole hours back from the last one, weeks back."""


@recent.kept(FRESH, by=lambda within, end: (within.key, end))
def _counted(within: scope.Scope, end: int) -> tuple[dict[Cell, int], set[Cell]]:
    """Posts by cell, and the cells that were heard: those of today and of the same hours of weeks before."""
    spans = [(end - HOURS - WEEK * week, end - WEEK * week) for week in range(WEEKS + 1)]
    first = -(-within.cutoff // clock.HOUR)
    spans = [(max(begin, first), last) for begin, last in spans if last > first]
    posts: dict[Cell, int] = defaultdict(int)
    if not spans:
        return posts, set()
    told = within.told("place_id", "hour", overdue.hours)

    def cell(place: int, hour: int) -> Cell:
        week, back = divmod(end - 1 - hour, WEEK)
        return place, back, week

    with connection.cursor() as db:
        # One question a span: asked for all at once, SQLite reads every hour that is kept.
        counts = (
            "SELECT place_id, hour, sum(posts) FROM store_hourcount WHERE programme_id = %s"  # noqa: S608 - conditions of `scope`
            f" AND hour >= %s AND hour < %s{told} GROUP BY place_id, hour"
        )
        values = [value for span in spans for value in (within.id, *span)]
        db.execute(" UNION ALL ".join([counts] * len(spans)), values)
        for place, hour, count in db.fetchall():
            if place in within.places:
                posts[cell(place, hour)] += int(count)
        heard = (
            "SELECT place_id, hour FROM store_coverage c JOIN store_place p ON p.id = c.place_id"  # noqa: S608 - as above
            " WHERE p.programme_id = %s AND c.hour >= %s AND c.hour < %s"
            f"{within.told('c.place_id', 'c.hour', overdue.hours)}"
        )
        db.execute(" UNION ALL ".join([heard] * len(spans)), values)
        known = {cell(place, hour) for place, hour in db.fetchall() if place in within.places}
    return posts, known


def unsure(programme: str, since: datetime) -> int:
    """Unsure posts said since then that nobody answered, `ASKED` at most."""
    within = scope.of(programme)
    least = max(within.first_id, identity.floor(clock.seconds(since)))
    told = within.told("p.place_id", "p.id", overdue.ids)
    with connection.cursor() as db:
        db.execute(
            "SELECT count(*) FROM (SELECT p.id FROM store_post p WHERE p.programme_id = %s AND p.id >= %s"  # noqa: S608 - as above
            f" AND p.unsure = %s AND p.corrected = %s{told} ORDER BY p.id DESC LIMIT %s) AS newest",
            [within.id, least, True, False, ASKED],
        )
        return int(db.fetchone()[0])


@dataclass(frozen=True, slots=True)
class Task:
    """An open case that a person has to look at. `mine`: it was given to them."""

    number: int
    title: str = field(repr=False)
    status: str
    due: datetime | None
    mine: bool


def tasks(programme: str, user: int, now: datetime) -> list[Task]:
    """The open cases that a person has, and those that are due within a week and nobody's: their teams' and
    no team's. The soonest first, those without a due time last. One question.
    """
    id = scope.id_of(programme)
    teams = TeamMember.objects.filter(person_id=user, team__programme_id=id).values("team_id")
    nobodys = Q(assignee__isnull=True, due__lt=now + WEEK_LONG) & (
        Q(team__isnull=True) | Q(team_id__in=teams)
    )
    rows = Case.objects.filter(
        Q(assignee_id=user) | nobodys, programme_id=id, root__isnull=True, taken_back=False, status__in=OPEN
    )
    ordered = rows.order_by(F("due").asc(nulls_last=True), "pk")[:MOST]
    return [
        Task(number, title, status, due, assignee == user)
        for number, title, status, due, assignee in ordered.values_list(
            "number", "title", "status", "due", "assignee_id"
        )
    ]


def last_due(programme: str, user: int) -> datetime | None:
    """When a case with a due time was last closed that this person had."""
    rows = Case.objects.filter(
        programme_id=scope.id_of(programme), assignee_id=user, due__isnull=False, closed__isnull=False
    )
    found: datetime | None = rows.order_by("-closed").values_list("closed", flat=True).first()
    return found


def last_escalation(programme: str) -> datetime | None:
    """When an escalation was last settled."""
    rows = Escalation.objects.filter(programme_id=scope.id_of(programme), settled__isnull=False)
    found: datetime | None = rows.order_by("-settled").values_list("settled", flat=True).first()
    return found


def last_alert(programme: str) -> datetime | None:
    """When the last alert was closed."""
    row = Alert.objects.filter(programme_id=scope.id_of(programme), closed__isnull=False)
    at = row.order_by("-closed").values_list("closed", flat=True).first()
    return None if at is None else clock.moment(at)


def last_theme(programme: str) -> datetime | None:
    """When a theme was first heard of last, as far back as posts are kept."""
    within = scope.of(programme)
    rows = Theme.objects.filter(programme_id=within.id, state="open", first_seen__gte=within.cutoff)
    at = rows.order_by("-first_seen").values_list("first_seen", flat=True).first()
    return None if at is None else clock.moment(at)


def lately(now: datetime) -> datetime:
    """Since when a theme counts as new."""
    return now - WEEK_LONG
