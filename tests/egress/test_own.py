"""`Egress(own=…)`: one address of the operator's own, and nothing else at all."""

import pytest

from earnest.egress import Egress, Own, is_own
from earnest.record.errors import BadSetting, EgressRefused

AGENT = "Earnest/test"


def own(url, **more):
    return Egress(AGENT, timeout=5, own=Own.of(url), **more)


def test_it_reaches_its_address(server):
    server.says("200 OK", body=b"hello")
    assert own(server.url).ask("POST", f"{server.url}v1", body=b"{}").body == b"hello"


@pytest.mark.parametrize(
    "other",
    [
        "http://127.0.0.1:{next}/",
        "http://127.0.0.2:{port}/",
        "https://127.0.0.1:{port}/",
        "http://example.org/",
    ],
    ids=["another port", "another address of this machine", "another scheme", "the internet"],
)
def test_it_reaches_no_other(server, other):
    url = other.format(port=server.port, next=server.port + 1)
    for way in (lambda one: one.ask("GET", url), lambda one: one.get(url)):
        with pytest.raises(EgressRefused, match="one address only"):
            way(own(server.url))
    assert server.asked == []


def test_a_redirect_leads_nowhere_else(server):
    server.says("302 Found", f"Location: http://127.0.0.1:{server.port + 1}/\r\n")
    with pytest.raises(EgressRefused):
        own(server.url).get(server.url)
    assert len(server.asked) == 1


@pytest.mark.parametrize("leads", ["93.184.216.34", "169.254.169.254", "100.64.0.1", "fe80::1"])
def test_a_name_that_leads_outside_the_own_network_is_refused_when_it_is_used(leads):
    one = own("http://model.example:8000/", resolve=lambda host, port: ["127.0.0.1", leads])
    with pytest.raises(EgressRefused, match="not on this machine"):
        one.ask("GET", "http://model.example:8000/v1/models")


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("10.0.0.8", True), ("172.31.0.1", True),
        ("192.168.1.5", True), ("fd12::1", True), ("::ffff:10.0.0.8", True),
        ("172.32.0.1", False), ("169.254.169.254", False), ("fd00:ec2::254", False), ("::", False),
        ("::ffff:8.8.8.8", False), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False), ("nonsense", False),
    ],
)  # fmt: skip
def test_which_addresses_are_the_operators_own(address, answer):
    assert is_own(address) is answer


def test_a_public_number_is_refused_before_anything_is_asked():
    with pytest.raises(BadSetting, match="not on this machine"):
        Own.of("http://93.184.216.34/")
