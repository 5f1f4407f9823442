"""What happened on the network, and what a page of it comes to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from earnest.record.raw import RawPost, Refusal
from earnest.sources.base import MAX_ID, MAX_TEXT, plausible, primary_tag, refusal
from earnest.sources.bluesky.words import Words

POSTS = "app.bsky.feed.post"
PROFILE = "app.bsky.actor.profile"

GONE = frozenset({"deleted", "takendown", "suspended", "deactivated"})
"""What an account's server says of an account that is not there any more. Others ("desynchronized",
"throttled") tell of a server in trouble: nobody deleted anything."""

OUT = frozenset({"!no-unauthenticated", "#nobot", "#noindex"})
"""Wishes in a profile that take what was said before along."""

UNKNOWN = "indexable:unknown"
_MOST_FLAGS = 20


class _Value(msgspec.Struct, frozen=True):
    val: str = ""


class _Labels(msgspec.Struct, frozen=True):
    values: list[_Value] = []


class _Feature(msgspec.Struct, frozen=True):
    tag: str = ""
    did: str = ""


class _Facet(msgspec.Struct, frozen=True):
    features: list[_Feature] = []


class _Ref(msgspec.Struct, frozen=True):
    uri: str = ""


class _Reply(msgspec.Struct, frozen=True):
    parent: _Ref = _Ref()


class Said(msgspec.Struct, frozen=True, rename={"created": "createdAt"}):
    """Of a post's record, what is needed."""

    text: str
    created: str = ""
    langs: list[str] | None = None
    tags: list[str] | None = None
    facets: list[_Facet] | None = None
    reply: _Reply | None = None
    labels: _Labels | None = None


class Profile(msgspec.Struct, frozen=True):
    """Of a profile's record, what is needed: its wishes."""

    description: str | None = None
    labels: _Labels | None = None


Kind = Literal["said", "edited", "deleted", "profile", "account", "other"]


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream.

    at      microseconds since 1970, by the stream's clock
    seq     the stream's own number, what a cursor counts
    kind    `said`, `edited` and `deleted` are of posts; `other` is nothing Earnest needs
    record  of a post or a profile; None where it was deleted
    status  of an account that is not active, or None
    """

    at: int
    seq: int
    kind: Kind
    did: str = field(default="", repr=False)
    rkey: str = field(default="", repr=False)
    record: Any = field(default=None, repr=False)
    status: str | None = None


class Unread(Exception):
    """An event that cannot be read: a sentence without its content."""


@dataclass(slots=True)
class Heard:
    """What the events of one page came to, in order."""

    posts: list[RawPost] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    departed: list[str] = field(default_factory=list, repr=False)

    @property
    def size(self) -> int:
        """How much there is to keep."""
        return len(self.posts) + len(self.refused) + len(self.departed)


def hear(heard: Heard, event: Event, words: Words, place: str, now: Callable[[], datetime]) -> None:
    """Take an event in, where it is about the programme. Everything else is dropped here."""
    if event.kind == "deleted":
        if _named(event):
            # The network tells of every deletion: nothing is to be remembered of what was never heard.
            _put(heard, RawPost(id=_uri(event), text="", change="deleted", if_kept=True))
    elif event.kind == "account":
        if event.status in GONE:
            _departed(heard, event.did)
    elif event.kind == "profile":
        if isinstance(event.record, Profile) and OUT & flags_of(
            event.record.labels, event.record.description
        ):
            # Whoever asks not to be shown outside is not to be shown by what they said before either.
            _departed(heard, event.did)
    elif event.kind in ("said", "edited"):
        _said(heard, event, words, place, now)


def _departed(heard: Heard, did: str) -> None:
    heard.posts[:] = [post for post in heard.posts if post.author != did]
    heard.departed.append(did)


def _said(heard: Heard, event: Event, words: Words, place: str, now: Callable[[], datetime]) -> None:
    said = event.record
    if not isinstance(said, Said):
        heard.refused.append(refusal(place, "is not a post as Bluesky describes it"))
        return
    if not words.about(said.text, said.langs or (), tags_of(said), named_in(said)):
        if event.kind == "edited" and _named(event):
            # It may have been about the programme before: what was kept is not what it says now.
            _put(heard, RawPost(id=_uri(event), text="", change="deleted", if_kept=True))
        return
    post = post_of(event, said, now())
    if isinstance(post, Refusal):
        heard.refused.append(Refusal(place, post.error, post.problem))
    elif post is not None:
        _put(heard, post)


def _put(heard: Heard, post: RawPost) -> None:
    """Each id once in a page, as it was left."""
    if post.change != "said":
        heard.posts[:] = [one for one in heard.posts if one.id != post.id]
    heard.posts.append(post)


def post_of(event: Event, said: Said, now: datetime) -> RawPost | Refusal | None:
    """A post of an event, a refusal, or None where it says nothing."""
    if not _named(event):
        return refusal("", "has no name")
    if len(said.text) > MAX_TEXT:
        return refusal("", f"the text is longer than {MAX_TEXT:,} characters", "TooLong")
    text = said.text.encode("utf-8", "replace").decode().replace("\0", " ").strip()
    if not text:
        return None
    heard_at = moment(event.at, now)
    return RawPost(
        id=_uri(event),
        text=text,
        created=_created(said.created, now) or heard_at,
        author=event.did,
        lang=next((tag for one in said.langs or () if (tag := primary_tag(one))), None),
        url="https://bsky.app/",
        flags=flags_of(said.labels),
        change="edited" if event.kind == "edited" else "said",
        version=heard_at,
    )


def moment(microseconds: int, now: datetime) -> datetime | None:
    """A stream's own time, or None where it is nonsense."""
    try:
        return plausible(datetime.fromtimestamp(microseconds / 1_000_000, UTC), now)
    except (OverflowError, ValueError, OSError):
        return None


