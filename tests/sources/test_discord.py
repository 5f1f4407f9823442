"""A Discord channel at a stand-in for Discord, through discord.py: what is read, since when, what stops it.

Everybody here is made up. The stand-in is written from Discord's published reference.
"""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from earnest.record.errors import BadSetting, EarnestError, SourceBusy, SourceGone
from earnest.record.raw import Page
from earnest.sources.contract import Damaged, HandshakeContract, SourceContract
from earnest.sources.discord.source import DiscordChannel, ids_of, open_discord
from earnest.sources.handshake import Invitation, NotProved, Proof, digest
from earnest.sources.published import OUT
from tests.rooms import egress
from tests.sources.communities import Community, Reads
from tests.sources.hostile_payloads import check_error, check_pages, damage, encode, may_refuse_whole
from tests.sources.platform_server import Told

pytest.importorskip("discord", reason="the extra 'discord' is not installed")

from tests.sources.discord_server import (
    ADMIN,
    BOT,
    EVERYONE,
    GUILD,
    MANAGE,
    PIN,
    TOKEN,
    Discord,
    wait_for,
)

NOTICE = HandshakeContract.NOTICE


class Desk(Reads):
    """A server with a channel, a moderator, two people; and the bot's view of it through the source alone."""

    def __init__(self, server: Discord) -> None:
        self.server = server
        server.members[BOT] = []
        server.roles = {GUILD: EVERYONE}
        server.hidden.clear()
        server.flags, server.token = 1 << 19, TOKEN
        self.moderators = server.role(MANAGE)
        self.mona, self.uma, self.vik = server.person(self.moderators), server.person(), server.person()
        self.channel = server.channel()
        self.notice = 0
        self.settled: dict[str, str] = {}

    def settings(self, **more: str) -> dict[str, str]:
        return {"channel": str(self.channel), "token": TOKEN, "server": self.server.url + "/api/v10"} | more

    def source(self, **more: str) -> DiscordChannel:
        return open_discord(self.settings(**{**self.settled, **more}), egress())

    def publish(self, text: str = NOTICE, by: int | None = None) -> int:
        self.notice = self.server.say(by or self.mona, self.channel, text)
        self.server.pin(by or self.mona, self.channel, self.notice)
        return self.notice

    def ask(self) -> Proof | NotProved:
        return self.source().prove(Invitation(digest(NOTICE), opened=bool(self.settled)))

    def open(self) -> str:
        self.publish()
        return self.proved()

    def say(self, text: str, who: int | None = None, room: int | None = None, **more: Any) -> int:
        return self.server.say(who or self.uma, room or self.channel, text, **more)


@pytest.fixture(scope="module")
def server() -> Iterator[Discord]:
    with Discord() as server:
        yield server


@pytest.fixture
def desk(server: Discord) -> Desk:
    return Desk(server)


