"""Apple's App Store, by a loopback server that answers as the published reference says. All synthetic."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from earnest.record.errors import BadSetting, InputError, SourceBusy, SourceGone
from earnest.sources.app_store.source import AppStore, AppStoreSettings
from earnest.sources.base import Source
from earnest.sources.contract import Damaged, SourceContract
from earnest.sources.registry import open_source
from tests.sources.hostile_payloads import check_error, damage, encode
from tests.sources.public_places import AT, NOW, egress, ids, now, pages, refusing, survives
from tests.sources.replay import Asked, Replay, Reply, optional, reply_json

PRIVATE = ec.generate_private_key(ec.SECP256R1())
KEY = PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
APP = "123456789"


def iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone().isoformat(timespec="seconds")


def review(n: int, at: int, **more: Any) -> dict[str, Any]:
    told = {"rating": 1, "title": f"Late {n}", "body": f"Two hours {n}", "reviewerNickname": f"user{n}",
            "createdDate": iso(at), "territory": "GBR"}  # fmt: skip
    return {"type": "customerReviews", "id": f"r{n}", "attributes": told | more}


def entry(n: int, at: int, **more: Any) -> dict[str, Any]:
    return {
        "author": {"uri": {"label": "https://x.example"}, "name": {"label": f"user{n}"}},
        "updated": {"label": iso(at)}, "im:rating": {"label": "1"}, "id": {"label": str(n)},
        "title": {"label": f"Late {n}"},
        "content": {"label": f"Two hours {n}", "attributes": {"type": "text"}},
        **more,
    }  # fmt: skip


class Store:
    """App Store Connect and the public feed of one app."""

    def __init__(self, reviews: list[Any], size: int = 30) -> None:
        self.reviews, self.size = reviews, size
        self.first: list[Reply] = []

    def connect(self, asked: Asked) -> Reply:
        if self.first:
            return self.first.pop(0)
        token = asked.headers["authorization"].removeprefix("Bearer ")
        told = jwt.decode(token, PRIVATE.public_key(), algorithms=["ES256"], audience="appstoreconnect-v1")
        assert told["exp"] - told["iat"] <= 1_200
        assert jwt.get_unverified_header(token)["kid"] == "KEY1"
        found = sorted(self.reviews, key=_date, reverse=True)
        begin = int(asked.query.get("cursor", "0"))
        links = {"self": "x"}
        if begin + self.size < len(found):
            links["next"] = f"https://elsewhere.example/v1?cursor={begin + self.size}&limit=200"
        return reply_json(encode({"data": found[begin : begin + self.size], "links": links}))

    def feed(self, asked: Asked) -> Reply:
        if self.first:
            return self.first.pop(0)
        page = int(asked.path.split("page=")[1].split("/")[0])
        found = sorted(self.reviews, key=_date, reverse=True)[(page - 1) * 50 : page * 50]
        told: Any = found[0] if len(found) == 1 else found
        return reply_json(encode({"feed": {"author": {}, **({"entry": told} if found else {})}}))


def _date(one: Any) -> datetime:
    try:
        at = one["attributes"]["createdDate"] if "attributes" in one else one["updated"]["label"]
        return datetime.fromisoformat(at).astimezone(UTC)
    except (TypeError, KeyError, ValueError):
        return datetime.fromtimestamp(AT - 900, UTC)


@pytest.fixture(scope="module")
def served() -> Iterator[Any]:
    server = Replay({}).start()

    def serve(store: Store, *, own: bool = True, **more: Any) -> AppStore:
        name = f"/{id(store)}"
        server.add(f"{name}/v1/apps/{APP}/customerReviews", optional(store.connect))
        server.add(f"{name}/gb/rss/customerreviews/*/*/*/json", optional(store.feed))
        how = {"key": KEY, "key_id": "KEY1", "issuer": "issuer"} if own else {"country": "GB"}
        wanted = AppStoreSettings(app=APP, server=server.url + name, **how, **more)
        return AppStore(wanted, egress(), now)

    yield serve
    server.close(check=False)


class TestOwnApp(SourceContract):
    @pytest.fixture(autouse=True)
    def _served(self, served: Any) -> None:
        self.full = served(Store([review(n, AT - 9_000 + n // 40) for n in range(130)]))
        self.bare = served(Store([]))
        bad = [review(1, AT - 900), review(2, AT - 800, body=["velvet"]), review(3, AT - 700)]
        self.bad = served(Store(bad))

    def source(self, folder: Path) -> Source:
        return self.full

    def empty(self, folder: Path) -> Source:
        return self.bare

    def damaged(self, folder: Path) -> Damaged:
        return Damaged(self.bad, 1, ["r3", "r1"], ["velvet"])


class TestPublicFeed(SourceContract):
    @pytest.fixture(autouse=True)
    def _served(self, served: Any) -> None:
        self.full = served(Store([entry(n, AT - 9_000 + n // 40) for n in range(130)]), own=False)
        self.bare = served(Store([]), own=False)

    def source(self, folder: Path) -> Source:
        return self.full

    def empty(self, folder: Path) -> Source:
        return self.bare


def test_a_review_becomes_a_post_with_what_it_tells(served: Any) -> None:
    (post,) = pages(served(Store([review(1, AT - 900)]), lang="en"))[0].posts
    assert (post.id, post.text, post.author) == ("r1", "Late 1\n\nTwo hours 1", "user1")
    assert (post.lang, post.region, post.created) == ("en", "GBR", datetime.fromtimestamp(AT - 900, UTC))
    (post,) = pages(served(Store([entry(1, AT - 900)]), own=False))[0].posts
    assert (post.id, post.text, post.region) == ("1", "Late 1\n\nTwo hours 1", "GB")


def test_what_comes_later_is_read_alone_and_an_edit_comes_again(served: Any) -> None:
    store = Store([review(n, AT - 9_000 + n) for n in range(70)])
    source = served(store)
    cursor = pages(source)[-1].cursor
    store.reviews[5] = review(5, AT + 30, body="otherwise")
    store.reviews.append(review(99, AT + 40))
    later = AppStore(source._settings, egress(), lambda: NOW + timedelta(minutes=5))
    found = [(post.id, post.text) for page in pages(later, cursor) for post in page.posts]
    assert found == [("r99", "Late 99\n\nTwo hours 99"), ("r5", "Late 5\n\notherwise")]


def test_a_review_that_was_taken_away_is_not_listed_again(served: Any) -> None:
    store = Store([review(n, AT - 9_000 + n) for n in range(70)])
    source = served(store)
    del store.reviews[5]
    listed = [post.id for page in source.still_there(NOW - timedelta(days=1), NOW) for post in page.posts]
    assert len(listed) == 69
    assert "r5" not in listed


def test_a_feed_that_ends_too_early_says_what_it_missed(served: Any) -> None:
    source = served(Store([entry(n, AT - 9_000 + n) for n in range(700)]), own=False)
    found = pages(source)
    assert len(ids(found)) == 500
    missed = found[-1].missed
    assert missed
    assert missed[1] == datetime.fromtimestamp(AT - 9_000 + 200, UTC)
    with pytest.raises(InputError, match="so far back"):
        list(source.still_there(NOW - timedelta(days=1), NOW))


@pytest.mark.parametrize(
    ("status", "kind", "advice"),
    [
        (401, SourceGone, "key"), (403, SourceGone, "role"), (404, SourceGone, "app"),
        (429, SourceBusy, "by itself"),
        (500, SourceBusy, "by itself"),
    ],
)  # fmt: skip
def test_each_refusal_says_what_to_do(served: Any, status: int, kind: type[Exception], advice: str) -> None:
    store = Store([])
    store.first = [Reply(status)]
    error = refusing(served(store))
    assert isinstance(error, kind)
    assert advice in error.advice


def test_a_position_that_apple_forgot_is_a_clear_error(served: Any) -> None:
    store = Store([])
    store.first = [Reply(400)]
    with pytest.raises(InputError) as told:
        pages(served(store), f'{{"after":1,"top":{AT},"next":"gone"}}')
    check_error(told.value)


@pytest.mark.parametrize("own", [True, False], ids=["own app", "public feed"])
def test_a_damaged_review_costs_only_itself(served: Any, own: bool) -> None:
    make, names = (review, ["r1", "r2"]) if own else (entry, ["1", "2"])
    for name, bad in damage(make(7, AT - 900)):
        store = Store([make(1, AT - 700), bad, make(2, AT - 650)])
        survives(served(store, own=own), name, names)


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"key": "nonsense", "key_id": "k", "issuer": "i"}, "AuthKey"), ({"key": KEY}, "key_id"),
        ({}, "country"),
        ({"country": "Britain"}, "country"), ({"app": "x", "country": "gb"}, "app"),
    ],
    ids=["no key", "no key id", "neither", "no country", "no number"],
)  # fmt: skip
def test_a_wrong_setting_is_named(wrong: dict[str, Any], names: str) -> None:
    with pytest.raises(BadSetting) as told:
        open_source("app_store", {"app": APP} | wrong, egress())
    assert names in told.value.sentence()


def test_a_key_without_its_line_breaks_is_read(served: Any) -> None:
    wanted = {"app": APP, "key": KEY.replace("\n", " "), "key_id": "k", "issuer": "i"}
    assert open_source("app_store", wanted, egress())


del SourceContract
