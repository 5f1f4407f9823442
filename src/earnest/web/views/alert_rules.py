"""Rules of alerts: the list, adding and changing one, and what it would have raised."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from earnest.desk import access
from earnest.flow import alert_rules, alerts
from earnest.record.errors import EarnestError
from earnest.report import alerts as telling
from earnest.report import cells, names
from earnest.store import read, read_alerts
from earnest.store.alert_shapes import Rule
from earnest.store.read import Programme
from earnest.web import words
from earnest.web.frame import door, render
from earnest.web.views.alerts import SNOOZES, asked
from earnest.web.views.errors import BadQueryError, permission_denied

DAYS = (30, 90)
MEANS = {
    "calm": _("calm: by chance about once in ten weeks"),
    "normal": _("normal: by chance about once in two weeks"),
    "keen": _("keen: by chance about twice a week"),
}
READINESS = {
    "calm": pgettext_lazy("how readily", "calm"),
    "normal": pgettext_lazy("how readily", "normal"),
    "keen": pgettext_lazy("how readily", "keen"),
}
WHO = {
    "everybody": _("everybody in the programme, the delegate too"),
    "analyst": _("analysts and above"),
    "lead": _("leads and above"),
    "steward": _("stewards"),
}
SORTS = {
    "burst": _("Something is said much more often than usual."),
    "severe": _("A single post speaks of something that may be serious."),
    "new": _("Several voices speak of a problem that was not heard of before."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One rule in the list."""

    rule: Rule
    about: str
    says: str
    means: str
    proposed: str
    who: str
    snoozed: bool


@dataclass(frozen=True, slots=True)
class Past:
    """One alert that a rule would have raised."""

    title: str
    since: datetime
    until: datetime
    text: str


@door("see_alerts")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Every rule; those who keep rules also add one (POST)."""
    problem = ""
    blank = Rule(0, "", "burst", "", least_posts=programme.floor, least_voices=programme.floor)
    if request.method == "POST":
        if not access.may(request.user, "keep_rules", programme.slug):
            return permission_denied(request)
        try:
            fresh = alert_rules.shape(programme, request.POST.dict(), blank)
            alert_rules.keep(asked(request, programme), fresh)
        except EarnestError as error:
            problem = error.sentence()
        else:
            return HttpResponseRedirect(reverse("alert_rules", args=[programme.slug]), status=303)
    now = datetime.now(UTC)
    context = {
        "lines": [_line(programme, rule, now) for rule in read_alerts.rules(programme.slug)],
        "may_keep": access.may(request.user, "keep_rules", programme.slug),
        "problem": problem,
        "said": request.POST,
        "rule": blank,
        "snoozes": SNOOZES,
        "days": DAYS,
        **_choices(programme),
    }
    return render(request, "web/alert_rules.html", programme, context, status=400 if problem else 200)


def _choices(programme: Programme) -> dict[str, object]:
    called = names.of(programme, words.language())
    return {
        "categories": sorted(called.categories.items(), key=lambda pair: pair[1]),
        "labels": sorted(called.labels.items(), key=lambda pair: pair[1]),
        "places": [place for place in read.places(programme.slug) if place.state != "closed"],
        "kinds": [(kind, telling.kind(kind, words.language())) for kind in alert_rules.KINDS],
        "means": MEANS,
        "who": WHO,
        "hours": range(24),
        "zone": timezone.get_default_timezone_name(),
    }


def _line(programme: Programme, rule: Rule, now: datetime) -> Line:
    called = names.of(programme, words.language())
    about = gettext("every label")
    if rule.about:
        about = called.labels.get(rule.about) or called.category(rule.about)
    if rule.place:
        place = read.place(programme.slug, rule.place)
        named = {"label": about, "place": place.title if place else rule.place}
        about = gettext("%(label)s at %(place)s") % named
    return Line(
        rule,
        about,
        str(SORTS[rule.sort]),
        str(MEANS[rule.sensitivity]),
        rule.proposed and str(READINESS.get(rule.proposed, rule.proposed)),
        str(WHO[rule.seen_by]),
        rule.snoozed is not None and rule.snoozed > now,
    )


@door("see_alerts")
def one(request: HttpRequest, programme: Programme, rule: str) -> HttpResponse:
    """One rule by its number or its name: changing it (POST), and trying it on the past (?days=30)."""
    found = _found(programme, rule)
    may_keep = access.may(request.user, "keep_rules", programme.slug)
    problem = ""
    if request.method == "POST":
        if not may_keep:
            return permission_denied(request)
        try:
            alert_rules.keep(
                asked(request, programme), alert_rules.shape(programme, request.POST.dict(), found)
            )
        except EarnestError as error:
            problem = error.sentence()
        else:
            return HttpResponseRedirect(reverse("alert_rules", args=[programme.slug]), status=303)
    days = request.GET.get("days", "")
    if days and days not in map(str, DAYS):
        raise BadQueryError(gettext("A rule is tried on the last 30 or 90 days."))
    tried = bool(days) and found.sort == "burst"
    context = {
        "rule": found,
        "line": _line(programme, found, datetime.now(UTC)),
        "may_keep": may_keep,
        "problem": problem,
        "said": request.POST,
        "days": DAYS,
        "tried": int(days) if tried else 0,
        "past": _past(programme, found, int(days)) if tried else [],
        **_choices(programme),
    }
    return render(request, "web/alert_rule.html", programme, context, status=400 if problem else 200)


def _past(programme: Programme, rule: Rule, days: int) -> list[Past]:
    floor = programme.floor
    found = []
    for would in alerts.dry_run(programme, rule, days, datetime.now(UTC)):
        high = max(cells.coarse(round(would.high), floor), floor)
        text = gettext("about %(seen)s %(kinds)s, usual up to %(high)s") % {
            "seen": words.number(cells.coarse(would.seen, floor)),
            "kinds": telling.kind(would.key.kind, words.language()),
            "high": words.number(high),
        }
        found.append(
            Past(telling.title_of(programme, would.key, words.language()), would.since, would.until, text)
        )
    return found[::-1]


def _found(programme: Programme, name: str) -> Rule:
    number = int(name) if name.isascii() and name.isdecimal() and len(name) < 12 else 0
    found = read_alerts.rule(programme.slug, number, "" if number else name)
    if found is None:
        raise Http404
    return found


@require_POST
@door("keep_rules")
def remove(request: HttpRequest, programme: Programme, rule: str) -> HttpResponse:
    """Take an added rule away."""
    alert_rules.remove(asked(request, programme), _found(programme, rule).id)
    return HttpResponseRedirect(reverse("alert_rules", args=[programme.slug]), status=303)


@require_POST
@door("keep_rules")
def snooze(request: HttpRequest, programme: Programme, rule: str) -> HttpResponse:
    """Put a rule aside for a while, or take it back."""
    try:
        alert_rules.snooze_rule(
            asked(request, programme), _found(programme, rule), request.POST.get("for", ""), datetime.now(UTC)
        )
    except EarnestError as error:
        raise BadQueryError(error.sentence()) from error
    return HttpResponseRedirect(reverse("alert_rules", args=[programme.slug]), status=303)


@require_POST
@door("keep_rules")
def calmer(request: HttpRequest, programme: Programme, rule: str) -> HttpResponse:
    """Take the calmer setting that the last closings propose."""
    try:
        alert_rules.take_proposal(asked(request, programme), _found(programme, rule))
    except EarnestError as error:
        raise BadQueryError(error.sentence()) from error
    return HttpResponseRedirect(reverse("alert_rules", args=[programme.slug]), status=303)
