"""A Telegram group at a stand-in for Telegram, through python-telegram-bot: what is read, since when, what
stops it. Everybody here is made up. The stand-in is written from Telegram's published reference.
"""

import copy
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from earnest.record.errors import BadSetting, EarnestError, SourceBusy, SourceGone
from earnest.record.raw import Page
from earnest.sources.contract import Damaged, HandshakeContract, SourceContract
from earnest.sources.handshake import Invitation, NotProved, Proof, digest
from earnest.sources.published import OUT
from earnest.sources.telegram.source import Mark, TelegramGroup, ids_of, open_telegram
from tests.rooms import egress
from tests.sources.communities import Community, Reads
from tests.sources.hostile_payloads import check_error, check_pages, damage, encode, may_refuse_whole
from tests.sources.platform_server import Told
from tests.sources.telegram_server import BOT, TOKEN, Telegram

pytest.importorskip("telegram", reason="the extra 'telegram' is not installed")

NOTICE = HandshakeContract.NOTICE


class Desk(Reads):
    """A group with an administrator and two people; and the bot's view of it through the source alone."""

    def __init__(self, server: Telegram) -> None:
        server.reset()
        self.server = server
        self.mona, self.owner = server.person("administrator"), server.person("creator")
        self.uma, self.vik = server.person(), server.person()
        self.notice = 0
        self.settled: dict[str, str] = {}

    def source(self, **more: str) -> TelegramGroup:
        given = {"chat": str(self.server.chat), "token": TOKEN, "server": self.server.url}
        return open_telegram({**given, **self.settled, **more}, egress())

    def publish(self, text: str = NOTICE, by: int | None = None, **more: object) -> int:
        self.notice = self.server.say(by or self.mona, text, **more)
        self.server.pin(by or self.mona, self.notice)
        return self.notice

    def ask(self) -> Proof | NotProved:
        return self.source().prove(Invitation(digest(NOTICE), opened=bool(self.settled)))

    def open(self) -> str:
        self.publish(ago=5)
        return self.proved()

    def say(self, text: str, who: int | None = None, **more: object) -> int:
        return self.server.say(who or self.uma, text, **more)


@pytest.fixture(scope="module")
def server() -> Iterator[Telegram]:
    with Telegram() as server:
        yield server


@pytest.fixture
def desk(server: Telegram) -> Desk:
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
        assert [post.author for post in posts] == [str(desk.uma), str(desk.vik)]

    def test_what_is_read_is_forgotten_by_telegram_only_when_the_next_page_is_asked_for(
        self, desk: Desk
    ) -> None:
        start = desk.open()
        for number in range(150):
            desk.say(f"line {number}")
        first = next(iter(desk.source().read(start)))
        again = next(iter(desk.source().read(start)))
        assert first == again
        assert len(desk.texts(first.cursor)) == 51

    def test_other_groups_programs_and_what_is_no_text_are_no_posts(self, desk: Desk) -> None:
        start = desk.open()
        desk.say("in another group", chat={"id": -42, "type": "supergroup", "title": "x"})
        desk.say("a program", who=BOT)
        desk.say("forwarded from the channel", is_automatic_forward=True)
        desk.server.push("my_chat_member", {"chat": {"id": 1, "type": "group"}})
        said = desk.server.messages[desk.say("x")]
        del said["text"]
        assert desk.posts(start) == []

    def test_a_caption_is_read_and_who_writes_as_the_group_is_the_group(self, desk: Desk) -> None:
        start = desk.open()
        group = {"id": desk.server.chat, "type": "supergroup", "title": "Riders"}
        del desk.server.messages[desk.say("", caption="the pin is across the river")]["text"]
        desk.say("as the group", who=BOT, sender_chat=group)
        posts = desk.posts(start)
        assert [post.text for post in posts] == ["the pin is across the river", "as the group"]
        assert posts[1].author == f"chat {desk.server.chat}"

    def test_an_edit_names_the_message_and_within_a_page_is_how_it_was_said(self, desk: Desk) -> None:
        start = desk.open()
        first = desk.say("the app crashd", ago=-0.0)
        cursor = desk.pages(start)[-1].cursor
        desk.server.edit(first, "the app crashed")
        second = desk.say("mine to")
        desk.server.edit(second, "mine too")
        told = [(post.id, post.change, post.text) for post in desk.posts(cursor)]
        assert told == [(str(first), "edited", "the app crashed"), (str(second), "said", "mine too")]

    def test_an_edit_of_what_was_said_before_brings_nothing_in(self, desk: Desk) -> None:
        old = desk.say("said long before", ago=3_600)
        start = desk.open()
        desk.server.edit(old, "said long before, and edited now")
        assert [(post.change, post.text) for post in desk.posts(start)] == [("deleted", "")]

    def test_a_paused_stretch_is_passed_over(self, desk: Desk) -> None:
        start = desk.open()
        desk.say("heard")
        cursor = desk.pages(start)[-1].cursor
        desk.say("said while it was paused", ago=2)
        proof = desk.ask()
        assert isinstance(proof, Proof)
        desk.say("said afterwards")
        assert desk.texts(desk.source().skip(cursor, proof.start)) == ["said afterwards"]

    def test_what_telegram_forgot_meanwhile_is_a_gap(self, desk: Desk) -> None:
        desk.open()
        now = datetime.now(UTC)
        asked = int((now - timedelta(days=3)).timestamp())
        (page,) = desk.pages(msgspec.json.encode(Mark(5, asked, asked)).decode())
        assert page.missed is not None
        assert page.missed[0] == datetime.fromtimestamp(asked, UTC)
        assert abs(page.missed[1] - (now - timedelta(hours=24))) < timedelta(minutes=1)
        (after,) = desk.pages(page.cursor)
        assert after.missed is None

    def test_whoever_opted_out_is_answered(self, desk: Desk) -> None:
        desk.open()
        word = desk.say("#noearnest")
        desk.source().acknowledge([str(word)])
        last = desk.server.messages[max(desk.server.messages)]
        assert last["text"] == OUT
        assert json.loads(last["answered"])["message_id"] == word

    def test_what_is_said_is_heard_at_once_while_somebody_follows(self, desk: Desk) -> None:
        start = desk.open()
        stop = threading.Event()
        pages = desk.source().follow(start, stop)
        next(pages)
        threading.Timer(0.2, lambda: desk.say("said now")).start()
        assert [post.text for post in next(pages).posts] == ["said now"]
        stop.set()
        assert list(pages) == []


