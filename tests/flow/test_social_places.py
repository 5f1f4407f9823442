"""Places of social platforms from end to end: added, heard, looked at again, hidden where nobody can look.

The platforms are synthetic servers on loopback, asked through their real clients.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from earnest.egress import Egress
from earnest.flow import places, recheck, remembered, schedule
from earnest.flow.learn import models
from earnest.gate.voice import Keys
from earnest.record.errors import BadSetting, RefusedAudience, RefusedConfiguration
from earnest.store import clock, read, write
from tests import programmes
from tests.sources import listings, searches, threads, timelines
from tests.sources.replay import Replay, optional

pytestmark = pytest.mark.django_db

for library in ("mastodon", "asyncpraw", "tweepy", "googleapiclient"):
    pytest.importorskip(library, reason="the extras of social platforms are not installed")

EGRESS = Egress("EarnestTests/1", timeout=5, allow_private=True)
NOW = datetime.now(UTC).replace(microsecond=0)
SAID = (
    "the courier left the parcel at the wrong door",
    "the app crashed twice at checkout",
    "nobody answers",
)


@dataclass
class Platform:
    """A synthetic platform with three posts of yesterday, and what can be done to them there."""

    type: str
    settings: dict[str, Any]
    secret: str
    posts: list[Any]
    server: Replay = field(repr=False)

    def edit(self, text: str) -> None:
        """The first post is edited, an hour after it was said."""
        one, later = self.posts[0], NOW - timedelta(hours=12)
        if self.type == "mastodon":
            one |= {"content": f"<p>{text}</p>", "edited_at": later.isoformat()}
        elif self.type == "reddit":
            one["data"] |= {"selftext": text, "edited": later.timestamp()}
        elif self.type == "x":
            again = searches.tweet(id=int(one["id"]) + (1 << 32), text=text)
            self.posts[0] = again | {"edit_history_tweet_ids": [one["id"], again["id"]]}
        else:
            said = one["snippet"]["topLevelComment"]["snippet"]
            said |= {"textDisplay": text, "updatedAt": later.isoformat()}


def _mastodon() -> tuple[dict[str, Any], str, list[Any], dict[str, Any]]:
    posts = [
        timelines.status(id=str((int((NOW - timedelta(hours=13 + n)).timestamp() * 1000)) << 16), text=text)
        for n, text in enumerate(SAID)
    ]
    return {"hashtag": "fastcourier"}, "", posts, timelines.table(timelines.timeline(posts))


def _reddit() -> tuple[dict[str, Any], str, list[Any], dict[str, Any]]:
    posts = [
        listings.post(n, text, title="Late", created_utc=(NOW - timedelta(hours=13 + n)).timestamp())
        for n, text in enumerate(SAID)
    ]
    wanted = {"subreddit": "couriersample", "what": "posts", "client_id": "app-id"}
    return wanted, "app-secret", posts, listings.table(listings.listing(posts, 100))


def _x() -> tuple[dict[str, Any], str, list[Any], dict[str, Any]]:
    posts = [searches.tweet(13.0 + n, text) for n, text in enumerate(SAID)]
    wanted = {"query": "fast courier", "policy_confirmed": "yes", "days": 3}
    return wanted, "made-up-token", posts, {searches.PATH: searches.search(posts)}


def _youtube() -> tuple[dict[str, Any], str, list[Any], dict[str, Any]]:
    began = (NOW - threads.BEGAN).total_seconds() / 60
    posts = [threads.thread(round(began) - 60 * (13 + n), text) for n, text in enumerate(SAID)]
    return {"channel": threads.CHANNEL}, "made-up-key", posts, threads.table(threads.listing(posts))


MADE = {"mastodon": _mastodon, "reddit": _reddit, "x": _x, "youtube": _youtube}


@pytest.fixture(params=MADE)
def platform(request: pytest.FixtureRequest) -> Iterator[Platform]:
    settings, secret, posts, rows = MADE[request.param]()
    server = Replay(rows).start()
    yield Platform(request.param, settings | {"server": server.url}, secret, posts, server)
    server.close(check=False)


@pytest.fixture
def keys(home: Any) -> Keys:
    programmes.live("guests", "Guests", "customers")
    return Keys.make(home / "keys" / "voices.key")


def added(one: Platform, **more: Any) -> str:
    given = one.settings | more
    return places.add_place(
        "guests", one.type, one.type, "open", given, EGRESS, actor="cli", secret=one.secret
    )


def turn(keys: Keys, home: Any) -> str | None:
    for one in read.places("guests"):
        write.resume_place("guests", one.slug)  # due now, as time would make it
    (done,) = schedule.listen_once(keys, models(home), EGRESS)
    return done.problem


def texts() -> list[str]:
    return sorted(row.text for row in read.posts("guests", read.Filters()).rows)


def look(keys: Keys, home: Any, monkeypatch: pytest.MonkeyPatch) -> recheck.Rechecked:
    """Two thirds of the time after which what is kept would be hidden have passed."""
    later = NOW + timedelta(hours=40)
    with monkeypatch.context() as moved:
        moved.setattr(clock, "now", lambda: later)
        (done,) = recheck.recheck_due(keys, models(home), EGRESS, later)
    return done


def test_what_is_said_there_is_heard_and_kept_once(platform: Platform, keys: Keys, home: Any) -> None:
    added(platform)
    assert turn(keys, home) is None
    assert len(texts()) == 3
    assert turn(keys, home) is None
    assert len(texts()) == 3


def test_what_is_deleted_or_edited_there_is_so_here(
    platform: Platform, keys: Keys, home: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    added(platform)
    turn(keys, home)
    del platform.posts[1]
    platform.edit("the courier came back and put it right")
    done = look(keys, home, monkeypatch)
    assert done.problem is None
    assert done.gone == 1
    kept = " | ".join(texts())
    assert "crashed" not in kept
    assert "wrong door" not in kept
    assert "put it right" in kept
    assert len(texts()) == 2


def test_who_does_not_want_to_be_found_on_mastodon_is_not_kept(keys: Keys, home: Any) -> None:
    settings, secret, posts, rows = _mastodon()
    posts[0]["account"]["indexable"] = None
    posts[2]["account"]["note"] = "<p>#nobot</p>"
    with Replay(rows) as server:
        added(Platform("mastodon", settings | {"server": server.url}, secret, posts, server))
        turn(keys, home)
    assert texts() == [SAID[1]]


def test_who_does_not_want_to_be_found_any_more_goes_at_the_next_look(
    keys: Keys, home: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, secret, posts, rows = _mastodon()
    with Replay(rows) as server:
        added(Platform("mastodon", settings | {"server": server.url}, secret, posts, server))
        turn(keys, home)
        assert len(texts()) == 3
        posts[0]["account"]["indexable"] = False
        look(keys, home, monkeypatch)
    assert texts() == sorted(SAID[1:])


def test_days_that_reddit_does_not_list_any_more_are_hidden_and_not_erased(
    keys: Keys, home: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, secret, posts, rows = _reddit()
    with Replay(rows) as server:
        one = Platform("reddit", settings | {"server": server.url}, secret, posts, server)
        added(one)
        turn(keys, home)
        fresh = [
            listings.post(n + 10, created_utc=(NOW + timedelta(hours=14, minutes=n / 100)).timestamp())
            for n in range(1_100)
        ]
        server.add("GET /r/couriersample/new", optional(listings.listing([*posts[::-1], *fresh], 100)))
        remembered.IDS.clear()  # as after a restart
        done = look(keys, home, monkeypatch)
        assert (done.problem, done.gone) == (None, 0)
        monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=62))
        assert texts() == []
        assert [hidden.place for hidden in read.hidden_days("guests")] == ["reddit"]
        monkeypatch.undo()
    assert len(texts()) == 3


@pytest.mark.parametrize(
    ("type", "setting", "words"),
    [
        ("mastodon", "hashtag", "strike"),
        ("reddit", "search", "driver union"),
        ("x", "query", "couriers unionise"),
        ("x", "query", "posts by user ann"),
    ],
)
def test_protected_speech_and_people_are_not_listened_for(
    type: str, setting: str, words: str, keys: Keys
) -> None:
    wanted, secret, _, _ = MADE[type]()
    given = wanted | {setting: words} | ({"server": "https://mastodon.example"} if type == "mastodon" else {})
    with pytest.raises(RefusedConfiguration):
        places.add_place("guests", type, type, "open", given, EGRESS, actor="cli", secret=secret)


def test_no_social_platform_is_heard_about_a_workforce(platform: Platform, home: Any) -> None:
    programmes.live("riders", "Riders", "workforce")
    with pytest.raises(RefusedAudience):
        places.add_place(
            "riders", platform.type, platform.type, "open", platform.settings, EGRESS, actor="cli",
            secret=platform.secret,
        )  # fmt: skip


def test_x_is_not_added_before_its_policy_is_confirmed(keys: Keys) -> None:
    with pytest.raises(BadSetting, match="policy"):
        places.add_place(
            "guests", "x", "x", "open", {"query": "fast courier"}, EGRESS, actor="cli", secret="long-enough"
        )
