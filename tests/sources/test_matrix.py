"""A Matrix room at a real Synapse: what is read, since when, what stops it. Everybody here is made up."""

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path

import pytest

from earnest.record.errors import (
    BadSetting,
    EarnestError,
    EgressRefused,
    MissingExtra,
    SourceGone,
)
from earnest.record.raw import Page
from earnest.sources.contract import HandshakeContract, SourceContract
from earnest.sources.handshake import Handshake, Invitation, Proof, digest
from earnest.sources.matrix import source as matrix
from earnest.sources.matrix.source import OUT, ids_of, open_matrix
from tests.lanes import mostly_slow
from tests.rooms import NOTICE, Desk, People, egress


@pytest.fixture
def desk(people: People) -> Desk:
    return Desk(people)


class TestReading:
    """What a page holds."""

    def test_what_is_said_after_the_opening_is_read_and_nothing_from_before(self, desk: Desk) -> None:
        desk.room.say(desk.uma, "said long before")
        start = desk.open()
        desk.room.say(desk.uma, "my tips are missing")
        desk.room.say(desk.vik, "mine too")
        posts = desk.posts(start)
        assert [post.text for post in posts] == ["my tips are missing", "mine too"]
        assert [post.author for post in posts] == [desk.uma.id, desk.vik.id]
        assert all(post.change == "said" and post.created for post in posts)

    def test_without_a_cursor_only_what_comes_next_is_read(self, desk: Desk) -> None:
        desk.open()
        desk.room.say(desk.uma, "said before the first read")
        (page,) = desk.pages(None)
        assert not page.posts
        desk.room.say(desk.uma, "said after it")
        assert [post.text for post in desk.posts(page.cursor)] == ["said after it"]

    @pytest.mark.slow
    def test_a_backlog_longer_than_an_answer_comes_in_order_once(self, desk: Desk) -> None:
        start = desk.open()
        said = [f"line {number}" for number in range(120)]
        for text in said:
            desk.room.say(desk.uma, text)
        pages = desk.pages(start)
        assert len(pages) > 2
        assert [post.text for page in pages for post in page.posts] == said
        assert desk.posts(pages[-1].cursor) == []

    def test_what_the_bot_says_and_what_programs_say_is_no_post(self, desk: Desk) -> None:
        start = desk.open()
        desk.room.event(desk.uma, "m.room.message", {"msgtype": "m.notice", "body": "a program says"})
        desk.room.event(desk.bot, "m.room.message", {"msgtype": "m.text", "body": "the bot says"})
        desk.room.event(
            desk.uma, "m.room.message", {"msgtype": "m.image", "body": "cat.png", "url": "mxc://a/b"}
        )
        desk.room.event(desk.uma, "m.room.encrypted", {"algorithm": "x", "ciphertext": "y"})
        desk.room.event(desk.uma, "m.reaction", {"m.relates_to": {"rel_type": "m.annotation", "key": "+"}})
        assert desk.posts(start) == []

    def test_a_reply_is_read_without_what_it_quotes(self, desk: Desk) -> None:
        start = desk.open()
        first = desk.room.say(desk.uma, "the app crashed")
        quoted = f"> <{desk.uma.id}> the app crashed\n\nsame here"
        desk.room.say(desk.vik, quoted, **{"m.relates_to": {"m.in_reply_to": {"event_id": first}}})
        assert [post.text for post in desk.posts(start)] == ["the app crashed", "same here"]

    def test_an_edit_names_the_message_it_changes(self, desk: Desk) -> None:
        start = desk.open()
        first = desk.room.say(desk.uma, "the app crashd")
        cursor = desk.pages(start)[-1].cursor
        desk.room.edit(desk.uma, first, "the app crashed")
        (post,) = desk.posts(cursor)
        assert (post.id, post.text, post.change) == (first, "the app crashed", "edited")
        assert post.version is not None
        assert post.created is not None
        assert post.version > post.created

    def test_an_edit_within_a_page_is_how_it_was_said(self, desk: Desk) -> None:
        start = desk.open()
        first = desk.room.say(desk.uma, "the app crashd")
        desk.room.edit(desk.uma, first, "the app crashed")
        assert [(post.text, post.change) for post in desk.posts(start)] == [("the app crashed", "said")]

    @pytest.mark.parametrize(
        "fresh",
        [{"msgtype": "m.notice", "body": "a program now"}, {"msgtype": "m.text", "body": "  "}],
        ids=["something else than text", "nothing"],
    )
    def test_a_message_that_was_edited_into_is_gone(self, desk: Desk, fresh: dict[str, str]) -> None:
        start = desk.open()
        first = desk.room.say(desk.uma, "the app crashed")
        cursor = desk.pages(start)[-1].cursor
        relation = {"rel_type": "m.replace", "event_id": first}
        content = {**fresh, "m.new_content": fresh, "m.relates_to": relation}
        desk.room.event(desk.uma, "m.room.message", content)
        assert [(post.id, post.change) for post in desk.posts(cursor)] == [(first, "deleted")]

    @pytest.mark.slow
    def test_a_stretch_that_is_skipped_gives_deletions_alone(self, desk: Desk) -> None:
        start = desk.open()
        ids = [desk.room.say(desk.uma, f"line {number}") for number in range(3)]
        cursor = desk.pages(start)[-1].cursor
        desk.room.redact(desk.uma, ids[0])
        desk.room.edit(desk.uma, ids[1], "another line")
        desk.room.edit(desk.vik, ids[2], "somebody else's line")
        for number in range(60):
            desk.room.say(desk.uma, f"not to be read {number}")
        proof = desk.ask()
        assert isinstance(proof, Proof)
        desk.room.say(desk.uma, "to be read")
        source = desk.source()
        pages = list(source.read(source.skip(cursor, proof.start)))
        posts = [(post.id, post.change, post.text) for page in pages for post in page.posts]
        assert posts[:2] == [(ids[0], "deleted", ""), (ids[1], "deleted", "")]
        assert [text for _, _, text in posts[2:]] == ["to be read"]
        assert desk.posts(pages[-1].cursor) == []

    def test_nobody_edits_somebody_elses_words(self, desk: Desk) -> None:
        start = desk.open()
        first = desk.room.say(desk.uma, "the app crashed")
        cursor = desk.pages(start)[-1].cursor
        desk.room.edit(desk.vik, first, "the app is wonderful")
        assert desk.posts(cursor) == []

    @pytest.mark.parametrize("version", mostly_slow(["6", "10", "11", "12"], fast=["11"]))
    def test_a_deletion_names_the_message_in_rooms_of_version(self, people: People, version: str) -> None:
        desk = Desk(people, room_version=version)
        start = desk.open()
        first = desk.room.say(desk.uma, "the app crashed")
        cursor = desk.pages(start)[-1].cursor
        desk.room.redact(desk.uma, first)
        assert [(post.id, post.change, post.text) for post in desk.posts(cursor)] == [(first, "deleted", "")]

    def test_what_was_deleted_before_it_was_read_comes_as_deleted_only(self, desk: Desk) -> None:
        start = desk.open()
        first = desk.room.say(desk.uma, "the app crashed")
        desk.room.redact(desk.uma, first)
        assert [(post.id, post.change) for post in desk.posts(start)] == [(first, "deleted")]

    def test_what_is_said_while_the_notice_is_unpinned_for_a_moment_is_not_read(self, desk: Desk) -> None:
        start = desk.open()
        desk.room.say(desk.uma, "invited")
        desk.room.pin(desk.nils)
        desk.room.say(desk.uma, "not invited")
        desk.room.pin(desk.nils, desk.notice)
        desk.room.say(desk.uma, "invited again")
        source = desk.source()
        assert isinstance(desk.ask(source), Proof)
        posts = [post.text for page in source.read(start) for post in page.posts]
        assert posts == ["invited", "invited again"]

    def test_the_notice_said_once_more_is_no_post_and_opts_nobody_out(self, desk: Desk) -> None:
        start = desk.open()
        desk.room.say(desk.mona, NOTICE)
        desk.room.say(desk.uma, "the app crashed")
        source = desk.source()
        assert isinstance(desk.ask(source), Proof)
        assert [post.text for page in source.read(start) for post in page.posts] == ["the app crashed"]

    def test_the_cursor_holds_no_trace_of_a_message(self, desk: Desk) -> None:
        start = desk.open()
        ids = [desk.room.say(desk.uma, f"line {number}") for number in range(60)]
        cursors = "".join(page.cursor for page in desk.pages(start))
        assert desk.uma.id not in cursors
        assert not any(id[1:] in cursors for id in ids)

    def test_a_message_is_answered_once_however_often_it_is_asked_for(self, desk: Desk) -> None:
        desk.open()
        word = desk.room.say(desk.uma, "#noearnest")
        desk.source().acknowledge([word])
        desk.source().acknowledge([word])
        answers = [one for one in desk.room.told(desk.uma) if one["sender"] == desk.bot.id]
        assert [one["content"]["body"] for one in answers] == [OUT]

    def test_a_room_where_the_bot_may_not_speak_is_read_all_the_same(self, desk: Desk) -> None:
        start = desk.open()
        desk.room.power({desk.uma.id: 10, desk.vik.id: 10}, events_default=10)
        word = desk.room.say(desk.uma, "#noearnest")
        desk.source().acknowledge([word])
        assert len(desk.posts(start)) == 1


