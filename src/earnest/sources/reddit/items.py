"""A listed thing of Reddit as a post: a submission (t3) or a comment (t1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from earnest.record.raw import RawPost, Refusal
from earnest.sources.base import MAX_TEXT, plausible, refusal
from earnest.sources.foreign import words

_TAKEN = ("[deleted]", "[removed]", "[ Removed by Reddit ]")
"""What Reddit writes in place of words that are gone."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of a listing.

    number   where it stands in Reddit's own order of things of its kind
    created  when it was said; None where it cannot be read
    what     the post it is, why it is refused, or None for what is gone or says nothing
    """

    number: int
    created: datetime | None
    what: RawPost | Refusal | None


@dataclass(frozen=True, slots=True)
class Reader:
    """How things are read: what stands for every post of the place, and when that is."""

    lang: str | None
    region: str | None
    now: datetime

    def item(self, child: object, place: str) -> Item | Refusal:
        """A child of a listing; a Refusal alone where not even its own number can be read."""
        data = child.get("data") if isinstance(child, Mapping) else None
        name = data.get("name") if isinstance(data, Mapping) else None
        number = number_of(name)
        if not isinstance(data, Mapping) or number is None:
            return refusal(place, "is not a post or a comment as Reddit describes it")
        created = _moment(data.get("created_utc"), self.now)
        return Item(number, created, self._post(data, str(name), created, place))

    def _post(
        self, data: Mapping[str, Any], name: str, created: datetime | None, place: str
    ) -> RawPost | Refusal | None:
        if created is None:
            return refusal(place, "has a date when nobody can have said it", "BadDate")
        title, body = data.get("title", ""), data.get("selftext" if name.startswith("t3_") else "body", "")
        if not isinstance(title, str) or not isinstance(body, str):
            return refusal(place, "has no text")
        if _gone(data, body):
            return None
        text = "\n\n".join(one for one in (words(title), words(body)) if one)
        if not text:
            return None
        if len(text) > MAX_TEXT:
            return refusal(place, f"the text is longer than {MAX_TEXT:,} characters", "TooLong")
        edited = _moment(data.get("edited"), self.now)
        link = words(data.get("permalink"))
        return RawPost(
            id=name,
            text=text,
            created=created,
            author=(words(data.get("author")).lower() or None) if data.get("author") not in _TAKEN else None,
            lang=self.lang,
            region=self.region,
            url=f"https://www.reddit.com{link}" if link.startswith("/") and len(link) <= 2_000 else None,
            flags=frozenset({"noindex"}) if data.get("is_robot_indexable") is False else frozenset(),
            change="edited" if edited else "said",
            version=edited or created,
        )


def number_of(name: object) -> int | None:
    """The number in a full name such as "t3_5jo13y", or None."""
    if not isinstance(name, str) or name[:3] not in ("t1_", "t3_") or not 4 <= len(name) <= 16:
        return None
    digits = name[3:]
    return int(digits, 36) if digits.isascii() and digits.isalnum() and digits == digits.lower() else None


def beside(found: Item | Refusal, newer: int) -> Item:
    """A thing without a number of its own stands where the next newer one does."""
    return found if isinstance(found, Item) else Item(newer, None, found)


def _gone(data: Mapping[str, Any], body: str) -> bool:
    """Taken away by its author, by moderators or by Reddit. A title alone may stay: it goes as well."""
    return body.strip() in _TAKEN or bool(words(data.get("removed_by_category")))


def _moment(seconds: object, now: datetime) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        return None
    try:
        return plausible(datetime.fromtimestamp(seconds, UTC), now)
    except (OverflowError, ValueError, OSError):
        return None
