"""What the read side hands out: frozen values without a way back to the tables.

Times are aware, UTC. Weeks are the dates of their Mondays. Counts are posts unless they say voices.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NamedTuple

from earnest.record.audience import ALLOWED, Audience, PlaceKind
from earnest.record.verdict import Scored

ProgrammeState = Literal["draft", "live"]
PlaceState = Literal["hearing", "paused", "failed", "closed"]
Heard = Literal["observed", "empty", "unknown"]

FLOORS: dict[str, int] = {audience: allowed.floor for audience, allowed in ALLOWED.items()}
"""The smallest number of voices a figure may stand for, by audience."""


@dataclass(frozen=True, slots=True)
class Programme:
    """What an operator listens for. `floor`: figures for fewer voices are hidden.

    state         a draft is not heard, shown or reported; `store.draft.missing` says what it lacks
    organisation  who listens, as the public notice names them
    lawful_basis  an id of `record.basis.BASES`; `basis_note` the operator's own words on it
    directive     for a workforce: the statement of `record.basis.DIRECTIVE` was made
    complaint     where to complain to the operator; `officer` their data protection officer, `supervisor` the
                  supervisory authority
    """

    slug: str
    name: str
    audience: Audience
    purpose: str
    lawful_basis: str
    contact: str
    retention_days: int
    quotes: bool
    taxonomy: str
    floor: int
    state: ProgrammeState = "live"
    organisation: str = ""
    purpose_es: str = ""
    basis_note: str = ""
    directive: bool = False
    complaint: str = ""
    officer: str = ""
    supervisor: str = ""
    changed: datetime | None = None
    live_since: datetime | None = None

    @property
    def live(self) -> bool:
        return self.state == "live"


@dataclass(frozen=True, slots=True)
class Place:
    """A source of a programme and how it is doing. `problem` is a sentence when something is wrong.

    `paused_by` says whose pause it is: the steward's, or the delegate's, which only they lift.
    """

    slug: str
    programme: str
    title: str
    type: str
    kind: PlaceKind
    region: str | None
    lang: str | None
    state: PlaceState
    problem: str | None
    last_post: datetime | None
    last_read: datetime | None
    next_read: datetime | None
    paused_by: str = ""
    made: datetime | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """Which posts. Empty means all; values of one field are alternatives, fields narrow each other.

    `q`: words, "a phrase", -without, begin*. `labels`: a label ("pay.tips") or a category ("pay"), among any
    of a post's labels. `places` are slugs. `since` is included, `until` is not. `folded`: without posts that
    repeat another one among those asked for. `tags` are names; a tag holds for what repeats its post, too.
    """

    q: str = ""
    labels: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    sentiments: tuple[str, ...] = ()
    unsure: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    folded: bool = False
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post as a page shows it. `arrival` is its number in the order of arrival, which Live follows;
    `copies` how many others repeat it, where posts were asked for folded; `tags` are told of posts that were
    asked for by page or one by one.
    """

    id: int
    text: str = field(repr=False)
    created: datetime
    received: datetime
    lang: str
    region: str | None
    place: str
    place_title: str
    kind: str
    kind_score: float
    labels: tuple[Scored, ...]
    unsure: bool
    sentiment: str | None
    domain: str | None
    corrected: bool
    arrival: int
    copies: int = 0
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PostPage:
    """Posts, newest first, and what to pass as `after` for the next page; None at the end."""

    rows: tuple[PostRow, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class WeekCell:
    """Posts of one week under one key, in the order of the facets that were asked for."""

    week: date
    key: tuple[str, ...]
    posts: int


@dataclass(frozen=True, slots=True)
class PlaceHours:
    """A place's hours in a range, and each week's state: observed when any of its hours had posts."""

    place: Place
    observed: int
    empty: int
    unknown: int
    weeks: dict[date, Heard]


class HearingNow(NamedTuple):
    """What a place is doing now, and since when; None where nothing was ever heard."""

    place: Place
    state: Heard
    since: datetime | None


@dataclass(frozen=True, slots=True)
class LabelQuality:
    """Corrections so far of posts that a model put under this label: `right` of `of` were left so."""

    label: str
    right: int
    of: int


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A stored report. state: ready, or stale (a quoted post was erased: to be made anew)."""

    id: int
    programme: str
    since: date
    until: date
    made: datetime
    lang: str
    formats: tuple[str, ...]
    state: str


@dataclass(frozen=True, slots=True)
class ListeningPlace:
    """All that `flow` needs to read a place. `live`: its programme is, so it may be read at all."""

    id: int
    slug: str
    programme: str
    audience: Audience
    taxonomy: str
    type: str
    kind: PlaceKind
    title: str
    region: str | None
    lang: str | None
    settings: dict[str, object]
    cursor: str | None
    state: PlaceState
    interval: int
    failures: int
    last_read: datetime | None
    next_read: datetime | None
    live: bool = False


@dataclass(frozen=True, slots=True)
class DeadLetterRow:
    """An item that could not be read: where and what class of error. Its content was never kept."""

    place: str
    position: str
    error: str
    at: datetime
