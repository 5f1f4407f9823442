"""The bundled synthetic sample as a source: it gives what would have been said by now, and no more."""

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import msgspec

from earnest.egress import Egress
from earnest.record.errors import BadSetting
from earnest.record.raw import Page, RawPost
from earnest.sources.base import SourceType, dump_cursor, load_cursor, settings

FOLDER = Path(__file__).parent / "samples"
PAGE = 100


class Line(msgspec.Struct, frozen=True):
    """One line of a sample file.

    day   counts back from the sample's last day (0), with the `time` of that day; absent in the trickle
    ago   in place of both: minutes before the moment that the sample ends with. What rises just now is so at
          any hour of the day
    """

    id: str
    text: str
    day: int = 0
    time: str = "00:00"
    ago: int | None = None
    author: str | None = None
    region: str | None = None
    lang: str | None = None
    place: str = ""


class SampleSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which file, when its last day is, and how far apart the posts of a trickle are."""

    file: Annotated[
        str,
        msgspec.Meta(
            title="File", description="Which of the files that come with it.", examples=["customers"]
        ),
    ]
    start: Annotated[
        datetime,
        msgspec.Meta(
            title="Last day",
            description="The day, with its time zone, that counts as the sample's last.",
            examples=["2026-11-22T00:00:00Z"],
        ),
    ]
    pace: Annotated[
        float | None,
        msgspec.Meta(title="Pace", description="Seconds between posts, for the file that trickles."),
    ] = None

    def __post_init__(self) -> None:
        if not (FOLDER / f"{self.file}.jsonl").is_file():
            raise ValueError(f"there is no sample file '{self.file}'")
        if self.start.tzinfo is None:
            raise ValueError("`start` must name its time zone")
        if self.pace is not None and self.pace <= 0:
            raise ValueError("`pace` must be more than nothing")


class Position(msgspec.Struct, frozen=True):
    """How many posts were given."""

    given: int


def _now() -> datetime:
    return datetime.now(UTC)


@cache
def lines(file: str) -> tuple[Line, ...]:
    """Every line of a sample file, in the order in which it was said."""
    decode = msgspec.json.Decoder(Line).decode
    found = [decode(line) for line in (FOLDER / f"{file}.jsonl").read_bytes().splitlines() if line.strip()]
    return tuple(sorted(found, key=lambda line: (line.day, line.time)))


class SampleSource:
    """Gives the posts whose time has come."""

    def __init__(self, settings: SampleSettings, now: Callable[[], datetime] = _now) -> None:
        self._settings = settings
        self._now = now

    def read(self, cursor: str | None) -> Iterator[Page]:
        """Pages of at most 100 posts, oldest first."""
        position = load_cursor(cursor, Position)
        given = position.given if position else 0
        now = self._now()
        posts = [post for post in self.posts() if post.created is not None and post.created <= now]
        while True:
            part = tuple(posts[given : given + PAGE])
            given += len(part)
            done = given >= len(posts)
            yield Page(part, dump_cursor(Position(given)), done=done)
            if done:
                return

    def posts(self) -> list[RawPost]:
        """All posts of the file with the dates they have in this installation."""
        said = lines(self._settings.file)
        times = self._paced(len(said)) if self._settings.pace else [self._dated(line) for line in said]
        return [
            RawPost(
                id=line.id,
                text=line.text,
                created=when,
                author=line.author,
                lang=line.lang,
                region=line.region,
            )
            for when, line in sorted(zip(times, said, strict=True), key=lambda pair: pair[0])
        ]

    def _dated(self, line: Line) -> datetime:
        if line.ago is not None:
            return self._settings.start.astimezone(UTC) - timedelta(minutes=line.ago)
        hour, _, minute = line.time.partition(":")
        midnight = self._settings.start.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + timedelta(days=line.day, hours=int(hour), minutes=int(minute))

    def _paced(self, count: int) -> list[datetime]:
        """Uneven gaps, the same on every read, that come to `pace` seconds on average."""
        pace = self._settings.pace or 1.0
        dice = random.Random(self._settings.file)  # noqa: S311 - uneven gaps, not a secret
        at, times = self._settings.start, []
        for _ in range(count):
            at += timedelta(seconds=pace * dice.uniform(0.3, 1.7))
            times.append(at)
        return times


def open_sample(given: Mapping[str, Any], egress: Egress | None) -> SampleSource:
    """A sample source. Raises BadSetting."""
    try:
        return SampleSource(settings("sample", given, SampleSettings))
    except ValueError as error:
        raise BadSetting(f"In the settings of the sample source: {error}.") from error


SAMPLE = SourceType(
    type="sample",
    kinds=("addressed", "open", "closed"),
    title="Bundled synthetic sample",
    extra=None,
    tested_against="its own files",
    open=open_sample,
    settings=SampleSettings,
    asks="Nothing: it was written for the project.",
    local=True,
)
