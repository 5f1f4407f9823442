"""Reading themes: those that are spoken of, and one with its two views.

All passes through `scope`: a theme is told only by the posts that may be told, and so are its phrases. What
is said of counts is for the caller to round and to hide (`voices`, the programme's floor).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from earnest.store import (
    clock,
    dialect,
    erase_themes,
    identity,
    moment,
    overdue,
    scope,
    theme_voices,
)
from earnest.store.models import Theme
from earnest.store.read_posts import rows_of
from earnest.store.scope import Scope
from earnest.store.shapes import PostRow
from earnest.store.theme_counts import WEEK_SQL
from earnest.store.theme_voices import Heard
from earnest.store.theme_voices import first_week as first_week

WEEKS = 12
MOST = 60
"""Themes of a list."""


@dataclass(frozen=True, slots=True)
class ThemeRow:
    """A theme over the last weeks.

    label    the label that most of its posts have
    posts    of these weeks; `voices` how many distinct ones at least; `others` say the opposite of most
    weeks    posts of each week, the oldest first, the one that runs last
    places   (slug, title, posts), most first
    """

    number: int
    name: str
    named_by: str
    phrases: tuple[str, ...]
    label: str
    first_seen: datetime
    last_seen: datetime
    posts: int
    voices: int
    nameless: int
    others: int
    other_voices: int
    weeks: tuple[int, ...]
    places: tuple[tuple[str, str, int], ...]
    state: str = "open"


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A theme that became part of another one; `by_person`: somebody said so."""

    number: int
    name: str
    by_person: bool


def themes(
    programme: str,
    *,
    weeks: int = WEEKS,
    label: str = "",
    place: str = "",
    dismissed: bool = False,
    limit: int = MOST,
    begun: datetime | None = None,
) -> list[ThemeRow]:
    """Themes that were spoken of in the last weeks, those with most posts first.

    `label` is a label or a category; `begun` leaves out those first heard of before. Themes of one or two
    posts are none.
    """
    within = scope.of(programme)
    first = first_week(clock.now(), weeks)
    ids = within.ids_of((place,)) if place else None
    # What may not be told moves the order: then twice as many are looked at, by what may be.
    best = _largest(within, first, label, ids, dismissed, begun, 2 * limit if _anew(within, first) else limit)
    rows = {row.pk: row for row in Theme.objects.filter(pk__in=best)}
    if not rows:
        return []
    counts = _counts(within, first, best)
    totals: Counter[int] = Counter()
    for (theme, _, at), posts in counts.items():
        if at in within.places and (ids is None or at in ids):
            totals[theme] += posts
    found = [
        theme
        for theme, posts in sorted(totals.items(), key=lambda item: (-item[1], item[0]))
        if posts > 2 and theme in rows
    ]
    return _told(within, [rows[theme] for theme in found[:limit]], counts, first, weeks)


def _largest(
    within: Scope,
    first: int,
    label: str,
    places: tuple[int, ...] | None,
    dismissed: bool,
    begun: datetime | None,
    limit: int,
) -> list[int]:
    """Rows of the themes with most posts since a week."""
    conditions = ["h.programme_id = %s", "h.state = %s", "h.last_seen >= %s", "w.week >= %s"]
    values: list[Any] = [within.id, "dismissed" if dismissed else "open"]
    values += [max(first * clock.DAY, within.cutoff), first]
    if begun is not None:
        conditions.append("h.first_seen >= %s")
        values.append(clock.seconds(begun))
    if label:
        conditions.append("(h.label = %s OR substr(h.label, 1, %s) = %s)")
        values += [label, len(label) + 1, f"{label}."]
    if places is not None:
        conditions.append(f"w.place_id IN ({', '.join(['%s'] * len(places)) or 'NULL'})")
        values += places
    with connection.cursor() as db:
        db.execute(
            "SELECT w.theme_id FROM store_themeweek w JOIN store_theme h ON h.id = w.theme_id"  # noqa: S608 - conditions above
            f" WHERE {' AND '.join(conditions)} GROUP BY w.theme_id HAVING sum(w.posts) > 2"
            " ORDER BY sum(w.posts) DESC, w.theme_id LIMIT %s",
            [*values, limit],
        )
        return [theme for (theme,) in db.fetchall()]


def theme(programme: str, number: int, *, weeks: int = WEEKS) -> ThemeRow | None:
    """One theme, whatever its state; of one that became part of another, that one. None: none is told."""
    within = scope.of(programme)
    row = _row(within, number)
    if row is None:
        return None
    first = first_week(clock.now(), weeks)
    found = _told(within, [row], _counts(within, first, [row.pk]), first, weeks)
    return found[0] if found else None


