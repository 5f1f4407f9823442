"""Events and answers that nobody sane sends: a bad one is refused, its neighbours stay, nothing leaks."""

import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.egress import Egress
from earnest.record.errors import EarnestError
from earnest.sources.handshake import Invitation, NotProved, digest
from earnest.sources.matrix.events import Heard, Listener
from earnest.sources.matrix.power import is_moderator
from earnest.sources.matrix.source import MatrixRoom, open_matrix

pytest.importorskip("nio", reason="the extra 'matrix' is not installed")

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = "xyzzy-words-of-a-person"


def message(id: str = "$good", body: object = "a good neighbour", **more: Any) -> dict[str, Any]:
    return {
        "type": "m.room.message",
        "event_id": id,
        "sender": "@uma:example.org",
        "origin_server_ts": int(NOW.timestamp() * 1000),
        "content": {"msgtype": "m.text", "body": body},
    } | more


def hear(*events: object) -> Heard:
    listener = Listener(
        bot="@earnest:example.org",
        lang=None,
        region=None,
        now=NOW,
        notice=lambda text: False,
        pinned=lambda pins: True,
        original=lambda id: ("@uma:example.org", NOW),
    )
    return listener.hear([msgspec.Raw(json.dumps(event).encode()) for event in events], True)


BAD: dict[str, object] = {
    "not an object": [SECRET],
    "nothing": None,
    "a number": 7,
    "without a type": {"content": {"body": SECRET}},
    "a type that is a list": message(type=[SECRET]),
    "content that is a list": message(content=[SECRET]),
    "content that is text": message(content=SECRET),
    "a body that is a number": message(body=7),
    "a body that is an object": message(body={"x": SECRET}),
    "no sender": {name: value for name, value in message(body=SECRET).items() if name != "sender"},
    "a sender that is a number": message(body=SECRET, sender=7),
    "no id": {name: value for name, value in message(body=SECRET).items() if name != "event_id"},
    "an id that is a list": message(body=SECRET, event_id=[1]),
    "an id of a thousand signs": message(id="$" + "x" * 1_000, body=SECRET),
    "a date that is text": message(body=SECRET, origin_server_ts="yesterday"),
    "a date before computers": message(body=SECRET, origin_server_ts=-(10**15)),
    "a date in the year 300000": message(body=SECRET, origin_server_ts=10**16),
    "a date beyond numbers": message(body=SECRET, origin_server_ts=10**40),
    "a book": message(body=SECRET * 10_000),
    "an edit of nothing": message(
        content={"msgtype": "m.text", "body": SECRET, "m.relates_to": {"rel_type": "m.replace"}}
    ),
    "an edit whose new words are a number": message(
        content={
            "msgtype": "m.text",
            "body": SECRET,
            "m.relates_to": {"rel_type": "m.replace", "event_id": "$x"},
            "m.new_content": {"body": 7},
        }
    ),
    "a deletion of nothing": message(type="m.room.redaction", content={}),
    "a deletion of a number": message(type="m.room.redaction", content={"redacts": 7}, redacts=7),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_event_is_refused_and_its_neighbours_stay(bad: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    heard = hear(message("$before"), BAD[bad], message("$after"))
    assert [post.id for post in heard.posts] == ["$before", "$after"]
    assert len(heard.refused) == 1
    assert SECRET not in repr(heard.refused) + caplog.text


PASSED_OVER = {
    "an edit that is no object": message(content={"msgtype": "m.text", "body": "", "m.relates_to": 7}),
    "an empty message": message(body="   "),
    "an unknown kind of message": message(content={"msgtype": "org.example.odd", "body": SECRET}),
    "an unknown kind of event": message(type="org.example.odd"),
    "pins that are no list": message(type="m.room.pinned_events", state_key="", content={"pinned": 7}),
}


@pytest.mark.parametrize("odd", PASSED_OVER)
def test_what_is_merely_odd_is_passed_over(odd: str) -> None:
    heard = hear(message("$before"), PASSED_OVER[odd], message("$after"))
    assert [post.id for post in heard.posts] == ["$before", "$after"]


def test_signs_that_cannot_be_kept_become_others() -> None:
    heard = hear(message("$a", "one\0two"), message("$b", "lone \ud800 half"))
    assert [post.text for post in heard.posts] == ["one two", "lone ? half"]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ("type", "event_id", "sender", "origin_server_ts", "content", "unsigned", "redacts", "state_key")
INSIDE = ("msgtype", "body", "format", "formatted_body", "m.relates_to", "m.new_content", "redacts", "pinned")
TYPES = st.sampled_from(["m.room.message", "m.room.redaction", "m.room.pinned_events", "m.room.member"])


@st.composite
def events(draw: st.DrawFn) -> object:
    """A good event with some of its parts exchanged for junk, or junk."""
    if draw(st.integers(0, 9)) == 0:
        return draw(JUNK)
    event = message(f"$junk{draw(st.integers(0, 99))}", type=draw(TYPES))
    for name in draw(st.lists(st.sampled_from(INSIDE), max_size=4)):
        event["content"][name] = draw(JUNK)
    for name in draw(st.lists(st.sampled_from(FIELDS), max_size=2)):
        event[name] = draw(JUNK)
    return event


@settings(max_examples=300, deadline=None, database=None)
@given(st.lists(events(), max_size=6))
def test_whatever_comes_the_good_ones_are_read_and_nothing_is_raised(junk: list[object]) -> None:
    heard = hear(message("$before"), *junk, message("$after"))
    ids = [post.id for post in heard.posts]
    assert ids.count("$before") == 1
    assert ids.count("$after") == 1
    assert len(set(ids)) == len(ids)
    for post in heard.posts:
        assert post.change == "deleted" or post.text.strip()
        assert "\0" not in post.text
        post.text.encode()


@settings(max_examples=300, deadline=None, database=None)
@given(JUNK, JUNK)
def test_junk_in_the_place_of_levels_gives_nobody_power(levels: object, create: object) -> None:
    made = {"content": create, "sender": "@mona:example.org"}
    assert not is_moderator("@uma:example.org", {"content": levels}, made)


@pytest.mark.parametrize(
    ("users", "power"),
    [
        ({"@uma:example.org": 50}, True),
        ({"@uma:example.org": "50"}, True),
        ({"@uma:example.org": " 100 "}, True),
        ({"@uma:example.org": 49}, False),
        ({"@uma:example.org": 49.9}, False),
        ({"@uma:example.org": True}, False),
        ({"@uma:example.org": "0x64"}, False),
        ({"@uma:example.org": "-50"}, False),
        ({"@uma:example.org": [100]}, False),
        ({"@vik:example.org": 100}, False),
        ({}, False),
        (["@uma:example.org"], False),
    ],
)
def test_power_is_a_number_of_fifty_or_more(users: object, power: bool) -> None:
    create = {"sender": "@mona:example.org", "content": {"room_version": "11"}}
    assert is_moderator("@uma:example.org", {"content": {"users": users}}, create) is power


class Hostile(BaseHTTPRequestHandler):
    """A homeserver that answers every question with the same bytes."""

    body: bytes = b"{}"
    status: int = 200

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        with suppress(ConnectionError):  # whoever asked has heard enough
            self.wfile.write(self.body)

    do_GET = do_POST = do_PUT = _answer  # noqa: N815 - names of http.server

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def hostile() -> Iterator[str]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


def room(address: str) -> MatrixRoom:
    given = {"homeserver": address, "room": "!room:example.org", "token": "syt_tests_token"}
    return open_matrix(given, Egress("Earnest/test", timeout=10, allow_private=True))


def said_by(ask: Callable[[], object]) -> object:
    """What comes of asking: an answer, or the sentence of one of our errors."""
    try:
        return ask()
    except EarnestError as error:
        return error.sentence()


def asked(address: str) -> None:
    """All that Earnest asks a homeserver: it ends in an answer that proves nothing, or an error of ours."""
    for opened in (False, True):
        invitation = Invitation(digest("notice"), opened=opened)
        answer = said_by(lambda invitation=invitation: room(address).prove(invitation))
        assert isinstance(answer, (NotProved, str))
        assert SECRET not in repr(answer)
    for cursor in (None, '{"at":"s1"}', '{"at":"s1","to":"s2"}'):
        pages = said_by(lambda cursor=cursor: list(islice(room(address).read(cursor), 3)))
        assert SECRET not in (pages if isinstance(pages, str) else "".join(page.cursor for page in pages))


ANSWERS: dict[str, bytes] = {
    "nothing": b"",
    "a web page": b"<html>" + SECRET.encode(),
    "a list": b"[]",
    "half an answer": b'{"next_batch": "s1", "rooms": {"join": {"!room:example.org": {"timel',
    "ten thousand brackets": b"[" * 10_000,
    "eleven million bytes": b'{"user_id": "' + b"x" * 11_000_000 + b'"}',
    "half a sign": b'{"user_id": "\\ud800"}',
    "a body of another planet": b"\xff\xfe\x00\x01",
    "what it says is text": json.dumps({"user_id": "@e:x", "content": SECRET, "sender": "@e:x"}).encode(),
    "an error that is no error": json.dumps({"errcode": ["M_FORBIDDEN"], "error": SECRET}).encode(),
    "events that are an object": json.dumps(
        {
            "next_batch": "s9",
            "user_id": "@e:x",
            "rooms": {"join": {"!room:example.org": {"timeline": {"events": {"a": SECRET}}}}},
        }
    ).encode(),
}


@pytest.mark.parametrize("status", [200, 403, 404, 429, 500])
@pytest.mark.parametrize("answer", ANSWERS)
def test_a_homeserver_that_answers_with_nonsense_proves_nothing(
    hostile: str, answer: str, status: int
) -> None:
    Hostile.body, Hostile.status = ANSWERS[answer], status
    asked(hostile)


@settings(max_examples=60, deadline=None, database=None)
@given(
    st.dictionaries(
        st.sampled_from(["user_id", "content", "sender", "next_batch", "rooms", "chunk", "end"]),
        JUNK | st.just("@e:x") | st.just({"membership": "join", "pinned": ["$a"]}),
    )
)
def test_whatever_a_homeserver_answers_it_proves_nothing_by_chance(
    hostile: str, body: dict[str, object]
) -> None:
    Hostile.body, Hostile.status = json.dumps(body).encode(), 200
    asked(hostile)


@settings(max_examples=60, deadline=None, database=None)
@given(
    st.text(max_size=60)
    | JUNK.map(json.dumps)
    | st.dictionaries(st.sampled_from(["at", "to", "deaf", "unpinned"]), JUNK, max_size=3).map(json.dumps)
)
def test_a_position_of_anybodys_making_is_an_error_or_a_position(hostile: str, cursor: str) -> None:
    Hostile.body, Hostile.status = b'{"next_batch": "s2", "user_id": "@e:x", "chunk": []}', 200
    told = said_by(lambda: list(islice(room(hostile).read(cursor), 3)))
    assert isinstance(told, str) or all(not page.posts for page in told)


def test_a_homeserver_that_redirects_does_not_get_the_token_sent_elsewhere(hostile: str) -> None:
    seen: list[str] = []

    class Elsewhere(Hostile):
        def _answer(self) -> None:
            seen.append(self.headers.get("authorization", ""))
            self.send_response(307)
            self.send_header("Location", f"{hostile}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 - names of http.server

    running = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    try:
        with pytest.raises(EarnestError, match="redirects"):
            room(f"http://127.0.0.1:{running.server_port}").prove(Invitation(digest("notice")))
    finally:
        running.shutdown()
        running.server_close()
    assert seen == ["Bearer syt_tests_token"]
