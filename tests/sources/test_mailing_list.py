"""A mailing list by a real name server, a synthetic archive and a real Dovecot: what is read, since when,
what stops it. Everybody here is made up.
"""

import gzip
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("dns", reason="the extra 'mail' is not installed")

from earnest.egress.names import texts
from earnest.gate.optout import flagged_out
from earnest.record.errors import BadSetting, EarnestError, SourceBusy, SourceGone
from earnest.record.raw import Page, RawPost
from earnest.sources.contract import HandshakeContract, SourceContract
from earnest.sources.handshake import Handshake, Invitation, NotProved, Proof, digest
from earnest.sources.mailing_list import archive
from earnest.sources.mailing_list.source import MailingList, open_mailing_list
from tests.dovecot import PROGRAM, TOKEN, Dovecot
from tests.rooms import egress
from tests.sources.dns_server import Names
from tests.sources.hostile_payloads import check_error, check_pages, damaged_bodies
from tests.sources.platform_server import Asked, Platform, Told

NOTICE = HandshakeContract.NOTICE
DOMAIN, LIST = "lists.example.org", "riders@lists.example.org"


def letter(number: int, text: str, when: datetime, more: str = "") -> bytes:
    return (
        f"From: uma{number % 3} at example.net (Uma)\nMessage-ID: <{number}@example.net>\n"
        f"Subject: [riders] line {number}\nDate: {format_datetime(when)}\n{more}\n{text}\n"
    ).encode()


class Archive(Platform):
    """A list's archive as Pipermail and HyperKitty keep it: a file a month, packed."""

    def __init__(self) -> None:
        super().__init__()
        self.reset()

    def reset(self) -> None:
        self.months: dict[str, list[bytes]] = {}
        self.there, self.packed = True, True

    def answer(self, asked: Asked) -> Told:
        if not self.there:
            return Told("gone", 404)
        if asked.path.endswith("/"):
            return Told("<h1>The riders Archives</h1>")
        for month, mails in self.months.items():
            pipermail = f"{month[:4]}-{datetime.fromisoformat(month + '-01'):%B}.txt.gz"
            if asked.path.endswith((f"/{pipermail}", f"-{month}.mbox.gz")):
                text = b"".join(
                    b"From uma at example.net  Sun Nov 22 10:00:00 2026\n" + one + b"\n" for one in mails
                )
                return Told(gzip.compress(text) if self.packed else text)
        return Told("no such month", 404)


class Desk:
    """A list, its domain and its archive; and Earnest's view of it through the source alone."""

    def __init__(self, names: Names, archive_: Archive) -> None:
        names.records.clear()
        names.broken = False
        archive_.reset()
        self.names, self.server, self.number = names, archive_, 0
        self.now = datetime.now(UTC)

    def source(self, **more: Any) -> MailingList:
        base = {"list": LIST, "archive": f"https://{DOMAIN}/pipermail/riders", "server": self.server.url}
        return open_mailing_list({**base, "resolver": self.names.address, **more}, egress())

    def publish(self, notice: str = NOTICE, domain: str = DOMAIN) -> None:
        self.names.records[f"_earnest.{domain}"] = ["v=other", f"earnest={digest(notice).hex()}"]

    def ask(self, *, opened: bool = False, **more: Any) -> Proof | NotProved:
        return self.source(**more).prove(Invitation(digest(NOTICE), opened=opened))

    def open(self) -> str:
        self.publish()
        proof = self.ask()
        assert isinstance(proof, Proof)
        return proof.start

    def say(self, text: str, ago: timedelta = timedelta(0), more: str = "") -> str:
        self.number += 1
        when = datetime.now(UTC) + timedelta(seconds=60) - ago
        month = archive.month_of(datetime.now(UTC) - ago)
        self.server.months.setdefault(month, []).append(letter(self.number, text, when, more))
        return f"{self.number}@example.net"

    def pages(self, cursor: str | None, **more: Any) -> list[Page]:
        return list(self.source(**more).read(cursor))

    def posts(self, cursor: str | None, **more: Any) -> list[RawPost]:
        return [post for page in self.pages(cursor, **more) for post in page.posts]

    def texts(self, cursor: str | None, **more: Any) -> list[str]:
        return [post.text.rpartition("\n\n")[2] for post in self.posts(cursor, **more)]


