"""A search of X. Read first: `XSearch.read`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from itertools import pairwise
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from earnest.egress import Egress
from earnest.record.errors import BadSetting, InputError, MissingExtra
from earnest.record.raw import Page, RawPost, Refusal
from earnest.sources.base import SourceType, dump_cursor, load_cursor, settings, way_out
from earnest.sources.foreign import part, words
from earnest.sources.listed_settings import ListedSettings
from earnest.sources.relist import within
from earnest.sources.x import query
from earnest.sources.x.tweets import Reader, id_at, moment_of, newest_of, number_of, users_of
from earnest.sources.x.wire import PAGE, Search, strange

REACH = timedelta(days=7) - timedelta(minutes=5)
"""X's recent search knows the last seven days."""

_EDITED = timedelta(hours=1)
"""For so long a post can be edited: it is then found by the moment of its last wording."""

_SETTLES = timedelta(minutes=5)
"""So far our clock and that of X may be apart."""


class XSettings(ListedSettings, frozen=True, forbid_unknown_fields=True):
    """What a steward sets. `server` stands for X in tests and behind a proxy of the operator's own."""

    query: Annotated[
        str,
        Meta(
            title="Words to look for",
            description="As X's search takes them: words, quotation marks, OR, brackets, a minus.",
            examples=['"fast courier" (late OR lost) lang:en'],
        ),
    ]
    token: Annotated[
        str, Meta(title="Bearer token", description="The project's own bearer token, never a person's.")
    ] = ""
    policy_confirmed: Annotated[
        Literal["yes", "no"],
        Meta(
            title="Developer policy read",
            description="Yes says: we read X's developer policy, were approved for this use and keep to it.",
        ),
    ] = "no"
    days: Annotated[
        int, Meta(title="Days before", description="How many days back the first reading goes.", ge=0, le=7)
    ] = 1
    ask_again: Annotated[
        bool,
        Meta(
            title="Keep posts past seven days",
            description="X is then asked for each of them again, which counts towards the plan every time.",
        ),
    ] = False
    server: Annotated[str, Meta(extra={"operator": True})] = ""

    def __post_init__(self) -> None:
        problem = query.wrong(self.query)
        if problem is not None:
            raise ValueError(f"`query` {problem}")
        super().__post_init__()
        if self.recheck_hours is not None and self.recheck_hours > 24:
            raise ValueError("`recheck_hours` must be at most 24")


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The cursor, in X's own numbers: all is read up to `since`. While newer posts are walked through from
    the newest back, `top` is where that began and `below` how far it came.
    """

    since: int
    top: int = 0
    below: int = 0


def _today() -> datetime:
    return datetime.now(UTC)


class XSearch:
    """One search. Source, Relists, Reaches and Probes."""

    def __init__(self, wanted: XSettings, egress: Egress, now: Callable[[], datetime] = _today) -> None:
        self._settings = wanted
        self._now = now
        self._search = Search(wanted.server, wanted.token, egress)

    def read(self, cursor: str | None) -> Iterator[Page]:
        """What was said after the cursor: walks from the newest back, until one found all in one answer."""
        now = self._now()
        mark = load_cursor(cursor, Mark) or Mark(id_at(now - timedelta(days=self._settings.days)))
        while True:
            longer = mark.below > 0
            for page, after in self._walk(mark, now):
                longer = longer or after.below > 0
                mark = after
                yield replace(page, done=not longer)
            if not longer:
                return
            now = self._now()

    def _walk(self, mark: Mark, now: datetime) -> Iterator[tuple[Page, Mark]]:
        """One walk, or the rest of one: its pages, and where each leaves the reading."""
        missed, where = self._from(mark, now)
        if mark.below:
            where["until_id"] = str(mark.below)
        seen: set[str] = set()
        held: tuple[Refusal, ...] = ()
        while True:
            answer = self._page(where)
            posts, refused, numbers = self._posts(answer)
            top = mark.top or max(numbers, default=mark.since)
            more = words(part(answer, "meta", "next_token"))
            if not more:
                after = Mark(max(top, mark.since))
                yield Page(posts, dump_cursor(after), held + refused, missed=missed), after
                return
            if more in seen or (mark.below and min(numbers, default=0) >= mark.below):
                raise strange()
            seen.add(more)
            held += refused
            if numbers:  # X may answer with nothing in it and go on after that
                mark = Mark(mark.since, top, min(numbers))
                yield Page(posts, dump_cursor(mark), held, missed=missed), mark
                held, missed = (), None
            where = {**where, "next_token": more}

    def _from(self, mark: Mark, now: datetime) -> tuple[tuple[datetime, datetime] | None, dict[str, Any]]:
        """Where a search begins, and what it can no longer reach."""
        first = now - REACH
        if mark.since >= id_at(first):
            return None, {"since_id": str(mark.since)}
        heard = moment_of(mark.since)
        asked = now - timedelta(days=self._settings.days)
        missed = (heard, first) if heard < min(first, asked) - timedelta(minutes=5) else None
        return missed, {"start_time": _written(first)}

    def still_there(self, since: datetime, until: datetime) -> Iterator[Page]:
        """The stretch as X finds it now. Raises InputError for days that X does not search any more."""
        now = self._now()
        if since < now - REACH:
            raise InputError("X searches the last seven days alone", advice="Days before that stay hidden.")
        if since >= now:
            yield Page((), dump_cursor(Mark(0)), done=True)
            return
        where: dict[str, Any] = {"start_time": _written(since)}
        if until + _EDITED < now - _SETTLES:
            # Else X ends a search where it ends one that reads: by its own clock, half a minute ago.
            where["end_time"] = _written(until + _EDITED)
        seen: set[str] = set()
        while True:
            answer = self._page(where)
            posts, refused, _ = self._posts(answer)
            more = words(part(answer, "meta", "next_token"))
            page = Page(posts, dump_cursor(Mark(0)), refused, not more)
            yield from within(iter([page]), since, until, now)
            if not more:
                return
            if more in seen:
                raise strange()
            seen.add(more)
            where["next_token"] = more

    def reaches(self) -> datetime:
        """The moment from which on X searches now."""
        return self._now() - REACH + timedelta(minutes=1)

    def probe(self) -> str:
        """Whether X answers this search, by one request."""
        now = self._now()
        answer = self._page({"start_time": _written(now - timedelta(hours=1))})
        found = part(answer, "meta", "result_count")
        count = found if isinstance(found, int) else 0
        return f"A search of X; {count} posts of the last hour on the first page."

    def _page(self, where: Mapping[str, Any]) -> dict[str, Any]:
        return self._search.page(query.asked(self._settings.query), **where)

    def _posts(self, answer: Mapping[str, Any]) -> tuple[tuple[RawPost, ...], tuple[Refusal, ...], list[int]]:
        items = answer.get("data", [])
        if not isinstance(items, list):
            raise strange()
        now = self._now()
        reader, users = Reader(self._settings.lang, self._settings.region, now), users_of(answer)
        posts: dict[str, RawPost] = {}
        refused: list[Refusal] = []
        numbers: list[int] = []
        for place, item in enumerate(items, 1):
            number = number_of(part(item, "id"), now)
            if number is not None:
                numbers.append(number)
            post = reader.post(item, users, f"post {place} of the answer")
            if isinstance(post, Refusal):
                refused.append(post)
            elif post is not None:
                posts.setdefault(post.id, post)
        return tuple(posts.values()), tuple(refused), numbers


class XSearchAndPosts(XSearch):
    """A search whose older posts may be asked for by their ids. LooksUp as well."""

    def look_up(self, ids: Sequence[str]) -> Iterator[Page]:
        """Those of these posts that are there, in their last wording, a hundred a request."""
        now = self._now()
        known = [id for id in dict.fromkeys(ids) if number_of(id, now) is not None]
        for begin in range(0, len(known), PAGE):
            posts, refused, _ = self._posts(self._last_wordings(known[begin : begin + PAGE]))
            yield Page(posts, dump_cursor(Mark(0)), refused)
        yield Page((), dump_cursor(Mark(0)), done=True)

    def _last_wordings(self, ids: list[str]) -> dict[str, Any]:
        """A post that was edited is asked for once more, by the id of its last wording."""
        answer = self._search.posts(ids)
        items = answer.get("data") or []
        newer = {words(part(one, "id")): newest_of(one) for one in items}
        again = sorted(id for id in newer.values() if id and id not in newer)
        if not again:
            return answer
        later = self._search.posts(again)
        return {
            "data": [one for one in items if newer[words(part(one, "id"))] not in again]
            + (later.get("data") or []),
            "includes": {"users": [*users_of(answer).values(), *users_of(later).values()]},
        }


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def open_x(given: Mapping[str, Any], egress: Egress | None) -> XSearch:
    """A search. Raises BadSetting that names the setting, and until the policy is confirmed; MissingExtra
    without tweepy.
    """
    wanted = settings("x", given, XSettings)
    if wanted.policy_confirmed != "yes":
        raise BadSetting(
            "X is off until somebody says that its developer policy was read and is kept.",
            advice="Read the README of this source, then set policy_confirmed to yes.",
        )
    if find_spec("tweepy") is None:
        missing = MissingExtra("Searching X", "x")
        missing.advice = "Install it: pip install 'earnest[x]' and pip install --no-deps tweepy"
        raise missing
    kind = XSearchAndPosts if wanted.ask_again else XSearch
    return kind(wanted, way_out(egress, "X"))


def ids_of(address: str) -> tuple[str, ...]:
    """The id in https://x.com/somebody/status/1790000000000000000."""
    steps = urlsplit(address.strip()).path.strip("/").split("/")
    for before, id in pairwise(steps):
        if before in ("status", "statuses") and id.isascii() and id.isdecimal() and len(id) <= 19:
            return (id,)
    return ()


X = SourceType(
    type="x",
    kinds=("open",),
    title="X: a search for words",
    extra="x",
    tested_against="synthetic answers by X's published reference, 2026-11-22",
    open=open_x,
    ids_of=ids_of,
    one_account=True,
    recheck=timedelta(hours=24),
    catches_up=True,
    secret="token",  # noqa: S106 - the name of the setting
    settings=XSettings,
    asks="X asks for an approved use, for no watching of people or groups, and for what was deleted there to"
    " be deleted here within 24 hours.",
    key="A project at developer.x.com with a plan that holds recent search; its bearer token.",
)
