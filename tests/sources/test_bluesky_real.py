"""Bluesky against a real network (`@atproto/dev-env`); people write by the real `atproto` client."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from earnest.egress import Egress
from earnest.gate.optout import flagged_out
from earnest.record.errors import SourceGone
from earnest.record.raw import Page, RawPost
from earnest.sources.base import Source
from earnest.sources.bluesky.client import Bluesky
from earnest.sources.bluesky.profiles import Wishes, asker
from earnest.sources.bluesky.search import BlueskySearch
from earnest.sources.bluesky.stream import BlueskyStream, Pace
from earnest.sources.bluesky.wanted import BlueskySettings
from earnest.sources.contract import SourceContract
from tests.relay.network import Network, Person, running
from tests.relay.relay import Profiles, Pump, Relay

pytestmark = pytest.mark.slow

SEARCHED = {"words": ("froze", "slow", "never"), "hashtags": (), "recheck_hours": 24}
QUICK = Pace(matches=4, events=30, tick=0.4, silence=0.25, near=0)


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with running() as one:
        yield one


@pytest.fixture(scope="module")
def people(network: Network) -> tuple[Person, Person, Person]:
    """Ann and Ben write about the app and about other things; Eve wishes not to be shown outside."""
    ann, ben, eve = (network.person(name) for name in ("ann", "ben", "eve"))
    ann.profile("I ride")
    ben.profile("Here for the weather", "somebody-says-so")
    eve.profile("Courier", "!no-unauthenticated")
    return ann, ben, eve


@pytest.fixture(scope="module")
def said(people: tuple[Person, Person, Person]) -> dict[str, str]:
    """What was said before a test began, by name."""
    ann, ben, eve = people
    uris = {}
    for number in range(6):
        uris[f"ann {number}"] = ann.says(f"The rider app froze again, day {number}", langs=["en"])
        other = ben.says(f"Rain on day {number}")
        ann.likes(other)
    uris["tagged"] = ben.says(
        "Look at this",
        facets=[
            {
                "index": {"byteStart": 0, "byteEnd": 4},
                "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "RiderApp"}],
            }
        ],
    )
    uris["eve"] = eve.says("The rider app froze for me too")
    uris["edited"] = ann.says("The rider app is slow")
    ann.edits(uris["edited"], "The rider app is very slow")
    uris["deleted"] = ben.says("The rider app, never mind")
    ben.deletes(uris["deleted"])
    return uris


def egress() -> Egress:
    return Egress("Earnest/test", timeout=10.0, allow_private=True)


def wanted(**more: Any) -> BlueskySettings:
    given: dict[str, Any] = {"words": ("rider app",), "hashtags": ("riderapp",), "since_hours": 2}
    return BlueskySettings(**(given | more))


@pytest.fixture(scope="module")
def profiles(network: Network, people: tuple[Person, Person, Person]) -> Iterator[str]:
    """Who answers about profiles: the real AppView, or a stand-in that knows what Eve wrote."""
    if network.appview:
        yield network.appview
        return
    stand_in = Profiles()
    stand_in.labels[people[2].did] = ["!no-unauthenticated"]
    yield stand_in.address
    stand_in.stop()


@pytest.fixture(scope="module")
def relay(network: Network, said: dict[str, str]) -> Iterator[Relay]:
    one = Relay()
    pump = Pump(network.firehose, one)
    pump.wait_for(said["deleted"])
    yield one
    pump.stop()
    one.stop()


def posts(pages: Iterator[Page]) -> list[RawPost]:
    return [post for page in pages for post in page.posts]


class _Stream(SourceContract):
    """Both streams carry the same, so both keep the same promises."""

    way = ""

    @pytest.fixture(autouse=True)
    def _streams(self, network: Network, relay: Relay, profiles: str) -> None:
        self.network, self.relay, self.profiles = network, relay, profiles

    def stream(self, **more: Any) -> BlueskyStream:
        server = self.network.firehose if self.way == "firehose" else self.relay.address
        one = wanted(way=self.way, server=server, appview=self.profiles, **more)
        return BlueskyStream(one, egress(), Wishes(asker(egress(), one.profiles)), QUICK)

    def source(self, folder: Path) -> Source:
        return self.stream()

    def empty(self, folder: Path) -> Source:
        return self.stream(since_hours=0)

    def test_ids_are_unique_and_the_same_on_every_read(self, tmp_path: Path) -> None:
        """A stream tells of a post and, pages later, of its end: both, in this order, on every read."""
        first, second = (
            [(post.id, post.change) for post in posts(self.stream().read(None))] for _ in range(2)
        )
        assert first == second
        assert len(set(first)) == len(first)

    def test_it_tells_what_people_did_and_nothing_else(self, said: dict[str, str]) -> None:
        heard: dict[str, RawPost] = {}
        for post in posts(self.stream().read(None)):
            heard[post.id] = post
        assert set(heard) == set(said.values())
        assert heard[said["ann 0"]].text == "The rider app froze again, day 0"
        assert heard[said["ann 0"]].lang == "en"
        assert heard[said["edited"]].text == "The rider app is very slow"
        assert (heard[said["deleted"]].change, heard[said["deleted"]].text) == ("deleted", "")
        assert {name for name, uri in said.items() if flagged_out(heard[uri].flags)} == {"eve"}


class TestFirehose(_Stream):
    way = "firehose"


class TestJetstreamByARelay(_Stream):
    way = "jetstream"


@pytest.mark.parametrize("ending", ["leaves", "is_taken_down"])
@pytest.mark.parametrize("way", ["firehose", "jetstream"])
def test_an_account_that_goes_takes_what_it_said_along(
    network: Network, relay: Relay, profiles: str, way: str, ending: str
) -> None:
    gus = network.person(f"gus{way[0]}{ending[0]}")
    gus.profile("")
    server = network.firehose if way == "firehose" else relay.address
    one = wanted(way=way, server=server, appview=profiles)
    source = BlueskyStream(one, egress(), Wishes(asker(egress(), profiles)), QUICK)
    before = list(source.read(None))[-1].cursor
    gus.says("The rider app froze")
    heard = _until(source, before, lambda page: bool(page.posts))
    assert [post.author for post in heard.posts] == [gus.did]
    getattr(gus, ending)()
    gone = _until(source, heard.cursor, lambda page: bool(page.departed))
    assert (gone.departed, gone.posts) == ((gus.did,), ())


def _until(source: BlueskyStream, cursor: str, fits: Callable[[Page], bool]) -> Page:
    """The first page that fits: a server tells a moment later what was done there."""
    for _ in range(40):
        for page in source.read(cursor):
            if fits(page):
                return page
            cursor = page.cursor
    raise AssertionError("the stream tells it")


def test_a_cursor_from_before_the_relays_numbers_is_begun_anew(network: Network, profiles: str) -> None:
    one = wanted(way="firehose", server=network.firehose, appview=profiles)
    source = BlueskyStream(one, egress(), Wishes(asker(egress(), profiles)), QUICK)
    last = list(source.read(None))[-1]
    ahead = last.cursor.replace('"seq":', '"seq":9000')
    pages = list(source.read(ahead))
    assert pages[-1].done, "the numbers of a new relay are taken up"


@pytest.fixture(scope="module")
def found(network: Network, said: dict[str, str]) -> Network:
    """The AppView, once it has indexed what was said."""
    if network.appview is None:
        pytest.skip("searching needs an AppView, and that a PostgreSQL: EARNEST_TEST_POSTGRES")
    for _ in range(300):
        source = BlueskySearch(_search(network), _client(network), timedelta())
        ids = {post.id for post in posts(source.read(None))}
        if said["ann 5"] in ids and said["edited"] in ids and said["deleted"] not in ids:
            return network
        time.sleep(0.2)
    raise AssertionError("the AppView indexes what was said")


def _client(network: Network) -> Bluesky:
    return Bluesky(_search(network), egress())


def _search(network: Network) -> BlueskySettings:
    """The AppView of the tests looks for the letters themselves: no phrase in quotes, no hashtag apart."""
    return wanted(**SEARCHED, way="search", server=network.appview)


class TestSearch(SourceContract):
    @pytest.fixture(autouse=True)
    def _found(self, found: Network) -> None:
        self.network = found
        self.moment = datetime.now(UTC)

    def search(self, **more: Any) -> BlueskySearch:
        one = wanted(**(SEARCHED | {"way": "search", "server": self.network.appview} | more))
        return BlueskySearch(one, Bluesky(one, egress()), timedelta(), lambda: self.moment)

    def source(self, folder: Path) -> Source:
        return self.search()

    def empty(self, folder: Path) -> Source:
        return self.search(words=("nobody says this",))

    def test_it_finds_what_is_there_now(self, said: dict[str, str]) -> None:
        there = {uri for name, uri in said.items() if name not in ("deleted", "tagged")}
        found = {post.id: post for post in posts(self.search().read(None))}
        assert there <= set(found)
        assert said["deleted"] not in found
        assert found[said["edited"]].text in ("The rider app is slow", "The rider app is very slow")
        assert flagged_out(found[said["eve"]].flags)
        assert not flagged_out(found[said["ann 0"]].flags)

    def test_what_was_said_before_is_given_by_stretches(self, said: dict[str, str]) -> None:
        now = datetime.now(UTC)
        pages = list(self.search().backfill(None, now - timedelta(hours=1), now))
        assert said["ann 0"] in {post.id for page in pages for post in page.posts}
        assert pages[-1].done
        assert not posts(self.search().backfill(None, now - timedelta(days=9), now - timedelta(days=8)))


def test_a_search_by_an_app_password_of_ones_own_account(found: Network) -> None:
    desk = found.person("desk")
    one = wanted(**SEARCHED, way="search", server=found.pds, account="desk.test", token=desk.app_password())
    source = BlueskySearch(one, Bluesky(one, egress()), timedelta())
    assert source.probe()
    assert posts(source.read(None))
    wrong = wanted(
        **SEARCHED, way="search", server=found.pds, account="desk.test", token="aaaa-bbbb-cccc-dddd"
    )
    with pytest.raises(SourceGone, match="app password"):
        list(BlueskySearch(wrong, Bluesky(wrong, egress()), timedelta()).read(None))