@pytest.fixture(scope="module")
def names() -> Iterator[Names]:
    with Names() as names:
        yield names


@pytest.fixture(scope="module")
def server() -> Iterator[Archive]:
    with Archive() as server:
        yield server


@pytest.fixture
def desk(names: Names, server: Archive) -> Desk:
    return Desk(names, server)


class TestReading:
    """What a page holds."""

    def test_what_is_written_after_the_opening_is_read_and_nothing_from_before(self, desk: Desk) -> None:
        desk.say("said long before", timedelta(hours=3))
        start = desk.open()
        desk.say("my tips are missing")
        posts = desk.posts(start)
        assert [post.text for post in posts] == ["line 2\n\nmy tips are missing"]
        assert [post.author for post in posts] == ["uma2@example.net"]

    @pytest.mark.parametrize("packed", [True, False], ids=["packed", "plain"])
    def test_a_hyperkitty_archive_is_read_as_well(self, desk: Desk, packed: bool) -> None:
        desk.server.packed = packed
        start = desk.open()
        desk.say("my tips are missing")
        where = f"https://{DOMAIN}/hyperkitty/list/{LIST}"
        assert desk.texts(start, archive=where) == ["my tips are missing"]

    def test_a_month_that_ended_meanwhile_is_read_to_its_end(self, desk: Desk) -> None:
        desk.open()
        month_ago = timedelta(days=40)
        since = int((datetime.now(UTC) - timedelta(days=60)).timestamp())
        first = archive.month_of(datetime.now(UTC) - month_ago)
        desk.say("said last month", month_ago)
        desk.say("said now")
        start = f'{{"since":{since},"month":"{first}"}}'
        pages = desk.pages(start)
        assert desk.texts(start) == ["said last month", "said now"]
        assert [page.done for page in pages] == [False] * (len(pages) - 1) + [True]

    def test_a_mail_that_was_taken_out_loses_no_other(self, desk: Desk) -> None:
        start = desk.open()
        for number in range(3):
            desk.say(f"line {number}")
        cursor = desk.pages(start)[-1].cursor
        month = next(iter(desk.server.months.values()))
        del month[0:2]
        desk.say("said afterwards")
        assert "said afterwards" in desk.texts(cursor)

    def test_who_asks_not_to_be_archived_is_flagged_for_the_gate(self, desk: Desk) -> None:
        start = desk.open()
        desk.say("between us", more="X-No-Archive: yes\n")
        (post,) = desk.posts(start)
        assert flagged_out(post.flags)

    def test_the_archive_is_listed_again_as_it_is_now(self, desk: Desk) -> None:
        desk.open()
        ids = [desk.say(f"line {number}") for number in range(3)]
        next(iter(desk.server.months.values())).pop(1)
        now = datetime.now(UTC)
        pages = desk.source().still_there(now - timedelta(hours=1), now + timedelta(hours=1))
        assert [post.id for page in pages for post in page.posts] == [ids[0], ids[2]]

    def test_an_archive_that_is_gone_is_no_quiet_day(self, desk: Desk) -> None:
        start = desk.open()
        assert desk.posts(start) == []
        desk.server.there = False
        with pytest.raises(SourceGone) as caught:
            desk.pages(start)
        assert "'archive'" in caught.value.sentence()

    def test_a_mailbox_that_is_subscribed_is_read_instead(self, desk: Desk, dovecot: Dovecot) -> None:
        box = dovecot.mailbox("listener")
        given = {"archive": "", "host": "127.0.0.1", "user": box, "token": TOKEN}
        given |= {"port": str(dovecot.port), "security": "none"}
        now = datetime.now(UTC) + timedelta(seconds=60)
        by_list = "List-Id: Riders <riders.lists.example.org>\n"
        dovecot.deliver(box, letter(1, "said before", now - timedelta(hours=3), by_list))
        desk.publish()
        proof = desk.ask(**given)
        assert isinstance(proof, Proof)
        dovecot.deliver(box, letter(2, "said to the list", now, by_list))
        dovecot.deliver(box, letter(3, "said to another list", now, "List-Id: <else.example.org>\n"))
        pages = desk.pages(proof.start, **given)
        assert [post.text for page in pages for post in page.posts] == ["line 2\n\nsaid to the list"]
        assert desk.posts(pages[-1].cursor, **given) == []


