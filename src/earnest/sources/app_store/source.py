"""Reviews of one app as a source. Read first: `AppStore.read`."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from earnest.egress import Answer, Egress
from earnest.record.errors import EarnestError, InputError, SourceGone
from earnest.record.raw import Page, RawPost, Refusal
from earnest.sources.app_store import reviews
from earnest.sources.base import SourceType, load_cursor, refusal, settings, way_out
from earnest.sources.http_json import ItemError, Param, ask, server, whole
from earnest.sources.newest_first import Listed, Mark, walk
from earnest.sources.relist import Recheck, check_recheck

CONNECT = "https://api.appstoreconnect.apple.com"
STORE = "https://itunes.apple.com"
PAGE = 200
FEED_PAGES = 10
"""Pages of fifty that the public feed gives."""

LAG = timedelta(seconds=30)
_WHAT = "the App Store"


class AppStoreSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a steward sets. With `key` the operator's own app is read; with `country` the public feed."""

    app: Annotated[
        str,
        msgspec.Meta(
            title="App",
            description="The number of the app in the store's address, without the letters id.",
            examples=["123456789"],
            pattern=r"^[0-9]{4,15}$",
        ),
    ]
    key: Annotated[
        str,
        msgspec.Meta(
            title="Private key",
            description="The text of the key file of App Store Connect (p8), for the operator's own app.",
            examples=["-----BEGIN PRIVATE KEY-----…"],
        ),
    ] = ""
    key_id: Annotated[
        str | None, msgspec.Meta(title="Key ID", description="The ID of that key.", examples=["2X9R4HXF34"])
    ] = None
    issuer: Annotated[
        str | None,
        msgspec.Meta(
            title="Issuer ID",
            description="The issuer ID shown beside the keys in App Store Connect.",
            examples=["57246542-96fe-1a63-e053-0824d011072a"],
        ),
    ] = None
    country: Annotated[
        Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z]{2}$")] | None,
        msgspec.Meta(
            title="Country",
            description="Without a key: the country whose public store feed is read, in two letters.",
            examples=["gb"],
        ),
    ] = None
    days: Annotated[
        int,
        msgspec.Meta(
            title="Begin so many days ago",
            description="How far back the first reading goes.",
            examples=["365"],
            ge=0,
            le=7_300,
        ),
    ] = 365
    recheck_hours: Recheck = None
    server: Annotated[str | None, msgspec.Meta(extra={"operator": True})] = None
    lang: str | None = None
    region: str | None = None

    def __post_init__(self) -> None:
        if self.key and not (self.key_id and self.issuer):
            raise ValueError("`key_id` and `issuer` are needed with a key")
        if not self.key and not self.country:
            raise ValueError("`country` is needed without a key")
        check_recheck(self.recheck_hours)


class _Links(msgspec.Struct, frozen=True):
    next: str | None = None


class _Reviews(msgspec.Struct):
    data: list[msgspec.Raw]
    links: _Links = _Links()


class _Feed(msgspec.Struct):
    feed: msgspec.Raw


class _OneEntry(msgspec.Struct):
    entry: msgspec.Raw = msgspec.Raw()


def _today() -> datetime:
    return datetime.now(UTC)


