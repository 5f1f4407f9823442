"""X through tweepy: the contract and whatever it may answer.

No recording of X can be shared and no server of it can run: every answer here is synthetic, made by the
published reference of its recent search.
"""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.egress import Egress
from earnest.record.errors import BadSetting, EarnestError, InputError, SourceBusy, SourceGone
from earnest.record.raw import RawPost, Refusal
from earnest.sources.base import Source
from earnest.sources.contract import Damaged, SourceContract
from earnest.sources.registry import TYPES, open_source
from earnest.sources.x import query
from earnest.sources.x.source import ids_of
from earnest.sources.x.tweets import Reader, id_at
from tests.sources.hostile_payloads import (
    SECRET,
    check_error,
    check_pages,
    damage,
    damaged_bodies,
    encode,
    may_refuse_whole,
)
from tests.sources.replay import FAULTS, Replay, Reply, broken, reply_json
from tests.sources.searches import NOW, PATH, USERS, number, search, told, tweet

pytest.importorskip("tweepy", reason="the extra 'x' is not installed")

SAMPLES = Path(__file__).parents[2] / "src/earnest/sources/x/samples"
KNOWN_WHY = {"key_refused", "forbidden", "gone", "banned", "limited", "down"}
EGRESS = Egress("EarnestTests/1 (+steward@example.org)", timeout=5, allow_private=True)


def place(server: str, **more: Any) -> Any:
    wanted = {"query": '"fast courier"', "token": "made-up-token", "policy_confirmed": "yes", "days": 7}
    return open_source("x", wanted | {"server": server} | more, EGRESS)


class TestContract(SourceContract):
    """Thirteen posts in three pages, two of them of one millisecond at the edge of a page."""

    @pytest.fixture(autouse=True)
    def _servers(self) -> Iterator[None]:
        self.running: dict[str, Replay] = {}
        yield
        for server in self.running.values():
            server.close(check=False)

    def _at(self, name: str, tweets: list[Any]) -> Source:
        if name not in self.running:
            self.running[name] = Replay({PATH: search(tweets)}).start()
        return place(self.running[name].url)

    def source(self, folder: Path) -> Source:
        same = [tweet(id=number(8.0) + n) for n in (1, 2, 3)]
        return self._at("full", [*(tweet(float(hours)) for hours in range(3, 13)), *same])

    def empty(self, folder: Path) -> Source:
        return self._at("empty", [])

    def damaged(self, folder: Path) -> Damaged:
        bad = [tweet(2, text=7), tweet(3, SECRET, edit_history_tweet_ids=[SECRET])]
        tweets = [tweet(1), *bad, tweet(4)]
        return Damaged(
            self._at("damaged", tweets), bad=2, ids=[str(number(1)), str(number(4))], words=[SECRET]
        )


def reader() -> Reader:
    return Reader(None, None, datetime.now(UTC))


def read_one(item: Any) -> RawPost | Refusal | None:
    return reader().post(item, {one["id"]: one for one in USERS}, "post 1")


def test_it_is_off_until_the_policy_is_confirmed() -> None:
    for given_ in ({}, {"policy_confirmed": "no"}):
        with pytest.raises(BadSetting, match="policy was read") as caught:
            open_source("x", {"query": "courier", "token": "made-up-token"} | given_, EGRESS)
        assert "README" in caught.value.advice


def test_it_is_an_open_place_and_nothing_else() -> None:
    assert TYPES["x"].kinds == ("open",)


def test_the_samples_are_read() -> None:
    body = json.loads((SAMPLES / "search.json").read_text())
    for one, hours in zip(body["data"], (1, 2), strict=True):
        id = str(number(hours))
        first = one["edit_history_tweet_ids"][0] != one["id"]
        one |= {"id": id, "edit_history_tweet_ids": [str(number(2.5)), id] if first else [id]}
    with Replay({PATH: [reply_json(body)]}) as server:
        (page,) = place(server.url).read(None)
    assert [(one.change, one.text) for one in page.posts] == [
        ("said", "Two hours late & nobody answers #samplecourier"),
        ("edited", "It came after all"),
    ]
    assert page.posts[1].id == str(number(2.5))


