"""Saying something: by the public form and by a signed request, through the real gate and model."""

import json
import time
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from earnest.gate.voice import Keys
from earnest.sources.submit.sign import new_secret, signature
from earnest.store import read
from earnest.web import notice_words, say_words
from earnest.web.views import say

SAID = "The new scanner refuses every second parcel at the Leeds counter, zebrafinch."


@pytest.fixture(autouse=True)
def _keys(home: Path) -> None:
    Keys.make(home / "keys" / "voices.key")


def found(word: str = "zebrafinch") -> tuple[read.PostRow, ...]:
    return read.posts("riders", read.Filters(q=word)).rows


def test_what_is_said_arrives_labelled_and_the_thanks_tell_nothing(client: Client, desk: None) -> None:
    answer = client.post("/say/riders", {"text": SAID, "where": "Leeds", "lang": "en"})
    assert (answer.status_code, answer["Location"]) == (302, "/say/riders/thanks?lang=en")
    (post,) = found()
    assert (post.place, post.region, post.sentiment) == ("form", "Leeds", None)
    assert post.labels
    thanks = client.get(answer["Location"]).content.decode()
    assert str(post.id) not in thanks
    assert "zebrafinch" not in thanks
    assert "sessionid" not in client.cookies


def test_the_places_own_region_stands_where_none_was_given(client: Client, desk: None) -> None:
    client.post("/say/riders", {"text": SAID})
    assert found()[0].region == "Bristol"


def test_personal_data_is_gone_before_it_is_stored(client: Client, desk: None) -> None:
    client.post("/say/riders", {"text": f"{SAID} Write me: jo.bloggs@example.org"})
    assert "[email]" in found()[0].text
    assert "bloggs" not in found()[0].text


@pytest.mark.parametrize(
    "text",
    [
        "We should found a union at the depot and strike next week, zebrafinch.",
        *(f"the app is slow today zebrafinch {word}" for word in notice_words.LEAVE_WORDS),
    ],
)
def test_what_is_withheld_gets_the_same_thanks(client: Client, desk: None, text: str) -> None:
    assert client.post("/say/riders", {"text": text})["Location"] == "/say/riders/thanks?lang=en"
    assert not found()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"text": "   "}, "empty"),
        ({}, "empty"),
        ({"text": "a" * 5_001}, "long"),
        ({"text": "hello there", "where": "x" * 81}, "fields"),
        ({"text": "hello there", "lang": "klingon"}, "fields"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_what_cannot_be_taken_is_said_in_the_readers_language(
    client: Client, desk: None, data: dict[str, str], problem: str, lang: str
) -> None:
    answer = client.post(f"/say/riders?lang={lang}", data)
    assert answer.status_code == 400
    assert say_words.WORDS[lang]["problems"][problem] in unescape(answer.content.decode())


def test_what_was_written_stands_again_and_is_escaped(client: Client, desk: None) -> None:
    answer = client.post("/say/riders", {"text": "<b>bold</b>", "where": "x" * 81})
    assert "&lt;b&gt;bold&lt;/b&gt;</textarea>" in answer.content.decode()


def test_a_robot_is_thanked_and_nothing_is_kept(client: Client, desk: None) -> None:
    assert client.post("/say/riders", {"text": SAID, "website": "https://spam.example"}).status_code == 302
    assert not found()


def test_too_many_from_one_address_wait(client: Client, desk: None) -> None:
    for _ in range(say.SENT.times):
        say.SENT.note("127.0.0.1")
    assert client.post("/say/riders", {"text": SAID}).status_code == 429


def test_without_keys_nothing_is_kept_and_it_is_said(client: Client, desk: None, home: Path) -> None:
    (home / "keys" / "voices.key").unlink()
    answer = client.post("/say/riders", {"text": SAID})
    assert answer.status_code == 503
    assert "nothing was kept" in answer.content.decode()
    assert SAID in unescape(answer.content.decode())


@pytest.mark.parametrize("url", ["/say/new", "/say/shoppers", "/say/nowhere"])
def test_no_form_where_no_place_takes_it(client: Client, desk: None, url: str) -> None:
    assert client.get(url).status_code == 404


class TestSigned:
    """`POST /api/submit/<programme>`."""

    secret = new_secret()

    @pytest.fixture(autouse=True)
    def _secret(self, home: Path) -> None:
        (home / "keys" / "submit-riders.key").write_text(f"{self.secret}\n")

    def send(
        self,
        client: Client,
        body: bytes,
        *,
        secret: str = "",
        at: int = 0,
        id: str = "msg_1",
        to: str = "riders",
    ) -> object:
        stamp = int(time.time()) + at
        headers = {
            "webhook-id": id,
            "webhook-timestamp": str(stamp),
            "webhook-signature": signature(secret or self.secret, id, stamp, body),
        }
        return client.post(f"/api/submit/{to}", body, content_type="application/json", headers=headers)

    def test_is_taken_once_however_often_it_comes(self, client: Client, desk: None) -> None:
        body = json.dumps({"text": SAID, "region": "Leeds", "author": "somebody"}).encode()
        for _ in range(3):
            answer = self.send(client, body)
            assert answer.status_code == 202
            assert answer.json()["taken"] is True
        assert len(found()) == 1

    @pytest.mark.parametrize(
        ("body", "options", "status", "problem"),
        [
            (b'{"text": "hello"}', {"secret": new_secret()}, 401, "The signature does not fit."),
            (b'{"text": "hello"}', {"at": -3_600}, 401, "webhook-timestamp is too old."),
            (b"not json", {}, 400, "body: is not JSON"),
            (b'{"text": 5}', {}, 400, "body, text: Expected 'str', got 'int'"),
            (b'{"text": "  "}', {}, 400, "text: is empty"),
            (b'{"text": ' + b"[" * 10_000, {}, 400, "body, text: Expected 'str', got 'array'"),
            (b'{"text": "' + b"a" * 70_000 + b'"}', {}, 413, "The body is larger than 64 KB."),
            (b'{"text": "hello"}', {"to": "shoppers"}, 404, "Nothing is submitted to here."),
            (b'{"text": "hello"}', {"to": "nowhere"}, 404, "Nothing is submitted to here."),
        ],
    )
    def test_bad_requests_are_answered_by_a_sentence(
        self, client: Client, desk: None, body: bytes, options: dict[str, object], status: int, problem: str
    ) -> None:
        answer = self.send(client, body, **options)
        assert answer.status_code == status
        assert answer.json()["problem"] == problem

    def test_without_a_secret_nothing_is_taken(self, client: Client, desk: None, home: Path) -> None:
        (home / "keys" / "submit-riders.key").unlink()
        assert self.send(client, b'{"text": "hello"}').status_code == 503
