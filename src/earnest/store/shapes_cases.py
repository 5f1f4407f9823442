"""What is told of cases: frozen values, no rows of tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

Status = Literal["new", "investigating", "waiting", "acted", "answered", "closed", "reopened"]
Severity = Literal["low", "normal", "high", "severe"]

STATUSES: tuple[Status, ...] = get_args(Status)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
OPEN: tuple[Status, ...] = ("new", "investigating", "waiting", "acted", "reopened")
"""Statuses in which somebody still has something to do."""

_ANY: tuple[Status, ...] = ("investigating", "waiting", "acted", "answered", "closed")
MOVES: dict[Status, tuple[Status, ...]] = {
    "new": _ANY,
    "investigating": ("waiting", "acted", "answered", "closed"),
    "waiting": ("investigating", "acted", "answered", "closed"),
    "acted": ("investigating", "waiting", "answered", "closed", "reopened"),
    "answered": ("investigating", "waiting", "acted", "closed", "reopened"),
    "closed": ("reopened",),
    "reopened": _ANY,
}
"""From each status, those that a case may get next. Undoing a change goes back whatever stands here."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case as it is now, with all that the cases hold that became part of it.

    version       to be handed to `desk.cases.change` as `seen`
    team          its id and name; `assignee` likewise
    merged_into   the number of the case that it is shown in; None where it stands by itself
    members       the numbers of the cases that became part of it, the earliest first
    tags          (id, name) by name
    posts         linked posts that are kept and may be told, those of its themes not among them
    themes        the numbers of its themes as they are now
    gone          posts that were linked and are not kept any more
    taken_back    opening it was undone
    """

    number: int
    title: str
    status: str
    severity: str
    version: int
    opened: datetime
    changed: datetime
    opened_by: int | None = None
    opened_by_name: str = ""
    team: int | None = None
    team_name: str = ""
    assignee: int | None = None
    assignee_name: str = ""
    due: datetime | None = None
    closed: datetime | None = None
    merged_into: int | None = None
    members: tuple[int, ...] = ()
    tags: tuple[tuple[int, str], ...] = ()
    posts: int = 0
    themes: tuple[int, ...] = ()
    gone: int = 0
    notes: int = 0
    attachments: int = 0
    taken_back: bool = False

    @property
    def numbers(self) -> tuple[int, ...]:
        """Its own number and those of the cases that became part of it."""
        return (self.number, *self.members)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


@dataclass(frozen=True, slots=True)
class Filters:
    """Which cases: within a facet any, over all facets every one.

    statuses  () is those that are open; ("any",) is all
    assignee  a person's id; 0: nobody's
    team      a team's id; 0: no team's
    tag       a tag's id
    label     a label or a category: with a post of that main label, or a theme of it
    q         words of the title, or a number
    overdue   only those whose due time is past
    order     "changed" (lately first), "due" (soonest first, those without a due time last),
              "severity" (severest first), "opened" (newest first)
    """

    statuses: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    team: int | None = None
    assignee: int | None = None
    tag: int | None = None
    theme: int | None = None
    label: str = ""
    q: str = ""
    overdue: bool = False
    order: str = "changed"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of cases. `next` is to be handed in as `after`; None: it was the last."""

    rows: tuple[Case, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note. `mentions` are (id, name) of the people it names."""

    id: int
    case: int
    text: str = field(repr=False)
    by: int | None
    by_name: str
    at: datetime
    edited: datetime | None
    mentions: tuple[tuple[int, str], ...] = ()
    erased: bool = False


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """A file on a case. `image`: it may be shown in a page; anything else is only handed out as a file."""

    id: int
    case: int
    name: str
    type: str
    size: int
    width: int
    height: int
    by: int | None
    by_name: str
    at: datetime

    @property
    def image(self) -> bool:
        return self.type.startswith("image/")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a case's timeline.

    id         of the change; `desk.cases.undo` takes it
    case       the number of the case it happened to (one that became part of this one, maybe)
    sort       a code of `desk.cases_timeline.SORTS`
    detail     what changed: numbers of cases, counts of posts, fields as they became; `before` as they were
    undone_by  who undid it, and `undone` when
    undoable   whether undoing it may be offered; trying tells more
    note, attachment  what it put there, where it is still there
    """

    id: int
    case: int
    sort: str
    at: datetime
    by: int | None
    by_name: str
    detail: Mapping[str, object]
    before: Mapping[str, object]
    why: str = ""
    undone: datetime | None = None
    undone_by_name: str = ""
    undoable: bool = False
    note: NoteRow | None = None
    attachment: AttachmentRow | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody was named in a note of a case."""

    note: int
    case: int
    title: str
    by_name: str
    at: datetime
    text: str = field(repr=False)
    seen: bool = False


UNDOABLE = frozenset(
    ("opened", "added", "taken_out", "changed", "merged", "joined", "split", "split_off", "noted", "attached")
)
"""Sorts of change that can be undone (`write_case_undo` says what that does)."""