class TestReading:
    """What a page holds."""

    def test_what_is_said_after_the_opening_is_read_and_nothing_from_before(self, desk: Desk) -> None:
        desk.say("said long before")
        start = desk.open()
        desk.say("my tips are missing")
        desk.say("mine too", who=desk.vik)
        posts = desk.posts(start)
        assert [post.text for post in posts] == ["my tips are missing", "mine too"]
        assert [post.author for post in posts] == [str(desk.uma), str(desk.vik)]
        assert all(post.created and post.version == post.created for post in posts)

    def test_threads_of_this_channel_are_read_and_no_others(self, desk: Desk) -> None:
        server = desk.server
        other = server.channel()
        before = server.channel(11, desk.channel)
        desk.say("said in a thread before", room=before)
        start = desk.open()
        thread, private = server.channel(11, desk.channel), server.channel(12, desk.channel)
        elsewhere = server.channel(11, other)
        old = server.channel(11, desk.channel)
        for room, text in (
            (before, "an older thread goes on"),
            (thread, "in a thread"),
            (private, "in a private thread"),
            (elsewhere, "in a thread elsewhere"),
            (other, "in another channel"),
            (old, "in a thread that was archived since"),
        ):
            desk.say(text, room=room)
        server.channels[old]["thread_metadata"]["archived"] = True
        said = desk.texts(start)
        assert sorted(said) == [
            "an older thread goes on",
            "in a thread",
            "in a thread that was archived since",
        ]
        assert desk.texts(desk.pages(start)[-1].cursor) == []

    def test_a_backlog_in_channel_and_threads_comes_once_with_the_same_millisecond_at_a_pages_edge(
        self, desk: Desk
    ) -> None:
        start = desk.open()
        thread = desk.server.channel(11, desk.channel)
        said = [f"line {number}" for number in range(250)]
        for text in said:
            desk.say(text, seconds=0, room=thread if text.endswith("7") else desk.channel)
        pages = desk.pages(start)
        assert sorted(post.text for page in pages for post in page.posts) == sorted(said)
        assert [page.done for page in pages] == [False] * (len(pages) - 1) + [True]

    def test_programs_files_and_system_messages_are_no_posts(self, desk: Desk) -> None:
        start = desk.open()
        desk.say("a program", author={"id": "5", "bot": True})
        desk.say("a webhook", webhook_id="77")
        desk.say("joined", type=7)
        desk.say("")
        assert desk.posts(start) == []

    def test_nobodys_number_stands_in_a_text(self, desk: Desk) -> None:
        start = desk.open()
        desk.say("ask <@123456789012345678> or <@&42> in <#43> <:sad:44>")
        assert desk.texts(start) == ["ask @someone or @role in #channel :sad:"]

    def test_the_channel_is_listed_again_as_it_reads_now(self, desk: Desk) -> None:
        start = desk.open()
        ids = [desk.say(f"line {number}") for number in range(3)]
        posts = desk.posts(start)
        desk.server.delete(ids[0])
        desk.server.edit(ids[1], "another line")
        first, last = posts[0].created, posts[-1].created
        assert first
        assert last
        listed = [post for page in desk.source().still_there(first, last) for post in page.posts]
        assert [(post.id, post.text) for post in listed] == [(str(ids[1]), "another line")]
        assert listed[0].version
        assert listed[0].created
        assert listed[0].version > listed[0].created

    def test_whoever_opted_out_is_answered_where_they_said_it(self, desk: Desk) -> None:
        start = desk.open()
        thread = desk.server.channel(11, desk.channel)
        word = desk.say("#noearnest", room=thread)
        source = desk.source()
        list(source.read(start))
        source.acknowledge([str(word)])
        assert desk.server.messages[thread][-1]["content"] == OUT

    def test_a_notices_length_is_held_to_what_a_message_holds(self, desk: Desk) -> None:
        assert desk.source().wording("es").longest == 2_000
        assert f"client_id={BOT}" in desk.source().how()


def wrong_roles(desk: Desk) -> None:
    desk.server.members[desk.mona] = []