@pytest.mark.parametrize(
    ("what", "more"),
    [
        ("withheld in a country", {"withheld": {"country_codes": ["XX"]}}),
        ("of an account that is protected", {"author_id": "1002"}),
        ("without a word", {"text": "  "}),
    ],
)
def test_nothing_is_kept_of_a_post(what: str, more: dict[str, Any]) -> None:
    assert read_one(tweet(1, **more)) is None


def test_an_edited_post_keeps_its_first_id_and_moment() -> None:
    history = [str(number(2)), str(number(1.75)), str(number(1.5))]
    post = read_one(tweet(1.5, "Put right", edit_history_tweet_ids=history))
    assert isinstance(post, RawPost)
    assert (post.id, post.change) == (history[0], "edited")
    assert post.created == NOW - timedelta(hours=2)
    assert post.version == NOW - timedelta(hours=1.5)


def test_a_long_post_is_read_whole_and_without_markup() -> None:
    post = read_one(tweet(1, "Cut off …", note_tweet={"text": "All &lt;of it&gt; &amp; more"}, lang="qme"))
    assert isinstance(post, RawPost)
    assert (post.text, post.lang, post.author) == ("All <of it> & more", None, "uma_sample")


def test_posts_that_are_written_during_a_walk_come_once_after_it() -> None:
    tweets = [tweet(float(hours)) for hours in range(3, 13)]
    with Replay({PATH: search(tweets)}) as server:
        pages = []
        for page in place(server.url).read(None):
            pages.append(page)
            tweets.append(tweet(id=number(1) + len(pages)))
        later = list(place(server.url).read(pages[-1].cursor))
    ids = [post.id for page in [*pages, *later] for post in page.posts]
    assert len(pages) == 3
    assert len(ids) == len(set(ids)) == 13
    assert [page.done for page in pages] == [False, False, True]


def test_what_x_does_not_reach_any_more_is_missed() -> None:
    with Replay({PATH: search([tweet(5)])}) as server:
        (page,) = place(server.url).read(json.dumps({"since": number(24 * 30)}))
    assert page.missed is not None
    assert page.missed[0] == NOW - timedelta(days=30)
    assert timedelta(days=6.9) < datetime.now(UTC) - page.missed[1] < timedelta(days=7)
    assert len(page.posts) == 1


def test_what_is_gone_there_is_not_listed_again() -> None:
    tweets = [tweet(float(hours)) for hours in range(3, 13)]
    history = [str(number(20)), str(number(19.5))]
    tweets.append(tweet(19.5, "Put right", edit_history_tweet_ids=history))
    with Replay({PATH: search(tweets)}) as server:
        del tweets[4]
        source = place(server.url)
        listed = [post for page in source.still_there(NOW - timedelta(hours=24), NOW) for post in page.posts]
        early = [
            post
            for page in source.still_there(NOW - timedelta(hours=24), NOW - timedelta(hours=19.75))
            for post in page.posts
        ]
    assert len(listed) == 10
    assert str(number(7)) not in {post.id for post in listed}
    # found by the moment of its edit, it still belongs to the stretch in which it was said
    assert [post.id for post in early] == [history[0]]


def test_a_list_that_goes_in_a_circle_is_an_error() -> None:
    answers = [reply_json(told([tweet(n)], more)) for n, more in enumerate(("t1", "t2", "t1"), 1)]
    with Replay({PATH: answers}) as server, pytest.raises(SourceBusy):
        list(place(server.url).still_there(NOW - timedelta(hours=24), NOW))


def test_days_that_x_does_not_search_are_not_called_deleted() -> None:
    with Replay({}) as server:
        source = place(server.url)
        with pytest.raises(InputError, match="seven days"):
            list(source.still_there(NOW - timedelta(days=9), NOW))
        reach = datetime.now(UTC) - source.reaches()
    assert timedelta(days=6.9) < reach < timedelta(days=7)