ENDED: dict[str, tuple[Callable[[Desk], object], str]] = {
    "unpinned": (lambda it: it.server.pins.clear(), "unpublished"),
    "edited": (lambda it: it.server.edit(it.notice, "Something else"), "changed"),
    "deleted": (lambda it: it.server.delete(it.notice), "unpublished"),
    "covered by a newer pin": (lambda it: it.server.pin(it.mona, it.say("welcome")), "unpublished"),
    "said by somebody who lost the power": (
        lambda it: it.server.standing.update({it.mona: "member"}),
        "not_administrator",
    ),
    "said by somebody who left": (lambda it: it.server.standing.pop(it.mona), "not_administrator"),
    "left where everybody may pin now": (
        lambda it: it.server.permissions.update(can_pin_messages=True),
        "not_administrator",
    ),
    "answered by kicking the bot": (lambda it: it.server.standing.update({BOT: "kicked"}), "sent_away"),
    "ended with the group": (lambda it: setattr(it.server, "chat", it.server.chat - 7), "sent_away"),
    "left behind when the group becomes another": (
        lambda it: setattr(it.server, "migrated", True),
        "sent_away",
    ),
    "followed by a description that asks bots to stay out": (
        lambda it: setattr(it.server, "description", "Riders #nobots"),
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


OPENS: dict[str, tuple[Callable[[Desk], object], str]] = {
    "nothing is pinned": (lambda it: it.say(NOTICE, who=it.mona), "waiting"),
    "an administrator pins it": (lambda it: it.publish(), ""),
    "the group's owner pins it": (lambda it: it.publish(by=it.owner), ""),
    "the owner pins what an administrator said": (
        lambda it: it.server.pin(it.owner, it.say(NOTICE, who=it.mona)),
        "",
    ),
    "an administrator pins what somebody without power said": (
        lambda it: it.server.pin(it.mona, it.say(NOTICE)),
        "not_administrator",
    ),
    "somebody without power tries to pin it": (lambda it: it.publish(by=it.uma), "waiting"),
    "it is said anonymously": (
        lambda it: it.publish(sender_chat={"id": it.server.chat, "type": "supergroup"}),
        "not_administrator",
    ),
    "the bot said it": (lambda it: it.server.pin(it.mona, it.say(NOTICE, who=BOT)), "not_administrator"),
    "everybody may pin": (
        lambda it: (it.server.permissions.update(can_pin_messages=True), it.publish()),
        "not_administrator",
    ),
    "a word of it is another": (lambda it: it.publish(NOTICE.replace("now", "ever")), "changed"),
    "the bot was never let in": (lambda it: (it.server.standing.pop(BOT), it.publish()), "sent_away"),
}


@pytest.mark.parametrize("opens", OPENS)
def test_whether_a_group_opens_when(desk: Desk, opens: str) -> None:
    act, why = OPENS[opens]
    act(desk)
    assert desk.why() == why


def test_the_name_of_a_public_group_becomes_its_number(desk: Desk) -> None:
    desk.publish()
    proof = desk.source(chat="@riders").prove(Invitation(digest(NOTICE)))
    assert isinstance(proof, Proof)
    assert proof.settle["chat"] == str(desk.server.chat)


def test_a_bot_in_privacy_mode_says_what_to_tell_botfather(desk: Desk) -> None:
    desk.publish()
    desk.server.privacy = True
    with pytest.raises(SourceGone) as caught:
        desk.ask()
    assert "/setprivacy" in caught.value.sentence()
    desk.server.standing[BOT] = "administrator"
    assert desk.why() == ""


@pytest.mark.parametrize(
    ("told", "kind", "words"),
    [
        (Told({"ok": False, "error_code": 401, "description": "Unauthorized"}, 401), SourceGone, "BotFather"),
        (Told({"ok": False, "error_code": 404, "description": "Not Found"}, 404), SourceGone, "BotFather"),
        (
            Told({"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked"}, 403),
            SourceGone,
            "add it again",
        ),
        (
            Told({"ok": False, "error_code": 409, "description": "Conflict: terminated by other"}, 409),
            SourceGone,
            "same bot",
        ),
        (
            Told({"ok": False, "error_code": 429, "description": "x", "parameters": {"retry_after": 9}}, 429),
            SourceBusy,
            "slow down",
        ),
        (Told("<html>bad gateway", 502), SourceBusy, "tries again"),
        (Told({"ok": True, "result": {}}), SourceBusy, "documentation"),
        (Told("nonsense"), SourceBusy, "documentation"),
        (Told("[" * 5_000), SourceBusy, "documentation"),
    ],
    ids=["401", "404", "403", "409", "429", "502", "no list", "no JSON", "nested"],
)
def test_what_telegram_refuses_says_what_to_do(
    desk: Desk, told: Told, kind: type[EarnestError], words: str
) -> None:
    start = desk.open()
    desk.server.faults.append(told)
    with pytest.raises(kind) as caught:
        desk.pages(start)
    assert words in caught.value.sentence()
    if isinstance(caught.value, SourceBusy) and told.status == 429:
        assert caught.value.after == 9


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"chat": "riders"}, "'chat'"),
        ({"chat": "12345"}, "'chat'"),
        ({"token": "no token"}, "token"),
        ({"server": "telegram.org"}, "'server'"),
    ],
)
def test_a_wrong_setting_is_named(desk: Desk, settings: dict[str, str], words: str) -> None:
    with pytest.raises(BadSetting, match=words):
        desk.source(**settings)


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("https://t.me/c/1234567890/55", ("55",)),
        ("https://t.me/riders/55", ("55",)),
        ("https://t.me/riders/7/55", ("55",)),
        ("55", ()),
        ("https://example.org/c/1/55", ()),
    ],
)
def test_a_link_leads_to_the_number_of_its_message(name: str, ids: tuple[str, ...]) -> None:
    assert ids_of(name) == ids


