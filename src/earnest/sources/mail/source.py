"""A folder of a mailbox as a source. Read first: `MailSource.read`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from earnest.egress import Egress
from earnest.record.errors import BadSetting, MissingExtra
from earnest.record.raw import Page, RawPost, Refusal, SourceKind
from earnest.sources.base import SourceType, dump_cursor, load_cursor, primary_tag, refusal, settings, way_out
from earnest.sources.mail.message import Message, MessageError, as_post, read_message

if TYPE_CHECKING:
    from earnest.sources.mail.box import Fetched, Folder

PAGE = 20
"""Messages in a page: each may be 256 KB."""

_WAIT = 2.0
"""Seconds between two looks at a mailbox that says by itself when something arrives."""

_ASK = 30.0
"""Seconds between two questions to one that does not."""

_ANEW = timedelta(minutes=9)
"""After so long, waiting is begun anew: servers and routers drop connections that say nothing."""

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]


class MailSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a steward sets. `token` is the app password or token of this mailbox, from the key folder."""

    host: Annotated[
        Text,
        msgspec.Meta(
            title="Mail server",
            description="The IMAP server of the mailbox, as mail programs are set up with it.",
            examples=["imap.example.org"],
        ),
    ]
    user: Annotated[
        Text,
        msgspec.Meta(
            title="Mailbox",
            description="The name of the mailbox, usually its address: one of the operator's own.",
            examples=["support@example.org"],
        ),
    ]
    token: Annotated[
        str,
        msgspec.Meta(
            title="App password or token",
            description="An app password made for Earnest in the mailbox, or an OAuth 2 token.",
            examples=["abcd efgh ijkl mnop"],
        ),
    ] = ""
    folder: Annotated[
        Text, msgspec.Meta(title="Folder", description="Which folder is read.", examples=["INBOX"])
    ] = "INBOX"
    list_id: Annotated[
        str | None,
        msgspec.Meta(
            title="Mailing list",
            description="To read a public mailing list that this mailbox subscribes to: its List-Id.",
            examples=["riders.lists.example.org"],
        ),
    ] = None
    ours: Annotated[
        tuple[str, ...],
        msgspec.Meta(
            title="Your own senders",
            description="Addresses or domains of the operator: what they write is not heard.",
            examples=["example.org"],
        ),
    ] = ()
    days: Annotated[
        Annotated[int, msgspec.Meta(ge=1, le=3_660)] | None,
        msgspec.Meta(
            title="At most so old (days)",
            description="Messages that arrived longer ago are left out; empty reads the whole folder.",
            examples=["90"],
        ),
    ] = None
    mark_read: Annotated[
        bool,
        msgspec.Meta(
            title="Mark as read",
            description="Whether messages that were heard are marked as read in the mailbox.",
            examples=["no"],
        ),
    ] = False
    sign_in: Annotated[
        Literal["app_password", "oauth2"],
        msgspec.Meta(title="Kind of token", description="What the token is.", examples=["app_password"]),
    ] = "app_password"
    security: Annotated[
        Literal["tls", "starttls", "none"],
        msgspec.Meta(
            title="Encryption",
            description="How the connection is encrypted; 'none' is for a server on this machine alone.",
            examples=["tls"],
        ),
    ] = "tls"
    port: Annotated[
        Annotated[int, msgspec.Meta(ge=1, le=65_535)] | None,
        msgspec.Meta(title="Port", description="The port, where it is not the usual one.", examples=["993"]),
    ] = None
    lang: str | None = None
    region: str | None = None


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cursor: the folder's own numbering, and the number of the last message that was looked at."""

    validity: int
    uid: int


def _today() -> datetime:
    return datetime.now(UTC)