class AppStore:
    """One app. Source, Relists and Probes."""

    def __init__(
        self, wanted: AppStoreSettings, egress: Egress, now: Callable[[], datetime] = _today
    ) -> None:
        self._settings = wanted
        self._egress = egress
        self._now = now
        # loaded here: it brings a library of cryptography that nothing else at the start needs
        from earnest.sources.app_store.token import Signer

        self._signer = Signer(wanted.issuer or "", wanted.key_id or "", wanted.key) if wanted.key else None
        self._base = server(wanted.server, CONNECT if self._signer else STORE, "app_store")

    def read(self, cursor: str | None) -> Iterator[Page]:
        """Reviews since the cursor, the newest first. Raises SourceBusy, SourceGone or EgressRefused."""
        mark = load_cursor(cursor, Mark)
        if mark is None:
            mark = Mark(int((self._now() - timedelta(days=self._settings.days)).timestamp()))
        return walk(mark, int((self._now() - LAG).timestamp()), self._listed)

    def backfill(self, cursor: str | None, since: datetime, until: datetime) -> Iterator[Page]:
        """Reviews of a stretch of time, the newest first."""
        return walk(
            load_cursor(cursor, Mark) or Mark(int(since.timestamp())), int(until.timestamp()), self._listed
        )

    def still_there(self, since: datetime, until: datetime) -> Iterator[Page]:
        """Reviews of a stretch of time that stand there now. Raises InputError where the public feed ends
        before them.
        """
        for page in walk(Mark(int(since.timestamp())), int(until.timestamp()), self._listed):
            if page.missed is not None:
                raise InputError(
                    "the public feed does not reach so far back", place="feed", advice="Read it with a key."
                )
            yield page

    def probe(self) -> str:
        """Asks for the first page."""
        found = self._listed(None)
        how = "App Store Connect" if self._signer else f"the public feed of {self._settings.country}"
        return f"The app {self._settings.app} by {how}; {len(found.posts)} reviews on its first page."

    def _listed(self, following: str | None) -> Listed:
        return self._own(following) if self._signer else self._feed(int(following or "1"))

    def _own(self, following: str | None) -> Listed:
        assert self._signer is not None  # noqa: S101 - asked before
        params: dict[str, Param] = {"sort": "-createdDate", "limit": PAGE, "cursor": following}
        answer = ask(
            self._egress, f"{self._base}/v1/apps/{self._settings.app}/customerReviews", params=params,
            headers={"authorization": f"Bearer {self._signer.token()}"}, takes=(400, 401, 403, 404),
        )  # fmt: skip
        if error := _refused(answer):
            raise error
        found = whole(answer.body, _Reviews, _WHAT)
        posts, refused = self._read(found.data, reviews.own)
        return Listed(posts, refused, _cursor_in(found.links.next))

    def _feed(self, page: int) -> Listed:
        told = self._settings
        country = (told.country or "").lower()
        path = f"/{country}/rss/customerreviews/page={page}/id={told.app}/sortby=mostrecent/json"
        answer = ask(self._egress, self._base + path)
        entries = _entries(answer.body)
        posts, refused = self._read(entries, reviews.listed)
        more = bool(entries) and page < FEED_PAGES
        return Listed(posts, refused, str(page + 1) if more else None, cut=page >= FEED_PAGES)

    def _read(
        self, raws: list[msgspec.Raw],
        make: Callable[[msgspec.Raw, datetime, str | None, str | None], RawPost],
    ) -> tuple[list[RawPost], list[Refusal]]:  # fmt: skip
        told, posts, refused = self._settings, dict[str, RawPost](), list[Refusal]()
        region = told.region or (told.country or "").upper() or None
        for number, raw in enumerate(raws, 1):
            try:
                one = make(raw, self._now(), told.lang, region)
            except ItemError as error:
                refused.append(refusal(f"review {number}", str(error)))
            else:
                posts.setdefault(one.id, one)
        return list(posts.values()), refused


def _entries(body: bytes) -> list[msgspec.Raw]:
    """Entries of the feed; one alone is no list there, and none is nothing."""
    feed = whole(body, _Feed, _WHAT).feed
    entry = whole(bytes(feed), _OneEntry, _WHAT).entry
    body = bytes(entry).strip()
    if body in (b"", b"null"):
        return []
    return whole(body, list[msgspec.Raw], _WHAT) if body[:1] == b"[" else [entry]


def _cursor_in(link: str | None) -> str | None:
    """Apple's word for the next page: the parameter of a whole address, which is not followed as such."""
    try:
        found = parse_qs(urlsplit(link or "").query).get("cursor", [""])[0]
    except ValueError:
        return None
    return found if 0 < len(found) <= 2_000 else None


def _refused(answer: Answer) -> EarnestError | None:
    if answer.status == 200:
        return None
    if answer.status == 401:
        return SourceGone(
            "App Store Connect does not accept the key.",
            advice="Check 'key_id' and 'issuer', or make a new key: it may have been taken back.",
            why="key_refused",
        )
    if answer.status == 403:
        return SourceGone(
            "The key may not read customer reviews.",
            advice="Give it the role Customer Support; a new agreement may be waiting there.",
            why="forbidden",
        )
    if answer.status == 404:
        return SourceGone("There is no such app of yours.", advice="Check the setting 'app'.", why="gone")
    return InputError(
        "the App Store does not go on from the stored position", place="cursor", advice="Read from the start."
    )


def open_app_store(given: Mapping[str, Any], egress: Egress | None) -> AppStore:
    """An app. Raises BadSetting."""
    wanted = settings("app_store", given, AppStoreSettings)
    return AppStore(wanted, way_out(egress, "The App Store"))


def _ids_of(name: str) -> tuple[str, ...]:
    """A review's own id."""
    bare = name.strip()
    return (bare,) if bare and len(bare) <= 64 and bare.replace("-", "").isalnum() else ()


APP_STORE = SourceType(
    type="app_store",
    kinds=("addressed",),
    title="Reviews of an app in Apple's App Store",
    extra=None,
    tested_against="synthetic answers by the published reference of App Store Connect 3.x, 2026-11-22",
    open=open_app_store,
    ids_of=_ids_of,
    secret="key",  # noqa: S106 - the name of the setting
    catches_up=True,
    backfills=True,
    settings=AppStoreSettings,
    asks="App Store Connect serves the makers of an app; the feed gives a country's newest 500.",
    key="Make a key with the role Customer Support in App Store Connect (Users and Access, Integrations).",
)