class Starting:
    """A room as the contract has it: reading from None is reading from when the room was opened."""

    def __init__(self, desk: Desk, start: str) -> None:
        self._desk, self._start = desk, start

    def read(self, cursor: str | None) -> Iterator[Page]:
        return self._desk.source().read(self._start if cursor is None else cursor)


@pytest.fixture(scope="session")
def busy_room(people: People) -> Starting:
    """A room with more than one answer can hold. Reading changes nothing in it, so tests share it."""
    desk = Desk(people)
    start = desk.open()
    for number in range(60):
        desk.room.say(desk.uma, f"line {number}")
    return Starting(desk, start)


class TestContract(SourceContract):
    """Every promise of a source, kept by a room with a backlog."""

    @pytest.fixture(autouse=True)
    def _rooms(self, people: People, busy_room: Starting) -> None:
        self._people, self._busy = people, busy_room

    def source(self, folder: Path) -> Starting:
        return self._busy

    def empty(self, folder: Path) -> Starting:
        desk = Desk(self._people)
        return Starting(desk, desk.open())


class RoomOfPeople:
    """A room as the contract of handshakes has it."""

    def __init__(self, people: People) -> None:
        self._desk = Desk(people)

    def place(self, settled: Mapping[str, str]) -> Handshake:
        return self._desk.source(**settled)

    def publish(self, notice: str) -> None:
        self._desk.publish(notice)

    def publish_without_power(self, notice: str) -> None:
        self._desk.room.power({}, events={"m.room.pinned_events": 0})
        self._desk.publish(notice, by=self._desk.uma)

    def endings(self) -> Mapping[str, Callable[[], object]]:
        desk = self._desk
        return {
            "unpinned": lambda: desk.room.pin(desk.mona),
            "edited": lambda: desk.room.edit(desk.nils, desk.notice, "Something else"),
            "deleted": lambda: desk.room.redact(desk.mona, desk.notice),
            "left without the administrator who gave it": lambda: desk.room.power({desk.nils.id: 49}),
            "answered by sending the bot away": lambda: desk.room.kick(desk.bot),
        }


