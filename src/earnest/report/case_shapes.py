"""What a report tells of cases: frozen values, ready for JSON."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class DoneTold:
    """An action as a report tells it."""

    what: str
    sort: str
    team: str
    day: date
    planned: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """What came after: plain values. `left` percent of the complaints (steps of five), `low` and `high` the
    likely range; None where that is not told. `voices` and `usual` are of an average week.
    """

    verdict: str
    left: int | None
    low: int | None
    high: int | None
    voices: int | None
    usual: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class CaseTold:
    """A case as a report tells it."""

    number: int
    title: str
    status: str
    heard: date
    investigated: date | None
    closed: date | None
    back: bool
    done: tuple[DoneTold, ...]
    effect: Effect | None


@dataclass(frozen=True, slots=True)
class Cases:
    """The part on cases. `opened` and `settled` count every case of the days; `told` are those with words."""

    opened: int
    settled: int
    told: tuple[CaseTold, ...]
