"""What a message of Slack says, as a post. A bad one never costs its neighbours.

What is read: what people type in the channel and its threads. What is not: programs, files, reactions,
messages of the system. Slack writes mentions and links in a way of its own; a mention becomes "@someone".
"""

import html
import re
from datetime import UTC, datetime

from earnest.record.raw import RawPost, Refusal
from earnest.sources.base import MAX_TEXT, plausible, refusal
from earnest.sources.published import readable
from earnest.sources.slack.wire import mapping

TYPED = (None, "thread_broadcast", "file_share", "me_message")
"""Subtypes of what people type."""

_STAMP = re.compile(r"(\d{1,12})\.(\d{6})")
_MARKED = re.compile(r"<([^<>\s|]{1,3000})(?:\|([^<>|]{0,3000}))?>")


def stamp(value: object) -> int:
    """A message's name in its channel ("1512085950.000216") as microseconds; 0 where it is none."""
    found = _STAMP.fullmatch(value) if isinstance(value, str) else None
    return int(found[1]) * 1_000_000 + int(found[2]) if found else 0


def written(micro: int) -> str:
    """The same as Slack writes it."""
    return f"{micro // 1_000_000}.{micro % 1_000_000:06d}"


def moment(micro: int) -> datetime | None:
    """When that was, or None where nobody can have said anything then."""
    try:
        when = datetime.fromtimestamp(micro / 1_000_000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return plausible(when, datetime.now(UTC))


def post_of(message: object, place: str, lang: str | None, region: str | None) -> RawPost | Refusal | None:
    """A post, or why it is none; None for what is nothing that somebody typed."""
    if not isinstance(message, dict):
        return refusal(place, "is not a message as Slack describes it")
    id, kind = stamp(message.get("ts")), message.get("subtype")
    if not id or (kind is not None and not isinstance(kind, str)):
        return refusal(place, "is not a message as Slack describes it")
    if message.get("type") != "message" or kind not in TYPED or message.get("bot_id"):
        return None
    who, text = message.get("user"), message.get("text")
    if not isinstance(who, str) or not 0 < len(who) <= 40 or not isinstance(text, str):
        return refusal(place, "is not a message as Slack describes it")
    when = moment(id)
    if when is None:
        return refusal(place, "has a date when nobody can have said it", "BadDate")
    edited = mapping(message.get("edited")).get("ts")
    version = when if edited is None else moment(stamp(edited))
    if version is None:
        return refusal(place, "was edited when nobody can have done it", "BadDate")
    plain = readable(shown(text, hide=True))
    if len(plain) > MAX_TEXT:
        return refusal(place, f"the text is longer than {MAX_TEXT:,} characters", "TooLong")
    if not plain:
        return RawPost(id=written(id), text="", change="deleted") if edited is not None else None
    return RawPost(
        id=written(id), text=plain, created=when, author=who, lang=lang, region=region, version=version
    )


def shown(text: str, *, hide: bool = False) -> str:
    """A text as people see it. A link is its address, whatever it is called; `hide` leaves out who is
    mentioned.
    """

    def said(found: re.Match[str]) -> str:
        what, label = found[1], found[2] or ""
        if what.startswith("@"):
            return "@someone" if hide else f"@{label or what[1:]}"
        if what.startswith("#"):
            return f"#{label}" if label else "#channel"
        if what.startswith("!"):
            return label or f"@{what[1:].split('^')[0]}"
        for sign in ("mailto:", "tel:"):
            if what.startswith(sign):
                return what.removeprefix(sign)
        return what

    return html.unescape(_MARKED.sub(said, text))