@pytest.mark.parametrize(
    ("status", "body", "error", "says", "advice"),
    [
        (400, {"title": "Invalid Request", "detail": SECRET}, SourceGone, "does not understand", "words"),
        (401, {"title": "Unauthorized"}, SourceGone, "does not take this token", "bearer token"),
        (402, {"title": "CreditsDepleted"}, SourceGone, "no credits", "plan"),
        (403, {"title": "Client Forbidden", "reason": "client-not-enrolled"}, SourceGone, "not let", "plan"),
        (404, {}, SourceGone, "no such interface", "newer version"),
        (410, {}, SourceGone, "closed this interface", "newer version"),
        (451, {}, SourceGone, "legal reasons", "Close"),
        (418, {}, SourceGone, "does not give this", "plan"),
        (500, {}, SourceBusy, "cannot answer now", "tries again"),
        (503, {}, SourceBusy, "cannot answer now", "tries again"),
    ],
)
def test_each_refusal_says_what_to_do(
    status: int, body: Any, error: type[Exception], says: str, advice: str
) -> None:
    with Replay({PATH: [reply_json(body, status)]}) as server, pytest.raises(error, match=says) as caught:
        list(place(server.url).read(None))
    assert isinstance(caught.value, EarnestError)
    assert advice in caught.value.advice
    assert caught.value.why in KNOWN_WHY
    check_error(caught.value, [*SECRET.split(), "made-up-token"])


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": "{soon}"}, 25, 31),
        ({"x-rate-limit-reset": "soon"}, 1, 3600),
        ({"Retry-After": "7"}, 7, 7),
        ({}, 1, 3600),
    ],
    ids=["by its own header", "by garbage", "by Retry-After", "by nothing"],
)
def test_x_that_asks_to_slow_down_is_left_alone(headers: dict[str, str], least: float, most: float) -> None:
    soon = int(datetime.now(UTC).timestamp()) + 30
    given_ = {name: value.format(soon=soon) for name, value in headers.items()}
    with Replay({PATH: [reply_json({}, 429, given_)]}) as server, pytest.raises(SourceBusy) as caught:
        list(place(server.url).read(None))
    assert caught.value.after is not None
    assert least <= caught.value.after <= most


def test_a_month_that_is_used_up_is_told_from_a_busy_moment() -> None:
    body = {
        "title": "UsageCapExceeded",
        "period": "Monthly",
        "type": "https://api.twitter.com/2/problems/usage-capped",
    }
    with (
        Replay({PATH: [reply_json(body, 429)]}) as server,
        pytest.raises(SourceBusy, match="monthly") as caught,
    ):
        list(place(server.url).read(None))
    assert caught.value.after == 24 * 3600
    assert "plan" in caught.value.advice


@pytest.mark.parametrize("fault", [one for one in FAULTS if one not in ("silent", "drip", "flood")])
def test_a_connection_that_fails_is_one_of_our_errors(fault: str) -> None:
    with Replay({PATH: [broken(fault)]}) as server, pytest.raises(EarnestError) as caught:
        list(place(server.url).read(None))
    assert caught.value.retry or fault == "bomb"


