"""Time as the tables keep it, and the one clock that tests may move.

Seconds, hours and days are whole numbers since 1970 UTC; a week is the day number of its Monday.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

HOUR = 3_600
DAY = 86_400
_EPOCH = date(1970, 1, 1)
_MONDAY = 4
"""1970-01-05, day 4, was the first Monday."""


def now() -> datetime:
    """The present moment. Everything that depends on it in this package asks here."""
    return datetime.now(UTC)


def seconds(at: datetime) -> int:
    """Seconds since 1970 of an aware time."""
    return int(at.timestamp() // 1)


def moment(at: int) -> datetime:
    """The aware time of seconds since 1970."""
    return datetime.fromtimestamp(at, UTC)


def day_number(day: date) -> int:
    return (day - _EPOCH).days


def day_date(number: int) -> date:
    return _EPOCH + timedelta(days=number)


def week_of_day(number: int) -> int:
    """The day number of the Monday of a day's week."""
    return number - (number - _MONDAY) % 7


@lru_cache(maxsize=8_192)
def quarter_of_day(number: int) -> int:
    """The quarter of a day, as a running number (year * 4 + 0 to 3)."""
    day = day_date(number)
    return day.year * 4 + (day.month - 1) // 3


def week_of(at: datetime | date) -> date:
    """The Monday of a moment's week, UTC."""
    day = at.astimezone(UTC).date() if isinstance(at, datetime) else at
    return day - timedelta(days=day.weekday())
