"""YouTube through Google's own client: the contract and whatever it may answer.

No recording of YouTube can be shared and no server of it can run: every answer here is synthetic, made by the
published reference.
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
from earnest.record.errors import BadSetting, EarnestError, SourceBusy, SourceGone
from earnest.record.raw import RawPost, Refusal
from earnest.sources.base import Source
from earnest.sources.contract import Damaged, SourceContract
from earnest.sources.registry import open_source
from earnest.sources.youtube.comments import Reader
from earnest.sources.youtube.source import ids_of
from tests.sources.hostile_payloads import (
    SECRET,
    check_error,
    check_pages,
    damage,
    damaged_bodies,
    encode,
    may_refuse_whole,
)
from tests.sources.replay import FAULTS, Asked, Replay, Reply, broken, reply_json
from tests.sources.threads import (
    BEGAN,
    CHANNEL,
    THREADS,
    comment,
    listing,
    newest_first,
    refusal,
    table,
    thread,
    told,
)

pytest.importorskip("googleapiclient", reason="the extra 'youtube' is not installed")

SAMPLES = Path(__file__).parents[2] / "src/earnest/sources/youtube/samples"
KNOWN_WHY = {"key_refused", "forbidden", "gone", "limited", "down"}
EGRESS = Egress("EarnestTests/1 (+steward@example.org)", timeout=5, allow_private=True)


def place(server: str, **more: Any) -> Any:
    wanted = {"channel": CHANNEL, "key": "made-up-key", "days": 3650, "server": server}
    return open_source("youtube", wanted | more, EGRESS)


class TestContract(SourceContract):
    """A hundred and twenty threads, some begun in one second, some with replies that come by themselves."""

    @pytest.fixture(autouse=True)
    def _servers(self) -> Iterator[None]:
        self.running: dict[str, Replay] = {}
        yield
        for server in self.running.values():
            server.close(check=False)

    def _at(self, name: str, threads: list[Any]) -> Source:
        if name not in self.running:
            replies = [comment(300 + n, id=f"Ug7.r{n}") for n in range(12)]
            self.running[name] = Replay(
                table(listing(newest_first(threads), 100), listing(replies, 5))
            ).start()
        return place(self.running[name].url)

    def source(self, folder: Path) -> Source:
        many = [thread(n) for n in range(100) if n != 7]
        same = [thread(50, id=f"UgSame{n}") for n in range(20)]
        talked = [
            thread(7, replies=[comment(300, id="Ug7.r0")], count=12),
            thread(200, replies=[comment(201)]),
        ]
        return self._at("full", [*many, *same, *talked])

    def empty(self, folder: Path) -> Source:
        return self._at("empty", [])

    def damaged(self, folder: Path) -> Damaged:
        bad = [
            thread(2, publishedAt="soon", textDisplay=SECRET),
            thread(3, replies=[comment(4, textDisplay=7)]),
        ]
        return Damaged(self._at("damaged", [thread(1), *bad, thread(5)]), 2, ["Ug1", "Ug3", "Ug5"], [SECRET])


def reader() -> Reader:
    return Reader(None, None, BEGAN + timedelta(days=1))


def test_the_samples_are_read() -> None:
    body = Reply(body=(SAMPLES / "threads.json").read_bytes(), headers={"Content-Type": "application/json"})
    with Replay(table([body])) as server:
        first, _ = place(server.url, lang="en").read(None)
    assert [(one.text, one.author, one.change, one.lang) for one in first.posts] == [
        ("The box came open & wet", "@sample_one", "edited", "en"),
        ("Mine too", "@sample_two", "said", "en"),
    ]
    assert first.posts[0].version == BEGAN + timedelta(minutes=5)


def test_a_channel_and_single_videos_are_asked_for_by_their_own_names() -> None:
    with Replay(table(listing([thread(1)]))) as server:
        list(place(server.url).read(None))
        list(place(server.url, channel="", videos=["sample00001", "sample00002"]).read(None))
    asked = [
        (one.query.get("allThreadsRelatedToChannelId"), one.query.get("videoId")) for one in server.asked
    ]
    assert asked == [(CHANNEL, None), (None, "sample00001"), (None, "sample00002")]
    assert {one.query["key"] for one in server.asked} == {"made-up-key"}
    assert {one.query["order"] for one in server.asked} == {"time"}
    assert {one.headers["user-agent"].split("/")[0] for one in server.asked} == {"EarnestTests"}


def test_what_was_just_said_is_left_for_the_next_reading() -> None:
    young = datetime.now(UTC).isoformat()
    with Replay(table(listing([thread(9, publishedAt=young, updatedAt=young), thread(1)]))) as server:
        pages = list(place(server.url).read(None))
    assert [one.id for page in pages for one in page.posts] == ["Ug1"]


def test_a_reading_ends_where_the_last_one_was() -> None:
    threads = newest_first([thread(n) for n in range(40)])
    with Replay(table(listing(threads, 5))) as server:
        *_, last = place(server.url).read(None)
        before = len(server.asked)
        threads.insert(0, thread(50))
        pages = list(place(server.url).read(last.cursor))
    assert [one.id for page in pages for one in page.posts] == ["Ug50"]
    assert len(server.asked) == before + 1


def test_a_video_without_comments_does_not_silence_the_others() -> None:
    def answer(asked: Asked) -> Reply:
        if asked.query["videoId"] == "sample00001":
            return refusal(403, "commentsDisabled")
        return reply_json(told([thread(1)]))

    with Replay(table(answer)) as server:
        source = place(server.url, channel="", videos=["sample00001", "sample00002"])
        pages = list(source.read(None))
        again = list(source.still_there(BEGAN, BEGAN + timedelta(days=1)))
        alone = place(server.url, channel="", videos=["sample00001"])
        with pytest.raises(SourceGone, match="switched off"):
            list(alone.read(None))
        nothing = list(alone.still_there(BEGAN, BEGAN + timedelta(days=1)))
    assert [one.id for page in pages for one in page.posts] == ["Ug1"]
    assert [one.id for page in again for one in page.posts] == ["Ug1"]
    assert not any(page.posts for page in nothing)


def test_what_is_gone_there_is_not_listed_again_and_a_late_reply_is() -> None:
    threads = newest_first([thread(n) for n in range(12)])
    with Replay(table(listing(threads))) as server:
        source = place(server.url)
        del threads[4]
        threads[6] = thread(
            4, "Put right", updatedAt="2026-09-21T12:00:00Z", replies=[comment(400, id="Ug4.r")]
        )
        listed = [one for page in source.still_there(BEGAN, BEGAN + timedelta(days=1)) for one in page.posts]
    assert {one.id for one in listed} == {f"Ug{n}" for n in range(12) if n != 7} | {"Ug4.r"}
    (edited,) = [one for one in listed if one.change == "edited"]
    assert edited.text == "Put right"


def test_a_list_that_breaks_off_is_an_error() -> None:
    first = reply_json(told([thread(2)], "p1"))
    with Replay(table([first, Reply(503)])) as server, pytest.raises(SourceBusy):
        list(place(server.url).still_there(BEGAN, BEGAN + timedelta(days=1)))


def test_a_list_that_goes_in_a_circle_is_an_error() -> None:
    with Replay(table(reply_json(told([thread(2)], "p1")))) as server, pytest.raises(SourceBusy):
        list(place(server.url).still_there(BEGAN, BEGAN + timedelta(days=1)))


def test_a_back_fill_gives_a_stretch_and_goes_on_with_the_videos_that_are_left() -> None:
    since, until = BEGAN + timedelta(minutes=3), BEGAN + timedelta(minutes=8)
    with Replay(table(listing(newest_first([thread(n) for n in range(12)])))) as server:
        source = place(server.url, channel="", videos=["sample00001", "sample00002"])
        pages = list(source.backfill(None, since, until))
        rest = list(source.backfill(pages[3].cursor, since, until))
    assert [one.id for page in pages for one in page.posts] == 2 * [f"Ug{n}" for n in (7, 6, 5, 4, 3)]
    assert len(rest) == 3
    assert len({page.cursor for page in pages}) == len(pages)
    assert [page.done for page in pages] == 6 * [False] + [True]


@pytest.mark.parametrize(
    ("status", "reason", "error", "says", "advice"),
    [
        (403, "quotaExceeded", SourceBusy, "day's quota", "midnight in California"),
        (403, "dailyLimitExceeded", SourceBusy, "day's quota", "midnight in California"),
        (403, "rateLimitExceeded", SourceBusy, "slow down", "tries again"),
        (429, "rateLimitExceeded", SourceBusy, "slow down", "tries again"),
        (403, "commentsDisabled", SourceGone, "switched off", "Take it out"),
        (403, "forbidden", SourceGone, "does not show these comments", "respect"),
        (403, "accessNotConfigured", SourceGone, "not switched on", "YouTube Data API v3"),
        (403, "ipRefererBlocked", SourceGone, "from here", "server's address"),
        (400, "keyInvalid", SourceGone, "does not know this key", "credentials"),
        (400, "badRequest", SourceGone, "does not take this key", "credentials"),
        (400, "processingFailure", SourceBusy, "cannot answer now", "tries again"),
        (401, "authError", SourceGone, "does not take this key", "credentials"),
        (404, "videoNotFound", SourceGone, "no such channel or video", "deleted"),
        (404, "channelNotFound", SourceGone, "no such channel or video", "deleted"),
        (410, "gone", SourceGone, "closed this interface", "newer version"),
        (451, "", SourceGone, "legal reasons", "Close"),
        (418, SECRET, SourceGone, "does not give this", "channel"),
        (500, "backendError", SourceBusy, "cannot answer now", "tries again"),
        (503, "backendError", SourceBusy, "cannot answer now", "tries again"),
    ],
)
def test_each_refusal_says_what_to_do(
    status: int, reason: str, error: type[Exception], says: str, advice: str
) -> None:
    with Replay(table([refusal(status, reason)])) as server, pytest.raises(error, match=says) as caught:
        list(place(server.url).read(None))
    assert isinstance(caught.value, EarnestError)
    assert advice in caught.value.advice
    assert caught.value.why in KNOWN_WHY
    check_error(caught.value, [SECRET, "made-up-key"])


def test_a_quota_that_is_used_up_waits_for_its_next_day() -> None:
    with Replay(table([refusal(403, "quotaExceeded")])) as server, pytest.raises(SourceBusy) as caught:
        list(place(server.url).read(None))
    assert caught.value.after is not None
    assert 60 <= caught.value.after <= 25 * 3600 + 60


def test_a_refusal_by_details_is_understood_as_well() -> None:
    body = {"error": {"code": 400, "status": "INVALID_ARGUMENT", "details": [{"reason": "API_KEY_INVALID"}]}}
    with Replay(table([reply_json(body, 400)])) as server, pytest.raises(SourceGone, match="does not know"):
        list(place(server.url).read(None))


@pytest.mark.parametrize("fault", [one for one in FAULTS if one not in ("silent", "drip", "flood")])
def test_a_connection_that_fails_is_one_of_our_errors(fault: str) -> None:
    with Replay(table([broken(fault)])) as server, pytest.raises(EarnestError) as caught:
        list(place(server.url).read(None))
    assert caught.value.retry or fault == "bomb"
    check_error(caught.value, ["made-up-key"])


def test_the_key_and_the_words_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answers = [reply_json(told([thread(1, SECRET)])), refusal(403, SECRET)]
    with Replay(table(answers)) as server:
        list(place(server.url).read(None))
        with pytest.raises(SourceGone):
            list(place(server.url).read(None))
    assert SECRET not in caplog.text
    assert "made-up-key" not in caplog.text


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"channel": ""}, "channel"),
        ({"channel": "@somebody"}, "channel"),
        ({"videos": ["sample00001"]}, "channel"),
        ({"channel": "", "videos": ["https://youtu.be/x"]}, "videos"),
        ({"key": ""}, "key"),
        ({"lang": "plain english"}, "lang"),
        ({"recheck_hours": 0}, "recheck_hours"),
        ({"cookie": "x"}, "cookie"),
    ],
)
def test_a_wrong_setting_is_named(wrong: dict[str, Any], names: str) -> None:
    with pytest.raises(BadSetting, match=names):
        place("https://api.example", **wrong)


def test_asked_whether_it_works_it_says_so() -> None:
    with Replay(table(listing([thread(1), thread(2)]))) as server:
        assert place(server.url).probe() == "The channel: 2 of the newest threads can be read."


@pytest.mark.parametrize(
    ("address", "ids"),
    [
        ("https://www.youtube.com/watch?v=sample00001&lc=UgSample1.9a", ("UgSample1.9a",)),
        ("https://www.youtube.com/watch?v=sample00001", ()),
        ("@uma", ()),
        ("nonsense", ()),
    ],
)
def test_an_address_leads_to_its_comment(address: str, ids: tuple[str, ...]) -> None:
    assert ids_of(address) == ids


@pytest.fixture(scope="module")
def hostile() -> Iterator[Replay]:
    server = Replay({}).start()
    yield server
    server.close(check=False)


def hear(server: Replay, body: bytes, neighbours: list[str], name: str) -> None:
    server.add(THREADS, [Reply(body=body, headers={"Content-Type": "application/json"})])
    server.add("GET /youtube/v3/comments", reply_json(told([])))
    try:
        check_pages(list(place(server.url).read(None)), neighbours)
    except EarnestError as error:
        check_error(error)
        if neighbours and not may_refuse_whole(name):
            raise


DAMAGED = damage(thread(5, f"{SECRET} said", replies=[comment(6, f"{SECRET} said too")]))


@pytest.mark.parametrize(("name", "bad"), DAMAGED, ids=lambda it: it if isinstance(it, str) else "")
def test_neighbours_of_a_damaged_thread_stay(hostile: Replay, name: str, bad: Any) -> None:
    hear(hostile, encode(told([thread(9), bad, thread(1)])), ["Ug1", "Ug9"], name)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "bad"), damage(comment(5, f"{SECRET} said")), ids=lambda it: it if isinstance(it, str) else ""
)
def test_neighbours_of_a_damaged_reply_stay(hostile: Replay, name: str, bad: Any) -> None:
    replies = [comment(4, id="Ug3.a"), bad, comment(6, id="Ug3.b")]
    hear(hostile, encode(told([thread(3, replies=replies)])), ["Ug3", "Ug3.a", "Ug3.b"], name)


@pytest.mark.parametrize(
    ("name", "body"),
    damaged_bodies(json.dumps(told([thread(1)])).encode()),
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
@given(JUNK, st.dictionaries(st.sampled_from(sorted(comment(1)["snippet"])), JUNK, max_size=4))
def test_whatever_is_said_comes_to_posts_and_refusals(junk: Any, changes: dict[str, Any]) -> None:
    for item in (junk, {"snippet": junk, "replies": junk}, thread(1, **changes)):
        assert all(isinstance(one, (RawPost, Refusal)) for one in reader().thread(item, [], "thread 1"))
