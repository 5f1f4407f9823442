"""What a forum's post says, as a post of ours. A bad one never costs its neighbours.

What is read: what people write, as they wrote it. What is not: quotations of others, hidden posts, whispers,
small notices of the system, who likes what.
"""

import re
from datetime import UTC, datetime

from earnest.record.raw import RawPost, Refusal
from earnest.sources import http_json
from earnest.sources.base import refusal
from earnest.sources.discourse.wire import mapping, number
from earnest.sources.http_json import ItemError

REGULAR = 1

_QUOTE = re.compile(r"\[quote[^\]\n]{0,300}\](?:(?!\[quote).){0,20000}?\[/quote\]", re.DOTALL | re.IGNORECASE)


def post_of(
    raw: object, place: str, lang: str | None, region: str | None, base: str
) -> RawPost | Refusal | None:
    """A post, or why it is none; None for what nobody wrote, or nobody may see."""
    told = mapping(raw)
    id, kind = number(told.get("id")), told.get("post_type")
    if not id or not number(kind):
        return refusal(place, "is not a post as Discourse describes it")
    if kind != REGULAR or told.get("hidden") is True:
        return None
    if told.get("deleted_at") is not None or told.get("user_deleted") is True:
        return RawPost(id=str(id), text="", change="deleted")
    text, markup = told.get("raw"), False
    if not isinstance(text, str):
        text, markup = told.get("cooked"), True
    who, title = told.get("username"), told.get("topic_title")
    if not isinstance(text, str) or not isinstance(who, str) or not who.strip():
        return refusal(place, "is not a post as Discourse describes it")
    first = told.get("post_number") == 1 and isinstance(title, str)
    own = _unquoted(text.encode("utf-8", "replace").decode())
    if not own.strip():
        return None
    try:
        return http_json.post(
            id=str(id),
            text=own,
            now=datetime.now(UTC),
            title=str(title).encode("utf-8", "replace").decode() if first else "",
            markup=markup,
            created=told.get("created_at") or "none",
            author=who.lower(),
            lang=lang,
            region=region,
            url=base,
            version=told.get("updated_at"),
        )
    except ItemError as error:
        return refusal(place, str(error))


def _unquoted(text: str) -> str:
    """Without what is quoted; quotations stand in one another."""
    for _ in range(5):
        without = _QUOTE.sub(" ", text)
        if without == text:
            break
        text = without
    return text
