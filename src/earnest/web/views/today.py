"""Today: what a person opens with coffee. What is new, what rises, what is due, what waits for them."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from earnest.desk import audit, today
from earnest.desk.alert_work import Fed
from earnest.report import alerts as telling
from earnest.report.alerts import Told
from earnest.store.read import Programme
from earnest.web import theme_words, today_words, words
from earnest.web.frame import door, render
from earnest.web.views.alerts import REASONS, SORTS, posts_of

CHARTS = 2
"""Alerts that are told with their figures; the others by their names."""


@dataclass(frozen=True, slots=True)
class Rising:
    """An alert and what can be done about it. `posts`: where its posts are read, "" for those who may not."""

    told: Told
    sort: str
    chart: SafeString
    posts: str
    fed: list[Fed]


@require_safe
@door("see_figures")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """The day of this person in this programme."""
    found = today.gather(programme.slug, request.user)
    if found.alerts:
        audit.by(request.user, "alerts_read", programme.slug, "alerts", hourly=True)
    told = telling.told(programme, found.alerts[:CHARTS], now=found.now, lang=words.language())
    themes = [row for row in found.themes if theme_words.enough(row, programme)]
    due = today_words.lines(found.due, found.now)
    context = {
        "found": found,
        "rights": found.rights,
        "said": today_words.said(found.day, programme),
        "counts": today_words.counts(
            alerts=len(found.alerts),
            due=len(due),
            late=sum(one.late for one in due),
            waiting=found.waiting,
        ),
        "rising": [
            Rising(
                one,
                str(SORTS[one.alert.sort]),
                mark_safe(one.chart),  # noqa: S308 - drawn by report.svg, which escapes every word
                posts_of(request.user, programme, one.alert),
                found.fed.get(one.alert.id, []),
            )
            for one in told
        ],
        "more": [(one, telling.titled(programme, one, words.language())) for one in found.alerts[CHARTS:]],
        "no_alert": today_words.no_alert(found.last_alert),
        "climbing": [] if found.alerts else theme_words.rising(programme),
        "themes": theme_words.shown_rows(programme, themes, 12) if themes else [],
        "no_theme": today_words.no_theme(found.last_theme),
        "due": due,
        "no_due": today_words.no_due(found.last_due),
        "escalations": [(one, *today_words.escalation(one, found.now)) for one in found.escalations],
        "no_escalation": today_words.no_escalation(found.last_escalation),
        "inbox": today_words.inbox(found.inbox) if found.inbox and found.inbox.count else "",
        "unsure": today_words.unsure(found.unsure) if found.unsure else "",
        "unheard": today_words.unheard(found.hearing),
        "withheld": today_words.withheld(found.withheld),
        "reasons": REASONS,
        "form": any(one.place.type == "submit" for one in found.hearing),
        "begin": bool(found.hearing) and all(one.since is None for one in found.hearing),
    }
    return render(request, "web/today.html", programme, context)
