"""A Discourse forum at a stand-in and by recordings: what is read, since when, what stops it.

Everybody here is made up. The stand-in is written from Discourse's published reference.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from earnest.record.errors import BadSetting, EarnestError, SourceBusy, SourceGone
from earnest.record.raw import Page, RawPost
from earnest.sources.contract import Damaged, HandshakeContract, SourceContract
from earnest.sources.discourse.source import DiscourseForum, open_discourse
from earnest.sources.handshake import Invitation, NotProved, Proof, digest
from tests.rooms import egress
from tests.sources.communities import Community, Reads
from tests.sources.discourse_server import KEY, PRIVATE, PUBLIC, Discourse
from tests.sources.hostile_payloads import check_error, check_pages, damage, encode, may_refuse_whole
from tests.sources.platform_server import Told
from tests.sources.replay import Replay, reply_json

NOTICE = HandshakeContract.NOTICE


class Desk(Reads):
    """A forum with staff and two people; and the key's view of it through the source alone."""

    def __init__(self, server: Discourse) -> None:
        server.reset()
        self.server = server
        self.mona, self.adam = server.person("Mona", moderator=True), server.person("Adam", admin=True)
        self.uma = server.person("Uma")
        self.talk = server.topic(self.uma, "Pay", "said before anybody was asked")
        self.notice = 0
        self.settled: dict[str, str] = {}

    def source(self, **more: Any) -> DiscourseForum:
        given = {"server": self.server.url, "category": PRIVATE, "acts_as": "earnest", "token": KEY}
        return open_discourse({**given, **self.settled, "acts_as": "Earnest", **more}, egress())

    def publish(self, text: str = NOTICE, by: str | None = None) -> int:
        self.notice = self.server.topic(by or self.mona, "Earnest listens", text)
        self.server.topics[self.notice]["pinned"] = True
        return self.notice

    def ask(self) -> Proof | NotProved:
        return self.source().prove(Invitation(digest(NOTICE), opened=bool(self.settled)))

    def open(self) -> str:
        self.publish()
        start = self.proved()
        self.server.now = max(self.server.now, datetime.now(UTC))
        return start

    def say(self, text: str, who: str | None = None, topic: int | None = None, **more: Any) -> int:
        return self.server.reply(who or self.uma, topic or self.talk, text, after=0.01, **more)

    def posts(self, cursor: str | None, **more: Any) -> list[RawPost]:
        return [post for page in self.source(**more).read(cursor) for post in page.posts]

    def texts(self, cursor: str | None, **more: Any) -> list[str]:
        return [post.text for post in self.posts(cursor, **more)]


@pytest.fixture(scope="module")
def server() -> Iterator[Discourse]:
    with Discourse() as server:
        yield server


@pytest.fixture
def desk(server: Discourse) -> Desk:
    return Desk(server)


