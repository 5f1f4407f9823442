"""How much more a place lets itself be asked, learned from its own answers, and held to before the next
request.

    told(headers, status, now)       what one answer says: pure, never raises, garbage is nothing
    Budget.check(host)               raises SourceBusy(after=…) where the place would refuse
    Budget.learn(host, status, headers)
    Budget.wait(seconds)             what a place says elsewhere (the `backoff` in Stack Exchange's answers)

Read are Retry-After (seconds, a date), X-RateLimit-*, X-Rate-Limit-* (with their daily cousins),
X-RateLimit-Reset-After, RateLimit-* and RateLimit (both drafts of the IETF). A reset may be seconds from now,
seconds or milliseconds since 1970, an ISO date or the date of HTTP. Moments are counted from the answer's own
`Date`, so a machine whose clock is wrong waits no longer than it was told.
"""

import math
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from earnest.record.errors import SourceBusy

LONGEST = 7 * 86_400.0
"""Seconds. A place that asks for a longer wait is asked again after a week."""

LONGEST_WINDOW = 25 * 3_600.0
"""Seconds. No place counts its requests over more than a day: a reset further away is a mistake."""

NO_RESET = 60.0
"""Seconds to wait where nothing is left and nobody says until when, or a refusal (429) says nothing."""

OWN = "budget"
"""What `SourceBusy.why` is where nothing was sent: the place did nothing wrong."""

MOST_HOSTS = 500
"""Hosts of which something is known, beyond which those whose time is over are forgotten: a hostile server
may lead to another one each time.
"""

MOST_VALUE = 2_000
"""Characters of a header that are looked at."""

