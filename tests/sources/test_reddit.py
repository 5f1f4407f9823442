"""Reddit through asyncpraw: the contract, what Reddit answered PRAW, its feeds, and whatever it may answer.

The recordings are PRAW's own (2016 to 2023); everything else is synthetic, made by the published reference.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.egress import Egress
from earnest.gate.optout import flagged_out
from earnest.record.errors import BadSetting, EarnestError, InputError, SourceBusy, SourceGone
from earnest.record.raw import RawPost, Refusal
from earnest.sources.base import EARLIEST, Source
from earnest.sources.contract import Damaged, SourceContract
from earnest.sources.reddit.items import Item, Reader
from earnest.sources.reddit.source import ids_of
from earnest.sources.registry import open_source
from tests.sources.hostile_payloads import (
    SECRET,
    check_error,
    check_pages,
    damage,
    damaged_bodies,
    encode,
    may_refuse_whole,
)
from tests.sources.listings import BEGAN, comment, listing, post, recordings, table, told
from tests.sources.replay import FAULTS, Replay, Reply, broken, reply_json, reply_text

pytest.importorskip("asyncpraw", reason="the extra 'reddit' is not installed")

RECORDED = Path(__file__).parents[2].parent / "shared/data/payloads/reddit"
SAMPLES = Path(__file__).parents[2] / "src/earnest/sources/reddit/samples"
KNOWN_WHY = {"key_refused", "forbidden", "gone", "banned", "limited", "down"}
EGRESS = Egress("EarnestTests/1 (+steward@example.org)", timeout=5, allow_private=True)
NOW = datetime.fromtimestamp(BEGAN, UTC)


def place(server: str, **more: Any) -> Any:
    wanted = {"server": server, "subreddit": "couriersample", "client_id": "app-id", "secret": "app-secret"}
    return open_source("reddit", wanted | more, EGRESS)


class TestContract(SourceContract):
    """A hundred and thirty posts and thirty comments: two pages of one listing and one of the other."""

    @pytest.fixture(autouse=True)
    def _servers(self) -> Iterator[None]:
        self.running: dict[str, Replay] = {}
        yield
        for server in self.running.values():
            server.close(check=False)

    def _at(self, name: str, posts: list[Any], comments: list[Any]) -> Source:
        if name not in self.running:
            rows = table(listing(posts, 100), listing(comments, 100))
            self.running[name] = Replay(rows).start()
        return place(self.running[name].url)

    def source(self, folder: Path) -> Source:
        return self._at("full", [post(n) for n in range(130)], [comment(n) for n in range(30)])

    def empty(self, folder: Path) -> Source:
        return self._at("empty", [], [])

    def damaged(self, folder: Path) -> Damaged:
        bad = [
            post(2, created_utc="soon", title=SECRET),
            comment(3, body=[SECRET]),
            {"data": {"name": SECRET}},
        ]
        one, two = post(1), comment(4)
        return Damaged(
            self._at("damaged", [one, bad[0]], [bad[1], bad[2], two]),
            bad=3,
            ids=[one["data"]["name"], two["data"]["name"]],
            words=[SECRET],
        )


class TestFeedContract(SourceContract):
    """The same promises where there is no application and Reddit's feeds are read."""

    @pytest.fixture(autouse=True)
    def _servers(self) -> Iterator[None]:
        self.running: dict[str, Replay] = {}
        yield
        for server in self.running.values():
            server.close(check=False)

    def _at(self, name: str, entries: str) -> Source:
        if name not in self.running:
            feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>{entries}</feed>'
            rows = {"GET /r/couriersample/new/.rss": reply_text(feed, "application/atom+xml")}
            self.running[name] = Replay(rows).start()
        return place(self.running[name].url, client_id="", secret="", what="posts")

    def source(self, folder: Path) -> Source:
        return self._at("full", "".join(entry(n) for n in range(9, -1, -1)))

    def empty(self, folder: Path) -> Source:
        return self._at("empty", "")

    def damaged(self, folder: Path) -> Damaged:
        bad = f"<entry><id>t3_2k</id><author><name>{SECRET}</name></author></entry>"
        return Damaged(self._at("bad", entry(3) + bad + entry(1)), 1, ["t3_1k", "t3_3k"], [SECRET])


