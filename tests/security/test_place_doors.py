"""Places held against who would misuse them: keys sent elsewhere, words that aim, what invited nobody."""

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from earnest.desk import audit
from earnest.egress import Egress, user_agent
from earnest.flow import places
from earnest.flow.checking import check_type
from earnest.flow.place_words import check_words
from earnest.flow.trying import check_kind
from earnest.gate.voice import Keys
from earnest.record.errors import (
    BadSetting,
    EarnestError,
    EgressRefused,
    Refused,
    RefusedConfiguration,
    SourceBusy,
    SourceGone,
)
from earnest.sources.registry import TYPES, open_source
from earnest.sources.singer import programs
from earnest.store import read, write, write_health
from tests.sources.packaged import install, on_the_path, source
from tests.sources.replay import Replay, reply_json


def way() -> Egress:
    return Egress(user_agent(), allow_private=True, timeout=5.0)


@pytest.fixture
def desk(db: None, settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.EARNEST_HOME = tmp_path / "home"
    (tmp_path / "home/keys").mkdir(parents=True)
    Keys.make(tmp_path / "home/keys/voices.key")
    audit.ready()
    write.add_programme(
        "shoppers", "Shoppers", "customers", purpose="Mend what breaks.", lawful_basis="legitimate_interests",
        contact="a@example.org", retention_days=30, state="live",
    )  # fmt: skip
    site = tmp_path / "site"
    site.mkdir()
    with on_the_path(site):
        yield site


class TestWordsAreJudgedWhereverTheyStand:
    @pytest.mark.parametrize(
        "given",
        [
            {"query": "union"},
            {"keywords": ["late orders", "union"]},
            {"subreddits": ["union"]},
            {"q": "from:annsmith"},
            {"options": {"query": "union"}},
            {"options": {"filters": {"terms": ["strike"]}}},
            {"config": '{"access_token": "x", "q": "union"}'},
            {"tags": {"union": 1}},
            {"url": "https://www.reddit.com/search.rss?q=fastcourier+union"},
            {"url": "https://news.example/rss?q=%75nion"},
            {"url": "https://forum.example/tags/union.rss"},
            {"only": "contains(text, 'union')"},
            {"options": {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": "union"}}}}}}}}},
        ],
        ids=str,
    )
    def test_what_aims_is_refused(self, given: dict[str, Any]) -> None:
        with pytest.raises(RefusedConfiguration):
            check_words(given)

    @pytest.mark.parametrize(
        "given",
        [
            {"query": "fastcourier (late OR lost)"},
            {"options": {"start_date": "2026-01-01", "repository": "example/app"}},
            {"url": "https://news.example/rss/search?q=fastcourier+when:7d&hl=en-GB&ceid=GB:en"},
            {"url": "https://feeds.example/press/feed.xml"},
            {"only": "type == 'review'"},
            {"config": '{"access_token": "x"'},
        ],
        ids=str,
    )
    def test_what_is_about_a_service_is_not(self, given: dict[str, Any]) -> None:
        check_words(given)

    def test_settings_are_judged_before_they_are_tried(self) -> None:
        said = check_type("hackernews", {"query": "union"}, None)
        assert (said.state, "is refused" in said.says) == ("fault", True)

    def test_a_move_is_judged_like_any_address(self, desk: Path) -> None:
        write.add_place("shoppers", "feed", type="feed", kind="open", settings={"url": "https://a.example/f"})
        place = read.listening_place("shoppers", "feed").id
        moved = "https://a.example/search?q=union"
        write_health.record([write_health.Told(place, ok=True, late=0, took=0, moved_to=moved)])
        with pytest.raises(RefusedConfiguration):
            places.accept_move("shoppers", "feed", actor="person:1")
        assert read.listening_place("shoppers", "feed").settings == {"url": "https://a.example/f"}


class TestTheKeyStaysWithWhomItWasGivenFor:
    def added(self, site: Path, given: dict[str, Any]) -> None:
        more = "\n    ".join(
            ['shop: str = "a"', "options: dict = {}", 'url: str = ""', "days: int = 1", 'token: str = ""']
        )
        facts = 'secret="token", key="Ask.",'
        install(
            site,
            "earnest-source-echo",
            {"echo": "echo_doors:TYPE"},
            {"echo_doors": source("echo", more=more, facts=facts)},
        )
        places.add_place("shoppers", "First", "echo", "open", given, None, actor="person:1", secret="velvet")

    @pytest.mark.parametrize(
        "change",
        [
            {"shop": "evil"},
            {"options": {"host": "evil.example"}},
            {"url": "https://evil.example"},
            {"options": {"api": "http://evil.example"}},
        ],
        ids=str,
    )
    def test_what_may_lead_elsewhere_needs_it_again(self, desk: Path, change: dict[str, Any]) -> None:
        given = {"words": "x", "shop": "a"}
        self.added(desk, given)
        with pytest.raises(Refused, match="the key is needed again"):
            places.change_place("shoppers", "first", given | change, None, actor="person:2")

    @pytest.mark.parametrize("change", [{"words": "y"}, {"days": 3}], ids=str)
    def test_what_cannot_does_not(self, desk: Path, change: dict[str, Any]) -> None:
        given = {"words": "x", "shop": "a"}
        self.added(desk, given)
        assert places.change_place("shoppers", "first", given | change, None, actor="person:2")

    def test_a_mailbox_is_not_unlocked_in_the_clear(self, desk: Path) -> None:
        pytest.importorskip("imap_tools", reason="the extra 'mail' is not installed")
        given = {"host": "imap.example.org", "user": "a@example.org"}
        places.add_place(
            "shoppers", "Box", "mail", "addressed", given, way(), actor="person:1", secret="velvet"
        )
        with pytest.raises(Refused, match="the key is needed again"):
            places.change_place("shoppers", "box", given | {"security": "none"}, way(), actor="person:2")

    def test_a_place_that_says_it_moved_does_not_take_it_along(self, desk: Path) -> None:
        self.added(desk, {"words": "x"})
        place = read.listening_place("shoppers", "first").id
        told = write_health.Told(place, ok=True, late=0, took=0, moved_to="https://evil.example")
        write_health.record([told])
        with pytest.raises(Refused, match="the key is needed again"):
            places.accept_move("shoppers", "first", actor="person:2")

    def test_a_gateway_that_leads_on_is_not_followed(self) -> None:
        pytest.importorskip("discord", reason="the extra 'discord' is not installed")
        from earnest.sources.discord.gateway import _Socketed

        asked: list[str] = []

        class Leads(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(302 if self.path.startswith("/gate") else 400)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Leads)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"127.0.0.1:{server.server_port}"

        async def connect(here: str, to: str) -> None:
            client = _Socketed(here, "a-token-of-a-bot", way())
            try:
                await client.ws_connect(to)
            finally:
                await client.close()

        with pytest.raises(EgressRefused, match="redirects"):
            asyncio.run(connect(f"http://{base}/api", f"ws://{base}/gate"))
        assert asked == ["/gate"]
        with pytest.raises(SourceBusy, match="not encrypted"):
            asyncio.run(connect("https://discord.example/api", f"ws://{base}/gate"))
        server.shutdown()
        server.server_close()

    def test_a_slack_socket_without_encryption_is_not_opened(self) -> None:
        pytest.importorskip("slack_sdk", reason="the extra 'slack' is not installed")
        from earnest.sources.slack.wire import Api

        with Replay(
            {"POST /api/apps.connections.open": reply_json({"ok": True, "url": "ws://a.example"})}
        ) as to:
            api = Api(f"{to.url}/api/", "xoxb-1,xapp-1", way())
            assert api.socket() == "ws://a.example"  # a stand-in on loopback
            api._base = "https://slack.example/api/"
            api.way = _There(to.url)
            with pytest.raises(SourceBusy):
                api.socket()


class _There:
    """A way out on which https://slack.example is a stand-in."""

    def __init__(self, url: str) -> None:
        self._url, self._way = url, way()

    def ask(self, method: Any, url: str, **more: Any) -> Any:
        return self._way.ask(method, url.replace("https://slack.example", self._url), **more)


class TestWhatInvitedNobodyIsNotRead:
    @pytest.mark.parametrize(
        "given", [{"acts_as": "earnest"}, {"token": "0" * 32, "acts_as": "earnest"}], ids=str
    )
    def test_a_forum_is_not_read_as_public_with_a_key(self, desk: Path, given: dict[str, Any]) -> None:
        whole = {"server": "https://forum.example", **given}
        secret = whole.pop("token", "0" * 32)
        with pytest.raises(Refused, match="is closed, not open"):
            places.add_place(
                "shoppers", "Forum", "discourse", "open", whole, way(), actor="cli", secret=secret
            )

    def test_a_key_without_an_account_opens_no_forum(self, desk: Path) -> None:
        given = {"server": "https://forum.example"}
        with pytest.raises(BadSetting, match="acts_as"):
            places.add_place(
                "shoppers", "Forum", "discourse", "open", given, way(), actor="cli", secret="0" * 32
            )

    def test_a_private_repository_is_not_read_with_a_token(self) -> None:
        with Replay({"/repos/example/app": reply_json({"private": True})}) as server:
            given = {"repository": "example/app", "server": server.url, "token": "t0ken"}
            with pytest.raises(SourceGone, match="not public"):
                next(iter(open_source("github", given, way()).read(None)))

    @pytest.mark.parametrize(
        "given", [{"resolver": "127.0.0.1:53"}, {"server": "https://lists.example"}], ids=str
    )
    def test_nobody_answers_in_a_lists_place_whether_it_invites(self, given: dict[str, str]) -> None:
        wanted = {
            "list": "riders@lists.community.net",
            "archive": "https://lists.community.net/pipermail/riders",
        }
        with pytest.raises(BadSetting, match="kept for examples"):
            open_source("mailing_list", wanted | given, way())
        open_source("mailing_list", wanted, way())

    @pytest.mark.parametrize(
        ("type", "given"),
        [
            ("feed", {"url": "https://www.reddit.com/r/couriers/.rss"}),
            ("feed", {"url": "https://old.reddit.com./r/couriers/.rss"}),
            ("feed", {"url": "https://NEWS.google.com/rss/search?q=fastcourier"}),
            ("youtube", {"videos": ["sample00001"]}),
            ("mail", {"list_id": "riders.lists.example"}),
            ("discourse", {"server": "https://forum.example"}),
        ],
        ids=str,
    )
    def test_what_is_public_is_not_called_addressed(self, type: str, given: dict[str, Any]) -> None:
        with pytest.raises(Refused, match="is open, not addressed"):
            check_kind(type, "addressed", given)

    def test_a_feed_of_the_operators_own_may_be(self) -> None:
        check_kind("feed", "addressed", {"url": "https://help.example.org/reviews.xml"})
        assert TYPES["feed"].kind_of

    @pytest.mark.parametrize(
        "given",
        [
            {"options": {"api_url": "https://slack.com/api"}},
            {"options": {"api_url": "https://slack.com./api"}},
            {"config": '{"hosts": ["api.telegram.org"]}'},
            {"options": {"url": "https://DISCORD.com/api/v10/channels/1/messages"}},
            {"tap": "tap-other"},
            {"tap": "tap-google-chat"},
        ],
        ids=str,
    )
    def test_no_tap_reads_where_people_talk_among_themselves(
        self, tmp_path: Path, given: dict[str, Any]
    ) -> None:
        folder, real = tmp_path / "taps", tmp_path / "bin"
        for one in (folder, real):
            one.mkdir(mode=0o755)
        for path in (folder / "tap-rest", real / "tap-slack", folder / "tap-google-chat"):
            path.write_text("#!/bin/sh\n")
            path.chmod(0o755)
        (folder / "tap-other").symlink_to(real / "tap-slack")
        programs.allow(str(folder), tmp_path / "home")
        try:
            open_source(
                "singer", {"tap": "tap-rest", "text": "body", "options": {"url": "https://a.example"}}
            )
            with pytest.raises(Refused, match="among themselves"):
                open_source("singer", {"tap": "tap-rest", "text": "body", **given})
        finally:
            programs.allow("", tmp_path / "home")


def test_an_instance_of_one_person_is_kept_with_none_of_its_posts() -> None:
    from datetime import UTC, datetime

    from earnest.gate.personal import domain_of
    from earnest.sources.mastodon.statuses import Reader

    status = {
        "id": "115500000000000001",
        "created_at": "2025-11-05T10:00:00.000Z",
        "content": "<p>The app lost my order.</p>",
        "visibility": "public",
        "url": "https://annsmith.example/@ann/1",
        "account": {"acct": "ann@annsmith.example", "indexable": True},
    }
    said = Reader("mastodon.example", None, None, datetime.now(UTC)).post(status, "status 1")
    assert domain_of(getattr(said, "url", "")) == "mastodon.example"


@pytest.mark.parametrize(
    "given",
    [
        {"options": {"api_url": "http://169.254.169.254/latest"}},
        {"options": {"api_url": "http://[::ffff:127.0.0.1]:9200/"}},
        {"options": {"host": "10.0.0.7"}},
        {"options": {"host": "localhost"}},
        {"config": '{"streams": [{"url": "https://localhost:8443"}]}'},
    ],
    ids=str,
)
def test_a_tap_is_not_sent_into_the_operators_own_network(tmp_path: Path, given: dict[str, Any]) -> None:
    folder = tmp_path / "taps"
    folder.mkdir(mode=0o755)
    (folder / "tap-rest").write_text("#!/bin/sh\n")
    (folder / "tap-rest").chmod(0o755)
    programs.allow(str(folder), tmp_path / "home")
    whole = {"tap": "tap-rest", "text": "body", **given}
    try:
        with pytest.raises(EgressRefused, match="private address"):
            open_source("singer", whole, Egress(user_agent()))
        open_source("singer", whole, way())  # where the operator allows it
        fine = {"start_date": "2026-01-01T00:00:00Z", "number": "12", "ratio": "1/2"}
        open_source("singer", {"tap": "tap-rest", "text": "body", "options": fine}, Egress(user_agent()))
    finally:
        programs.allow("", tmp_path / "home")


def test_a_line_break_in_a_key_makes_no_header_and_is_not_repeated() -> None:
    with Replay({}) as server, pytest.raises(EarnestError) as raised:
        way().ask("GET", server.url, headers={"authorization": "Bearer velvet\r\nX-Other: velvet"})
    assert "velvet" not in raised.value.sentence()
    assert server.asked == []


def test_who_comes_through_any_proxy_is_not_known_by_the_proxys_address(
    desk: Path, client: Any, settings: Settings
) -> None:
    from ipaddress import ip_network

    settings.METRICS_FROM = [ip_network("10.89.77.0/24"), ip_network("127.0.0.0/8")]
    assert client.get("/metrics", REMOTE_ADDR="10.89.77.9").status_code == 200
    for header in ("X_FORWARDED_FOR", "X_REAL_IP", "FORWARDED", "VIA"):
        told = {f"HTTP_{header}": "10.89.77.9"}
        assert client.get("/metrics", REMOTE_ADDR="10.89.77.1", **told).status_code == 403
