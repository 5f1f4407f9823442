"""What every table beside the posts must hold, counted anew from the posts alone, slowly and plainly.

`differences(rows)` takes a function that runs SQL, so that it looks at a test's own database as well as at
one that another process has just been killed over.
"""

import hashlib
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

Rows = Callable[[str], Iterable[tuple[Any, ...]]]

POSTS = (
    "SELECT programme_id, place_id, created, label, kind, sentiment, lang, region, voice, received, id,"
    " theme FROM store_post"
)


def differences(rows: Rows) -> dict[str, tuple[list[Any], list[Any]]]:
    """By table: a few rows that are missing and a few that are too many. Empty: all is right."""
    posts = list(rows(POSTS))
    expected = {
        "store_hourcount": hours(posts),
        "store_daycount": days(posts),
        "store_weekcount": weeks(posts),
        "store_voice": tags(posts),
        "store_voicecount": distinct(posts),
        "store_minute": Counter((post[0], post[9] // 60) for post in posts),
    }
    columns = {
        "store_hourcount": "programme_id, hour, place_id, label, kind, sentiment, lang, region, posts",
        "store_daycount": "programme_id, day, place_id, facet, value, posts",
        "store_weekcount": "programme_id, grain, week, place_id, label, kind, sentiment, lang, region, posts",
        "store_voice": "programme_id, tag, week, posts",
        "store_voicecount": "programme_id, week, label, quarter, before, voices",
        "store_minute": "programme_id, minute, posts",
    }
    told: dict[str, tuple[list[Any], list[Any]]] = {}
    for table, names in columns.items():
        found = Counter({_plain(row[:-1]): int(row[-1]) for row in rows(_select(names, table))})
        _compare(told, table, found, expected[table])
    ids = Counter(post[10] for post in posts)
    _compare(
        told, "labels", Counter(id for (id,) in rows("SELECT DISTINCT post_id FROM store_postlabel")), ids
    )
    graves = (
        "SELECT p.id FROM store_post p JOIN store_tombstone t ON t.place_id = p.place_id AND t.key = p.key"
    )
    _compare(told, "posts that are buried", Counter(id for (id,) in rows(graves)), Counter())
    return told


def _select(names: str, table: str) -> str:
    return f"SELECT {names} FROM {table}"  # noqa: S608 - names of this module


def _compare(told: dict[str, Any], name: str, found: Counter[Any], expected: Counter[Any]) -> None:
    if found != expected:
        told[name] = (list((expected - found).items())[:3], list((found - expected).items())[:3])


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)


def monday(created: int) -> int:
    day = created // 86_400
    return day - (day - 4) % 7


def quarter(created: int) -> int:
    day = datetime.fromtimestamp(created, UTC)
    return day.year * 4 + (day.month - 1) // 3


def hours(posts: list[Any]) -> Counter[Any]:
    return Counter((p[0], p[2] // 3_600, p[1], *p[3:8]) for p in posts)


def days(posts: list[Any]) -> Counter[Any]:
    names = ("label", "kind", "sentiment", "lang", "region")
    return Counter((p[0], p[2] // 86_400, p[1], n, p[3 + at]) for p in posts for at, n in enumerate(names))


def weeks(posts: list[Any]) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for programme, place, created, label, kind, mood, lang, region, *_ in posts:
        week = monday(created)
        found[(programme, 0, week, place, label, kind, "", "", "")] += 1
        found[(programme, 1, week, place, label, kind, mood, "", "")] += 1
        found[(programme, 2, week, place, "", kind, mood, lang, region)] += 1
        found[(programme, 3, week, 0, label, "", "", lang, region)] += 1
    return found


def voice(post: Any) -> tuple[bytes, int]:
    """What a post's voice is counted by: its tag, or where the tag was made under another label than the post
    has now, a hash of tag and label, apart from all others.
    """
    label, tag, theme = post[3], bytes(post[8]), post[11]
    if theme in ("", label):
        return tag, quarter(post[2])
    apart = 1 + zlib.crc32(theme.encode()) % 100_000
    return hashlib.sha256(tag + b"\0" + label.encode()).digest()[:12], quarter(post[2]) + apart * 10_000


def tags(posts: list[Any]) -> Counter[Any]:
    return Counter((p[0], voice(p)[0], monday(p[2])) for p in posts if p[8] is not None)


def distinct(posts: list[Any]) -> Counter[Any]:
    heard: defaultdict[Any, set[int]] = defaultdict(set)
    of = {}
    for post in posts:
        if post[8] is not None:
            tag, linked = voice(post)
            heard[post[0], tag].add(monday(post[2]))
            of[post[0], tag] = post[3], linked
    found: Counter[Any] = Counter()
    for key, weeks in heard.items():
        before = 0
        for week in sorted(weeks):
            found[(key[0], week, *of[key], before)] += 1
            before = week
    return found
