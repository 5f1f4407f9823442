"""When something was said: epochs, ISO 8601, mail dates and the formats exports use."""

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from earnest.sources.base import plausible

Order = Literal["day-first", "month-first"]

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_FORMATS = (
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
)
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")


class DateError(ValueError):
    """Says what is wrong with a date, never the date."""


def when(value: object, now: datetime, order: Order | None = None) -> datetime | None:
    """The moment in UTC; None where there is no date. Without a zone it is taken as UTC. Raises DateError."""
    if type(value) is str:
        value = value.strip()
        if not value or value in ("null", "None", "NaN", "nan", "NaT"):
            return None
        moment = _text(value, order)
    elif value is None:
        return None
    elif isinstance(value, datetime):
        moment = value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        moment = _epoch(value)
    else:
        raise DateError("its date is neither text nor a number")
    good = plausible(moment, now)
    if good is None:
        raise DateError(
            "its date lies in the future"
            if moment.year > now.year
            else "its date lies before 1990 or after today"
        )
    return good


def _text(value: str, order: Order | None) -> datetime:
    if value[4:5] == "-":
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    return _written(value, order)


def _epoch(value: float) -> datetime:
    """Seconds, milliseconds, microseconds or nanoseconds, told apart by size."""
    if not math.isfinite(value):
        raise DateError("its date is not a number")
    for unit in (1, 1e3, 1e6, 1e9):
        if abs(value) < 1e11 * unit:
            try:
                return datetime.fromtimestamp(value / unit, UTC)
            except (ValueError, OverflowError, OSError) as error:
                raise DateError("its date lies before 1990 or after today") from error
    raise DateError("its date is too large a number")


def _written(value: str, order: Order | None) -> datetime:
    if len(value) > 64:
        raise DateError("its date is too long")
    if _NUMBER.fullmatch(value) and not (len(value) == 8 and value.isdigit()):
        return _epoch(float(value))
    if value[4:8] == "-00-" or value.startswith("0000"):
        raise DateError("its date has a year or a month 0")
    plain = value.removesuffix(" UTC").removesuffix(" GMT") if value[:1].isdigit() else value
    try:
        return datetime.fromisoformat(plain)
    except ValueError:
        pass
    if "/" in plain[:3]:
        return _slashes(plain, order)
    for pattern in _FORMATS:
        try:
            return datetime.strptime(plain, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
    try:
        return parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise DateError("its date cannot be read: write it like 2026-11-22T09:30:00Z") from error


def _slashes(value: str, order: Order | None) -> datetime:
    """03/04/2026 is read only where it is plain which is the day."""
    first, _, rest = value.partition("/")
    second = rest.partition("/")[0]
    if not (first.isdigit() and second.isdigit()):
        raise DateError("its date cannot be read: write it like 2026-11-22")
    if order is None and int(first) <= 12 and int(second) <= 12 and int(first) != int(second):
        raise DateError("its date may be day first or month first: set dates to day-first or month-first")
    day_first = order == "day-first" if order else int(first) > 12
    shape = "%d/%m/%Y" if day_first else "%m/%d/%Y"
    for time in _TIMES:
        for pattern in (shape, shape.replace("%Y", "%y")):
            try:
                return datetime.strptime(value, pattern + time).replace(tzinfo=UTC)
            except ValueError:
                continue
    raise DateError("its date cannot be read: write it like 2026-11-22")
