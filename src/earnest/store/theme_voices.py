"""How many voices at least speak of themes, and of the large ones what was counted once and is kept.

Voices are told apart by tags that can be linked within one label and quarter only: the largest of each
counts, a lower bound. Counting those of a theme reads each of its posts, so a large theme's are kept
(`ThemeVoices`) and counted anew when it has grown by a fifth. Until then more posts only make "at least" more
true, and each post that leaves takes one voice off, so that what is kept is never more than what was heard.

The writing functions are called within the transactions of `write_themes` and `erase_themes`, never on their
own.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from earnest.store import clock, dialect, identity, tally
from earnest.store.lineage import Lineage

SPANS = (4, 12, 26)
"""Weeks over which themes are shown."""

LARGE = 60
"""Posts of a theme from which on its voices are kept; of fewer they are counted while reading."""

GROWN = 1.2
"""By how much a theme grows before its voices are counted anew."""

AT_ONCE = 20
"""Themes that are counted anew with one batch of posts; the largest first, the others with the next."""


@dataclass(slots=True)
class Heard:
    """Distinct voices at least, of all and of those who say the opposite (`other`, of `others` posts).
    `nameless`: posts without any voice.
    """

    all: int = 0
    other: int = 0
    others: int = 0
    nameless: int = 0


Said = tuple[Any, ...]
"""Of a theme's post: whether it says the opposite, its label, when, its voice, what that was made under."""


def first_week(now: datetime, weeks: int = 12) -> int:
    """The Monday (day number) of the first of the last `weeks` weeks, the one that runs among them."""
    return clock.day_number(clock.week_of(now)) - 7 * (weeks - 1)


def count(db: Any, themes: Sequence[int], since: int, told: str, lineage: Lineage) -> dict[int, Heard]:
    """Count while reading: of posts with an id from `since` on that may be told (a condition on `p`)."""
    said: dict[int, list[Said]] = {theme: [] for theme in themes}
    for theme, *row in _posts(db, themes, since, told):
        said[theme].append(tuple(row))
    return {theme: _heard(rows, lineage) for theme, rows in said.items()}


def _posts(db: Any, themes: Sequence[int], since: int, told: str = "") -> list[tuple[Any, ...]]:
    return dialect.among(
        db,
        "SELECT t.theme_id, t.other, p.label, p.created, p.voice, p.theme FROM store_themepost t"  # noqa: S608 - a condition of `scope`
        f" JOIN store_post p ON p.id = t.post_id WHERE t.post_id >= %s{told} AND",
        "t.theme_id",
        list(themes),
        since,
    )


def _heard(rows: Iterable[Said], lineage: Lineage) -> Heard:
    found = Heard()
    groups: dict[tuple[bool, str, int], set[bytes]] = defaultdict(set)
    for other, label, created, voice, made_under in rows:
        found.others += bool(other)
        if voice is None:
            found.nameless += 1
            continue
        tag, linked = tally.counted(lineage.now(label), created, bytes(voice), made_under)
        groups[False, label, linked].add(tag)
        if other:
            groups[True, label, linked].add(tag)
    for (other, *_), tags in groups.items():
        if other:
            found.other = max(found.other, len(tags))
        else:
            found.all = max(found.all, len(tags))
    return found


def kept(db: Any, first: int, themes: Sequence[int]) -> dict[int, Heard]:
    """What is kept of these themes over the longest span that begins at `first` (a Monday) or later: a
    shorter one was heard from no more voices. It is left out where it misses more than a theme may grow by:
    weeks move on, and of one that is quiet since a shorter span would tell of hardly anybody.
    """
    found: dict[int, tuple[int, int, Heard]] = {}
    for theme, begins, posts, voices, other, nameless in dialect.among(
        db,
        "SELECT theme_id, first, posts, voices, other_voices, nameless FROM store_themevoices"
        " WHERE first >= %s AND",
        "theme_id",
        list(themes),
        first,
    ):
        if theme not in found or begins < found[theme][0]:
            found[theme] = begins, posts, Heard(voices, other, 0, nameless)
    for theme, posts in dialect.among(
        db,
        "SELECT theme_id, sum(posts) FROM store_themeweek WHERE week >= %s AND",
        "theme_id",
        [theme for theme, (begins, *_) in found.items() if begins > first],
        first,
        then=" GROUP BY theme_id",
    ):
        if posts > GROWN * found[theme][1]:
            del found[theme]
    answer = {theme: heard for theme, (*_, heard) in found.items()}
    if answer:
        # How many say otherwise is a count of posts, and exact: they are few and have an index of their own.
        for theme, posts in dialect.among(
            db,
            "SELECT theme_id, count(*) FROM store_themepost WHERE other AND post_id >= %s AND",
            "theme_id",
            list(answer),
            identity.floor(first * clock.DAY),
            then=" GROUP BY theme_id",
        ):
            answer[theme].others = int(posts)
    return answer


def refresh(db: Any, themes: Sequence[int], lineage: Callable[[], Lineage]) -> None:
    """Posts came to these themes: count the voices of the large ones anew that have grown, or whose weeks
    have moved on.
    """
    firsts = [first_week(clock.now(), weeks) for weeks in SPANS]
    sizes: dict[int, Counter[int]] = defaultdict(Counter)
    for theme, week, posts in dialect.among(
        db,
        "SELECT theme_id, week, sum(posts) FROM store_themeweek WHERE week >= %s AND",
        "theme_id",
        list(themes),
        min(firsts),
        then=" GROUP BY theme_id, week",
    ):
        for first in firsts:
            sizes[theme][first] += int(posts) if week >= first else 0
    large = [theme for theme, size in sizes.items() if max(size.values()) >= LARGE]
    if not large:
        return
    known = {
        (theme, first): posts
        for theme, first, posts in dialect.among(
            db, "SELECT theme_id, first, posts FROM store_themevoices WHERE", "theme_id", large
        )
    }
    due = [
        theme
        for theme in large
        if any(sizes[theme][first] > GROWN * known.get((theme, first), -1) for first in firsts)
    ]
    due.sort(key=lambda theme: -max(sizes[theme].values()))
    for theme in due[:AT_ONCE]:
        _keep(db, theme, firsts, sizes[theme], lineage())


def _keep(db: Any, theme: int, firsts: Sequence[int], sizes: Counter[int], lineage: Lineage) -> None:
    said = [tuple(row) for _, *row in _posts(db, [theme], identity.floor(min(firsts) * clock.DAY))]
    rows = []
    for first in firsts:
        heard = _heard((one for one in said if one[2] >= first * clock.DAY), lineage)
        rows.append((theme, first, sizes[first], heard.all, heard.other, heard.nameless))
    forget(db, [theme])
    db.executemany(
        "INSERT INTO store_themevoices (theme_id, first, posts, voices, other_voices, nameless)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        rows,
    )


def lost(db: Any, gone: Counter[tuple[int, int]]) -> None:
    """So many posts of (theme, week) left: each may have been the only one of a voice."""
    fewer = ", ".join(
        f"{column} = CASE WHEN {column} > %s THEN {column} - %s ELSE 0 END"
        for column in ("posts", "voices", "other_voices", "nameless")
    )
    db.executemany(
        f"UPDATE store_themevoices SET {fewer} WHERE theme_id = %s AND first <= %s",  # noqa: S608 - names above
        [(*[posts] * 8, theme, week) for (theme, week), posts in sorted(gone.items())],
    )


def forget(db: Any, themes: Sequence[int]) -> None:
    """These themes have other posts now: nothing that was kept of them holds."""
    dialect.delete(db, "DELETE FROM store_themevoices WHERE", "theme_id", list(themes))
