"""Foreign libraries are held to what the guarded client is held to, each through its own way out."""

import asyncio
import json
import socket
from collections.abc import Iterator

import aiohttp
import pytest

from earnest.egress import Egress
from earnest.egress.budget import Budget
from earnest.egress.ways import aiohttp_connector, requests_session
from earnest.egress.ways_send import elsewhere
from earnest.record.errors import EarnestError, EgressRefused, SourceBusy
from tests.egress.build import Server
from tests.egress.ways import DOORS, Door, Running

every_library = pytest.mark.parametrize("door", DOORS.values(), ids=DOORS.keys())


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    running = Running()
    yield running.address
    running.stop()


def egress(**more: object) -> Egress:
    return Egress("Earnest/test", **({"timeout": 5.0, "allow_private": True} | more))


@every_library
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_what_a_library_asks_arrives_under_the_name_of_earnest(door: Door, method: str, address: str) -> None:
    body = b'{"a": 1}' if method in ("POST", "PUT", "PATCH") else None
    headers = {"Authorization": "Bearer x", "User-Agent": "somebody else", "Cookie": "who=1"}
    status, answer, _ = door(egress(), method, f"{address}/200?a=b%20c", body, headers)
    told = json.loads(answer)
    assert (status, told["method"], told["sent"]) == (200, method, (body or b"").decode())
    assert told["path"] == "/200?a=b%20c"
    assert told["headers"]["user-agent"] == "Earnest/test"
    assert told["headers"]["authorization"] == "Bearer x"
    assert "cookie" not in told["headers"]


@every_library
@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 500, 503])
def test_a_library_sees_its_own_errors(door: Door, status: int, address: str) -> None:
    assert door(egress(), "GET", f"{address}/{status}", None, {})[0] == status


@every_library
def test_an_answer_comes_unpacked_and_without_cookies(door: Door, address: str) -> None:
    status, body, headers = door(egress(), "GET", f"{address}/packed", None, {})
    assert (status, body) == (200, b"unpacked")
    if door is not DOORS["aiohttp"]:
        names = {name.lower() for name in headers}
        assert not names & {"set-cookie", "content-encoding"}


@every_library
@pytest.mark.parametrize(
    ("path", "more", "says"),
    [
        pytest.param("/200", {"allow_private": False}, "private address", id="a private address"),
        pytest.param("/large", {"max_bytes": 10_000}, "larger", id="too large"),
        pytest.param("/bomb", {"max_bytes": 1_000_000}, "larger", id="too large once it is unpacked"),
        pytest.param("/away", {}, "redirects", id="a redirect"),
    ],
)
def test_what_the_guard_refuses_a_library_does_not_get(
    door: Door, path: str, more: dict[str, object], says: str, address: str
) -> None:
    with pytest.raises(EgressRefused, match=says):
        door(egress(**more), "GET", address + path, None, {"Authorization": "Bearer x"})


@every_library
@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.1", "0.0.0.1"],
)
def test_a_private_address_is_refused_in_every_spelling(door: Door, host: str) -> None:
    with pytest.raises(EgressRefused):
        door(egress(allow_private=False), "GET", f"http://{host}:8080/200", None, {})


@every_library
def test_a_name_that_leads_to_a_private_address_is_refused(door: Door) -> None:
    guarded = egress(allow_private=False, resolve=lambda host, port: ["93.184.216.34", "127.0.0.1"])
    with pytest.raises(EgressRefused, match="private address"):
        door(guarded, "GET", "http://example.org:8080/200", None, {})


@pytest.mark.slow
@every_library
def test_a_slow_drip_ends_at_the_total_time(door: Door, address: str) -> None:
    with pytest.raises((EarnestError, TimeoutError)):
        door(egress(timeout=0.4), "GET", f"{address}/drip", None, {})


@every_library
def test_what_the_place_said_of_its_limits_is_held_to(door: Door, address: str) -> None:
    one = egress(budget=Budget())
    assert door(one, "GET", f"{address}/429", None, {})[0] == 429
    with pytest.raises(SourceBusy) as caught:
        door(one, "GET", f"{address}/200", None, {})
    assert caught.value.after is not None
    assert 0 < caught.value.after <= 7


def test_a_bare_connector_judges_the_number_that_is_connected_to() -> None:
    async def ask(host: str) -> None:
        async with aiohttp.ClientSession(connector=aiohttp_connector(egress(allow_private=False))) as session:
            await session.get(f"http://{host}:8080/")

    for host in ("127.0.0.1", "localhost", "[::1]"):
        with pytest.raises(EgressRefused, match="private"):
            asyncio.run(ask(host))


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://api.example.com/2/x?y=1", "http://127.0.0.1:1/2/x?y=1"),
        ("https://api.example.com", "http://127.0.0.1:1"),
        ("https://api.example.com.evil.test/2", "https://api.example.com.evil.test/2"),
        ("https://api.example.com/v9/x", "http://127.0.0.1:2/nine/x"),
        ("https://other.example.com/", "https://other.example.com/"),
    ],
)
def test_a_fixed_beginning_is_exchanged_and_nothing_else(url: str, found: str) -> None:
    at = {
        "https://api.example.com": "http://127.0.0.1:1/",
        "https://api.example.com/v9": "http://127.0.0.1:2/nine",
    }
    assert elsewhere(url, at).rstrip("/") == found.rstrip("/")


def test_a_library_with_a_fixed_address_is_led_elsewhere(address: str) -> None:
    with requests_session(egress(), at={"https://api.example.com": address}) as session:
        assert session.get("https://api.example.com/200").json()["path"] == "/200"


@pytest.mark.slow
def test_a_streaming_answer_comes_piece_by_piece(address: str) -> None:
    with requests_session(egress(timeout=1.0), streams=True) as session:
        answer = session.get(f"{address}/drip", stream=True, timeout=(1, 3))
        pieces = answer.iter_content(chunk_size=1)
        assert [next(pieces) for _ in range(15)] == [b"x"] * 15, "longer than the total time of an answer"
        answer.close()


def test_a_streaming_answer_that_falls_silent_is_broken_off(server: Server) -> None:
    def begin(asked: bytes, peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\n\r\nfirst")
        peer.settimeout(3)
        peer.recv(1)

    server.reply = begin
    with requests_session(egress(timeout=2.0), streams=True) as session:
        answer = session.get(server.url, stream=True, timeout=(1, 0.3))
        pieces = answer.iter_content(chunk_size=1)
        assert next(pieces) == b"first"
        with pytest.raises(SourceBusy):
            next(pieces)
        answer.close()
