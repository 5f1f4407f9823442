"""Counting a theme's posts by week and place, and when it was first and last spoken of.

Called within the transactions of `write_themes` and `erase_themes`, never on its own.
"""

import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F

from earnest.store import clock, dialect, identity, theme_voices
from earnest.store.models import Alert, Theme, ThemeMark

_KEYS = {"theme_id": "bigint", "week": "int", "place_id": "bigint"}
WEEK_SQL = "(p.created / 3600 - 96) / 168 * 7 + 4"
"""The Monday of a post's week as a day number."""


def week_of(created: int) -> int:
    """The Monday (day number) of the week in which something was said."""
    return clock.week_of_day(created // clock.DAY)


def change(db: Any, changes: Counter[tuple[int, int, int]]) -> None:
    """Add to (or take from) the posts of (theme, week, place)."""
    rows = sorted((*key, posts) for key, posts in changes.items() if posts)
    dialect.merge(db, "store_themeweek", _KEYS, "posts", rows, "{old} + {new}")
    db.executemany(
        "DELETE FROM store_themeweek WHERE theme_id = %s AND week = %s AND place_id = %s AND posts <= 0",
        [row[:3] for row in rows if row[3] < 0],
    )
    gone: Counter[tuple[int, int]] = Counter()
    for theme, week, _, posts in rows:
        gone[theme, week] -= min(0, posts)
    theme_voices.lost(db, +gone)


def recount(db: Any, themes: Iterable[int]) -> None:
    """Count the posts of themes anew."""
    themes = list(themes)
    theme_voices.forget(db, themes)
    for theme in themes:
        db.execute("DELETE FROM store_themeweek WHERE theme_id = %s", [theme])
        db.execute(
            "INSERT INTO store_themeweek (theme_id, week, place_id, posts)"  # noqa: S608 - names of this module
            f" SELECT t.theme_id, {WEEK_SQL}, p.place_id, count(*) FROM store_themepost t"
            " JOIN store_post p ON p.id = t.post_id WHERE t.theme_id = %s GROUP BY 1, 2, 3",
            [theme],
        )


def settle(db: Any, themes: Sequence[int]) -> None:
    """When these themes were first and last spoken of; one without posts goes, with what it had taken in."""
    if not themes:
        return
    ends = dialect.among(
        db,
        "SELECT theme_id, min(post_id), max(post_id) FROM store_themepost WHERE",
        "theme_id",
        list(themes),
        then=" GROUP BY theme_id",
    )
    db.executemany(
        "UPDATE store_theme SET first_seen = %s, last_seen = %s WHERE id = %s",
        [(first >> identity.SHIFT, last >> identity.SHIFT, theme) for theme, first, last in ends],
    )
    empty = set(themes) - {theme for theme, _, _ in ends}
    rows = Theme.objects.filter(pk__in=empty)
    remove(rows.exclude(state="merged").values_list("pk", flat=True))


def remove(themes: Iterable[int]) -> None:
    """Take themes away, with those that became part of them and the alerts on them."""
    todo = list(themes)
    while todo:
        below = list(Theme.objects.filter(into_id__in=todo).values_list("pk", flat=True))
        for programme, number in Theme.objects.filter(pk__in=todo).values_list("programme_id", "number"):
            Alert.objects.filter(programme_id=programme, about=f"theme:{number}").delete()
        Theme.objects.filter(pk__in=todo).delete()
        todo = below


def touch(programme_id: int) -> str:
    """Something of a programme's themes changed: whoever remembers them reads them anew."""
    token = secrets.token_hex(8)
    if not ThemeMark.objects.filter(pk=programme_id).update(token=token):
        ThemeMark.objects.create(programme_id=programme_id, token=token)
    return token


def numbers(programme_id: int, count: int) -> int:
    """The first of `count` numbers that no theme of the programme ever had."""
    ThemeMark.objects.get_or_create(programme_id=programme_id)
    ThemeMark.objects.filter(pk=programme_id).update(last=F("last") + count)
    last: int = ThemeMark.objects.values_list("last", flat=True).get(pk=programme_id)
    return last - count + 1
