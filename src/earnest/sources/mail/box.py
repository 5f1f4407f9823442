"""Asking a mailbox: imap-tools over a socket of the guarded way out."""

import imaplib
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal

from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, UnexpectedCommandStatusError
from imap_tools.mailbox import BaseMailBox

from earnest.egress import Egress
from earnest.egress.translate import translate
from earnest.egress.transport import usual_trust
from earnest.egress.ways import open_socket
from earnest.record.errors import EarnestError, SourceBusy, SourceError, SourceGone
from earnest.sources.mail.message import READ

STEP = 30.0
"""Seconds that one answer of the server may take."""

_AGAIN = "Earnest tries again by itself."
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_ARRIVED = re.compile(rb'\bINTERNALDATE "([^"]{10,40})"')
_PASSING = (b"[UNAVAILABLE]", b"[INUSE]", b"[LIMIT]", b"[SERVERBUG]", b"[OVERQUOTA]")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A message of the folder: its number there, when it arrived, its first bytes."""

    uid: int
    arrived: datetime | None
    raw: bytes = field(repr=False)


class _Client(imaplib.IMAP4):
    """imaplib over a socket that is open already, which holds no answer larger than a message may be."""

    def __init__(self, ready: socket.socket, host: str) -> None:
        self._ready = ready
        super().__init__(host)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return self._ready

    def read(self, size: int) -> bytes:
        if size > 4 * READ:
            raise self.abort("an answer is too large")
        return super().read(size)


class _Box(BaseMailBox):
    def __init__(self, client: imaplib.IMAP4) -> None:
        self._client = client
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return self._client


class Folder:
    """One folder of one mailbox, while the connection stands. `validity` changes when its numbering does."""

    def __init__(self, box: _Box) -> None:
        self._box = box
        self._client: Any = box.client
        self._idle: Any = box.idle
        told = self._client.response("UIDVALIDITY")[1]
        self.validity = int(told[0]) if told and told[0] and bytes(told[0]).isdigit() else 0
        self.waits = "IDLE" in self._client.capability()[1][0].decode("ascii", "replace").upper().split()

    def numbers(self, after: int, since: date | None) -> list[int]:
        """The numbers of messages after one, in order; `since`: only of those that arrived then or later."""
        wanted = f"UID {after + 1}:*" + (
            f" SINCE {since:%d}-{_MONTHS[since.month - 1]}-{since:%Y}" if since else ""
        )
        found = {int(one) for one in self._box.uids(wanted) if one.isdigit() and len(one) <= 10}
        # "7:*" holds the last message even where it is older
        return sorted(number for number in found if number > after)

    def fetch(self, numbers: Sequence[int]) -> list[Fetched]:
        """The beginnings of these messages; those that went meanwhile are not among them."""
        wanted = f"(UID INTERNALDATE BODY.PEEK[]<0.{READ}>)"
        status, data = self._client.uid("fetch", ",".join(map(str, numbers)), wanted)
        if status != "OK":
            raise SourceBusy("The mailbox does not give its messages now.", advice=_AGAIN)
        return sorted(_fetched(data), key=lambda one: one.uid)

    def mark_read(self, numbers: Sequence[int]) -> None:
        """Mark as read; only where the steward asked for it."""
        if numbers:
            self._box.flag([str(one) for one in numbers], [r"\Seen"], True)

    def listen(self) -> None:
        """Begin to wait for news (IDLE)."""
        self._idle.start()

    def news(self, seconds: float) -> bool:
        """Whether the server said that something arrived, within so many seconds."""
        return any(b"EXISTS" in line or b"RECENT" in line for line in self._idle.poll(timeout=seconds))

    def rest(self) -> None:
        """End waiting for news."""
        self._idle.stop()

    def still(self) -> None:
        """Ask whether the server is there; what arrived becomes known by it."""
        self._client.noop()


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@contextmanager
def folder(
    egress: Egress,
    where: tuple[str, int],
    security: Literal["tls", "starttls", "none"],
    user: str,
    token: str,
    sign_in: Literal["app_password", "oauth2"],
    name: str,
    *,
    change: bool,
) -> Iterator[Folder]:
    """An open folder. Without `change` it is opened so that nothing in it can be changed.

    Raises SourceBusy, SourceGone or EgressRefused; so does whatever is done inside.
    """
    host, port = where
    box: _Box | None = None
    try:
        ready = open_socket(egress, f"{host}:{port}", STEP, tls=security == "tls")
        client = _Client(ready, host)
        if security == "starttls":
            client.starttls(egress.trust or usual_trust())
        box = _Box(client)
        if sign_in == "oauth2":
            box.xoauth2(user, token, initial_folder=None)
        elif (user + token).isascii():
            box.login(user, token, initial_folder=None)
        else:
            box.login_utf8(user, token, initial_folder=None)
        box.folder.set(name, readonly=not change)
        yield Folder(box)
    except EarnestError:
        raise
    except Exception as error:
        raise told(error) from error
    finally:
        if box is not None:
            with suppress(Exception):
                box.client.logout()


def told(error: BaseException) -> EarnestError:
    """What a foreign error means for a person. Nothing that the server wrote is repeated."""
    if isinstance(error, MailboxFolderSelectError):
        return SourceGone(
            "The mailbox has no folder of this name.",
            advice="Check the setting 'folder' in your mail program.",
            why="gone",
        )
    said = str(getattr(error, "command_result", "") or error).encode("utf-8", "replace").upper()
    if isinstance(error, UnexpectedCommandStatusError | ImapToolsError | imaplib.IMAP4.error):
        if isinstance(error, imaplib.IMAP4.abort):
            return _aborted(said)
        return _refused(said)
    return translate(error)


def _aborted(said: bytes) -> SourceError:
    if b"TLS NOT SUPPORTED" in said:
        return SourceGone(
            "The mail server does not speak TLS here.",
            advice="Use port 993 with security 'tls'.",
            why="down",
        )
    return SourceBusy("The mail server ended the connection.", advice=_AGAIN, why="down")


def _refused(said: bytes) -> SourceError:
    if any(code in said for code in _PASSING):
        return SourceBusy(
            "The mail server cannot let Earnest in now.", advice=_AGAIN, after=300, why="limited"
        )
    if b"[EXPIRED]" in said:
        return SourceGone(
            "The token of the mailbox has expired.",
            advice="Make a new one and give it again.",
            why="key_refused",
        )
    if b"[PRIVACYREQUIRED]" in said or b"LOGINDISABLED" in said:
        return SourceGone(
            "The mail server lets nobody in without TLS.",
            advice="Set 'security' to tls and 'port' to 993.",
            why="forbidden",
        )
    return SourceGone(
        "The mailbox does not accept this name and token.",
        advice="Make a new app password (or token) for this mailbox and give it again; its owner may have"
        " to allow IMAP.",
        why="key_refused",
    )


def _fetched(data: Sequence[object]) -> Iterator[Fetched]:
    for number, one in enumerate(data):
        if not (isinstance(one, tuple) and len(one) == 2 and isinstance(one[1], bytes)):
            continue
        # some servers say the number before the message, some after it
        after = data[number + 1] if number + 1 < len(data) else b""
        meta = bytes(one[0]) + b" " + (after if isinstance(after, bytes) else b"")
        uid = _UID.search(meta)
        if uid is not None:
            yield Fetched(int(uid[1]), _arrived(meta), one[1])


def _arrived(meta: bytes) -> datetime | None:
    found = _ARRIVED.search(meta)
    try:
        moment = datetime.strptime(found[1].decode().strip(), "%d-%b-%Y %H:%M:%S %z") if found else None
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment else None