class TestHandshake(HandshakeContract):
    """Every promise of a handshake, kept by a room and the people in it."""

    @pytest.fixture(autouse=True)
    def _people(self, people: People) -> None:
        self.people = people

    def community(self) -> RoomOfPeople:
        return RoomOfPeople(self.people)


WRONG: dict[str, tuple[Callable[[Desk], object], str]] = {
    "nothing is pinned": (lambda it: it.room.invite(it.bot), "waiting"),
    "the bot was never let in": (lambda it: it.room.pin(it.mona, it.room.say(it.mona, NOTICE)), "sent_away"),
    "the notice is said and not pinned": (
        lambda it: (it.room.invite(it.bot), it.room.say(it.mona, NOTICE)),
        "waiting",
    ),
    "a word of the notice is another": (
        lambda it: it.publish(NOTICE.replace("from now on", "since last year")),
        "changed",
    ),
    "somebody without power says and pins it, where everybody may pin": (
        lambda it: (it.room.power({}, events={"m.room.pinned_events": 0}), it.publish(by=it.uma)),
        "not_administrator",
    ),
    "somebody without power pins what a moderator said": (
        lambda it: (
            it.room.power({}, events={"m.room.pinned_events": 0}),
            it.room.invite(it.bot),
            it.room.pin(it.uma, it.room.say(it.nils, NOTICE)),
        ),
        "not_administrator",
    ),
    "a moderator changes the pins to which somebody without power had added it": (
        lambda it: (
            it.room.power({}, events={"m.room.pinned_events": 0}),
            it.room.pin(it.mona, it.room.say(it.mona, "welcome"), it.publish(by=it.uma)),
        ),
        "not_administrator",
    ),
    "the bot pins it itself, with a moderator's power": (
        lambda it: (
            it.publish(),
            it.room.pin(it.nils),
            it.room.enter(it.bot),
            it.room.power({it.bot.id: 50}),
            it.room.pin(it.bot, it.notice),
        ),
        "not_administrator",
    ),
    "the moderator who pinned it left the room": (
        lambda it: (it.publish(), it.room.leave(it.nils)),
        "not_administrator",
    ),
    "it is pinned in a room that encrypts": (
        lambda it: (
            it.publish(),
            it.room.state(it.mona, "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"}),
        ),
        "unreadable",
    ),
    "the bot was banned": (lambda it: (it.publish(), it.room.ban(it.bot)), "sent_away"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_room_does_not_open_when(desk: Desk, wrong: str) -> None:
    act, why = WRONG[wrong]
    act(desk)
    assert desk.why() == why


RIGHT: dict[str, Callable[[Desk], object]] = {
    "a moderator says and pins it": lambda it: it.publish(),
    "the room's creator pins it": lambda it: it.publish(by=it.mona),
    "a moderator pins what somebody without power said": lambda it: (
        it.room.invite(it.bot),
        it.room.pin(it.nils, it.room.say(it.uma, NOTICE)),
    ),
    "it is one of many pins": lambda it: (
        it.publish(),
        it.room.pin(it.nils, it.room.say(it.mona, "rules"), it.notice, it.room.say(it.mona, "welcome")),
    ),
    "another moderator pinned something after it": lambda it: (
        it.publish(),
        it.room.pin(it.mona, it.notice, it.room.say(it.mona, "welcome")),
    ),
    "the lines were wrapped on the way": lambda it: it.publish(NOTICE.replace("\n\n", "  \n ")),
}


@pytest.mark.parametrize("right", RIGHT)
def test_a_room_opens_when(desk: Desk, right: str) -> None:
    RIGHT[right](desk)
    assert desk.why() == ""


@pytest.mark.parametrize("version", mostly_slow(["6", "9", "10", "11", "12"], fast=["6", "12"]))
def test_a_creator_may_open_a_room_of_version(people: People, version: str) -> None:
    desk = Desk(people, room_version=version)
    desk.publish(by=desk.mona)
    assert desk.why() == ""


def test_the_opening_settles_which_room_it_is_even_if_the_alias_leads_elsewhere_later(people: People) -> None:
    alias = f"riders{next(_aliases)}"
    desk = Desk(people, room_alias_name=alias)
    named = f"#{alias}:synapse.example"
    desk.publish()
    proof = desk.source(room=named).prove(Invitation(digest(NOTICE)))
    assert isinstance(proof, Proof)
    assert proof.settle["room"] == desk.room.id


_aliases = count(1)


def test_another_message_with_the_same_words_does_not_stand_in_for_the_notice(desk: Desk) -> None:
    desk.open()
    desk.room.pin(desk.mona, desk.room.say(desk.mona, NOTICE))
    assert desk.why() == "unpublished"


def test_a_bot_that_was_sent_away_does_not_come_back_by_itself(people: People) -> None:
    desk = Desk(people, preset="public_chat")
    desk.open()
    desk.room.kick(desk.bot)
    assert desk.why() == "sent_away"
    assert desk.room.standing(desk.bot) == "leave"


def test_how_names_the_bot_that_is_to_be_let_in(desk: Desk) -> None:
    assert desk.bot.id in desk.source().how()


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"room": "drivers"}, BadSetting, "room"),
        ({"homeserver": "matrix.example.org"}, BadSetting, "homeserver"),
        ({"token": ""}, BadSetting, "token"),
        ({"password": "x"}, BadSetting, "password"),
        ({"cookie": "x"}, BadSetting, "cookie"),
    ],
    ids=["no room", "no address", "no token", "a password", "a cookie"],
)
def test_settings_that_cannot_be_name_the_setting(
    desk: Desk, given: dict[str, str], error: type[EarnestError], said: str
) -> None:
    with pytest.raises(error, match=said):
        open_matrix(desk.settings(**given), egress())


