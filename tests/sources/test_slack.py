"""A Slack channel at a stand-in for Slack, through slack_sdk: what is read, since when, what stops it.

Everybody here is made up. The stand-in is written from Slack's published reference.
"""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from earnest.record.errors import BadSetting, EarnestError, SourceBusy, SourceGone
from earnest.record.raw import Page
from earnest.sources.contract import Damaged, HandshakeContract, SourceContract
from earnest.sources.handshake import Invitation, NotProved, Proof, digest
from earnest.sources.published import OUT
from earnest.sources.slack.source import SlackChannel, ids_of, open_slack
from tests.rooms import egress
from tests.sources.communities import Community, Reads
from tests.sources.discord_server import wait_for
from tests.sources.hostile_payloads import check_error, check_pages, damage, encode, may_refuse_whole
from tests.sources.platform_server import Told
from tests.sources.slack_server import APP, BOT, TOKEN, Slack

pytest.importorskip("slack_sdk", reason="the extra 'slack' is not installed")

NOTICE = HandshakeContract.NOTICE


class Desk(Reads):
    """A channel with an administrator and two people; and the app's view of it through the source alone."""

    def __init__(self, server: Slack) -> None:
        self.server = server
        server.token = TOKEN
        self.mona, self.owner = server.person(is_admin=True), server.person(is_admin=True, is_owner=True)
        self.uma, self.vik = server.person(), server.person()
        self.channel = server.channel()
        self.notice = ""
        self.settled: dict[str, str] = {}

    def source(self, **more: str) -> SlackChannel:
        given = {"channel": self.channel, "token": TOKEN, "server": self.server.url + "/api/"}
        return open_slack({**given, **self.settled, **more}, egress())

    def pin(self, ts: str, by: str | None = None) -> None:
        """Slack lets everybody in a channel pin."""
        self.server.pins[self.channel].append((ts, by or self.mona))

    def publish(self, text: str = NOTICE, by: str | None = None, **more: Any) -> str:
        self.notice = self.server.say(by or self.mona, self.channel, text, ago=20, **more)
        self.pin(self.notice, by)
        return self.notice

    def ask(self) -> Proof | NotProved:
        return self.source().prove(Invitation(digest(NOTICE), opened=bool(self.settled)))

    def open(self) -> str:
        self.publish()
        return self.proved()

    def say(self, text: str, who: str | None = None, **more: Any) -> str:
        return self.server.say(who or self.uma, self.channel, text, **more)


@pytest.fixture(scope="module")
def server() -> Iterator[Slack]:
    with Slack() as server:
        yield server


@pytest.fixture
def desk(server: Slack) -> Desk:
    return Desk(server)


class TestReading:
    """What a page holds."""

    def test_what_is_said_after_the_opening_is_read_and_nothing_from_before(self, desk: Desk) -> None:
        desk.say("said long before", ago=3_600)
        start = desk.open()
        desk.say("my tips are missing")
        desk.say("mine too", who=desk.vik)
        posts = desk.posts(start)
        assert [post.text for post in posts] == ["my tips are missing", "mine too"]
        assert [post.author for post in posts] == [desk.uma, desk.vik]

    def test_answers_in_threads_are_read_once(self, desk: Desk) -> None:
        start = desk.open()
        first = desk.say("the app crashed")
        cursor = desk.pages(start)[-1].cursor
        desk.say("same here", thread_ts=first)
        desk.say("and for me", thread_ts=first, subtype="thread_broadcast")
        assert desk.texts(cursor) == ["same here", "and for me"]
        assert desk.texts(desk.pages(cursor)[-1].cursor) == []

    def test_programs_and_the_system_are_no_posts(self, desk: Desk) -> None:
        start = desk.open()
        desk.say("a program", bot_id="B7")
        desk.say("has joined", subtype="channel_join")
        desk.say("")
        assert desk.posts(start) == []

    def test_nobodys_number_stands_in_a_text_and_a_link_is_its_address(self, desk: Desk) -> None:
        start = desk.open()
        desk.say("ask <@U123|ann> in <#C1|riders> at <https://example.org/a?b=1&amp;c|here> &lt;now&gt;")
        assert desk.texts(start) == ["ask @someone in #riders at https://example.org/a?b=1&c <now>"]

    def test_the_channel_is_listed_again_as_it_reads_now_with_threads_of_any_age(self, desk: Desk) -> None:
        start = desk.open()
        first, second = desk.say("line 0"), desk.say("line 1")
        answer = desk.say("an answer", thread_ts=first)
        desk.pages(start)
        desk.server.delete(desk.channel, second)
        desk.server.edit(desk.channel, first, "another line")
        now = datetime.now(UTC)
        pages = desk.source().still_there(now - timedelta(minutes=2), now + timedelta(minutes=2))
        listed = [(post.id, post.text) for page in pages for post in page.posts]
        assert listed == [(first, "another line"), (answer, "an answer")]

    def test_whoever_opted_out_is_answered_in_a_thread(self, desk: Desk) -> None:
        desk.open()
        word = desk.say("#noearnest")
        desk.source().acknowledge([word])
        last = desk.server.messages[desk.channel][-1]
        assert (last["text"], last["thread_ts"]) == (OUT, word)


