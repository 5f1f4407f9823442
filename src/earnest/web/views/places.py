"""Places: what is listened to, how it is doing, and by what right."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from earnest.desk import access
from earnest.report import shown
from earnest.store import read
from earnest.store.read import Place, PlaceHours, Programme
from earnest.store.read_consents import ConsentRow, consents
from earnest.web import charts, words
from earnest.web.frame import door, render

WEEKS = 12

KINDS = {
    "addressed": "said to the operator",
    "open": "said in public",
    "closed": "invited community",
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


@door("see_places")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Every place with its health, its coverage over the last weeks, and its consent."""
    now = datetime.now(UTC)
    monday = now.date() - timedelta(days=now.weekday())
    since, until = monday - timedelta(weeks=WEEKS - 1), now.date() + timedelta(days=1)
    given = consents(programme.slug)
    posts = shown.places(programme, now.date(), 4)
    states = {one.place.slug: one for one in read.hearing_now(programme.slug)}
    own = access.places_of(request.user, programme.slug)
    rows = [
        _row(
            hours, given.get(hours.place.slug), states[hours.place.slug], posts.get(hours.place.slug, "none")
        )
        for hours in read.hearing(programme.slug, since, until)
        if own is None or hours.place.slug in own
    ]
    withheld = read.withheld(monday - timedelta(days=7))
    context = {
        "rows": rows,
        "weeks": WEEKS,
        "since": _day(since),
        "withheld": f"about {withheld:,}" if withheld is not None else "fewer than 20",
        "letters": read.dead_letters(programme.slug, limit=20) if own is None else [],
        "keeps": access.may(request.user, "keep_places", programme.slug),
        "reads": access.may(request.user, "see_posts", programme.slug),
        "speaks": own is not None,
    }
    return render(request, "web/places.html", programme, context)


def _row(hours: PlaceHours, consent: ConsentRow | None, now: read.HearingNow, posts: str) -> Row:
    place = hours.place
    return Row(
        place=place,
        kind=KINDS[place.kind],
        consent=_consent(place, consent),
        consent_alert=place.kind == "closed" and (consent is None or consent.state != "live"),
        strip=charts.strip(hours.weeks, f"{place.title}: {_coverage(hours)}"),
        coverage=_coverage(hours),
        posts=posts,
        now=_now(place, now),
        alert=place.state == "failed",
    )


def _consent(place: Place, consent: ConsentRow | None) -> str:
    if place.kind != "closed":
        return ""
    if consent is None:
        return "not invited yet: not read"
    if consent.state == "ended" and consent.ended is not None:
        grace = words.several(consent.grace_days, "day", "days")
        return f"consent ended {words.moment(consent.ended)}; erased after {grace}"
    if consent.state == "lapsed":
        return f"consent not proved since {words.moment(consent.expires)}: not read"
    if consent.state == "paused":
        return f"consent since {words.moment(consent.opened)}; paused: what is said meanwhile is not read"
    proved = f", proved {words.moment(consent.checked)}" if consent.checked else ""
    return f"consent since {words.moment(consent.opened)}{proved}"


def _coverage(hours: PlaceHours) -> str:
    states = [state for _, state in sorted(hours.weeks.items())]
    heard, empty = states.count("observed"), states.count("empty")
    unknown = len(states) - heard - empty
    parts = [f"heard in {heard} of {words.several(len(states), 'week', 'weeks')}"]
    if empty:
        parts.append(f"nobody spoke in {empty}")
    if unknown:
        parts.append(f"{unknown} not seen")
    return ", ".join(parts)


def _now(place: Place, now: read.HearingNow) -> str:
    if place.state == "closed":
        return place.problem or "closed"
    if place.state == "paused":
        return "paused by the delegate" if place.paused_by == "delegate" else "paused"
    if now.state == "unknown":
        return "not heard yet" if now.since is None else f"unknown since {words.moment(now.since)}"
    return "heard" if now.state == "observed" else "nobody spoke"


def _day(day: date) -> str:
    return f"{day.day} {words.LONG_MONTHS[day.month - 1]}"
