"""Watching what is said: which labels rise above their usual level, beside listening.

    check(programme, now)      raise, grow and end the alerts of one programme
    dry_run(programme, rule)   what a rule would have raised

The last day is judged each time, so that nothing is missed where this did not run for some hours, and nothing
is raised twice: one alert of a key is open at a time, and what was closed is not raised again by the same
posts.
"""

import logging
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from earnest.desk import alert_work
from earnest.record.errors import EarnestError
from earnest.report import rises
from earnest.report.rises import Hours, Key
from earnest.store import clock, read, read_alerts, write_alerts
from earnest.store.alert_shapes import AlertRow, Rule, Sensitivity
from earnest.store.shapes import Programme
from earnest.store.write import DatabaseError
from earnest.understand import bursts_panel as panels
from earnest.understand.bursts_panel import Rise

LOG = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)

BUDGETS: dict[Sensitivity, float] = {"calm": 0.1, "normal": 0.5, "keen": 2.0}
"""Alerts a week that a rule raises by chance at most, all its series together."""

JUDGED = 24
"""Hours that are judged anew each time."""

STILL = 0.6
"""An open alert goes on while a rise has this much of the surprise that opens one."""

BACK, HEARD = 12, 6
"""Hours without a rise after which the level is back, and how many of them must be known."""

GONE = 7 * 24
"""Hours after which an alert of which nothing can be heard any more is put away."""

REST = timedelta(days=1)
"""What a person closed is not raised again for so long."""

TRIES = 4
"""Windows of one series whose voices are counted."""


@dataclass(frozen=True, slots=True)
class Would:
    """One alert that a rule would have raised: of what, from when to when, how much in its highest hours."""

    key: Key
    since: datetime
    until: datetime
    seen: int
    expected: float
    high: float


class Watcher:
    """Checks now and then: by a clock that nobody sets, at most every five minutes."""

    def __init__(self) -> None:
        self._looked: float | None = None

    def look(self, now: datetime) -> int:
        """Check every live programme where it is time; how many alerts were raised."""
        if self._looked is not None and time.monotonic() - self._looked < EVERY.total_seconds():
            return 0
        self._looked = time.monotonic()
        return watch(now)


def watch(now: datetime) -> int:
    """Check every live programme; how many alerts were raised. One that cannot be checked stops no other."""
    raised = 0
    for programme in read.programmes():
        if not programme.live:
            continue
        try:
            raised += check(programme, now)
            alert_work.tend(programme.slug)
        except EarnestError as error:
            LOG.warning("Alerts of a programme could not be checked: %s", error.problem)
        except DatabaseError:
            raise  # the caller waits for it
        except Exception as error:  # noqa: BLE001 - what goes wrong here must not stop the listening
            LOG.warning("Alerts of a programme could not be checked (%s).", type(error).__name__)
    return raised


def check(programme: Programme, now: datetime) -> int:
    """Raise what rose, let go on what goes on, end what is over; how many alerts were raised."""
    present = clock.seconds(now) // clock.HOUR
    hours = rises.load(programme, present - JUDGED + 1, present + 1)
    raised = 0
    for rule in read_alerts.rules(programme.slug):
        if rule.sort != "burst" or not rule.on:
            continue
        found, least = judge(programme, rule, hours, present - JUDGED + 1, present + 1)
        _grow(_before(programme, now), found, hours)
        if rule.snoozed is not None and rule.snoozed > now:
            continue
        tried: Counter[Key] = Counter()
        for rise in sorted(found, key=lambda rise: -rise.surprise):
            if rise.surprise < least:
                break
            tried[rise.key] += 1
            if tried[rise.key] <= TRIES and not _covered(rise, hours, _before(programme, now), now):
                raised += _raise(programme, rule, rise, hours, least, now)
    _end(programme, hours, present, now)
    return raised


def judge(
    programme: Programme, rule: Rule, hours: Hours, since: int, until: int
) -> tuple[list[Rise[Key]], float]:
    """The rises of the hours from `since` to `until` (not included), some too small to open an alert, and the
    surprise from which they are not.
    """
    series = hours.series(rule)
    least = panels.needed(len(series), BUDGETS[rule.sensitivity])
    found = panels.rises(
        hours.panel,
        series,
        since=hours.column(since),
        until=hours.column(until),
        least=max(rule.least_posts, programme.floor),
        surprise=least * STILL,
    )
    return found, least


