"""Twenty places of one server hold to one budget for each key. Real servers on loopback."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from earnest.egress import Egress
from earnest.flow import budgets, places, schedule
from earnest.flow.learn import models
from earnest.gate.voice import Keys
from earnest.store import read, write
from tests import programmes
from tests.sources import timelines
from tests.sources.replay import Asked, Replay, Reply, optional, reply_json

pytestmark = pytest.mark.django_db
pytest.importorskip("mastodon", reason="the extra 'mastodon' is not installed")

EGRESS = Egress("EarnestTests/1", timeout=5, allow_private=True)
PLACES = 20


class Server:
    """Feeds and hashtags, and an hour's budget for each key that it says is used up with the first answer."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, asked: Asked) -> Reply:
        self.asked.append(asked.headers.get("authorization", ""))
        left = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "600"}
        if "/timelines/" in asked.path:
            return Reply(200, b"[]", {"Content-Type": "application/json", **left})
        item = "<item><guid>1</guid><title>Late again</title></item>"
        body = f"<rss version='2.0'><channel>{item}</channel></rss>".encode()
        return Reply(200, body, {"Content-Type": "application/rss+xml", **left})


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def running(server: Server) -> Iterator[Replay]:
    rows: dict[str, Any] = {f"GET /{n}.xml": optional(server) for n in range(PLACES)}
    rows |= {f"GET /api/v1/timelines/tag/tag{n}": optional(server) for n in range(PLACES)}
    rows["GET /api/v2/instance/"] = optional(reply_json(timelines.INSTANCE))
    with Replay(rows) as replay:
        yield replay


@pytest.fixture
def keys(home: Any) -> Keys:
    programmes.live("guests", "Guests", "customers")
    return Keys.make(home / "keys" / "voices.key")


def add(type: str, name: str, given: dict[str, Any], secret: str = "") -> None:
    slug = places.add_place("guests", name, type, "open", given, EGRESS, actor="cli", secret=secret)
    write.resume_place("guests", slug)


def heard(keys: Keys, home: Any) -> list[schedule.Turn]:
    return list(schedule.listen_once(keys, models(home), EGRESS))


def test_where_nothing_is_left_twenty_places_of_one_key_send_one_request(
    running: Replay, server: Server, keys: Keys, home: Any
) -> None:
    for n in range(PLACES):
        given = {"server": running.url, "hashtag": f"tag{n}"}
        add("mastodon", f"tag {n}", given, secret="made-up-key")
    began = datetime.now(UTC)
    turns = heard(keys, home)
    assert len(server.asked) == 1
    waiting = [one for one in turns if one.problem]
    assert len(waiting) == PLACES - 1
    for one in waiting:
        place = read.listening_place("guests", one.place.slug)
        # nothing is held against a place that waits for its turn, and it comes when it may
        assert place.failures == 0
        assert place.next_read is not None
        assert timedelta(seconds=590) < place.next_read - began < timedelta(seconds=900)


def test_without_a_key_none_is_held_up_by_what_another_was_told(
    running: Replay, server: Server, keys: Keys, home: Any
) -> None:
    for n in range(PLACES):
        add("feed", f"feed {n}", {"url": f"{running.url}/{n}.xml"})
    assert not [one for one in heard(keys, home) if one.problem]
    assert len(server.asked) == PLACES


def test_each_key_has_a_budget_of_its_own(running: Replay, server: Server, keys: Keys, home: Any) -> None:
    for n in range(PLACES):
        given = {"server": running.url, "hashtag": f"tag{n}"}
        add("mastodon", f"tag {n}", given, secret=f"made-up-key-{n % 2}")
    heard(keys, home)
    assert sorted(server.asked) == ["Bearer made-up-key-0", "Bearer made-up-key-1"]


def test_a_key_is_not_kept_by_its_budget(keys: Keys, running: Replay) -> None:
    add("mastodon", "a", {"server": running.url, "hashtag": "tag1"}, secret="made-up-key")
    held = budgets.Budgets()
    held.of(read.listening_place("guests", "a"))
    assert "made-up-key" not in repr(vars(held))
