"""Places: what is listened to, how it is doing, and by what right."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from earnest.desk import access
from earnest.report import shown
from earnest.store import read, read_health
from earnest.store.read import Place, PlaceHours, Programme
from earnest.store.read_consents import ConsentRow, consents
from earnest.web import charts, words
from earnest.web.frame import door, render
from earnest.web.health_words import TO_DO

WEEKS = 12

KINDS = {
    "addressed": _("said to the operator"),
    "open": _("said in public"),
    "closed": _("invited community"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One place as the page shows it."""

    place: Place
    kind: str
    consent: str
    consent_alert: bool
    strip: SafeString
    coverage: str
    posts: str
    now: str
    alert: bool
    to_do: str


@door("see_places")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Every place with its health, its coverage over the last weeks, and its consent."""
    now = datetime.now(UTC)
    monday = now.date() - timedelta(days=now.weekday())
    since, until = monday - timedelta(weeks=WEEKS - 1), now.date() + timedelta(days=1)
    given = consents(programme.slug)
    lang = words.language()
    posts, none = shown.places(programme, now.date(), 4, lang), shown.words(0, programme.floor, lang=lang)
    states = {one.place.slug: one for one in read.hearing_now(programme.slug)}
    own = access.places_of(request.user, programme.slug)
    codes = read_health.codes(programme.slug)
    rows = [
        _row(
            hours,
            given.get(hours.place.slug),
            states[hours.place.slug],
            posts.get(hours.place.slug, none),
            codes.get(hours.place.slug, ""),
        )
        for hours in read.hearing(programme.slug, since, until)
        if own is None or hours.place.slug in own
    ]
    withheld = read.withheld(monday - timedelta(days=7))
    context = {
        "rows": rows,
        "weeks": WEEKS,
        "since": words.day_of(since),
        "withheld": _withheld(withheld),
        "letters": read.dead_letters(programme.slug, limit=20) if own is None else [],
        "keeps": access.may(request.user, "keep_places", programme.slug),
        "reads": access.may(request.user, "see_posts", programme.slug),
        "speaks": own is not None,
    }
    return render(request, "web/places.html", programme, context)


def _row(hours: PlaceHours, consent: ConsentRow | None, now: read.HearingNow, posts: str, code: str) -> Row:
    place = hours.place
    return Row(
        place=place,
        kind=str(KINDS[place.kind]),
        consent=_consent(place, consent),
        consent_alert=place.kind == "closed" and (consent is None or consent.state != "live"),
        strip=charts.strip(hours.weeks, f"{place.title}: {_coverage(hours)}"),
        coverage=_coverage(hours),
        posts=posts,
        now=_now(place, now),
        alert=place.state == "failed",
        to_do=str(TO_DO.get(code, "")) if place.state in ("hearing", "failed") else "",
    )


def _consent(place: Place, consent: ConsentRow | None) -> str:
    if place.kind != "closed":
        return ""
    if consent is None:
        return gettext("not invited yet: not read")
    named = {
        "opened": words.moment(consent.opened),
        "proved": words.moment(consent.checked) if consent.checked else "",
        "expired": words.moment(consent.expires),
    }
    if consent.state == "ended" and consent.ended is not None:
        return ngettext(
            "consent ended %(ended)s; erased after %(days)s day",
            "consent ended %(ended)s; erased after %(days)s days",
            consent.grace_days,
        ) % {"ended": words.moment(consent.ended), "days": consent.grace_days}
    if consent.state == "lapsed":
        return gettext("consent not proved since %(expired)s: not read") % named
    if consent.state == "paused":
        return gettext("consent since %(opened)s; paused: what is said meanwhile is not read") % named
    if consent.checked:
        return gettext("consent since %(opened)s, proved %(proved)s") % named
    return gettext("consent since %(opened)s") % named


def _coverage(hours: PlaceHours) -> str:
    states = [state for _week, state in sorted(hours.weeks.items())]
    heard, empty = states.count("observed"), states.count("empty")
    unknown = len(states) - heard - empty
    parts = [
        ngettext("heard in %(heard)s of %(weeks)s week", "heard in %(heard)s of %(weeks)s weeks", len(states))
        % {"heard": heard, "weeks": len(states)}
    ]
    if empty:
        parts.append(gettext("nobody spoke in %(weeks)s") % {"weeks": empty})
    if unknown:
        parts.append(gettext("%(weeks)s not seen") % {"weeks": unknown})
    return ", ".join(parts)


def _now(place: Place, now: read.HearingNow) -> str:
    if place.state == "closed":
        return place.problem or pgettext("a place", "closed")
    if place.state == "paused":
        return (
            gettext("paused by the delegate")
            if place.paused_by == "delegate"
            else pgettext("a place", "paused")
        )
    if now.state == "unknown":
        if now.since is None:
            return pgettext("a place", "not heard yet")
        return pgettext("a place", "unknown since %(when)s") % {"when": words.moment(now.since)}
    return pgettext("a place", "heard") if now.state == "observed" else gettext("nobody spoke")


def _withheld(count: int | None) -> str:
    if count is None:
        return pgettext("withheld posts", "fewer than 20")
    return pgettext("withheld posts", "about %(count)s") % {"count": words.number(count)}
