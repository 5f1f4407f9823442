"""Mastodon through Mastodon.py: the contract, recordings of a real instance, and whatever it may answer.

No real instance can run here: the recordings are those of Mastodon.py (Mastodon 4.6.4, 2026-08-01);
everything else is synthetic, made by the published reference.
"""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.egress import Egress
from earnest.gate.optout import flagged_out
from earnest.record.errors import BadSetting, EarnestError, EgressRefused, SourceBusy, SourceGone
from earnest.record.raw import Page, RawPost, Refusal
from earnest.sources.base import Source
from earnest.sources.contract import Damaged, SourceContract
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
from tests.sources.replay import FAULTS, Replay, Reply, broken, reply_json
from tests.sources.timelines import BEGAN, event, number, status, table, timeline

pytest.importorskip("mastodon", reason="the extra 'mastodon' is not installed")

from earnest.sources.mastodon.source import ids_of
from earnest.sources.mastodon.statuses import Reader
from earnest.sources.mastodon.stream import heard

RECORDED = Path(__file__).parents[2].parent / "shared/data/payloads/mastodon"
SAMPLES = Path(__file__).parents[2] / "src/earnest/sources/mastodon/samples"
KNOWN_WHY = {"key_refused", "forbidden", "gone", "banned", "limited", "down"}
EGRESS = Egress("EarnestTests/1 (+steward@example.org)", timeout=5, allow_private=True)


def place(server: str, **more: Any) -> Any:
    return open_source("mastodon", {"server": server, "hashtag": "fastcourier", "days": 3650} | more, EGRESS)


class TestContract(SourceContract):
    """Thirteen statuses, five a page, two of one millisecond at the edge of a page."""

    STATUSES = (*(status(n) for n in range(10)), *(status(id=str(number(4) + n)) for n in (1, 2, 3)))

    @pytest.fixture(autouse=True)
    def _servers(self) -> Iterator[None]:
        self.running: dict[str, Replay] = {}
        yield
        for server in self.running.values():
            server.close(check=False)

    def _at(self, name: str, statuses: list[Any]) -> Source:
        if name not in self.running:
            self.running[name] = Replay(table(timeline(statuses))).start()
        return place(self.running[name].url)

    def source(self, folder: Path) -> Source:
        return self._at("full", list(self.STATUSES))

    def empty(self, folder: Path) -> Source:
        return self._at("empty", [])

    def damaged(self, folder: Path) -> Damaged:
        bad = [status(2, SECRET, account={"acct": 7}), status(3, SECRET, created_at="never", id=str(7 << 40))]
        bad[1]["id"] = str(number(3))
        bad[1]["content"] = {SECRET: 1}
        return Damaged(
            self._at("damaged", [status(1), *bad, status(4)]),
            bad=2,
            ids=[str(number(1)), str(number(4))],
            words=[SECRET],
        )


def _recorded(name: str) -> list[dict[str, Any]]:
    path = RECORDED / f"{name}.yaml"
    if not path.exists():
        pytest.skip("the recordings of Mastodon.py are not here")
    return list(yaml.safe_load(path.read_text("utf-8"))["interactions"])


def _answers(name: str, start: str) -> list[Reply]:
    found = []
    for one in _recorded(name):
        if one["request"]["method"] == "GET" and start in one["request"]["uri"]:
            said = one["response"]["body"]["string"]
            found.append(
                Reply(
                    body=said.encode() if isinstance(said, str) else said,
                    headers={"Content-Type": "application/json"},
                )
            )
    return found


@pytest.mark.parametrize(
    ("name", "settings_", "path", "posts", "out"),
    [
        ("test_hashtag_tl", {"hashtag": "hoot"}, "/api/v1/timelines/tag/hoot", 1, 0),
        ("test_public_tl", {"timeline": "public"}, "/api/v1/timelines/public", 8, 6),
        ("test_public_tl_anonymous", {"timeline": "public"}, "/api/v1/timelines/public", 8, 6),
    ],
)
def test_what_a_real_instance_answered_is_read(
    name: str, settings_: dict[str, str], path: str, posts: int, out: int
) -> None:
    answer = _answers(name, path)[0]
    rows = {"GET /api/v2/instance/": _answers(name, "/instance"), f"GET {path}": [answer, reply_json([])]}
    with Replay(rows) as server:
        first, last = place(server.url, **settings_).read(None)
    assert last.done
    assert not first.refused
    assert len(first.posts) == posts
    assert sum(flagged_out(post.flags) for post in first.posts) == out
    for post in first.posts:
        assert "<" not in post.text
        assert post.author is not None
        assert post.author.endswith(f"@{server.url.partition('://')[2]}")
        assert post.created is not None
        assert post.created.date().isoformat() == "2026-08-01"
        assert post.text