def entry(n: int) -> str:
    """A synthetic entry in the shape of Reddit's feeds, which puts the author into the words."""
    words = (
        f'<!-- SC_OFF --><div class="md"><p>Said {n}</p></div><!-- SC_ON --> &#32; submitted by &#32;'
        ' <a href="https://www.reddit.com/user/Uma_Sample"> /u/Uma_Sample </a> <br/>'
        ' <span><a href="x">[link]</a></span> &#32; <span><a href="x">[comments]</a></span>'
    )
    said = f"2026-09-21T10:0{n}:00+00:00"
    return (
        "<entry><author><name>/u/Uma_Sample</name></author><category term='couriersample'/>"
        f"<content type='html'>{escape(words)}</content><id>t3_{n:x}k</id>"
        f"<link href='https://www.reddit.com/r/couriersample/comments/{n:x}k/'/>"
        f"<published>{said}</published><updated>{said}</updated><title>Late {n}</title></entry>"
    )


def test_a_feed_entry_has_its_words_and_no_author_in_them() -> None:
    comment_ = entry(2).replace("Late 2", "/u/Uma_Sample on Late 1").replace("t3_", "t1_")
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom">{comment_}{entry(1)}</feed>'
    with Replay({"GET /r/couriersample/new/.rss": reply_text(feed)}) as server:
        (page,) = place(server.url, client_id="", secret="", what="posts").read(None)
    assert [one.text for one in page.posts] == ["Late 1\n\nSaid 1", "Said 2"]
    assert {one.author for one in page.posts} == {"uma_sample"}


RECORDINGS = {
    "TestSubredditListings.test_new": {"subreddit": "askreddit", "what": "posts"},
    "TestSubredditListings.test_comments": {"subreddit": "askreddit", "what": "comments"},
    "TestSubreddit.test_search": {"subreddit": "all", "search": "praw oauth search limit"},
    "TestSubredditStreams.test_submissions": {"subreddit": "all", "what": "posts"},
    "TestSubredditStreams.test_comments": {"subreddit": "all", "what": "comments"},
    "TestSubredditStreams.test_comments__with_continue_after_id": {
        "subreddit": "drivers",
        "what": "comments",
    },
    "TestSubredditStreams.test_comments__with_pause": {"subreddit": "kakapo", "what": "comments"},
}


@pytest.mark.parametrize("name", RECORDINGS)
def test_what_reddit_answered_praw_is_read(name: str) -> None:
    wanted = RECORDINGS[name]
    said = recordings(RECORDED / f"{name}.json")
    if not said:
        pytest.skip("the recordings of PRAW are not here")
    kind = "search" if "search" in wanted else {"posts": "new", "comments": "comments"}[wanted["what"]]
    first = next(answer for address, answer in said if address.startswith("GET"))
    rows = table() | {f"GET /r/{wanted['subreddit']}/{kind}": [first]}
    body = json.loads(first.body)
    there = [one["data"]["name"] for one in body["data"]["children"]]
    body["data"]["after"] = None
    rows[f"GET /r/{wanted['subreddit']}/{kind}"] = [Reply(200, json.dumps(body).encode(), first.headers)]
    with Replay(rows) as server:
        pages = list(place(server.url, **wanted).read(None))
    check_pages(pages, words=[])
    posts = [one for page in pages for one in page.posts]
    assert not any(page.refused for page in pages)
    gone = sum(
        "[deleted]" in (one["data"].get("selftext"), one["data"].get("body"))
        for one in body["data"]["children"]
    )
    gone += sum(
        "[removed]" in (one["data"].get("selftext"), one["data"].get("body"))
        for one in body["data"]["children"]
    )
    assert len(posts) == len(there) - gone
    assert {one.id for one in posts} <= set(there)
    assert [int(one.id[3:], 36) for one in posts] == sorted(int(one.id[3:], 36) for one in posts)
    assert server.asked[0].headers["user-agent"].startswith("EarnestTests/1")
    assert "cookie" not in server.asked[-1].headers


