"""What the guarded client takes back, and what it calls what goes wrong."""

import gzip
import socket
import time
import tracemalloc
import zlib
from datetime import UTC, datetime

import httpcore
import httpx
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from earnest.egress import retry_after, translate
from earnest.record.errors import EarnestError, EgressRefused, SourceBusy, SourceGone
from tests.egress.build import Reply, Server, get


@pytest.mark.parametrize(
    ("status", "headers", "error", "after"),
    [
        ("429 Slow", "Retry-After: 120\r\n", SourceBusy, 120.0),
        ("429 Slow", "Retry-After: soon\r\n", SourceBusy, None),
        ("429 Slow", "", SourceBusy, None),
        ("503 Down", "Retry-After: 7\r\n", SourceBusy, 7.0),
        ("500 Oops", "", SourceBusy, None),
        ("502 Bad", "", SourceBusy, None),
        ("408 Late", "", SourceBusy, None),
        ("599 Odd", "", SourceBusy, None),
        ("401 Who", "", SourceGone, None),
        ("403 No", "", SourceGone, None),
        ("404 None", "", SourceGone, None),
        ("410 Gone", "", SourceGone, None),
        ("451 Law", "", SourceGone, None),
        ("418 Tea", "", SourceGone, None),
        ("305 Proxy", "", SourceGone, None),
    ],
)
def test_a_refusing_status_is_busy_or_gone(
    server: Server, status: str, headers: str, error: type[EarnestError], after: float | None
) -> None:
    server.says(status, headers)
    with pytest.raises(error) as caught:
        get(server.url)
    assert status[:3] in caught.value.problem
    assert caught.value.advice
    assert caught.value.retry is (error is SourceBusy)
    assert getattr(caught.value, "after", None) == after


NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("30", 30.0),
        (" 30 ", 30.0),
        ("1.5", 1.5),
        ("Sun, 22 Nov 2026 12:01:00 GMT", 60.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("Sun, 22 Nov 2026 12:01:00", 60.0),
        ("99999999999", 604_800.0),
        ("9" * 400, 604_800.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("Sun, 99 Nov 2026", None),
        ("١٢", None),
        ("1e5", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date_or_not_at_all(
    value: str | None, seconds: float | None
) -> None:
    assert retry_after(value, NOW) == seconds


@given(st.text())
def test_no_retry_after_crashes(value: str) -> None:
    got = retry_after(value, NOW)
    assert got is None or 0 <= got <= 604_800


BODY = b"what was said " * 1_000


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        pytest.param("gzip", gzip.compress(BODY), id="gzip"),
        pytest.param("deflate", zlib.compress(BODY), id="deflate"),
        pytest.param("deflate", zlib.compress(BODY)[2:-4], id="bare deflate"),
        pytest.param("zstd", zstd.compress(BODY), id="zstd"),
        pytest.param("identity", BODY, id="nothing"),
    ],
)
def test_a_compressed_answer_is_unpacked(server: Server, coding: str, packed: bytes) -> None:
    server.says("200 OK", f"Content-Encoding: {coding}\r\n", packed)
    assert get(server.url).body == BODY


@pytest.mark.parametrize(
    ("coding", "packed", "error"),
    [
        pytest.param("gzip", b"this is no gzip", SourceBusy, id="gzip that is none"),
        pytest.param("gzip", gzip.compress(BODY)[:-20], SourceBusy, id="gzip cut off"),
        pytest.param("zstd", b"this is no zstd", SourceBusy, id="zstd that is none"),
        pytest.param("br", b"x", EgressRefused, id="a coding never asked for"),
        pytest.param("gzip, gzip", b"x", EgressRefused, id="packed twice"),
    ],
)
def test_a_badly_packed_answer_is_an_error(
    server: Server, coding: str, packed: bytes, error: type[Exception]
) -> None:
    server.says("200 OK", f"Content-Encoding: {coding}\r\n", packed)
    with pytest.raises(error):
        get(server.url)


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_bomb_of_200_mb_is_refused_in_bounded_memory(server: Server, coding: str) -> None:
    zeros = b"\0" * 200_000_000
    bomb = gzip.compress(zeros) if coding == "gzip" else zstd.compress(zeros)
    del zeros
    assert len(bomb) < 300_000
    server.says("200 OK", f"Content-Encoding: {coding}\r\n", bomb)
    tracemalloc.start()
    try:
        with pytest.raises(EgressRefused, match="larger than 10,000,000 bytes"):
            get(server.url, timeout=20.0)
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()


def _drip(what: bytes, pause: float) -> Reply:
    def reply(asked: bytes, peer: socket.socket) -> None:
        for byte in what:
            peer.sendall(bytes([byte]))
            time.sleep(pause)

    return reply


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        pytest.param(lambda asked, peer: time.sleep(1.2), EgressRefused, id="an answer that never comes"),
        pytest.param(_drip(b"HTTP/1.1 200 OK\r\n" * 3, 0.05), EgressRefused, id="headers that drip"),
        pytest.param(
            _drip(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 40, 0.03), EgressRefused, id="a body that drips"
        ),
        pytest.param(
            lambda asked, peer: peer.sendall(b"SSH-2.0-x\r\n\r\n"), SourceBusy, id="not HTTP at all"
        ),
        pytest.param(lambda asked, peer: None, SourceBusy, id="no answer at all"),
        pytest.param(
            lambda asked, peer: peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"),
            SourceBusy,
            id="an answer cut off",
        ),
        pytest.param(
            lambda asked, peer: peer.sendall(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 60_000),
            SourceBusy,
            id="headers without end",
        ),
    ],
)
def test_a_bad_server_costs_at_most_the_time_given(
    server: Server, reply: Reply, error: type[Exception]
) -> None:
    server.reply = reply
    start = time.monotonic()
    with pytest.raises(error):
        get(server.url, timeout=0.7)
    assert time.monotonic() - start < 5


def test_nobody_listening_and_unknown_names_are_busy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(SourceBusy, match="cannot be reached"):
        get(f"http://127.0.0.1:{port}/")

    def nowhere(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(SourceBusy, match=r"nowhere\.example cannot be found"):
        get("http://nowhere.example/", resolve=nowhere)
    with pytest.raises(SourceBusy, match="has no address"):
        get("http://nowhere.example/", resolve=lambda host, port: [])


def _tree(module: object) -> list[type[Exception]]:
    found = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, Exception)]
    return sorted(set(found), key=lambda one: one.__name__)


@pytest.mark.parametrize(
    "foreign", _tree(httpx) + _tree(httpcore), ids=lambda one: f"{one.__module__}.{one.__name__}"
)
def test_every_foreign_error_has_a_name_of_ours(foreign: type[Exception]) -> None:
    error = foreign.__new__(foreign)
    ours = translate(error)
    assert isinstance(ours, EgressRefused | SourceBusy | SourceGone)
    assert ours.advice
