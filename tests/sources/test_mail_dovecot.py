"""Mail from a real Dovecot: the contract, what arrives by itself, and what a mailbox can refuse."""

import base64
import shutil
import ssl
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from earnest.egress import Egress
from earnest.record.errors import BadSetting, EarnestError, SourceGone
from earnest.record.raw import Page
from earnest.sources.base import Source
from earnest.sources.contract import Damaged, SourceContract
from earnest.sources.registry import open_source
from tests.dovecot import PROGRAM, TOKEN, Dovecot
from tests.sources.hostile_payloads import SECRET, check_error, check_pages, damaged_bodies
from tests.sources.replay import Replay, optional, reply_json

pytest.importorskip("imap_tools", reason="the extra 'mail' is not installed")


def grant(asked: Any) -> Any:
    """An issuer of tokens, as a mail server asks it."""
    good = asked.query.get("token") == "good-token"
    return reply_json({"active": "true" if good else "false", "username": "sso"})


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    if not Path(PROGRAM).exists() or shutil.which("openssl") is None:
        pytest.skip("Dovecot is not installed (apt-get install dovecot-imapd)")
    issuer = Replay({"/introspect": optional(grant)}).start()
    # a short path of its own: Dovecot's sockets lie in it, and other users of this machine look into it
    with tempfile.TemporaryDirectory(prefix="dovecot-", ignore_cleanup_errors=True) as folder:
        server = Dovecot(Path(folder), f"{issuer.url}/introspect")
        yield server
        server.stop()
    issuer.close(check=False)


def letter(name: str, text: str = "It came two hours late.", more: str = "") -> bytes:
    return (
        f"From: Ann <ann@example.net>\r\nMessage-ID: <{name}@example.net>\r\nSubject: Late {name}\r\n"
        f"Date: Sat, 21 Nov 2026 10:00:00 +0100\r\n{more}\r\n{text}\r\n"
    ).encode()


def opened(dovecot: Dovecot, box: str, **more: Any) -> Any:
    egress = more.pop("egress", Egress("Earnest/test (+steward@example.org)", allow_private=True))
    given = {"host": "127.0.0.1", "port": dovecot.port, "user": box, "token": TOKEN, "security": "none"}
    return open_source("mail", given | more, egress)


def pages(source: Any, cursor: str | None = None) -> list[Page]:
    return list(source.read(cursor))


def ids(found: list[Page]) -> list[str]:
    return [post.id for page in found for post in page.posts]


class TestMailContract(SourceContract):
    @pytest.fixture(autouse=True)
    def _server(self, dovecot: Dovecot) -> None:
        self.dovecot = dovecot

    def filled(self, name: str, letters: list[bytes]) -> Source:
        if not (self.dovecot.folder / "mail" / name).exists():
            self.dovecot.mailbox(name)
            for one in letters:
                self.dovecot.deliver(name, one)
        source: Source = opened(self.dovecot, name)
        return source

    def source(self, folder: Path) -> Source:
        return self.filled("contract", [letter(f"c{n}") for n in range(47)])

    def empty(self, folder: Path) -> Source:
        return self.filled("nothing", [])

    def damaged(self, folder: Path) -> Damaged:
        letters = [
            letter("one"),
            letter("long", "velvet " * 20_000),
            b"\r\nvelvet and no header at all\r\n",
            letter("four"),
        ]
        return Damaged(
            self.filled("damaged", letters), 2, ["one@example.net", "four@example.net"], ["velvet"]
        )


@pytest.fixture
def box(dovecot: Dovecot, request: pytest.FixtureRequest) -> str:
    return dovecot.mailbox(f"box{abs(hash(request.node.name))}")


def test_nothing_is_marked_as_read_unless_asked(dovecot: Dovecot, box: str) -> None:
    for name in ("a", "b"):
        dovecot.deliver(box, letter(name))
    assert len(ids(pages(opened(dovecot, box)))) == 2
    assert dovecot.unread(box) == 2
    assert len(ids(pages(opened(dovecot, box, mark_read=True)))) == 2
    assert dovecot.unread(box) == 0


def test_a_large_attachment_stays_where_it_is(dovecot: Dovecot, box: str) -> None:
    file = base64.encodebytes(SECRET.encode() * 700_000).decode().replace("\n", "\r\n")
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nSee the video.\r\n--b\r\nContent-Type: video/mp4\r\n"
        f"Content-Disposition: attachment; filename=v.mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n{file}"
        "--b--"
    )
    more = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"
    dovecot.deliver(box, letter("big", body, more))
    dovecot.deliver(box, letter("next"))
    begun = time.monotonic()
    (page,) = pages(opened(dovecot, box))
    assert [post.text for post in page.posts] == [
        "Late big\n\nSee the video.",
        "Late next\n\nIt came two hours late.",
    ]
    out = max(
        int(part[4:]) for part in (dovecot.folder / "log").read_text().split() if part.startswith("out=")
    )
    assert out < 1_000_000, "ten megabytes were not sent"
    assert time.monotonic() - begun < 30


def test_where_the_numbering_begins_anew_all_is_read_again_under_the_same_names(
    dovecot: Dovecot, box: str
) -> None:
    for name in ("a", "b", "c"):
        dovecot.deliver(box, letter(name))
    first = pages(opened(dovecot, box))
    dovecot.renumber(box)
    time.sleep(1.1)  # the new numbering is named by the second it was made in
    again = pages(opened(dovecot, box), first[-1].cursor)
    assert ids(again) == ids(first)
    assert again[-1].cursor != first[-1].cursor


