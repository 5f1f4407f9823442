"""Searching: every few minutes, what was said since. Also what is looked through again, and what was before.

A search lists the newest first and may be long, so each read looks at one stretch of time that is over (it
ends a minute ago: an index needs a while), and the cursor holds the stretch and the place within it. A post
that several words find is given under the first of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from earnest.record.errors import BadFile, InputError
from earnest.record.raw import Page, RawPost, Refusal
from earnest.sources.base import EARLIEST, dump_cursor, load_cursor, plausible, refusal
from earnest.sources.bluesky.client import Bluesky
from earnest.sources.bluesky.events import POSTS, Event, Said, named_in, post_of, shaped, tags_of
from earnest.sources.bluesky.profiles import flags_of_view
from earnest.sources.bluesky.wanted import DID, BlueskySettings
from earnest.sources.bluesky.words import Words

LAG = timedelta(minutes=1)
"""How long the index of a search may need until a post is found."""

FIRST = timedelta(hours=24)
"""How far back the first read looks."""

DAY = timedelta(days=1)
LIMIT = 100
MOST_PAGES = 100
"""Pages of one question in one stretch: what is listed beyond is said to be missed."""


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cursor of a search, in microseconds since 1970.

    since, until   the stretch that is being read; all before it is read
    question       which of the place's questions is being asked
    page           the search's own position within it, and how many pages came before
    """

    since: int
    until: int
    question: int = 0
    page: str | None = None
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """One question to the search. `says` tells whether a post is an answer to it."""

    query: str
    mentions: str | None
    words: Words


@dataclass(frozen=True, slots=True)
class _Listed:
    """One page of a search. `oldest` is when the oldest of it was said (None: it was empty)."""

    posts: list[RawPost]
    refused: list[Refusal]
    oldest: int | None
    next: str | None


