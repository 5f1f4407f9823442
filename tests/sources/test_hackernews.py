"""Hacker News, by a loopback server that answers as the published reference says. Synthetic throughout."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from earnest.record.errors import BadSetting, SourceBusy, SourceGone
from earnest.sources.base import Source
from earnest.sources.contract import Damaged, SourceContract
from earnest.sources.hackernews import source as place
from earnest.sources.hackernews.items import ids_of
from earnest.sources.hackernews.source import HackerNews, HackerNewsSettings
from earnest.sources.registry import open_source
from tests.sources.hostile_payloads import damage, encode
from tests.sources.public_places import AT, NOW, egress, ids, now, pages, refusing, survives
from tests.sources.replay import Asked, Replay, Reply, optional, reply_json


def hit(n: int, at: int, **more: Any) -> dict[str, Any]:
    comment = {"comment_text": f"<p>said &amp; done {n}", "story_text": None, "title": None}
    return {"objectID": str(n), "created_at_i": at, "author": f"user{n}", **comment, **more}


class Place:
    """The search and the place itself, over the same items."""

    def __init__(self, hits: list[Any]) -> None:
        self.hits = hits
        self.gone: set[int] = set()
        self.edited: dict[int, str] = {}
        self.answers: list[Reply] = []

    def search(self, asked: Asked) -> Reply:
        if self.answers:
            return self.answers.pop(0)
        low, high = map(int, re.findall(r"\d{5,}", asked.query["numericFilters"]))
        found = [one for one in self.hits if not isinstance(one, dict) or low <= _at(one) < high]
        found.sort(key=lambda one: -_at(one))
        return reply_json(encode({"hits": found[: int(asked.query["hitsPerPage"])]}))

    def item(self, asked: Asked) -> Reply:
        n = int(asked.path.rsplit("/", 1)[1].removesuffix(".json"))
        if n in self.gone:
            return reply_json({"id": n, "deleted": True, "time": 1, "type": "comment"})
        at = next(one["created_at_i"] for one in self.hits if one["objectID"] == str(n))
        text = self.edited.get(n, f"<p>said &amp; done {n}")
        return reply_json({"id": n, "by": f"user{n}", "time": at, "type": "comment", "text": text})


def _at(one: Any) -> int:
    at = one.get("created_at_i") if isinstance(one, dict) else None
    return at if isinstance(at, int) and abs(at) < 1 << 40 else AT - 500


@pytest.fixture(scope="module")
def served() -> Iterator[Any]:
    server = Replay({}).start()

    def serve(hits: list[Any]) -> tuple[Place, HackerNews]:
        there = Place(hits)
        name = f"/{len(server.asked)}-{id(there)}"
        server.add(f"{name}/api/v1/search_by_date", optional(there.search))
        server.add(f"{name}/v0/item/*", optional(there.item))
        wanted = HackerNewsSettings(query='"example app"', server=server.url + name)
        return there, HackerNews(wanted, egress(), now)

    yield serve
    server.close(check=False)


class TestHackerNews(SourceContract):
    @pytest.fixture(autouse=True)
    def _served(self, served: Any) -> None:
        # many in one second, on the edge of a page
        hits = [hit(n, AT - 5_000 + (n // 120) * 7) for n in range(250)]
        self.full, self.bare = served(hits)[1], served([])[1]
        late = hit(2, AT - 90, created_at_i="velvet")
        self.bad = served([hit(1, AT - 1_000), late, hit(3, AT - 800, comment_text=""), hit(4, AT - 700)])[1]

    def source(self, folder: Path) -> Source:
        return self.full

    def empty(self, folder: Path) -> Source:
        return self.bare

    def damaged(self, folder: Path) -> Damaged:
        return Damaged(self.bad, 2, ["1", "4"], ["velvet"])


def test_a_busy_hour_is_halved_until_nothing_is_left_out(served: Any) -> None:
    _, source = served([hit(n, AT - 4_000 + n) for n in range(1_900)])
    assert ids(pages(source)) == [str(n) for n in range(1_900)]


def test_more_in_one_second_than_can_be_listed_is_said_to_be_missed(served: Any) -> None:
    _, source = served([hit(n, AT - 4_000) for n in range(place.MOST + 50)])
    found = pages(source)
    assert len(ids(found)) == place.MOST
    assert [page.missed is not None for page in found if page.posts] == [True]


def test_the_last_minutes_are_left_to_the_next_reading(served: Any) -> None:
    _, source = served([hit(1, AT - 600), hit(2, AT - 30)])
    assert ids(pages(source)) == ["1"]


def test_what_is_deleted_there_is_not_listed_and_an_edit_is_seen(served: Any) -> None:
    there, source = served([hit(n, AT - 4_000 + n) for n in range(5)])
    there.gone, there.edited = {1}, {3: "said otherwise"}
    listed = [post for page in source.still_there(NOW - timedelta(days=1), NOW) for post in page.posts]
    assert [post.id for post in listed] == ["0", "2", "3", "4"]
    assert [post.text for post in listed if post.id == "3"] == ["said otherwise"]
    assert all(post.version and post.created and post.version > post.created for post in listed)


def test_older_posts_can_be_had(served: Any) -> None:
    _, source = served([hit(n, AT - 90 * 86_400 + n) for n in range(5)])
    since = NOW - timedelta(days=91)
    back = [
        post.id for page in source.backfill(None, since, since + timedelta(days=5)) for post in page.posts
    ]
    assert (ids(pages(source)), back) == ([], ["0", "1", "2", "3", "4"])


@pytest.mark.parametrize(
    ("name", "bad"), damage(hit(7, AT - 900)), ids=lambda one: one if isinstance(one, str) else ""
)
def test_a_damaged_hit_costs_only_itself(served: Any, name: str, bad: Any) -> None:
    _, source = served([hit(1, AT - 1_000), bad, hit(2, AT - 800)])
    survives(source, name, ["1", "2"])


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Reply(403), SourceGone),
        (Reply(404), SourceGone),
        (Reply(410), SourceGone),
        (Reply(429, headers={"Retry-After": "60"}), SourceBusy),
        (Reply(503), SourceBusy),
        (Reply(200, b"<html>"), SourceBusy),
    ],
    ids=["403", "404", "410", "429", "503", "a web page"],
)
def test_each_refusal_says_what_to_do(served: Any, answer: Reply, kind: type[Exception]) -> None:
    there, source = served([])
    there.answers = [answer]
    assert isinstance(refusing(source), kind)


def test_an_address_leads_to_its_post() -> None:
    assert ids_of("https://news.ycombinator.com/item?id=42") == ("42",)
    assert ids_of("42") == ("42",)
    assert ids_of("https://example.org/item?id=42") == ()


def test_a_wrong_setting_is_named() -> None:
    for wrong, name in (
        ({"query": "x"}, "query"),
        ({"query": "good", "reads": "jobs"}, "reads"),
        ({}, "query"),
    ):
        with pytest.raises(BadSetting, match=name):
            open_source("hackernews", wrong, egress())


del SourceContract
