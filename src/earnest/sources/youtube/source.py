"""Comments of a channel or of videos. Read first: `YouTubeComments.read`."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from itertools import groupby
from typing import Annotated, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import msgspec
from msgspec import Meta

from earnest.egress import Egress
from earnest.record.errors import InputError, MissingExtra
from earnest.record.raw import Page, RawPost, Refusal, SourceKind
from earnest.sources.base import MAX_ID, SourceType, dump_cursor, load_cursor, settings, way_out
from earnest.sources.listed_settings import ListedSettings
from earnest.sources.relist import within
from earnest.sources.youtube.comments import Reader, begun, unseen_replies
from earnest.sources.youtube.wire import NAMED, NoComments, YouTube, strange

_SETTLES = timedelta(seconds=30)
"""YouTube dates by the second: a second is only read when nothing more can be said in it."""

_TOGETHER = 50
"""Threads that are handed on together."""

_MOST_NEW, _MOST_ALL = 200, 1_000
"""Answers of one listing that a reading walks through, and looking again at everything."""

_CHANNEL = re.compile(r"UC[A-Za-z0-9_-]{22}")
_VIDEO = re.compile(r"[A-Za-z0-9_-]{11}")


class YouTubeSettings(ListedSettings, frozen=True, forbid_unknown_fields=True):
    """What a steward sets. `server` stands for YouTube in tests and behind a proxy of the operator's own."""

    channel: Annotated[
        str,
        Meta(
            title="Id of the channel",
            description="All comments of this channel's videos are read; its id begins with UC.",
            examples=["UC0000000000000000000000"],
        ),
    ] = ""
    videos: Annotated[
        tuple[str, ...],
        Meta(
            title="Ids of videos",
            description="In place of a channel: the eleven signs after v= in the address of each video.",
            examples=["sample00001"],
        ),
    ] = ()
    key: Annotated[
        str,
        Meta(title="Key of the project", description="A key of a Google project, never a person's sign-in."),
    ] = ""
    days: Annotated[
        int,
        Meta(title="Days before", description="How many days back the first reading goes.", ge=0, le=3650),
    ] = 30
    server: Annotated[str, Meta(extra={"operator": True})] = ""

    def __post_init__(self) -> None:
        if bool(self.channel) == bool(self.videos):
            raise ValueError("`channel` or `videos` must be given, and not both")
        if self.channel and not _CHANNEL.fullmatch(self.channel):
            raise ValueError("`channel` must be an id of 24 signs that begins with UC")
        if len(self.videos) > 50 or not all(map(_VIDEO.fullmatch, self.videos)):
            raise ValueError("`videos` must be at most 50 ids of eleven signs")
        super().__post_init__()


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cursor: for the channel or each video, up to which second its threads were read."""

    at: dict[str, int]


class Back(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The cursor of a back-fill: the channel or the videos that are left, and how many answers about the
    first of them were given.
    """

    left: tuple[str, ...]
    given: int = 0


class _Thread(NamedTuple):
    """A thread of a listing, the second in which it was begun, and where it stands."""

    second: int
    item: Any
    place: str


def _today() -> datetime:
    return datetime.now(UTC)


