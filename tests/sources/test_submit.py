"""Submissions: who may sign, what may be said, and that one delivery is one post."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earnest.record.errors import BadLine, BadSetting
from earnest.sources.submit.receive import receive_form, receive_signed
from earnest.sources.submit.sign import RefusedSignature, new_secret, signature, verify

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
STAMP = int(NOW.timestamp())
SECRET, OTHER = new_secret(), new_secret()
BODY = json.dumps({"text": "The pin is on the wrong side of the river."}).encode()


def signed(
    body: bytes = BODY, secret: str = SECRET, message_id: str = "msg_1", stamp: int = STAMP
) -> dict[str, str]:
    return {
        "Webhook-Id": message_id,
        "Webhook-Timestamp": str(stamp),
        "Webhook-Signature": signature(secret, message_id, stamp, body),
    }


def test_the_signature_is_the_one_standard_webhooks_describes() -> None:
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    by_hand = base64.b64encode(
        hmac.new(key, f"msg_1.{STAMP}.".encode() + BODY, hashlib.sha256).digest()
    ).decode()
    assert signature(SECRET, "msg_1", STAMP, BODY) == f"v1,{by_hand}"


def test_the_signature_is_the_one_of_the_published_example() -> None:
    """Secret, id, time, body and signature as the Standard Webhooks libraries publish them."""
    made = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_signed_request_becomes_a_post() -> None:
    body = json.dumps(
        {
            "text": " Late. ",
            "id": 7,
            "created": "2026-11-22T11:00:00+01:00",
            "lang": "en-GB",
            "region": "Lyon",
        }
    )
    post = receive_signed(signed(body.encode()), body.encode(), [SECRET], NOW)
    assert (post.id, post.text, post.lang, post.region) == ("said-7", "Late.", "en", "Lyon")
    assert post.created == NOW - timedelta(hours=2)
    assert post.author is None


def test_an_author_sent_along_is_not_looked_at() -> None:
    body = b'{"text": "x", "author": "somebody", "email": "somebody@example.org"}'
    assert receive_signed(signed(body), body, [SECRET], NOW).author is None


def test_a_replay_is_the_same_post_and_another_delivery_another() -> None:
    first, again = (receive_signed(signed(), BODY, [SECRET], NOW) for _ in range(2))
    later = receive_signed(signed(stamp=STAMP - 60), BODY, [SECRET], NOW)
    other = receive_signed(signed(message_id="msg_2"), BODY, [SECRET], NOW)
    assert first == again
    assert first.id == later.id != other.id


def test_two_secrets_are_valid_while_one_replaces_the_other() -> None:
    for secret in (SECRET, OTHER):
        assert verify(signed(secret=secret), BODY, [SECRET, OTHER], NOW) == "msg_1"
    both = signed() | {"Webhook-Signature": f"v1,AAAA v2,x {signature(SECRET, 'msg_1', STAMP, BODY)}"}
    assert verify(both, BODY, [SECRET], NOW) == "msg_1"


@pytest.mark.parametrize(
    ("change", "body", "says"),
    [
        pytest.param({}, BODY + b" ", "does not fit", id="a changed body"),
        pytest.param({"Webhook-Id": "msg_9"}, BODY, "does not fit", id="a changed id"),
        pytest.param({"Webhook-Timestamp": str(STAMP + 1)}, BODY, "does not fit", id="a changed time"),
        pytest.param(signed(secret=OTHER), BODY, "does not fit", id="another secret"),
        pytest.param(signed(stamp=STAMP - 301), BODY, "too old", id="six minutes old"),
        pytest.param(signed(stamp=STAMP + 301), BODY, "in the future", id="six minutes ahead"),
        pytest.param({"Webhook-Timestamp": "soon"}, BODY, "must be seconds", id="a time in words"),
        pytest.param({"Webhook-Timestamp": "9" * 400}, BODY, "must be seconds", id="a time without end"),
        pytest.param({"Webhook-Timestamp": "١٢"}, BODY, "must be seconds", id="a time in other digits"),
        pytest.param({"Webhook-Signature": ""}, BODY, "webhook-signature is missing", id="no signature"),
        pytest.param({"Webhook-Signature": "v1,"}, BODY, "does not fit", id="an empty signature"),
        pytest.param(
            {"Webhook-Signature": "v1,é\ud800"}, BODY, "does not fit", id="a signature of other letters"
        ),
        pytest.param({"Webhook-Id": ""}, BODY, "webhook-id is missing", id="no id"),
        pytest.param({"Webhook-Id": "a.b"}, BODY, "webhook-id must be", id="an id with a full stop"),
        pytest.param({"Webhook-Id": "x" * 300}, BODY, "webhook-id must be", id="a long id"),
    ],
)
def test_a_request_that_is_not_signed_well_is_refused(change: dict[str, str], body: bytes, says: str) -> None:
    with pytest.raises(RefusedSignature, match=says):
        receive_signed(signed() | change, body, [SECRET], NOW)


def test_without_a_secret_nobody_can_sign() -> None:
    with pytest.raises(RefusedSignature):
        receive_signed(signed(), BODY, [], NOW)
    for none in ("whsec_?", "whsec_", "", "whsec_" + base64.b64encode(b"short").decode()):
        with pytest.raises(BadSetting):
            receive_signed(signed(), BODY, [none], NOW)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"text": ""}, "text"),
        ({"text": "   "}, "text"),
        ({"text": "velvet " * 2_000}, "text"),
        ({"text": "vel\0vet"}, "text"),
        ({"text": 5}, "body, text"),
        ({}, "body"),
        ([], "body"),
        ("velvet", "body"),
        ({"text": "velvet", "id": []}, "body, id"),
        ({"text": "velvet", "id": "x" * 600}, "id"),
        ({"text": "velvet", "created": "velvet"}, "created"),
        ({"text": "velvet", "created": "9999-01-01"}, "created"),
        ({"text": "velvet", "created": 1e300}, "created"),
        ({"text": "velvet", "lang": "velvet!"}, "lang"),
        ({"text": "velvet", "region": "x" * 200}, "region"),
    ],
)
def test_what_cannot_be_a_post_is_a_clear_error(body: Any, place: str) -> None:
    raw = json.dumps(body).encode()
    with pytest.raises(BadLine) as caught:
        receive_signed(signed(raw), raw, [SECRET], NOW)
    assert caught.value.place == place
    assert "velvet" not in caught.value.sentence()


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"[" * 20_000, b'{"text":"' + b"x" * 70_000 + b'"}'])
def test_a_body_that_is_no_json_or_too_large_is_a_clear_error(raw: bytes) -> None:
    with pytest.raises(BadLine) as caught:
        receive_signed(signed(raw), raw, [SECRET], NOW)
    assert caught.value.place == "body"


def test_the_form_gives_each_submission_its_own_name() -> None:
    first, second = (receive_form("Same words.", lang="es", region="", now=NOW) for _ in range(2))
    assert first.id != second.id
    assert (first.text, first.lang, first.region, first.created) == ("Same words.", "es", None, NOW)
    with pytest.raises(BadLine, match="is empty"):
        receive_form(" \n")


@given(
    st.dictionaries(st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text()),
    st.binary(),
)
def test_no_request_crashes_and_none_passes_unsigned(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(RefusedSignature):
        receive_signed(headers, body, [SECRET])