@pytest.fixture(scope="module")
def dovecot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    if not Path(PROGRAM).exists() or shutil.which("openssl") is None:
        pytest.skip("Dovecot is not installed (apt-get install dovecot-imapd)")
    server = Dovecot(tmp_path_factory.mktemp("dovecot"))
    yield server
    server.stop()


RECORDS: dict[str, tuple[dict[str, list[str]], str]] = {
    "there is no record": ({}, "waiting"),
    "the name has other records": ({f"_earnest.{DOMAIN}": ["v=spf1 -all"]}, "waiting"),
    "it is in another domain": ({"_earnest.example.org": [f"earnest={digest(NOTICE).hex()}"]}, "waiting"),
    "it is another notice's": ({f"_earnest.{DOMAIN}": [f"earnest={digest('x').hex()}"]}, "changed"),
    "the domain wants none": ({f"_earnest.{DOMAIN}": ["earnest=no"]}, "opted_out"),
    "it stands among others": (
        {f"_earnest.{DOMAIN}": ["earnest=00", "x" * 300, f"EARNEST={digest(NOTICE).hex().upper()}"]},
        "",
    ),
}


@pytest.mark.parametrize("records", RECORDS)
def test_whether_a_list_opens_when(desk: Desk, records: str) -> None:
    desk.names.records, why = RECORDS[records]
    answer = desk.ask()
    assert (answer.why if isinstance(answer, NotProved) else "") == why


def test_where_the_dns_cannot_be_asked_nobody_is_sent_away(desk: Desk) -> None:
    desk.publish()
    desk.names.broken = True
    with pytest.raises(SourceBusy) as caught:
        desk.ask(opened=True)
    assert caught.value.why == "dns"


def test_a_wrong_name_server_is_named() -> None:
    with pytest.raises(BadSetting, match="name server"):
        texts("example.org", server="dns.example.org")


def test_who_runs_the_list_is_told_the_very_record(desk: Desk) -> None:
    desk.publish()
    source = desk.source()
    told = source.record(NOTICE)
    assert f'_earnest.{DOMAIN}. IN TXT "earnest={digest(NOTICE).hex()}"' in told
    assert f"_earnest.{DOMAIN}" in source.how()
    assert DOMAIN in source.wording("es").begins


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"list": "riders"}, "'list'"),
        ({"archive": ""}, "archive or from a mailbox"),
        ({"host": "imap.example.org"}, "archive or from a mailbox"),
        ({"archive": "https://lists.example.net/pipermail/riders"}, "not in the domain"),
        ({"recheck_hours": "0"}, "'recheck_hours'"),
        ({"archive": "", "host": "imap.example.org", "recheck_hours": "24"}, "took back"),
        ({"archive": "ftp://lists.example.org/"}, "'server'"),
    ],
)
def test_a_wrong_setting_is_named(desk: Desk, settings: dict[str, str], words: str) -> None:
    with pytest.raises(BadSetting, match=words):
        desk.source(**settings)


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (Told("busy", 429, {"Retry-After": "5"}), SourceBusy),
        (Told("no", 403), SourceGone),
        (Told(b"\x1f\x8b\x08broken"), SourceBusy),
        (Told(gzip.compress(b"From x\n" * 99)[:-9]), SourceBusy),
        (Told("<html>a page"), SourceBusy),
    ],
    ids=["429", "403", "damaged", "cut off", "a page"],
)
def test_what_an_archive_refuses_is_told(desk: Desk, told: Told, kind: type[EarnestError]) -> None:
    start = desk.open()
    desk.server.faults.append(told)
    with pytest.raises(kind) as caught:
        desk.pages(start)
    assert caught.value.sentence()


