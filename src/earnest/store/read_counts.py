"""Reading figures: from the roll-ups, never by counting posts.

Whole hours count: `since` and `until` are taken down to the hour. Posts older than the programme's retention
are in no figure, to the hour.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection

from earnest.record import audience
from earnest.record.errors import StoreError
from earnest.store import clock, dialect, overdue, recent, rollup, scope
from earnest.store.scope import Scope
from earnest.store.shapes import LabelQuality, WeekCell

_COLUMN = {
    "place": "place_id",
    "label": "label",
    "category": "label",
    "kind": "kind",
    "sentiment": "sentiment",
    "lang": "lang",
    "region": "region",
}
SHOWN_FROM = 20
"""Fewer withheld posts than this are not told."""
FRESH = 60.0
"""Seconds for which a server tells the counts beside the filters again."""


def facet_counts(programme: str, since: datetime, until: datetime) -> dict[str, dict[str, int]]:
    """Posts by kind, category, label (main label only), place, lang, sentiment and region in a range.

    Where nobody's feelings may be inferred, none are counted.
    """
    within = scope.of(programme)
    return _facets(within, *_hours(within, since, until))


@recent.kept(FRESH, by=lambda within, first, last: (within.key, first, last))
def _facets(within: Scope, first: int, last: int) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {
        facet: Counter() for facet in ("kind", "category", "label", "place", "lang", "sentiment", "region")
    }
    if first >= last:
        return {facet: {} for facet in found}

    lineage = within.lineage

    def add(facet: str, value: str, place: int, posts: int) -> None:
        if place not in within.places or (facet == "sentiment" and not within.felt):
            return
        if facet == "label":
            value = lineage.now(value)
            found["category"][rollup.category(value)] += posts
            # Every post has one main label, so these also add up to the posts of each place.
            found["place"][within.places[place][0]] += posts
        if value:
            found[facet][value] += posts

    first_day, last_day = -(-first // 24), last // 24
    told = within.told("place_id", "hour", overdue.hours)
    with connection.cursor() as cursor:
        if first_day < last_day:
            cursor.execute(
                "SELECT facet, value, place_id, sum(posts) FROM store_daycount"  # noqa: S608 - numbers only
                f" WHERE programme_id = %s AND day >= %s AND day < %s{within.told('place_id', 'day', int)}"
                " GROUP BY facet, value, place_id",
                [within.id, first_day, last_day],
            )
            for facet, value, place, posts in cursor.fetchall():
                add(facet, value, place, int(posts))
            edges = [(first, first_day * 24), (last_day * 24, last)]
        else:
            edges = [(first, last)]
        for begin, end in edges:
            for facet in ("label", "kind", "sentiment", "lang", "region") if begin < end else ():
                cursor.execute(
                    f"SELECT {facet}, place_id, sum(posts) FROM store_hourcount"  # noqa: S608 - names above
                    f" WHERE programme_id = %s AND hour >= %s AND hour < %s{told} GROUP BY {facet}, place_id",
                    [within.id, begin, end],
                )
                for value, place, posts in cursor.fetchall():
                    add(facet, value, place, int(posts))
    return {facet: dict(counts.most_common()) for facet, counts in found.items()}


def per_minute(programme: str, minutes: int = 60) -> list[int | None]:
    """Posts that arrived in each of the last minutes, oldest first, the last one being the minute that runs
    now.

    None where no place was heard in that hour: not knowing is not zero.
    """
    within = scope.of(programme)
    current = clock.seconds(clock.now()) // 60
    first = current - minutes + 1
    posts = _minutes_of_posts(within, first) if within.partly else _minutes(within, first)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT c.hour FROM store_coverage c JOIN store_place p ON p.id = c.place_id"
            " WHERE p.programme_id = %s AND c.hour >= %s",
            [within.id, first // 60],
        )
        heard = {hour for (hour,) in cursor.fetchall()}
    return [posts.get(minute, 0 if minute // 60 in heard else None) for minute in range(first, current + 1)]


def _minutes(within: Scope, first: int) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT minute, posts FROM store_minute WHERE programme_id = %s AND minute >= %s",
            [within.id, first],
        )
        return dict(cursor.fetchall())


def _minutes_of_posts(within: Scope, first: int) -> dict[int, int]:
    """The same from the posts that may be told: arrivals are counted without their places."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT minute, count(*) FROM (SELECT p.received / 60 AS minute, p.place_id AS place, p.id AS id"  # noqa: S608 - as above
            " FROM store_post p WHERE p.programme_id = %s ORDER BY p.arrival DESC LIMIT %s) AS newest"
            f" WHERE minute >= %s AND id >= %s{within.told('place', 'id', overdue.ids)} GROUP BY minute",
            [within.id, sum(_minutes(within, first).values()), first, within.first_id],
        )
        return dict(cursor.fetchall())


