"""Damaged events of both streams and of the search: neighbours survive, and nobody's words are told."""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earnest.egress import Egress
from earnest.record.errors import EarnestError, SourceBusy, SourceGone
from earnest.record.raw import Page
from earnest.sources.bluesky import firehose, jetstream
from earnest.sources.bluesky.client import Bluesky
from earnest.sources.bluesky.events import Unread
from earnest.sources.bluesky.profiles import Wishes, asker, views_of
from earnest.sources.bluesky.search import BlueskySearch
from earnest.sources.bluesky.stream import BlueskyStream, Pace
from earnest.sources.bluesky.wanted import BlueskySettings
from tests.relay.frames import Frames, commit, frame, post
from tests.relay.relay import POSTS, Profiles, Relay, iso, micro
from tests.sources.hostile_payloads import SECRETS, check_error, check_pages, damage, encode, may_refuse_whole
from tests.sources.replay import Replay, reply_json

ANN, EVE = "did:plc:ann", "did:plc:eve"
ALL = Pace(matches=10_000, events=20_000, tick=0.3, silence=0.15, near=0)


def egress() -> Egress:
    return Egress("Earnest/test", timeout=5.0, allow_private=True)


@pytest.fixture(scope="module")
def profiles() -> Iterator[Profiles]:
    one = Profiles()
    yield one
    one.stop()


@pytest.fixture
def frames() -> Iterator[Frames]:
    one = Frames()
    yield one
    one.stop()


def source(way: str, server: str, profiles: Profiles) -> BlueskyStream:
    one = BlueskySettings(
        words=("rider app",),
        way=way,
        server=server,
        appview=profiles.address,
        since_hours=2,
    )
    return BlueskyStream(one, egress(), Wishes(asker(egress(), one.profiles)), ALL)


def quiet(pages: list[Page]) -> None:
    """No refusal and no cursor repeats anything."""
    for page in pages:
        told = page.cursor + "".join(f"{one.place} {one.problem} {one.error}" for one in page.refused)
        assert not any(word in told for word in SECRETS)


def test_damaged_events_cost_jetstream_nothing_else(profiles: Profiles) -> None:
    item = {
        "did": EVE,
        "time_us": micro() - 1_000_000,
        "kind": "commit",
        "commit": {
            "rev": "3k",
            "operation": "create",
            "collection": POSTS,
            "rkey": "3bad",
            "cid": "bafy",
            "record": {
                "$type": POSTS,
                "text": "The rider app froze",
                "createdAt": iso(micro() - 60_000_000),
                "langs": ["en"],
                "facets": [{"features": [{"tag": "x"}], "index": {"byteStart": 0, "byteEnd": 1}}],
                "labels": {"values": [{"val": "x"}]},
                "reply": {"parent": {"uri": "at://x/y/z"}},
            },
        },
    }
    relay = Relay()
    good = []
    try:
        for number, (_, bad) in enumerate(damage(item)):
            relay.say(ANN, f"3k{number}", f"The rider app froze {number}")
            relay.raw(relay._last + 1, encode(bad))
            good.append(f"at://{ANN}/{POSTS}/3k{number}")
        pages = list(source("jetstream", relay.address, profiles).read(None))
    finally:
        relay.stop()
    found = [post for page in pages for post in page.posts]
    assert [one.id for one in found if one.author == ANN] == good
    assert all(one.text and "\0" not in one.text for one in found)
    assert sum(len(page.refused) for page in pages) > 5
    quiet(pages)


def test_an_event_from_the_future_does_not_carry_the_cursor_away(profiles: Profiles) -> None:
    relay = Relay()
    try:
        relay.say(ANN, "3a", "The rider app froze")
        relay.raw(relay._last + 1, json.dumps({"did": EVE, "time_us": 1 << 62, "kind": "identity"}).encode())
        (first,) = list(source("jetstream", relay.address, profiles).read(None))
        relay.say(ANN, "3b", "The rider app froze again")
        assert [one.error for one in first.refused] == ["BadDate"]
        (page,) = list(source("jetstream", relay.address, profiles).read(first.cursor))
        assert [one.id[-2:] for one in page.posts] == ["3b"]
    finally:
        relay.stop()