def _before(programme: Programme, now: datetime) -> list[AlertRow]:
    return read_alerts.last_of(programme.slug, now - timedelta(days=8))


def key_of(alert: AlertRow) -> Key:
    """The series of a burst."""
    return Key(alert.about, alert.kind, alert.place, alert.region)


def _grow(before: Sequence[AlertRow], found: Sequence[Rise[Key]], hours: Hours) -> None:
    for alert in before:
        if alert.closed is not None:
            continue
        last = max((rise.last for rise in found if rise.key.akin(key_of(alert))), default=-1)
        if last >= 0:
            write_alerts.grow(alert.programme, alert.id, (hours.first + last + 1) * clock.HOUR - 1)


def _covered(rise: Rise[Key], hours: Hours, before: Sequence[AlertRow], now: datetime) -> bool:
    """Whether an alert that is open, or was closed, has told of this already."""
    first = (hours.first + rise.first) * clock.HOUR
    for alert in before:
        if not rise.key.akin(key_of(alert)):
            continue
        if alert.closed is None or first <= clock.seconds(alert.until):
            return True
        if alert.reason != "level" and now - alert.closed < REST:
            return True
    return False


def _raise(
    programme: Programme, rule: Rule, rise: Rise[Key], hours: Hours, least: float, now: datetime
) -> int:
    """Raise it where enough voices are behind it; 1 or 0."""
    if not _voices(programme, rule, rise, hours, least):
        return 0
    key = rise.key
    id = write_alerts.raise_alert(
        programme.slug,
        sort="burst",
        about=key.about,
        key=key.text(),
        at=clock.seconds(now),
        why={"hours": rise.last - rise.first + 1, "surprise": round(rise.surprise, 1)},
        rule=rule,
        kind=key.kind,
        place=key.place,
        region=key.region,
        since=(hours.first + rise.first) * clock.HOUR,
        until=(hours.first + rise.last + 1) * clock.HOUR - 1,
    )
    return int(id is not None)


def _voices(programme: Programme, rule: Rule, rise: Rise[Key], hours: Hours, least: float) -> bool:
    """Whether as many voices are behind a rise as its rule and the programme's audience ask for, and whether
    it would still be one if each had spoken once: one voice that speaks thirty times is no rise.
    """
    first, last = hours.first + rise.first, hours.first + rise.last
    found = read_alerts.voices(programme.slug, *rise.key, first, last)
    enough = found >= max(rule.least_voices, programme.floor)
    return enough and rise.surprise_of(min(found, round(rise.seen))) >= least * STILL


def _end(programme: Programme, hours: Hours, present: int, now: datetime) -> None:
    """Put away what is over: its level is back, as far as was heard."""
    for alert in _before(programme, now):
        if alert.closed is not None:
            continue
        still = present - clock.seconds(alert.until) // clock.HOUR
        known = hours.heard(alert.place, present - BACK, present)
        if still > BACK and known >= HEARD:
            write_alerts.settle(programme.slug, alert.id, "level", clock.seconds(now))
        elif still > GONE:
            write_alerts.settle(programme.slug, alert.id, "gone", clock.seconds(now))


def dry_run(programme: Programme, rule: Rule, days: int, now: datetime) -> list[Would]:
    """What a rule would have raised over the last days, oldest first, each told as of its own hour."""
    present = clock.seconds(now) // clock.HOUR
    first = present - days * 24
    hours = rises.load(programme, first, present + 1)
    found, least = judge(programme, rule, hours, first, present + 1)
    told: list[Rise[Key]] = []
    most: list[Rise[Key]] = []
    ends: list[int] = []
    for rise in found:
        near = [at for at, one in enumerate(told) if one.key.akin(rise.key) and rise.first <= ends[at] + BACK]
        for at in near:
            ends[at] = max(ends[at], rise.last)
            if rise.key == told[at].key and rise.seen > most[at].seen:
                most[at] = rise
        if not near and rise.surprise >= least and _voices(programme, rule, rise, hours, least):
            told.append(rise)
            most.append(rise)
            ends.append(rise.last)
    return [
        Would(
            rise.key,
            clock.moment((hours.first + rise.first) * clock.HOUR),
            clock.moment((hours.first + end + 1) * clock.HOUR),
            round(peak.seen),
            peak.expected,
            peak.high,
        )
        for rise, peak, end in zip(told, most, ends, strict=True)
    ]