def test_a_listing_recorded_over_several_pages_is_walked_to_its_end() -> None:
    said = [
        answer
        for address, answer in recordings(RECORDED / "TestListingGenerator.test_exhaust_items.json")
        if address.startswith("GET")
    ]
    if not said:
        pytest.skip("the recordings of PRAW are not here")
    names = [one["data"]["name"] for answer in said for one in json.loads(answer.body)["data"]["children"]]
    # recorded of one person's page; here it stands for a listing of comments, which has the same shape
    with Replay(table(comments=said)) as server:
        pages = list(place(server.url, what="comments").read(None))
    assert len(server.asked) == len(said) + 1
    heard = {one.id for page in pages for one in page.posts}
    assert heard <= set(names)
    assert len(heard) > 0.9 * len(set(names))


def test_the_samples_are_read() -> None:
    new = Reply(body=(SAMPLES / "new.json").read_bytes(), headers={"Content-Type": "application/json"})
    with Replay(table([new])) as server:
        (page,) = place(server.url, what="posts", lang="en").read(None)
    assert [(one.id, one.change) for one in page.posts] == [
        ("t3_1sample1", "said"),
        ("t3_1sample2", "edited"),
    ]
    assert page.posts[0].text.startswith("Two hours late\n\n")


@pytest.mark.parametrize(
    ("wanted", "path", "query"),
    [
        ({"search": "late parcel"}, "/r/couriersample/search", {"q": "late parcel", "restrict_sr": "on"}),
        ({"subreddit": "", "search": "late parcel"}, "/search", {"q": "late parcel", "sort": "new"}),
        ({"subreddit": "r/one_sample+two", "what": "posts"}, "/r/one_sample+two/new", {"limit": "100"}),
        ({"subreddit": "couriersample", "what": "comments"}, "/r/couriersample/comments", {"raw_json": "1"}),
    ],
    ids=["a search in a subreddit", "a search everywhere", "two subreddits", "comments"],
)
def test_what_is_asked_for(wanted: dict[str, str], path: str, query: dict[str, str]) -> None:
    with Replay(table() | {f"GET {path}": [reply_json(told([]))]}) as server:
        list(place(server.url, **wanted).read(None))
    asked = server.asked[-1]
    assert asked.path == path
    assert query.items() <= asked.query.items()
    assert asked.headers["authorization"] == "bearer made-up"
    assert server.asked[0].headers["authorization"].startswith("Basic ")


def reader() -> Reader:
    return Reader(None, None, NOW + timedelta(days=2))


def read_one(child: Any) -> RawPost | Refusal | None:
    found = reader().item(child, "item 1")
    return found.what if isinstance(found, Item) else found


@pytest.mark.parametrize(
    ("what", "child"),
    [
        ("its author deleted", post(1, "[deleted]", author="[deleted]")),
        ("a moderator removed", post(1, "[removed]", removed_by_category="moderator")),
        ("was removed and keeps its title", post(1, removed_by_category="reddit")),
        ("is a deleted comment", comment(1, "[deleted]")),
        ("has nothing in it", comment(1, body="  ")),
    ],
)
def test_nothing_is_kept_of_what(what: str, child: Any) -> None:
    assert read_one(child) is None


def test_an_edit_is_told_with_its_moment() -> None:
    one = read_one(post(1, edited=float(BEGAN + 900)))
    assert isinstance(one, RawPost)
    assert (one.change, one.version) == ("edited", NOW + timedelta(minutes=15))


def test_what_is_not_to_be_indexed_is_flagged() -> None:
    one = read_one(post(1, is_robot_indexable=False))
    assert isinstance(one, RawPost)
    assert flagged_out(one.flags)


def test_a_deleted_account_leaves_no_author() -> None:
    one = read_one(post(1, author="[deleted]"))
    assert isinstance(one, RawPost)
    assert one.author is None


def test_where_reddit_lists_no_further_the_stretch_is_missed() -> None:
    children = [post(n) for n in range(3_000)]
    rows = table(listing(children[:100], 100))
    with Replay(rows) as server:
        source = place(server.url, what="posts")
        *_, last = source.read(None)
        server.add("GET /r/couriersample/new", listing(children, 100))
        pages = list(source.read(last.cursor))
    assert sum(len(page.posts) for page in pages) == 1_000
    assert pages[0].missed == (NOW + timedelta(minutes=99), NOW + timedelta(minutes=2_000))
    assert all(page.missed is None for page in pages[1:])