def test_damaged_frames_cost_the_firehose_nothing_else(frames: Frames, profiles: Profiles) -> None:
    record = post("The rider app froze") | {"labels": {"values": [{"val": "x"}]}, "facets": []}
    bad = [commit(0, EVE, "3b", one) for _, one in damage(record) if _clean(one)]
    whole = commit(7, EVE, "3b", record)
    bad += [whole[:cut] for cut in range(0, len(whole), 17)]
    bad += [b"", b"\xff" * 50, whole + whole, frame("#commit", {"seq": 0}), frame("#commit", {"seq": "x"})]
    bad += [commit(5, EVE, "3b", record, ops=17), commit(5, EVE, "3b", record, ops=[None, {"path": 3}])]
    bad += [commit(5, EVE, "3b", record, blocks=b"quollzephyr"), frame("#strange", {"seq": 5})]
    for number, one in enumerate(bad):
        seq = 10 * number + 10
        frames.frames.append((seq, commit(seq, ANN, f"3k{number}", post(f"The rider app froze {number}"))))
        frames.frames.append((seq + 1, one))
    pages = list(source("firehose", frames.address, profiles).read(None))
    ids = [one.id for page in pages for one in page.posts if one.author == ANN]
    assert ids == [f"at://{ANN}/{POSTS}/3k{number}" for number in range(len(bad))]
    quiet(pages)


def _clean(value: Any) -> bool:
    """What CBOR can say: the rest is JSON's own damage."""
    try:
        commit(0, EVE, "3b", value)
    except (TypeError, AttributeError, OverflowError, RecursionError, KeyError):
        return False
    return True


def test_a_cursor_that_a_relay_has_forgotten_is_a_gap(frames: Frames, profiles: Profiles) -> None:
    now = micro()
    frames.frames = [(5, commit(5, ANN, "3a", post("The rider app froze"), now - 3_600_000_000))]
    (first,) = list(source("firehose", frames.address, profiles).read(None))
    frames.first[5] = frame("#info", {"name": "OutdatedCursor"})
    frames.frames.append((90, commit(90, ANN, "3b", post("The rider app froze"), now - 60_000_000)))
    (page,) = list(source("firehose", frames.address, profiles).read(first.cursor))
    assert [one.id[-2:] for one in page.posts] == ["3b"]
    assert page.missed is not None
    assert timedelta(minutes=58) < page.missed[1] - page.missed[0] < timedelta(minutes=60)


@pytest.mark.parametrize("reaches_back", [True, False], ids=["reaches back", "begins later"])
def test_a_relay_that_was_set_up_anew_is_read_from_its_beginning(
    frames: Frames, profiles: Profiles, reaches_back: bool
) -> None:
    now = micro()
    frames.frames = [(500, commit(500, ANN, "3a", post("The rider app froze"), now - 3_600_000_000))]
    (first,) = list(source("firehose", frames.address, profiles).read(None))
    frames.first[500] = frame("", {"error": "FutureCursor"}, op=-1)
    frames.frames = [
        (1, commit(1, ANN, "3o", post("The rider app was fine"), now - 7_000_000_000)),
        (2, commit(2, ANN, "3b", post("The rider app froze"), now - 60_000_000)),
    ][0 if reaches_back else 1 :]
    (page,) = list(source("firehose", frames.address, profiles).read(first.cursor))
    assert [one.id[-2:] for one in page.posts] == ["3b"]
    assert (page.missed is None) is reaches_back
    assert not [p for p in source("firehose", frames.address, profiles).read(page.cursor) if p.posts]