def test_without_matrix_nio_the_extra_is_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match="matrix"):
        open_matrix(desk.settings(), egress())


def test_a_token_that_is_not_valid_any_more_needs_a_person_and_is_not_repeated(desk: Desk) -> None:
    start = desk.open()
    with pytest.raises(SourceGone) as raised:
        list(desk.source(token="syt_wrong_wrong").read(start))
    assert "access token" in raised.value.sentence()
    assert "syt_wrong" not in raised.value.sentence()


def test_a_private_homeserver_is_refused_unless_the_operator_allows_it(desk: Desk) -> None:
    from earnest.egress import Egress

    with pytest.raises(EgressRefused, match="private address"):
        open_matrix(desk.settings(), Egress("Earnest/test")).prove(Invitation(digest(NOTICE)))


def test_an_alias_that_leads_nowhere_is_a_clear_error(desk: Desk) -> None:
    with pytest.raises(BadSetting, match="no room of this name"):
        desk.source(room="#nowhere:synapse.example").prove(Invitation(digest(NOTICE)))


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("https://matrix.to/#/!room:example.org/$abc-DEF_1?via=example.org", ("$abc-DEF_1",)),
        ("https://matrix.to/#/%21room%3Aexample.org/%24abc", ("$abc",)),
        ("$abc", ("$abc",)),
        ("https://example.org/", ()),
        ("@uma:example.org", ()),
        ("$", ()),
    ],
)
def test_the_address_of_a_message_gives_its_id(name: str, ids: tuple[str, ...]) -> None:
    assert ids_of(name) == ids
