"""The two streams as a source: catch up from a cursor, or follow for as long as it is wanted.

A page ends after so many matches, so many events or so many seconds, and never between two events of the same
number, so the cursor (the number of the last event that was taken in) resumes exactly.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from threading import Event as Signal
from typing import Any

import msgspec

from earnest.egress import Egress
from earnest.egress.ways import open_websocket
from earnest.record.raw import Page
from earnest.sources.base import dump_cursor, load_cursor, refusal
from earnest.sources.bluesky import firehose, jetstream
from earnest.sources.bluesky.events import Event, Heard, Unread, hear, moment
from earnest.sources.bluesky.profiles import Wishes
from earnest.sources.bluesky.told import broken_off, silent, told
from earnest.sources.bluesky.wanted import BlueskySettings
from earnest.sources.bluesky.words import Words

OVERLAP = 10_000_000
"""Microseconds that are read again where another server goes on: each has its own clock. Repeats fold."""

GAP = 600_000_000
"""Microseconds between a cursor that a stream may have forgotten and its first event that count as missed."""

AHEAD = 300_000_000
"""Microseconds that an event may lie ahead of its server's clock."""

_LEAP = 1_000_000_000
"""Numbers that a firehose does not leave out at once: a month of all of it."""

MESSAGE = 8 << 20
"""Bytes of one event: a commit has at most two million, and its JSON may be longer."""

_LOOK = 64
"""Events after which the clock is looked at."""


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cursor of a stream.

    server  whose numbers these are
    seq     the last event taken in; 0: none yet
    at      when it was, in microseconds; where `seq` is 0, what was before it is not wanted
    """

    server: str
    seq: int
    at: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How a stream is cut into pages.

    matches, events  of a page, at most
    tick             seconds after which a page is given while following, whatever is in it
    silence          seconds without an event after which none is waiting
    near             microseconds behind the server's clock that count as the present
    dead             seconds without an event after which a stream of the whole network, which is never
                     silent, has stopped, whatever its connection says
    """

    matches: int = 200
    events: int = 20_000
    tick: float = 1.0
    silence: float = 2.0
    near: int = 2_000_000
    dead: float = 30.0


@dataclass(slots=True)
class _Standing:
    """Where a connection stands.

    seq, at   the last event taken in
    skip      events up to this number are known
    old       events before this moment are not wanted
    began     the mark that it went on from, or None
    skew      microseconds by which the server's clock is ahead of ours
    outdated  the stream said that it cannot go back that far, or may not have been able to
    spoke     when something came last, by `time.monotonic`
    """

    seq: int
    at: int
    skip: int
    old: int
    began: Mark | None
    skew: int = 0
    outdated: bool = False
    missed: tuple[datetime, datetime] | None = None
    held: bytes | None = None
    spoke: float = field(default_factory=time.monotonic)


class _Future(Exception):
    """The server's numbers begin anew: ours lie in its future."""


