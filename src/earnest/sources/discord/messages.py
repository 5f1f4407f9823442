"""What a message of Discord says, as a post. A bad one never costs its neighbours.

What is read: messages and replies that people type. What is not: programs, webhooks, files and their names,
embeds, reactions, polls, system messages. Whoever is mentioned becomes "@someone".
"""

import re
from datetime import UTC, datetime

from earnest.record.raw import RawPost, Refusal
from earnest.sources.base import MAX_TEXT, plausible, refusal
from earnest.sources.discord.wire import mapping, snowflake
from earnest.sources.published import readable

TYPED = (0, 19)
"""A message and a reply, of Discord's types of messages."""

EPOCH = 1_420_070_400_000
"""Milliseconds: the first of 2015, from which ids count."""

_MENTIONED = (
    (re.compile(r"<@!?\d{1,20}>"), "@someone"),
    (re.compile(r"<@&\d{1,20}>"), "@role"),
    (re.compile(r"<#\d{1,20}>"), "#channel"),
    (re.compile(r"<a?(:\w{1,40}:)\d{1,20}>"), r"\1"),
)


def post_of(message: object, place: str, lang: str | None, region: str | None) -> RawPost | Refusal | None:
    """A post, or why it is none; None for what is nothing that somebody typed."""
    if not isinstance(message, dict):
        return refusal(place, "is not a message as Discord describes it")
    id, kind, author = snowflake(message.get("id")), message.get("type"), mapping(message.get("author"))
    who = snowflake(author.get("id"))
    if not id or isinstance(kind, bool) or not isinstance(kind, int) or not who:
        return refusal(place, "is not a message as Discord describes it")
    if kind not in TYPED or author.get("bot") or "webhook_id" in message:
        return None
    now = datetime.now(UTC)
    when = moment(message.get("timestamp"), now)
    if when is None:
        return refusal(place, "has a date when nobody can have said it", "BadDate")
    content = message.get("content")
    if not isinstance(content, str):
        return refusal(place, "has no text")
    text = plain(content)
    if len(text) > MAX_TEXT:
        return refusal(place, f"the text is longer than {MAX_TEXT:,} characters", "TooLong")
    edited = message.get("edited_timestamp")
    version = when if edited is None else moment(edited, now)
    if version is None:
        return refusal(place, "was edited when nobody can have done it", "BadDate")
    if not text:
        return RawPost(id=str(id), text="", change="deleted") if edited is not None else None
    return RawPost(
        id=str(id), text=text, created=when, author=str(who), lang=lang, region=region, version=version
    )


def plain(content: str) -> str:
    """The text, with nobody's number in it."""
    text = readable(content)
    for sign, said in _MENTIONED:
        text = sign.sub(said, text)
    return text


def moment(value: object, now: datetime) -> datetime | None:
    """A date as Discord writes it."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        return plausible(datetime.fromisoformat(value), now)
    except ValueError:
        return None


def at(when: datetime) -> int:
    """The least id that a message of this moment can have."""
    return max(0, int(when.timestamp() * 1000) - EPOCH) << 22