def weekly(
    programme: str, since: date, until: date, by: tuple[str, ...], *, whole: bool = True
) -> list[WeekCell]:
    """Posts by week and by the facets asked for: category, label (main one), kind, place, sentiment, lang,
    region.

    The weeks of `since` (included) to `until` (its week not included when it is a Monday); with `whole=False`
    only the days from `since` to `until` (not included) count, so that the first and last week may be part of
    one. A key holds the values in the order of `by`; a place is its slug; "" where a post does not tell.
    """
    within = scope.of(programme)
    _check_facets(within, by)
    if until <= since:
        return []
    if whole:
        since, until = clock.week_of(since), clock.week_of(until + timedelta(days=6))
    first, last = clock.day_number(since), clock.day_number(until)
    cells: Counter[tuple[int, tuple[str, ...]]] = Counter()
    naming = _naming(within, by)

    def add(week: int, values: tuple[Any, ...], posts: int) -> None:
        key = naming(values)
        if key is not None:
            cells[(week, key)] += posts

    for week, values, posts in _week_rows(within, first, last, by):
        add(week, values, posts)
    return [
        WeekCell(week=clock.day_date(week), key=key, posts=posts)
        for (week, key), posts in sorted(cells.items())
        if posts
    ]


def totals(programme: str, since: date, until: date, by: tuple[str, ...]) -> dict[tuple[str, ...], int]:
    """Posts from `since` to `until` (not included) by facets as in `weekly`, all weeks together."""
    within = scope.of(programme)
    _check_facets(within, by)
    found: Counter[tuple[str, ...]] = Counter()
    if until <= since:
        return found
    naming = _naming(within, by)
    first, last = clock.day_number(since), clock.day_number(until)
    for _, values, posts in _week_rows(within, first, last, by, together=True):
        key = naming(values)
        if key is not None:
            found[key] += posts
    return dict(found)


def _check_facets(within: Scope, by: tuple[str, ...]) -> None:
    for facet in by:
        if facet not in _COLUMN:
            raise StoreError(
                f"Posts cannot be counted by '{facet}'.", advice=f"Choose among {', '.join(_COLUMN)}."
            )
    if "sentiment" in by:
        audience.check_sentiment(within.audience)


def _naming(within: Scope, by: tuple[str, ...]) -> Callable[[tuple[Any, ...]], tuple[str, ...] | None]:
    """Turns a row's columns into a key; None for a place that may not be told. The last column is always the
    place where it takes part in hiding. Labels are told by the ids they have now."""
    lineage = within.lineage

    def name(values: tuple[Any, ...]) -> tuple[str, ...] | None:
        key: list[str] = []
        for facet, value in zip(by, values, strict=True):
            if facet == "place":
                if value not in within.places:
                    return None
                key.append(within.places[value][0])
            elif facet == "category":
                key.append(rollup.category(lineage.now(value)))
            elif facet == "label":
                key.append(lineage.now(value))
            else:
                key.append(value)
        return tuple(key)

    return name


