"""Places: what is listened to, by what right, and when it was heard. A place that was not heard is no quiet
place.
"""

from datetime import UTC, date, datetime, timedelta

from django.http import HttpRequest
from pydantic import Field

from earnest.api.v1.door import Asker, asker, get
from earnest.api.v1.problems import not_there
from earnest.api.v1.shapes import Moment, Out
from earnest.desk import access
from earnest.report import shown
from earnest.store import read
from earnest.store.read import HearingNow, PlaceHours
from earnest.store.read_consents import ConsentRow, consents
from earnest.store.shapes import Heard

WEEKS = 12


class ConsentOut(Out):
    """A community's consent."""

    state: str
    opened: Moment
    proved: Moment | None
    holds_until: Moment | None
    erased_after_days: int


class PlaceOut(Out):
    """A place. `now`: observed (heard), empty (looked, nobody spoke) or unknown, `since` when.

    `weeks`: the same for each of the last twelve weeks by its Monday. `posts`: what is told of the last four
    whole weeks, in words ("about 40").
    """

    slug: str
    title: str
    kind: str = Field(description="addressed, open or closed.")
    type: str
    region: str | None
    lang: str | None
    state: str
    problem: str | None
    paused_by: str
    now: Heard
    since: Moment | None
    last_post: Moment | None
    last_read: Moment | None
    hours_observed: int
    hours_empty: int
    hours_unknown: int
    weeks: dict[date, Heard]
    posts: str
    consent: ConsentOut | None


class Places(Out):
    items: list[PlaceOut]
    next: None = None


@get("/{programme}/places", "see_places", Places, tag="Places")
def places(request: HttpRequest, programme: str) -> Places:
    """What is listened to, and how it is doing. A delegate's token sees the places they speak for."""
    return Places(items=_places(asker(request)))


@get("/{programme}/places/{slug:place}", "see_places", PlaceOut, tag="Places")
def place(request: HttpRequest, programme: str, place: str) -> PlaceOut:
    """One place."""
    found = next((one for one in _places(asker(request)) if one.slug == place), None)
    if found is None:
        raise not_there("There is no such place.")
    return found


def _places(by: Asker) -> list[PlaceOut]:
    here, today = by.here, datetime.now(UTC).date()
    monday = today - timedelta(days=today.weekday())
    own = access.places_of(by.person, here.slug)
    given = consents(here.slug)
    posts = shown.places(here, today, 4)
    now = {one.place.slug: one for one in read.hearing_now(here.slug)}
    return [
        _place(hours, now[hours.place.slug], given.get(hours.place.slug), posts.get(hours.place.slug, "none"))
        for hours in read.hearing(here.slug, monday - timedelta(weeks=WEEKS - 1), today + timedelta(days=1))
        if own is None or hours.place.slug in own
    ]


def _place(hours: PlaceHours, now: HearingNow, consent: ConsentRow | None, posts: str) -> PlaceOut:
    one = hours.place
    return PlaceOut(
        slug=one.slug,
        title=one.title,
        kind=one.kind,
        type=one.type,
        region=one.region,
        lang=one.lang,
        state=one.state,
        problem=one.problem,
        paused_by=one.paused_by,
        now=now.state,
        since=now.since,
        last_post=one.last_post,
        last_read=one.last_read,
        hours_observed=hours.observed,
        hours_empty=hours.empty,
        hours_unknown=hours.unknown,
        weeks=hours.weeks,
        posts=posts,
        consent=None
        if consent is None or one.kind != "closed"
        else ConsentOut(
            state=consent.state,
            opened=consent.opened,
            proved=consent.checked,
            holds_until=consent.ended or consent.expires,
            erased_after_days=consent.grace_days,
        ),
    )