def user(what: str, value: object) -> Callable[[Desk], object]:
    return lambda it: it.server.users[it.mona].update({what: value})


def room(what: str, value: object) -> Callable[[Desk], object]:
    return lambda it: it.server.channels[it.channel].update({what: value})


ENDED: dict[str, tuple[Callable[[Desk], object], str]] = {
    "unpinned": (lambda it: it.server.pins[it.channel].clear(), "unpublished"),
    "edited": (lambda it: it.server.edit(it.channel, it.notice, "Something else"), "changed"),
    "deleted": (lambda it: it.server.delete(it.channel, it.notice), "unpublished"),
    "pinned by somebody who lost the power": (user("is_admin", False), "not_administrator"),
    "pinned by somebody who left": (user("deleted", True), "not_administrator"),
    "answered by removing the app": (room("is_member", False), "sent_away"),
    "ended with the channel's archiving": (room("is_archived", True), "sent_away"),
    "ended with the channel": (lambda it: it.server.channels.pop(it.channel), "sent_away"),
    "followed by a topic that asks bots to stay out": (
        room("topic", {"value": "Riders #nobot"}),
        "opted_out",
    ),
    "followed by a description that asks bots to stay out": (
        room("purpose", {"value": "#noindex"}),
        "opted_out",
    ),
}


@pytest.mark.parametrize("ended", ENDED)
def test_an_invitation_ends_when_it_is(desk: Desk, ended: str) -> None:
    act, why = ENDED[ended]
    desk.open()
    assert desk.why() == ""
    act(desk)
    assert desk.why() == why


LINKED = NOTICE.replace("\n", " ") + " <https://listen.example.org/n|https://listen.example.org/n>"

OPENS: dict[str, tuple[Callable[[Desk], object], str]] = {
    "nothing is pinned": (lambda it: it.say(NOTICE, who=it.mona), "waiting"),
    "an administrator says and pins it": (lambda it: it.publish(), ""),
    "an owner says and pins it": (lambda it: it.publish(by=it.owner), ""),
    "an owner pins what an administrator said": (
        lambda it: it.pin(it.say(NOTICE, who=it.mona), it.owner),
        "",
    ),
    "somebody without power pins what an administrator said": (
        lambda it: it.pin(it.say(NOTICE, who=it.mona), it.uma),
        "not_administrator",
    ),
    "an administrator pins what somebody without power said": (
        lambda it: it.pin(it.say(NOTICE)),
        "not_administrator",
    ),
    "somebody without power says and pins it": (lambda it: it.publish(by=it.uma), "not_administrator"),
    "the app said it": (lambda it: it.pin(it.say(NOTICE, who=BOT, bot_id="B1")), "not_administrator"),
    "a word of it is another": (lambda it: it.publish(NOTICE.replace("now", "ever")), "changed"),
    "the app was never let in": (lambda it: (room("is_member", False)(it), it.publish()), "sent_away"),
    "it is a conversation between persons": (lambda it: (room("is_im", True)(it), it.publish()), "sent_away"),
}