_PAIRS = (
    ("x-ratelimit-remaining", ("x-ratelimit-reset-after", "x-ratelimit-reset")),
    ("x-rate-limit-remaining", ("x-rate-limit-reset",)),
    ("ratelimit-remaining", ("ratelimit-reset",)),
    ("x-app-limit-24hour-remaining", ("x-app-limit-24hour-reset",)),
    ("x-user-limit-24hour-remaining", ("x-user-limit-24hour-reset",)),
)
_NUMBER = re.compile(r"[+-]?(?:\d{1,18}(?:\.\d{0,12})?|\.\d{1,12})")
_PARAMETER = re.compile(r"(?:^|[;,\s])(r|t|remaining|reset)\s*=\s*([0-9.]{1,20})(?=$|[;,\s])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Told:
    """What one answer says.

    wait       seconds for which nothing may be asked, 0.0 where all is well
    remaining  requests left in the window, or None where it is not said
    reset      seconds until the window begins anew, or None
    """

    wait: float = 0.0
    remaining: float | None = None
    reset: float | None = None


def told(headers: Mapping[str, str], status: int, now: datetime) -> Told:
    """What an answer says about asking again. Where several limits are told, the tightest counts."""
    known = {str(name).lower(): str(value)[:MOST_VALUE].strip() for name, value in headers.items()}
    then = _date(known.get("date", "")) or now
    limits = list(_limits(known, then))
    remaining, reset = min(limits, key=lambda one: (one[0], -(one[1] or 0.0)), default=(None, None))
    spent = [NO_RESET if after is None else after for left, after in limits if left < 1.0]
    wait = max(spent, default=0.0)
    asked = after(known.get("retry-after", ""), then, LONGEST)
    if asked is not None and status >= 300:
        wait = max(wait, asked)
    elif status == 429 and not wait:
        wait = reset if reset else NO_RESET
    return Told(wait, remaining, reset)


def _limits(known: Mapping[str, str], now: datetime) -> list[tuple[float, float | None]]:
    """(requests left, seconds until reset or None) of every limit the headers name."""
    found: list[tuple[float, float | None]] = []
    for name, resets in _PAIRS:
        left = _number(known.get(name, ""))
        if left is not None:
            until = (after(known[reset], now, LONGEST_WINDOW) for reset in resets if reset in known)
            found.append((max(0.0, left), next((one for one in until if one is not None), None)))
    # `limit=100, remaining=50, reset=5` is one limit; `"a";r=50;t=30, "b";r=1;t=9` is a list of them.
    whole = known.get("ratelimit", "")
    for item in [whole] if "remaining" in whole.lower() else whole.split(","):
        said = {name.lower(): _number(value) for name, value in _PARAMETER.findall(item)}
        left = said.get("r", said.get("remaining"))
        if left is not None:
            until_reset = said.get("t", said.get("reset"))
            found.append((left, None if until_reset is None else min(until_reset, LONGEST_WINDOW)))
    return found


def after(value: str, now: datetime, most: float = LONGEST) -> float | None:
    """Seconds from now: a number of seconds, a moment since 1970, an ISO date or a date of HTTP. None for
    garbage.
    """
    seconds = _number(value)
    if seconds is None:
        at = _date(value)
        if at is None:
            return None
        seconds = (at - now).total_seconds()
    elif seconds >= 1e12:
        seconds = seconds / 1000 - now.timestamp()
    elif seconds >= 1e9:
        seconds -= now.timestamp()
    elif seconds < 0:
        return None
    return min(max(0.0, seconds), most)


def _number(value: str) -> float | None:
    value = value.strip()
    if not _NUMBER.fullmatch(value):
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def _date(value: str) -> datetime | None:
    value = value.strip()
    if not value or not value.isascii():
        return None
    try:
        at = datetime.fromisoformat(value) if value[:4].isdigit() else parsedate_to_datetime(value)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
    return at


@dataclass(frozen=True, slots=True)
class Left:
    """How a budget stands: requests left (None: nobody said), seconds until one may be made (0.0: now)."""

    remaining: float | None
    wait: float


class Budget:
    """What the servers of one source still allow. One object is shared by all threads that read the source.

    clock  seconds that only go forward
    now    the time of day, for answers that carry no date of their own
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._clock = clock
        self._now = now
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}
        self._remaining: dict[str, tuple[float, float]] = {}

    def check(self, host: str) -> None:
        """Raises SourceBusy, with the seconds to wait, where a request would be refused. Sends nothing."""
        wait = self.left(host).wait
        if wait > 0:
            raise SourceBusy(
                f"{host} lets itself be asked again in {span(wait)}.",
                after=wait,
                advice="Earnest waits as long as it was asked to.",
                why=OWN,
            )

    def learn(self, host: str, status: int, headers: Mapping[str, str]) -> None:
        """Take in what an answer of `host` says. Never raises; what cannot be read changes nothing."""
        said = told(headers, status, self._now())
        with self._lock:
            at = self._clock()
            if said.wait > 0:
                self._until[host] = max(self._until.get(host, 0.0), at + said.wait)
            if said.remaining is not None:
                self._remaining[host] = (said.remaining, at + (said.reset or NO_RESET))
            if len(self._until) > MOST_HOSTS:
                self._until = {one: until for one, until in self._until.items() if until > at}
            if len(self._remaining) > MOST_HOSTS:
                self._remaining = {one: known for one, known in self._remaining.items() if known[1] > at}

    def wait(self, seconds: float, host: str = "") -> None:
        """Ask nothing (of `host`; of nobody where none is named) for so many seconds."""
        if math.isfinite(seconds) and seconds > 0:
            with self._lock:
                self._until[host] = max(self._until.get(host, 0.0), self._clock() + min(seconds, LONGEST))

    def window(self, host: str) -> tuple[float, float] | None:
        """Requests left with a host, and the seconds until its window begins anew; None where nobody said."""
        with self._lock:
            count, until = self._remaining.get(host, (0.0, 0.0))
            at = self._clock()
        return (count, until - at) if until > at else None

    def left(self, host: str | None = None) -> Left:
        """How it stands with a host, or with the tightest of all."""
        with self._lock:
            at = self._clock()
            hosts = {"", *(self._until if host is None else (host,))}
            wait = max((self._until.get(one, 0.0) - at for one in hosts), default=0.0)
            known = self._remaining.values() if host is None else [self._remaining.get(host, (0.0, 0.0))]
            remaining = min((count for count, until in known if until > at), default=None)
        return Left(remaining, max(0.0, wait))


def span(seconds: float) -> str:
    """A wait in words."""
    if seconds < 90:
        return f"{math.ceil(seconds)} seconds"
    return f"{math.ceil(seconds / 60)} minutes" if seconds < 5_400 else f"{math.ceil(seconds / 3_600)} hours"
