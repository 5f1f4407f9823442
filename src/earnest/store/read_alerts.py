"""Reading alerts, their rules, and the hours they are judged by."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from earnest.store import clock, identity, labels_used, models, overdue, recent, rollup, scope
from earnest.store.alert_shapes import DEFAULTS, TROUBLE, AlertRow, Counted, Rule

SHOWN = 200
"""Closed alerts that a page shows."""

FRESH = 300.0
"""Seconds for which a server tells the counts behind an alert again."""


def rules(programme: str) -> list[Rule]:
    """The rules of a programme: those that every programme has, as they are set here, then those added."""
    rows = models.AlertRule.objects.filter(programme__slug=programme).select_related("place").order_by("pk")
    found = [_rule(row) for row in rows]
    slots = {rule.slot: rule for rule in found if rule.slot}
    return [slots.get(rule.slot, rule) for rule in DEFAULTS] + [rule for rule in found if not rule.slot]


def rule(programme: str, id: int, slot: str = "") -> Rule | None:
    """One rule by its id, or one that every programme has by its slot."""
    return next((one for one in rules(programme) if (one.id == id if id else one.slot == slot != "")), None)


def _rule(row: Any) -> Rule:
    return Rule(
        id=row.pk,
        slot=row.slot,
        sort=row.sort,
        name=row.name,
        about=row.about,
        place=row.place.slug if row.place else "",
        kind=row.kind,
        sensitivity=row.sensitivity,
        least_posts=row.least_posts,
        least_voices=row.least_voices,
        quiet=None if row.quiet_from == row.quiet_until else (row.quiet_from, row.quiet_until),
        zone=row.zone,
        seen_by=row.seen_by,
        on=row.on,
        opens=row.opens,
        snoozed=clock.moment(row.snoozed) if row.snoozed else None,
        noise=row.noise,
        proposed=row.proposed,
    )


def alerts(programme: str, *, is_open: bool, limit: int = SHOWN) -> list[AlertRow]:
    """Alerts, newest first. Those on posts and places that may not be told any more are left out."""
    within = scope.of(programme)
    rows = models.Alert.objects.filter(
        programme_id=within.id, closed__isnull=is_open, opened__gte=within.cutoff
    ).select_related("place")
    told = [row for row in rows.order_by("-opened", "-pk")[:limit] if _told(within, row)]
    return [_alert(row, programme) for row in told]


def alert(programme: str, id: int) -> AlertRow | None:
    """One alert, or None."""
    within = scope.of(programme)
    row = (
        models.Alert.objects.filter(programme_id=within.id, pk=id, opened__gte=within.cutoff)
        .select_related("place")
        .first()
    )
    return _alert(row, programme) if row is not None and _told(within, row) else None


def _told(within: scope.Scope, row: models.Alert) -> bool:
    if row.place_id is not None and row.place_id not in within.places:
        return False
    if row.post is None:
        return True
    place = models.Post.objects.filter(pk=row.post).values_list("place_id", flat=True).first()
    return place is not None and within.tells(place, row.post)


def _alert(row: Any, programme: str) -> AlertRow:
    return AlertRow(
        id=row.pk,
        programme=programme,
        rule=row.rule_id or 0,
        sort=row.sort,
        about=row.about,
        key=row.key,
        kind=row.kind,
        place=row.place.slug if row.place else "",
        region=row.region,
        post=row.post,
        seen_by=row.seen_by,
        opened=clock.moment(row.opened),
        since=clock.moment(row.since),
        until=clock.moment(row.until),
        rings=clock.moment(row.rings),
        snoozed=clock.moment(row.snoozed) if row.snoozed else None,
        closed=None if row.closed is None else clock.moment(row.closed),
        reason=row.reason,
        why=dict(row.why),
    )


def last_of(programme: str, since: datetime) -> list[AlertRow]:
    """Bursts that are open, or were closed after `since`: what a new one may not repeat."""
    rows = models.Alert.objects.filter(programme__slug=programme, sort="burst").select_related("place")
    after = clock.seconds(since)
    return [_alert(row, programme) for row in rows if row.closed is None or row.closed >= after]


def ringing(programme: str, now: datetime) -> list[tuple[int, str, int | None]]:
    """(id, seen by, post) of the alerts that are open, not snoozed and not waiting for quiet hours to end."""
    at = clock.seconds(now)
    rows = models.Alert.objects.filter(
        programme__slug=programme, closed__isnull=True, snoozed__lte=at, rings__lte=at
    )
    return list(rows.order_by("-opened", "-pk").values_list("id", "seen_by", "post"))


def hours(programme: str, first: int, last: int, about: Collection[str] | None = None) -> Counted:
    """Posts of the hours from `first` to `last` (not included), and which of those hours are known; `about`:
    those of these labels and categories only.

    What may not be told (retention, ended consents, days not looked at again) is neither counted nor known.
    """
    within = scope.of(programme)
    first = max(first, -(-within.cutoff // clock.HOUR))
    ids = sorted(within.places)
    number = {id: at for at, id in enumerate(ids)}
    labels = None if about is None else labels_used.meant(within, about)
    rows = tuple(
        (hour, number[place], within.lineage.now(label), kind, region, posts)
        for hour, place, label, kind, region, posts in _hours(within, first, last, labels)
        if place in number
    )
    if labels is None:
        together: Counter[tuple[int, int]] = Counter()
        for hour, place, *_, posts in rows:
            together[hour, place] += posts
        every = tuple((hour, place, posts) for (hour, place), posts in together.items())
    else:
        every = tuple(
            (hour, number[place], posts)
            for hour, place, posts in _every(within, first, last)
            if place in number
        )
    with connection.cursor() as db:
        db.execute(
            "SELECT c.place_id, c.hour FROM store_coverage c JOIN store_place p ON p.id = c.place_id"  # noqa: S608 - numbers
            " WHERE p.programme_id = %s AND c.hour >= %s AND c.hour < %s"
            f"{overdue.without(within.overdue, 'c.place_id', 'c.hour', overdue.hours)}",
            [within.id, first, last],
        )
        known = tuple((number[place], hour) for place, hour in db.fetchall() if place in number)
    return Counted(tuple(within.places[id][0] for id in ids), rows, known, every)


def _hours(
    within: scope.Scope, first: int, last: int, labels: Sequence[str] | None
) -> list[tuple[int, int, str, str, str, int]]:
    """(hour, place, label, kind, region, posts)."""
    told = within.told("place_id", "hour", overdue.hours)
    values: list[Any] = [within.id, first, last]
    if labels is not None:
        told += f" AND label IN ({', '.join(['%s'] * len(labels)) or 'NULL'})"
        values += labels
    with connection.cursor() as db:
        db.execute(
            "SELECT hour, place_id, label, kind, region, sum(posts) FROM store_hourcount"  # noqa: S608 - numbers
            f" WHERE programme_id = %s AND hour >= %s AND hour < %s{told}"
            " GROUP BY hour, place_id, label, kind, region",
            values,
        )
        return [(*row[:-1], int(row[-1])) for row in db.fetchall()]


@recent.kept(FRESH, by=lambda within, first, last: (within.key, first, last))
def _every(within: scope.Scope, first: int, last: int) -> list[tuple[int, int, int]]:
    """(hour, place, posts) of all labels together: what is usual for an hour of the week is learnt of it."""
    told = within.told("place_id", "hour", overdue.hours)
    with connection.cursor() as db:
        db.execute(
            "SELECT hour, place_id, sum(posts) FROM store_hourcount"  # noqa: S608 - numbers
            f" WHERE programme_id = %s AND hour >= %s AND hour < %s{told} GROUP BY hour, place_id",
            [within.id, first, last],
        )
        return [(hour, place, int(posts)) for hour, place, posts in db.fetchall()]


def voices(programme: str, about: str, kind: str, place: str, region: str, first: int, last: int) -> int:
    """How many distinct voices at least spoke in the hours from `first` to `last` (included).

    Tags of different labels and quarters cannot be linked: of a category the largest label counts, and of a
    label that others were merged into the largest of them. Posts
    without any tag are a voice each among customers, where none of the label's posts has one; where people's
    pay depends on the operator they are nobody's.
    """
    within = scope.of(programme)
    conditions = ["p.programme_id = %s", "p.id >= %s", "p.id < %s"]
    low, high = identity.floor(first * clock.HOUR), identity.floor((last + 1) * clock.HOUR)
    values: list[Any] = [within.id, max(low, within.first_id), high]
    if kind:
        kinds: Sequence[str] = TROUBLE if kind == "trouble" else (kind,)
        conditions.append(f"p.kind IN ({', '.join(['%s'] * len(kinds))})")
        values += kinds
    if place:
        ids = within.ids_of((place,))
        if not ids:
            return 0
        conditions.append("p.place_id = %s")
        values += ids
    if region:
        conditions.append("p.region = %s")
        values.append(region)
    with connection.cursor() as db:
        db.execute(
            "SELECT p.label, p.theme, p.created / 86400, p.voice, count(*) FROM store_post p WHERE "  # noqa: S608 - our own
            + " AND ".join(conditions)
            + within.told("p.place_id", "p.id", overdue.ids)
            + " GROUP BY p.label, p.theme, p.created / 86400, p.voice",
            values,
        )
        rows = db.fetchall()
    tags: dict[tuple[str, str, int], set[bytes]] = {}
    nameless: dict[str, int] = {}
    for old, theme, day, tag, posts in rows:
        label = within.lineage.now(old)
        if label != about and rollup.category(label) != about:
            continue
        if tag is None:
            nameless[label] = nameless.get(label, 0) + int(posts)
        else:
            tags.setdefault((label, theme or old, clock.quarter_of_day(int(day))), set()).add(bytes(tag))
    found = max((len(some) for some in tags.values()), default=0)
    if within.audience == "customers":
        named = {label for label, _, _ in tags}
        found = max([found, *(posts for label, posts in nameless.items() if label not in named)])
    return found