def some(programme: str, numbers: Sequence[int], *, weeks: int = WEEKS) -> list[ThemeRow]:
    """These themes as they are now, whatever their state; those of which nothing is told are left out."""
    within = scope.of(programme)
    asked = [number for number in numbers if 0 < number < 1 << 31]
    rows = list(Theme.objects.filter(programme_id=within.id, number__in=asked).order_by("number"))
    if not rows:
        return []
    first = first_week(clock.now(), weeks)
    return _told(within, rows, counts(within, first, [row.pk for row in rows]), first, weeks)


def counts(within: Scope, first: int, themes: Sequence[int]) -> dict[tuple[int, int, int], int]:
    """Posts by (row of a theme, week, place id) from a week on."""
    return _counts(within, first, themes)


def voices(within: Scope, first: int, themes: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Distinct voices at least of these themes, by row, and posts without any where none has one."""
    return {
        theme: (found.all, 0 if found.all else found.nameless)
        for theme, found in _voices(within, first, themes).items()
    }


def _row(within: Scope, number: int) -> Theme | None:
    row = Theme.objects.filter(programme_id=within.id, number=number).first()
    for _ in range(20):
        if row is None or row.state != "merged" or row.into_id is None:
            break
        row = Theme.objects.filter(pk=row.into_id).first()
    return row


def _counts(within: Scope, first: int, themes: Sequence[int]) -> dict[tuple[int, int, int], int]:
    """Posts by (theme, week, place id) from a week on: as counted, or anew where some may not be told."""
    with connection.cursor() as db:
        if not _anew(within, first):
            rows = dialect.among(
                db,
                "SELECT theme_id, week, place_id, posts FROM store_themeweek WHERE week >= %s AND",
                "theme_id",
                list(themes),
                first,
            )
            return {(theme, week, place): posts for theme, week, place, posts in rows}
        told = within.told("p.place_id", "p.id", overdue.ids)
        rows = dialect.among(
            db,
            f"SELECT t.theme_id, {WEEK_SQL}, p.place_id, count(*) FROM store_themepost t"  # noqa: S608 - a condition of `scope`
            f" JOIN store_post p ON p.id = t.post_id WHERE t.post_id >= %s{told} AND",
            "t.theme_id",
            list(themes),
            _since(within, first),
            then=" GROUP BY 1, 2, 3",
        )
        return {(theme, week, place): posts for theme, week, place, posts in rows}


def _anew(within: Scope, first: int) -> bool:
    """Whether something since that week is counted that may not be told."""
    return within.partly or within.cutoff > first * clock.DAY


def _since(within: Scope, first: int) -> int:
    return max(within.first_id, identity.floor(first * clock.DAY))


def _told(
    within: Scope,
    rows: Sequence[Theme],
    counts: dict[tuple[int, int, int], int],
    first: int,
    weeks: int,
) -> list[ThemeRow]:
    heard = _voices(within, first, [row.pk for row in rows])
    weekly: dict[int, Counter[int]] = defaultdict(Counter)
    placed: dict[int, Counter[int]] = defaultdict(Counter)
    for (theme, week, place), posts in counts.items():
        if place in within.places:
            weekly[theme][week] += posts
            placed[theme][place] += posts
    answer = []
    for row in rows:
        by_week, by_place = weekly[row.pk], placed[row.pk]
        ends = _ends(within, row)
        if ends is None:
            continue
        phrases = _phrases(within, row)
        kept = row.named_by in ("person", "") or len(phrases) == len(row.phrases)
        voices = heard.get(row.pk, Heard())
        answer.append(
            ThemeRow(
                number=row.number,
                name=row.name if kept else "",
                named_by=row.named_by if kept else "",
                phrases=phrases,
                label=row.label,
                first_seen=clock.moment(ends[0]),
                last_seen=clock.moment(ends[1]),
                posts=by_week.total(),
                voices=voices.all,
                nameless=voices.nameless,
                others=voices.others,
                other_voices=voices.other,
                weeks=tuple(by_week[first + 7 * at] for at in range(weeks)),
                places=tuple((*within.places[place], posts) for place, posts in by_place.most_common()),
                state=row.state,
            )
        )
    return answer


def _ends(within: Scope, row: Theme) -> tuple[int, int] | None:
    """When a theme was first and last spoken of, by posts that may be told."""
    if not within.partly and row.first_seen >= within.cutoff:
        return row.first_seen, row.last_seen
    told = within.told("p.place_id", "p.id", overdue.ids)
    with connection.cursor() as db:
        db.execute(
            "SELECT min(p.created), max(p.created) FROM store_themepost t JOIN store_post p"  # noqa: S608 - as above
            f" ON p.id = t.post_id WHERE t.theme_id = %s AND t.post_id >= %s{told}",
            [row.pk, within.first_id],
        )
        first, last = db.fetchone()
    return None if first is None else (first, last)


def _phrases(within: Scope, row: Theme) -> tuple[str, ...]:
    said = [one[0] for one in row.phrases]
    if within.partly or row.first_seen < within.cutoff:
        told = f" AND t.post_id >= {within.first_id}" + within.told("p.place_id", "p.id", overdue.ids)
        floor = 10 if within.audience == "workforce" else 5
        with connection.cursor() as db:
            kept = erase_themes.said_by(db, row.pk, said, floor, told)
        said = [one for one in said if one in kept]
    return tuple(said)


def _voices(within: Scope, first: int, themes: Sequence[int]) -> dict[int, Heard]:
    return _heard(within.slug, first, tuple(sorted(themes)))


@moment.once
def _heard(programme: str, first: int, themes: tuple[int, ...]) -> dict[int, Heard]:
    """As they are kept where all that was counted may be told, else counted anew."""
    within = scope.of(programme)
    whole = max(first, clock.week_of_day(-(-within.cutoff // clock.DAY) + 6))
    with connection.cursor() as db:
        found = {} if within.partly else theme_voices.kept(db, whole, themes)
        rest = [theme for theme in themes if theme not in found]
        told = within.told("p.place_id", "p.id", overdue.ids)
        return found | theme_voices.count(db, rest, _since(within, first), told, within.lineage)


def posts_of(programme: str, number: int, *, other: bool, limit: int = 20) -> list[PostRow]:
    """The newest posts of one view of a theme: of most, or of those who say the opposite. One of each group
    of reposts.
    """
    within = scope.of(programme)
    row = _row(within, number)
    if row is None:
        return []
    told = within.told("p.place_id", "p.id", overdue.ids)
    with connection.cursor() as db:
        db.execute(
            "SELECT t.post_id FROM store_themepost t JOIN store_post p ON p.id = t.post_id"  # noqa: S608 - as above
            f" WHERE t.theme_id = %s AND t.other = %s AND t.post_id >= %s{told}"
            " AND NOT EXISTS (SELECT 1 FROM store_repost r WHERE r.post_id = t.post_id)"
            " ORDER BY t.post_id DESC LIMIT %s",
            [row.pk, other, within.first_id, limit],
        )
        ids = [id for (id,) in db.fetchall()]
    return rows_of(programme, ids)


def merged_into(programme: str, number: int) -> list[Ancestor]:
    """The themes that became part of this one."""
    rows = Theme.objects.filter(
        programme__slug=programme, into__number=number, into__programme__slug=programme, state="merged"
    )
    return [Ancestor(row.number, row.name, row.by_id is not None) for row in rows.order_by("number")]


def theme_of(programme: str, post: int) -> ThemeRow | None:
    """The theme a post is in, None where it is in none that is open."""
    within = scope.of(programme)
    row = Theme.objects.filter(
        programme_id=within.id,
        state="open",
        pk__in=_theme_ids([post]),
    ).first()
    return theme(programme, row.number) if row else None


def _theme_ids(posts: Iterable[int]) -> list[int]:
    with connection.cursor() as db:
        rows = dialect.among(
            db, "SELECT theme_id FROM store_themepost WHERE theme_id IS NOT NULL AND", "post_id", list(posts)
        )
    return [theme for (theme,) in rows]


def untold(programme: str, least: int, since: datetime) -> list[tuple[int, str, int]]:
    """New themes of which nobody was told, with at least so many posts and first spoken of since then:
    (number, label, when last seen).
    """
    within = scope.of(programme)
    rows: list[Any] = list(
        Theme.objects.filter(
            programme_id=within.id, state="open", told=False, first_seen__gte=clock.seconds(since)
        )
    )
    counts = _counts(within, first_week(clock.now()), [row.pk for row in rows]) if rows else {}
    posts: Counter[int] = Counter()
    for (theme, _, _), count in counts.items():
        posts[theme] += count
    heard = _voices(within, first_week(clock.now()), [row.pk for row in rows]) if rows else {}
    return [
        (row.number, row.label, row.last_seen)
        for row in rows
        if posts[row.pk] >= least and (heard[row.pk].all >= least or heard[row.pk].nameless == posts[row.pk])
    ]
