"""A tag or a search of a Stack Exchange site as a source. Read first: `StackExchange.read`."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec

from earnest.egress import Egress
from earnest.record.raw import Page, RawPost, Refusal
from earnest.sources.base import SourceType, dump_cursor, load_cursor, refusal, settings, way_out
from earnest.sources.http_json import ItemError, Param
from earnest.sources.relist import dated_within
from earnest.sources.stackexchange.api import PAGE, Api
from earnest.sources.stackexchange.posts import Question, ids_of, of_question, of_reply, question

LAG = timedelta(minutes=1)
LATER = timedelta(days=7)
"""How long after a question was last active comments on it are still heard: they do not count as activity
there."""

_PAGES = 50
_DEEP = 25
"""Pages that a search gives without a key."""

Days = Annotated[
    int,
    msgspec.Meta(
        title="Begin so many days ago",
        description="How far back the first reading goes.",
        examples=["30"],
        ge=0,
        le=6_000,
    ),
]


class StackExchangeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a steward sets; `tags`, `query` or both."""

    site: Annotated[
        str,
        msgspec.Meta(
            title="Site",
            description="The site's short name, as it stands in its address.",
            examples=["stackoverflow"],
            pattern=r"^[a-z0-9][a-z0-9.-]{1,80}$",
        ),
    ]
    tags: Annotated[
        tuple[str, ...],
        msgspec.Meta(
            title="Tags", description="Tags that a question must all have.", examples=["example-api"]
        ),
    ] = ()
    query: Annotated[
        str | None,
        msgspec.Meta(
            title="Search for", description="Words that a question must hold.", examples=["example api"]
        ),
    ] = None
    key: Annotated[
        str,
        msgspec.Meta(
            title="Key",
            description="A key of an app registered at Stack Apps; it may be left out.",
            examples=["U4DMV*8nvpm3EOpvf69Rxw(("],
        ),
    ] = ""
    days: Days = 30
    server: Annotated[str | None, msgspec.Meta(extra={"operator": True})] = None
    lang: str | None = None
    region: str | None = None

    def __post_init__(self) -> None:
        if not self.tags and not (self.query or "").strip():
            raise ValueError("`tags` or `query` must say what is read")
        if any(";" in tag or not tag.strip() or len(tag) > 50 for tag in self.tags):
            raise ValueError("`tags` must be tags")