def test_a_stream_that_was_read_too_slowly_is_busy(frames: Frames, profiles: Profiles) -> None:
    frames.first[0] = frame("", {"error": "ConsumerTooSlow", "message": "quollzephyr"}, op=-1)
    with pytest.raises(SourceBusy, match="too slowly"):
        list(source("firehose", frames.address, profiles).read(None))


@given(st.binary(max_size=300))
def test_no_bytes_crash_a_reader(body: bytes) -> None:
    for read in (firehose.events_of, jetstream.event_of, firehose.seq_of, jetstream.time_of, views_of):
        with suppress(Unread, firehose.Told, SourceBusy):
            read(body)


VIEW = {
    "uri": f"at://{EVE}/{POSTS}/3bad",
    "cid": "bafy",
    "author": {"did": EVE, "handle": "eve.test", "labels": [{"src": EVE, "uri": EVE, "val": "x"}]},
    "record": {"$type": POSTS, "text": "The rider app froze", "createdAt": iso(micro() - 60_000_000)},
    "indexedAt": iso(micro() - 60_000_000),
    "labels": [],
}


def _view(key: str) -> dict[str, Any]:
    return VIEW | {"uri": f"at://{ANN}/{POSTS}/{key}"}


def searching(address: str) -> BlueskySearch:
    one = BlueskySettings(words=("rider app",), way="search", server=address, recheck_hours=24)
    return BlueskySearch(one, Bluesky(one, egress()), timedelta())


@pytest.mark.slow
@pytest.mark.parametrize(("name", "bad"), damage(VIEW), ids=lambda one: one if isinstance(one, str) else "")
def test_damaged_posts_cost_a_search_nothing_else(name: str, bad: Any) -> None:
    body = encode({"posts": [_view("1"), bad, _view("2")]})
    with Replay({"/xrpc/app.bsky.feed.searchPosts": reply_json(body)}) as server:
        try:
            pages = list(searching(server.url).read(None))
        except EarnestError as error:
            assert may_refuse_whole(name), name
            check_error(error)
        else:
            check_pages(pages, [f"at://{ANN}/{POSTS}/{key}" for key in ("1", "2")])


RECORDED = Path(__file__).resolve().parents[3] / "shared" / "data" / "payloads" / "atproto"


@pytest.mark.skipif(not RECORDED.is_dir(), reason="recorded payloads are not beside the repository")
def test_recorded_records_are_read() -> None:
    read = 0
    for path in sorted(RECORDED.glob("*post_record.json")):
        record = json.loads(path.read_text())["value"]
        event = {"did": ANN, "time_us": 5, "kind": "commit"}
        change = {"operation": "create", "collection": POSTS, "rkey": "1", "record": record}
        found = jetstream.event_of(json.dumps(event | {"commit": change}).encode())
        assert found.record is not None
        assert found.record.text == record["text"]
        read += 1
    assert read >= 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("status", "body", "error", "why"),
    [
        (401, {"error": "AuthenticationRequired"}, SourceGone, "key_refused"),
        (403, {"error": "Forbidden"}, SourceGone, "forbidden"),
        (404, {"error": "XRPCNotSupported"}, SourceGone, "gone"),
        (410, {}, SourceGone, "gone"),
        (400, {"error": "AccountTakedown"}, SourceGone, "banned"),
        (400, {"error": "InvalidRequest"}, SourceGone, ""),
        (400, {"error": "ExpiredToken"}, SourceBusy, ""),
        (429, {"error": "RateLimitExceeded"}, SourceBusy, "limited"),
        (500, {}, SourceBusy, "down"),
        (502, {}, SourceBusy, "down"),
    ],
)
def test_each_refusal_of_a_search_says_what_to_do(
    status: int, body: dict[str, str], error: type[EarnestError], why: str
) -> None:
    answer = reply_json(json.dumps(body).encode(), status=status)
    with Replay({"/xrpc/app.bsky.feed.searchPosts": answer}) as server, pytest.raises(error) as caught:
        list(searching(server.url).read(None))
    assert caught.value.advice
    assert caught.value.why == why
