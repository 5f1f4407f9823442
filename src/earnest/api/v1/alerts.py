"""Alerts: what rose, is new, or may be serious; closing one and putting one aside."""

from datetime import UTC, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from earnest.api.v1.cases import case
from earnest.api.v1.door import Asker, asker, get, post
from earnest.api.v1.problems import not_there
from earnest.api.v1.shapes import Asked, Done, In, Moment, Numbered, Out, YesNo
from earnest.desk import access, alert_work, audit
from earnest.flow import alert_rules
from earnest.report import alerts as telling
from earnest.store import read_alerts
from earnest.store.alert_shapes import AlertRow

CLOSED = 60
"""Closed alerts of a list."""


class AlertOut(Out):
    """An alert. `about`: a label, a category, or theme:<number>. `post`: a single post that it is on, for
    those who may read posts.
    """

    id: int
    sort: Literal["burst", "severe", "new"]
    title: str
    about: str
    kind: str
    place: str
    region: str
    post: int | None
    state: Literal["open", "snoozed", "closed"]
    opened: Moment
    since: Moment
    until: Moment
    snoozed: Moment | None
    closed: Moment | None
    reason: str


class AlertTold(AlertOut):
    """The same with what it says: figures as coarse as a report's, and words that enough posts hold."""

    text: str
    where: list[str]
    words: list[str]


class Alerts(Out):
    """Alerts that this token may see, the newest first: all that are open, or the last 60 closed ones."""

    items: list[AlertOut]
    next: None = None


class AlertsAsked(Asked):
    open: YesNo = Field("yes", description="no: those that were closed.")


class Closing(In):
    reason: Literal["real", "expected", "noise", "duplicate"] = Field(
        description="What it was. Several closed as noise propose a calmer rule."
    )


class IntoCase(In):
    case: int | None = Field(None, ge=1, le=2**31 - 1, description="Left out: a new one is opened.")
    title: str = Field("", max_length=160, description="Of a new case; left out: what the alert is about.")


class Snoozing(In):
    how_long: Literal["hour", "day", "week", "back"] = Field(
        alias="for", description="back: it counts as open again."
    )


@get("/{programme}/alerts", "see_alerts", Alerts, tag="Alerts")
def alerts(request: HttpRequest, programme: str, asked: Query[AlertsAsked]) -> Alerts:
    """Alerts, the newest first."""
    by = asker(request)
    audit.by(by.person, "alerts_read", programme, "alerts", hourly=True)
    is_open = asked.open == "yes"
    rows = read_alerts.alerts(programme, is_open=is_open, limit=read_alerts.SHOWN if is_open else CLOSED)
    now = datetime.now(UTC)
    return Alerts(items=[AlertOut(**_told(by, row, now)) for row in rows if _sees(by, row)])


@get("/{programme}/alerts/{int:id}", "see_alerts", AlertTold, tag="Alerts")
def alert(request: HttpRequest, programme: str, id: int) -> AlertTold:
    """One alert, with what it says."""
    by, now = asker(request), datetime.now(UTC)
    row = _alert(by, id)
    audit.by(by.person, "alerts_read", programme, f"alert:{id}", hourly=True)
    (told,) = telling.told(by.here, [row], now=now, words=True)
    return AlertTold(
        **_told(by, row, now),
        text=told.text,
        where=list(told.where),
        words=[word.text for word in told.words],
    )


@post("/{programme}/alerts/{int:id}/close", "settle_alerts", Done, tag="Alerts")
def close_alert(request: HttpRequest, programme: str, id: int, body: Closing) -> Done:
    """Close an alert and say what it was. One that is closed stays as it was closed."""
    by = asker(request)
    alert_rules.close(_asked(by, id), id, body.reason)
    return Done()


@post("/{programme}/alerts/{int:id}/snooze", "settle_alerts", Done, tag="Alerts")
def snooze_alert(request: HttpRequest, programme: str, id: int, body: Snoozing) -> Done:
    """Put an alert aside for a while, or take it back."""
    by = asker(request)
    how_long = "" if body.how_long == "back" else body.how_long
    alert_rules.snooze(_asked(by, id), id, how_long, datetime.now(UTC))
    return Done()


@post("/{programme}/alerts/{int:id}/case", "work_cases", Numbered, tag="Alerts", status=201)
def alert_to_case(request: HttpRequest, programme: str, id: int, body: IntoCase) -> Numbered:
    """Open a case from an alert with what it is about, or put it into one that is there."""
    by = asker(request)
    _alert(by, id)
    if body.case is None:
        number = alert_work.open_case(programme, id, by=by.person.pk, title=body.title)
    else:
        number = case(programme, body.case).number
        alert_work.feed(programme, id, number, by=by.person.pk)
    return Numbered(number=number).found_at(f"/api/v1/{programme}/cases/{number}")


def _asked(by: Asker, id: int) -> alert_rules.Asked:
    _alert(by, id)
    return alert_rules.Asked(f"person:{by.person.pk}", by.here)


def _alert(by: Asker, id: int) -> AlertRow:
    row = read_alerts.alert(by.here.slug, id)
    if row is None or not _sees(by, row):
        raise not_there("There is no such alert.")
    return row


def _sees(by: Asker, row: AlertRow) -> bool:
    return access.sees(by.person, by.here.slug, row.seen_by, single=row.post is not None)


def _told(by: Asker, row: AlertRow, now: datetime) -> dict[str, Any]:
    return {
        "id": row.id,
        "sort": row.sort,
        "title": telling.titled(by.here, row),
        "about": row.about,
        "kind": row.kind,
        "place": row.place,
        "region": row.region,
        "post": row.post,
        "state": row.state(now),
        "opened": row.opened,
        "since": row.since,
        "until": row.until,
        "snoozed": row.snoozed,
        "closed": row.closed,
        "reason": row.reason,
    }
