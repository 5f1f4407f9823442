"""What a report tells: frozen values, ready for JSON. Nothing hidden is in them.

Days: `since` is included, `until` is not. Shares are 0 to 1, rates are posts for every 1,000. None is a gap
or a hidden figure; the `hidden` beside it says which.
"""

from dataclasses import dataclass
from datetime import date

from earnest.report.case_shapes import Cases
from earnest.report.families import Mark
from earnest.store.shapes import Heard


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its likely range (95 in 100); all None where it is hidden or there is nothing to share."""

    value: float | None
    low: float | None
    high: float | None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Moods:
    """How customers' posts of a week sounded, as shares. Never made for a workforce programme."""

    negative: float
    neutral: float
    positive: float


@dataclass(frozen=True, slots=True)
class Week:
    """One week. `week` is its Monday; `posts` is None in a gap, and where hidden.

    heard, places   how many places were heard (posts, or verified that nobody spoke), of how many
    days            days of the week that lie in the range
    version         the version of the taxonomy that began in it, or None
    """

    week: date
    days: int
    state: Heard
    heard: int
    places: int
    posts: int | None
    hidden: bool
    complaints: Share
    moods: Moods | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """Complaints for every 1,000 posts. `step` is the shade, 0 to 5."""

    rate: int | None
    step: int | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class HeatColumn:
    key: str
    title: str
    state: Heard


@dataclass(frozen=True, slots=True)
class HeatRow:
    key: str
    title: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Heat:
    """A table of rates. `steps` are the thresholds between shades; `few` says how many whole rows were all
    hidden.
    """

    columns: tuple[HeatColumn, ...]
    rows: tuple[HeatRow, ...]
    steps: tuple[int, ...]
    few: int = 0


@dataclass(frozen=True, slots=True)
class Word:
    """A word or two that posts often hold, and their language."""

    text: str
    lang: str


@dataclass(frozen=True, slots=True)
class Cause:
    """What the posts behind a rise share. It does not prove a cause.

    where    regions (or places) in which most of the rise lies; empty where it is spread, or voices are too
    few since    the first week (Monday) that stands out words    said much more often than before
    """

    where: tuple[str, ...] = ()
    since: date | None = None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A label that is spoken of more or less than in the period before, beyond chance (99 in 100).

    now, before   posts for every 1,000; None where hidden (fewer voices than the floor)
    low, high     the likely change of that rate; None where one of the two is hidden
    voices        distinct voices at least, in the period in which more spoke; also the rank
    complaints    share of complaints among its posts now; None where hidden
    """

    label: str
    name: str
    rising: bool
    now: int | None
    before: int | None
    low: int | None
    high: int | None
    voices: int
    complaints: float | None
    cause: Cause = Cause()


@dataclass(frozen=True, slots=True)
class Problem:
    """A label many speak of. `posts` is rounded; `complaints` is a share, None where hidden."""

    label: str
    name: str
    category: str
    voices: int
    posts: int
    complaints: float | None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One value of a mix (a kind, a language, a place) and its share; None where hidden."""

    key: str
    title: str
    share: float | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class PlaceHeard:
    """A place's hours in the range, and each week's state in order."""

    place: str
    title: str
    observed: int
    empty: int
    unknown: int
    weeks: tuple[Heard, ...]


@dataclass(frozen=True, slots=True)
class BlindLabel:
    """One label in the blind sample: how often it is true where it is given (`right`), and how many of the
    posts that have it get it (`found`); each with its likely range.
    """

    label: str
    name: str
    right: tuple[float, float, float]
    found: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True)
class Blind:
    """How often the main label was right on `of` posts that were drawn by lot and labelled by people who did
    not see it.
    """

    of: int
    right: float
    low: float
    high: float
    labels: tuple[BlindLabel, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """How good the labels are: of `of` posts that people looked at, `right` kept the label the model gave."""

    label: str
    name: str
    right: int
    of: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Compared:
    """Which days stand against which: `since` to `until` against `before` to `since`.

    within  the days before the range were hardly heard, so the range is compared with itself: its last weeks
            against its first
    now, then   shares of complaints in the two, and how they differ
    """

    before: date
    since: date
    until: date
    within: bool
    now: Share
    then: Share
    change: Share


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything a report on one programme and one range of days may tell.

    version   of the taxonomy, whose labels these are; `versions` began within the range or the one before it
    """

    programme: str
    name: str
    audience: str
    floor: int
    since: date
    until: date
    posts: int
    posts_before: int | None
    exact: bool
    places: int
    voices: int | None
    voices_label: str | None
    complaints: Share
    compared: Compared | None
    weeks: tuple[Week, ...]
    weeks_before: tuple[Week, ...]
    categories: Heat
    by_place: Heat
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]
    kinds: tuple[Part, ...]
    languages: tuple[Part, ...]
    unclear: float | None
    coverage: tuple[PlaceHeard, ...]
    withheld: tuple[int | None, ...]
    quality: tuple[Measured, ...]
    blind: Blind | None = None
    version: int = 1
    versions: tuple[Mark, ...] = ()
    cases: Cases | None = None

    @property
    def rising(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.rising)

    @property
    def falling(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if not change.rising)

    @property
    def gaps(self) -> tuple[Week, ...]:
        """Weeks of the range in which no place was heard."""
        return tuple(week for week in self.weeks if week.state == "unknown")