def test_the_token_is_sent_and_neither_logged_nor_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Replay({PATH: search([tweet(1, SECRET)])}) as server:
        list(place(server.url).read(None))
    (asked,) = server.asked
    assert asked.headers["authorization"] == "Bearer made-up-token"
    assert asked.query["query"] == '("fast courier") -is:retweet -is:nullcast'
    assert SECRET not in caplog.text
    assert "made-up-token" not in caplog.text


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("", "must hold the words"),
        ("lang:en", "must hold the words"),
        ("courier from:ann", "must not use 'from:'"),
        ("courier -FROM:ann", "must not use 'from:'"),
        ("courier to:ann", "must not use 'to:'"),
        ("retweets_of:ann courier", "must not use 'retweets_of:'"),
        ("courier conversation_id:1", "must not use 'conversation_id:'"),
        ("courier list:7", "must not use 'list:'"),
        ("courier bio:driver", "must not use 'bio:'"),
        ("courier point_radius:[1 2 3km]", "must not use 'point_radius:'"),
        ("@fastcourier late", "must not name accounts"),
        ('"fast courier', "must close"),
        ("(fast courier", "must close"),
        ("courier " * 80, "at most 480"),
        ("courier\nfrom ann", "one line"),
    ],
)
def test_people_and_places_are_not_searched_for(words: str, says: str) -> None:
    with pytest.raises(BadSetting, match="query") as caught:
        place("https://api.example", query=words)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "words",
    [
        "courier",
        '"fast courier" (late OR lost) -jobs',
        "courier lang:es -is:reply has:links",
        "correo rápido",
        "宅配便 遅い",
    ],
)
def test_words_are_searched_for(words: str) -> None:
    assert query.wrong(words) is None
    assert query.asked(words).startswith(f"({words})")


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=600))
def test_any_query_is_taken_or_refused_with_a_reason(words: str) -> None:
    said = query.wrong(words)
    assert said is None or said.startswith("must ")


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"token": ""}, "token"),
        ({"token": "two words"}, "token"),
        ({"days": 8}, "days"),
        ({"recheck_hours": 48}, "recheck_hours"),
        ({"lang": "plain english"}, "lang"),
        ({"cookie": "x"}, "cookie"),
    ],
)
def test_a_wrong_setting_is_named(wrong: dict[str, Any], names: str) -> None:
    with pytest.raises(BadSetting, match=names):
        place("https://api.example", **wrong)


def test_asked_whether_it_works_it_says_so() -> None:
    just = id_at(datetime.now(UTC) - timedelta(minutes=30))
    with Replay({PATH: search([tweet(id=just), tweet(5)])}) as server:
        assert place(server.url).probe() == "A search of X; 1 posts of the last hour on the first page."


@pytest.mark.parametrize(
    ("address", "ids"),
    [
        ("https://x.com/ann/status/1790000000000000000", ("1790000000000000000",)),
        ("https://twitter.com/ann/status/1790000000000000000/photo/1?s=20", ("1790000000000000000",)),
        ("https://x.com/ann", ()),
        ("nonsense", ()),
    ],
)
def test_an_address_leads_to_its_post(address: str, ids: tuple[str, ...]) -> None:
    assert ids_of(address) == ids


GOOD = [str(number(1)), str(number(9))]


@pytest.fixture(scope="module")
def hostile() -> Iterator[Replay]:
    server = Replay({}).start()
    yield server
    server.close(check=False)


def hear(server: Replay, body: bytes, neighbours: list[str], name: str) -> None:
    server.add(PATH, [Reply(body=body, headers={"Content-Type": "application/json"})])
    try:
        check_pages(list(place(server.url).read(None)), neighbours)
    except EarnestError as error:
        check_error(error)
        if neighbours and not may_refuse_whole(name):
            raise


@pytest.mark.parametrize(
    ("name", "bad"), damage(tweet(5, f"{SECRET} said")), ids=lambda it: it if isinstance(it, str) else ""
)
def test_neighbours_of_a_damaged_post_stay(hostile: Replay, name: str, bad: Any) -> None:
    hear(hostile, encode(told([tweet(1), bad, tweet(9)])), GOOD, name)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "bad"), damage(USERS[0]), ids=lambda it: it if isinstance(it, str) else "")
def test_posts_stay_where_their_authors_are_damaged(hostile: Replay, name: str, bad: Any) -> None:
    body = told([tweet(1), tweet(9)])
    body["includes"]["users"] = [bad, USERS[1]]
    hear(hostile, encode(body), [], name)


@pytest.mark.parametrize(
    ("name", "body"),
    damaged_bodies(json.dumps(told([tweet(1)])).encode()),
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
@given(JUNK, st.dictionaries(st.sampled_from(sorted(tweet(1))), JUNK, max_size=4))
def test_whatever_is_found_comes_to_a_post_a_refusal_or_nothing(junk: Any, changes: dict[str, Any]) -> None:
    for item in (junk, tweet(1) | changes):
        assert read_one(item) is None or isinstance(read_one(item), (RawPost, Refusal))
