"""What grouping goes on from: the posts in view with their themes, the numbers given, what is to be
named.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from earnest.store import clock, dialect, identity, scope
from earnest.store.models import Theme, ThemeApart, ThemeMark
from earnest.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Seen:
    """A post that was followed, as grouping goes on from it."""

    id: int
    text: str = field(repr=False)
    label: str
    kind: str
    home: int
    fixed: bool
    lang: str


def token(programme: str) -> str:
    """What stands for the themes as they are now; another one after anything was written of them."""
    row = ThemeMark.objects.filter(programme__slug=programme).values_list("token", flat=True).first()
    return row or ""


def last_number(programme: str) -> int:
    """The greatest number that any theme of the programme ever had."""
    row = ThemeMark.objects.filter(programme__slug=programme).values_list("last", flat=True).first()
    return row or 0


def apart(programme: str) -> list[tuple[int, int]]:
    """Pairs of themes that a person keeps from becoming one."""
    rows = ThemeApart.objects.filter(one__programme__slug=programme)
    return list(rows.values_list("one__number", "other__number"))


_SEEN = (
    "SELECT p.id, p.text, p.label, p.kind, coalesce(h.number, 0), t.fixed, p.lang, p.place_id,"
    " p.arrival FROM {posts} LEFT JOIN store_theme h ON h.id = t.theme_id"
)


def in_view(programme: str, upto: int, newest: int, sample: int) -> list[Seen]:
    """What grouping goes on from, in the order of arrival: the newest posts that were followed (up to an
    arrival), and beside them as many older ones at most: the newest `sample` of each theme, of the themes
    that were spoken of last.
    """
    within = scope.of(programme)
    with connection.cursor() as db:
        db.execute(
            _SEEN.format(posts="store_post p LEFT JOIN store_themepost t ON t.post_id = p.id")
            + " WHERE p.programme_id = %s AND p.arrival <= %s AND p.id >= %s"
            " ORDER BY p.arrival DESC LIMIT %s",
            [within.id, upto, within.first_id, newest],
        )
        rows = {row[0]: row for row in db.fetchall()}
        room = newest
        lately = Theme.objects.filter(programme_id=within.id).exclude(state="merged")
        for theme in lately.order_by("-last_seen", "-pk").values_list("pk", flat=True)[:newest]:
            older = [row for row in _of_theme(db, within, theme, upto, sample) if row[0] not in rows]
            if len(older) > room:
                break
            room -= len(older)
            rows |= {row[0]: row for row in older}
    return _seen(within, rows.values())


def of_themes(programme: str, numbers: Sequence[int], upto: int, sample: int) -> list[Seen]:
    """The newest `sample` posts of each of some themes that were followed (up to an arrival), in the order of
    arrival.
    """
    within = scope.of(programme)
    there = Theme.objects.filter(programme_id=within.id, number__in=numbers).exclude(state="merged")
    with connection.cursor() as db:
        rows = [
            row
            for theme in there.values_list("pk", flat=True)
            for row in _of_theme(db, within, theme, upto, sample)
        ]
    return _seen(within, rows)


def quiet(programme: str, known: Collection[int], most: int) -> list[tuple[int, list[str]]]:
    """Themes beside those that are known, spoken of last first: (number, its phrases in lower case). Those
    without a phrase are left out.
    """
    rows = Theme.objects.filter(programme__slug=programme).exclude(state="merged").order_by("-last_seen")
    told = rows.values_list("number", "phrases")[: most + len(known)]
    return [
        (number, [words.lower() for words, _ in phrases])
        for number, phrases in told
        if phrases and number not in known
    ]


def _of_theme(db: Any, within: Scope, theme: int, upto: int, sample: int) -> list[tuple[Any, ...]]:
    db.execute(
        _SEEN.format(posts="store_themepost t JOIN store_post p ON p.id = t.post_id")
        + " WHERE t.theme_id = %s AND p.arrival <= %s AND p.id >= %s ORDER BY t.post_id DESC LIMIT %s",
        [theme, upto, within.first_id, sample],
    )
    rows: list[tuple[Any, ...]] = db.fetchall()
    return rows


def _seen(within: Scope, rows: Iterable[tuple[Any, ...]]) -> list[Seen]:
    return [
        Seen(id, text, label, kind, home, bool(fixed), lang)
        for id, text, label, kind, home, fixed, lang, place, _ in sorted(rows, key=lambda row: row[8])
        if within.tells(place, id)
    ]


def sizes(programme: str, numbers: Sequence[int]) -> dict[int, tuple[int, int]]:
    """How many posts these themes have, and how many they had when they were named (0: to be named)."""
    within = scope.of(programme)
    rows = {
        row.pk: row for row in Theme.objects.filter(programme_id=within.id, number__in=numbers, state="open")
    }
    with connection.cursor() as db:
        counts = dict(
            dialect.among(
                db,
                "SELECT theme_id, sum(posts) FROM store_themeweek WHERE",
                "theme_id",
                list(rows),
                then=" GROUP BY theme_id",
            )
        )
    return {row.number: (int(counts.get(pk, 0)), row.sized) for pk, row in rows.items()}


def stale(programme: str) -> list[int]:
    """Themes that are to be named anew."""
    rows = Theme.objects.filter(programme__slug=programme, state="open", sized=0)
    return list(rows.values_list("number", flat=True))


def began(programme: str) -> datetime | None:
    """When the oldest post that may be told was said."""
    within = scope.of(programme)
    with connection.cursor() as db:
        db.execute(
            "SELECT min(id) FROM store_post WHERE programme_id = %s AND id >= %s",
            [within.id, within.first_id],
        )
        (first,) = db.fetchone()
    return None if first is None else clock.moment(first >> identity.SHIFT)
