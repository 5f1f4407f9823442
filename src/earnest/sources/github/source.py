"""A repository's issues, discussions and comments as a source. Read first: `GitHub.read`."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec

from earnest.egress import Egress
from earnest.record.errors import BadSetting, SourceBusy
from earnest.record.raw import Page, RawPost, Refusal
from earnest.sources.base import SourceType, dump_cursor, load_cursor, refusal, settings, way_out
from earnest.sources.github import discussions, items
from earnest.sources.github.api import Api
from earnest.sources.http_json import ItemError
from earnest.sources.relist import dated_within
from earnest.sources.seconds import cut

PAGE = 100
LAG = timedelta(seconds=30)
_LISTED = 1_000
Part = Literal["issues", "comments", "discussions"]
_PATHS = {"issues": "/issues", "comments": "/issues/comments"}


class GitHubSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a steward sets."""

    repository: Annotated[
        str,
        msgspec.Meta(
            title="Repository",
            description="A public repository, as its address names it.",
            examples=["example/app"],
            pattern=r"^[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}$",
        ),
    ]
    token: Annotated[
        str,
        msgspec.Meta(
            title="Token",
            description="A fine-grained token for public repositories; issues can be read without one.",
            examples=["github_pat_…"],
        ),
    ] = ""
    comments: Annotated[
        bool, msgspec.Meta(title="Comments", description="Whether comments are read too.", examples=["yes"])
    ] = True
    discussions: Annotated[
        bool,
        msgspec.Meta(
            title="Discussions",
            description="Whether discussions are read too; that needs a token.",
            examples=["no"],
        ),
    ] = False
    pulls: Annotated[
        bool,
        msgspec.Meta(
            title="Pull requests",
            description="Whether pull requests count: they are work on the code more than talk.",
            examples=["no"],
        ),
    ] = False
    days: Annotated[
        int,
        msgspec.Meta(
            title="Begin so many days ago",
            description="How far back the first reading goes, by the last change.",
            examples=["90"],
            ge=0,
            le=7_300,
        ),
    ] = 90
    server: Annotated[str | None, msgspec.Meta(extra={"operator": True})] = None
    lang: str | None = None
    region: str | None = None

    def __post_init__(self) -> None:
        if self.discussions and not self.token:
            raise ValueError("`discussions` needs a token")