class YouTubeComments:
    """A channel's comments, or those of some videos. Source, Relists, LooksUp, Backfills and Probes."""

    def __init__(self, wanted: YouTubeSettings, egress: Egress, now: Callable[[], datetime] = _today) -> None:
        self._settings = wanted
        self._now = now
        self._api = YouTube(wanted.server, wanted.key, egress)
        self._names = (wanted.channel,) if wanted.channel else tuple(dict.fromkeys(wanted.videos))

    def read(self, cursor: str | None) -> Iterator[Page]:
        """Threads begun since the cursor with their replies, the oldest first. Replies to older threads come
        when their day is listed again. A video without comments is passed over, where there are others.
        """
        at = dict((load_cursor(cursor, Mark) or Mark({})).at)
        silent: list[NoComments] = []
        for name in self._names:
            try:
                yield from self._fresh(name, at)
            except NoComments as error:
                silent.append(error)
        if len(silent) == len(self._names):
            raise silent[0]
        yield Page((), dump_cursor(Mark(at)), done=True)

    def _fresh(self, name: str, at: dict[str, int]) -> Iterator[Page]:
        """Pages of one listing; `at` goes along. A second of YouTube's clock is never parted."""
        now = self._now()
        floor = at.get(name, int((now - timedelta(days=self._settings.days)).timestamp()))
        last = int((now - _SETTLES).timestamp())
        found, whole = self._since(name, floor, now)
        oldest = datetime.fromtimestamp(found[-1].second, UTC) if found else now
        heard = datetime.fromtimestamp(floor, UTC)
        missed = (heard, oldest) if not whole and name in at and heard < oldest else None
        fresh = sorted((one for one in found if floor < one.second <= last), key=lambda one: one.second)
        batch: list[_Thread] = []
        for second, group in groupby(fresh, key=lambda one: one.second):
            batch += group
            if len(batch) >= _TOGETHER or second == fresh[-1].second:
                at[name] = second
                posts, refused = self._posts(batch)
                yield Page(posts, dump_cursor(Mark(dict(at))), refused, missed=missed)
                batch, missed = [], None

    def _since(self, name: str, floor: int, now: datetime) -> tuple[list[_Thread], bool]:
        """Threads from the newest back to `floor`, and whether the listing went so far."""
        found: list[_Thread] = []
        # what has no date of its own stands where the next newer does
        second = int((now - _SETTLES).timestamp())
        for pages, (items, more) in enumerate(self._walk(name), 1):
            for item in items:
                when = begun(item, now)
                second = int(when.timestamp()) if when is not None else second
                found.append(_Thread(second, item, f"thread {len(found) + 1} of the listing"))
            if not more or (found and found[-1].second <= floor):
                return found, True
            if pages >= _MOST_NEW:
                return found, False
        return found, True

    def still_there(self, since: datetime, until: datetime) -> Iterator[Page]:
        """The stretch as YouTube lists it now: all threads, because an old one may have a new reply."""
        for name in self._names:
            for posts, refused in self._all(name):
                page = Page(posts, dump_cursor(Mark({})), refused)
                yield from within(iter([page]), since, until, self._now())
        yield Page((), dump_cursor(Mark({})), done=True)

    def look_up(self, ids: Sequence[str]) -> Iterator[Page]:
        """Those of these comments that are there now."""
        known = [id for id in dict.fromkeys(ids) if id and id.isprintable() and "," not in id]
        reader = Reader(self._settings.lang, self._settings.region, self._now())
        for begin in range(0, len(known), NAMED):
            found = self._api.comments(known[begin : begin + NAMED])
            posts = [reader.post(one, f"comment {at} of those asked for") for at, one in enumerate(found, 1)]
            refused = tuple(one for one in posts if isinstance(one, Refusal))
            kept = tuple(one for one in posts if isinstance(one, RawPost))
            yield Page(kept, dump_cursor(Mark({})), refused)
        yield Page((), dump_cursor(Mark({})), done=True)

    def backfill(self, cursor: str | None, since: datetime, until: datetime) -> Iterator[Page]:
        """What was said before, the newest first."""
        back = load_cursor(cursor, Back) or Back(self._names)
        left, given = list(back.left), back.given
        while left:
            for count, (posts, refused) in enumerate(self._all(left[0]), 1):
                if count > given:
                    page = Page(posts, dump_cursor(Back(tuple(left), count)), refused)
                    yield from within(iter([page]), since, until, self._now())
            left, given = left[1:], 0
        yield Page((), dump_cursor(Back(())), done=True)

    def probe(self) -> str:
        """Whether the comments can be read, by one request for each name, up to five."""
        heard = 0
        for name in self._names[:5]:
            items, _ = self._api.threads(self._where(name), None)
            heard += len(items)
        what = "The channel" if self._settings.channel else f"{len(self._names)} videos"
        return f"{what}: {heard} of the newest threads can be read."

    def _all(self, name: str) -> Iterator[tuple[tuple[RawPost, ...], tuple[Refusal, ...]]]:
        """Everything under one name that is there now; nothing where comments are switched off."""
        count = 0
        try:
            for pages, (items, more) in enumerate(self._walk(name), 1):
                threads = [
                    _Thread(0, one, f"thread {count + at} of the listing") for at, one in enumerate(items, 1)
                ]
                count += len(items)
                yield self._posts(threads)
                if more and pages >= _MOST_ALL:
                    raise InputError(
                        "There are more threads than are listed again",
                        advice="Name single videos in place of the channel.",
                    )
        except NoComments:
            return

    def _walk(self, name: str) -> Iterator[tuple[list[Any], bool]]:
        """Answers of one listing, and whether there are more."""
        after: str | None = None
        seen: set[str] = set()
        while True:
            items, after = self._api.threads(self._where(name), after)
            if after is not None and after in seen:
                raise strange()
            yield items, after is not None
            if after is None:
                return
            seen.add(after)

    def _where(self, name: str) -> dict[str, str]:
        return {"allThreadsRelatedToChannelId" if self._settings.channel else "videoId": name}

    def _posts(self, threads: list[_Thread]) -> tuple[tuple[RawPost, ...], tuple[Refusal, ...]]:
        reader = Reader(self._settings.lang, self._settings.region, self._now())
        posts: dict[str, RawPost] = {}
        refused: list[Refusal] = []
        for thread in threads:
            more = unseen_replies(thread.item)
            replies = self._api.replies(more) if more else []
            for one in reader.thread(thread.item, replies, thread.place):
                if isinstance(one, Refusal):
                    refused.append(one)
                else:
                    posts.setdefault(one.id, one)
        return tuple(posts.values()), tuple(refused)


def open_youtube(given: Mapping[str, Any], egress: Egress | None) -> YouTubeComments:
    """A place. Raises BadSetting that names the setting, MissingExtra without Google's client."""
    wanted = settings("youtube", given, YouTubeSettings)
    if find_spec("googleapiclient") is None:
        raise MissingExtra("Reading YouTube", "youtube")
    return YouTubeComments(wanted, way_out(egress, "YouTube"))


def ids_of(address: str) -> tuple[str, ...]:
    """The id in an address that leads to one comment: https://www.youtube.com/watch?v=…&lc=Ug… ."""
    found = parse_qs(urlsplit(address.strip()).query).get("lc", [])
    return tuple(id for id in found[:1] if 0 < len(id) <= MAX_ID and id.isascii() and id.isprintable())


def kind_of(given: Mapping[str, Any]) -> SourceKind | None:
    """Below the operator's own channel people speak to it. Single videos may be anybody's."""
    return "open" if given.get("videos") else None


YOUTUBE = SourceType(
    type="youtube",
    kinds=("addressed", "open"),
    title="YouTube: comments of a channel or of videos",
    extra="youtube",
    tested_against="synthetic answers by YouTube's published reference, 2026-11-22",
    open=open_youtube,
    kind_of=kind_of,
    ids_of=ids_of,
    one_account=True,
    recheck=timedelta(hours=24),
    catches_up=True,
    backfills=True,
    secret="key",  # noqa: S106 - the name of the setting
    settings=YouTubeSettings,
    asks="YouTube asks that what is kept is looked at again within 30 days, and that what was deleted there"
    " goes here.",
    key="In a Google project switch on YouTube Data API v3 and make a key that may ask it alone.",
)