def test_a_real_404_says_what_to_look_at() -> None:
    (said,) = [one for one in _recorded("test_status_missing") if one["response"]["status"]["code"] == 404]
    answer = Reply(404, said["response"]["body"]["string"].encode(), {"Content-Type": "application/json"})
    with Replay(table([answer])) as server, pytest.raises(SourceGone, match="no such timeline") as caught:
        list(place(server.url).read(None))
    assert "Mastodon instance" in caught.value.advice


def test_the_samples_are_read_and_who_does_not_want_to_be_found_is_flagged() -> None:
    with Replay(table([Reply(body=(SAMPLES / "timeline.json").read_bytes()), reply_json([])])) as server:
        first, _ = place(server.url).read(None)
    other, one = first.posts
    assert one.text == "delivery\n\nThe rider could not find the door again. #fastcourier"
    assert (one.change, one.version) == ("edited", datetime(2026, 8, 15, 15, tzinfo=UTC))
    assert not flagged_out(one.flags)
    assert other.author == "sample_two@elsewhere.example"
    assert flagged_out(other.flags)


@pytest.mark.parametrize(
    ("says", "account", "flags"),
    [
        ("lets posts be searched", {}, set()),
        ("does not say whether posts may be searched", {"indexable": None}, {"indexable:unknown"}),
        ("says it in words that are none", {"indexable": "true"}, {"indexable:unknown"}),
        ("says it as a number", {"indexable": 1}, {"indexable:unknown"}),
        ("does not let posts be searched", {"indexable": False}, {"indexable:false"}),
        ("wants no index", {"noindex": True}, {"noindex"}),
        ("wants no index, unreadably", {"noindex": "yes"}, {"noindex"}),
        ("does not want to be discovered", {"discoverable": False}, {"discoverable:false"}),
        ("writes #nobot in the profile", {"note": "<p>hi <a>#<span>nobot</span></a></p>"}, {"#nobot"}),
        ("writes #NoIndex in the name", {"display_name": "Uma #NoIndex"}, {"#nobot"}),
        ("writes #nobots in a field", {"fields": [{"name": "x", "value": "#nobots"}]}, {"#nobot"}),
        ("writes of robots otherwise", {"note": "<p>I build robots, no bother</p>"}, set()),
    ],
)
def test_an_author_who(says: str, account: dict[str, Any], flags: set[str]) -> None:
    post = reader().post(status(1, account=account), "status 1")
    assert isinstance(post, RawPost)
    assert post.flags == flags
    assert flagged_out(post.flags) == bool(flags)


def test_an_author_without_a_word_on_being_searched_is_out() -> None:
    one = status(1)
    del one["account"]["indexable"]
    post = reader().post(one, "status 1")
    assert isinstance(post, RawPost)
    assert flagged_out(post.flags)


def reader() -> Reader:
    return Reader("mastodon.example", None, None, datetime.now(UTC))


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        ("a boost", {"reblog": {"id": "1"}}),
        ("unlisted", {"visibility": "unlisted"}),
        ("for followers", {"visibility": "private"}),
        ("for one person", {"visibility": "direct"}),
        ("without a word", {"content": "<p></p>"}),
    ],
)
def test_what_is_not_said_here_in_public_is_passed_over(what: str, changes: dict[str, Any]) -> None:
    assert reader().post(status(1, **changes), "status 1") is None


def test_a_status_that_the_instance_learned_of_late_counts_from_then() -> None:
    late = reader().post(status(1, created_at="2025-01-01T00:00:00.000Z"), "status 1")
    assert isinstance(late, RawPost)
    assert late.created == BEGAN + timedelta(minutes=1)


