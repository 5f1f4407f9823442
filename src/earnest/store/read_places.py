"""Reading programmes, their places, and what was heard when."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import connection

from earnest.record.errors import StoreError
from earnest.store import clock, dialect, models, moment, overdue, scope
from earnest.store.shapes import (
    FLOORS,
    DeadLetterRow,
    Heard,
    HearingNow,
    ListeningPlace,
    Place,
    PlaceHours,
    Programme,
)

_HEARD: dict[int, Heard] = {1: "empty", 2: "observed"}

LATELY = 200
"""Hours back to which it is told since when a place is heard."""


def programmes() -> list[Programme]:
    """Every programme, by name."""
    return [_programme(row) for row in models.Programme.objects.order_by("name", "slug")]


@moment.once
def programme(slug: str) -> Programme | None:
    """A programme, or None."""
    row = models.Programme.objects.filter(slug=slug).first()
    return None if row is None else _programme(row)


def _programme(row: Any) -> Programme:
    return Programme(
        slug=row.slug,
        name=row.name,
        audience=row.audience,
        purpose=row.purpose,
        lawful_basis=row.lawful_basis,
        contact=row.contact,
        retention_days=row.retention_days,
        quotes=row.quotes,
        taxonomy=row.taxonomy,
        floor=FLOORS[row.audience],
        state=row.state,
        organisation=row.organisation,
        purpose_es=row.purpose_es,
        basis_note=row.basis_note,
        directive=row.directive,
        complaint=row.complaint,
        officer=row.officer,
        supervisor=row.supervisor,
        changed=row.changed,
        live_since=row.live_since,
    )


def places(programme_slug: str) -> list[Place]:
    """Every place of a programme, by title; those that were closed too."""
    return [_place(row, programme_slug) for row in _rows(programme_slug)]


@moment.once
def _rows(programme_slug: str) -> list[models.Place]:
    return list(models.Place.objects.filter(programme__slug=programme_slug).order_by("title", "slug"))


def place(programme_slug: str, slug: str) -> Place | None:
    """A place of a programme, or None."""
    row = models.Place.objects.filter(programme__slug=programme_slug, slug=slug).first()
    return None if row is None else _place(row, programme_slug)


def _place(row: Any, programme_slug: str) -> Place:
    return Place(
        slug=row.slug,
        programme=programme_slug,
        title=row.title,
        type=row.type,
        kind=row.kind,
        region=row.region or None,
        lang=row.lang or None,
        state=row.state,
        problem=row.problem or None,
        last_post=row.last_post,
        last_read=row.last_read,
        next_read=row.next_read,
        paused_by=row.paused_by if row.state == "paused" else "",
        made=row.made,
    )


def listening_place(programme_slug: str, slug: str) -> ListeningPlace:
    """A place with its settings and cursor, for `flow`. Raises StoreError when there is none."""
    row = (
        models.Place.objects.select_related("programme")
        .filter(programme__slug=programme_slug, slug=slug)
        .first()
    )
    if row is None:
        raise StoreError(f"The programme '{programme_slug}' has no place '{slug}'.")
    return _listening(row)


def public_address(programme_slug: str, slug: str) -> str:
    """Where an open place can be read by anybody; "" for other kinds, and where that is not known.

    What stands after the path is left out: it may hold a key.
    """
    row = models.Place.objects.filter(programme__slug=programme_slug, slug=slug, kind="open").first()
    parts = urlsplit(str((row.settings or {}).get("url", ""))) if row is not None else urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def listening_places() -> list[ListeningPlace]:
    """Every place that is being read (hearing, or failed and to be tried again), the longest unread first.

    Those of a draft are not: it has not said yet why it listens.
    """
    rows = models.Place.objects.select_related("programme").filter(
        state__in=("hearing", "failed"), programme__state="live"
    )
    return [_listening(row) for row in sorted(rows, key=lambda row: (row.last_read or row.made, row.pk))]


def _listening(row: Any) -> ListeningPlace:
    return ListeningPlace(
        id=row.pk,
        slug=row.slug,
        programme=row.programme.slug,
        audience=row.programme.audience,
        taxonomy=row.programme.taxonomy,
        type=row.type,
        kind=row.kind,
        title=row.title,
        region=row.region or None,
        lang=row.lang or None,
        settings=dict(row.settings),
        cursor=row.cursor,
        state=row.state,
        interval=row.interval,
        failures=row.failures,
        last_read=row.last_read,
        next_read=row.next_read,
        live=row.programme.state == "live",
    )


def hearing(programme_slug: str, since: date, until: date) -> list[PlaceHours]:
    """Each place's hours from `since` (included) to `until` (not included): observed, verified empty,
    unknown.

    Hours that have not come yet count as nothing. A week is observed when any of its hours had posts, empty
    when all that is known of it is empty, else unknown. Days that are hidden until they are looked at again
    are unknown.
    """
    within = scope.of(programme_slug)
    first = max(clock.day_number(since) * 24, within.cutoff // clock.HOUR)
    last = min(clock.day_number(until) * 24, clock.seconds(clock.now()) // clock.HOUR + 1)
    weeks = _weeks(since, until)
    hours: dict[int, dict[int, int]] = {}
    in_week: dict[int, dict[date, int]] = {}
    with connection.cursor() as cursor:
        # 96 hours: 1970-01-05 was the first Monday.
        cursor.execute(
            "SELECT c.place_id, (c.hour - 96) / 168, c.state, count(*) FROM store_coverage c"  # noqa: S608 - numbers
            " JOIN store_place p ON p.id = c.place_id"
            " WHERE p.programme_id = %s AND c.hour >= %s AND c.hour < %s"
            f"{overdue.without(within.overdue, 'c.place_id', 'c.hour', overdue.hours)} GROUP BY 1, 2, 3",
            [within.id, first, last],
        )
        for place_id, week, state, count in cursor.fetchall():
            known = hours.setdefault(place_id, {})
            known[state] = known.get(state, 0) + int(count)
            monday = clock.day_date(week * 7 + 4)
            states = in_week.setdefault(place_id, {})
            states[monday] = max(states.get(monday, 0), state)
    answer = []
    for row in _rows(programme_slug):
        known = hours.get(row.pk, {})
        observed, empty = known.get(2, 0), known.get(1, 0)
        states = in_week.get(row.pk, {})
        answer.append(
            PlaceHours(
                place=_place(row, programme_slug),
                observed=observed,
                empty=empty,
                unknown=max(0, last - first - observed - empty),
                weeks={week: _HEARD.get(states.get(week, 0), "unknown") for week in weeks},
            )
        )
    return answer


def _weeks(since: date, until: date) -> list[date]:
    week, weeks = clock.week_of(since), []
    while week < until:
        weeks.append(week)
        week += timedelta(days=7)
    return weeks


@moment.once
def hearing_now(programme_slug: str) -> list[HearingNow]:
    """What each place is doing now: the state of the present hour, and since when it has been so.

    A place that is failed, paused or closed is unknown since its last read.
    """
    scope.id_of(programme_slug)  # raises where there is no such programme
    current = clock.seconds(clock.now()) // clock.HOUR
    answer = []
    rows = _rows(programme_slug)
    now = _states_now([row.pk for row in rows], current)
    for row in rows:
        place = _place(row, programme_slug)
        state, since = now[row.pk]
        if row.state != "hearing":
            state, since = "unknown", row.last_read
        answer.append(HearingNow(place, state, since))
    return answer


def _states_now(places: list[int], current: int) -> dict[int, tuple[Heard, datetime | None]]:
    """For each place the state of this hour or the one before, and the first of the unbroken hours of that
    state.
    """
    lately: dict[int, list[tuple[int, int]]] = {place: [] for place in places}
    with connection.cursor() as cursor:
        rows = dialect.among(
            cursor,
            "SELECT place_id, hour, state FROM store_coverage WHERE hour >= %s AND hour <= %s AND",
            "place_id",
            places,
            current - LATELY,
            current,
        )
        for place, hour, state in sorted(rows, reverse=True):
            lately[place].append((hour, state))
        silent = [place for place in places if not lately[place]]
        last = dict(
            dialect.among(
                cursor,
                "SELECT place_id, max(hour) FROM store_coverage WHERE hour <= %s AND",
                "place_id",
                silent,
                current,
                then=" GROUP BY place_id",
            )
        )
    return {place: _state_now(hours, last.get(place), current) for place, hours in lately.items()}


def _state_now(hours: list[tuple[int, int]], last: int | None, current: int) -> tuple[Heard, datetime | None]:
    """Of one place: its (hour, state) of late, the newest first, or the last hour there was where none is."""
    if not hours:
        return "unknown", None if last is None else clock.moment((last + 1) * clock.HOUR)
    hour, state = hours[0]
    if hour < current - 1:
        return "unknown", clock.moment((hour + 1) * clock.HOUR)
    first = hour
    for earlier, other in hours[1:]:
        if earlier != first - 1 or other != state:
            break
        first = earlier
    return _HEARD[state], clock.moment(first * clock.HOUR)


def dead_letters(programme_slug: str, limit: int = 100) -> list[DeadLetterRow]:
    """What could not be read, newest first: place, position and class of error. The content was never
    kept.
    """
    rows = models.DeadLetter.objects.filter(place__programme__slug=programme_slug).select_related("place")
    return [
        DeadLetterRow(row.place.slug, row.position, row.error, row.at)
        for row in rows.order_by("-at", "-pk")[:limit]
    ]


def untouched() -> bool:
    """True while no post was ever kept here."""
    return not models.Counter.objects.filter(arrival__gt=0).exists()
