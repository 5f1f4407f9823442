"""Where the guarded client goes: checked addresses, pinned names, checked redirects."""

import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earnest import __version__
from earnest.egress import Egress, is_public
from earnest.record.errors import BadSetting, EarnestError, EgressRefused, SourceBusy, SourceGone
from tests.egress.build import AGENT, Server, get


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse, not to bind
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "224.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[fe80::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[2002:7f00:1::]",
        "[64:ff9b::7f00:1]",
        "[::127.0.0.1]",
        "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
        "[ff02::1]",
    ],
)
def test_a_private_address_is_refused_in_every_spelling(host: str, server: Server) -> None:
    with pytest.raises(EgressRefused, match=r"private address|not an address"):
        get(f"http://{host}:{server.port}/", allow_private=False)
    assert not server.asked


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_an_address_on_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


def test_a_name_with_one_private_address_among_public_ones_is_refused() -> None:
    with pytest.raises(EgressRefused, match="private address"):
        get(
            "http://two.example/",
            allow_private=False,
            resolve=lambda host, port: ["93.184.215.14", "10.0.0.1"],
        )


def test_a_name_is_resolved_once_and_that_address_is_connected_to(server: Server) -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.255.255.1"]

    server.says("200 OK", body=b"here")
    answer = get(f"http://moves.example:{server.port}/x?y=1", resolve=rebinding)
    assert answer.body == b"here"
    assert asked == ["moves.example"]
    assert f"Host: moves.example:{server.port}\r\n".encode().lower() in server.asked[0].lower()


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "//example.org/",
        "example.org",
        "",
        "http://",
        "http://name:word@example.org/",
        "http://example.org:25/",
        "http://example.org:99999/",
        "http://[::1",
        "http://exa mple/",
        "http://a\nb/",
    ],
)
def test_what_is_no_address_to_fetch_is_refused_with_advice(url: str) -> None:
    with pytest.raises(EgressRefused) as caught:
        get(url)
    assert caught.value.sentence()
    assert "word" not in caught.value.problem or "password" in caught.value.problem


def test_the_user_agent_is_honest(server: Server) -> None:
    server.says("200 OK")
    get(server.url)
    assert f"user-agent: Earnest/{__version__} (+steward@example.org)".encode() in server.asked[0]
    assert b"python" not in server.asked[0].lower()
    with pytest.raises(BadSetting):
        Egress("Earnest\r\nX-Other: 1")


def test_each_redirect_is_checked_again(server: Server) -> None:
    server.says("302 Found", "Location: http://10.0.0.1/\r\n")

    def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"] if host == "open.example" else ["10.0.0.1"]

    # the first address is let through as if it were public, so that the second is what is tested
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("earnest.egress.guard.is_public", lambda address: address == "127.0.0.1")
        with pytest.raises(EgressRefused, match=r"10\.0\.0\.1 leads to a private address"):
            get(f"http://open.example:{server.port}/", allow_private=False, resolve=resolve)
    assert len(server.asked) == 1


def _steps(server: Server, *answers: str) -> None:
    left = list(answers)

    def reply(asked: bytes, peer: socket.socket) -> None:
        peer.sendall((left.pop(0) + "Content-Length: 0\r\n\r\n").encode())

    server.reply = reply


def test_a_permanent_move_is_told_and_a_passing_one_is_not(server: Server) -> None:
    _steps(
        server,
        "HTTP/1.1 301 M\r\nLocation: /a#x\r\n",
        "HTTP/1.1 308 M\r\nLocation: /b\r\n",
        "HTTP/1.1 200 OK\r\n",
    )
    answer = get(server.url)
    assert answer.moved == answer.url == server.url + "b"
    _steps(
        server,
        "HTTP/1.1 301 M\r\nLocation: /a\r\n",
        "HTTP/1.1 302 F\r\nLocation: /b\r\n",
        "HTTP/1.1 200 OK\r\n",
    )
    answer = get(server.url)
    assert answer.moved == server.url + "a"
    assert answer.url == server.url + "b"


@pytest.mark.parametrize(
    ("location", "says"),
    [
        ("/again", "more than 5 times"),
        ("file:///etc/passwd", "Only http and https"),
        ("http://name:word@127.0.0.1/", "name or password"),
        ("http://[bad", "understood|not an address|fetch"),
    ],
)
def test_a_redirect_that_leads_astray_is_refused(server: Server, location: str, says: str) -> None:
    server.says("301 Moved", f"Location: {location}\r\n")
    with pytest.raises((EgressRefused, SourceBusy), match=says):
        get(server.url)


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[Server, Path]]:
    """A TLS server with a certificate for shop.example."""
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    try:
        subprocess.run(
            [
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2",
                "-keyout",
                str(key),
                "-out",
                str(cert),
                "-subj",
                "/CN=shop.example",
                "-addext",
                "subjectAltName=DNS:shop.example",
            ],
            check=True,
            capture_output=True,
        )
    except FileNotFoundError:
        pytest.skip("needs the openssl command to make a certificate")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    one = Server(context)
    one.says("200 OK", body=b"sealed")
    yield one, cert
    one.stop()


def test_the_certificate_is_checked_against_the_name_though_the_address_is_pinned(
    secure: tuple[Server, Path],
) -> None:
    server, cert = secure
    trust = ssl.create_default_context(cafile=str(cert))

    def here(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    assert get(f"https://shop.example:{server.port}/", resolve=here, trust=trust).body == b"sealed"
    for url, trusted in (
        (f"https://other.example:{server.port}/", trust),
        (f"https://shop.example:{server.port}/", None),
    ):
        with pytest.raises(SourceGone, match="certificate"):
            get(url, resolve=here, trust=trusted)


def test_a_redirect_from_https_to_http_is_refused(secure: tuple[Server, Path]) -> None:
    server, cert = secure
    server.says("301 Moved", "Location: http://shop.example/\r\n")
    trust = ssl.create_default_context(cafile=str(cert))
    with pytest.raises(EgressRefused, match="from https to http"):
        get(f"https://shop.example:{server.port}/", resolve=lambda host, port: ["127.0.0.1"], trust=trust)


@given(st.text(max_size=80))
def test_no_address_crashes(url: str) -> None:
    with pytest.raises(EarnestError):
        Egress(AGENT, timeout=1.0, resolve=lambda host, port: ["10.0.0.1"]).get(url)


def test_no_proxy_is_taken_from_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    server.says("200 OK", body=b"direct")
    assert get(server.url).body == b"direct"
