"""The bytes of a mail as what somebody said. No network, no clock but the one handed in.

Read here by the mailbox (`source.py`) and by mailing lists that invited Earnest. A mail may be cut off after
`READ` bytes: what is missing then are attachments.
"""

import codecs
import email
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.header import decode_header
from email.message import Message as Parsed
from email.utils import getaddresses, parseaddr

from earnest.record.raw import RawPost
from earnest.sources.base import MAX_ID, MAX_TEXT, primary_tag
from earnest.sources.dates import DateError, when
from earnest.sources.feed.plain import plain
from earnest.sources.mail.quotes import own, own_markup

READ = 256 * 1024
"""Bytes of a mail that are fetched. Text stands before attachments: a large one stays where it is."""

_PARTS = 200
_DEEP = 20
_REPLY = re.compile(r"(?i)(?:\s*(?:re|aw|sv|antw|odp|res|rif|r)(?:\[\d+\])?\s*:\s*)+")
_FORWARD = re.compile(r"(?i)(?:\s*(?:fwd?|wg|tr|rv|enc)\s*:\s*)+")
_TAGGED = re.compile(r"\s*\[[^\[\]]{1,60}\]\s*")
_NOT_TEXT = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"})


class MessageError(ValueError):
    """Says what is wrong with a mail, never what is in it."""


@dataclass(frozen=True, slots=True)
class Message:
    """A mail as far as it was said by somebody.

    id         its Message-ID, or a name made of its date, sender and text
    text       the sender's own words; empty where there are none
    subject    as written, without "Re:" and the tag of a list
    reply      it answers another mail
    automatic  why nobody said it ("an automatic answer", …), or None
    bulk       it was sent to many at once: by a list, or as a newsletter
    lists      the ids of the lists it came by (List-Id), in lower case
    archived   it says where the list's archive is, for everybody to read
    """

    id: str
    text: str = field(repr=False)
    subject: str = field(repr=False)
    created: datetime | None
    author: str | None = field(repr=False)
    lang: str | None
    url: str | None = field(repr=False)
    flags: frozenset[str]
    reply: bool
    automatic: str | None
    bulk: bool
    lists: frozenset[str]
    archived: bool = False


def read_message(raw: bytes, now: datetime, arrived: datetime | None = None) -> Message:
    """A mail from its bytes. `arrived` stands where it has no date of its own. Raises MessageError."""
    try:
        return _read(email.message_from_bytes(raw), now, arrived)
    except MessageError:
        raise
    except Exception as error:  # the parser meets what strangers send, and its own errors are of every class
        raise MessageError("cannot be understood as a mail") from error


def as_post(message: Message, lang: str | None, region: str | None) -> RawPost | None:
    """The post in a mail; None where nobody said anything in it. Raises MessageError."""
    if message.automatic is not None:
        return None
    text = message.text
    if not message.reply and message.subject and not text.startswith(message.subject.rstrip("….")):
        text = f"{message.subject}\n\n{text}".strip()
    if not text:
        return None
    if len(text) > MAX_TEXT:
        raise MessageError(f"its text has {len(text):,} characters; the most is {MAX_TEXT:,}")
    return RawPost(
        id=message.id,
        text=text,
        created=message.created,
        author=message.author,
        lang=message.lang or primary_tag(lang),
        region=region,
        url=message.url,
        flags=message.flags,
        version=message.created,
    )


def _read(mail: Parsed, now: datetime, arrived: datetime | None) -> Message:
    if not mail.keys():
        raise MessageError("is no mail: it has no headers")
    lists = frozenset(_list_ids(mail))
    subject = _text(mail, "subject")
    if lists:
        subject = _TAGGED.sub(" ", subject, count=1).strip()
    bare = _REPLY.sub("", subject, count=1) if _REPLY.match(subject) else subject
    reply = bare != subject or bool(mail.get("in-reply-to") or mail.get("references"))
    text = _body(mail)
    created = _created(mail, now, arrived)
    return Message(
        id=_name(mail, text),
        text=text,
        subject=_FORWARD.sub("", bare.strip(), count=1) if _FORWARD.match(bare) else bare.strip(),
        created=created,
        author=_author(mail, lists),
        lang=primary_tag(_text(mail, "content-language").split(",")[0]),
        url=_address(mail),
        flags=_flags(mail),
        reply=reply,
        automatic=_automatic(mail),
        bulk=bool(lists)
        or "list-unsubscribe" in mail
        or _word(mail, "precedence") in ("bulk", "list", "junk"),
        lists=lists,
        archived=any(_open_archive(_text(mail, name)) for name in ("list-archive", "archived-at")),
    )


def _text(mail: Parsed, name: str) -> str:
    """A header as text, however it is encoded; one line."""
    value = next((str(said) for key, said in mail.raw_items() if key.lower() == name), "")[:8_000]
    # bytes that are no ASCII stand in it as half characters: most programs that write them mean UTF-8
    value = _decoded(value.encode("ascii", "surrogateescape"), None) if _raw(value) else value
    try:
        pieces = decode_header(value)
    except Exception:  # noqa: BLE001 - what cannot be decoded is shown as it was written
        pieces = [(value, None)]
    said = "".join(one if isinstance(one, str) else _decoded(one, charset) for one, charset in pieces)
    return _clean(" ".join(said.split()))


def _raw(value: str) -> bool:
    return any("\udc80" <= sign <= "\udcff" for sign in value) and all(
        sign < "\x80" or "\udc80" <= sign <= "\udcff" for sign in value
    )


def _word(mail: Parsed, name: str) -> str:
    return _text(mail, name).partition(";")[0].strip().lower()


def _clean(said: str) -> str:
    """Text that both databases take: no half characters, no zero bytes."""
    return said.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