def test_an_id_from_the_future_is_refused_and_the_position_does_not_leap_there() -> None:
    statuses = [status(1), status(2, id="9" * 19)]
    with Replay(table(timeline(statuses))) as server:
        first, last = place(server.url).read(None)
        statuses.append(status(3))
        later = list(place(server.url).read(last.cursor))
    assert [post.id for post in first.posts] == [str(number(1))]
    assert json.loads(first.cursor) == json.loads(last.cursor) == {"at": number(1)}
    assert (len(first.refused), last.done) == (1, True)
    assert [post.id for page in later for post in page.posts] == [str(number(3))]


def test_a_page_of_nothing_but_what_cannot_be_placed_is_not_asked_for_for_ever() -> None:
    same = reply_json([status(1)])
    with Replay(table([same, same])) as server, pytest.raises(SourceGone, match="does not page"):
        list(place(server.url).read(None))


@pytest.mark.parametrize(
    ("status_", "error", "says", "advice"),
    [
        (401, SourceGone, "those it knows", "application"),
        (403, SourceGone, "does not let Earnest in", "administrators"),
        (404, SourceGone, "no such timeline", "moved"),
        (410, SourceGone, "gone for good", "Close this place"),
        (422, SourceGone, "only to applications", "access token"),
        (451, SourceGone, "legal reasons", "Close"),
        (418, SourceGone, "does not give this", "address"),
        (500, SourceBusy, "cannot answer now", "tries again"),
        (502, SourceBusy, "cannot answer now", "tries again"),
        (503, SourceBusy, "cannot answer now", "tries again"),
        (520, SourceBusy, "cannot answer now", "tries again"),
    ],
)
def test_each_refusal_says_what_to_do(status_: int, error: type[Exception], says: str, advice: str) -> None:
    said = {"error": f"This {SECRET} is not shown"}
    with Replay(table([reply_json(said, status_)])) as server, pytest.raises(error, match=says) as caught:
        list(place(server.url).read(None))
    assert isinstance(caught.value, EarnestError)
    assert advice in caught.value.advice
    assert caught.value.why in KNOWN_WHY
    check_error(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry-After": "7"}, 7, 7),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "{soon}"}, 25, 31),
        ({}, 1, 3600),
    ],
    ids=["by Retry-After", "by Mastodon's own header", "by nothing"],
)
def test_an_instance_that_asks_to_slow_down_is_left_alone(
    headers: dict[str, str], least: float, most: float
) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=30)).isoformat()
    told = {name: value.format(soon=soon) for name, value in headers.items()}
    answer = reply_json({"error": "Too many requests"}, 429, told)
    with Replay(table([answer])) as server, pytest.raises(SourceBusy, match="slow down") as caught:
        list(place(server.url).read(None))
    assert caught.value.after is not None
    assert least <= caught.value.after <= most


def test_an_instance_that_moved_says_so() -> None:
    moved = Reply(301, headers={"Location": "https://elsewhere.example/"})
    with Replay(table([moved])) as server, pytest.raises(EgressRefused, match="redirects") as caught:
        list(place(server.url).read(None))
    assert "redirects to" in caught.value.advice


@pytest.mark.parametrize("fault", [one for one in FAULTS if one not in ("silent", "drip", "flood")])
def test_a_connection_that_fails_is_one_of_our_errors(fault: str) -> None:
    with Replay(table([broken(fault)])) as server, pytest.raises(EarnestError) as caught:
        list(place(server.url).read(None))
    assert isinstance(caught.value, (SourceBusy, EgressRefused))


def test_the_token_goes_to_the_instance_and_into_no_error() -> None:
    answer = reply_json({"error": "no"}, 401)
    with Replay(table([answer])) as server, pytest.raises(SourceGone) as caught:
        list(place(server.url, token="made-up-token_1").read(None))
    assert server.asked[-1].headers["authorization"] == "Bearer made-up-token_1"
    check_error(caught.value, ["made-up-token_1"])


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"hashtag": ""}, "hashtag"),
        ({"hashtag": "two words"}, "hashtag"),
        ({"hashtag": "../public"}, "hashtag"),
        ({"server": "mastodon.example"}, "server"),
        ({"server": "https://ann:secret@mastodon.example"}, "server"),
        ({"timeline": "home"}, "timeline"),
        ({"token": "/etc/passwd"}, "token"),
        ({"lang": "english please"}, "lang"),
        ({"recheck_hours": "0"}, "recheck_hours"),
        ({"password": "x"}, "password"),
    ],
)
def test_a_wrong_setting_is_named(wrong: dict[str, str], names: str) -> None:
    with pytest.raises(BadSetting, match=names):
        place(
            wrong.get("server", "https://mastodon.example"),
            **{k: v for k, v in wrong.items() if k != "server"},
        )


