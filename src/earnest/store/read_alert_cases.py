"""Which alerts feed which cases, and what an alert is evidence of."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from earnest.store import clock, dialect, identity, labels_used, overdue, scope
from earnest.store.alert_shapes import TROUBLE, AlertRow
from earnest.store.models import Alert, AlertCase, AlertRule, Case, CaseTheme, Theme
from earnest.store.shapes_cases import OPEN

MOST_POSTS = 20
"""Posts that an alert without a theme brings along."""
HELD = 0.4
"""A theme is what an alert is about when it holds so much of the alert's posts."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an alert brings to a case: numbers of themes, ids of posts."""

    themes: tuple[int, ...] = ()
    posts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Fed:
    """A case that an alert opened or feeds, as it is shown now."""

    number: int
    title: str
    status: str
    opened: bool


def cases_of(programme: str, alerts: Iterable[int]) -> dict[int, list[Fed]]:
    """The cases of alerts, by the alert; the newest link last."""
    rows = AlertCase.objects.filter(alert_id__in=set(alerts)).select_related("case", "case__root")
    id, answer = scope.id_of(programme), dict[int, list[Fed]]()
    for row in rows.order_by("pk"):
        # Looked at here: asked for there, SQLite goes through all cases of the programme.
        if row.case.programme_id != id or row.case.taken_back:
            continue
        case = row.case.root or row.case
        found = answer.setdefault(row.alert_id, [])
        if all(one.number != case.number for one in found):
            found.append(Fed(case.number, case.title, case.status, row.opened))
    return answer


def open_alerts(programme: str, number: int) -> list[int]:
    """Alerts of a case that are still open."""
    id = scope.id_of(programme)
    cases = Case.objects.filter(Q(number=number) | Q(root__number=number), programme_id=id)
    rows = AlertCase.objects.filter(case_id__in=cases.values("pk"), alert__closed__isnull=True)
    return sorted(set(rows.values_list("alert_id", flat=True)))


def evidence(programme: str, alert: AlertRow) -> Evidence:
    """What an alert is about: its theme or its severe post; of a label that rose the theme that holds most of
    what rose, else the newest of its posts.
    """
    if alert.about.startswith("theme:"):
        return Evidence(themes=(int(alert.about.removeprefix("theme:")),))
    if alert.post is not None:
        return Evidence(posts=(alert.post,))
    posts = _posts(programme, alert)
    with connection.cursor() as db:
        rows = dialect.among(
            db, "SELECT theme_id FROM store_themepost WHERE theme_id IS NOT NULL AND", "post_id", posts
        )
    most = Counter(theme for (theme,) in rows).most_common(1)
    if most and most[0][1] >= HELD * len(posts):
        return Evidence(themes=tuple(Theme.objects.filter(pk=most[0][0]).values_list("number", flat=True)))
    return Evidence(posts=tuple(posts[:MOST_POSTS]))


def level(programme: str, alert: AlertRow) -> tuple[int, float]:
    """Posts of the hours in which a label rose, and as many as such hours had in the four weeks before."""
    first, end = clock.seconds(alert.since), clock.seconds(alert.until) + 1
    before = first - USUAL
    return (
        _count(programme, alert, first, end),
        _count(programme, alert, before, first) * (end - first) / USUAL,
    )


USUAL = 28 * clock.DAY
"""Seconds before a rise that it is held against."""


def _count(programme: str, alert: AlertRow, first: int, end: int) -> int:
    return sum(count for (count,) in _asked(programme, alert, first, end, "count(*)", ""))


def _posts(programme: str, alert: AlertRow) -> list[int]:
    """The newest posts of the hours in which a label rose, at most a few hundred."""
    first, end = clock.seconds(alert.since), clock.seconds(alert.until) + 1
    rows = _asked(programme, alert, first, end, "p.id", " ORDER BY p.id DESC LIMIT 300")
    return [id for (id,) in rows]


def _asked(programme: str, alert: AlertRow, first: int, end: int, what: str, then: str) -> list[tuple[int]]:
    """Of the posts that an alert on a label counts, from a second to another (not included)."""
    within = scope.of(programme)
    family = f"{alert.about}."
    labels = [
        old
        for old in labels_used.used(within)
        if within.lineage.now(old) == alert.about or within.lineage.now(old).startswith(family)
    ]
    kinds = TROUBLE if alert.kind == "trouble" else (alert.kind,) if alert.kind else ()
    values: list[object] = [within.id, max(within.first_id, identity.floor(first)), identity.floor(end)]
    also = ""
    if kinds:
        also += f" AND p.kind IN ({', '.join(['%s'] * len(kinds))})"
        values += kinds
    if alert.place:
        also += " AND p.place_id = %s"
        values.append((*within.ids_of((alert.place,)), 0)[0])
    if alert.region:
        also += " AND p.region = %s"
        values.append(alert.region)
    with connection.cursor() as db:
        return dialect.among(
            db,
            f"SELECT {what} FROM store_postlabel l JOIN store_post p ON p.id = l.post_id"  # noqa: S608 - our own words, ids
            " WHERE l.programme_id = %s AND l.post_id >= %s AND l.post_id < %s AND l.rank = 0"
            f"{also}{within.told('p.place_id', 'p.id', overdue.ids)} AND",
            "l.label",
            labels,
            *values,
            then=then,
        )


def holding(programme: str, alert: AlertRow, found: Evidence) -> int | None:
    """The open case that holds what an alert is about: its theme, or its label by an earlier alert. The one
    that was changed last, where there are several.
    """
    id = scope.id_of(programme)
    themes = Theme.objects.filter(programme_id=id, number__in=found.themes)
    ids = {row.into_id if row.state == "merged" and row.into_id else row.pk for row in themes}
    below = Theme.objects.filter(into_id__in=ids, state="merged").values_list("pk", flat=True)
    held = CaseTheme.objects.filter(theme_id__in={*ids, *below}, out__isnull=True).values("case_id")
    holds = Q(pk__in=held)
    if alert.sort == "burst":
        same = AlertCase.objects.filter(alert__programme_id=id, alert__sort="burst", alert__about=alert.about)
        holds |= Q(pk__in=same.values("case_id"))
    rows = Case.objects.filter(holds, programme_id=id, taken_back=False)
    roots = {root or pk for pk, root in rows.values_list("pk", "root_id")}
    kept = Case.objects.filter(pk__in=roots, status__in=OPEN, taken_back=False)
    return kept.order_by("-changed", "-pk").values_list("number", flat=True).first()


def unfed(programme: str) -> list[tuple[int, bool]]:
    """Open alerts that belong to no case: (id, whether its rule opens a case by itself), oldest first. Those
    that not everybody who works on cases may see are left to people.
    """
    id = scope.id_of(programme)
    rows = Alert.objects.filter(programme_id=id, closed__isnull=True, seen_by__in=("everybody", "analyst"))
    rows = rows.exclude(pk__in=AlertCase.objects.filter(alert__programme_id=id).values("alert_id"))
    slots = dict(AlertRule.objects.filter(programme_id=id).exclude(slot="").values_list("slot", "opens"))
    return [
        (alert, bool(opens) if opens is not None else slots.get(sort, False))
        for alert, sort, opens in rows.order_by("pk").values_list("pk", "sort", "rule__opens")
    ]