def test_what_arrives_while_it_is_followed_comes_by_itself(dovecot: Dovecot, box: str) -> None:
    dovecot.deliver(box, letter("before"))
    source = opened(dovecot, box)
    source._wait = 0.2
    stop, found = threading.Event(), list[Page]()
    for page in source.follow(None, stop):
        found.append(page)
        if len(found) == 2:
            dovecot.deliver(box, letter("while"))
        if len(ids(found)) == 2:
            stop.set()
        assert len(found) < 60, "it was never heard"
    assert ids(found) == ["before@example.net", "while@example.net"]
    assert all(page.done for page in found)
    assert not ids(pages(opened(dovecot, box), found[-1].cursor)), "read goes on where following ended"


def test_an_inbox_hears_people_and_no_programs(dovecot: Dovecot, box: str) -> None:
    dovecot.deliver(box, letter("person"))
    dovecot.deliver(box, letter("away", "I am away.", "Auto-Submitted: auto-replied\r\n"))
    dovecot.deliver(box, letter("news", "Buy now.", "List-Unsubscribe: <https://news.example>\r\n"))
    list_ = "List-Id: <riders.example.org>\r\nList-Archive: <https://example.org/{}/riders>\r\n"
    dovecot.deliver(box, letter("list", "To all.", list_.format("archives")))
    dovecot.deliver(box, letter("members", "Among us.", list_.format("mailman/private")))
    dovecot.deliver(box, letter("staff").replace(b"ann@example.net", b"ann@help.example.org"))
    source = opened(dovecot, box, ours=["example.org"])
    assert ids(pages(source)) == ["person@example.net"]
    assert source.notes == ["5 mails that nobody wrote here were passed over."]
    assert ids(pages(opened(dovecot, box, list_id="riders.example.org"))) == ["list@example.net"]


def test_old_mail_may_be_left_out(dovecot: Dovecot, box: str) -> None:
    dovecot.deliver(box, letter("old"), at=int(time.time()) - 90 * 86_400)
    dovecot.deliver(box, letter("new"))
    assert ids(pages(opened(dovecot, box, days="30"))) == ["new@example.net"]


def test_damaged_mail_costs_only_itself(dovecot: Dovecot, box: str) -> None:
    dovecot.deliver(box, letter("first"))
    for _, body in damaged_bodies(letter("bad", f"It was {SECRET}.")):
        dovecot.deliver(box, body)
    dovecot.deliver(box, letter("last"))
    check_pages(pages(opened(dovecot, box)), ["first@example.net", "last@example.net"])


def test_tls_is_checked_and_a_certificate_that_is_trusted_is_taken(dovecot: Dovecot, box: str) -> None:
    dovecot.deliver(box, letter("a"))
    with pytest.raises(SourceGone, match="certificate"):
        pages(opened(dovecot, box, port=dovecot.tls, security="tls"))
    trust = ssl.create_default_context(cafile=str(dovecot.cert))
    egress = Egress("Earnest/test", allow_private=True, trust=trust)
    for more in ({"port": dovecot.tls, "security": "tls"}, {"security": "starttls"}):
        assert len(ids(pages(opened(dovecot, box, egress=egress, **more)))) == 1


def test_an_oauth_token_opens_the_mailbox_and_a_wrong_one_does_not(dovecot: Dovecot) -> None:
    dovecot.mailbox("sso")
    dovecot.deliver("sso", letter("a"))
    assert len(ids(pages(opened(dovecot, "sso", sign_in="oauth2", token="good-token")))) == 1
    with pytest.raises(SourceGone, match="does not accept"):
        pages(opened(dovecot, "sso", sign_in="oauth2", token="bad-token"))


def test_a_mailbox_says_what_it_is_and_a_refusal_says_what_to_do(dovecot: Dovecot, box: str) -> None:
    assert "says by itself" in opened(dovecot, box).probe()
    for more, advice in (
        ({"token": "quollzephyr"}, "app password"),
        ({"folder": "No such folder"}, "folder"),
    ):
        with pytest.raises(SourceGone) as told:
            pages(opened(dovecot, box, **more))
        assert advice in told.value.advice
        check_error(told.value)
    private = Egress("Earnest/test")
    with pytest.raises(EarnestError, match="private address"):
        pages(opened(dovecot, box, egress=private))


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"token": ""}, "app password"),
        ({"host": "https://example.org/"}, "host"),
        ({"user": "a\r\nLOGOUT"}, "user"),
        ({"days": 0}, "days"),
        ({"security": "ssl"}, "security"),
        ({"password": "x"}, "password"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_a_wrong_setting_is_named(wrong: dict[str, Any], names: str) -> None:
    given = {"host": "imap.example.org", "user": "u", "token": "t-o-k-e-n"}
    with pytest.raises(BadSetting, match=names):
        open_source("mail", given | wrong, Egress("Earnest/test"))


def test_pages_are_the_same_whoever_reads_them(dovecot: Dovecot, box: str) -> None:
    dovecot.deliver(box, letter("a"))
    first, second = (pages(opened(dovecot, box))[0] for _ in range(2))
    assert replace(first, cursor="") == replace(second, cursor="")


del SourceContract