def test_a_back_fill_gives_a_stretch_newest_first_and_goes_on_where_it_was() -> None:
    with Replay(table(timeline([status(n) for n in range(20)]))) as server:
        since, until = BEGAN + timedelta(minutes=3), BEGAN + timedelta(minutes=15)
        pages = list(place(server.url).backfill(None, since, until))
        ids = [post.id for page in pages for post in page.posts]
        rest = [
            post.id
            for page in place(server.url).backfill(pages[0].cursor, since, until)
            for post in page.posts
        ]
    assert ids == [str(number(n)) for n in range(14, 2, -1)]
    assert rest == ids[len(pages[0].posts) :]
    assert [page.done for page in pages] == [False] * (len(pages) - 1) + [True]


def test_what_is_gone_there_is_not_listed_again_and_an_edit_is() -> None:
    statuses = [status(n) for n in range(7)]
    with Replay(table(timeline(statuses))) as server:
        source = place(server.url)
        list(source.read(None))
        del statuses[3]
        statuses[4]["content"] = "<p>Put right since</p>"
        statuses[4]["edited_at"] = "2026-08-15T16:00:00.000Z"
        listed = [
            post for page in source.still_there(BEGAN, BEGAN + timedelta(days=1)) for post in page.posts
        ]
    assert sorted(post.id for post in listed) == sorted(str(number(n)) for n in (0, 1, 2, 4, 5, 6))
    (edited,) = [post for post in listed if post.change == "edited"]
    assert (edited.id, edited.text) == (str(number(5)), "Put right since")


def test_a_list_that_breaks_off_is_an_error() -> None:
    first = reply_json([status(n) for n in range(9, 4, -1)])
    with Replay(table([first, Reply(503)])) as server, pytest.raises(SourceBusy):
        list(place(server.url).still_there(BEGAN, BEGAN + timedelta(days=1)))


def test_asked_what_it_is_an_instance_says_so() -> None:
    with Replay(table(timeline([]))) as server:
        said = place(server.url).probe()
    assert said.startswith("The hashtag fastcourier at 127.0.0.1:")
    assert said.endswith("(Mastodon 4.6.4).")


