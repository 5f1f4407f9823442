"""A timeline of one Mastodon instance. Read first: `MastodonTimeline.read`."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from threading import Event
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from earnest.egress import Egress
from earnest.record.errors import MissingExtra, SourceGone
from earnest.record.raw import Page, RawPost, Refusal
from earnest.sources.base import SourceType, dump_cursor, load_cursor, settings, way_out
from earnest.sources.foreign import words
from earnest.sources.listed_settings import ListedSettings
from earnest.sources.mastodon.statuses import Reader, id_at, number_of, numbers
from earnest.sources.mastodon.stream import Stream, heard
from earnest.sources.mastodon.wire import Instance
from earnest.sources.relist import within

_MARGIN = timedelta(minutes=2)
"""A status may be dated so long before or after the moment of its id."""

_BACK = timedelta(minutes=5)
"""While a stream is followed the cursor stays so far behind: events come in the order of their arrival."""


class MastodonSettings(ListedSettings, frozen=True, forbid_unknown_fields=True):
    """What a steward sets."""

    server: Annotated[
        str,
        Meta(
            title="Address of the instance",
            description="The instance whose timeline is read, as a browser opens it.",
            examples=["https://mastodon.example"],
        ),
    ]
    timeline: Annotated[
        Literal["hashtag", "local", "public"],
        Meta(
            title="Which timeline",
            description="One hashtag, what members of this instance say, or all that the instance knows of.",
        ),
    ] = "hashtag"
    hashtag: Annotated[
        str,
        Meta(
            title="Hashtag",
            description="The hashtag without its sign, where the timeline is one of a hashtag.",
            examples=["fastcourier"],
        ),
    ] = ""
    token: Annotated[
        str,
        Meta(
            title="Access token of the application",
            description="Only where the instance shows its timelines to applications alone.",
        ),
    ] = ""
    stream: Annotated[
        bool,
        Meta(
            title="Follow the stream",
            description="The instance pushes what is said at once; most want the token of an own account.",
        ),
    ] = False
    days: Annotated[
        int,
        Meta(
            title="Days before",
            description="How many days back the first reading goes.",
            ge=0,
            le=3650,
        ),
    ] = 7

    def __post_init__(self) -> None:
        tag = self.hashtag.strip().removeprefix("#")
        if self.timeline == "hashtag" and not (0 < len(tag) <= 100 and tag.replace("_", "").isalnum()):
            raise ValueError("`hashtag` must be one hashtag such as fastcourier")
        super().__post_init__()


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cursor: up to which number of Mastodon's own order was read. Its paging needs it."""

    at: int


