"""No door of a place can be aimed at one person: feeds, searches, lists of accounts, redirects, changes."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from earnest.desk import audit
from earnest.egress import Egress, user_agent
from earnest.flow import places
from earnest.flow.place_words import check_words
from earnest.flow.trying import try_place
from earnest.gate.voice import Keys
from earnest.record.errors import BadSetting, EarnestError, RefusedConfiguration, SourceGone
from earnest.sources import person
from earnest.sources.registry import open_source
from earnest.store import read, write, write_health
from tests.sources.replay import Replay, Reply, optional

ONE_PERSON = [
    "https://mastodon.example/@ann.rss",
    "https://mastodon.example/@ann",
    "https://mastodon.example/@ann/with_replies.rss",
    "https://mastodon.example/@ann/tagged/courier.rss",
    "https://mastodon.example/@ann@other.example.rss",
    "https://mastodon.example/users/ann.rss",
    "https://pixelfed.example/users/ann.atom",
    "https://pleroma.example/users/ann/feed.atom",
    "https://www.reddit.com/user/ann/.rss",
    "https://old.reddit.com/u/ann.rss",
    "https://www.reddit.com/User/ann/comments/.rss",
    "https://www.reddit.com/r/u_ann/.rss",
    "https://x.com/ann/rss",
    "https://twitter.com/ann",
    "https://nitter.net/ann/rss",
    "https://nitter.some-host.example/ann/with_replies/rss",
    "https://nitter.net/i/lists/123/rss",
    "https://xcancel.com/ann/rss",
    "https://bsky.app/profile/ann.bsky.social/rss",
    "https://bsky.app/profile/did:plc:abc123abc123abc123abc123/rss",
    "https://www.youtube.com/feeds/videos.xml?user=ann",
    "https://www.youtube.com/@ann",
    "https://medium.com/feed/@ann",
    "https://medium.com/@ann/feed",
    "https://www.tumblr.com/@ann/rss",
    "https://ann.example/feed/@ann",
    "https://lemmy.world/feeds/u/ann.xml?sort=New",
    "https://lemmy.world/u/ann",
    "https://github.com/ann.atom",
    "https://github.com/example/app/commits/main.atom?author=ann",
    "https://gitlab.com/ann.atom",
    "https://gitlab.com/users/ann.atom",
    "https://codeberg.org/ann.rss",
    "https://stackoverflow.com/feeds/user/123",
    "https://stackoverflow.com/users/123/ann",
    "https://hnrss.org/user?id=ann",
    "https://hnrss.org/threads?id=ann",
    "https://hnrss.org/submitted?id=ann",
    "https://hnrss.org/replies?id=ann",
    "https://news.ycombinator.com/threads?id=ann",
    "https://news.ycombinator.com/user?id=ann",
    "https://forum.example/u/ann/activity.rss",
    "https://forum.example/users/ann/activity/topics.rss",
    "https://forum.example/members/ann.123/recent-content.rss",
    "https://blog.example/author/ann/feed/",
    "https://blog.example/?author=3&feed=rss2",
    "https://news.example/rss?q=from:ann",
    "https://news.example/rss?q=late+author%3Aann",
    "https://rsshub.app/twitter/user/ann",
    "https://rsshub.app/zhihu/people/activities/ann",
    "https://dev.to/feed/ann",
    "https://www.instagram.com/ann/",
    "https://openrss.org/x.com/ann",
    "https://openrss.org/https://www.reddit.com/user/ann/",
    "https://bridge.example/?action=display&url=https%3A%2F%2Fx.com%2Fann&format=Atom",
    "https://rss-bridge.org/bridge01/?action=display&bridge=TwitterBridge&u=ann",
    # written otherwise
    "HTTPS://MASTODON.EXAMPLE/@Ann.RSS",
    "https://mastodon.example/%40ann.rss",
    "https://mastodon.example/%2540ann.rss",
    "https://mastodon.example//./users//ann.rss",
    "https://x.com:443/ann/rss",
    "https://x.com./ann/rss",
    "  https://x.com/ann/rss  ",
    "https://www.reddit.com/r/couriersample/../u_ann/.rss",
    "https://www.reddit.com/r/couriersample/%2e%2e/u_ann/.rss",
    "https://www.reddit.com/c/%2E%2E/user/ann/.rss",
    "https://www.reddit.com/r/couriersample+u_ann/.rss",
    "https://blog.example/feed?author[]=3",
    "https://blog.example/feed?author%5B%5D=3",
    "https://forum.example/latest.rss?username_filters=ann",
    "https://bridge.example/?url=x.com/ann",
    "https://bridge.example/?url=//mastodon.example/%40ann",
    "https://www.reddit.com/t/@ann/feed",
]

PLACES = [
    "https://example.org/feed.xml",
    "https://blog.example.org/rss",
    "https://example.org/blog/feed/",
    "https://medium.com/feed/example-engineering",
    "https://example.substack.com/feed",
    "https://staff.tumblr.com/rss",
    "https://mastodon.example/tags/courier.rss",
    "https://www.reddit.com/r/couriersample/.rss",
    "https://www.reddit.com/r/couriersample/search.rss?q=late&restrict_sr=on",
    "https://www.reddit.com/r/u2fans/.rss",
    "https://nitter.net/search/rss?f=tweets&q=fastcourier",
    "https://www.youtube.com/feeds/videos.xml?channel_id=UC0000000000000000000000",
    "https://www.youtube.com/feeds/videos.xml?playlist_id=PL00",
    "https://github.com/example/app/releases.atom",
    "https://github.com/example/app/commits/main.atom",
    "https://gitlab.com/example/app/-/issues.atom",
    "https://github.blog/feed/",
    "https://stackoverflow.com/feeds/tag/android",
    "https://stackoverflow.com/feeds/question/123",
    "https://hnrss.org/newest?q=courier",
    "https://hnrss.org/item?id=123",
    "https://hnrss.org/replies?id=123",
    "https://forum.example/latest.rss",
    "https://forum.example/c/support/5.rss",
    "https://forum.example/t/late-orders/77.rss",
    "https://forum.example/members/news.rss",
    "https://lemmy.world/feeds/c/couriers.xml",
    "https://dev.to/feed/tag/android",
    "https://example.org/users/feed.xml",
    "https://example.org/user/guide.xml",
    "https://news.google.com/rss/search?q=fastcourier+when:7d&hl=en-GB&ceid=GB:en",
    "https://feeds.example.org/press/author-guidelines.xml",
    "https://www.npmjs.com/package/@example/app/feed",
    "https://example.org/app.v2/feed.xml",
    "https://lists.example.org/archives/list/users@example.org/feed/",
    "https://forum.example/c/users/5.rss",
    "https://forum.example/t/user/12.rss",
    "https://forum.example/tag/users/l/latest.rss",
    "https://forum.example/categories/user/general/feed",
    "https://bridge.example/?url=example.org/news",
    "https://example.org/feed?q=late/never",
]


def way() -> Egress:
    return Egress(user_agent(), allow_private=True, timeout=5.0)


@pytest.fixture
def desk(db: None, settings: Settings, tmp_path: Path) -> Path:
    settings.EARNEST_HOME = tmp_path / "home"
    (tmp_path / "home/keys").mkdir(parents=True)
    Keys.make(tmp_path / "home/keys/voices.key")
    audit.ready()
    write.add_programme(
        "shoppers", "Shoppers", "customers", purpose="Mend what breaks.", lawful_basis="legitimate_interests",
        contact="a@example.org", retention_days=30, state="live",
    )  # fmt: skip
    return tmp_path


class TestAddresses:
    @pytest.mark.parametrize("address", ONE_PERSON)
    def test_the_feed_of_one_person_is_refused(self, address: str) -> None:
        assert person.of_one(address)
        with pytest.raises(RefusedConfiguration, match=r"one person"):
            check_words({"url": address})
        with pytest.raises((RefusedConfiguration, BadSetting)):
            open_source("feed", {"url": address}, way())

    @pytest.mark.parametrize("address", PLACES)
    def test_the_feed_of_a_place_is_not(self, address: str) -> None:
        assert not person.of_one(address)
        open_source("feed", {"url": address}, way())

    @given(st.text(max_size=80))
    @settings(deadline=None, max_examples=100)
    def test_whatever_stands_there_it_answers(self, text: str) -> None:
        for address in (text, f"https://{text}", f"https://a.example/{text}", f"https://a.example/?{text}"):
            assert person.of_one(address) in (True, False)

    @given(st.from_regex(r"[A-Za-z][A-Za-z0-9_]{2,14}", fullmatch=True), st.sampled_from(["rss", "atom"]))
    @settings(deadline=None, max_examples=50)
    def test_whatever_the_account_is_called(self, name: str, end: str) -> None:
        for path in (f"@{name}.{end}", f"user/_{name}/.{end}", f"u/_{name}/activity.{end}"):
            assert person.of_one(f"https://a.example/{path}")


SEARCHES = [
    ("x", {"query": "late from:ann"}),
    ("x", {"query": "(to:ann OR to:eve) late"}),
    ("x", {"query": "late @ann"}),
    ("x", {"query": "late list:123"}),
    ("x", {"query": "late retweets_of:ann"}),
    ("reddit", {"search": "late author:ann"}),
    ("reddit", {"search": "late AUTHOR:ann"}),
    ("reddit", {"search": "late subreddit:u_ann"}),
    ("reddit", {"subreddit": "u_ann"}),
    ("reddit", {"subreddit": "couriersample+u_ann"}),
    ("bluesky", {"words": ["from:ann"]}),
    ("bluesky", {"words": ["late", "mentions:ann"]}),
    ("mastodon", {"hashtag": "from:ann"}),
    ("hackernews", {"query": "author:ann"}),
    ("hackernews", {"query": "by:ann courier"}),
    ("stackexchange", {"query": "user:123 app"}),
    ("stackexchange", {"tags": ["user:123"]}),
    ("github", {"query": "late involves:ann"}),
    ("github", {"query": "assignee:ann is:open"}),
    ("archive", {"subreddits": ["u_ann"]}),
    ("singer", {"options": {"user_usernames": ["ann"]}}),
    ("singer", {"options": {"screen_names": "ann"}}),
    ("singer", {"options": {"searches": ["from:ann"]}}),
    ("singer", {"config": '{"usernames": ["ann"]}'}),
    ("singer", {"options": {"start": "https://x.com/ann/rss"}}),
]


@pytest.mark.parametrize(("type", "words"), SEARCHES, ids=str)
def test_a_search_for_one_account_is_refused_at_the_door(type: str, words: dict[str, Any]) -> None:
    with pytest.raises(RefusedConfiguration):
        check_words(words)


@pytest.mark.parametrize(
    ("type", "words"),
    [
        ("x", {"query": "late from:ann", "policy_confirmed": "yes", "token": "made-up-token"}),
        ("reddit", {"search": "late author:ann"}),
        ("reddit", {"search": "late subreddit:u_ann"}),
        ("reddit", {"subreddit": "u_ann"}),
        ("bluesky", {"words": ["from:ann"]}),
        ("mastodon", {"server": "https://mastodon.example", "hashtag": "from:ann"}),
    ],
    ids=str,
)
def test_the_source_itself_refuses_it_too(type: str, words: dict[str, Any]) -> None:
    with pytest.raises((RefusedConfiguration, BadSetting)):
        open_source(type, words, way())


@pytest.mark.parametrize(
    "words",
    [
        {"query": "courier late lang:en"},
        {"query": "delivery to: the wrong door"},
        {"search": "parcel left by the door"},
        {"query": "a list of late orders"},
        {"subreddits": ["couriersample"]},
        {"options": {"repositories": ["example/app"], "follow": True}},
    ],
    ids=str,
)
def test_words_about_a_service_are_accepted(words: dict[str, Any]) -> None:
    check_words(words)


class TestDoors:
    """Every way in which an address reaches a place."""

    def add(self, address: str) -> str:
        given = {"url": address}
        return places.add_place("shoppers", "A feed", "feed", "open", given, way(), actor="person:1")

    def test_trying(self, desk: Path) -> None:
        with pytest.raises(RefusedConfiguration):
            try_place("shoppers", "feed", "open", {"url": "https://x.com/ann/rss"}, way(), actor="person:1")

    def test_adding(self, desk: Path) -> None:
        with pytest.raises(RefusedConfiguration):
            self.add("https://mastodon.example/@ann.rss")
        assert read.places("shoppers") == []

    def test_changing_its_settings(self, desk: Path) -> None:
        slug = self.add("https://blog.example.org/rss")
        with pytest.raises(RefusedConfiguration):
            places.change_place(
                "shoppers", slug, {"url": "https://github.com/ann.atom"}, way(), actor="person:1"
            )
        kept = read.listening_place("shoppers", slug).settings
        assert kept == {"url": "https://blog.example.org/rss"}

    def test_a_move_that_somebody_accepts(self, desk: Path) -> None:
        slug = self.add("https://blog.example.org/rss")
        place = read.listening_place("shoppers", slug).id
        moved = "https://www.reddit.com/user/ann/.rss"
        write_health.record([write_health.Told(place, ok=True, late=0, took=0, moved_to=moved)])
        with pytest.raises(RefusedConfiguration):
            places.accept_move("shoppers", slug, actor="person:1")

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    def test_a_redirect(self, desk: Path, status: int) -> None:
        feed = "<rss version='2.0'><channel><item><guid>1</guid><title>b</title></item></channel></rss>"
        rows = {
            "GET /feed.xml": Reply(status, b"", {"Location": "/users/ann.rss"}),
            "GET /users/ann.rss": optional(
                Reply(200, feed.encode(), {"Content-Type": "application/rss+xml"})
            ),
        }
        with Replay(rows) as server:
            source = open_source("feed", {"url": f"{server.url}/feed.xml"}, way())
            with pytest.raises(SourceGone, match="one person"):
                list(source.read(None))

    def test_a_place_that_was_added_before_this_was_refused(self, desk: Path) -> None:
        """It is not read any more, and says why."""
        with pytest.raises(EarnestError, match="one person"):
            list(open_source("feed", {"url": "https://lemmy.world/feeds/u/ann.xml"}, way()).read(None))