class TestReading:
    """What a page holds."""

    def test_what_is_written_after_the_opening_is_read_and_nothing_from_before(self, desk: Desk) -> None:
        start = desk.open()
        desk.say("my tips are missing")
        desk.server.topic(desk.uma, "The app", "it crashed")
        desk.server.topic(desk.uma, "Weather", "in a public category", category=PUBLIC)
        posts = desk.posts(start)
        assert [post.text for post in posts] == ["my tips are missing", "The app\n\nit crashed"]
        assert {post.author for post in posts} == {"uma"}

    @pytest.mark.parametrize("windowed", [True, False], ids=["by ids", "by number"])
    def test_a_backlog_with_holes_comes_once_and_in_order(self, desk: Desk, windowed: bool) -> None:
        desk.server.windowed = windowed
        start = desk.open()
        said = [f"line {number}" for number in range(230)]
        for text in said:
            desk.say(text)
        del desk.server.posts[60:180]
        assert desk.texts(start) == said[:58] + said[178:]

    def test_public_categories_need_no_key_and_begin_with_the_newest(self, desk: Desk) -> None:
        public = desk.server.topic(desk.uma, "Weather", "rain", category=PUBLIC)
        given = {"server": desk.server.url}
        pages = list(open_discourse(given, egress()).read(None))
        assert [post.text for page in pages for post in page.posts] == ["Weather\n\nrain"]
        desk.say("still raining", topic=public)
        desk.say("in the private category")
        again = open_discourse(given, egress()).read(pages[-1].cursor)
        assert [post.text for page in again for post in page.posts] == ["still raining"]

    def test_quotations_hidden_posts_and_small_notices_are_no_posts(self, desk: Desk) -> None:
        start = desk.open()
        desk.say('[quote="Mona, post:1"]\nsomebody [quote="x"]else[/quote] said\n[/quote]\nmy own words')
        desk.say("flagged by people", hidden=True)
        desk.say("moved to another category", post_type=3)
        gone = desk.say("taken back by its author", user_deleted=True)
        told = [(post.id, post.change, post.text) for post in desk.posts(start)]
        assert told[0][1:] == ("said", "my own words")
        assert told[1:] == [(str(gone), "deleted", "")]

    def test_the_forum_is_listed_again_as_it_reads_now(self, desk: Desk) -> None:
        start = desk.open()
        ids = [desk.say(f"line {number}") for number in range(3)]
        posts = desk.posts(start)
        desk.server.edit(desk.server.posts[-2], "another line")
        desk.server.posts[:] = [one for one in desk.server.posts if one["id"] != ids[0]]
        first = posts[0].created
        assert first
        pages = desk.source().still_there(first, first + timedelta(hours=1))
        listed = [post for page in pages for post in page.posts]
        assert [(post.id, post.text) for post in listed] == [
            (str(ids[1]), "another line"),
            (str(ids[2]), "line 2"),
        ]
        assert listed[0].version
        assert listed[0].created
        assert listed[0].version > listed[0].created


def change(what: str, value: object) -> Callable[[Desk], object]:
    return lambda it: it.server.topics[it.notice].update({what: value})


ENDED: dict[str, tuple[Callable[[Desk], object], str]] = {
    "unpinned": (change("pinned", False), "unpublished"),
    "unlisted": (change("visible", False), "unpublished"),
    "moved to another category": (change("category_id", PUBLIC), "unpublished"),
    "deleted": (lambda it: it.server.topics.pop(it.notice), "unpublished"),
    "edited": (lambda it: it.server.edit(it.server.first(it.notice), "Something else"), "changed"),
    "written by somebody who is no staff any more": (
        lambda it: it.server.people[it.mona].clear(),
        "not_administrator",
    ),
    "answered by revoking the key": (lambda it: setattr(it.server, "key", "another"), "sent_away"),
    "answered by closing the category to the account": (lambda it: it.server.see.clear(), "sent_away"),
    "followed by a description that asks bots to stay out": (
        lambda it: setattr(it.server, "described", "Riders. #nobots"),
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
    "nothing is pinned": (lambda it: it.server.topic(it.mona, "Earnest", NOTICE), "waiting"),
    "a moderator pins it": (lambda it: it.publish(), ""),
    "an administrator pins it": (lambda it: it.publish(by=it.adam), ""),
    "staff pins what somebody else wrote": (lambda it: it.publish(by=it.uma), "not_administrator"),
    "the account of the key wrote it": (
        lambda it: (it.server.person("Earnest", admin=True), it.publish(by="Earnest")),
        "not_administrator",
    ),
    "a word of it is another": (lambda it: it.publish(NOTICE.replace("now", "ever")), "changed"),
    "it is pinned in another category": (
        lambda it: (it.publish(), change("category_id", PUBLIC)(it)),
        "waiting",
    ),
}


@pytest.mark.parametrize("opens", OPENS)
def test_whether_a_category_opens_when(desk: Desk, opens: str) -> None:
    act, why = OPENS[opens]
    act(desk)
    assert desk.why() == why


@pytest.mark.parametrize(
    ("told", "kind", "words"),
    [
        (Told({"errors": []}, 403), SourceGone, "invite Earnest"),
        (Told({"errors": []}, 404), SourceGone, "invite Earnest"),
        (Told({"errors": []}, 429, {"Retry-After": "12"}), SourceBusy, "slow down"),
        (Told("<html>", 502), SourceBusy, "tries again"),
        (Told("<html>a page"), SourceBusy, "Check the forum's address"),
        (Told({"latest_posts": None}), SourceBusy, "Check the forum's address"),
        (Told("[" * 5_000), SourceBusy, "Check the forum's address"),
    ],
    ids=["403", "404", "429", "502", "a page", "no list", "nested"],
)
def test_what_the_forum_refuses_says_what_to_do(
    desk: Desk, told: Told, kind: type[EarnestError], words: str
) -> None:
    start = desk.open()
    desk.server.faults.append(told)
    with pytest.raises(kind) as caught:
        desk.posts(start)
    assert words in caught.value.sentence()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"server": "forum"}, "'server'"),
        ({"category": -1}, "'category'"),
        ({"token": "short"}, "API key"),
        ({"acts_as": ""}, "'acts_as'"),
        ({"api_key": "x"}, "unknown field"),
    ],
)
def test_a_wrong_setting_is_named(desk: Desk, settings: dict[str, Any], words: str) -> None:
    with pytest.raises(BadSetting, match=words):
        desk.source(**settings)