class BlueskySearch:
    """Reads by searching."""

    def __init__(
        self,
        wanted: BlueskySettings,
        bluesky: Bluesky,
        lag: timedelta = LAG,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._wanted = wanted
        self._bluesky = bluesky
        self._lag = lag
        self._now = now
        self._questions = _questions(wanted)

    def probe(self) -> str:
        """The smallest search there is. Raises as `read`."""
        self._bluesky.asked(lambda client: client.app.bsky.feed.search_posts(self._params(0, None, 1)))
        return "Bluesky answers searches."

    def read(self, cursor: str | None) -> Iterator[Page]:
        """What was said since the last read, up to a minute ago."""
        mark = load_cursor(cursor, Mark)
        return self._pages(self._fresh(mark), live=True)

    def still_there(self, since: datetime, until: datetime) -> Iterator[Page]:
        """What the same search finds now; where that is more than a search lists, day by day."""
        for page in self._pages(Mark(_micro(since), _micro(until)), live=False):
            if page.missed is None:
                yield page
                continue
            if until - since <= DAY:
                raise BadFile(
                    "has more posts in a day than a search lists",
                    place="search",
                    advice="Search for less: what cannot be looked at again is hidden.",
                )
            while since < until:
                yield from self.still_there(since, min(since + DAY, until))
                since += DAY
            return

    def backfill(self, cursor: str | None, since: datetime, until: datetime) -> Iterator[Page]:
        """What was said from `since` to `until`, newest first."""
        mark = load_cursor(cursor, Mark) or Mark(_micro(since), _micro(until))
        return self._pages(mark, live=False)

    def _fresh(self, mark: Mark | None) -> Mark:
        """The stretch to read: the one that was begun, or from the end of the last to a minute ago."""
        end = _micro(self._now() - self._lag)
        if mark is None:
            hours = timedelta(hours=self._wanted.since_hours) if self._wanted.since_hours else FIRST
            return Mark(_micro(self._now() - hours), end)
        if mark.question >= len(self._questions):
            return Mark(mark.until, max(mark.until, end))
        return mark

    def _pages(self, mark: Mark, *, live: bool) -> Iterator[Page]:
        while mark.question < len(self._questions) and mark.since < mark.until:
            listed = self._listed(mark)
            missed = None
            after = replace_mark(mark, page=listed.next, pages=mark.pages + 1)
            over = listed.next is None or listed.next == mark.page
            over = over or (listed.oldest is not None and listed.oldest < mark.since)
            if not over and after.pages >= MOST_PAGES:
                over = True
                missed = _stretch(mark.since, listed.oldest or mark.until)
            if over:
                after = Mark(mark.since, mark.until, mark.question + 1)
            done = after.question >= len(self._questions)
            yield Page(
                tuple(listed.posts), dump_cursor(after), tuple(listed.refused), done=done, missed=missed
            )
            if done:
                return
            mark = after
        yield Page((), dump_cursor(replace_mark(mark, question=len(self._questions))), done=True)

    def _listed(self, mark: Mark) -> _Listed:
        params = self._params(mark.question, mark.page, LIMIT)
        params |= {"since": _text(mark.since), "until": _text(mark.until)}
        got = self._bluesky.asked(lambda client: _raw(client, params))
        if not isinstance(got, Mapping) or not isinstance(got.get("posts"), list):
            raise InputError("is not what a search answers", place="search")
        posts: list[RawPost] = []
        refused: list[Refusal] = []
        oldest: int | None = None
        for number, item in enumerate(got["posts"], 1):
            found = self._found(item, mark, f"post {number} of the search")
            if isinstance(found, Refusal):
                refused.append(found)
                continue
            at, post = found
            oldest = at if oldest is None else min(at, oldest)
            if post is not None and all(post.id != one.id for one in posts):
                posts.append(post)
        following = got.get("cursor")
        wanted = isinstance(following, str) and 0 < len(following) <= 1_000 and bool(got["posts"])
        return _Listed(posts, refused, oldest, following if wanted else None)

    def _found(self, item: Any, mark: Mark, place: str) -> tuple[int, RawPost | None] | Refusal:
        """When a found post was said, and the post where it is one of this stretch and question."""
        view = shaped(item, _View)
        said = shaped(item.get("record"), Said) if view is not None else None
        parts = view.uri.removeprefix("at://").split("/") if view is not None else []
        if (
            view is None
            or said is None
            or len(parts) != 3
            or parts[1] != POSTS
            or not DID.fullmatch(parts[0])
        ):
            return refusal(place, "is not a post as Bluesky describes it")
        indexed = _moment(view.indexed, self._now())
        if indexed is None:
            return refusal(place, "has a date when nobody can have said it", "BadDate")
        # As the search itself dates a post: nobody says something after it was found.
        created = min(_moment(said.created, self._now()) or indexed, indexed)
        at = _micro(created)
        if not mark.since <= at < mark.until or self._asked_by(said) != mark.question:
            return at, None
        post = post_of(Event(at, at, "said", parts[0], parts[2], said), said, self._now())
        if isinstance(post, Refusal):
            return Refusal(place, post.error, post.problem)
        if post is None:
            return at, None
        flags = flags_of_view(parts[0], (*view.author.labels, *view.labels), None)
        return at, replace(post, created=created, version=None, flags=post.flags | flags)

    def _asked_by(self, said: Said) -> int | None:
        """The first question that this post answers; None where the search is broader than the words."""
        for number, question in enumerate(self._questions):
            if question.words.about(said.text, said.langs or (), tags_of(said), named_in(said)):
                return number
        return None

    def _params(self, question: int, page: str | None, limit: int) -> dict[str, Any]:
        asked = self._questions[question]
        params: dict[str, Any] = {"q": asked.query, "sort": "latest", "limit": limit}
        if asked.mentions:
            params["mentions"] = asked.mentions
        if page is not None:
            params["cursor"] = page
        return params


class _Label(msgspec.Struct, frozen=True):
    val: str = ""
    src: str = ""
    neg: bool = False


class _Author(msgspec.Struct, frozen=True):
    labels: list[_Label] = []


class _View(msgspec.Struct, frozen=True, rename={"indexed": "indexedAt"}):
    uri: str
    indexed: str
    author: _Author
    labels: list[_Label] = []


def replace_mark(mark: Mark, **fields: Any) -> Mark:
    """A mark with some of it changed."""
    return msgspec.structs.replace(mark, **fields)


def _questions(wanted: BlueskySettings) -> Sequence[Question]:
    langs = wanted.languages
    return (
        *(Question(f'"{word}"' if " " in word else word.rstrip("*"), None, Words([word], languages=langs))
          for word in wanted.words),
        *(Question(f"#{tag.lstrip('#')}", None, Words((), [tag], languages=langs))
          for tag in wanted.hashtags),
        *(Question("*", did, Words((), (), [did], langs)) for did in wanted.accounts),
    )  # fmt: skip


def _raw(client: Any, params: Mapping[str, Any]) -> Any:
    """The search by `atproto`'s client, as plain JSON: one odd post must not cost its neighbours, as it would
    where the client makes its own models of all of them.
    """
    from atproto_client.models.app.bsky.feed.search_posts import Params

    return client.invoke_query(
        "app.bsky.feed.searchPosts", params=Params(**params), output_encoding="application/json"
    ).content


def _micro(when: datetime) -> int:
    return int(when.timestamp() * 1_000_000)


def _text(microseconds: int) -> str:
    when = max(EARLIEST, datetime.fromtimestamp(microseconds / 1_000_000, UTC))
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(value: str, now: datetime) -> datetime | None:
    try:
        return plausible(datetime.fromisoformat(value), now) if len(value) <= 40 else None
    except ValueError:
        return None


def _stretch(since: int, until: int) -> tuple[datetime, datetime] | None:
    if since >= until:
        return None
    return datetime.fromtimestamp(since / 1_000_000, UTC), datetime.fromtimestamp(until / 1_000_000, UTC)
