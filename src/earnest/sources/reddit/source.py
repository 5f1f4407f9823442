"""A subreddit, or a search. Read first: `RedditPlace.read`."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from earnest.egress import Egress
from earnest.record.errors import InputError, MissingExtra
from earnest.record.raw import Page, RawPost, Refusal
from earnest.sources import person
from earnest.sources.base import (
    EARLIEST,
    SourceType,
    dump_cursor,
    load_cursor,
    settings,
    way_out,
)
from earnest.sources.listed_settings import ListedSettings
from earnest.sources.reddit.items import Item, Reader, number_of
from earnest.sources.reddit.rss import Feeds
from earnest.sources.reddit.walk import NEWEST, PAGE, Enough, Walked, named, walk
from earnest.sources.reddit.wire import Reddit
from earnest.sources.relist import within

_SETTLES = timedelta(seconds=30)
"""Numbers are given before things are seen: what is younger is left for the next reading."""

_NAMES = re.compile(r"[A-Za-z0-9_]{2,21}(?:\+[A-Za-z0-9_]{2,21}){0,19}")


class RedditSettings(ListedSettings, frozen=True, forbid_unknown_fields=True):
    """What a steward sets. `server` stands for Reddit in tests and behind a proxy of the operator's own."""

    subreddit: Annotated[
        str,
        Meta(
            title="Subreddit",
            description="The name after r/; several with a plus between. Empty for a search everywhere.",
            examples=["couriersample"],
        ),
    ] = ""
    search: Annotated[
        str,
        Meta(
            title="Search words",
            description="Only posts in which these words stand. Comments are not searched by Reddit.",
            examples=["fast courier"],
        ),
    ] = ""
    what: Annotated[
        Literal["posts", "comments", "both"],
        Meta(title="What is read", description="Posts, comments or both."),
    ] = "both"
    client_id: Annotated[
        str,
        Meta(
            title="Id of the application",
            description="The id of the application that Reddit approved; empty reads Reddit's feeds alone.",
        ),
    ] = ""
    secret: Annotated[
        str, Meta(title="Secret of the application", description="The secret of that application.")
    ] = ""
    server: Annotated[str, Meta(extra={"operator": True})] = ""

    def __post_init__(self) -> None:
        if not self.subreddit and not self.search:
            raise ValueError("`subreddit` or `search` must be given")
        if self.subreddit and not _NAMES.fullmatch(self.subreddit.removeprefix("r/")):
            raise ValueError("`subreddit` must be a name such as couriersample")
        if person.profile(self.subreddit):
            raise ValueError("`subreddit` must not be one person's own page")
        if len(self.search) > 500 or person.operator(self.search):
            raise ValueError("`search` must be words, and not aim at an author")
        super().__post_init__()