def test_a_category_without_a_key_cannot_be_invited(desk: Desk) -> None:
    with pytest.raises(BadSetting, match="API key"):
        desk.source(token="").how()


def test_a_damaged_post_never_costs_its_neighbours(desk: Desk) -> None:
    start = desk.open()
    ids = [desk.say("a good neighbour"), desk.say("quollzephyr words"), desk.say("another good one")]
    good, item, other = desk.server.posts[-3:]
    for name, bad in damage(item):
        body = Told(encode({"latest_posts": [other, bad, good]}))
        desk.server.faults[:] = [body, body]
        try:
            pages = list(desk.source().read(start))
        except EarnestError as error:
            assert may_refuse_whole(name), name
            check_error(error)
        else:
            check_pages(pages, [str(ids[0]), str(ids[2])])
        desk.server.faults.clear()


def test_recordings_of_a_forum_are_read(shared: Path) -> None:
    folder = shared / "payloads" / "discourse"
    latest, before = (
        json.loads((folder / name).read_text()) for name in ("posts_latest.json", "posts_before.json")
    )
    with Replay({"/posts.json": reply_json(latest), "/posts.json?before=*": reply_json(before)}) as forum:
        pages = list(open_discourse({"server": forum.url}, egress()).read(None))
    posts = [post for page in pages for post in page.posts]
    assert not [refused for page in pages for refused in page.refused]
    listed = {str(one["id"]) for one in before["latest_posts"] if one["post_type"] == 1}
    assert {post.id for post in posts} <= listed
    assert all(post.created and post.author and "<p>" not in post.text for post in posts)


class Starting:
    """A category as the contract has it: reading from None is reading from when it was opened."""

    def __init__(self, desk: Desk, start: str) -> None:
        self._desk, self._start = desk, start

    def read(self, cursor: str | None) -> Iterator[Page]:
        return self._desk.source().read(self._start if cursor is None else cursor)

    def still_there(self, since: datetime, until: datetime) -> Iterator[Page]:
        opened = self._desk.server.posts[1]["created_at"]
        return self._desk.source().still_there(max(since, datetime.fromisoformat(opened)), until)


class TestContract(SourceContract):
    """Every promise of a source, kept by a category with a backlog."""

    @pytest.fixture(autouse=True)
    def _server(self, server: Discourse) -> None:
        self._it = server

    def source(self, folder: Path) -> Starting:
        if not hasattr(self, "_busy"):
            desk = Desk(self._it)
            start = desk.open()
            for number in range(230):
                desk.say(f"line {number}")
            self._busy = Starting(desk, start)
        return self._busy

    def empty(self, folder: Path) -> Starting:
        desk = Desk(self._it)
        return Starting(desk, desk.open())

    def damaged(self, folder: Path) -> Damaged:
        desk = Desk(self._it)
        start = desk.open()
        ids = [desk.say("fine"), desk.say("secret", created_at="secret"), desk.say("fine too")]
        desk.say("secret", username=["secret"])
        return Damaged(Starting(desk, start), bad=2, ids=[str(ids[0]), str(ids[2])], words=["secret"])


class TestHandshake(HandshakeContract):
    """Every promise of a handshake."""

    @pytest.fixture(autouse=True)
    def _server(self, server: Discourse) -> None:
        self._it = server

    def community(self) -> Community:
        return Community(Desk(self._it), ENDED)
