"""Counting while keeping: the roll-ups, distinct voices, coverage, arrivals and the one withheld figure.

Called by `write` and `erase` inside their transactions, never on its own.
"""

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Protocol

from earnest.store import clock, dialect
from earnest.store.rollup import Cell, count

MAX_SPAN = timedelta(days=400)
"""The longest time that one read may vouch for; beyond it only hours with posts are observed."""

_ADD = "{old} + {new}"
_HOURS = {
    "programme_id": "bigint", "hour": "int", "place_id": "bigint", "label": "text", "kind": "text",
    "sentiment": "text", "lang": "text", "region": "text",
}  # fmt: skip
_DAYS = {"programme_id": "bigint", "day": "int", "place_id": "bigint", "facet": "text", "value": "text"}
_WEEKS = {
    "programme_id": "bigint", "grain": "int", "week": "int", "place_id": "bigint", "label": "text",
    "kind": "text", "sentiment": "text", "lang": "text", "region": "text",
}  # fmt: skip
_VOICES = {"programme_id": "bigint", "tag": "bytea", "week": "int"}
_VOICE_COUNTS = {"programme_id": "bigint", "week": "int", "label": "text", "quarter": "int", "before": "int"}


class Span(Protocol):
    """The time a read vouches for (`write.Hearing`)."""

    @property
    def since(self) -> datetime | None: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def missed(self) -> tuple[datetime, datetime] | None: ...


def add(db: Any, programme_id: int, cells: Iterable[Cell], sign: int = 1) -> None:
    """Count posts in, or out with sign -1; a count that comes to nothing loses its row."""
    counts = count(cells, sign)
    for table, keys, changes in (
        ("store_hourcount", _HOURS, counts.hours),
        ("store_daycount", _DAYS, counts.days),
        ("store_weekcount", _WEEKS, counts.weeks),
    ):
        rows = sorted((programme_id, *key, posts) for key, posts in changes.items())
        dialect.merge(db, table, keys, "posts", rows, _ADD)
        if sign < 0:
            _drop_zeros(db, table, keys, "posts", rows)


