"""A post on its way into the tables: `Kept` as the stages give it, and the plain tuple the tables take.

No Django here, so that another process can prepare posts while this one writes (`flow.bulk`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from earnest.record.cleared import ClearedPost
from earnest.record.verdict import Verdict
from earnest.store.words import tsvector


@dataclass(frozen=True, slots=True)
class Kept:
    """A post to keep, what was made of it, and the voice tag under its main label (None where nobody is
    named).
    """

    post: ClearedPost
    verdict: Verdict
    voice: bytes | None


class Prepared(NamedTuple):
    """A post's columns in the order of the table, from `key` on; travels between processes as a plain tuple.

    created   seconds since 1970
    edited    the source says that it changed
    labels    (id, score) pairs, best first
    words     the search words where the database does not find them itself, else None
    version   when this wording was written, milliseconds since 1970; 0 where the source does not say
    """

    key: bytes
    text: str
    created: int
    lang: str
    region: str
    domain: str
    kind: str
    kind_score: float
    label: str
    unsure: bool
    sentiment: str
    sentiment_score: float | None
    voice: bytes | None
    edited: bool
    labels: Sequence[tuple[str, float]]
    words: str | None
    version: int = 0

    def replaces(self, version: int) -> bool:
        """Whether this wording takes the place of one of that version.

        A source that says when a wording was written is believed; of one that does not, only an edit changes
        anything, so that an old wording that comes again undoes none.
        """
        return self.version >= version if self.version else self.edited


@dataclass(frozen=True, slots=True)
class Followed:
    """A post that was kept, as those see it who follow new posts in order: reposts, then themes.

    created    when it was said, seconds since 1970
    received   when it was kept, seconds since 1970
    label      the main label
    repost_of  the first post that said nearly the same, or None
    """

    id: int
    arrival: int
    place_id: int
    created: int
    received: int
    text: str = field(repr=False)
    label: str
    kind: str
    unsure: bool
    lang: str
    region: str
    repost_of: int | None = None


def prepare(kept: Sequence[Kept], *, words: bool) -> list[Prepared]:
    """Posts as tuples. `words`: also find their search words (PostgreSQL). Raises IndexError for a post
    without a label.
    """
    return [_prepared(item.post, item.verdict, item.voice, words) for item in kept]


def without_sentiment(posts: Sequence[Prepared]) -> Sequence[Prepared]:
    """The same posts where nobody's feelings may be kept, whatever a caller hands in."""
    return [Prepared(*post[:10], "", None, *post[12:]) if post[10] else post for post in posts]


def _prepared(post: ClearedPost, verdict: Verdict, voice: bytes | None, words: bool) -> Prepared:
    text = storable(post.text)
    return Prepared(
        post.key,
        text,
        int(post.created.timestamp() // 1),
        verdict.lang,
        storable(post.region or "")[:80],
        storable(post.domain or "")[:253],
        verdict.kind,
        verdict.kind_score,
        verdict.labels[0].id,
        verdict.unsure,
        verdict.sentiment or "",
        verdict.sentiment_score,
        voice,
        post.change == "edited",
        [(label.id, label.score) for label in verdict.labels],
        tsvector(text) if words else None,
        0 if post.version is None else int(post.version.timestamp() * 1_000),
    )


def storable(text: str) -> str:
    """The text without what no database takes: NUL is dropped, half of a character pair becomes "?"."""
    if text.isascii():
        return text.replace("\x00", "") if "\x00" in text else text
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
