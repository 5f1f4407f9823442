"""Bluesky by a stream, against a relay that stands in for Jetstream (`tests/relay`)."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from earnest.egress import Egress
from earnest.gate.optout import flagged_out
from earnest.record.errors import BadSetting, SourceBusy
from earnest.record.raw import Page, RawPost
from earnest.sources.base import Source
from earnest.sources.bluesky.profiles import Wishes, asker
from earnest.sources.bluesky.source import BLUESKY, ids_of, open_bluesky
from earnest.sources.bluesky.stream import BlueskyStream, Pace
from earnest.sources.bluesky.wanted import BlueskySettings
from earnest.sources.contract import Damaged, SourceContract
from tests.relay.relay import HOUR, Profiles, Relay, micro

ANN, BEN, EVE = (f"did:plc:{name * 8}" for name in ("ann", "ben", "eve"))
OURS = "did:plc:ourownaccount"
QUICK = Pace(matches=3, events=50, tick=0.3, silence=0.06, near=0)


def egress() -> Egress:
    return Egress("Earnest/test", timeout=5.0, allow_private=True)


class Net:
    """A relay and the profiles beside it."""

    def __init__(self) -> None:
        self.relay = Relay()
        self.profiles = Profiles()

    def source(self, pace: Pace = QUICK, **more: Any) -> BlueskyStream:
        given = {"words": ("rider app",), "since_hours": 2, **more}
        wanted = BlueskySettings(
            server=given.pop("server", self.relay.address), appview=self.profiles.address, **given
        )
        return BlueskyStream(wanted, egress(), Wishes(asker(egress(), wanted.profiles)), pace)

    def stop(self) -> None:
        self.relay.stop()
        self.profiles.stop()


@pytest.fixture
def net() -> Iterator[Net]:
    one = Net()
    yield one
    one.stop()


def posts(pages: Iterator[Page]) -> list[RawPost]:
    return [post for page in pages for post in page.posts]


@pytest.mark.slow
class TestBluesky(SourceContract):
    """The contract: its matches are spread among what nobody asked for."""

    @pytest.fixture(autouse=True)
    def _net(self) -> Iterator[None]:
        self.net, self.quiet, self.bad = Net(), Net(), Net()
        for number in range(9):
            self.net.relay.say(ANN, f"3k{number}", f"The rider app froze again, day {number}")
            self.net.relay.say(BEN, f"3x{number}", "What a lovely morning")
            if number % 4 == 0:
                self.net.relay.say(EVE, f"3d{number}", "", op="delete")
        self.quiet.relay.say(BEN, "3a", "Nothing about it")
        self.bad.relay.say(ANN, "3a", "The rider app is fine")
        self.bad.relay.say(BEN, "3b", "secret rider app", langs="en")
        at = self.bad.relay.say(ANN, "3c", "The rider app is slow")
        self.bad.relay.raw(at + 1, b'{"time_us": %d, "did": "secret rider app' % (at + 1))
        self.bad.relay.raw(at + 2, b"\xff\xfe secret")
        self.bad.relay._last = at + 5
        self.bad.relay.say(ANN, "3d", "The rider app again")
        yield
        for one in (self.net, self.quiet, self.bad):
            one.stop()

    def source(self, folder: Path) -> Source:
        return self.net.source()

    def empty(self, folder: Path) -> Source:
        return self.quiet.source()

    def damaged(self, folder: Path) -> Damaged | None:
        ids = [f"at://{ANN}/app.bsky.feed.post/{key}" for key in ("3a", "3c", "3d")]
        return Damaged(self.bad.source(), bad=3, ids=ids, words=["secret"])

    def test_killed_anywhere_and_resumed_nothing_is_lost_or_repeated(self, tmp_path: Path) -> None:
        whole = [post.id for post in posts(self.net.source().read(None))]
        for kept in (1, 2, 3):
            cursor: str | None = None
            got: list[str] = []
            while True:
                pages = [page for _, page in zip(range(kept), self.net.source().read(cursor), strict=False)]
                got += [post.id for page in pages for post in page.posts]
                cursor = pages[-1].cursor
                if pages[-1].done:
                    break
            assert got == whole


def test_what_is_said_is_a_post_with_its_own_date_and_language(net: Net) -> None:
    net.relay.say(
        ANN, "3k", "REPÁRTO: the RIDER  app froze\0", createdAt="2026-11-20T10:00:00+02:00", langs=["en-GB"]
    )
    (post,) = posts(net.source().read(None))
    assert (post.id, post.author) == (f"at://{ANN}/app.bsky.feed.post/3k", ANN)
    assert post.text == "REPÁRTO: the RIDER  app froze"
    assert (post.created, post.lang) == (datetime(2026, 11, 20, 8, tzinfo=UTC), "en")
    assert ids_of(f"https://bsky.app/profile/{ANN}/post/3k") == (post.id,)


@pytest.mark.parametrize(
    ("says", "record", "heard"),
    [
        ("my rider app froze", {}, True),
        ("my Rider\nAPP froze", {}, True),
        ("my riderapp froze", {}, False),
        ("outrider application", {}, False),
        ("el repartidor no llegó", {}, True),
        ("EL REPARTIDÓR", {}, True),
        ("repartidores", {}, False),
        ("deliveries are late", {}, True),
        ("a deliberate choice", {}, False),
        ("look #RiderApp", {}, True),
        ("look #RiderApps", {}, False),
        ("look", {"tags": ["riderapp"]}, True),
        ("look", {"facets": [{"features": [{"tag": "RIDERAPP"}], "index": {}}]}, True),
        ("@us no answer", {"facets": [{"features": [{"did": OURS}]}]}, True),
        ("no answer", {"reply": {"parent": {"uri": f"at://{OURS}/app.bsky.feed.post/1"}}}, True),
        ("no answer", {"reply": {"parent": {"uri": f"at://{BEN}/app.bsky.feed.post/1"}}}, False),
        ("rider app", {"langs": ["en"]}, True),
        ("rider app", {"langs": ["es", "en-GB"]}, True),
        ("rider app", {"langs": []}, True),
        ("rider app", {"langs": ["de"]}, False),
        ("", {"tags": ["riderapp"]}, False),
    ],
)
def test_only_what_is_about_the_programme_is_given_on(
    net: Net, says: str, record: dict[str, Any], heard: bool
) -> None:
    net.relay.say(ANN, "3k", says, **record)
    source = net.source(
        words=("rider app", "repartidor", "deliver*"),
        hashtags=("#riderApp",),
        accounts=(OURS,),
        languages=("en", "es"),
    )
    assert bool(posts(source.read(None))) is heard


def test_edits_and_deletions_follow_each_other(net: Net) -> None:
    net.relay.say(ANN, "3a", "The rider app froze")
    net.relay.say(ANN, "3b", "The rider app is late")
    net.relay.say(ANN, "3a", "The rider app froze twice", op="update")
    net.relay.say(ANN, "3b", "Never mind", op="update")
    net.relay.say(BEN, "3c", "", op="delete")
    found = {post.id[-2:]: post for post in posts(net.source(Pace(20, 50, 0.3, 0.15, 0)).read(None))}
    assert (found["3a"].change, found["3a"].text) == ("edited", "The rider app froze twice")
    assert [(found[key].change, found[key].if_kept) for key in ("3b", "3c")] == [("deleted", True)] * 2


@pytest.mark.parametrize(
    ("status", "gone"),
    [
        ("deleted", True),
        ("takendown", True),
        ("suspended", True),
        ("deactivated", True),
        ("desynchronized", False),
        ("throttled", False),
        (None, False),
    ],
)
def test_an_account_that_went_is_not_a_server_in_trouble(net: Net, status: str | None, gone: bool) -> None:
    net.relay.say(ANN, "3a", "The rider app froze")
    net.relay.account(ANN, status)
    pages = list(net.source().read(None))
    assert [author for page in pages for author in page.departed] == ([ANN] if gone else [])
    assert bool(posts(iter(pages))) is not gone
    assert ANN not in repr(pages)


def test_whoever_wishes_not_to_be_shown_is_flagged_out(net: Net) -> None:
    for did in (ANN, BEN, EVE, OURS):
        net.relay.say(did, "3a", "The rider app froze")
    labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "!no-unauthenticated"}]}
    net.relay.say("did:plc:other", "3b", "The rider app froze", labels=labels)
    net.profiles.labels[BEN] = ["!no-unauthenticated"]
    net.profiles.about[EVE] = "Courier. #NoBot please"
    net.profiles.unknown.add(OURS)
    out = {post.author: flagged_out(post.flags) for post in posts(net.source().read(None))}
    assert out == {ANN: False, BEN: True, EVE: True, OURS: True, "did:plc:other": True}


def test_a_wish_that_comes_by_the_stream_counts_at_once_and_for_what_was_said_before(net: Net) -> None:
    source = net.source()
    net.relay.say(ANN, "3a", "The rider app froze")
    first = list(source.read(None))
    assert [flagged_out(post.flags) for post in posts(iter(first))] == [False]
    net.relay.profile(ANN, labels={"values": [{"val": "!no-unauthenticated"}]})
    net.relay.say(ANN, "3b", "The rider app froze again")
    pages = list(source.read(first[-1].cursor))
    assert [author for page in pages for author in page.departed] == [ANN]
    assert [flagged_out(post.flags) for post in posts(iter(pages))] == [True]
    assert len(net.profiles.asked) == 1, "who is remembered is not asked again"


def test_where_nobody_can_tell_what_an_account_wishes_nothing_is_lost(net: Net) -> None:
    net.relay.say(ANN, "3a", "The rider app froze")
    net.profiles.status = 503
    with pytest.raises(SourceBusy):
        list(net.source().read(None))
    net.profiles.status = 200
    assert len(posts(net.source().read(None))) == 1


def test_profiles_are_asked_for_only_where_a_post_is_about_the_programme(net: Net) -> None:
    for number in range(30):
        net.relay.say(f"did:plc:{number}", "3a", "The rider app froze" if number % 10 == 0 else "A nice day")
    list(net.source().read(None))
    assert sorted(did for dids in net.profiles.asked for did in dids) == [
        "did:plc:0",
        "did:plc:10",
        "did:plc:20",
    ]


def test_a_first_read_hears_from_now_on(net: Net) -> None:
    net.relay.say(ANN, "3a", "The rider app froze long ago")
    source = net.source(since_hours=0)
    (page,) = list(source.read(None))
    assert (page.posts, page.done) == ((), True)
    net.relay._last = micro()
    net.relay.say(ANN, "3b", "The rider app froze now")
    assert [post.id[-2:] for post in posts(source.read(page.cursor))] == ["3b"]


def test_another_server_overlaps_what_was_read(net: Net) -> None:
    other = Relay()
    try:
        for relay in (net.relay, other):
            relay.say(ANN, "3a", "The rider app froze")
        (page,) = list(net.source().read(None))
        other.say(ANN, "3b", "The rider app froze again")
        assert [post.id[-2:] for post in posts(net.source(server=other.address).read(page.cursor))] == [
            "3a",
            "3b",
        ]
    finally:
        other.stop()


def test_what_a_server_no_longer_remembers_is_said_to_be_missed(net: Net) -> None:
    start = micro() - 40 * HOUR
    net.relay._last = start
    net.relay.say(ANN, "3a", "The rider app froze")
    (page,) = list(net.source(since_hours=72).read(None))
    net.relay._last = start + 10 * HOUR
    net.relay.say(ANN, "3b", "The rider app froze, and nobody heard")
    net.relay._last = start + 20 * HOUR
    net.relay.say(ANN, "3c", "The rider app froze again")
    net.relay.forget(start + 15 * HOUR)
    pages = list(net.source().read(page.cursor))
    assert [post.id[-2:] for post in posts(iter(pages))] == ["3c"]
    (missed,) = [page.missed for page in pages if page.missed]
    assert missed[1] - missed[0] == timedelta(hours=20)
    assert not [page.missed for page in net.source().read(pages[-1].cursor) if page.missed and not page.posts]


def test_a_stream_that_breaks_off_goes_on_from_where_it_was(net: Net) -> None:
    for number in range(6):
        net.relay.say(ANN, f"3{number}", f"The rider app froze {number} times")
    net.relay.breaks_after = 4
    pages = net.source().read(None)
    first = next(pages)
    with pytest.raises(SourceBusy):
        next(pages)
    net.relay.breaks_after = None
    got = [*first.posts, *posts(net.source().read(first.cursor))]
    assert [post.id[-2:] for post in got] == [f"3{number}" for number in range(6)]


def test_following_hears_what_is_said_meanwhile_and_ends_when_it_is_told(net: Net) -> None:
    stop = threading.Event()
    pages = net.source().follow(None, stop)
    net.relay.say(ANN, "3a", "The rider app froze")
    assert _soon(pages, lambda page: bool(page.posts)).posts[0].id.endswith("3a")
    quiet = _soon(pages, lambda page: page.done)
    assert not quiet.posts
    net.relay.say(ANN, "3b", "The rider app froze again")
    again = _soon(pages, lambda page: bool(page.posts))
    stop.set()
    rest = list(pages)
    assert len(rest) <= 1
    assert not posts(net.source().read((rest or [again])[-1].cursor))


def _soon(pages: Iterator[Page], fits: Callable[[Page], bool]) -> Page:
    return next(page for page, _ in zip(pages, range(20), strict=False) if fits(page))


def test_a_stream_of_the_whole_network_that_says_nothing_is_in_trouble(net: Net) -> None:
    source = net.source(Pace(silence=0.1, dead=0.2))
    source._wanted = BlueskySettings(words=("rider app",))
    with pytest.raises(SourceBusy, match="says nothing"):
        list(source.read(None))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "not everybody"),
        ({"words": ["a"]}, "characters"),
        ({"words": ["from:ann.test"]}, "plain words"),
        ({"words": ["rider app"], "token": "my own password", "account": "a.test"}, "app password"),
        ({"words": ["rider app"], "token": "aaaa-bbbb-cccc-dddd"}, "account"),
        ({"words": ["rider app"], "accounts": ["ann.test"]}, "DID"),
        ({"words": ["rider app"], "languages": ["english!"]}, "languages"),
        ({"words": ["rider app"], "server": "https://example.org"}, "wss"),
        ({"words": ["rider app"], "server": "wss://a:b@example.org"}, "password"),
        ({"words": ["rider app"], "way": "mail"}, "way"),
        ({"words": ["rider app"], "way": "search"}, "recheck_hours"),
        ({"words": ["rider app"], "recheck_hours": 24}, "recheck_hours"),
        ({"words": ["rider app"], "cookie": "x"}, "cookie"),
    ],
)
def test_a_setting_that_cannot_be_is_named(given: dict[str, Any], says: str) -> None:
    with pytest.raises(BadSetting, match=says):
        open_bluesky(given, egress())


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (f"at://{ANN}/app.bsky.feed.post/3k", 1),
        (f"https://bsky.app/profile/{ANN}/post/3k?ref=x", 1),
        ("https://bsky.app/profile/ann.test/post/3k", 0),
        (f"at://{ANN}/app.bsky.feed.like/3k", 0),
        ("", 0),
        ("at://", 0),
    ],
)
def test_an_address_leads_to_an_id_where_it_can(name: str, found: int) -> None:
    assert len(ids_of(name)) == found
    assert BLUESKY.ids_of is ids_of
