"""What else routes are held against: alerts and cases, and what a case is about."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from earnest.store import clock, dialect, identity, models, overdue, read_alerts, read_cases, scope
from earnest.store.alert_shapes import AlertRow
from earnest.store.shapes_cases import OPEN, Case

MOST = 2_000
"""Cases that are looked at in one go."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a case is about, as far as it may be told: never words of a post.

    labels  main labels of its posts, the most frequent first; `themes` numbers
    kinds   of the places its posts are from (addressed, open, closed); `places` titles of those not closed
    since   when the first of its posts was said
    voices  distinct ones at least
    """

    labels: tuple[str, ...] = ()
    themes: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    since: datetime | None = None
    posts: int = 0
    voices: int = 0


def alerts(programme: str, since: datetime, *, is_open: bool) -> list[AlertRow]:
    """Alerts that were opened since a time, oldest first; `is_open`: only those that still are. Those that
    only stewards see are left out: they are not for teams.
    """
    found = read_alerts.alerts(programme, is_open=True, limit=MOST)
    if not is_open:
        found += read_alerts.alerts(programme, is_open=False, limit=MOST)
    told = [one for one in found if one.opened >= since and one.seen_by != "steward"]
    return sorted(told, key=lambda one: (one.opened, one.id))


def cases(programme: str, since: datetime, *, changed: bool) -> list[Case]:
    """Cases that stand by themselves: open ones that changed since a time, or (`changed` False) all that were
    opened since, oldest first.
    """
    within = scope.of(programme)
    rows = models.Case.objects.filter(programme_id=within.id, root__isnull=True, taken_back=False)
    wanted = {"changed__gte": since, "status__in": OPEN} if changed else {"opened__gte": since}
    rows = rows.filter(**wanted)
    return read_cases.told(within, list(rows.order_by("opened", "pk")[:MOST]))


def label_of_themes(programme: str, numbers: Sequence[int]) -> dict[int, str]:
    """The label that most posts of each theme have."""
    rows = models.Theme.objects.filter(programme__slug=programme, number__in=list(numbers))
    return dict(rows.values_list("number", "label"))


def labels_of_cases(programme: str, cases: Sequence[Case]) -> dict[int, list[str]]:
    """The main labels of each case's own posts, the most frequent first, then those of its themes."""
    within = scope.of(programme)
    root = {number: case.number for case in cases for number in case.numbers}
    counts: dict[int, Counter[str]] = {case.number: Counter() for case in cases}
    told = within.told("p.place_id", "p.id", overdue.ids)
    with connection.cursor() as db:
        rows = dialect.among(
            db,
            "SELECT c.number, p.label, count(*) FROM store_case c"  # noqa: S608 - a condition of `scope`
            " JOIN store_casepost l ON l.case_id = c.id AND l.out_id IS NULL"
            f" JOIN store_post p ON p.id = l.post_id AND p.id >= %s{told}"
            " WHERE c.programme_id = %s AND",
            "c.number",
            sorted(root),
            within.first_id,
            within.id,
            then=" GROUP BY c.number, p.label",
        )
    for number, label, posts in rows:
        counts[root[number]][within.lineage.now(label)] += int(posts)
    themes = label_of_themes(programme, sorted({theme for case in cases for theme in case.themes}))
    for case in cases:
        for theme in case.themes:
            if label := themes.get(theme):
                counts[case.number][label] += 1
    return {number: [label for label, _ in some.most_common()] for number, some in counts.items()}


def evidence(programme: str, case: Case) -> Evidence:
    """What a case is about: its posts and those of its themes together."""
    within = scope.of(programme)
    numbers = list(case.numbers)
    told = within.told("p.place_id", "p.id", overdue.ids)
    marks = ", ".join(["%s"] * len(numbers))
    themes = [0, *case.themes]
    with connection.cursor() as db:
        db.execute(
            "SELECT p.id, p.place_id, p.label, p.theme, p.voice FROM store_post p WHERE p.id IN ("  # noqa: S608 - our own
            " SELECT l.post_id FROM store_casepost l JOIN store_case c ON c.id = l.case_id"
            f" WHERE c.programme_id = %s AND c.number IN ({marks}) AND l.out_id IS NULL"
            " AND l.post_id IS NOT NULL"
            " UNION SELECT t.post_id FROM store_themepost t JOIN store_theme s ON s.id = t.theme_id"
            f" WHERE s.programme_id = %s AND s.number IN ({', '.join(['%s'] * len(themes))})"
            f") AND p.id >= %s{told}",
            [within.id, *numbers, within.id, *themes, within.first_id],
        )
        rows = [row for row in db.fetchall() if row[1] in within.places]
    labels = Counter(within.lineage.now(row[2]) for row in rows)
    heard: dict[tuple[str, str, int], set[bytes]] = {}
    nameless: Counter[str] = Counter()
    for id, _, label, theme, tag in rows:
        day = (id >> identity.SHIFT) // clock.DAY
        if tag is None:
            nameless[label] += 1
        else:
            heard.setdefault(
                (within.lineage.now(label), theme or label, clock.quarter_of_day(day)), set()
            ).add(bytes(tag))
    voices = max((len(tags) for tags in heard.values()), default=0)
    if within.audience == "customers" and not heard:
        voices = max(nameless.values(), default=0)
    kinds = dict(models.Place.objects.filter(programme_id=within.id).values_list("pk", "kind"))
    at = {row[1] for row in rows}
    first = min((row[0] for row in rows), default=None)
    return Evidence(
        labels=tuple(label for label, _ in labels.most_common(5)),
        themes=case.themes,
        kinds=tuple(
            kind for kind in ("addressed", "open", "closed") if kind in {kinds.get(one) for one in at}
        ),
        places=tuple(sorted(within.places[one][1] for one in at if kinds.get(one) != "closed")),
        since=None if first is None else clock.moment(first >> identity.SHIFT),
        posts=len(rows),
        voices=voices,
    )
