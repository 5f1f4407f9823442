"""Raising, growing, snoozing and closing alerts. Each call is whole or not at all.

One alert of a key is open at a time: the database itself refuses a second one, so a process that was killed
and starts again raises nothing twice.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils import timezone

from earnest.record.errors import StoreError
from earnest.store import clock, read_alerts, scope, write_alert_rules
from earnest.store.alert_shapes import SAID, Reason, Rule, Sort
from earnest.store.models import Alert

_WORD = re.compile(r"[A-Za-z0-9._:/+-]{1,80}")
_ABOUT = re.compile(r"theme:\d{1,18}|[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


def raise_alert(
    programme: str,
    *,
    sort: Sort,
    about: str,
    key: str,
    at: int,
    why: Mapping[str, object],
    rule: Rule | None = None,
    kind: str = "",
    place: str = "",
    region: str = "",
    since: int | None = None,
    until: int | None = None,
) -> int | None:
    """Write one alert; its id, or None where the same key is open already, or snoozed, or nobody asked.

    about   a taxonomy label or category, or a theme ("theme:12")
    key     what makes it the same alert ("severe:theme:12")
    at      seconds since 1970: now; `since` and `until` the first and last of what is alerted on
    why     numbers and single short words ("voices": 12, "severity": 4; "post": the id of a severe single
            post, with which the alert goes). Never words of a post nor a theme's name: pages
            read those anew. Raises StoreError for anything else.
    rule    by which it is raised; else the one that every programme has for its sort, as it is set here

    May be called within a transaction of the caller's.
    """
    _check(about, key, why)
    within = scope.of(programme)
    rule = rule or next(one for one in read_alerts.rules(programme) if one.slot == sort)
    if not _asked(rule, about, place, at):
        return None
    post = why.get("post")
    places = within.ids_of((place,)) if place else ()
    with transaction.atomic():
        rows = Alert.objects.filter(programme_id=within.id, key=key)
        if rows.filter(closed__isnull=True).exists() or rows.filter(snoozed__gt=at).exists():
            return None
        try:
            with transaction.atomic():
                row = Alert.objects.create(
                    programme_id=within.id,
                    rule_id=rule.id or None,
                    sort=sort,
                    about=about,
                    key=key,
                    kind=kind,
                    place_id=places[0] if places else None,
                    region=region,
                    post=post if isinstance(post, int) else None,
                    seen_by=rule.seen_by,
                    opened=at,
                    since=at if since is None else since,
                    until=at if until is None else until,
                    rings=_rings(rule, at),
                    why=dict(why),
                )
        except IntegrityError:
            return None  # another process was first
    return int(row.pk)


def _asked(rule: Rule, about: str, place: str, at: int) -> bool:
    if not rule.on or (rule.snoozed is not None and clock.seconds(rule.snoozed) > at):
        return False
    return (about.startswith("theme:") or rule.wants(about)) and rule.place in ("", place)


def _rings(rule: Rule, at: int) -> int:
    """The end of the quiet hours that `at` lies in, by the wall clock there; else `at` itself."""
    if rule.quiet is None:
        return at
    zone = ZoneInfo(rule.zone) if rule.zone else timezone.get_default_timezone()
    begin, end = rule.quiet
    here = clock.moment(at).astimezone(zone)
    inside = begin <= here.hour < end if begin < end else here.hour >= begin or here.hour < end
    if not inside:
        return at
    day = here.date() + timedelta(days=1 if begin > end and here.hour >= begin else 0)
    return clock.seconds(datetime(day.year, day.month, day.day, end, tzinfo=zone))


def _check(about: str, key: str, why: Mapping[str, object]) -> None:
    if not _ABOUT.fullmatch(about) or len(about) > 80:
        raise StoreError("An alert is about a label of the taxonomy or a theme.")
    if not 0 < len(key) <= 240:
        raise StoreError("An alert's key has 1 to 240 characters.")
    for name, value in why.items():
        if isinstance(value, str) and value and not _WORD.fullmatch(value):
            raise StoreError(f"An alert's '{name[:30]}' is to be one short word without spaces.")
        if not isinstance(value, str | int | float | bool | None):
            raise StoreError(f"An alert's '{name[:30]}' is to be a number or a short word.")


def grow(programme: str, id: int, until: int) -> None:
    """What an open alert is about goes on, to `until` (seconds)."""
    Alert.objects.filter(programme__slug=programme, pk=id, closed__isnull=True, until__lt=until).update(
        until=until
    )


def settle(programme: str, id: int, reason: Reason, at: int) -> None:
    """An open alert ends by itself: its level is back ("level"), or what it was about is gone ("gone")."""
    Alert.objects.filter(programme__slug=programme, pk=id, closed__isnull=True).update(
        closed=at, reason=reason
    )


def close(programme: str, id: int, reason: str) -> bool:
    """A person closes an alert and says what it was; its rule learns from it. False where it is not open.

    Raises StoreError for a reason that is none.
    """
    if reason not in SAID:
        raise StoreError(f"An alert is closed as one of {', '.join(SAID)}.")
    at = clock.seconds(clock.now())
    with transaction.atomic():
        row = Alert.objects.select_for_update().filter(programme__slug=programme, pk=id).first()
        if row is None or row.closed is not None:
            return False
        Alert.objects.filter(pk=id).update(closed=at, reason=reason, snoozed=0)
        write_alert_rules.learn(programme, row.rule_id, row.sort, reason)
    return True


def snooze(programme: str, id: int, until: datetime | None) -> bool:
    """Put an open alert aside until a time (None: no longer). False where it is not open."""
    found = Alert.objects.filter(programme__slug=programme, pk=id, closed__isnull=True)
    return bool(found.update(snoozed=0 if until is None else clock.seconds(until)))