class Below(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cursor of a back-fill: what is below this number comes next."""

    below: int


def _today() -> datetime:
    return datetime.now(UTC)


class MastodonTimeline:
    """One timeline. Source, Relists, Backfills and Probes."""

    def __init__(
        self, wanted: MastodonSettings, egress: Egress, now: Callable[[], datetime] = _today
    ) -> None:
        self._settings = wanted
        self._egress = egress
        self._now = now
        self._instance = Instance(wanted.server, wanted.token, egress)
        tag = wanted.hashtag.strip().removeprefix("#")
        self._name = f"tag/{tag}" if wanted.timeline == "hashtag" else wanted.timeline

    def read(self, cursor: str | None) -> Iterator[Page]:
        """What came after the cursor, the oldest first; an empty page when there is nothing more."""
        mark = load_cursor(cursor, Mark) or Mark(id_at(self._now() - timedelta(days=self._settings.days)))
        while True:
            items = self._instance.timeline(self._name, min_id=str(mark.at))
            if not items:
                yield Page((), dump_cursor(mark), done=True)
                return
            usable = numbers(items, self._now())
            posts, refused = self._posts(items[::-1])
            if not usable:  # nothing but what cannot be placed: the position stays, and so do newer posts
                yield Page((), dump_cursor(mark), refused, done=True)
                return
            reached = max(usable)
            if reached <= mark.at:
                raise self._no_paging()
            mark = Mark(reached)
            yield Page(posts, dump_cursor(mark), refused)

    def still_there(self, since: datetime, until: datetime) -> Iterator[Page]:
        """The stretch as the instance lists it now. A timeline of Mastodon has no end that is kept back."""
        yield from self._down(id_at(until + _MARGIN), since, until)

    def backfill(self, cursor: str | None, since: datetime, until: datetime) -> Iterator[Page]:
        """What was said before, the newest first."""
        below = load_cursor(cursor, Below)
        yield from self._down(below.below if below else id_at(until + _MARGIN), since, until)

    def probe(self) -> str:
        """What the instance calls itself, after one request to it and one to its timeline."""
        about = self._instance.about()
        self._instance.timeline(self._name, min_id=str(id_at(self._now())))
        of = {"local": "What members say", "public": "All that is known"}.get(self._settings.timeline)
        what = of or f"The hashtag {self._settings.hashtag.removeprefix('#')}"
        return f"{what} at {self._instance.host} (Mastodon {words(about.get('version'))[:40] or 'unknown'})."

    def _down(self, below: int, since: datetime, until: datetime) -> Iterator[Page]:
        floor, now = id_at(since - _MARGIN), self._now()
        done = False
        while not done:
            items = self._instance.timeline(self._name, max_id=str(below), since_id=str(floor))
            found = numbers(items, now)
            lowest = min(found, default=0)
            done = not items
            if not done and not (found and lowest < below):
                raise self._no_paging()
            below = below if done else lowest
            posts, refused = self._posts(items)
            whole = Page(posts, dump_cursor(Below(below)), refused, done)
            yield from within(iter([whole]), since, until, now)

    def _posts(self, items: list[object]) -> tuple[tuple[RawPost, ...], tuple[Refusal, ...]]:
        reader = self._reader()
        posts: dict[str, RawPost] = {}
        refused: list[Refusal] = []
        for number, item in enumerate(items, 1):
            post = reader.post(item, f"status {number} of the answer")
            if isinstance(post, Refusal):
                refused.append(post)
            elif post is not None:
                posts[post.id] = post
        return tuple(posts.values()), tuple(refused)

    def _reader(self) -> Reader:
        return Reader(self._instance.host, self._settings.lang, self._settings.region, self._now())

    def _no_paging(self) -> SourceGone:
        return SourceGone(
            f"{self._instance.host} does not page through its timeline as Mastodon does.",
            advice="Only Mastodon itself is read; other software may give its posts as a feed.",
        )


class StreamedTimeline(MastodonTimeline):
    """A timeline whose instance pushes. Follows as well."""

    def follow(self, cursor: str | None, stop: Event) -> Iterator[Page]:
        """First the stream is opened, then what was missed is read, then what comes is handed on. The cursor
        stays some minutes behind, so that after a stop some posts come again and none is left out.
        """
        stream = Stream(self._instance.streaming(), self._wanted(), self._instance.token, self._egress)
        try:
            at = 0
            for page in self.read(cursor):
                yield page
                cursor, at = page.cursor, msgspec.json.decode(page.cursor, type=Mark).at
                if stop.is_set():
                    return
            for events in stream.batches(stop):
                posts, refused = heard(events, self._reader())
                at = max(at, min(id_at(self._now() - _BACK), _newest(posts, at)))
                yield Page(tuple(posts), dump_cursor(Mark(at)), tuple(refused), done=True)
        finally:
            stream.close()

    def _wanted(self) -> dict[str, str]:
        if self._settings.timeline == "hashtag":
            return {"stream": "hashtag", "tag": self._name.removeprefix("tag/")}
        return {"stream": "public:local" if self._settings.timeline == "local" else "public"}


def _newest(posts: list[RawPost], at: int) -> int:
    """Without any post the position stays: time alone says nothing of what was listed."""
    said = [number_of(post.id) or 0 for post in posts if post.change != "deleted"]
    return max(said, default=at)


def open_mastodon(given: Mapping[str, Any], egress: Egress | None) -> MastodonTimeline:
    """A timeline. Raises BadSetting that names the setting, MissingExtra without Mastodon.py."""
    wanted = settings("mastodon", given, MastodonSettings)
    if find_spec("mastodon") is None:
        raise MissingExtra("Reading Mastodon", "mastodon")
    kind = StreamedTimeline if wanted.stream else MastodonTimeline
    return kind(wanted, way_out(egress, "An instance"))


def ids_of(address: str) -> tuple[str, ...]:
    """The id in a post's address at the instance that is read: https://mastodon.example/@ann/1170… ."""
    parts = urlsplit(address.strip()).path.strip("/").split("/")
    return (parts[-1],) if len(parts) >= 2 and number_of(parts[-1]) is not None else ()


MASTODON = SourceType(
    type="mastodon",
    kinds=("open",),
    title="Mastodon: a hashtag or a public timeline",
    extra="mastodon",
    tested_against="recordings of Mastodon 4.6 of 2026-08-01, through Mastodon.py",
    open=open_mastodon,
    ids_of=ids_of,
    one_account=True,
    recheck=timedelta(hours=24),
    catches_up=True,
    backfills=True,
    secret="token",  # noqa: S106 - the name of the setting
    settings=MastodonSettings,
    asks="Its rules ask to respect who does not want to be found; Earnest keeps only authors who let their"
    " public posts be searched.",
    key="On an account made for Earnest: Preferences, Development, New application, the right read:statuses.",
)
