"""What must be there in the end, worked out from what the places told, with none of Earnest's own code.

stored = published − deleted − withheld − opted out, each once and in its newest wording. What a place forgot
before it was heard is not there, and is listed as a gap.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.soak.world import AUTHOR, HELD, LASTS, Board, Forum, World
from tests.store.oracle import Rows, differences


@dataclass
class _Kept:
    text: str
    version: datetime
    author: str


def _heard(board: Board) -> list[dict[str, Any]]:
    return [
        event
        for number, event in enumerate(board.events)
        if event is not None and not any(since <= number < until for since, until in board.lost)
    ]


def of_board(board: Board, now: datetime) -> Counter[str]:
    """Event by event, as somebody would who reads them aloud."""
    kept: dict[str, _Kept] = {}
    buried: set[str] = set()
    out: set[str] = set()
    for event in _heard(board):
        name, author, text = event["id"], event["author"], event["text"]
        version = datetime.fromisoformat(event["version"] or event["created"])
        created = datetime.fromisoformat(event["created"])
        if event["change"] == "deleted":
            kept.pop(name, None)
            buried.add(name)
        elif not text.strip() or len(text) > 100_000:
            continue  # refused, and nobody ever said it otherwise
        elif author in out or HELD in text:
            if "opt out" in text and author not in out:
                out.add(author)
                for other in [other for other, post in kept.items() if post.author == author]:
                    del kept[other]
                    buried.add(other)
            if event["change"] == "edited" or name in kept:
                kept.pop(name, None)
                buried.add(name)
        elif name not in buried and created > now - LASTS:
            old = kept.get(name)
            if old is None or version > old.version:
                kept[name] = _Kept(text, version, author)
    return Counter(post.text for post in kept.values())


def of_forum(forum: Forum, now: datetime) -> Counter[str]:
    """What is there now, of people who did not leave."""
    return Counter(
        post.text
        for post in forum.posts.values()
        if post.there and not post.held and post.author not in forum.out and post.created > now - LASTS
    )


def check(world: World, rows: Rows, home: Path) -> list[str]:
    """Every sentence is something that is wrong; none: all is right."""
    now = datetime.now(UTC)
    wrong: list[str] = []
    for name, place in world.places.items():
        found = Counter(
            text
            for (text,) in rows(
                "SELECT p.text FROM store_post p JOIN store_place s ON s.id = p.place_id"  # noqa: S608 - names of this test
                f" WHERE s.slug = '{name}'"
            )
        )
        expected = of_board(place, now) if isinstance(place, Board) else of_forum(place, now)
        if missing := expected - found:
            wrong.append(f"{name}: {missing.total()} posts are missing: {list(missing)[:3]}")
        if extra := found - expected:
            wrong.append(f"{name}: {extra.total()} posts are too many: {list(extra)[:3]}")
    wrong += [f"{table} does not agree with the posts: {what}" for table, what in differences(rows).items()]
    wrong += _gaps(world, rows)
    return wrong + _never_written(rows, home)


def _gaps(world: World, rows: Rows) -> list[str]:
    wrong: list[str] = []
    for board in world.boards:
        found = list(
            rows(
                "SELECT g.since FROM store_gap g JOIN store_place s ON s.id = g.place_id"  # noqa: S608 - names of this test
                f" WHERE s.slug = '{board.name}' AND g.why = 'expired'"
            )
        )
        if board.lost and not found:
            wrong.append(f"{board.name} forgot {board.lost} and no gap is listed")
        if found and not board.lost:
            wrong.append(f"{board.name} forgot nothing and {len(found)} gaps are listed")
    return wrong


def _never_written(rows: Rows, home: Path) -> list[str]:
    words = (HELD.encode(), AUTHOR.encode())
    wrong = []
    for path in home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            wrong += [f"{word.decode()} is in {path.name}" for word in words if word in content]
    for (table,) in list(rows(_TABLES)) if _is_postgres(rows) else []:
        text = "\n".join(str(row) for row in rows(f'SELECT t::text FROM "{table}" t'))  # noqa: S608 - names of this test
        wrong += [f"{word.decode()} is in {table}" for word in words if word.decode() in text]
    return wrong


_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


def _is_postgres(rows: Rows) -> bool:
    return "PostgreSQL" in str(getattr(rows, "vendor", ""))