def _week_rows(
    within: Scope, first: int, last: int, by: tuple[str, ...], *, together: bool = False
) -> list[tuple[int, tuple[Any, ...], int]]:
    """(week, columns, posts): whole weeks from the smallest grain, the week that retention cuts from its
    hours.
    """
    columns = [_COLUMN[facet] for facet in by]
    selected = "".join(f", {column}" for column in columns)
    facets = {"label" if facet == "category" else facet for facet in by}
    told = within.told("place_id", "hour", overdue.hours)
    if within.hidden:
        facets.add("place")
    # A day of a place can be left out of hours only; that is for as long as it is not looked at again.
    grain = None if within.overdue else rollup.grain_for(facets)
    hidden = told if grain is not None else ""
    begin, end = max(first * 24, within.cutoff // clock.HOUR), last * 24
    whole = clock.week_of_day(-(-begin // 24) + 6)
    full = max(whole, clock.week_of_day(last))
    # 96 hours: 1970-01-05 was the first Monday. A product, for grouping by a bare number means a column.
    week, hours = ("posts * 0", "posts * 0") if together else ("week", "(hour - 96) / 168")
    rows: list[tuple[int, tuple[Any, ...], int]] = []
    with connection.cursor() as cursor:
        spans = [(begin, min(end, whole * 24)), (full * 24, end)]
        if grain is None or whole >= full:
            spans = [(begin, end)]
        else:
            cursor.execute(
                f"SELECT {week}{selected}, sum(posts) FROM store_weekcount"  # noqa: S608 - column names of _COLUMN, ids
                f" WHERE programme_id = %s AND grain = %s AND week >= %s AND week < %s{hidden}"
                f" GROUP BY 1{selected}",
                [within.id, grain, whole, full],
            )
            rows += [(row[0], row[1:-1], int(row[-1])) for row in cursor.fetchall()]
        for begin, end in spans:
            if begin >= end:
                continue
            cursor.execute(
                f"SELECT {hours}{selected}, sum(posts) FROM store_hourcount"  # noqa: S608 - as above
                f" WHERE programme_id = %s AND hour >= %s AND hour < %s{told} GROUP BY 1{selected}",
                [within.id, begin, end],
            )
            rows += [(row[0] * 7 + 4, row[1:-1], int(row[-1])) for row in cursor.fetchall()]
    return rows


def withheld(week: date) -> int | None:
    """Posts withheld in a week over the whole installation, rounded to tens; None when they are fewer than
    20.
    """
    (found,) = withheld_in((week,))
    return found


def withheld_in(weeks: Sequence[date]) -> tuple[int | None, ...]:
    """The same of several weeks, in their order."""
    numbers = [clock.day_number(clock.week_of(week)) for week in weeks]
    with connection.cursor() as cursor:
        asked = "SELECT week, posts FROM store_withheld WHERE true AND"
        found = dict(dialect.among(cursor, asked, "week", numbers))
    return tuple(
        int(round(found[number], -1)) if found.get(number, 0) >= SHOWN_FROM else None for number in numbers
    )


def label_quality(programme: str) -> dict[str, LabelQuality]:
    """For each label that a model gave and a person looked at: how many were left as they were, of how
    many. Labels that were merged since count together.
    """
    within = scope.of(programme)
    lineage = within.lineage
    right: Counter[str] = Counter()
    looked: Counter[str] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.said_label, c.label, count(*)"  # noqa: S608 - as above
            " FROM store_correction c JOIN store_post p ON p.id = c.post_id"
            " WHERE c.programme_id = %s AND p.id >= %s"
            f"{within.told('p.place_id', 'p.id', overdue.ids)} GROUP BY c.said_label, c.label",
            [within.id, within.first_id],
        )
        for was, became, count in cursor.fetchall():
            said, label = lineage.now(was), lineage.now(became)
            if lineage.parts(said):  # that the whole was right says nothing of its parts
                continue
            looked[said] += int(count)
            right[said] += int(count) if said == label else 0
    return {label: LabelQuality(label, right[label], of) for label, of in looked.items()}


def _hours(within: Scope, since: datetime, until: datetime) -> tuple[int, int]:
    first = max(clock.seconds(since), within.cutoff) // clock.HOUR
    return first, -(-clock.seconds(until) // clock.HOUR)


def midnight(day: date) -> datetime:
    """The first moment of a day, UTC."""
    return datetime.combine(day, time(), UTC)