def test_where_everything_older_was_deleted_nothing_is_missed() -> None:
    with Replay(table(listing([post(n) for n in range(9)], 5))) as server:
        source = place(server.url, what="posts")
        *_, last = source.read(None)
        server.add("GET /r/couriersample/new", listing([post(11), post(12)], 5))
        (page,) = source.read(last.cursor)
    assert len(page.posts) == 2
    assert page.missed is None


def test_what_was_just_said_is_left_for_the_next_reading() -> None:
    young = post(7, created_utc=datetime.now(UTC).timestamp() - 5)
    with Replay(table(listing([post(1), young, post(8)], 5))) as server:
        (page,) = place(server.url, what="posts").read(None)
    assert [one.id for one in page.posts] == [post(1)["data"]["name"]]
    assert json.loads(page.cursor)["new"]["number"] == 1_000_001


def test_what_is_gone_there_is_not_listed_again() -> None:
    children = [post(n) for n in range(12)]
    children[3] = post(3, "[removed]", removed_by_category="moderator")
    children[5] = post(5, "Put right", edited=float(BEGAN + 9_999))
    del children[7]
    with Replay(table(listing(children, 5), listing([comment(1)], 5))) as server:
        pages = list(place(server.url).still_there(NOW, NOW + timedelta(days=1)))
    ids = [one.id for page in pages for one in page.posts]
    assert len(ids) == 11
    assert post(3)["data"]["name"] not in ids
    (edited,) = [one for page in pages for one in page.posts if one.change == "edited"]
    assert edited.text.endswith("Put right")


def test_days_beyond_the_listing_are_not_called_deleted() -> None:
    with Replay(table(listing([post(n) for n in range(2_000)], 100))) as server:
        source = place(server.url, what="posts")
        assert source.reaches() == NOW + timedelta(minutes=1_000)
        with pytest.raises(InputError, match="so far back"):
            list(source.still_there(NOW, NOW + timedelta(days=2)))
        late = list(source.still_there(NOW + timedelta(minutes=1_500), NOW + timedelta(days=2)))
    assert sum(len(page.posts) for page in late) == 500


def test_a_small_subreddit_reaches_back_to_its_beginning() -> None:
    with Replay(table(listing([post(n) for n in range(20)], 5))) as server:
        assert place(server.url, what="posts").reaches() == EARLIEST


def test_a_back_fill_gives_what_is_listed_and_says_what_is_not() -> None:
    rows = table(listing([post(n) for n in range(1_200)], 100), listing([comment(n) for n in range(50)], 100))
    since, until = NOW + timedelta(minutes=20), NOW + timedelta(minutes=400)
    with Replay(rows) as server:
        first, second = place(server.url).backfill(None, since, until)
        (again,) = place(server.url).backfill(first.cursor, since, until)
    assert (len(first.posts), first.done) == (200, False)
    assert first.missed == (since, NOW + timedelta(minutes=200))
    assert (len(second.posts), second.done, second.missed) == (30, True, None)
    assert again == second


@pytest.mark.parametrize(
    ("status", "body", "error", "says", "advice"),
    [
        (403, {"reason": "private", "message": "Forbidden"}, SourceGone, "is private", "Respect"),
        (403, {"reason": "quarantined"}, SourceGone, "is quarantined", "Close"),
        (404, {"reason": "banned", "error": 404}, SourceGone, "was banned", "Close"),
        (403, {"reason": "gold_only"}, SourceGone, "paying members", "Pause"),
        (403, {"message": "Forbidden"}, SourceGone, "does not let this application in", "approved"),
        (401, {"message": "Unauthorized"}, SourceGone, "sign-in", "prefs/apps"),
        (404, {"message": "Not Found"}, SourceGone, "is not there", "renamed"),
        (410, {}, SourceGone, "gone for good", "Close"),
        (451, {}, SourceGone, "legal reasons", "Close"),
        (400, {"reason": SECRET, "explanation": SECRET}, SourceGone, "cannot be asked", "name"),
        (418, [SECRET], SourceGone, "cannot be asked", "name"),
        (500, {}, SourceBusy, "cannot answer now", "tries again"),
        (502, {}, SourceBusy, "cannot answer now", "tries again"),
        (503, {}, SourceBusy, "cannot answer now", "tries again"),
        (504, {}, SourceBusy, "cannot answer now", "tries again"),
    ],
)
def test_each_refusal_says_what_to_do(
    status: int, body: Any, error: type[Exception], says: str, advice: str
) -> None:
    with Replay(table([reply_json(body, status)])) as server, pytest.raises(error, match=says) as caught:
        list(place(server.url, what="posts").read(None))
    assert isinstance(caught.value, EarnestError)
    assert advice in caught.value.advice
    assert caught.value.why in KNOWN_WHY
    check_error(caught.value)


