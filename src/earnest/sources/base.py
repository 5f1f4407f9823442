"""What every source is: settings in, pages of raw posts out, a cursor between them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

import msgspec

from earnest.egress import Egress
from earnest.record.errors import BadSetting, InputError
from earnest.record.raw import Page, Refusal, SourceKind

MAX_TEXT = 100_000
"""Characters. A longer text is refused: it is a document, not something somebody said in a post."""

MAX_ID = 512
"""Characters of a post's own name."""

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=2)
"""How far a clock may run ahead before a date is called wrong."""


class Source(Protocol):
    """A place that can be read."""

    def read(self, cursor: str | None) -> Iterator[Page]:
        """Pages in order; each page's cursor resumes after it. None reads from the start.

        There is always at least one page, and the last one says `done`. Whoever keeps a page keeps its
        cursor in the same transaction. Raises InputError (what was handed in), SourceBusy (later),
        SourceGone (a person must look) or EgressRefused; a bad item is a Refusal in its page.
        """
        ...


Open = Callable[[Mapping[str, Any], Egress | None], Source]


@dataclass(frozen=True, slots=True)
class SourceType:
    """One kind of place Earnest can read.

    kinds          which of addressed, open and closed it may be declared as
    extra          the optional dependency group it needs, or None
    tested_against the real thing its tests run on
    open           settings (a JSON object) and the way out to a source; raises BadSetting naming the field
    """

    type: str
    kinds: tuple[SourceKind, ...]
    title: str
    extra: str | None
    tested_against: str
    open: Open


Shape = TypeVar("Shape", bound=msgspec.Struct)


def settings(what: str, given: Mapping[str, Any], shape: type[Shape]) -> Shape:
    """Settings as `shape`. Raises BadSetting that names the field."""
    try:
        return msgspec.convert(dict(given), shape)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$")
        field = path.strip("`.").split(".")[0].split("[")[0]
        where = (
            f"the setting '{field}' of the {what} source" if field else f"the settings of the {what} source"
        )
        known = ", ".join(f.encode_name for f in msgspec.structs.fields(shape))
        raise BadSetting(f"In {where}: {reason}.", advice=f"It takes: {known}.") from error


def load_cursor(cursor: str | None, shape: type[Shape]) -> Shape | None:
    """A stored cursor as `shape`. Raises InputError where it is not one of this source's."""
    if cursor is None:
        return None
    try:
        return msgspec.json.decode(cursor, type=shape)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise InputError(
            "the stored position is not one of this source",
            place="cursor",
            advice="Read the source from its start: posts that are already kept are recognised.",
        ) from error


def dump_cursor(position: Any) -> str:
    """A position as the JSON text that is stored."""
    return msgspec.json.encode(position).decode()


def refusal(place: str, problem: str, error: str = "BadLine") -> Refusal:
    """One item that cannot be read."""
    return Refusal(place, error, problem)


def plausible(when: datetime, now: datetime) -> datetime | None:
    """`when` in UTC, or None where nobody can have said it then (before 1990, or ahead of the clock)."""
    try:
        when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return when if EARLIEST <= when <= now + AHEAD else None


def primary_tag(lang: object) -> str | None:
    """The primary language of what a source claims ("en-GB", "ES") as BCP 47, or None where it is no tag."""
    if not isinstance(lang, str):
        return None
    head = lang.strip().replace("_", "-").split("-")[0].lower()
    return head if 2 <= len(head) <= 3 and head.isascii() and head.isalpha() else None
