"""What every source is: settings in, pages of raw posts out, a cursor between them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any, Protocol, TypeVar, runtime_checkable

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


@runtime_checkable
class Relists(Protocol):
    """A source that can list a stretch of time again (optional), so that what is gone there goes here too."""

    def still_there(self, since: datetime, until: datetime) -> Iterator[Page]:
        """Every post said from `since` to `until` (not included) that is there now, as it reads now.

        All of them or an error: whatever is not listed counts as deleted. A post whose date the source does
        not tell is listed each time. Cursors mean nothing here. Raises as `Source.read` does, and InputError
        where the list breaks off.
        """
        ...


@runtime_checkable
class Reaches(Protocol):
    """A source that `Relists` whose place lists no further back than so far (optional)."""

    def reaches(self) -> datetime:
        """The moment from which on it lists everything now. Days before are not asked for: what was kept of
        them is hidden when its time is up. Raises as `Source.read` does.
        """
        ...


@runtime_checkable
class LooksUp(Protocol):
    """A source that can be asked for single posts by their ids (optional): for what it lists no more, and for
    a list that breaks off.
    """

    def look_up(self, ids: Sequence[str]) -> Iterator[Page]:
        """Those of these posts that are there now, as they read now.

        All of them or an error: whatever is not given counts as deleted. Cursors mean nothing here. Raises as
        `Source.read` does: a server that cannot answer has deleted nothing.
        """
        ...


@runtime_checkable
class Probes(Protocol):
    """A source that can be asked whether it works without giving a post (optional)."""

    def probe(self) -> str:
        """What the place is, in a sentence, after the smallest request there is. Raises as `read` does."""
        ...


@runtime_checkable
class Answers(Protocol):
    """A source that can speak to the people in it (optional): whoever opted out there is told so."""

    def acknowledge(self, leaving_ids: Sequence[str]) -> None:
        """Tell the authors of these posts that they are out and that what they said was erased.

        Called once for each, after it holds. A SourceError is passed over: the opting out stands untold.
        """
        ...


@runtime_checkable
class Follows(Protocol):
    """A source whose place tells by itself when something is said (optional)."""

    def follow(self, cursor: str | None, stop: Event) -> Iterator[Page]:
        """Pages until `stop` is set: at least one every few seconds, empty where nothing was said.

        `done` says that the page has caught up with the present. A page's cursor resumes after it, here and
        in `read`, which catches up where nobody follows. Raises as `read` does.
        """
        ...


@runtime_checkable
class Backfills(Protocol):
    """A source that can give what was said before it was first read (optional)."""

    def backfill(self, cursor: str | None, since: datetime, until: datetime) -> Iterator[Page]:
        """Every post said from `since` to `until` (not included) that is there, in the place's own order.

        The cursor is one of its own, not that of `read`; None begins. The last page says `done`. Raises as
        `read` does.
        """
        ...


@runtime_checkable
class Moves(Protocol):
    """A source that may learn a new address of its place (optional): its setting `url` wants changing."""

    moved: str | None
    """After a read: where the place says that it is now, for good; None where it does not."""


SettingsShape = type[msgspec.Struct]

Open = Callable[[Mapping[str, Any], Egress | None], Source]


@dataclass(frozen=True, slots=True)
class SourceType:
    """One kind of place Earnest can read.

    kinds          which of addressed, open and closed it may be declared as
    kind_of        the one kind that a place with these settings is, or None: any of `kinds`
    extra          the optional dependency group it needs, or None
    tested_against the real thing its tests run on
    open           settings (a JSON object) and the way out to a source; raises BadSetting naming the field
    recheck        how long posts may be shown without being seen at their source again, or None: as long as
                   the place's setting `recheck_hours` says, or for ever. Then its source `Relists`
    ids_of         the ids that a post may have here, from its address or from the name people know it by;
                   None where neither leads to one. No network: what the words do not tell is left out
    catches_up     its cursor gives everything that was said since, however long ago that was, and a page says
                   what is `missed`: a silence of Earnest's own is then no gap once it is read
    backfills      its sources may give their past (`Backfills`): a page offers it
    one_account    an author's name is the same person at every place of this type ("@ann:example.org"), so
                   that opting out at one holds at all
    handshake      a closed place of this type proves its community's invitation (`sources.handshake`)
    secret         the setting that is kept in the key folder and never in the database, or None
    keyless        of a handshake type: its secret may be left out
    alone          its secret serves one place only: what it is told is told once
    community      the setting that names the wider community a bot leaves when an invitation ends; None: the
                   place itself
    settings       what its settings are: from it come the questions of `sources add` and the form on the
                   pages (`sources.asks`)
    asks           a sentence on what the platform asks of whoever reads it
    key            a sentence on how to get what `secret` names
    local          it reads this machine's own files, so it is added on the command line alone
    """

    type: str
    kinds: tuple[SourceKind, ...]
    title: str
    extra: str | None
    tested_against: str
    open: Open
    ids_of: Callable[[str], tuple[str, ...]] | None = None
    one_account: bool = False
    handshake: bool = False
    recheck: timedelta | None = None
    catches_up: bool = False
    backfills: bool = False
    secret: str | None = None
    keyless: bool = False
    alone: bool = False
    community: str | None = None
    settings: SettingsShape | None = None
    asks: str = ""
    key: str = ""
    local: bool = False
    kind_of: Callable[[Mapping[str, Any]], SourceKind | None] | None = None


Shape = TypeVar("Shape", bound=msgspec.Struct)


def settings(what: str, given: Mapping[str, Any], shape: type[Shape]) -> Shape:
    """Settings as `shape`; a number may be written as text. Raises BadSetting that names the field."""
    try:
        return msgspec.convert(dict(given), shape, strict=False)
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


def way_out(egress: Egress | None, what: str) -> Egress:
    """The way out that `what` is read through. Raises BadSetting where none was handed in."""
    if egress is None:
        raise BadSetting(f"{what} needs a way out to the network.", advice="Hand an Egress to open_source.")
    return egress
