"""What the desk tells: plain values. A field that a newer desk adds is passed over.

Nothing here says who wrote a post: the desk does not know.
"""

from datetime import date, datetime

import msgspec


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The base of them."""


class Scored(Told, frozen=True, kw_only=True):
    """A label, and how sure the model was."""

    id: str
    score: float


class Named(Told, frozen=True, kw_only=True):
    """A team, person or tag."""

    id: int
    name: str


class Me(Told, frozen=True, kw_only=True):
    """What the token may do now."""

    token: str
    programme: str
    role: str
    scopes: list[str]
    rights: list[str]
    expires: datetime


class Post(Told, frozen=True, kw_only=True):
    """A post. `tone` only where customers are listened to."""

    id: int
    text: str
    created: datetime
    received: datetime
    lang: str
    region: str | None
    place: str
    kind: str
    kind_score: float
    labels: list[Scored]
    unsure: bool
    corrected: bool
    copies: int = 0
    tone: str | None = None


class ThemePlace(Told, frozen=True, kw_only=True):
    place: str
    title: str
    posts: int | None


class Theme(Told, frozen=True, kw_only=True):
    """A theme; None is a count that is hidden."""

    number: int
    name: str
    label: str
    state: str
    phrases: list[str]
    posts: int | None
    voices: int
    others: int | None
    weeks: list[int | None]
    places: list[ThemePlace]
    way: str
    low: float | None
    high: float | None
    first_seen: datetime
    last_seen: datetime


class Alert(Told, frozen=True, kw_only=True):
    id: int
    sort: str
    title: str
    about: str
    kind: str
    place: str
    region: str
    post: int | None
    state: str
    opened: datetime
    since: datetime
    until: datetime
    snoozed: datetime | None
    closed: datetime | None
    reason: str


class Place(Told, frozen=True, kw_only=True):
    """A place. `now`: observed, empty or unknown."""

    slug: str
    title: str
    kind: str
    type: str
    region: str | None
    lang: str | None
    state: str
    problem: str | None
    now: str
    since: datetime | None
    last_post: datetime | None
    weeks: dict[date, str]
    posts: str


class Report(Told, frozen=True, kw_only=True):
    id: int
    since: date
    until: date
    made: datetime
    lang: str
    state: str
    formats: list[str]


class Case(Told, frozen=True, kw_only=True):
    """A case. `version` is what a change is held against."""

    number: int
    title: str
    status: str
    severity: str
    version: int
    opened: datetime
    changed: datetime
    closed: datetime | None
    due: datetime | None
    team: Named | None
    assignee: Named | None
    tags: list[Named]
    posts: int
    themes: list[int]
    notes: int
    attachments: int
    members: list[int]
    merged_into: int | None


class Entry(Told, frozen=True, kw_only=True):
    """One entry of a case's timeline."""

    change: int
    case: int
    sort: str
    at: datetime
    by: str
    why: str
    undone: datetime | None
    undoable: bool
    note: str | None


class Action(Told, frozen=True, kw_only=True):
    id: int
    what: str
    sort: str
    day: date
    planned: bool
    promise: str
    team: Named | None
    cases: list[int]


class Outcome(Told, frozen=True, kw_only=True):
    """What became of a case's complaints; None is what is not told."""

    verdict: str
    left: int | None
    first_day: date
    last_day: date
    voices: int | None
    usual: int | None
    floor: int