class Mark(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The cursor: questions last active before this second were read; of those of this one second, so many
    pages of the place's own.
    """

    after: int
    page: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.after < 1 << 40 or not 1 <= self.page < 10_000:
            raise ValueError("out of range")


def _today() -> datetime:
    return datetime.now(UTC)


class StackExchange:
    """One tag or search. Source, Relists, Backfills and Probes."""

    def __init__(
        self, wanted: StackExchangeSettings, egress: Egress, now: Callable[[], datetime] = _today,
        pause: Callable[[float], None] | None = None,
    ) -> None:  # fmt: skip
        self._settings = wanted
        self._now = now
        more = {"pause": pause} if pause else {}
        self._api = Api(egress, wanted.site, wanted.key, wanted.server, **more)

    def read(self, cursor: str | None) -> Iterator[Page]:
        """Questions in the order of their last activity, each with its answers and comments.

        Raises SourceBusy, SourceGone or EgressRefused.
        """
        mark = load_cursor(cursor, Mark)
        if mark is None:
            mark = Mark(int((self._now() - timedelta(days=self._settings.days)).timestamp()))
        return self._pages(mark, int((self._now() - LAG).timestamp()))

    def backfill(self, cursor: str | None, since: datetime, until: datetime) -> Iterator[Page]:
        """What was said in a stretch of time, by the activity of its questions."""
        mark = load_cursor(cursor, Mark) or Mark(int(since.timestamp()))
        for page in self._pages(mark, int((self._now() - LAG).timestamp())):
            yield dated_within(page, since, until)

    def still_there(self, since: datetime, until: datetime) -> Iterator[Page]:
        """What is there of a stretch of time: an answer makes its question active, so that what was active
        since then holds all of it.
        """
        begin = int((since - LATER).timestamp())
        for page in self._pages(Mark(max(0, begin)), int(self._now().timestamp()) + 60):
            yield dated_within(page, since, until)

    def probe(self) -> str:
        """Asks for one question."""
        self._questions(0, int(self._now().timestamp()), 1)
        told = self._settings
        return f"{', '.join(told.tags) or told.query} on {told.site} (Stack Exchange), in public."

    def _pages(self, mark: Mark, until: int) -> Iterator[Page]:
        while True:
            raws, more = self._questions(mark.after, until, mark.page)
            questions, refused = _read(raws, mark.after, until)
            if more and questions:
                last = questions[-1].last_activity_date
                if last > mark.after:
                    # what else was active in this second may be on the next page: all of it is read there
                    questions = [one for one in questions if one.last_activity_date < last]
                    after = Mark(last)
                else:
                    after = Mark(mark.after, mark.page + 1)
            else:
                after = Mark(mark.after, mark.page + 1) if more else Mark(max(until, mark.after))
            posts, bad = self._said(questions)
            yield Page(tuple(posts), dump_cursor(after), (*refused, *bad), not more)
            if not more:
                return
            mark = after

    def _questions(self, after: int, until: int, page: int) -> tuple[list[msgspec.Raw], bool]:
        if until <= after:
            return [], False
        params: dict[str, Param] = {
            "sort": "activity", "order": "asc", "min": after, "max": until - 1, "page": page,
            "pagesize": PAGE, "tagged": None, "q": (self._settings.query or "").strip() or None,
        }  # fmt: skip
        if self._settings.tags:
            params["tagged"] = ";".join(self._settings.tags)
        found = self._api.page("search", "search/advanced", **params)
        return found.items, found.has_more

    def _said(self, questions: list[Question]) -> tuple[list[RawPost], list[Refusal]]:
        """These questions with their answers and comments, and what of it cannot be read."""
        now, told = self._now(), self._settings
        posts: list[RawPost] = []
        refused: list[Refusal] = []
        active = {one.question_id: one.last_activity_date for one in questions}
        for number, one in enumerate(questions, 1):
            try:
                posts.append(of_question(one, now, told.lang, told.region))
            except ItemError as error:
                refused.append(refusal(f"question {number}", str(error)))
        of: dict[int, int] = dict(active)
        if questions:
            ids = ";".join(str(one) for one in active)
            for number, raw in enumerate(self._api.all("answers", f"questions/{ids}/answers", _PAGES), 1):
                self._add(raw, f"answer {number}", None, posts, refused, of)
        everything = list(of)
        for start in range(0, len(everything), 100):
            ids = ";".join(map(str, everything[start : start + 100]))
            for number, raw in enumerate(self._api.all("comments", f"posts/{ids}/comments", _PAGES), 1):
                self._add(raw, f"comment {number}", active, posts, refused, of)
        return list({post.id: post for post in posts}.values()), refused

    def _add(
        self, raw: msgspec.Raw, place: str, active: dict[int, int] | None, posts: list[RawPost],
        refused: list[Refusal], of: dict[int, int],
    ) -> None:  # fmt: skip
        try:
            post, belongs = of_reply(raw, self._now(), self._settings.lang, self._settings.region)
        except ItemError as error:
            refused.append(refusal(place, str(error)))
            return
        if belongs not in of:
            return
        if active is None:
            of[int(post.id[1:])] = of[belongs]
        elif post.created and post.created.timestamp() > of[belongs] + LATER.total_seconds():
            return
        posts.append(post)


def _read(raws: list[msgspec.Raw], after: int, until: int) -> tuple[list[Question], list[Refusal]]:
    found: list[Question] = []
    refused: list[Refusal] = []
    for number, raw in enumerate(raws, 1):
        try:
            one = question(raw)
            if not after <= one.last_activity_date < until:
                raise ItemError("its date is not the one it was found by")
            found.append(one)
        except ItemError as error:
            refused.append(refusal(f"question {number}", str(error)))
    return found, refused


def open_stackexchange(given: Mapping[str, Any], egress: Egress | None) -> StackExchange:
    """A tag or a search. Raises BadSetting."""
    wanted = settings("stackexchange", given, StackExchangeSettings)
    return StackExchange(wanted, way_out(egress, "Stack Exchange"))


STACKEXCHANGE = SourceType(
    type="stackexchange",
    kinds=("open",),
    title="Stack Exchange: questions, answers and comments by tag or search",
    extra=None,
    tested_against="synthetic answers by the published reference of API 2.3, 2026-11-22",
    open=open_stackexchange,
    ids_of=ids_of,
    one_account=True,
    recheck=timedelta(hours=24),
    secret="key",  # noqa: S106 - the name of the setting
    catches_up=True,
    backfills=True,
    settings=StackExchangeSettings,
    asks="What is written there is licensed CC BY-SA: whoever quotes it names the site.",
    key="Register an app at stackapps.com; its key is no secret of a person, and may be left out.",
)