class BlueskyStream:
    """Reads Jetstream or the firehose."""

    def __init__(
        self,
        wanted: BlueskySettings,
        egress: Egress,
        wishes: Wishes,
        pace: Pace = Pace(),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._wanted = wanted
        self._server = wanted.stream
        self._fire = wanted.way == "firehose"
        self._egress = egress
        self._wishes = wishes
        self._words = Words(wanted.words, wanted.hashtags, wanted.accounts, wanted.languages)
        self.pace = pace
        self._now = now

    def read(self, cursor: str | None) -> Iterator[Page]:
        """Catch up: pages until the present is reached, or nothing more waits."""
        return self._pages(load_cursor(cursor, Mark), None)

    def follow(self, cursor: str | None, stop: Signal) -> Iterator[Page]:
        """Pages until `stop`, one at least every few seconds."""
        return self._pages(load_cursor(cursor, Mark), stop)

    def _pages(self, mark: Mark | None, stop: Signal | None) -> Iterator[Page]:
        standing = self._begin(mark)
        try:
            yield from self._listen(standing, self._cursor(mark, standing), stop)
        except _Future:
            # The relay was set up anew: everything it has is read, and what is older than the mark left out.
            standing.seq = standing.skip = 0
            standing.old = standing.at - OVERLAP
            standing.outdated = True
            yield from self._listen(standing, 0, stop)

    def _begin(self, mark: Mark | None) -> _Standing:
        now = self._micro()
        if mark is None:
            since = now - self._wanted.since_hours * 3_600_000_000
            return _Standing(0, since, 0, since, None)
        if mark.server != self._server or not mark.seq:
            old = mark.at if mark.server == self._server else mark.at - OVERLAP
            return _Standing(0, mark.at, 0, old, mark)
        outdated = not self._fire and now - mark.at > self._wanted.memory_hours * 3_600_000_000
        return _Standing(mark.seq, mark.at, mark.seq, 0, mark, outdated=outdated)

    def _cursor(self, mark: Mark | None, standing: _Standing) -> int | None:
        """Where the server is asked to begin; None: now."""
        if mark is None and not self._wanted.since_hours:
            return None
        if standing.seq:
            return standing.seq
        return 0 if self._fire else max(1, standing.old)

    def _listen(self, standing: _Standing, cursor: int | None, stop: Signal | None) -> Iterator[Page]:
        address = (firehose if self._fire else jetstream).address(self._server, cursor)
        asked = self._micro()
        try:
            stream = open_websocket(self._egress, address, max_bytes=MESSAGE)
        except Exception as error:
            raise told(error) from error
        with stream:
            standing.skew = _skew(stream, asked)
            if cursor is None:
                standing.at = standing.old = asked + standing.skew
            while True:
                page = self._page(stream, standing, stop)
                yield page
                if page.done if stop is None else stop.is_set():
                    return

    def _page(self, stream: Any, standing: _Standing, stop: Signal | None) -> Page:
        """One page of what comes."""
        heard, taken, pace = Heard(), 0, self.pace
        begun = time.monotonic()
        present = False
        while True:
            message, standing.held = standing.held, None
            if message is None:
                wait = pace.silence
                if stop is not None:
                    left = pace.tick - (time.monotonic() - begun)
                    if left <= 0 or stop.is_set():
                        break
                    wait = min(wait, left)
                message = _next(stream, wait)
            if message is None:
                quiet = time.monotonic() - standing.spoke
                if not self._wanted.server:
                    if quiet >= pace.dead:
                        raise silent()
                elif stop is None or quiet >= pace.silence:
                    present = True
                    break
                continue
            standing.spoke = time.monotonic()
            events = self._read(message, standing, heard, taken + 1)
            if events:
                full = heard.size >= pace.matches or taken >= pace.events
                if full and events[0].seq != standing.seq:
                    standing.held = message
                    break
                self._take(events, standing, heard, taken + 1)
            taken += 1
            if stop is None and taken % _LOOK == 0 and self._near(standing):
                break
        return self._given(heard, standing, present or self._near(standing))

    def _read(self, message: bytes, standing: _Standing, heard: Heard, number: int) -> list[Event]:
        """The events of a message; none where it cannot be read or is the server's own."""
        try:
            if self._fire:
                return firehose.events_of(message)
            return [jetstream.event_of(message)]
        except Unread as error:
            problem = str(error)
        except firehose.Told as info:
            if info.what == firehose.FUTURE:
                raise _Future from None
            if info.what != firehose.OUTDATED:
                raise broken_off(info.what) from None
            standing.outdated = True
            return []
        at = firehose.seq_of(message) if self._fire else jetstream.time_of(message)
        if at is None or at > standing.skip:
            heard.refused.append(refusal(f"event {number} of the page", problem))
        return []

    def _take(self, events: list[Event], standing: _Standing, heard: Heard, number: int) -> None:
        place = f"event {number} of the page"
        for event in events:
            if event.seq <= standing.skip:
                continue
            if event.at > self._micro() + standing.skew + AHEAD or _leaps(
                event.seq, standing.seq, self._fire
            ):
                # Were it believed, what comes after it would lie before the cursor.
                heard.refused.append(refusal(place, "is of a time that is not there yet", "BadDate"))
                continue
            if standing.outdated:
                self._missing(standing, event)
            standing.seq, standing.at = max(event.seq, standing.seq), max(event.at, standing.at)
            if event.at < standing.old:
                continue
            if event.kind == "profile":
                self._wishes.changed(event)
            if event.kind != "other":
                hear(heard, event, self._words, place, self._now)

    def _missing(self, standing: _Standing, event: Event) -> None:
        """The first event after a mark that the stream may have forgotten: what is between is unknown."""
        standing.outdated = False
        mark = standing.began
        if mark is None or event.at - mark.at < (0 if self._fire else GAP):
            return
        since, until = moment(mark.at, self._now()), moment(event.at, self._now())
        if since is not None and until is not None and since < until:
            standing.missed = (since, until)

    def _given(self, heard: Heard, standing: _Standing, present: bool) -> Page:
        said = [post for post in heard.posts if post.change != "deleted" and post.author]
        wishes = self._wishes.of(post.author for post in said if post.author) if said else {}
        missed, standing.missed = standing.missed, None
        return Page(
            tuple(
                replace(post, flags=post.flags | flags)
                if post.author and (flags := wishes.get(post.author))
                else post
                for post in heard.posts
            ),
            dump_cursor(Mark(self._server, standing.seq, standing.at)),
            tuple(heard.refused),
            done=present,
            missed=missed,
            departed=tuple(heard.departed),
        )

    def _near(self, standing: _Standing) -> bool:
        return standing.at >= self._micro() + standing.skew - self.pace.near

    def _micro(self) -> int:
        return int(self._now().timestamp() * 1_000_000)


def _next(stream: Any, wait: float) -> bytes | None:
    """The next message; None where none came in time."""
    from websockets.exceptions import ConnectionClosed

    try:
        message = stream.recv(timeout=wait, decode=False)
    except TimeoutError:
        return None
    except ConnectionClosed as error:
        raise broken_off() from error
    except Exception as error:
        raise told(error) from error
    return message if isinstance(message, bytes) else bytes(message)


def _leaps(seq: int, last: int, fire: bool) -> bool:
    """Is this number of a firehose so far ahead of the last that it cannot be one?"""
    return fire and last > 0 and seq - last > _LEAP


def _skew(stream: Any, asked: int) -> int:
    """By how much the server's clock is ahead of ours, by the date of its answer; 0 where it tells none.

    The date has whole seconds, so a difference of less than two of them is none.
    """
    value = stream.response.headers.get("Date") if stream.response is not None else None
    try:
        there = parsedate_to_datetime(value or "").astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return 0
    ahead = there - datetime.fromtimestamp(asked / 1_000_000, UTC)
    return 0 if abs(ahead) < timedelta(seconds=2) else int(ahead.total_seconds() * 1_000_000)
