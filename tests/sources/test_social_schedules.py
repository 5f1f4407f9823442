"""Posts come and go while a place is read, and readings are killed: what stays is heard, and once."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.egress import Egress
from earnest.flow.onward import onward
from earnest.sources.registry import open_source
from tests.sources import listings, searches, threads, timelines
from tests.sources.replay import Asked, Replay, Reply

EGRESS = Egress("EarnestTests/1", timeout=5, allow_private=True)
BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)


class Kind(NamedTuple):
    """A synthetic platform: its client, its settings, its rows, and how somebody speaks there."""

    client: str
    settings: dict[str, Any]
    rows: Callable[[list[Any]], dict[str, Any]]
    say: Callable[[int], Any]
    id: Callable[[Any], str]


def said(n: int) -> datetime:
    """When the nth post is said: two of every three in one second. They are said three at a time."""
    return BEGAN + timedelta(seconds=n - n % 3 + n % 3 // 2)


def _status(n: int) -> Any:
    return timelines.status(id=str((int(said(n).timestamp() * 1000) << 16) + n))


def _post(n: int) -> Any:
    return listings.post(n, created_utc=said(n).timestamp())


def _tweet(n: int) -> Any:
    return searches.tweet(id=searches.id_at(said(n)) + n)


def _thread(n: int) -> Any:
    when = said(n).isoformat()
    return threads.thread(0, id=f"Ug{n:04}", publishedAt=when, updatedAt=when)


def _threads(live: list[Any]) -> dict[str, Any]:
    def answer(asked: Asked) -> Reply:
        return threads.listing(threads.newest_first(live))(asked)

    return threads.table(answer)


KINDS = {
    "mastodon": Kind(
        "mastodon",
        {"hashtag": "fastcourier"},
        lambda live: timelines.table(timelines.timeline(live)),
        _status,
        lambda one: str(one["id"]),
    ),
    "reddit": Kind(
        "asyncpraw",
        {"subreddit": "couriersample", "what": "posts", "client_id": "app-id", "secret": "app-secret"},
        lambda live: listings.table(listings.listing(live)),
        _post,
        lambda one: str(one["data"]["name"]),
    ),
    "x": Kind(
        "tweepy",
        {"query": "fast courier", "token": "made-up-token", "policy_confirmed": "yes", "days": 7},
        lambda live: {searches.PATH: searches.search(live)},
        _tweet,
        lambda one: str(one["id"]),
    ),
    "youtube": Kind(
        "googleapiclient",
        {"channel": threads.CHANNEL, "key": "made-up-key"},
        _threads,
        _thread,
        lambda one: str(one["id"]),
    ),
}

STEP = st.one_of(
    st.tuples(st.just("say"), st.integers(1, 5)),
    st.tuples(st.just("delete"), st.integers(0, 99)),
    st.tuples(st.just("read"), st.integers(1, 3)),
)


@pytest.fixture(scope="module")
def server() -> Iterator[Replay]:
    one = Replay({}).start()
    yield one
    one.close(check=False)


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_what_stays_is_heard_once_however_it_is_read(name: str, server: Replay) -> None:
    kind = KINDS[name]
    pytest.importorskip(kind.client, reason=f"the extra '{name}' is not installed")

    @settings(max_examples=30, deadline=None, database=None)
    @given(st.lists(STEP, max_size=14))
    def told(steps: list[tuple[str, int]]) -> None:
        live: list[Any] = []
        for path, row in kind.rows(live).items():
            server.add(path, row)
        cursor: str | None = None
        heard: list[str] = []
        count = 0
        for what, many in [*steps, ("read", 1_000)]:
            if what == "say":
                live += [kind.say(count + n) for n in range(3 * many)]
                count += 3 * many
            elif what == "delete" and live:
                del live[many % len(live)]
            elif what == "read":
                place = open_source(name, kind.settings | {"server": server.url}, EGRESS)
                for number, page in enumerate(onward(place.read(cursor), cursor), 1):
                    if number > many:
                        break  # killed after this page came and before it was kept
                    heard += [post.id for post in page.posts]
                    cursor = page.cursor
                    assert page.missed is None
        assert len(set(heard)) == len(heard), "something came twice"
        assert {kind.id(one) for one in live} <= set(heard), "something that stays was never heard"

    told()
