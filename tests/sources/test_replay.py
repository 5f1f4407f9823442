"""The replaying server does what its table says, each fault is one to a real client, nothing stays."""

import json
import threading
import time

import pytest

from earnest.egress import Egress
from earnest.record.errors import EgressRefused, SourceBusy, SourceError
from tests.sources.replay import FAULTS, Replay, broken, optional, paged, reply_json


def out(**more: object) -> Egress:
    return Egress("EarnestTests/1", **({"timeout": 2.0, "allow_private": True} | more))


def test_answers_come_in_order_and_by_the_row_that_says_most() -> None:
    table = {
        "/items": [reply_json([1]), reply_json([2])],
        "/items?page=2": reply_json([3]),
        "/items/*/more": optional(reply_json([4])),
        "POST /items": lambda asked: reply_json({"said": asked.form}, 201),
    }
    with Replay(table) as server:
        told = [out().get(server.url + path).body for path in ("/items", "/items?page=2", "/items?x=1")]
        form = {"content-type": "application/x-www-form-urlencoded"}
        sent = out().ask("POST", f"{server.url}/items", headers=form, body=b"a=1&b=", takes=(201,))
    assert told == [b"[1]", b"[3]", b"[2]"]
    assert sent.body == b'{"said": {"a": "1", "b": ""}}'
    assert server.paths() == ["GET /items"] * 3 + ["POST /items"]
    assert server.asked[0].headers["user-agent"] == "EarnestTests/1"


def test_a_list_is_handed_out_page_by_page() -> None:
    with Replay({"/list": paged(range(5), 2, lambda items, after: {"i": list(items), "n": after})}) as server:
        egress, told, at = out(), [], "0"
        while at is not None:
            answer = egress.get(f"{server.url}/list?page={at}")
            page = json.loads(answer.body)
            told += page["i"]
            at = page["n"]
    assert told == [0, 1, 2, 3, 4]


def test_what_was_recorded_and_never_asked_for_fails() -> None:
    with (
        pytest.raises(AssertionError, match=r"never asked for.*1 of 2"),
        Replay({"/a": [reply_json(1), reply_json(2)]}) as server,
    ):
        out().get(f"{server.url}/a")


def test_what_nobody_recorded_fails() -> None:
    with (
        pytest.raises(AssertionError, match=r"nobody recorded.*/b"),
        Replay({}) as server,
        pytest.raises(SourceError),
    ):
        out().get(f"{server.url}/b")


def test_a_function_that_raises_is_told_at_the_end() -> None:
    def answer(_: object):
        raise KeyError("missing")

    with (
        pytest.raises(AssertionError, match="KeyError"),
        Replay({"/a": answer}) as server,
        pytest.raises(SourceBusy),
    ):
        out().get(f"{server.url}/a")


def test_a_connection_with_a_certificate_of_its_own() -> None:
    with Replay({"/a": reply_json(1)}, tls=True) as server:
        assert out(trust=server.trust).get(f"{server.url}/a").body == b"1"


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_a_clear_error_of_the_guarded_client_and_leaves_nothing_behind(fault: str) -> None:
    before = set(threading.enumerate())
    with Replay({"/a": broken(fault)}) as server:
        began = time.monotonic()
        with pytest.raises((SourceError, EgressRefused)) as told:
            out(timeout=0.6, max_bytes=2_000_000).get(f"{server.url}/a")
    assert told.value.sentence()
    assert time.monotonic() - began < 15
    assert set(threading.enumerate()) <= before
