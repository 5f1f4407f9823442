"""Alerts: what is open, put aside and closed; one alert; closing and putting aside."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from earnest.desk import access, alert_work, audit
from earnest.flow import alert_rules
from earnest.flow.alert_rules import Asked
from earnest.record.errors import EarnestError, InputError
from earnest.report import alerts as telling
from earnest.report.alerts import Told
from earnest.store import read_alerts
from earnest.store.alert_shapes import AlertRow
from earnest.store.read import Programme
from earnest.web import words
from earnest.web.frame import door, render
from earnest.web.views.errors import BadQueryError

CHARTS = 12
"""Alerts of a list that are shown with their chart."""

REASONS = {
    "real": _("a real problem"),
    "expected": _("expected (a launch, a holiday)"),
    "noise": _("nothing: noise"),
    "duplicate": _("the same as another"),
}
ENDED = {
    **REASONS,
    "level": _("by itself: the level is back"),
    "gone": _("by itself: nothing was heard of it for a week"),
}
SNOOZES = {"hour": _("for an hour"), "day": _("for a day"), "week": _("for a week")}
SORTS = {
    "burst": pgettext_lazy("an alert", "rose"),
    "severe": pgettext_lazy("an alert", "may be serious"),
    "new": pgettext_lazy("an alert", "is new"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One alert on a page."""

    told: Told
    chart: SafeString
    sort: str
    ended: str
    waits: bool
    posts: str


