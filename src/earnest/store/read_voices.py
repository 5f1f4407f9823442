"""How many distinct voices at least: from what was counted while posts were kept, or from the posts left.

Tags are counted without places and by whole weeks. Where some of what was counted may not be told any more (a
community's consent ended, a day was not looked at again, retention cuts a week in two) the tags of the posts
that may be told are counted instead: slower, and never a voice too many.
"""

from datetime import date, timedelta
from typing import Any

from django.db import connection

from earnest.store import clock, identity, overdue, rollup, scope, tally
from earnest.store.scope import Scope

_WEEK = "(p.created / 3600 - 96) / 168 * 7 + 4"
"""The Monday of a post's week as a day number: hour 96 was the first Monday's first."""


def voices(
    programme: str, since: date, until: date, by: str | None = "label", *, weekly: bool = True
) -> dict[tuple[date | None, str], int]:
    """How many distinct voices at least: by week and label, or by week and category.

    Tags of different labels cannot be linked, so a category (and, with `by=None`, everything, under the key
    "") is as many as its largest label: a safe lower bound. So is a label that others were merged into: as
    many as the largest of them, and of what was heard since. With `weekly=False` the key's week is None and
    the voices are those of the whole range; tags of different quarters cannot be linked either, so there too
    the largest counts.
    """
    within = scope.of(programme)
    first = clock.day_number(clock.week_of(since))
    last = clock.day_number(clock.week_of(until - timedelta(days=1))) + 7 if until > since else first
    first = max(first, clock.week_of_day(within.cutoff // clock.DAY))
    cut = first * clock.DAY < within.cutoff < last * clock.DAY
    rows = (_left if within.partly or cut else _counted)(within, first, last, weekly)
    lineage = within.lineage
    answer: dict[tuple[date | None, str], int] = {}
    for week, old, count in rows:
        label = lineage.now(old)
        name = label if by == "label" else rollup.category(label) if by == "category" else ""
        key = (clock.day_date(week) if weekly else None, name)
        answer[key] = max(answer.get(key, 0), int(count))
    return answer


def by_label(within: Scope, first: int, end: int) -> dict[tuple[int, str], int]:
    """Voices at least by week (the day number of its Monday) and label as it was kept, from what was counted.
    For callers that saw to it that nothing of these weeks is hidden.
    """
    return {(int(week), label): int(count) for week, label, count in _counted(within, first, end, True)}


def _counted(within: Scope, first: int, last: int, weekly: bool) -> list[tuple[Any, ...]]:
    """(week or 0, label, voices), the largest quarter of each: tags of two quarters cannot be linked."""
    week, heard_before = ("week", "") if weekly else ("0", " AND before < %s")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT week, label, max(voices) FROM ("  # noqa: S608 - the parts are written above
            f"SELECT {week} AS week, label, quarter, sum(voices) AS voices FROM store_voicecount"
            f" WHERE programme_id = %s AND week >= %s AND week < %s{heard_before} GROUP BY 1, 2, 3"
            ") AS by_quarter GROUP BY week, label",
            [within.id, first, last, *([] if weekly else [first])],
        )
        return list(cursor.fetchall())


def _left(within: Scope, first: int, last: int, weekly: bool) -> list[tuple[Any, ...]]:
    """The same from the posts that may be told."""
    begin, end = max(within.first_id, identity.floor(first * clock.DAY)), identity.floor(last * clock.DAY)
    told = within.told("p.place_id", "p.id", overdue.ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT week, label, max(voices) FROM ("  # noqa: S608 - the parts are this module's own
            f"SELECT {_WEEK if weekly else '0'} AS week, p.label AS label, v.quarter AS quarter,"
            " count(DISTINCT p.voice) AS voices FROM store_post p JOIN store_voice v"
            f" ON v.programme_id = p.programme_id AND v.tag = p.voice AND v.week = {_WEEK}"
            f" WHERE p.programme_id = %s AND p.id >= %s AND p.id < %s AND p.theme = ''{told} GROUP BY 1, 2, 3"
            ") AS by_quarter GROUP BY week, label",
            [within.id, begin, end],
        )
        rows = list(cursor.fetchall())
    return rows + _left_of_others(within, begin, end, weekly)


def _left_of_others(within: Scope, begin: int, end: int, weekly: bool) -> list[tuple[Any, ...]]:
    """Of posts that got another label when the taxonomy changed: the largest theme and quarter of each."""
    told = within.told("place_id", "id", overdue.ids)
    heard: dict[tuple[int, str, int], set[bytes]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT created, label, voice, theme FROM store_post WHERE programme_id = %s"  # noqa: S608 - ids only
            f" AND id >= %s AND id < %s AND NOT (theme = '') AND voice IS NOT NULL{told}",
            [within.id, begin, end],
        )
        for created, label, tag, theme in cursor.fetchall():
            week = clock.week_of_day(created // clock.DAY) if weekly else 0
            found, linked = tally.counted(label, created, bytes(tag), theme)
            heard.setdefault((week, label, linked), set()).add(found)
    return [(week, label, len(tags)) for (week, label, _), tags in heard.items()]