def _decoded(raw: bytes, charset: str | None) -> str:
    """Bytes as text: by what they claim to be, else UTF-8, else Windows-1252, else as they stand."""
    for name in (charset, "utf-8", "cp1252"):
        try:
            if name and codecs.lookup(name).name.replace("_", "-") not in _NOT_TEXT:
                return raw.decode(name)
        except (LookupError, ValueError):
            continue
    return raw.decode("latin-1")


def _body(mail: Parsed) -> str:
    texts: list[str] = []
    markup: list[str] = []
    for part in _spoken(mail):
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes):
            continue
        said = _clean(_decoded(payload, part.get_content_charset()))
        if part.get_content_type() == "text/html":
            markup.append(said)
        else:
            texts.append(_unflowed(said, part))
    mine = own("\n".join(texts))
    if mine or any(one.strip() for one in texts):
        return plain_spaces(mine)
    return plain_spaces(own("\n".join(plain(own_markup(one)) for one in markup)))


def plain_spaces(said: str) -> str:
    """Without control characters and spaces at the ends of lines."""
    kept = "".join(sign for sign in said if sign >= " " or sign in "\n\t")
    return re.sub(r"[ \t]+\n", "\n", kept).strip()


def _spoken(mail: Parsed) -> Iterator[Parsed]:
    """The parts that are text of this very mail: no attachments, nothing inside a forwarded mail."""
    waiting = [(mail, 0)]
    for _ in range(_PARTS):
        if not waiting:
            return
        part, depth = waiting.pop()
        kind = part.get_content_type()
        if part.is_multipart():
            inside = part.get_payload()
            if kind.startswith("multipart/") and kind != "multipart/report" and depth < _DEEP:
                parts = inside if isinstance(inside, list) else []
                waiting += [(one, depth + 1) for one in reversed(parts) if isinstance(one, Parsed)]
            continue
        attached = part.get_content_disposition() == "attachment" or part.get_filename()
        if kind in ("text/plain", "text/html") and not attached:
            yield part


def _unflowed(said: str, part: Parsed) -> str:
    """Lines that were broken by the mail program alone (RFC 3676) are one again."""
    if str(part.get_param("format") or "").lower() != "flowed":
        return said
    tight = str(part.get_param("delsp") or "").lower() == "yes"
    lines: list[str] = []
    open_ = False
    for line in said.replace("\r\n", "\n").split("\n"):
        quoted = line.startswith(">")
        line = line[1:] if line.startswith(" ") else line
        if open_ and not quoted and line != "-- ":
            lines[-1] += line
        else:
            lines.append(line)
        open_ = line.endswith(" ") and not quoted and line != "-- "
        if open_ and tight:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def _created(mail: Parsed, now: datetime, arrived: datetime | None) -> datetime | None:
    try:
        return when(_text(mail, "date")[:64] or None, now) or arrived
    except DateError:
        return arrived


def _name(mail: Parsed, text: str) -> str:
    given = _text(mail, "message-id").strip("<> ")
    if 2 <= len(given) <= MAX_ID:
        return given
    said = "\0".join((given, _text(mail, "date"), _text(mail, "from"), _text(mail, "subject"), text))
    return "mail-" + hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()


def _author(mail: Parsed, lists: frozenset[str]) -> str | None:
    """The sender's address. A list that writes its own address there says the sender's beside it."""
    address = parseaddr(_text(mail, "from"))[1].lower()
    if lists and _is_the_list(address, mail):
        others = [_text(mail, "x-original-from"), *(_text(mail, name) for name in ("reply-to",))]
        found = [one.lower() for _, one in getaddresses(others) if one]
        address = next((one for one in found if not _is_the_list(one, mail)), address)
    return address if "@" in address and len(address) <= MAX_ID else None


def _is_the_list(address: str, mail: Parsed) -> bool:
    posts = _text(mail, "list-post").lower()
    return bool(address) and f"mailto:{address}" in posts


def _list_ids(mail: Parsed) -> Iterator[str]:
    for value in mail.get_all("list-id") or []:
        said = str(value).lower()
        inside = re.search(r"<([^<>\s]{1,255})>", said)
        yield inside[1] if inside else " ".join(said.split())[:255]


def _address(mail: Parsed) -> str | None:
    found = re.search(r"<(https?://[^<>\s]{1,2000})>", _text(mail, "archived-at"))
    return found[1] if found else None


def _open_archive(said: str) -> bool:
    """An address on the web, and none of those that list programs keep for members alone."""
    found = re.search(r"<(https?://[^<>\s]{1,2000})>", said)
    return found is not None and "/private/" not in found[1].lower()


def _flags(mail: Parsed) -> frozenset[str]:
    """What the sender asks of archives, as the gate knows it."""
    asked = _word(mail, "x-no-archive") in ("yes", "true", "1") or _word(mail, "archive") == "no"
    return frozenset({"x-no-archive"}) if asked else frozenset()


def _automatic(mail: Parsed) -> str | None:
    """Why nobody said this (RFC 3834 and what older programs write), or None."""
    if _word(mail, "auto-submitted") not in ("", "no"):
        return "an automatic answer"
    if any(name in mail for name in ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply")):
        return "an automatic answer"
    if _word(mail, "precedence") in ("auto_reply", "auto-reply"):
        return "an automatic answer"
    sender = parseaddr(_text(mail, "from"))[1].lower()
    bounced = mail.get_content_type() == "multipart/report" or _text(mail, "return-path") == "<>"
    if bounced or "x-failed-recipients" in mail or sender.startswith(("mailer-daemon@", "postmaster@")):
        return "a notice that a mail was not delivered"
    if mail.get_content_type() in ("multipart/encrypted", "application/pkcs7-mime"):
        return "encrypted"
    return None
