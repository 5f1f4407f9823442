"""A mailing list: read since its domain said so in the DNS, and asked before every read whether it still
does.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec

from earnest.egress import Egress
from earnest.egress.names import texts
from earnest.record.errors import BadSetting
from earnest.record.raw import Page, RawPost, Refusal
from earnest.sources.base import Source, SourceType, dump_cursor, load_cursor, refusal, settings, way_out
from earnest.sources.handshake import Invitation, NotProved, Proof, Wording, digest
from earnest.sources.http_json import server
from earnest.sources.mail.message import READ, Message, MessageError, as_post, read_message
from earnest.sources.mail.source import MAIL, MailSettings, MailSource
from earnest.sources.mailing_list import archive
from earnest.sources.relist import Recheck, check_recheck

CHUNK = 50
"""Mails of a page."""

_LIST = re.compile(r"[A-Za-z0-9._+-]{1,64}@((?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63})")


_NOBODYS = re.compile(r"(?:^|\.)(?:example(?:\.(?:com|net|org))?|invalid|localhost|test)$")
"""RFC 2606 and 6761: names that no community can have. Whose answers the steward chose would prove nothing of
any other."""


class ListSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a steward sets: an archive, or a subscribed mailbox (`token` comes from the key folder)."""

    list: Annotated[
        str,
        msgspec.Meta(
            title="Address of the list",
            description="Whoever runs its domain invites Earnest.",
            examples=["riders@lists.example.org"],
        ),
    ]
    archive: Annotated[
        str,
        msgspec.Meta(
            title="Web archive",
            description="Of Pipermail or HyperKitty, in the list's domain; empty where a mailbox is read.",
            examples=["https://lists.example.org/pipermail/riders"],
        ),
    ] = ""
    host: Annotated[
        str,
        msgspec.Meta(
            title="Mail server",
            description="Of a mailbox of your own that is subscribed; empty where the archive is read.",
            examples=["imap.example.org"],
        ),
    ] = ""
    user: Annotated[
        str, msgspec.Meta(title="Mailbox", description="Its address.", examples=["earnest@example.org"])
    ] = ""
    folder: Annotated[
        str, msgspec.Meta(title="Folder", description="Which folder is read.", examples=["INBOX"])
    ] = "INBOX"
    token: Annotated[
        str,
        msgspec.Meta(
            title="App password of the mailbox", description="Not needed where the archive is read."
        ),
    ] = ""
    recheck_hours: Recheck = None
    port: Annotated[int | None, msgspec.Meta(extra={"operator": True})] = None
    security: Annotated[str, msgspec.Meta(extra={"operator": True})] = "tls"
    server: Annotated[str | None, msgspec.Meta(extra={"operator": True})] = None
    resolver: Annotated[str | None, msgspec.Meta(extra={"operator": True})] = None
    lang: str | None = None
    region: str | None = None


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The cursor, of no mail in particular.

    since  epoch seconds: what was written before is not taken
    month  of the archive, and how many of its mails were read
    mail   the mailbox's own cursor
    """

    since: int
    month: str = ""
    count: int = 0
    mail: str | None = None


class _Subscribed(MailSource):
    """A mailbox of which the mails of one list are read: it invited Earnest, public archive or not."""

    def _meant(self, message: Message) -> bool:
        return (self._settings.list_id or "").lower() in message.lists


class MailingList:
    """One list. Source and Handshake."""

    def __init__(self, wanted: ListSettings, domain: str, egress: Egress) -> None:
        self._settings = wanted
        self._domain = domain
        self._archive = wanted.archive.strip()
        if wanted.server:
            self._archive = wanted.server.rstrip("/") + urlsplit(self._archive).path
        self._egress = egress

    def read(self, cursor: str | None) -> Iterator[Page]:
        """What was written since the cursor. From None it is what is written from now on: never history."""
        before = load_cursor(cursor, Mark) or _now()
        return self._mailbox(before) if self._settings.host else self._archived(before)

    def _mailbox(self, before: Mark) -> Iterator[Page]:
        for page in self._inbox(first=before.mail is None).read(before.mail):
            kept = tuple(post for post in page.posts if _since(post, before.since))
            after = Mark(before.since, mail=page.cursor)
            yield Page(kept, dump_cursor(after), page.refused, page.done)

    def _inbox(self, *, first: bool) -> Source:
        told = self._settings
        given: dict[str, Any] = {
            "host": told.host,
            "user": told.user,
            "token": told.token,
            "folder": told.folder,
            "list_id": told.list.replace("@", "."),
            "security": told.security,
            "lang": told.lang,
            "region": told.region,
        }
        if told.port is not None:
            given["port"] = told.port
        # What lies in the folder from before the invitation is not asked for.
        whole = {**given, "days": 2} if first else given
        MAIL.open(whole, self._egress)  # raises where a setting is none, or the extra is missing
        return _Subscribed(settings("mailing_list", whole, MailSettings), self._egress)

    def _archived(self, before: Mark) -> Iterator[Page]:
        now = datetime.now(UTC)
        found = False
        for month in archive.months(before.month, now):
            mails = archive.mails(self._egress, self._archive, month)
            found = found or mails is not None
            said = mails or []
            # Where there are fewer than were read, one was taken out: what is kept is known by its name.
            at = before.count if month == before.month and before.count <= len(said) else 0
            last = month == archive.month_of(now)
            chunks = [said[i : i + CHUNK] for i in range(at, len(said), CHUNK)] or [[]]
            for number, chunk in enumerate(chunks, 1):
                posts, refused = self._posts(chunk, month, at, before.since)
                at += len(chunk)
                done = last and number == len(chunks)
                if done and not found:
                    archive.look(self._egress, self._archive)
                ended = number == len(chunks) and not last
                after = (
                    Mark(before.since, archive.next_month(month)) if ended else Mark(before.since, month, at)
                )
                yield Page(tuple(posts), dump_cursor(after), tuple(refused), done)

    def _posts(
        self, mails: list[bytes], month: str, at: int, since: int
    ) -> tuple[list[RawPost], list[Refusal]]:
        posts: dict[str, RawPost] = {}
        refused: list[Refusal] = []
        now = datetime.now(UTC)
        # Archives leave out by which list a mail came.
        head = f"List-Id: <{self._settings.list.strip().replace('@', '.')}>\n".encode()
        for number, raw in enumerate(mails, at + 1):
            try:
                post = as_post(
                    read_message(head + raw[:READ], now), self._settings.lang, self._settings.region
                )
            except MessageError as error:
                refused.append(refusal(f"mail {number} of {month}", str(error)))
                continue
            if post is not None and _since(post, since):
                posts.setdefault(post.id, post)
        return list(posts.values()), refused

    def still_there(self, since: datetime, until: datetime) -> Iterator[Page]:
        """Every mail of a stretch of time that the archive holds now; a date of a mail is its sender's, so
        that the months beside are looked through as well.
        """
        if self._settings.host:
            raise BadSetting("A mailbox does not tell what the list took back.", advice="Name its archive.")
        now = datetime.now(UTC)
        first, last = archive.month_of(max(since, _FIRST) - _BESIDE), min(until + _BESIDE, now)
        for month in archive.months(first, last):
            mails = archive.mails(self._egress, self._archive, month) or []
            posts, refused = self._posts(mails, month, 0, 0)
            kept = tuple(one for one in posts if one.created is None or since <= one.created < until)
            yield Page(kept, dump_cursor(Mark(0)), tuple(refused))
        archive.look(self._egress, self._archive)
        yield Page((), dump_cursor(Mark(0)), done=True)

    def probe(self) -> str:
        """Raises as `read` does."""
        if not self._settings.host:
            archive.look(self._egress, self._archive)
            return "The list's archive is there."
        next(iter(self._inbox(first=True).read(None)))
        return "The mailbox can be read."

    def how(self) -> str:
        """What whoever runs the list does."""
        return (
            "Send the notice to the list, word for word, and publish its digest as a TXT record of the list's"
            f" domain, _earnest.{self._domain}. Taking the record out ends it."
        )

    def record(self, notice: str) -> str:
        """The record that stands for the notice."""
        return f'The record: _earnest.{self._domain}. IN TXT "earnest={digest(notice).hex()}"'

    def wording(self, lang: str) -> Wording:
        """What the notice says about a list."""
        name = f"_earnest.{self._domain}"
        if lang == "es":
            return Wording(
                f"publica este aviso en el DNS ({name})",
                f"quita el registro {name} del DNS",
                "Un mensaje con la cabecera X-No-Archive: yes no se lee.",
            )
        return Wording(
            f"publishes this notice in the DNS ({name})",
            f"take the record {name} out of the DNS",
            "A mail with the header X-No-Archive: yes is not read.",
        )

    def prove(self, invitation: Invitation) -> Proof | NotProved:
        """Does the list's domain hold the notice's digest now?"""
        records = [
            one.strip().lower()
            for one in texts(f"_earnest.{self._domain}", server=self._settings.resolver)
            if one.strip().lower().startswith("earnest=")
        ]
        if "earnest=no" in records:
            return NotProved("opted_out")
        if f"earnest={invitation.notice.hex()}" in records:
            return Proof(dump_cursor(_now()))
        if records:
            return NotProved("changed")
        return NotProved("unpublished" if invitation.opened else "waiting")


_FIRST = datetime(1995, 1, 1, tzinfo=UTC)
_BESIDE = timedelta(days=3)


def _now() -> Mark:
    now = datetime.now(UTC)
    return Mark(int(now.timestamp()), archive.month_of(now))


def _since(post: RawPost, since: int) -> bool:
    """A mail without a date may have been written before: it is not taken."""
    return since == 0 or (post.created is not None and post.created.timestamp() >= since)


def open_mailing_list(given: Mapping[str, Any], egress: Egress | None) -> MailingList:
    """A list. Raises BadSetting that names the setting, MissingExtra without the extra 'mail'."""
    wanted = settings("mailing_list", given, ListSettings)
    found = _LIST.fullmatch(wanted.list.strip())
    if found is None:
        raise BadSetting(
            "In the setting 'list' of the mailing_list source: this is not a list's address.",
            advice="Write it like riders@lists.example.org.",
        )
    domain = found[1].lower()
    if bool(wanted.archive) == bool(wanted.host):
        raise BadSetting(
            "A list is read from its archive or from a mailbox.",
            advice="Set `archive`, or `host` and `user`.",
        )
    if (wanted.resolver or wanted.server) and not _NOBODYS.search(domain):
        raise BadSetting(
            "Another name server or archive may only stand in for names that are kept for examples.",
            advice=f"Leave `resolver` and `server` out: {domain} itself says whether it invites Earnest.",
        )
    try:
        check_recheck(wanted.recheck_hours)
    except ValueError as error:
        raise BadSetting(f"In the setting 'recheck_hours' of the mailing_list source: {error}.") from error
    if wanted.recheck_hours is not None and wanted.host:
        raise BadSetting(
            "A mailbox does not tell what the list took back.", advice="Leave `recheck_hours` empty."
        )
    if wanted.archive:
        host = urlsplit(server(wanted.archive, wanted.archive, "mailing_list")).hostname or ""
        if host != domain and not host.endswith(f".{domain}"):
            raise BadSetting(
                f"The archive is not in the domain {domain}, which would invite Earnest.",
                advice="Name the archive that the list's own domain holds, or read a subscribed mailbox.",
            )
    return MailingList(wanted, domain, way_out(egress, "A list"))


def ids_of(name: str) -> tuple[str, ...]:
    """The Message-ID of a mail."""
    return MAIL.ids_of(name) if MAIL.ids_of is not None else ()


MAILING_LIST = SourceType(
    type="mailing_list",
    kinds=("closed",),
    title="Mailing lists that invited Earnest by their DNS",
    extra="mail",
    tested_against="a real DNS server (dnspython), Dovecot, and synthetic archives",
    open=open_mailing_list,
    ids_of=ids_of,
    one_account=True,
    handshake=True,
    secret="token",  # noqa: S106 - the name of the setting
    keyless=True,
    catches_up=True,
    settings=ListSettings,
    asks="The list's own rules; subscribers may ask with X-No-Archive: yes that a mail is not kept.",
    key="None for an archive; for a mailbox, an app password made in its settings.",
)
