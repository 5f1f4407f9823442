"""A post of X as a post. One that was edited keeps the id it had first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import Any

from earnest.record.raw import RawPost, Refusal
from earnest.sources.base import AHEAD, MAX_TEXT, plausible, primary_tag, refusal
from earnest.sources.foreign import part, words

_EPOCH = 1_288_834_974_657
"""Milliseconds since 1970: where X's own numbers begin."""

_BITS = 22
_NO_LANGUAGE = frozenset({"und", "zxx", "art"})


@dataclass(frozen=True, slots=True)
class Reader:
    """How posts are read: what stands where one says nothing, and when that is."""

    lang: str | None
    region: str | None
    now: datetime

    def post(self, item: object, users: Mapping[str, Any], place: str) -> RawPost | Refusal | None:
        """The post; None for one that X withholds somewhere, or of an account that is not public."""
        if not isinstance(item, Mapping):
            return refusal(place, "is not a post as X describes it")
        number = number_of(item.get("id"), self.now)
        if number is None:
            return refusal(place, "has no id as X gives it")
        body = part(item, "note_tweet", "text")
        body = body if isinstance(body, str) else item.get("text")
        if not isinstance(body, str):
            return refusal(place, "has no text")
        history = item.get("edit_history_tweet_ids")
        history = history if isinstance(history, list) and history else [item["id"]]
        first = number_of(history[0], self.now)
        if first is None or first > number:
            return refusal(place, "has a history of edits that cannot be")
        user = users.get(str(item.get("author_id")))
        if item.get("withheld") or part(user, "withheld") or part(user, "protected") not in (None, False):
            return None
        text = words(unescape(body))
        if len(text) > MAX_TEXT:
            return refusal(place, f"the text is longer than {MAX_TEXT:,} characters", "TooLong")
        if not text:
            return None
        author = words(part(user, "username")).lower() or words(item.get("author_id"))
        lang = primary_tag(item.get("lang"))
        made_up = lang is None or lang in _NO_LANGUAGE or (len(lang) == 3 and lang.startswith("q"))
        return RawPost(
            id=str(history[0]),
            text=text,
            created=moment_of(first),
            author=author or None,
            lang=self.lang if made_up else lang,
            region=self.region,
            url=f"https://x.com/i/status/{item['id']}",
            change="edited" if number != first else "said",
            version=moment_of(number),
        )


def newest_of(item: object) -> str:
    """The id of a post's last wording; "" where it tells no history."""
    history = part(item, "edit_history_tweet_ids")
    return words(history[-1]) if isinstance(history, list) and history else ""


def number_of(id: object, now: datetime) -> int | None:
    """A post's id as the number it is, or None for what is none of a moment that was."""
    if not isinstance(id, str) or not id.isascii() or not id.isdecimal() or not 0 < len(id) <= 19:
        return None
    moment = _moment(int(id))
    return int(id) if moment is not None and plausible(moment, now) and int(id) < id_at(now + AHEAD) else None


def id_at(moment: datetime) -> int:
    """The least id of a post of this moment."""
    return max(0, int(moment.timestamp() * 1000) - _EPOCH) << _BITS


def moment_of(number: int) -> datetime:
    """When a post was made: its id tells to the millisecond."""
    return datetime.fromtimestamp(((number >> _BITS) + _EPOCH) / 1000, UTC)


def _moment(number: int) -> datetime | None:
    try:
        return moment_of(number)
    except (OverflowError, ValueError, OSError):
        return None


def users_of(answer: object) -> dict[str, Any]:
    """Who wrote the posts of an answer, by their ids."""
    users = part(answer, "includes", "users")
    found = users if isinstance(users, list) else []
    return {str(one["id"]): one for one in found if isinstance(one, Mapping) and "id" in one}
