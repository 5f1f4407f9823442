"""What updates say, as posts. A bad one never costs its neighbours.

What is read: texts and captions that people write in the one group, and how they edit them. What is not:
other groups, programs, files, polls, who comes and goes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from telegram import Message, Update

from earnest.record.raw import RawPost, Refusal
from earnest.sources.base import MAX_TEXT, plausible, refusal
from earnest.sources.published import readable
from earnest.sources.telegram.wire import strange

_FOREIGN = (
    KeyError,
    TypeError,
    AttributeError,
    ValueError,
    IndexError,
    OverflowError,
    OSError,
    RecursionError,
)
"""What the library may raise at an update that is none."""


@dataclass(slots=True)
class Heard:
    """What a batch came to; `next` is the offset after it."""

    next: int
    posts: list[RawPost] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def hear(
    batch: Sequence[Any], offset: int, chat: int, since: int, lang: str | None, region: str | None
) -> Heard:
    """Posts of a batch. What was said before `since` (epoch seconds) is not taken; an edit of it is gone."""
    heard = Heard(offset)
    for number, raw in enumerate(batch, 1):
        place = f"update {number} of the answer"
        id = raw.get("update_id") if isinstance(raw, dict) else None
        if not isinstance(id, int) or isinstance(id, bool) or not 0 < id < 1 << 52:
            heard.refused.append(refusal(place, "is not an update as Telegram describes it"))
            continue
        heard.next = max(heard.next, id + 1)
        try:
            update = Update.de_json(raw, None)
            message = update.message or update.edited_message
            got = None if message is None else _post(message, place, chat, since, lang, region)
        except _FOREIGN:
            got = refusal(place, "is not an update as Telegram describes it")
        if isinstance(got, Refusal):
            heard.refused.append(got)
        elif got is not None:
            heard.posts.append(got)
    if batch and heard.next == offset:
        raise strange()
    heard.posts[:] = _once(heard.posts)
    return heard


def _post(
    message: Message, place: str, chat: int, since: int, lang: str | None, region: str | None
) -> RawPost | Refusal | None:
    if message.chat.id != chat or message.is_automatic_forward or message.via_bot:
        return None
    author = _author(message)
    if author is None:
        return None
    text, id = message.text if message.text is not None else message.caption, message.message_id
    if text is None:
        return None
    now = datetime.now(UTC)
    when = plausible(message.date, now)
    edited = message.edit_date
    version = when if edited is None else plausible(edited, now)
    if when is None or version is None:
        return refusal(place, "has a date when nobody can have said it", "BadDate")
    if not isinstance(id, int) or isinstance(id, bool) or id <= 0 or not isinstance(text, str):
        return refusal(place, "is not a message as Telegram describes it")
    plain = readable(text)
    if len(plain) > MAX_TEXT:
        return refusal(place, f"the text is longer than {MAX_TEXT:,} characters", "TooLong")
    if when.timestamp() < since or not plain:
        return RawPost(id=str(id), text="", change="deleted") if edited is not None else None
    return RawPost(
        id=str(id),
        text=plain,
        created=when,
        author=author,
        lang=lang,
        region=region,
        change="said" if edited is None else "edited",
        version=version,
    )


def _author(message: Message) -> str | None:
    """Who said it; None for a program. Who writes as the group or as a channel is that group or channel."""
    if message.sender_chat is not None:
        return f"chat {int(message.sender_chat.id)}"
    who = message.from_user
    return None if who is None or who.is_bot else str(int(who.id))


def _once(posts: Sequence[RawPost]) -> list[RawPost]:
    """Each id once, as it was left; what was said and edited within the batch is how it was said."""
    found: dict[str, RawPost] = {}
    for post in posts:
        before = found.get(post.id)
        if before is not None and before.change == "said" and post.change == "edited":
            post = replace(post, change="said")
        found[post.id] = post
    return list(found.values())