@pytest.mark.parametrize(
    ("address", "ids"),
    [
        ("https://mastodon.example/@uma/117020593741189701", ("117020593741189701",)),
        ("https://mastodon.example/@uma@other.example/117020593741189701?x=1", ("117020593741189701",)),
        ("https://mastodon.example/@uma", ()),
        ("@uma@mastodon.example", ()),
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


@pytest.mark.parametrize(
    ("name", "bad"), damage(status(5, f"{SECRET} said")), ids=lambda it: it if isinstance(it, str) else ""
)
def test_neighbours_of_a_damaged_status_stay(hostile: Replay, name: str, bad: Any) -> None:
    body = encode([status(9), bad, status(1)])
    for path, row in table([reply_json(body), reply_json([])]).items():
        hostile.add(path, row)
    try:
        check_pages(list(place(hostile.url).read(None)), GOOD)
    except EarnestError as error:
        check_error(error)
        if not may_refuse_whole(name):
            raise


@pytest.mark.parametrize(
    ("name", "body"),
    damaged_bodies(json.dumps([status(1)]).encode()),
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_a_damaged_answer_is_a_clear_error_or_is_read(hostile: Replay, name: str, body: bytes) -> None:
    for path, row in table([reply_json(body), reply_json([])]).items():
        hostile.add(path, row)
    try:
        check_pages(list(place(hostile.url).read(None)))
    except EarnestError as error:
        check_error(error)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(JUNK, st.dictionaries(st.sampled_from(sorted(status())), JUNK, max_size=4))
def test_whatever_is_in_a_status_comes_to_a_post_a_refusal_or_nothing(
    junk: Any, changes: dict[str, Any]
) -> None:
    for item in (junk, status(1) | changes, status(1, account=changes)):
        post = reader().post(item, "status 1")
        assert post is None or isinstance(post, (RawPost, Refusal))


class Pushing:
    """A real websocket server that says what a stream says."""

    def __init__(self, messages: list[str]) -> None:
        from websockets.sync.server import serve

        self.asked: list[Any] = []
        self.hang_up = threading.Event()

        def speak(connection: Any) -> None:
            self.asked.append(connection.request)
            for message in messages:
                connection.send(message)
            self.hang_up.wait(10)

        self._server = serve(speak, "127.0.0.1", 0)
        self.url = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self.hang_up.set()
        self._server.shutdown()
        self._thread.join()


def _streamed(
    messages: list[str], statuses: list[Any], refused: int, **more: Any
) -> tuple[list[Any], Pushing]:
    pushing = Pushing(messages)
    about = {"version": "4.6.4", "configuration": {"urls": {"streaming": pushing.url}}}
    rows = table(timeline(statuses)) | {"GET /api/v2/instance/": reply_json(about)}
    stop = threading.Event()
    pages = []
    try:
        with Replay(rows) as server:
            for page in place(server.url, stream="true", token="t-1", **more).follow(None, stop):
                pages.append(page)
                if sum(len(one.refused) for one in pages) == refused:
                    stop.set()
    finally:
        pushing.close()
    return pages, pushing


def test_a_stream_is_caught_up_with_and_then_followed() -> None:
    pytest.importorskip("websockets", reason="the extra 'mastodon' is not installed")
    messages = [
        event("update", status(20, "Said on the stream")),
        event("status.update", status(21, "Edited there", edited_at="2026-08-15T17:00:00.000Z")),
        event("delete", str(number(3))),
        event("filters_changed", ""),
        "no JSON at all " + SECRET,
        event("update", {"id": SECRET}),
        event("delete", {"id": SECRET}),
    ]
    pages, pushing = _streamed(messages, [status(n) for n in range(7)], 3)
    check_pages(pages)
    caught_up = [post.id for page in pages[:3] for post in page.posts]
    assert caught_up == [str(number(n)) for n in range(7)]
    pushed = [(post.id, post.change) for page in pages[3:] for post in page.posts]
    assert pushed == [(str(number(20)), "said"), (str(number(21)), "edited"), (str(number(3)), "deleted")]
    assert sum(len(page.refused) for page in pages) == 3
    assert all(page.done for page in pages[2:])
    (asked,) = pushing.asked
    assert asked.headers["authorization"] == "Bearer t-1"
    assert asked.path == "/api/v1/streaming?stream=hashtag&tag=fastcourier"
    assert json.loads(pages[-1].cursor) == {"at": number(21)}


@pytest.mark.parametrize(
    ("name", "bad"),
    damage({"event": "update", "payload": json.dumps(status(5, SECRET))}),
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_neighbours_of_a_damaged_event_stay(name: str, bad: Any) -> None:
    good = [json.loads(event("update", status(n))) for n in (1, 9)]
    try:
        events = json.loads(encode([good[0], bad, good[1]]))
    except (ValueError, RecursionError):
        events = [good[0], None, good[1]]
    posts, refused = heard(events, reader())
    check_pages([Page(tuple(posts), "{}", tuple(refused), True)], GOOD)


def _gather(coming: Iterator[Any], into: list[Any]) -> None:
    for page in coming:
        into.append(page)


def test_a_stream_that_ends_is_busy_and_its_pages_stand() -> None:
    pytest.importorskip("websockets", reason="the extra 'mastodon' is not installed")
    pushing = Pushing([event("update", status(20))])
    pushing.hang_up.set()
    about = {"configuration": {"urls": {"streaming": pushing.url}}}
    try:
        with Replay(table(timeline([])) | {"GET /api/v2/instance/": reply_json(about)}) as server:
            pages = []
            with pytest.raises(SourceBusy, match="ended"):
                _gather(place(server.url, stream="true").follow(None, threading.Event()), pages)
    finally:
        pushing.close()
    assert [post.id for page in pages for post in page.posts] == [str(number(20))]


@pytest.mark.parametrize("streaming", [None, "https://", 7, "wss://ann@stream.example", "ftp://x.example"])
def test_an_instance_that_names_no_stream_is_to_be_polled(streaming: object) -> None:
    about = reply_json({"configuration": {"urls": {"streaming": streaming}}})
    with (
        Replay({"GET /api/v2/instance/": about}) as server,
        pytest.raises(SourceGone, match="no address") as caught,
    ):
        next(place(server.url, stream="true").follow(None, threading.Event()))
    assert "stream to false" in caught.value.advice