@pytest.mark.parametrize("rss", [True, False], ids=["by its feed", "as an application"])
def test_a_subreddit_that_is_not_there_leads_elsewhere(rss: bool) -> None:
    away = Reply(302, headers={"Location": "https://www.reddit.com/subreddits/search?q=couriersample"})
    rows = {"GET /r/couriersample/new/.rss": [away]} if rss else table([away])
    more = {"client_id": "", "secret": ""} if rss else {}
    with Replay(rows) as server, pytest.raises(SourceGone, match="no such subreddit"):
        list(place(server.url, what="posts", **more).read(None))


def test_feeds_that_are_shut_say_that_an_application_helps() -> None:
    rows = {"GET /r/couriersample/new/.rss": [Reply(403, b"<html>blocked</html>")]}
    with Replay(rows) as server, pytest.raises(SourceGone) as caught:
        list(place(server.url, what="posts", client_id="", secret="").read(None))
    assert "register an application" in caught.value.advice


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (401, {"message": "Unauthorized", "error": 401}, "does not take this sign-in"),
        (200, {"error": "unsupported_grant_type"}, "id or the secret"),
        (200, {"error": "invalid_grant"}, "id or the secret"),
    ],
)
def test_an_application_that_is_none_is_told(status: int, body: Any, says: str) -> None:
    rows = {"POST /api/v1/access_token": [reply_json(body, status)]}
    with Replay(rows) as server, pytest.raises(SourceGone, match=says) as caught:
        list(place(server.url).read(None))
    assert "prefs/apps" in caught.value.advice
    check_error(caught.value, ["app-secret", "app-id"])


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry-After": "7"}, 7, 7),
        ({"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "300", "x-ratelimit-used": "600"}, 290, 300),
        ({}, 1, 3600),
    ],
    ids=["by Retry-After", "by Reddit's own headers", "by nothing"],
)
def test_reddit_that_asks_to_slow_down_is_left_alone(
    headers: dict[str, str], least: float, most: float
) -> None:
    with Replay(table([reply_json({}, 429, headers)])) as server, pytest.raises(SourceBusy) as caught:
        list(place(server.url, what="posts").read(None))
    assert caught.value.after is not None
    assert least <= caught.value.after <= most


def test_a_window_that_is_used_up_is_an_answer_and_not_a_sleep() -> None:
    spent = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "400", "x-ratelimit-used": "600"}
    first = reply_json(told([post(5), post(4)], "t3_lfmo"), headers=spent)
    began = datetime.now(UTC)
    with Replay(table([first])) as server, pytest.raises(SourceBusy, match="slow down") as caught:
        list(place(server.url, what="posts").read(None))
    assert datetime.now(UTC) - began < timedelta(seconds=60)
    assert caught.value.after is not None
    assert 390 < caught.value.after <= 400


@pytest.mark.parametrize("limit", ["", "soon", "-1", "1e999", "NaN"])
def test_a_limit_that_cannot_be_read_costs_no_page(limit: str) -> None:
    headers = {"x-ratelimit-remaining": limit, "x-ratelimit-reset": limit, "x-ratelimit-used": limit}
    with Replay(table([reply_json(told([post(1)]), headers=headers)])) as server:
        try:
            (page,) = place(server.url, what="posts").read(None)
        except SourceBusy:
            assert limit == "-1"
        else:
            assert len(page.posts) == 1