def flags_of(labels: _Labels | None, about: str | None = None) -> frozenset[str]:
    """Wishes out of an author's own labels, and out of what they write of themselves (#nobot)."""
    flags = {one.val[:100] for one in (labels.values[:_MOST_FLAGS] if labels else ()) if one.val}
    folded = (about or "").lower()
    return frozenset(flags | {word for word in ("#nobot", "#noindex") if word in folded})


def _named(event: Event) -> bool:
    return bool(event.did and event.rkey) and len(event.did) + len(event.rkey) + 30 <= MAX_ID


def _uri(event: Event) -> str:
    return f"at://{event.did}/{POSTS}/{event.rkey}"


def tags_of(said: Said) -> Sequence[str]:
    """The hashtags that a post carries beside or in its text."""
    if not said.tags and not said.facets:
        return ()
    inline = [one.tag for facet in said.facets or () for one in facet.features if one.tag]
    return [*(said.tags or ()), *inline]


def named_in(said: Said) -> Sequence[str]:
    """The accounts that a post mentions or answers."""
    if not said.facets and not said.reply:
        return ()
    named = [one.did for facet in said.facets or () for one in facet.features if one.did]
    if said.reply is not None and said.reply.parent.uri.startswith("at://"):
        named.append(said.reply.parent.uri[5:].split("/", 1)[0])
    return named


def _created(value: str, now: datetime) -> datetime | None:
    """The author's own date, where somebody can have said it then."""
    if not 10 <= len(value) <= 40:
        return None
    try:
        when = plausible(datetime.fromisoformat(value), now)
    except ValueError:
        return None
    return when if when is not None and when <= now else None


def shaped(record: Mapping[str, Any] | None, shape: type[Any]) -> Any:
    """A record as `shape`, or None where it is not one. Half a record is none: nothing is guessed."""
    try:
        return msgspec.convert(record, shape, strict=True)
    except (msgspec.ValidationError, RecursionError):
        return None
