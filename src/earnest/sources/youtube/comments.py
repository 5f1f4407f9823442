"""A thread of comments as posts: its first comment and the replies to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from earnest.record.raw import RawPost, Refusal
from earnest.sources.base import MAX_ID, MAX_TEXT, plausible, refusal
from earnest.sources.feed.plain import plain
from earnest.sources.foreign import part, words

_SAME = timedelta(seconds=2)
"""A first wording is sometimes dated a moment after the comment."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How comments are read: what stands for every one of the place, and when that is."""

    lang: str | None
    region: str | None
    now: datetime

    def post(self, item: object, place: str) -> RawPost | Refusal | None:
        """The post a comment is; None where it says nothing."""
        id, said = part(item, "id"), part(item, "snippet")
        if not isinstance(id, str) or not 0 < len(words(id)) <= MAX_ID or not isinstance(said, Mapping):
            return refusal(place, "is not a comment as YouTube describes it")
        created = moment(said.get("publishedAt"), self.now)
        if created is None:
            return refusal(place, "has a date when nobody can have said it", "BadDate")
        if not isinstance(said.get("textDisplay"), str):
            return refusal(place, "has no text")
        text = plain(words(said["textDisplay"]))
        if len(text) > MAX_TEXT:
            return refusal(place, f"the text is longer than {MAX_TEXT:,} characters", "TooLong")
        if not text:
            return None
        changed = moment(said.get("updatedAt"), self.now)
        edited = changed if changed is not None and changed - created > _SAME else None
        video = words(said.get("videoId"))
        return RawPost(
            id=words(id),
            text=text,
            created=created,
            author=_author(said),
            lang=self.lang,
            region=self.region,
            url=f"https://www.youtube.com/watch?v={video}" if 0 < len(video) <= 40 else None,
            change="edited" if edited else "said",
            version=edited or created,
        )

    def thread(self, item: object, replies: list[Any], place: str) -> Iterator[RawPost | Refusal]:
        """The posts of a thread, its first comment first. `replies` stand where the thread holds not all."""
        first = self.post(part(item, "snippet", "topLevelComment"), place)
        if first is not None:
            yield first
        for number, reply in enumerate(replies or replies_in(item), 1):
            post = self.post(reply, f"reply {number} of {place}")
            if post is not None:
                yield post


def moment(written: object, now: datetime) -> datetime | None:
    """A date as YouTube writes it, or None."""
    if not isinstance(written, str):
        return None
    try:
        return plausible(datetime.fromisoformat(written), now)
    except ValueError:
        return None


def begun(item: object, now: datetime) -> datetime | None:
    """When a thread was begun."""
    return moment(part(item, "snippet", "topLevelComment", "snippet", "publishedAt"), now)


def replies_in(item: object) -> list[Any]:
    """The replies that came with a thread: YouTube gives five at most."""
    found = part(item, "replies", "comments")
    return found if isinstance(found, list) else []


def unseen_replies(item: object) -> str | None:
    """The id of a thread whose replies did not all come with it."""
    count, id = part(item, "snippet", "totalReplyCount"), part(item, "id")
    more = isinstance(count, int) and not isinstance(count, bool) and count > len(replies_in(item))
    return id if more and isinstance(id, str) and 0 < len(id) <= MAX_ID and id.isprintable() else None


def _author(said: Mapping[str, Any]) -> str | None:
    """The handle that people know somebody by, else the channel's own id."""
    name = words(said.get("authorDisplayName")).lower()
    return name if name.startswith("@") else words(part(said, "authorChannelId", "value")) or name or None