@pytest.mark.parametrize("fault", [one for one in FAULTS if one not in ("silent", "drip", "flood")])
def test_a_connection_that_fails_is_one_of_our_errors(fault: str) -> None:
    with Replay(table([broken(fault)])) as server, pytest.raises(EarnestError) as caught:
        list(place(server.url, what="posts").read(None))
    assert caught.value.retry or fault == "bomb"


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"subreddit": ""}, "subreddit"),
        ({"subreddit": "a b"}, "subreddit"),
        ({"subreddit": "../user/ann"}, "subreddit"),
        ({"subreddit": "u_"[:1]}, "subreddit"),
        ({"search": "author:ann"}, "search"),
        ({"what": "people"}, "what"),
        ({"lang": "plain english"}, "lang"),
        ({"recheck_hours": "0"}, "recheck_hours"),
        ({"secret": ""}, "secret"),
        ({"password": "x"}, "password"),
    ],
)
def test_a_wrong_setting_is_named(wrong: dict[str, str], names: str) -> None:
    with pytest.raises(BadSetting, match=names):
        place("https://oauth.example", **wrong)


def test_asked_what_it_is_a_subreddit_says_so() -> None:
    with Replay(table(listing([post(1)], 5))) as server:
        said = place(server.url).probe()
    assert said == "The subreddit r/couriersample, read as an application: the newest 1 can be read."


@pytest.mark.parametrize(
    ("address", "ids"),
    [
        ("https://www.reddit.com/r/sample/comments/5jo13y/a_title/", ("t3_5jo13y",)),
        ("https://old.reddit.com/r/sample/comments/5jo13y/a_title/dbhn11d/?context=3", ("t1_dbhn11d",)),
        ("https://redd.it/5jo13y", ("t3_5jo13y",)),
        ("t3_5jo13y", ("t3_5jo13y",)),
        ("https://www.reddit.com/user/ann", ()),
        ("nonsense", ()),
    ],
)
def test_an_address_leads_to_its_post(address: str, ids: tuple[str, ...]) -> None:
    assert ids_of(address) == ids


GOOD = [post(1)["data"]["name"], post(9)["data"]["name"]]


@pytest.fixture(scope="module")
def hostile() -> Iterator[Replay]:
    server = Replay(table()).start()
    yield server
    server.close(check=False)


def hear(server: Replay, body: bytes, neighbours: list[str], name: str) -> None:
    server.add("GET /r/couriersample/new", [reply_json(body)])
    try:
        check_pages(list(place(server.url, what="posts").read(None)), neighbours)
    except EarnestError as error:
        check_error(error)
        if neighbours and not may_refuse_whole(name):
            raise


@pytest.mark.parametrize(
    ("name", "bad"), damage(post(5, f"{SECRET} said")), ids=lambda it: it if isinstance(it, str) else ""
)
def test_neighbours_of_a_damaged_post_stay(hostile: Replay, name: str, bad: Any) -> None:
    hear(hostile, encode(told([post(9), bad, post(1)])), GOOD, name)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "bad"),
    damage(comment(5, f"{SECRET} said")["data"]),
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_neighbours_of_a_damaged_comment_stay(hostile: Replay, name: str, bad: Any) -> None:
    hear(hostile, encode(told([post(9), {"kind": "t1", "data": bad}, post(1)])), GOOD, name)


@pytest.mark.parametrize(
    ("name", "body"),
    damaged_bodies(json.dumps(told([post(1)])).encode()),
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_a_damaged_answer_is_a_clear_error_or_is_read(hostile: Replay, name: str, body: bytes) -> None:
    hear(hostile, body, [], name)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(JUNK, st.dictionaries(st.sampled_from(sorted(post(1)["data"])), JUNK, max_size=4))
def test_whatever_is_listed_comes_to_a_post_a_refusal_or_nothing(junk: Any, changes: dict[str, Any]) -> None:
    for child in (junk, {"data": junk}, post(1, **changes), comment(1, **changes)):
        assert isinstance(reader().item(child, "item 1"), (Item, Refusal))