@require_safe
@door("see_alerts")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Every alert that this person may see: open with their charts, put aside, closed."""
    now = datetime.now(UTC)
    audit.by(request.user, "alerts_read", programme.slug, "alerts", hourly=True)
    rows = seen(request, programme, read_alerts.alerts(programme.slug, is_open=True))
    shown = [one for one in rows if one.state(now) == "open"]
    aside = [one for one in rows if one.state(now) == "snoozed"]
    closed = seen(request, programme, read_alerts.alerts(programme.slug, is_open=False, limit=60))
    context = {
        "open": [
            _shown(request, programme, one, now)
            for one in telling.told(programme, shown[:CHARTS], now=now, lang=words.language())
        ],
        "more": [(one, telling.titled(programme, one, words.language())) for one in shown[CHARTS:]],
        "aside": [(one, telling.titled(programme, one, words.language())) for one in aside],
        "closed": [
            (one, telling.titled(programme, one, words.language()), ENDED.get(one.reason, one.reason))
            for one in closed
        ],
        "may_settle": access.may(request.user, "settle_alerts", programme.slug),
        "may_keep": access.may(request.user, "keep_rules", programme.slug),
        "reasons": REASONS,
        "snoozes": SNOOZES,
    }
    return render(request, "web/alerts.html", programme, context)


@require_safe
@door("see_alerts")
def one(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """One alert with its words, where it lies, and what its rule is."""
    return _one(request, programme, _alert(request, programme, id))


def _one(request: HttpRequest, programme: Programme, alert: AlertRow, problem: str = "") -> HttpResponse:
    now = datetime.now(UTC)
    audit.by(request.user, "alerts_read", programme.slug, f"alert:{alert.id}", hourly=True)
    (told,) = telling.told(programme, [alert], now=now, words=True, lang=words.language())
    rule = read_alerts.rule(programme.slug, alert.rule, alert.sort)
    context = {
        "one": _shown(request, programme, told, now),
        "alert": alert,
        "state": alert.state(now),
        "rule": rule,
        "may_settle": access.may(request.user, "settle_alerts", programme.slug),
        "may_keep": access.may(request.user, "keep_rules", programme.slug),
        **_work(request, programme, alert),
        "reasons": REASONS,
        "snoozes": SNOOZES,
        "problem": problem,
    }
    return render(request, "web/alert.html", programme, context, status=400 if problem else 200)


def _work(request: HttpRequest, programme: Programme, alert: AlertRow) -> dict[str, object]:
    """The cases it opened or feeds, for those who see cases; what can be done, for those who work on them."""
    rights = access.rights(request.user, programme.slug)
    sees, works = "see_cases" in rights, "work_cases" in rights
    fed = alert_work.cases_of(programme.slug, [alert.id]).get(alert.id, []) if sees else []
    plan = alert_work.proposal(programme.slug, alert.id) if works and not fed else None
    return {"fed": fed, "may_work": works, "sees_cases": sees, "plan": plan}


@require_POST
@door("work_cases")
def feed(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """The alert belongs to a case that is there."""
    alert = _alert(request, programme, id)
    said = request.POST.get("case", "").strip().lstrip("#")
    try:
        if not (said.isascii() and said.isdecimal() and len(said) < 10):
            raise InputError(gettext("Write the number of a case."))
        alert_work.feed(programme.slug, id, int(said), by=request.user.pk)
    except EarnestError as error:
        return _one(request, programme, alert, error.sentence())
    return HttpResponseRedirect(reverse("case", args=[programme.slug, int(said)]), status=303)


@require_POST
@door("settle_alerts")
def close_of_case(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """Close the alerts of a case that are still open, and say what it was."""
    reason = request.POST.get("reason", "")
    try:
        alert_work.close_alerts(programme.slug, number, reason, by=int(request.user.pk or 0))
    except InputError as error:
        raise BadQueryError(error.sentence()) from error
    return HttpResponseRedirect(reverse("case", args=[programme.slug, number]), status=303)


def seen(request: HttpRequest, programme: Programme, rows: list[AlertRow]) -> list[AlertRow]:
    """The alerts that this person may see."""
    return [row for row in rows if _may_see(request, programme, row)]


def _may_see(request: HttpRequest, programme: Programme, row: AlertRow) -> bool:
    return access.sees(request.user, programme.slug, row.seen_by, single=row.post is not None)


def _alert(request: HttpRequest, programme: Programme, id: int) -> AlertRow:
    found = read_alerts.alert(programme.slug, id)
    if found is None or not _may_see(request, programme, found):
        raise Http404
    return found


def _shown(request: HttpRequest, programme: Programme, told: Told, now: datetime) -> Shown:
    alert = told.alert
    return Shown(
        told,
        mark_safe(told.chart),  # noqa: S308 - drawn by report.svg, which escapes every word
        str(SORTS[alert.sort]),
        str(ENDED.get(alert.reason, "")),
        alert.rings > now,
        posts_of(request.user, programme, alert),
    )


def posts_of(user: access.Person, programme: Programme, alert: AlertRow) -> str:
    """Where the posts behind an alert are read, for those who may."""
    if not access.may(user, "see_posts", programme.slug):
        return ""
    if alert.post is not None:
        return reverse("post", args=[programme.slug, alert.post])
    if alert.about.startswith("theme:"):
        return reverse("theme", args=[programme.slug, int(alert.about.removeprefix("theme:"))])
    asked = [
        ("label", alert.about),
        ("since", f"{alert.since:%Y-%m-%d}"),
        ("until", f"{alert.until:%Y-%m-%d}"),
    ]
    kinds = ("complaint", "report") if alert.kind == "trouble" else (alert.kind,)
    asked += [("kind", kind) for kind in kinds if kind]
    asked += [("place", alert.place)] if alert.place else []
    asked += [("region", alert.region)] if alert.region else []
    return f"{reverse('posts', args=[programme.slug])}?{urlencode(asked)}"


@require_POST
@door("settle_alerts")
def close(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """Close an alert and say what it was."""
    reason = request.POST.get("reason", "")
    return _act(request, programme, id, lambda asked: alert_rules.close(asked, id, reason))


@require_POST
@door("settle_alerts")
def snooze(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """Put an alert aside for a while, or take it back."""
    how_long = request.POST.get("for", "")
    return _act(
        request, programme, id, lambda asked: alert_rules.snooze(asked, id, how_long, datetime.now(UTC))
    )


def _act(request: HttpRequest, programme: Programme, id: int, act: Callable[[Asked], object]) -> HttpResponse:
    alert = _alert(request, programme, id)
    try:
        act(asked(request, programme))
    except InputError as error:
        return _one(request, programme, alert, error.sentence())
    return HttpResponseRedirect(reverse("alerts", args=[programme.slug]), status=303)


def asked(request: HttpRequest, programme: Programme) -> Asked:
    """Who decides."""
    return Asked(f"person:{request.user.pk}", programme)
