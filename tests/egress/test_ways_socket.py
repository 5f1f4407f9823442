"""Sockets and websockets through the guard."""

import threading
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from earnest.egress import Egress
from earnest.egress.ways import open_socket, open_websocket
from earnest.record.errors import EgressRefused, SourceBusy, SourceGone
from tests.egress.build import Server as Plain


def egress(**more: object) -> Egress:
    return Egress("Earnest/test", **({"timeout": 3.0, "allow_private": True} | more))


def _talk(peer: ServerConnection) -> None:
    assert peer.request is not None
    peer.send(peer.request.headers["User-Agent"])
    peer.send("x" * 50_000)


@pytest.fixture
def stream() -> Iterator[Server]:
    with serve(_talk, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def _url(server: Server) -> str:
    return f"ws://127.0.0.1:{server.socket.getsockname()[1]}/"


def test_a_websocket_opens_under_the_name_of_earnest(stream: Server) -> None:
    with open_websocket(egress(), _url(stream)) as peer:
        assert peer.recv() == "Earnest/test"
        assert len(peer.recv()) == 50_000


def test_a_message_that_is_too_large_ends_the_stream(stream: Server) -> None:
    with open_websocket(egress(), _url(stream), max_bytes=1_000) as peer:
        peer.recv()
        with pytest.raises(ConnectionClosed):
            peer.recv()


def test_a_private_address_is_refused(stream: Server) -> None:
    with pytest.raises(EgressRefused, match="private"):
        open_websocket(egress(allow_private=False), _url(stream))
    with pytest.raises(EgressRefused, match="private"):
        open_socket(egress(allow_private=False), "127.0.0.1:993")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("401 Who", SourceGone),
        ("403 No", SourceGone),
        ("404 None", SourceGone),
        ("410 Gone", SourceGone),
        ("429 Slow", SourceBusy),
        ("503 Down", SourceBusy),
        ("200 OK", SourceBusy),
        ("301 Moved", EgressRefused),
    ],
)
def test_a_server_that_opens_no_stream_says_why(server: Plain, status: str, error: type[Exception]) -> None:
    server.says(status, "Retry-After: 9\r\nLocation: ws://127.0.0.1:1/\r\n")
    with pytest.raises(error) as caught:
        open_websocket(egress(), server.url.replace("http", "ws"))
    if status.startswith("429"):
        assert getattr(caught.value, "after", None) == 9


def test_a_server_that_never_answers_is_busy(server: Plain) -> None:
    server.reply = lambda asked, peer: threading.Event().wait(1.0) and None
    with pytest.raises(SourceBusy):
        open_websocket(egress(timeout=0.3), server.url.replace("http", "ws"))


def test_what_is_no_stream_at_all_is_busy(server: Plain) -> None:
    server.reply = lambda asked, peer: peer.sendall(b"\x00\xff no HTTP\r\n\r\n")
    with pytest.raises(SourceBusy):
        open_websocket(egress(), server.url.replace("http", "ws"))


def test_a_socket_speaks_to_the_host_of_an_address(server: Plain) -> None:
    server.says("200 OK")
    for where in (f"127.0.0.1:{server.port}", server.url):
        with open_socket(egress(), where, 2.0) as bare:
            bare.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert bare.recv(12) == b"HTTP/1.1 200"


@pytest.mark.parametrize(
    "where",
    [
        "",
        "example.org",
        "ftp://example.org",
        "https://a:b@example.org",
        "example.org:22",
        "x:99999",
        "[::1",
        ":80",
    ],
)
def test_what_is_no_address_is_refused(where: str) -> None:
    with pytest.raises(EgressRefused):
        open_socket(egress(), where, 0.5)


def test_nobody_there_is_busy() -> None:
    with pytest.raises(SourceBusy):
        open_socket(egress(), "127.0.0.1:1026", 0.5)
