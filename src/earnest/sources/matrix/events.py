"""What a room's events say, as posts. matrix-nio checks their shape; a bad event never costs its neighbours.

What is read: messages of text, edits, redactions. What is not: anything encrypted, files and their captions,
notices (Matrix's word for what programs say), reactions, membership, names and pictures of people.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from earnest.record.raw import RawPost, Refusal
from earnest.sources.base import MAX_ID, MAX_TEXT, plausible, refusal

_FOREIGN = (KeyError, TypeError, AttributeError, ValueError, IndexError, OverflowError, RecursionError)
"""What matrix-nio may raise at an event that is none."""


_TEXT = ("RoomMessageText", "RoomMessageEmote")
"""matrix-nio's names for what people type."""


@dataclass(slots=True)
class Heard:
    """What a page of events came to. `pinned` says whether the notice stood at its end."""

    posts: list[RawPost] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    pinned: bool = True


@dataclass(frozen=True, slots=True)
class Listener:
    """How events are heard.

    bot       the bot's own name: what it says is no post
    lang      of the room, where the steward said
    now       the time dates are held against
    notice    whether a text is the notice itself, said once more: it tells how to opt out, and asks nothing
    pinned    whether a change of the pins leaves the notice pinned
    original  who said a message that was edited, and when; None where it may not be known
    """

    bot: str
    lang: str | None
    region: str | None
    now: datetime
    notice: Callable[[str], bool]
    pinned: Callable[[Mapping[str, Any]], bool]
    original: Callable[[str], tuple[str, datetime] | None]

    def hear(self, events: Sequence[msgspec.Raw], pinned: bool, *, deaf: bool = False) -> Heard:
        """Posts of events, in order. While the notice was not pinned, and where `deaf`, nothing that was said
        is taken: a deletion counts, and what was edited then is gone as it was.
        """
        heard = Heard(pinned=pinned)
        said: dict[str, tuple[str, datetime]] = {}
        for number, raw in enumerate(events, 1):
            place = f"event {number} of the answer"
            event = _parsed(raw)
            if event is None:
                heard.refused.append(refusal(place, "is not an event as Matrix describes it"))
                continue
            source = event.source
            if event.sender == self.bot:
                continue
            if source["type"] == "m.room.pinned_events":
                heard.pinned = self.pinned(source)
            elif source["type"] == "m.room.redaction":
                self._redacted(source, place, heard)
            elif type(event).__name__.startswith("RoomMessage"):
                self._said(event, place, said, heard, deaf)
        heard.posts[:] = _once(heard.posts)
        return heard

    def _said(
        self, event: Any, place: str, said: dict[str, tuple[str, datetime]], heard: Heard, deaf: bool
    ) -> None:
        """A message, where it may be taken. Where not, what it was edited from is gone all the same."""
        post = self._post(event, place, said)
        if type(event).__name__ in _TEXT and heard.pinned and not deaf:
            if isinstance(post, Refusal):
                heard.refused.append(post)
            elif post is not None:
                heard.posts.append(post)
        elif isinstance(post, RawPost) and post.change == "edited":
            heard.posts.append(RawPost(id=post.id, text="", change="deleted"))

    def _redacted(self, source: Mapping[str, Any], place: str, heard: Heard) -> None:
        """A deletion counts whether or not the notice is pinned."""
        id = source["content"].get("redacts") or source.get("redacts")
        if not isinstance(id, str) or not 0 < len(id) <= MAX_ID:
            heard.refused.append(refusal(place, "deletes something without a name"))
            return
        heard.posts.append(RawPost(id=id, text="", change="deleted"))

    def _post(
        self, event: Any, place: str, said: dict[str, tuple[str, datetime]]
    ) -> RawPost | Refusal | None:
        source, content = event.source, event.source["content"]
        when = _moment(event.server_timestamp, self.now)
        if when is None:
            return refusal(place, "has a date when nobody can have said it", "BadDate")
        relation = content.get("m.relates_to")
        relation = relation if isinstance(relation, dict) else {}
        id: str = source["event_id"]
        change, written = "said", when
        if relation.get("rel_type") == "m.replace":
            edited, fresh = relation.get("event_id"), content.get("m.new_content")
            if not isinstance(edited, str) or not isinstance(fresh, dict):
                return refusal(place, "edits something without a name")
            id, body, change = edited, fresh.get("body"), "edited"
            first = said.get(id) or self.original(id)
            if first is None or first[0] != event.sender:
                return None  # somebody else's words, or said where Earnest may not look
            when = first[1]
        else:
            body = content.get("body")
            said[id] = (event.sender, when)
        if not isinstance(body, str):
            return refusal(place, "has no text")
        text = _plain(body, quotes="m.in_reply_to" in relation)
        if len(text) > MAX_TEXT:
            return refusal(place, f"the text is longer than {MAX_TEXT:,} characters", "TooLong")
        if not 0 < len(id) <= MAX_ID:
            return refusal(place, "has no name")
        if not text and change == "edited":
            return RawPost(id=id, text="", change="deleted")
        if not text or self.notice(text):
            return None
        return RawPost(
            id=id,
            text=text,
            created=when,
            author=event.sender,
            lang=self.lang,
            region=self.region,
            change="edited" if change == "edited" else "said",
            version=written,
        )


