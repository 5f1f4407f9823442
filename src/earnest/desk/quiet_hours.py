"""Hours of the day in which nobody is to be woken, in the time of a place.

A night is told by the clock on the wall: where it is set forward or back, what counts is what it shows.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

DAY = 24 * 60
_TRIES = 4
"""An end of quiet hours that the clock skips or shows twice is found by the second look."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `begin` until `end` (not included), in minutes of the day; over midnight where `end` is earlier.

    severe  what is severe passes all the same
    """

    begin: int
    end: int
    zone: str = "UTC"
    severe: bool = False

    def holds(self, at: datetime) -> bool:
        """Whether it is quiet at a moment."""
        here = at.astimezone(ZoneInfo(self.zone))
        minute = here.hour * 60 + here.minute
        if self.begin <= self.end:
            return self.begin <= minute < self.end
        return minute >= self.begin or minute < self.end

    def after(self, at: datetime) -> datetime:
        """The moment itself where it is not quiet, else the end of these quiet hours."""
        zone = ZoneInfo(self.zone)
        for _ in range(_TRIES):
            if not self.holds(at):
                return at
            here = at.astimezone(zone)
            minute = here.hour * 60 + here.minute
            day = here.date() + timedelta(days=1 if minute >= self.end else 0)
            end = datetime(day.year, day.month, day.day, self.end // 60, self.end % 60, tzinfo=zone)
            found = end.astimezone(UTC)
            # An end that is shown twice: the first time may be past already.
            at = found if found > at else end.replace(fold=1).astimezone(UTC)
        return at


def clock_text(minute: int) -> str:
    """A minute of the day as 07:00."""
    return f"{minute // 60:02}:{minute % 60:02}"