def test_a_damaged_update_never_costs_its_neighbours(desk: Desk) -> None:
    start = desk.open()
    first = desk.say("a good neighbour")
    desk.say("quollzephyr words", from_quollzephyr="x")
    last = desk.say("another good one")
    good, item, other = desk.server.queue[-3:]
    for name, bad in damage(copy.deepcopy(item)):
        body = encode({"ok": True, "result": [good, bad, other]})
        desk.server.faults[:] = [Told(body)]
        try:
            pages = [next(iter(desk.source().read(start)))]
        except EarnestError as error:
            assert may_refuse_whole(name), name
            check_error(error)
        else:
            check_pages(pages, [str(first), str(last)])


class Starting:
    """A group as the contract has it: reading from None is reading from when it was opened, and each source
    finds the whole queue.
    """

    def __init__(self, desk: Desk, start: str) -> None:
        self._desk, self._start = desk, start
        self._queue = list(desk.server.queue)

    def read(self, cursor: str | None) -> Iterator[Page]:
        self._desk.server.queue[:] = self._queue
        return self._desk.source().read(self._start if cursor is None else cursor)


class TestContract(SourceContract):
    """Every promise of a source."""

    @pytest.fixture(autouse=True)
    def _server(self, server: Telegram) -> None:
        self._it = server

    def source(self, folder: Path) -> Starting:
        if not hasattr(self, "_busy"):
            desk = Desk(self._it)
            start = desk.open()
            for number in range(220):
                desk.say(f"line {number}")
            self._busy = Starting(desk, start)
        return self._busy

    def empty(self, folder: Path) -> Starting:
        desk = Desk(self._it)
        return Starting(desk, desk.open())

    def damaged(self, folder: Path) -> Damaged:
        desk = Desk(self._it)
        start = desk.open()
        ids = [desk.say("fine"), desk.say("secret", date="secret"), desk.say("fine too")]
        desk.say("secret", message_id="secret")
        return Damaged(Starting(desk, start), bad=2, ids=[str(ids[0]), str(ids[2])], words=["secret"])


class Group(Community):
    """Its members may pin, which alone gives nobody the power to invite."""

    def publish_without_power(self, notice: str) -> None:
        self._desk.server.permissions = {"can_pin_messages": True}
        super().publish_without_power(notice)


class TestHandshake(HandshakeContract):
    """Every promise of a handshake."""

    @pytest.fixture(autouse=True)
    def _server(self, server: Telegram) -> None:
        self._it = server

    def community(self) -> Group:
        return Group(Desk(self._it), ENDED)
