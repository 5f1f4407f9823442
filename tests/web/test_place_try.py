"""Trying a place on a page before it is added, its settings afterwards, and where its key may not go."""

from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from earnest.flow import secret as secrets
from earnest.sources.registry import BUILT_IN
from earnest.sources.singer import programs
from earnest.store import read, read_audit
from earnest.web import place_fields, place_said, place_words
from tests.sources.replay import Replay, Reply

As = Callable[[str], Client]

ITEM = "<item><guid>{0}</guid><title>{1}</title><author>ann@example.org</author></item>"
SAID = [
    "The app closed at the door, call me at 0171 555 0100.",
    "Our union meets on Friday, join the strike.",
]
SAID += [f"Said {n} of the six." for n in range(6)]
ITEMS = "".join(ITEM.format(n, text) for n, text in enumerate(SAID))
FEED = f'<rss version="2.0"><channel><title>c</title>{ITEMS}</channel></rss>'


def body(answer: Any) -> str:
    return " ".join(unescape(answer.content.decode()).split())


@pytest.fixture
def server(settings: Settings) -> Iterator[Replay]:
    settings.PRIVATE_PLACES = True
    rss = {"Content-Type": "application/rss+xml"}
    one = Replay({"/feed": Reply(200, FEED.encode(), headers=rss), "/gone": Reply(410, b"")}).start()
    yield one
    one.close(check=False)


@pytest.fixture
def tap(tmp_path: Path, home: Path) -> Iterator[None]:
    """A tap that says what its config is: the type of the tests that has a key."""
    folder = tmp_path / "taps"
    folder.mkdir(mode=0o755)
    (folder / "tap-x").write_text(
        '#!/bin/sh\n[ "$3" = --discover ] && exit 2\n'
        'printf \'{"type": "RECORD", "stream": "s", "record": {"id": "1", "body": "It came late."}}\\n\'\n'
    )
    (folder / "tap-x").chmod(0o755)
    programs.allow(str(folder), home)
    yield
    programs.allow("", home)


def feed(server: Replay, path: str = "feed", **more: str) -> dict[str, str]:
    return {"name": "News", "kind": "open", "url": f"{server.url}/{path}", "act": "try", **more}


TAP = {"name": "Tap", "kind": "addressed", "tap": "tap-x", "text": "body", "id": "id", "seconds": "20"}


class TestTrying:
    def test_five_redacted_posts_are_shown_and_nothing_is_stored(self, as_: As, server: Replay) -> None:
        before = len(read.places("shoppers"))
        page = body(as_("admin").post("/shoppers/places/add/feed", feed(server)))
        assert "7 posts came that would be kept." in page
        assert "Five of them, as they would be kept:" in page
        assert "call me at [phone]" in page
        assert "Nothing is stored yet." in page
        assert page.count('class="words"') == 5
        assert "union" not in page
        assert "ann@" not in page
        assert f'value="{server.url}/feed"' in page
        assert len(read.places("shoppers")) == before
        assert len(server.asked) == 1

    def test_it_is_noted_who_tried_what_type_and_nothing_of_what_was_said(
        self, as_: As, server: Replay
    ) -> None:
        as_("admin").post("/shoppers/places/add/feed", feed(server))
        (link,) = [one for one in read_audit.links(programme="shoppers") if one.action == "place_tried"]
        assert dict(link.detail) == {"type": "feed"}

    def test_what_does_not_answer_says_why_and_what_was_written_stands(self, as_: As, server: Replay) -> None:
        answer = as_("admin").post("/shoppers/places/add/feed", feed(server, "gone"))
        assert answer.status_code == 400
        assert "410" in body(answer)
        assert f'value="{server.url}/gone"' in body(answer)

    def test_a_workforce_is_not_read_in_public_not_even_for_a_try(self, as_: As, server: Replay) -> None:
        answer = as_("steward").post("/riders/places/add/feed", feed(server))
        assert answer.status_code == 400
        assert "not listened to in public places" in body(answer)
        assert server.asked == []

    def test_a_draft_is_not_tried(self, as_: As, server: Replay) -> None:
        answer = as_("admin").post("/depots/places/add/feed", feed(server, kind="addressed"))
        assert answer.status_code == 400
        assert server.asked == []
        assert "It can be tried once the programme listens" in body(answer)


