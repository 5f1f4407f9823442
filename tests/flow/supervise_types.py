"""Source types of tests: a place that tells by itself, and one with a past. Synthetic."""

import json
import time
from datetime import UTC, datetime, timedelta
from urllib.request import urlopen

import msgspec

from earnest.record.raw import Page, RawPost
from earnest.sources import registry
from earnest.sources.base import SourceType
from tests.flow.supervised import letters


class Settings(msgspec.Struct):
    url: str


def post(number: int, created: datetime | None = None) -> RawPost:
    return RawPost(
        f"n{number}",
        f"the tips of shift {letters(number)} are missing since monday",
        created or datetime.now(UTC) - timedelta(seconds=1),
        author=f"writer {number}",
    )


class Pushed:
    """Numbers that a server counts up, pushed as they come: GET url?after=N gives a JSON list."""

    def __init__(self, url: str) -> None:
        self.url = url

    def _ask(self, after: int) -> list[int]:
        with urlopen(f"{self.url}?after={after}", timeout=5) as answer:  # noqa: S310 - loopback
            return json.loads(answer.read())

    def read(self, cursor):
        after = int(cursor or 0)
        numbers = self._ask(after)
        yield Page(tuple(map(post, numbers)), str(max(numbers, default=after)), done=True)

    def follow(self, cursor, stop):
        after = int(cursor or 0)
        while not stop.is_set():
            numbers = self._ask(after)
            after = max(numbers, default=after)
            yield Page(tuple(map(post, numbers)), str(after), done=True)
            time.sleep(0.1)


class Past:
    """A post for each hour of the past, ten a page, the newest first."""

    def __init__(self, url: str) -> None:
        self.pace = float(url or 0)

    def read(self, cursor):
        yield Page((), "now", done=True)

    def backfill(self, cursor, since, until):
        at = datetime.fromisoformat(cursor) if cursor else until
        while True:
            hours = [at - timedelta(hours=step) for step in range(1, 11)]
            posts = tuple(post(int(one.timestamp()) // 3_600, one) for one in hours)
            at = hours[-1]
            time.sleep(self.pace)
            yield Page(posts, at.isoformat(), done=at <= since)
            if at <= since:
                return


def add(name: str) -> None:
    """Make a type known in this process."""
    made = {"pushed": Pushed, "past": Past}[name]
    registry._OWN[name] = SourceType(
        type=name,
        kinds=("open", "addressed", "closed"),
        title=f"A {name} place of tests",
        extra=None,
        tested_against="itself",
        open=lambda settings, egress: made(str(settings.get("url", ""))),
        catches_up=True,
        backfills=name == "past",
    )
