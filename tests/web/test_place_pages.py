"""Places on the pages: adding one, inviting a community, and how each stands."""

from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from earnest.store import read, read_audit
from tests.rooms import Desk, People

As = Callable[[str], Client]


def body(answer: Any) -> str:
    return " ".join(unescape(answer.content.decode()).split())


@pytest.mark.parametrize(
    ("programme", "given", "sentence"),
    [
        (
            "shoppers",
            {"name": "", "kind": "open", "url": "https://a.example/f"},
            "“Name of the place” is empty.",
        ),
        ("shoppers", {"name": "A", "kind": "open", "url": ""}, "“Address” is empty."),
        ("shoppers", {"name": "A", "kind": "closed", "url": "https://a.example/f"}, "it invites"),
        ("shoppers", {"name": "A", "kind": "secret", "url": "https://a.example/f"}, "is not a kind of place"),
        ("shoppers", {"name": "A", "kind": "open", "url": "ftp://a.example/f"}, "url"),
        (
            "shoppers",
            {"name": "reviews", "kind": "open", "url": "https://a.example/f"},
            "already has a place",
        ),
        (
            "riders",
            {"name": "A", "kind": "open", "url": "https://a.example/f"},
            "not listened to in public places",
        ),
    ],
    ids=["no name", "no address", "closed", "no kind", "no web address", "twice", "a workforce in public"],
)
def test_a_place_is_refused_in_a_sentence_and_what_was_written_stands(
    as_: As, programme: str, given: dict[str, str], sentence: str
) -> None:
    before = len(read.places(programme))
    answer = as_("admin").post(f"/{programme}/places/add/feed", given)
    assert answer.status_code == 400
    assert sentence in body(answer)
    if given["url"]:
        assert given["url"] in body(answer)
    assert len(read.places(programme)) == before


def test_a_feed_is_added_noted_and_stands_in_the_notice(as_: As) -> None:
    given = {"name": "Store reviews", "kind": "addressed", "url": "https://a.example/reviews.xml"}
    answer = as_("steward").post("/riders/places/add/feed", given)
    assert answer["Location"] == "/riders/place/store-reviews"
    assert "read" in body(as_("steward").get(answer["Location"]))
    assert "Store reviews" in body(Client().get("/notice/riders"))
    assert [link.about for link in read_audit.links(programme="riders") if link.action == "place_added"] == [
        "place:store-reviews"
    ]


def test_a_draft_gets_its_places_before_it_begins_and_reads_none(as_: As) -> None:
    given = {"name": "Store reviews", "kind": "addressed", "url": "https://a.example/reviews.xml"}
    client = as_("admin")
    assert client.post("/depots/places/add/feed", given)["Location"] == "/depots/setup/places"
    assert "Store reviews" in body(client.get("/depots/setup/places"))
    assert "depots" not in {place.programme for place in read.listening_places()}
    answer = client.get("/depots/places/invite/matrix")
    assert answer["Location"] == "/depots/setup"


def test_what_a_workforce_may_not_have_is_not_offered(as_: As) -> None:
    assert 'value="open"' not in body(as_("steward").get("/riders/places/add/feed"))
    assert 'value="open"' in body(as_("admin").get("/shoppers/places/add/feed"))


@pytest.mark.parametrize(
    "url", ["/riders/places/add/file", "/riders/places/add/matrix", "/riders/places/invite/feed"]
)
def test_what_is_not_added_on_pages_has_none(as_: As, url: str) -> None:
    assert as_("steward").get(url).status_code == 404


def test_an_invitation_that_cannot_be_written_says_why_and_never_shows_the_token_again(
    as_: As, home: Path
) -> None:
    given = {
        "name": "Room",
        "homeserver": "nowhere",
        "room": "!a:b",
        "secret": "syt_very_secret",
        "grace": "7",
    }
    answer = as_("steward").post("/riders/places/invite/matrix", given)
    assert answer.status_code == 400
    assert "syt_very_secret" not in body(answer)
    assert read.place("riders", "room") is None


class TestARealRoom:
    """With a real homeserver: the notice is pinned, the place opens, the community ends it."""

    @pytest.fixture
    def room(self, people: People, settings: Settings, home: Path) -> Desk:
        settings.PRIVATE_PLACES = True
        return Desk(people)

    def test_from_the_invitation_to_its_end(self, as_: As, room: Desk) -> None:
        client = as_("steward")
        given = dict(room.settings())
        answer = client.post(
            "/riders/places/invite/matrix",
            {"name": "Depot room", "homeserver": given["homeserver"], "room": given["room"],
             "secret": given["token"], "grace": "9", "lang": "en"},
        )  # fmt: skip
        assert answer.status_code == 200
        notice = unescape(answer.content.decode()).partition('aria-labelledby="words">')[2]
        notice = notice.rpartition('aria-labelledby="words">')[2].partition("</pre>")[0]
        assert "Invitation earnest-" in notice
        assert "http://testserver/notice/riders?lang=en" in notice
        assert "9 days later" in notice
        assert given["token"] not in body(answer)
        page = body(client.get("/riders/place/depot-room"))
        assert "waiting for the community to publish the notice" in page
        assert "Can open until" in page
        public = body(Client().get("/notice/riders"))
        assert "waiting for the pin" in public
        assert "asked, not invited yet: not read" in public

        told = body(client.post("/riders/place/depot-room/look"))
        assert "waiting for the community" in told

        room.publish(notice)
        assert "open: the community invites us" in body(client.post("/riders/place/depot-room/look"))
        assert "<b>Depot room</b> opened" in body(Client().get("/notice/riders"))

        assert client.post("/riders/place/depot-room/pause").status_code == 303
        assert "paused" in body(client.get("/riders/place/depot-room"))
        assert client.post("/riders/place/depot-room/close", {"sure": "yes"}).status_code == 303
        page = body(client.get("/riders/place/depot-room"))
        assert "Everything is erased on" in page
        assert "closed: by the operator" in page
