"""A post as a source gives it: the only shape that may name an author, and it lives in memory only."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

SourceKind = Literal["addressed", "open", "closed"]
"""Said to the operator; said in public; said in a community that invited Earnest."""

Change = Literal["said", "edited", "deleted"]


@dataclass(frozen=True, slots=True)
class RawPost:
    """One post before the gate.

    id       the source's own name for it, unique within the source; it may name its author: hidden from repr
    text     as said, title and body parted by a blank line; empty for a deletion
    created  when it was said, timezone-aware; None where the source does not tell
    author   becomes a voice tag in memory and is dropped; hidden from repr
    lang     BCP 47 primary tag the source claims ("en"), or None
    region   city or country the source tells, or None (the source's own region then stands)
    url      kept as its domain only
    flags    platform flags in the platform's own words ("noindex", "#nobot", …)
    change   what the source says happened: said, edited or deleted
    version  when this wording was written, timezone-aware, or None where the source does not say. It is what
             tells a newer wording of a post from an older one that comes again, whatever `change` says.
    if_kept  of a deletion: the place tells, in order, of all that is deleted, also of what was never heard.
             It is erased where it was kept; where it was not, nothing is remembered of it
    """

    id: str = field(repr=False)
    text: str = field(repr=False)
    created: datetime | None = None
    author: str | None = field(default=None, repr=False)
    lang: str | None = None
    region: str | None = None
    url: str | None = field(default=None, repr=False)
    flags: frozenset[str] = frozenset()
    change: Change = "said"
    version: datetime | None = None
    if_kept: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """An item that could not be read. Names the place and the class of what is wrong, never the content.

    place    "line 17", "row 3", "entry 4 of the feed"
    error    the error's class name ("BadLine"), what the dead-letter table keeps
    problem  a sentence for the person at the terminal, without the item's content
    """

    place: str
    error: str
    problem: str


@dataclass(frozen=True, slots=True)
class Page:
    """What one read of a source gives: posts and refusals in order, and the cursor that comes after them.

    The cursor is JSON the source alone understands. It is stored in the same transaction as the posts, so
    whoever reads the page either keeps both or neither.
    """

    posts: tuple[RawPost, ...]
    cursor: str
    refused: tuple[Refusal, ...] = ()
    done: bool = False
    """True where the source has nothing more for now."""
    missed: tuple[datetime, datetime] | None = None
    """A stretch of time that the place can no longer give (its own memory ended before, or it lists only so
    many): what was said in it is unknown, and its hours are recorded as that.
    """
    departed: tuple[str, ...] = field(default=(), repr=False)
    """Authors of whom the place says that their whole account went, or is to be seen by nobody outside: what
    they said before this page is erased. In memory only, like `RawPost.author`.
    """