def test_a_bomb_in_an_archive_is_not_unpacked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST", 100_000)
    start = desk.open()
    desk.server.faults.append(Told(gzip.compress(b" " * 1_000_000)))
    with pytest.raises(EarnestError, match="larger than"):
        desk.pages(start)


def test_a_damaged_archive_gives_mails_or_a_clear_error(desk: Desk) -> None:
    start = desk.open()
    now = datetime.now(UTC) + timedelta(seconds=5)
    whole = b"".join(
        b"From uma at example.net  Sun Nov 22 10:00:00 2026\n" + letter(n, "quollzephyr words", now) + b"\n"
        for n in range(3)
    )
    for _, body in damaged_bodies(whole):
        desk.server.faults[:] = [Told(body)]
        try:
            pages = desk.pages(start)
        except EarnestError as error:
            check_error(error)
        else:
            check_pages(pages)
        desk.server.faults.clear()


@given(st.lists(st.text(alphabet="abc From:\n>\r", max_size=40), max_size=6))
def test_an_mbox_is_split_into_as_many_mails_as_it_holds(texts: list[str]) -> None:
    bodies = [
        "\n".join(f">{line}" if line.startswith("From") else line for line in one.split("\n"))
        for one in texts
    ]
    mbox = "".join(
        f"From a at b  Sun Nov 22 10:00:00 2026\nSubject: x\n\n{one}\n\n" for one in bodies
    ).encode()
    assert len(list(archive.split(mbox))) == len(bodies)


class Starting:
    """A list as the contract has it: reading from None is reading from when it was opened."""

    def __init__(self, desk: Desk, start: str) -> None:
        self._desk, self._start = desk, start

    def read(self, cursor: str | None) -> Iterator[Page]:
        return self._desk.source().read(self._start if cursor is None else cursor)


class TestContract(SourceContract):
    """Every promise of a source, kept by a list with a backlog."""

    @pytest.fixture(autouse=True)
    def _servers(self, names: Names, server: Archive) -> None:
        self._names, self._server = names, server

    def source(self, folder: Path) -> Starting:
        if not hasattr(self, "_busy"):
            desk = Desk(self._names, self._server)
            start = desk.open()
            for number in range(130):
                desk.say(f"line {number}")
            self._busy = Starting(desk, start)
        return self._busy

    def empty(self, folder: Path) -> Starting:
        desk = Desk(self._names, self._server)
        return Starting(desk, desk.open())


class Community:
    """A domain as the contract of handshakes has it."""

    def __init__(self, names: Names, server: Archive) -> None:
        self._desk = Desk(names, server)

    def place(self, settled: Mapping[str, str]) -> Handshake:
        return self._desk.source(**settled)

    def publish(self, notice: str) -> None:
        self._desk.publish(notice)

    def publish_without_power(self, notice: str) -> None:
        self._desk.publish(notice, "example.net")

    def endings(self) -> Mapping[str, Callable[[], object]]:
        return {
            "taken out of the DNS": self._desk.names.records.clear,
            "exchanged for another": lambda: self._desk.publish("Earnest listens to everything."),
            "answered with a no": lambda: self._desk.names.records.update(
                {f"_earnest.{DOMAIN}": ["earnest=no"]}
            ),
        }


class TestHandshake(HandshakeContract):
    """Every promise of a handshake."""

    @pytest.fixture(autouse=True)
    def _servers(self, names: Names, server: Archive) -> None:
        self._names, self._server = names, server

    def community(self) -> Community:
        return Community(self._names, self._server)