ENDED: dict[str, tuple[Callable[[Desk], object], str]] = {
    "unpinned": (lambda it: it.server.unpin(it.channel, it.notice), "unpublished"),
    "edited": (lambda it: it.server.edit(it.notice, "Something else"), "changed"),
    "deleted": (lambda it: it.server.delete(it.notice), "unpublished"),
    "said by somebody who lost the power": (wrong_roles, "not_administrator"),
    "said by somebody who left": (lambda it: it.server.members.pop(it.mona), "not_administrator"),
    "answered by kicking the bot": (lambda it: it.server.members.pop(BOT), "sent_away"),
    "answered by hiding the channel": (lambda it: it.server.hidden.add(it.channel), "sent_away"),
    "ended with the channel": (lambda it: it.server.channels.pop(it.channel), "sent_away"),
    "moved to another server": (
        lambda it: it.server.channels[it.channel].update(guild_id="1200000000000000000"),
        "sent_away",
    ),
    "followed by a topic that asks bots to stay out": (
        lambda it: it.server.channels[it.channel].update(topic="Riders. #nobot please"),
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


def power(desk: Desk, bits: int) -> None:
    desk.server.members[desk.uma] = [desk.server.role(bits)]
    desk.publish(by=desk.uma)


def over(desk: Desk, allow: int, deny: int) -> None:
    desk.server.members[desk.uma] = [desk.server.role(MANAGE if deny else 0)]
    overwrite = {"id": str(desk.uma), "type": 1, "allow": str(allow), "deny": str(deny)}
    desk.notice = desk.server.say(desk.uma, desk.channel, NOTICE)
    desk.server.pin(desk.mona, desk.channel, desk.notice)
    desk.server.channels[desk.channel]["permission_overwrites"] = [overwrite]


OPENS: dict[str, tuple[Callable[[Desk], object], str]] = {
    "nothing is pinned": (lambda it: it.say(NOTICE, who=it.mona), "waiting"),
    "a moderator pins it": (lambda it: it.publish(), ""),
    "the server's owner pins it": (lambda it: it.publish(by=it.server.owner), ""),
    "an administrator pins it": (lambda it: power(it, ADMIN), ""),
    "somebody who may pin pins it": (lambda it: power(it, PIN), ""),
    "somebody who may pin in this channel pins it": (lambda it: over(it, MANAGE, 0), ""),
    "a moderator who may not pin in this channel said it": (
        lambda it: over(it, 0, MANAGE),
        "not_administrator",
    ),
    "somebody without power tries to pin it": (lambda it: it.publish(by=it.uma), "waiting"),
    "a moderator pins what somebody without power said": (
        lambda it: it.server.pin(it.mona, it.channel, it.say(NOTICE)),
        "not_administrator",
    ),
    "the bot said it": (
        lambda it: it.server.pin(it.mona, it.channel, it.say(NOTICE, who=BOT)),
        "not_administrator",
    ),
    "a webhook in a moderator's name said it": (
        lambda it: it.server.pin(it.mona, it.channel, it.say(NOTICE, who=it.mona, webhook_id="9")),
        "not_administrator",
    ),
    "a word of it is another": (lambda it: it.publish(NOTICE.replace("now", "ever")), "changed"),
    "it stands under sixty other pins": (
        lambda it: (it.publish(), [it.server.pin(it.mona, it.channel, it.say("x")) for _ in range(60)]),
        "",
    ),
}


@pytest.mark.parametrize("opens", OPENS)
def test_whether_a_channel_opens_when(desk: Desk, opens: str) -> None:
    act, why = OPENS[opens]
    act(desk)
    assert desk.why() == why


@pytest.mark.parametrize(
    ("told", "kind", "words"),
    [
        (Told({"message": "401: Unauthorized"}, 401), SourceGone, "sources token"),
        (Told({"message": "400: Bad Request"}, 400), BadSetting, "Copy the channel's id"),
        (Told({"retry_after": 7.5}, 429, {"Retry-After": "8"}), SourceBusy, "slow down"),
        (Told("<html>bad gateway", 502), SourceBusy, "tries again"),
        (Told("[]"), SourceBusy, "documentation"),
        (Told("[" * 5_000), SourceBusy, "documentation"),
    ],
    ids=["401", "400", "429", "502", "a list", "nested"],
)
def test_what_discord_refuses_says_what_to_do(
    desk: Desk, told: Told, kind: type[EarnestError], words: str
) -> None:
    start = desk.open()
    desk.server.faults.append(told)
    with pytest.raises(kind) as caught:
        desk.pages(start)
    assert words in caught.value.sentence()
    if isinstance(caught.value, SourceBusy) and told.status == 429:
        assert caught.value.after == 8


def test_a_channel_that_the_bot_lost_says_what_to_do(desk: Desk) -> None:
    start = desk.open()
    desk.server.hidden.add(desk.channel)
    with pytest.raises(SourceGone) as caught:
        desk.pages(start)
    assert "let it in" in caught.value.sentence()


def test_without_the_message_content_intent_a_person_is_told_where_to_switch_it_on(desk: Desk) -> None:
    desk.publish()
    desk.server.flags = 0
    for look in (desk.ask, desk.source().probe):
        with pytest.raises(SourceGone) as caught:
            look()
        assert "Message Content Intent" in caught.value.sentence()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"channel": "#riders"}, "channel's id"),
        ({"token": "no token"}, "token"),
        ({"server": "discord.com"}, "'server'"),
        ({"password": "x"}, "password"),
    ],
)
def test_a_wrong_setting_is_named(desk: Desk, settings: dict[str, str], words: str) -> None:
    with pytest.raises(BadSetting, match=words):
        desk.source(**settings)


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("https://discord.com/channels/1/2/1161234567890123456", ("1161234567890123456",)),
        ("https://discord.com/channels/1/2", ()),
        ("1161234567890123456", ()),
        ("https://example.org/channels/1/2/3", ()),
    ],
)
def test_a_link_leads_to_the_id_of_its_message(name: str, ids: tuple[str, ...]) -> None:
    assert ids_of(name) == ids


def test_a_damaged_message_never_costs_its_neighbours(desk: Desk) -> None:
    start = desk.open()
    good = desk.say("a good neighbour")
    whole = {**desk.server.message(good), "id": str(good + (1 << 30)), "content": "quollzephyr words"}
    last = desk.say("another good one", seconds=60)
    said = desk.server.messages[desk.channel]
    for name, bad in damage(whole):
        body = encode([said[-1], bad, said[-2]])
        desk.server.faults.clear()
        source = desk.source()
        first = {"id": str(desk.channel), "type": 0, "guild_id": str(GUILD), "last_message_id": str(last)}
        none = Told({"threads": [], "members": [], "has_more": False})
        desk.server.faults += [Told(first), none, none, Told(first), none, none, Told(body)]
        try:
            pages = list(source.read(start))
        except EarnestError as error:
            assert may_refuse_whole(name), name
            check_error(error)
        else:
            check_pages(pages, [str(good), str(last)])
    desk.server.faults.clear()