def _parsed(raw: msgspec.Raw) -> Any | None:
    """An event as matrix-nio has it, or None where it is none."""
    import nio

    _hush()
    try:
        event = nio.Event.parse_event(_older(json.loads(bytes(raw))))
    except _FOREIGN:
        return None
    if event is None or isinstance(event, (nio.BadEvent, nio.UnknownBadEvent)):
        return None
    content = event.source.get("content")
    return event if isinstance(content, dict) and isinstance(event.source.get("event_id"), str) else None


def _older(event: Any) -> Any:
    """Newer rooms name what is redacted inside the content; matrix-nio looks for it outside."""
    if event["type"] == "m.room.redaction" and isinstance(event.get("content"), dict):
        event.setdefault("redacts", event["content"].get("redacts"))
    return event


def _hush() -> None:
    """matrix-nio writes what it cannot read into its log: nobody's words belong there."""
    logging.getLogger("nio").setLevel(logging.CRITICAL + 1)


def _moment(milliseconds: object, now: datetime) -> datetime | None:
    if not isinstance(milliseconds, int) or isinstance(milliseconds, bool):
        return None
    try:
        return plausible(datetime.fromtimestamp(milliseconds / 1000, UTC), now)
    except (OverflowError, ValueError, OSError):
        return None


def said_by(event: Mapping[str, Any] | None, now: datetime) -> tuple[str, datetime] | None:
    """Who said an event, and when. Nothing else of it is looked at."""
    sender = None if event is None else event.get("sender")
    when = None if event is None else _moment(event.get("origin_server_ts"), now)
    return (sender, when) if isinstance(sender, str) and when is not None else None


def _plain(body: str, *, quotes: bool) -> str:
    """The text without what UTF-8 cannot hold, NUL, and the quotation older clients put before a reply."""
    text = body.encode("utf-8", "replace").decode().replace("\0", " ")
    if quotes and text.startswith("> "):
        lines = text.split("\n")
        first = next((at for at, line in enumerate(lines) if not line.startswith(">")), len(lines))
        text = "\n".join(lines[first:])
    return text.strip()


def _once(posts: Sequence[RawPost]) -> list[RawPost]:
    """Each id once, as it was left: a message that was edited or deleted within the page comes as that."""
    last: dict[str, RawPost] = {}
    first: dict[str, RawPost] = {}
    for post in posts:
        first.setdefault(post.id, post)
        if post.id not in last or last[post.id].change != "deleted":
            last[post.id] = post
    return [
        post if post.change == "deleted" or first[id].change != "said" else _as_said(post)
        for id, post in last.items()
    ]


def _as_said(post: RawPost) -> RawPost:
    """An edit of a message of the same page is how it was said."""
    return RawPost(
        id=post.id,
        text=post.text,
        created=post.created,
        author=post.author,
        lang=post.lang,
        region=post.region,
        flags=post.flags,
        change="said",
        version=post.version,
    )
