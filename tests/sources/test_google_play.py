"""Google Play, by a loopback server that answers as the published reference says. Synthetic throughout."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from earnest.record.errors import BadSetting, InputError, SourceBusy, SourceGone
from earnest.sources.base import Source
from earnest.sources.contract import Damaged, SourceContract
from earnest.sources.google_play.source import REACH, GooglePlay, GooglePlaySettings
from earnest.sources.registry import open_source
from tests.sources.hostile_payloads import check_error, damage, encode
from tests.sources.public_places import AT, NOW, egress, ids, now, pages, refusing, survives
from tests.sources.replay import Asked, Replay, Reply, optional, reply_json

PRIVATE = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
PEM = PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
KEY = json.dumps({"type": "service_account", "client_email": "earnest@example.net", "private_key": PEM})
APP = "org.example.app"


def review(n: int, at: int, text: str | None = None, **more: Any) -> dict[str, Any]:
    said = {
        "text": text or f"Late {n}\tTwo hours {n}",
        "lastModified": {"seconds": str(at), "nanos": 5},
        "starRating": 1,
        "reviewerLanguage": "en_GB",
        **more,
    }
    answered = {"developerComment": {"text": "Sorry.", "lastModified": {"seconds": str(at + 5)}}}
    return {
        "reviewId": f"review-{n}",
        "authorName": f"User {n}",
        "comments": [{"userComment": said}, answered],
    }


class Console:
    """An app's reviews, in no order, and the issuer of tokens."""

    def __init__(self, reviews: list[Any]) -> None:
        self.reviews = reviews
        self.first: list[Reply] = []
        self.token = [Reply()]
        self.signed_in = 0

    def issue(self, asked: Asked) -> Reply:
        told = jwt.decode(
            asked.form["assertion"], PRIVATE.public_key(), algorithms=["RS256"],
            audience="https://oauth2.googleapis.com/token",
        )  # fmt: skip
        assert told["scope"].endswith("androidpublisher")
        self.signed_in += 1
        return reply_json({"access_token": "t0ken", "expires_in": 3_599, "token_type": "Bearer"})

    def listed(self, asked: Asked) -> Reply:
        if self.first:
            return self.first.pop(0)
        assert asked.headers["authorization"] == "Bearer t0ken"
        begin, size = int(asked.query.get("token", "0")), 20
        more = begin + size < len(self.reviews)
        paging = {"tokenPagination": {"nextPageToken": str(begin + size)}} if more else {}
        return reply_json(encode({"reviews": self.reviews[begin : begin + size], **paging}))


@pytest.fixture(scope="module")
def served() -> Iterator[Any]:
    server = Replay({}).start()

    def serve(console: Console, **more: Any) -> GooglePlay:
        name = f"/{id(console)}"
        server.add(f"POST {name}/token", optional(console.issue))
        server.add(f"{name}/androidpublisher/v3/applications/{APP}/reviews", optional(console.listed))
        wanted = GooglePlaySettings(app=APP, key=KEY, server=server.url + name, **more)
        return GooglePlay(wanted, egress(), now)

    yield serve
    server.close(check=False)


class TestGooglePlay(SourceContract):
    @pytest.fixture(autouse=True)
    def _served(self, served: Any) -> None:
        mixed = [review(n, AT - 9_000 + (n * 37) % 90) for n in range(75)]
        self.full, self.bare = served(Console(mixed)), served(Console([]))
        bad = review(2, AT - 800)
        bad["comments"][0]["userComment"]["text"] = {"velvet": "velvet"}
        self.bad = served(Console([review(1, AT - 900), bad, review(3, AT - 700)]))

    def source(self, folder: Path) -> Source:
        return self.full

    def empty(self, folder: Path) -> Source:
        return self.bare

    def damaged(self, folder: Path) -> Damaged:
        return Damaged(self.bad, 1, ["review-1", "review-3"], ["velvet"])


def test_a_review_becomes_a_post_with_what_it_tells(served: Any) -> None:
    console = Console([review(1, AT - 900), review(2, AT - 800, "no title")])
    first, second = pages(served(console))[0].posts
    assert (first.id, first.text, first.lang) == ("review-1", "Late 1\n\nTwo hours 1", "en")
    assert second.text == "no title"
    assert first.version
    assert int(first.version.timestamp()) == AT - 900


def test_an_edit_comes_again_and_what_did_not_change_does_not(served: Any) -> None:
    console = Console([review(n, AT - 9_000) for n in range(50)])
    source = served(console)
    cursor = pages(source)[-1].cursor
    console.reviews[3] = review(3, AT + 60, "otherwise")
    later = GooglePlay(source._settings, egress(), lambda: NOW + timedelta(minutes=5))
    assert [(post.id, post.text) for page in pages(later, cursor) for post in page.posts] == [
        ("review-3", "otherwise")
    ]
    assert console.signed_in == 2, "a token is used as long as it lasts"


def test_more_than_a_week_without_reading_is_said_to_be_missed(served: Any) -> None:
    source = served(Console([review(1, AT - 900)]))
    assert pages(source)[0].missed is None
    long_ago = int((NOW - timedelta(days=20)).timestamp())
    (page,) = pages(source, f'{{"after":{long_ago}}}')
    assert page.missed
    assert page.missed[0].timestamp() == long_ago
    assert page.missed[1] > NOW - REACH
    assert ids([page]) == ["review-1"]


@pytest.mark.parametrize(
    ("answer", "kind", "advice"),
    [
        (Reply(401), SourceGone, "Play Console"),
        (Reply(403, b'{"error": {"status": "PERMISSION_DENIED"}}'), SourceGone, "Play Console"),
        (Reply(403, b'{"error": {"status": "RESOURCE_EXHAUSTED"}}'), SourceBusy, "by itself"),
        (Reply(404), SourceGone, "app"),
        (Reply(429, headers={"Retry-After": "30"}), SourceBusy, "by itself"),
        (Reply(503), SourceBusy, "by itself"),
    ],
    ids=["401", "403", "quota", "404", "429", "503"],
)
def test_each_refusal_says_what_to_do(served: Any, answer: Reply, kind: type[Exception], advice: str) -> None:
    console = Console([])
    console.first = [answer]
    error = refusing(served(console))
    assert isinstance(error, kind)
    assert advice in error.advice


def test_a_position_that_google_forgot_is_a_clear_error(served: Any) -> None:
    console = Console([])
    console.first = [Reply(400)]
    with pytest.raises(InputError) as told:
        pages(served(console), f'{{"after":1,"top":{AT},"next":"gone"}}')
    check_error(told.value)


def test_a_damaged_review_costs_only_itself(served: Any) -> None:
    console = Console([])
    source = served(console)
    for name, bad in damage(review(7, AT - 900)):
        console.reviews = [review(1, AT - 900), bad, review(2, AT - 800)]
        survives(source, name, ["review-1", "review-2"])


@pytest.mark.parametrize("key", ["", "nonsense", "{}", '{"client_email": "a", "private_key": "b"}'], ids=len)
def test_a_key_that_is_none_is_refused_at_once(key: str) -> None:
    with pytest.raises(BadSetting, match="service account"):
        open_source("google_play", {"app": APP, "key": key}, egress())


def test_a_wrong_app_is_named() -> None:
    with pytest.raises(BadSetting, match="app"):
        open_source("google_play", {"app": "no app", "key": KEY}, egress())


del SourceContract