class Place(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Of one list: what changed before this second was read; of this one second so many pages of
    GitHub's own; what makes the next question conditional.
    """

    after: int
    page: int = 1
    etag: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.after < 1 << 40 or not 1 <= self.page < 100_000:
            raise ValueError("out of range")


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cursor: where each list stands, and which comes next."""

    issues: Place
    comments: Place
    discussions: Place
    next: Part = "issues"


def _today() -> datetime:
    return datetime.now(UTC)


class GitHub:
    """One repository. Source, Relists, Backfills and Probes."""

    def __init__(self, wanted: GitHubSettings, egress: Egress, now: Callable[[], datetime] = _today) -> None:
        self._settings = wanted
        self._now = now
        self._api = Api(egress, wanted.repository, wanted.token, wanted.server)
        self._parts: list[Part] = ["issues"]
        self._parts += ["comments"] if wanted.comments else []
        self._parts += ["discussions"] if wanted.discussions else []

    def read(self, cursor: str | None) -> Iterator[Page]:
        """What changed since the cursor: issues, comments, discussions, each in the order of change.

        Raises SourceBusy, SourceGone or EgressRefused.
        """
        mark = load_cursor(cursor, Mark)
        if mark is None:
            mark = self._from(self._now() - timedelta(days=self._settings.days))
        return self._pages(mark)

    def backfill(self, cursor: str | None, since: datetime, until: datetime) -> Iterator[Page]:
        """What was said in a stretch of time, by the order of the last change."""
        for page in self._pages(load_cursor(cursor, Mark) or self._from(since)):
            yield dated_within(page, since, until)

    def still_there(self, since: datetime, until: datetime) -> Iterator[Page]:
        """What was said in a stretch of time and stands there now."""
        self._api.must_be_public()
        mark = dump_cursor(self._from(since))
        for part in self._parts:
            if part == "discussions":
                for one in self._active(int(since.timestamp())):
                    yield dated_within(Page(tuple(one.posts), mark, tuple(one.refused)), since, until)
                continue
            for number in range(1, _LISTED + 1):
                raws, more, _ = self._api.list(
                    _PATHS[part], state="all", sort="created", direction="desc", per_page=PAGE, page=number
                )
                found = [self._post(part, raw, place) for place, raw in enumerate(raws or [], 1)]
                posts = tuple(one for one in found if isinstance(one, RawPost))
                refused = tuple(one for one in found if isinstance(one, Refusal))
                yield dated_within(Page(posts, mark, refused), since, until)
                if not more or any(one.created is not None and one.created < since for one in posts):
                    break
            else:
                raise SourceBusy("GitHub lists more than can be looked through.", advice="Read fewer days.")
        yield Page((), mark, done=True)

    def probe(self) -> str:
        """Asks what the repository is."""
        told = self._api.about()
        public = "in public" if told.get("private") is False else "not in public"
        return f"The repository {self._settings.repository} on GitHub, {public}."

    def _from(self, since: datetime) -> Mark:
        begin = Place(int(since.timestamp()))
        return Mark(begin, begin, begin)

    def _pages(self, mark: Mark) -> Iterator[Page]:
        self._api.must_be_public()
        until = int((self._now() - LAG).timestamp())
        first = self._parts.index(mark.next) if mark.next in self._parts else 0
        for part in self._parts[first:]:
            last = part == self._parts[-1]
            following: Part = "issues" if last else self._parts[self._parts.index(part) + 1]
            steps = (
                self._talk(mark.discussions, until)
                if part == "discussions"
                else self._list(part, mark, until)
            )
            for posts, refused, place, ended in steps:
                mark = msgspec.structs.replace(mark, **{part: place}, next=following if ended else part)
                if posts or refused or (ended and last):
                    yield Page(tuple(posts), dump_cursor(mark), tuple(refused), ended and last)

    def _list(
        self, part: Part, mark: Mark, until: int
    ) -> Iterator[tuple[list[RawPost], list[Refusal], Place, bool]]:
        """Pages of a list in the order of change: what is said, where it ends, and whether it is the end."""
        place: Place = getattr(mark, part)
        more = True
        while more:
            # one second earlier: whether "since" includes its own second is not written anywhere
            begin = datetime.fromtimestamp(max(0, place.after - 1), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            known = place.etag if place.page == 1 else None
            raws, more, etag = self._api.list(
                _PATHS[part], known, since=begin, state="all", sort="updated",
                direction="asc", per_page=PAGE, page=place.page,
            )  # fmt: skip
            if raws is None:
                yield [], [], place, True
                return
            dated, refused = self._dated(raws, place.after, until)
            seconds = [second for second, _, _ in dated]
            if more and seconds and seconds[-1] > place.after:
                # whatever else changed in this second may stand on the next page: all of it is read there
                dated = [one for one in dated if one[0] < seconds[-1]]
                place = Place(seconds[-1])
            elif more and place.page < 99_999:
                place = Place(place.after, place.page + 1)
            elif seconds:
                place = Place(seconds[-1] + 1)
            else:
                place = Place(place.after, etag=etag)
            found = [self._post(part, raw, number) for _, number, raw in dated]
            posts = {one.id: one for one in found if isinstance(one, RawPost)}
            refused += [one for one in found if isinstance(one, Refusal)]
            yield list(posts.values()), refused, place, not more

    def _dated(
        self, raws: list[msgspec.Raw], after: int, until: int
    ) -> tuple[list[tuple[int, int, msgspec.Raw]], list[Refusal]]:
        """Items that changed in a stretch of time, with the second and their place on the page."""
        dated: list[tuple[int, int, msgspec.Raw]] = []
        refused: list[Refusal] = []
        for number, raw in enumerate(raws, 1):
            try:
                second = items.updated(raw, self._now())
            except ItemError as error:
                refused.append(refusal(f"item {number}", str(error)))
            else:
                dated += [(second, number, raw)] if after <= second < until else []
        return dated, refused

    def _post(self, part: Part, raw: msgspec.Raw, number: int) -> RawPost | Refusal | None:
        told = self._settings
        make = items.issue if part == "issues" else items.comment
        try:
            return make(raw, self._now(), told.lang, told.region, pulls=told.pulls)
        except ItemError as error:
            return refusal(f"{part.removesuffix('s')} {number}", str(error))

    def _active(self, after: int) -> list[discussions.Active]:
        told = self._settings
        return discussions.since(self._api, told.repository, after, self._now(), told.lang, told.region)

    def _talk(self, place: Place, until: int) -> Iterator[tuple[list[RawPost], list[Refusal], Place, bool]]:
        active = [one for one in self._active(place.after) if one.second < until]
        for some, following in cut(active, lambda one: one.second, 10):
            end = some[-1].second + 1 if some else place.after
            posts = [post for one in some for post in one.posts]
            refused = [bad for one in some for bad in one.refused]
            yield posts, refused, Place(end if following is None else following), following is None


def open_github(given: Mapping[str, Any], egress: Egress | None) -> GitHub:
    """A repository. Raises BadSetting."""
    wanted = settings("github", given, GitHubSettings)
    if any(sign <= " " or sign > "~" for sign in wanted.token):
        raise BadSetting("The token of GitHub is not one.", advice="Copy it again, without spaces.")
    return GitHub(wanted, way_out(egress, "GitHub"))


GITHUB = SourceType(
    type="github",
    kinds=("open",),
    title="GitHub: issues, discussions and comments of a repository",
    extra=None,
    tested_against="synthetic answers by the published reference (2022-11-28), 2026-11-22",
    open=open_github,
    ids_of=items.ids_of,
    one_account=True,
    recheck=timedelta(hours=24),
    secret="token",  # noqa: S106 - the name of the setting
    catches_up=True,
    backfills=True,
    settings=GitHubSettings,
    asks="Its terms allow archives of public data, and forbid to sell it or to send unasked mail.",
    key="Make a fine-grained token (Settings, Developer settings) that reads public repositories.",
)