class MailSource:
    """One folder. Source, Follows and Probes. `notes` says what was passed over, in numbers."""

    def __init__(
        self, wanted: MailSettings, egress: Egress, now: Callable[[], datetime] = _today, wait: float = _WAIT
    ) -> None:
        self._settings = wanted
        self._egress = egress
        self._now = now
        self._wait = wait
        self._passed = 0
        self.notes: list[str] = []

    def read(self, cursor: str | None) -> Iterator[Page]:
        """What arrived since the cursor. Raises SourceBusy, SourceGone or EgressRefused.

        Where the folder's numbering began anew (a move to another server), everything is read again: what was
        kept is known by its Message-ID.
        """
        mark = load_cursor(cursor, Mark)
        with self._open() as folder:
            for page, _ in self._pages(folder, self._here(folder, mark)):
                yield page

    def follow(self, cursor: str | None, stop: Event) -> Iterator[Page]:
        """The same, and then whatever arrives, until `stop`: the mailbox says by itself when (IDLE)."""
        mark = load_cursor(cursor, Mark)
        with self._open() as folder:
            here = self._here(folder, mark)
            while not stop.is_set():
                for page, after in self._pages(folder, here):
                    here = after
                    yield page
                for _ in self._quiet(folder, stop):
                    yield Page((), dump_cursor(here), done=True)

    def probe(self) -> str:
        """Opens the folder and leaves again."""
        with self._open() as folder:
            waits = "says by itself when mail arrives" if folder.waits else "is asked now and then"
        return f"The folder {self._settings.folder} of {self._settings.user}; the server {waits}."

    def _open(self) -> "AbstractContextManager[Folder]":
        from earnest.sources.mail.box import folder

        told = self._settings
        port = told.port or (993 if told.security == "tls" else 143)
        return folder(
            self._egress,
            (told.host, port),
            told.security,
            told.user,
            told.token,
            told.sign_in,
            told.folder,
            change=told.mark_read,
        )

    def _here(self, folder: "Folder", mark: Mark | None) -> Mark:
        return mark if mark is not None and mark.validity == folder.validity else Mark(folder.validity, 0)

    def _pages(self, folder: "Folder", mark: Mark) -> Iterator[tuple[Page, Mark]]:
        self._passed = 0
        days = self._settings.days
        since = (self._now() - timedelta(days=days)).date() if days else None
        numbers = folder.numbers(mark.uid, since)
        if not numbers:
            yield Page((), dump_cursor(mark), done=True), mark
        for start in range(0, len(numbers), PAGE):
            batch = numbers[start : start + PAGE]
            posts, refused, heard = self._heard(folder.fetch(batch))
            if self._settings.mark_read:
                folder.mark_read(heard)
            mark = Mark(mark.validity, batch[-1])
            done = start + PAGE >= len(numbers)
            yield Page(tuple(posts), dump_cursor(mark), tuple(refused), done), mark
        self.notes = (
            [f"{self._passed:,} mails that nobody wrote here were passed over."] if self._passed else []
        )

    def _heard(self, fetched: "Sequence[Fetched]") -> tuple[list[RawPost], list[Refusal], list[int]]:
        posts: dict[str, RawPost] = {}
        refused: list[Refusal] = []
        heard: list[int] = []
        now = self._now()
        for one in fetched:
            try:
                message = read_message(one.raw, now, one.arrived)
                post = as_post(message, self._settings.lang, self._settings.region)
            except MessageError as error:
                refused.append(refusal(f"message {one.uid}", str(error)))
                continue
            if post is None or not self._meant(message):
                self._passed += 1
                continue
            heard.append(one.uid)
            # the same mail may lie in a folder twice: sent to an alias and to a list
            posts.setdefault(post.id, post)
        return list(posts.values()), refused, heard

    def _meant(self, message: Message) -> bool:
        """Whether a mail is what this place is about: one to the operator, or one of the list."""
        author = message.author or ""
        domain = author.rpartition("@")[2]
        for our in self._settings.ours:
            our = our.strip().lower().lstrip("@")
            if author == our or domain == our or domain.endswith(f".{our}"):
                return False
        wanted = self._settings.list_id
        if wanted is not None:
            # a list without an archive for everybody is a community: it is read by invitation (mailing_list)
            return message.archived and wanted.strip("<> ").lower() in message.lists
        return not message.bulk

    def _quiet(self, folder: "Folder", stop: Event) -> Iterator[None]:
        """Every few seconds, until something arrived or `stop` is set."""
        if not folder.waits:
            for _ in range(round(_ASK / _WAIT)):
                if stop.wait(self._wait):
                    return
                yield
            folder.still()
            return
        ends = self._now() + _ANEW
        folder.listen()
        try:
            while not stop.is_set() and self._now() < ends:
                if folder.news(self._wait):
                    return
                yield
        finally:
            folder.rest()


def _open(given: Mapping[str, Any], egress: Egress | None) -> MailSource:
    wanted = settings("mail", given, MailSettings)
    for name, value in (("host", wanted.host), ("user", wanted.user), ("folder", wanted.folder)):
        if any(sign < " " for sign in value) or (name == "host" and ("/" in value or "@" in value)):
            raise BadSetting(
                f"In the setting '{name}' of the mail source: a {name} is not written like this."
            )
    if wanted.lang is not None and primary_tag(wanted.lang) is None:
        raise BadSetting("In the setting 'lang' of the mail source: it must be a language tag such as en.")
    if any(sign < " " for sign in wanted.token) or not wanted.token:
        raise BadSetting(
            "The app password or token of the mailbox is missing or is not one.",
            advice="Make an app password in the mailbox and give it: it is kept in the key folder.",
        )
    if find_spec("imap_tools") is None:
        raise MissingExtra("Reading a mailbox", "mail")
    return MailSource(wanted, way_out(egress, "A mailbox"))


def kind_of(given: Mapping[str, Any]) -> SourceKind:
    """What people write to the operator is addressed; what they write to a public list is open."""
    return "open" if given.get("list_id") else "addressed"


def ids_of(name: str) -> tuple[str, ...]:
    """The Message-ID in what people hand over: "<abc@example.org>", "mid:abc@example.org"."""
    bare = name.strip().removeprefix("mid:").strip("<> ")
    return (bare,) if "@" in bare and "://" not in bare and " " not in bare else ()


MAIL = SourceType(
    type="mail",
    kinds=("addressed", "open"),
    title="An inbox of your own, and public mailing lists (IMAP)",
    extra="mail",
    tested_against="Dovecot 2.3",
    open=_open,
    ids_of=ids_of,
    kind_of=kind_of,
    one_account=True,
    secret="token",  # noqa: S106 - the name of the setting
    catches_up=True,
    settings=MailSettings,
    asks="The mailbox is the operator's own; a public list may ask its subscribers not to archive it.",
    key="Make an app password for Earnest in the mailbox's settings, or an OAuth 2 token with IMAP access.",
)