def _drop_zeros(
    db: Any, table: str, keys: Mapping[str, str], column: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    same = " AND ".join(f"{key} = %s" for key in keys)
    db.executemany(f"DELETE FROM {table} WHERE {same} AND {column} <= 0", [row[: len(keys)] for row in rows])  # noqa: S608 - names of this module


THEMES = 100_000
"""Labels under which tags were made are told apart by so many numbers."""


def counted(label: str, created: int, tag: bytes, theme: str) -> tuple[bytes, int]:
    """What a post's voice is counted by: a tag of this label alone, and within what it can be linked.

    A tag that was made under the post's own label counts as it is, within its quarter. One that was made
    under another (`theme`), before the taxonomy changed, counts by a hash of it and the new label, within its
    quarter and that theme: the same voice gives the same hash there, and is never added to voices it might be
    one of.
    """
    quarter = clock.quarter_of_day(created // clock.DAY)
    if not theme or theme == label:
        return tag, quarter
    apart = 1 + zlib.crc32(theme.encode()) % THEMES
    return sha256(tag + b"\0" + label.encode()).digest()[:12], quarter + apart * 10_000


def add_voices(
    db: Any, programme_id: int, heard: Sequence[tuple[str, int, bytes, str]], sign: int = 1
) -> None:
    """Count voice tags in (or out): (main label, when the post was said, tag, label it was made under)."""
    changes: dict[bytes, dict[int, int]] = {}
    themes: dict[bytes, tuple[str, int]] = {}
    for label, created, key, theme in heard:
        tag, quarter = counted(label, created, bytes(key), theme)
        week = clock.week_of_day(created // clock.DAY)
        if tag in changes:
            changes[tag][week] = changes[tag].get(week, 0) + sign
        else:
            changes[tag] = {week: sign}
            themes[tag] = (label, quarter)
    if not changes:
        return
    known: dict[bytes, dict[int, int]] = {}
    stored = "SELECT tag, week, posts FROM store_voice WHERE programme_id = %s AND"
    for tag, week, posts in dialect.among(db, stored, "tag", sorted(changes), programme_id):
        known.setdefault(bytes(tag), {})[week] = posts
    rows: list[tuple[Any, ...]] = []
    distinct: Counter[tuple[int, str, int, int]] = Counter()
    for tag, weeks in changes.items():
        label, quarter = themes[tag]
        rows += [(programme_id, tag, week, label, quarter, posts) for week, posts in weeks.items()]
        old = known.get(tag)
        if old is None and len(weeks) == 1:
            distinct[(next(iter(weeks)), label, quarter, 0)] += 1
            continue
        old = old or {}
        new = {week: old.get(week, 0) + weeks.get(week, 0) for week in {**old, **weeks}}
        for chain, change in ((sorted(old), -1), (sorted(week for week in new if new[week] > 0), 1)):
            for before, week in zip([0, *chain], chain, strict=False):
                distinct[(week, label, quarter, before)] += change
    rows.sort()
    dialect.merge(db, "store_voice", _VOICES, "posts", rows, _ADD, {"label": "text", "quarter": "int"})
    counts = sorted((programme_id, *key, voices) for key, voices in distinct.items() if voices)
    dialect.merge(db, "store_voicecount", _VOICE_COUNTS, "voices", counts, _ADD)
    _drop_zeros(db, "store_voicecount", _VOICE_COUNTS, "voices", [row for row in counts if row[-1] < 0])
    if sign < 0:
        _drop_zeros(db, "store_voice", _VOICES, "posts", rows)


def hear(db: Any, place_id: int, with_posts: set[int], span: Span) -> None:
    """Mark hours: those with posts are observed, the others of the span verified empty. A known hour never
    sinks, but for those that the place says it can no longer give: without posts they are unknown again.
    """
    states = {}
    gone: range | None = None
    if span.missed is not None:
        first, last = (clock.seconds(at) // clock.HOUR for at in span.missed)
        gone = range(first, last + 1)
        db.execute(
            "DELETE FROM store_coverage WHERE place_id = %s AND hour >= %s AND hour <= %s AND state = 1",
            [place_id, first, last],
        )
    if span.since is not None and span.until is not None and span.until - span.since <= MAX_SPAN:
        first, last = clock.seconds(span.since) // clock.HOUR, clock.seconds(span.until) // clock.HOUR
        states = {hour: 1 for hour in range(first, last + 1) if gone is None or hour not in gone}
    states |= dict.fromkeys(with_posts, 2)
    rows = sorted((place_id, hour, state) for hour, state in states.items())
    change = "CASE WHEN {new} > {old} THEN {new} ELSE {old} END"
    dialect.merge(db, "store_coverage", {"place_id": "bigint", "hour": "int"}, "state", rows, change)


def arrivals(db: Any, programme_id: int, minute: int, posts: int) -> None:
    """Count what arrived in a minute."""
    if posts:
        keys = {"programme_id": "bigint", "minute": "int"}
        dialect.merge(db, "store_minute", keys, "posts", [(programme_id, minute, posts)], _ADD)


def departures(db: Any, programme_id: int, minutes: Sequence[int]) -> None:
    """Take erased posts out of the minutes in which they arrived; older minutes have no row any more."""
    rows = [(posts, programme_id, minute) for minute, posts in sorted(Counter(minutes).items())]
    db.executemany("UPDATE store_minute SET posts = posts - %s WHERE programme_id = %s AND minute = %s", rows)
    db.executemany(
        "DELETE FROM store_minute WHERE posts <= 0 AND programme_id = %s AND minute = %s",
        [row[1:] for row in rows],
    )


def withheld(db: Any, at: datetime, posts: int) -> None:
    """Add to the week's one figure; nothing else is ever known of a withheld post."""
    if posts:
        week = clock.day_number(clock.week_of(at))
        dialect.merge(db, "store_withheld", {"week": "int"}, "posts", [(week, posts)], _ADD)