@pytest.mark.parametrize("opens", OPENS)
def test_whether_a_channel_opens_when(desk: Desk, opens: str) -> None:
    act, why = OPENS[opens]
    act(desk)
    assert desk.why() == why


@pytest.mark.parametrize(
    ("said", "opens"),
    [
        ("Read more: <https://a.example/n> or <mailto:a@b.example|a@b.example> &amp; say #noearnest", True),
        ("Read more: <https://evil.example|https://a.example/n> or a@b.example &amp; say #noearnest", False),
    ],
    ids=["links as Slack writes them", "a link that leads elsewhere than it says"],
)
def test_a_notice_is_read_as_people_see_it(desk: Desk, said: str, opens: bool) -> None:
    wanted = "Read more: https://a.example/n or a@b.example & say #noearnest"
    desk.publish(said)
    answer = desk.source().prove(Invitation(digest(wanted)))
    assert isinstance(answer, Proof) is opens


@pytest.mark.parametrize(
    ("told", "kind", "words"),
    [
        (Told({"ok": False, "error": "token_revoked"}), SourceGone, "sources token"),
        (Told({"ok": False, "error": "missing_scope"}), SourceGone, "pins:read"),
        (Told({"ok": False, "error": "channel_not_found"}), SourceGone, "invite it there"),
        (Told({"ok": False, "error": "quollzephyr"}), SourceBusy, "documentation"),
        (Told({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "30"}), SourceBusy, "slow down"),
        (Told("<html>bad gateway", 502), SourceBusy, "tries again"),
        (Told("nonsense"), SourceBusy, "documentation"),
        (Told([]), SourceBusy, "documentation"),
        (Told({"ok": True, "messages": {}}), SourceBusy, "documentation"),
        (Told("[" * 5_000), SourceBusy, "documentation"),
    ],
    ids=["revoked", "scope", "gone", "other", "429", "502", "no JSON", "a list", "no list", "nested"],
)
def test_what_slack_refuses_says_what_to_do(
    desk: Desk, told: Told, kind: type[EarnestError], words: str
) -> None:
    start = desk.open()
    desk.server.faults.append(told)
    with pytest.raises(kind) as caught:
        desk.pages(start)
    assert words in caught.value.sentence()
    if isinstance(caught.value, SourceBusy) and told.status == 429:
        assert caught.value.after == 30


def test_a_list_that_goes_in_circles_ends(desk: Desk) -> None:
    start = desk.open()
    page = Told({"ok": True, "messages": [], "response_metadata": {"next_cursor": "again"}})
    desk.server.faults += [page, page]
    with pytest.raises(SourceBusy):
        desk.pages(start)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"channel": "#riders"}, "'channel'"),
        ({"channel": "D0123456789"}, "'channel'"),
        ({"token": "xoxp-a-persons-token"}, "token"),
        ({"server": "slack.com"}, "'server'"),
    ],
)
def test_a_wrong_setting_is_named(desk: Desk, settings: dict[str, str], words: str) -> None:
    with pytest.raises(BadSetting, match=words):
        desk.source(**settings)


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("https://x.slack.com/archives/C0123/p1512085950000216?thread_ts=1", ("1512085950.000216",)),
        ("https://x.slack.com/archives/C0123", ()),
        ("https://example.org/archives/C0123/p1512085950000216", ()),
    ],
)
def test_a_link_leads_to_the_name_of_its_message(name: str, ids: tuple[str, ...]) -> None:
    assert ids_of(name) == ids


def test_a_damaged_message_never_costs_its_neighbours(desk: Desk) -> None:
    start = desk.open()
    first, middle = desk.say("a good neighbour"), desk.say("quollzephyr words")
    last = desk.say("another good one")
    good, item, other = (desk.server.message(desk.channel, ts) for ts in (first, middle, last))
    for name, bad in damage({**item, "edited": {"user": "U1", "ts": middle}}):
        desk.server.faults[:] = [Told(encode({"ok": True, "messages": [other, bad, good]}))]
        try:
            pages = desk.pages(start)
        except EarnestError as error:
            assert may_refuse_whole(name), name
            check_error(error)
        else:
            check_pages(pages, [first, last])
        desk.server.faults.clear()