class Position(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Up to which number of Reddit's own order a listing was read, and of when that was (seconds)."""

    number: int
    said: int


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The cursor: a position in each listing that is read."""

    new: Position | None = None
    comments: Position | None = None
    search: Position | None = None


class Back(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cursor of a back-fill: the listings that are left."""

    left: tuple[str, ...]


def _today() -> datetime:
    return datetime.now(UTC)


class RedditPlace:
    """One subreddit or search. Source, Relists, Reaches, Backfills and Probes."""

    def __init__(self, wanted: RedditSettings, egress: Egress, now: Callable[[], datetime] = _today) -> None:
        self._settings = wanted
        self._now = now
        self._name = wanted.subreddit.removeprefix("r/")
        self._feeds = Feeds(wanted.server, egress)
        self._api: Reddit | None = None

    def read(self, cursor: str | None) -> Iterator[Page]:
        """What came after the cursor, listing by listing, the oldest first."""
        mark = load_cursor(cursor, Mark) or Mark()
        kinds, held = self._kinds(), Page((), "")
        for kind in kinds:
            for fresh in self._fresh(kind, mark):
                page = replace(fresh, refused=held.refused + fresh.refused, missed=_both(held, fresh))
                held = Page((), "")
                if kind == kinds[-1]:
                    yield page
                elif page.cursor == dump_cursor(mark):
                    held = page  # a page that is not the last one moves the cursor
                else:
                    yield replace(page, done=False)
                mark = msgspec.json.decode(page.cursor, type=Mark)

    def _fresh(self, kind: str, mark: Mark) -> Iterator[Page]:
        """Pages of one listing, at least one; the last says `done`."""
        before: Position | None = getattr(mark, kind)
        floor = before.number if before else -1
        walked = self._walked(kind, lambda one: one.number <= floor)
        fresh = self._settled([one for one in walked.items if one.number > floor])
        left = sorted(fresh, key=lambda one: one.number)
        missed = _missed(walked, before)
        while True:
            batch, left = left[:PAGE], left[PAGE:]
            mark = msgspec.structs.replace(mark, **{kind: self._position(batch) or getattr(mark, kind)})
            yield Page(_posts(batch), dump_cursor(mark), _refused(batch), not left, missed)
            missed = None
            if not left:
                return

    def still_there(self, since: datetime, until: datetime) -> Iterator[Page]:
        """The stretch as Reddit lists it now. Raises InputError where its listings do not reach so far."""
        for kind in self._kinds():
            walked = self._walked(kind, lambda one: one.created is not None and one.created < since)
            oldest = walked.oldest()
            if not walked.whole and (oldest is None or oldest >= since):
                raise InputError(
                    "Reddit does not list this place so far back", advice="These days stay hidden."
                )
            page = Page(self._anew(_posts(walked.items)), dump_cursor(Mark()), _refused(walked.items))
            yield from within(iter([page]), since, until, self._now())
        yield Page((), dump_cursor(Mark()), done=True)

    def reaches(self) -> datetime:
        """The moment from which on Reddit still lists everything of this place."""
        earliest = EARLIEST
        for kind in self._kinds():
            walked = self._walked(kind, lambda _: False)
            if not walked.whole:
                earliest = max(earliest, walked.oldest() or self._now())
        return earliest

    def backfill(self, cursor: str | None, since: datetime, until: datetime) -> Iterator[Page]:
        """What Reddit lists of a stretch, the newest first; what it lists no more is told as missed."""
        back = load_cursor(cursor, Back)
        left = list(self._kinds() if back is None else back.left)
        while left:
            kind = left.pop(0)
            walked = self._walked(kind, lambda one: one.created is not None and one.created < since)
            oldest = min(walked.oldest() or until, until)
            missed = (since, oldest) if not walked.whole and oldest > since else None
            cursor = dump_cursor(Back(tuple(left)))
            page = Page(_posts(walked.items), cursor, _refused(walked.items), not left, missed)
            yield from within(iter([page]), since, until, self._now())
        if back is not None and not back.left:
            yield Page((), dump_cursor(back), done=True)

    def probe(self) -> str:
        """What the place is, after one request for its newest things."""
        walked = self._walked(self._kinds()[0], lambda _: True)
        how = "as an application" if self._api else "by its feed"
        where = f"The subreddit r/{self._name}" if self._name else "A search of Reddit"
        return f"{where}, read {how}: the newest {len(walked.items)} can be read."

    def _anew(self, posts: tuple[RawPost, ...]) -> tuple[RawPost, ...]:
        """Posts of a feed, which tells no edits, are believed as they stand now."""
        return posts if self._api else tuple(replace(post, version=self._now()) for post in posts)

    def _kinds(self) -> list[str]:
        if self._settings.search:
            return ["search"]
        return {"posts": ["new"], "comments": ["comments"], "both": ["new", "comments"]}[self._settings.what]

    def _walked(self, kind: str, enough: Enough) -> Walked:
        """A listing from its newest thing back. Raises SourceError; KeyError for no listing."""
        params = {"q": self._settings.search, "sort": "new", "t": "all"} if kind == "search" else {}
        if kind == "search" and self._name:
            params["restrict_sr"] = "on"
        path = f"r/{self._name}/{kind}" if self._name else kind
        now = self._now()
        if self._api is None:
            return self._feeds.walk(path, params, now, self._settings.lang, self._settings.region)
        reader = Reader(self._settings.lang, self._settings.region, now)
        walked: Walked = self._api.run(walk(path, params, kind, reader, enough))
        return walked

    def _settled(self, items: list[Item]) -> list[Item]:
        young = self._now() - _SETTLES
        unsettled = [one.number for one in items if one.created is not None and one.created > young]
        return [one for one in items if not unsettled or one.number < min(unsettled)]

    def _position(self, batch: list[Item]) -> Position | None:
        numbered = [one for one in batch if one.number < NEWEST]
        if not numbered:
            return None
        when = max((one.created for one in numbered if one.created is not None), default=self._now())
        return Position(numbered[-1].number, int(when.timestamp()))


class RedditByApplication(RedditPlace):
    """A place read as an application, which may ask for things by their names. LooksUp as well."""

    def __init__(self, wanted: RedditSettings, egress: Egress, now: Callable[[], datetime] = _today) -> None:
        super().__init__(wanted, egress, now)
        self._api = self._application = Reddit(wanted.server, wanted.client_id, wanted.secret, egress)

    def look_up(self, ids: Sequence[str]) -> Iterator[Page]:
        """Those of these posts and comments that are neither deleted nor removed, a hundred a request."""
        known = [one for one in dict.fromkeys(ids) if number_of(one) is not None]
        reader = Reader(self._settings.lang, self._settings.region, self._now())
        items: list[Item] = self._application.run(named(known, reader)) if known else []
        yield Page(_posts(items), dump_cursor(Mark()), _refused(items), done=True)


def _missed(walked: Walked, before: Position | None) -> tuple[datetime, datetime] | None:
    """The stretch between what was read before and the oldest thing that is still listed."""
    oldest = walked.oldest()
    if walked.whole or before is None or oldest is None:
        return None
    heard = datetime.fromtimestamp(before.said, UTC)
    return (heard, oldest) if heard < oldest else None


def _both(held: Page, fresh: Page) -> tuple[datetime, datetime] | None:
    """What two pages missed, as one stretch."""
    found = [one for one in (held.missed, fresh.missed) if one is not None]
    return (min(one[0] for one in found), max(one[1] for one in found)) if found else None


def _posts(items: list[Item]) -> tuple[RawPost, ...]:
    return tuple({one.what.id: one.what for one in items if isinstance(one.what, RawPost)}.values())


def _refused(items: list[Item]) -> tuple[Refusal, ...]:
    return tuple(one.what for one in items if isinstance(one.what, Refusal))


def open_reddit(given: Mapping[str, Any], egress: Egress | None) -> RedditPlace:
    """A place. Raises BadSetting that names the setting, MissingExtra without asyncpraw."""
    wanted = settings("reddit", given, RedditSettings)
    if wanted.client_id and find_spec("asyncpraw") is None:
        raise MissingExtra("Reading Reddit as an application", "reddit")
    kind = RedditByApplication if wanted.client_id else RedditPlace
    return kind(wanted, way_out(egress, "Reddit"))


def ids_of(address: str) -> tuple[str, ...]:
    """The name in https://www.reddit.com/r/sample/comments/5jo13y/title/dbhn11d/ or in redd.it/5jo13y."""
    parts = urlsplit(address.strip())
    steps = [one for one in parts.path.split("/") if one]
    found: list[str] = []
    if parts.netloc.lower().removeprefix("www.") == "redd.it" and steps:
        found = [f"t3_{steps[0].lower()}"]
    elif "comments" in steps:
        below = steps[steps.index("comments") + 1 :]
        found = [f"t1_{below[2].lower()}"] if len(below) > 2 else [f"t3_{one.lower()}" for one in below[:1]]
    elif number_of(address.strip()) is not None:
        found = [address.strip()]
    return tuple(name for name in found if number_of(name) is not None)


REDDIT = SourceType(
    type="reddit",
    kinds=("open",),
    title="Reddit: subreddits and searches",
    extra="reddit",
    tested_against="recordings of Reddit of 2016 to 2023, through asyncpraw",
    open=open_reddit,
    ids_of=ids_of,
    one_account=True,
    recheck=timedelta(hours=48),
    catches_up=True,
    backfills=True,
    secret="secret",  # noqa: S106 - the name of the setting
    settings=RedditSettings,
    asks="Reddit asks for an approved application, for what was deleted there to be deleted here within 48"
    " hours, and for no profiles of people.",
    key="Ask Reddit to approve an application of type 'script' or 'web app' at reddit.com/prefs/apps.",
)
