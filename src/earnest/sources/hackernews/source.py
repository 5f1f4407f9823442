"""A search of Hacker News as a source. Read first: `HackerNews.read`."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec

from earnest.egress import Egress
from earnest.record.raw import Page, RawPost, Refusal
from earnest.sources.base import SourceType, dump_cursor, load_cursor, refusal, settings, way_out
from earnest.sources.hackernews import items
from earnest.sources.http_json import ItemError, ask, server, whole
from earnest.sources.seconds import cut

SEARCH = "https://hn.algolia.com/api/v1"
ITEMS = "https://hacker-news.firebaseio.com/v0"

MOST = 500
"""Hits a request. A stretch of time with more is halved until it has fewer."""

PAGE = 100
LAG = timedelta(minutes=2)
"""How long the search index may take to hold what was said: the last minutes are read the next time."""


class HackerNewsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a steward sets."""

    query: Annotated[
        str,
        msgspec.Meta(
            title="Search for",
            description="Words that a story or comment must hold; quotation marks keep words together.",
            examples=['"example airline"'],
            min_length=2,
            max_length=500,
        ),
    ]
    reads: Annotated[
        Literal["all", "stories", "comments"],
        msgspec.Meta(title="What is read", description="Stories, comments, or both.", examples=["all"]),
    ] = "all"
    days: Annotated[
        int,
        msgspec.Meta(
            title="Begin so many days ago",
            description="How far back the first reading goes.",
            examples=["30"],
            ge=0,
            le=7_300,
        ),
    ] = 30
    server: Annotated[str | None, msgspec.Meta(extra={"operator": True})] = None
    lang: str | None = None
    region: str | None = None


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cursor: everything before this second was read."""

    after: int

    def __post_init__(self) -> None:
        if not 0 <= self.after < 1 << 40:
            raise ValueError("out of range")


class _Hits(msgspec.Struct):
    hits: list[msgspec.Raw]


def _second(post: RawPost) -> int:
    return int(post.created.timestamp()) if post.created else 0


def _today() -> datetime:
    return datetime.now(UTC)


class HackerNews:
    """One search. Source, Relists, Backfills and Probes."""

    def __init__(
        self, wanted: HackerNewsSettings, egress: Egress, now: Callable[[], datetime] = _today
    ) -> None:
        self._settings = wanted
        self._egress = egress
        self._now = now
        told = wanted.server
        self._search = server(f"{told}/api/v1" if told else None, SEARCH, "hackernews")
        self._items = server(f"{told}/v0" if told else None, ITEMS, "hackernews")

    def read(self, cursor: str | None) -> Iterator[Page]:
        """Every hit since the cursor, oldest first. Raises SourceBusy, SourceGone or EgressRefused."""
        mark = load_cursor(cursor, Mark)
        if mark is None:
            mark = Mark(int((self._now() - timedelta(days=self._settings.days)).timestamp()))
        return self._pages(mark, None)

    def backfill(self, cursor: str | None, since: datetime, until: datetime) -> Iterator[Page]:
        """Every hit of a stretch of time, oldest first."""
        mark = load_cursor(cursor, Mark) or Mark(int(since.timestamp()))
        return self._pages(mark, int(until.timestamp()))

    def still_there(self, since: datetime, until: datetime) -> Iterator[Page]:
        """The hits of a stretch of time as they stand at the place itself, without what was taken away."""
        for page in self._pages(Mark(int(since.timestamp())), int(until.timestamp()), settled=False):
            posts: list[RawPost] = []
            refused = list(page.refused)
            for post in page.posts:
                if post.created is None or not since <= post.created < until:
                    continue
                try:
                    now = self._now()
                    raw = ask(self._egress, f"{self._items}/item/{items.number(post.id)}.json").body
                    there = items.as_it_stands(raw, now, self._settings.lang, self._settings.region)
                except ItemError as error:
                    # it is there, though it cannot be read just now: what was kept stays as it is
                    refused.append(refusal(f"item {len(refused) + 1}", str(error)))
                    there = post
                posts += [there] if there is not None else []
            yield Page(tuple(posts), page.cursor, tuple(refused), page.done)

    def probe(self) -> str:
        """Asks for one hit."""
        self._hits(0, int(self._now().timestamp()), 1)
        return f"The search for {self._settings.query} on Hacker News, in public."

    def _pages(self, mark: Mark, end: int | None, *, settled: bool = True) -> Iterator[Page]:
        now = int((self._now() - (LAG if settled else timedelta(0))).timestamp())
        last = now if end is None else min(end, now) if settled else end
        after = mark.after
        while True:
            hits, until = self._stretch(after, max(after, last))
            posts, refused = self._posts(hits, after, until)
            # more in one second than the search lists: what is beyond is unknown
            full = len(hits) >= MOST
            lost = (datetime.fromtimestamp(after, UTC), datetime.fromtimestamp(until, UTC)) if full else None
            for some, following in cut(posts, _second, PAGE):
                after = until if following is None else following
                done = following is None and until >= last
                yield Page(tuple(some), dump_cursor(Mark(after)), tuple(refused), done, missed=lost)
                refused, lost = [], None
            if until >= last:
                return

    def _stretch(self, after: int, until: int) -> tuple[list[msgspec.Raw], int]:
        """The hits from a second to another, the newest first, and where the stretch had to end."""
        while until > after:
            hits = self._hits(after, until, MOST)
            if len(hits) < MOST or until - after <= 1:
                return hits, until
            until = after + (until - after) // 2
        return [], until

    def _posts(self, hits: list[msgspec.Raw], after: int, until: int) -> tuple[list[RawPost], list[Refusal]]:
        posts: dict[str, RawPost] = {}
        refused: list[Refusal] = []
        for number, raw in enumerate(reversed(hits), 1):
            try:
                post = items.found(raw, self._now(), self._settings.lang, self._settings.region)
                if not after <= _second(post) < until:
                    raise ItemError("its date is not the one it was found by")
            except ItemError as error:
                refused.append(refusal(f"hit {number}", str(error)))
            else:
                posts.setdefault(post.id, post)
        return sorted(posts.values(), key=lambda post: (_second(post), int(post.id))), refused

    def _hits(self, after: int, until: int, most: int) -> list[msgspec.Raw]:
        tags = {"all": "(story,comment)", "stories": "story", "comments": "comment"}[self._settings.reads]
        answer = ask(
            self._egress,
            f"{self._search}/search_by_date",
            params={
                "query": self._settings.query,
                "tags": tags,
                "numericFilters": f"created_at_i>={after},created_at_i<{until}",
                "hitsPerPage": most,
                "page": 0,
            },
        )
        return whole(answer.body, _Hits, "Hacker News").hits


def open_hackernews(given: Mapping[str, Any], egress: Egress | None) -> HackerNews:
    """A search. Raises BadSetting."""
    wanted = settings("hackernews", given, HackerNewsSettings)
    return HackerNews(wanted, way_out(egress, "Hacker News"))


HACKERNEWS = SourceType(
    type="hackernews",
    kinds=("open",),
    title="Hacker News: stories and comments that a search finds",
    extra=None,
    tested_against="synthetic answers by the published reference, 2026-11-22",
    open=open_hackernews,
    ids_of=items.ids_of,
    one_account=True,
    recheck=timedelta(hours=24),
    catches_up=True,
    backfills=True,
    settings=HackerNewsSettings,
    asks="The interfaces are open to everybody; whoever copies items must let go of what is deleted.",
)