class TestTheKey:
    def test_it_is_held_between_trying_and_adding_and_never_written_back(
        self, as_: As, tap: None, home: Path
    ) -> None:
        client = as_("admin")
        tried = client.post(
            "/shoppers/places/add/singer", {**TAP, "secret": '{"token": "velvet"}', "act": "try"}
        )
        assert "1 post came that would be kept." in body(tried)
        assert "velvet" not in body(tried)
        assert "One is kept: leave this empty" in body(tried)
        assert [path.name for path in (home / "keys").glob("held-*.key")]
        added = client.post("/shoppers/places/add/singer", {**TAP, "secret": "", "act": "add"})
        assert added["Location"] == "/shoppers/place/tap"
        assert not list((home / "keys").glob("held-*.key"))
        place = read.listening_place("shoppers", "tap")
        assert "config" not in place.settings
        assert secrets.settings_of(place)["config"] == '{"token": "velvet"}'
        assert "velvet" not in body(client.get("/shoppers/place/tap/settings"))

    def test_another_one_takes_its_place_and_the_settings_stay(self, as_: As, tap: None) -> None:
        client = as_("admin")
        client.post("/shoppers/places/add/singer", {**TAP, "secret": '{"token": "velvet"}', "act": "add"})
        fresh = {**TAP, "secret": '{"token": "linen"}', "act": "change"}
        assert client.post("/shoppers/place/tap/settings", fresh).status_code == 303
        place = read.listening_place("shoppers", "tap")
        assert secrets.settings_of(place)["config"] == '{"token": "linen"}'
        actions = [one.action for one in read_audit.links(programme="shoppers")]
        assert "secret_made" in actions
        client.post("/shoppers/place/tap/close", {"sure": "yes"})
        assert secrets.settings_of(place)["config"] == ""

    def test_a_login_is_refused_and_not_said_again(self, as_: As, tap: None) -> None:
        given = {**TAP, "secret": '{"password": "velvet"}', "act": "try"}
        answer = as_("admin").post("/shoppers/places/add/singer", given)
        assert answer.status_code == 400
        assert "a person's login" in body(answer)
        assert "velvet" not in body(answer)


class TestSettings:
    def test_they_are_seen_asked_and_changed(self, as_: As, server: Replay) -> None:
        client = as_("admin")
        client.post("/shoppers/places/add/feed", feed(server, "gone", act="add"))
        url = "/shoppers/place/news/settings"
        assert f'value="{server.url}/gone"' in body(client.get(url))
        assert "410" in body(client.post(url, {"act": "check"}))
        changed = client.post(url, {"act": "change", "url": f"{server.url}/feed", "recheck_hours": ""})
        assert changed.status_code == 303
        assert read.listening_place("shoppers", "news").settings == {"url": f"{server.url}/feed"}
        assert "there is something to read" in body(client.post(url, {"act": "check"}))
        assert [one.about for one in read_audit.links(programme="shoppers") if one.action == "place_changed"]

    def test_a_wrong_one_changes_nothing_and_stands_in_the_form(self, as_: As, server: Replay) -> None:
        client = as_("admin")
        client.post("/shoppers/places/add/feed", feed(server, act="add"))
        answer = client.post("/shoppers/place/news/settings", {"act": "change", "url": "ftp://x"})
        assert answer.status_code == 400
        assert 'value="ftp://x"' in body(answer)
        assert read.listening_place("shoppers", "news").settings["url"] == f"{server.url}/feed"

    def test_what_a_community_agreed_to_is_not_changed(self, as_: As) -> None:
        page = body(as_("steward").get("/riders/place/bristol/settings"))
        assert "Change it" not in page or "What the community agreed to is not changed" in page


class TestTheListOfTypes:
    def test_every_type_that_can_be_added_on_a_page_is_offered_where_it_belongs(self, as_: As) -> None:
        page = body(as_("admin").get("/shoppers/places/add"))
        for kind in BUILT_IN:
            offered = f"/places/add/{kind.type}?" in page or f"/places/invite/{kind.type}" in page
            assert offered is not (kind.local or kind.type == "submit"), kind.type

    def test_a_workforce_is_offered_nothing_public(self, as_: As) -> None:
        page = body(as_("steward").get("/riders/places/add"))
        assert "?kind=open" not in page
        assert "What a workforce says in public is not read." in page

    def test_it_says_plainly_where_there_is_no_lawful_way(self, as_: As) -> None:
        page = body(as_("steward").get("/riders/places/add"))
        assert "Facebook closed its interface to groups in 2024" in page
        assert "/say/riders" in page
        assert "--type drop --set folder=/srv/handed-in --set layout=facebook --programme riders" in page

    @pytest.mark.parametrize("kind", BUILT_IN, ids=lambda kind: kind.type)
    def test_a_form_of_every_type_can_be_made(self, as_: As, kind: Any) -> None:
        fields = place_fields.settings(kind)
        assert len({one.name for one in fields}) == len(fields)
        for way, found in (
            ("add", place_fields.added(kind.type)),
            ("invite", place_fields.asked_of(kind.type)),
        ):
            assert as_("admin").get(f"/shoppers/places/{way}/{kind.type}").status_code == (
                200 if found else 404
            )


def test_the_words_of_sources_are_marked_for_translation() -> None:
    """Otherwise: python -m earnest.web.place_words > src/earnest/web/place_said.py"""
    assert set(place_words.every()) == set(place_said.SAID)