class TestFollowing:
    """The gateway, through discord.py's own connection."""

    def test_what_is_said_edited_and_deleted_is_heard_at_once(self, desk: Desk) -> None:
        start = desk.open()
        server, stop = desk.server, threading.Event()
        first = desk.say("said before anybody followed")
        heard: list[Page] = []

        def run() -> None:
            for page in desk.source().follow(start, stop):
                heard.append(page)

        def posts() -> list[tuple[str, str, str]]:
            return [(post.id, post.change, post.text) for page in list(heard) for post in page.posts]

        thread = threading.Thread(target=run)
        thread.start()
        try:
            wait_for(lambda: (str(first), "said", "said before anybody followed") in posts())
            second = desk.say("said now")
            wait_for(lambda: (str(second), "said", "said now") in posts())
            server.edit(second, "said better")
            wait_for(lambda: (str(second), "edited", "said better") in posts())
            server.delete(first)
            wait_for(lambda: (str(first), "deleted", "") in posts())
            room = server.channel(11, desk.channel)
            third = desk.say("in a new thread", room=room)
            wait_for(lambda: (str(third), "said", "in a new thread") in posts())
            other = server.channel()
            desk.say("in another channel", room=other)
        finally:
            stop.set()
            thread.join(20)
        assert not thread.is_alive()
        assert "in another channel" not in [text for _, _, text in posts()]
        assert heard[-1].done
        assert desk.texts(heard[-1].cursor) == []

    @pytest.mark.parametrize(
        ("spoil", "words"),
        [
            (lambda server: setattr(server, "token", "another token"), "token"),
            (lambda server: setattr(server, "flags", 0), "Message Content Intent"),
        ],
        ids=["a token that is no longer accepted", "an intent that was switched off"],
    )
    def test_what_ends_the_gateway_for_good_says_what_to_do(
        self, desk: Desk, spoil: Callable[[Discord], object], words: str
    ) -> None:
        start = desk.open()
        source = desk.source()
        spoil(desk.server)
        with pytest.raises(SourceGone) as caught:
            list(source.follow(start, threading.Event()))
        assert words in caught.value.sentence()

    def test_a_gateway_that_closes_is_opened_again_and_what_was_said_meanwhile_is_read(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from earnest.sources.discord import gateway

        monkeypatch.setattr(gateway, "QUIET", 0.5)
        start, stop = desk.open(), threading.Event()
        pages = desk.source().follow(start, stop)
        next(pages)
        for socket in list(desk.server.sockets):
            socket.connection.close(4000, "Unknown error.")
        missed = desk.say("said while nobody heard")
        posts = [post.id for page in (next(pages), next(pages)) for post in page.posts]
        assert posts == [str(missed)]
        stop.set()
        assert not [post for page in pages for post in page.posts]


class Starting:
    """A channel as the contract has it: reading from None is reading from when it was opened."""

    def __init__(self, desk: Desk, start: str) -> None:
        self._desk, self._start = desk, start

    def read(self, cursor: str | None) -> Iterator[Page]:
        return self._desk.source().read(self._start if cursor is None else cursor)

    def still_there(self, since: Any, until: Any) -> Iterator[Page]:
        return self._desk.source().still_there(since, until)


@pytest.fixture(scope="module")
def busy(server: Discord) -> Starting:
    desk = Desk(server)
    start = desk.open()
    rooms = [desk.channel, server.channel(11, desk.channel), server.channel(11, desk.channel)]
    for number in range(240):
        desk.say(f"line {number}", room=rooms[number % 7 % 3], seconds=number % 3)
    return Starting(desk, start)


class TestContract(SourceContract):
    """Every promise of a source, kept by a channel with threads and a backlog."""

    @pytest.fixture(autouse=True)
    def _server(self, server: Discord, busy: Starting) -> None:
        self._it, self._busy = server, busy
        server.members[BOT], server.flags, server.token = [], 1 << 19, TOKEN
        server.hidden.clear()

    def source(self, folder: Path) -> Starting:
        return self._busy

    def empty(self, folder: Path) -> Starting:
        desk = Desk(self._it)
        return Starting(desk, desk.open())

    def damaged(self, folder: Path) -> Damaged:
        desk = Desk(self._it)
        start = desk.open()
        ids = [desk.say("fine"), desk.say("secret", timestamp="secret"), desk.say("fine too")]
        desk.say("secret", content=["secret"])
        return Damaged(Starting(desk, start), bad=2, ids=[str(ids[0]), str(ids[2])], words=["secret"])


class TestHandshake(HandshakeContract):
    """Every promise of a handshake."""

    @pytest.fixture(autouse=True)
    def _server(self, server: Discord) -> None:
        self._it = server

    def community(self) -> Community:
        return Community(Desk(self._it), ENDED)