class TestFollowing:
    """The socket."""

    def test_what_is_said_edited_and_deleted_is_heard_at_once(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from earnest.sources.slack import socket

        monkeypatch.setattr(socket, "QUIET", 0.5)
        old = desk.say("said long before", ago=40 * 86_400)
        start = desk.open()
        server, stop = desk.server, threading.Event()
        heard: list[Page] = []

        def run() -> None:
            for page in desk.source(token=f"{TOKEN},{APP}").follow(start, stop):
                heard.append(page)

        def posts() -> list[tuple[str, str, str]]:
            return [(post.id, post.change, post.text) for page in list(heard) for post in page.posts]

        thread = threading.Thread(target=run)
        thread.start()
        try:
            wait_for(lambda: server.sockets and heard)
            first = desk.say("said now")
            wait_for(lambda: (first, "said", "said now") in posts())
            server.edit(desk.channel, first, "said better")
            wait_for(lambda: (first, "edited", "said better") in posts())
            server.delete(desk.channel, first)
            wait_for(lambda: (first, "deleted", "") in posts())
            late = desk.say("an answer to something old", thread_ts=old)
            wait_for(lambda: (late, "said", "an answer to something old") in posts())
            wait_for(lambda: len(server.acks) == 4)
            server.hang_up()
            again = desk.say("said on the new connection")
            wait_for(lambda: (again, "said", "said on the new connection") in posts())
            server.say(desk.uma, server.channel(), "in another channel")
        finally:
            stop.set()
            thread.join(20)
        assert not thread.is_alive()
        assert "in another channel" not in [text for _, _, text in posts()]
        assert desk.texts(heard[-1].cursor) == []

    def test_without_an_app_token_it_is_asked_again_and_again(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from earnest.sources.slack import socket

        monkeypatch.setattr(socket, "QUIET", 0.05)
        pages = desk.source().follow(desk.open(), threading.Event())
        next(pages)
        desk.say("said now")
        assert [post.text for post in next(pages).posts] == ["said now"]


class Starting:
    """A channel as the contract has it: reading from None is reading from when it was opened."""

    def __init__(self, desk: Desk, start: str) -> None:
        self._desk, self._start = desk, start

    def read(self, cursor: str | None) -> Iterator[Page]:
        return self._desk.source().read(self._start if cursor is None else cursor)

    def still_there(self, since: Any, until: Any) -> Iterator[Page]:
        return self._desk.source().still_there(since, until)


@pytest.fixture(scope="module")
def busy(server: Slack) -> Starting:
    desk = Desk(server)
    start = desk.open()
    parents = [desk.say(f"parent {number}") for number in range(3)]
    for number in range(300):
        more = {"thread_ts": parents[number % 3]} if number % 4 == 0 else {}
        desk.say(f"line {number}", **more)
    return Starting(desk, start)


class TestContract(SourceContract):
    """Every promise of a source, kept by a channel with threads and a backlog."""

    @pytest.fixture(autouse=True)
    def _server(self, server: Slack, busy: Starting) -> None:
        self._it, self._busy = server, busy

    def source(self, folder: Path) -> Starting:
        return self._busy

    def empty(self, folder: Path) -> Starting:
        desk = Desk(self._it)
        return Starting(desk, desk.open())

    def damaged(self, folder: Path) -> Damaged:
        desk = Desk(self._it)
        start = desk.open()
        ids = [desk.say("fine"), desk.say("secret", user=["secret"]), desk.say("fine too")]
        desk.server.message(desk.channel, desk.say("secret"))["text"] = 7
        return Damaged(Starting(desk, start), bad=2, ids=[ids[0], ids[2]], words=["secret"])


class TestHandshake(HandshakeContract):
    """Every promise of a handshake."""

    @pytest.fixture(autouse=True)
    def _server(self, server: Slack) -> None:
        self._it = server

    def community(self) -> Community:
        return Community(Desk(self._it), ENDED)
