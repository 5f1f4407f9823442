"""Reviews of one app on Google Play as a source. Read first: `GooglePlay.read`."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec

from earnest.egress import Answer, Egress
from earnest.record.errors import EarnestError, InputError, SourceBusy, SourceGone
from earnest.record.raw import Page, RawPost, Refusal
from earnest.sources.base import SourceType, dump_cursor, load_cursor, refusal, settings, way_out
from earnest.sources.http_json import ItemError, ask, item, moment, post, server, whole
from earnest.sources.newest_first import Mark

USUAL = "https://androidpublisher.googleapis.com"
PAGE = 100
REACH = timedelta(days=7)
"""Google gives only reviews that were written or changed in the last week."""

_MARGIN = timedelta(hours=1)
LAG = timedelta(seconds=30)
_WHAT = "Google Play"


class GooglePlaySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a steward sets. `key` is the JSON of a service account, from the key folder."""

    app: Annotated[
        str,
        msgspec.Meta(
            title="App",
            description="The package name of the operator's own app, as in its address.",
            examples=["org.example.app"],
            pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+$",
            max_length=200,
        ),
    ]
    key: Annotated[
        str,
        msgspec.Meta(
            title="Service account",
            description="The text of a service account's key file (JSON) that may read the reviews.",
            examples=['{"type": "service_account", …}'],
        ),
    ] = ""
    server: Annotated[str | None, msgspec.Meta(extra={"operator": True})] = None
    lang: str | None = None
    region: str | None = None


class _Stamp(msgspec.Struct):
    seconds: str | int
    nanos: int = 0


class _User(msgspec.Struct, rename="camel"):
    text: str
    last_modified: _Stamp
    reviewer_language: str | None = None


class _Comment(msgspec.Struct, rename="camel"):
    user_comment: msgspec.Raw = msgspec.Raw()


class _Review(msgspec.Struct, rename="camel"):
    review_id: str
    comments: list[_Comment]
    author_name: str | None = None


class _Paging(msgspec.Struct, rename="camel", frozen=True):
    next_page_token: str | None = None


class _Reviews(msgspec.Struct, rename="camel"):
    reviews: list[msgspec.Raw] = []
    token_pagination: _Paging = _Paging()


def _today() -> datetime:
    return datetime.now(UTC)


class GooglePlay:
    """One app. Source and Probes."""

    def __init__(
        self, wanted: GooglePlaySettings, egress: Egress, now: Callable[[], datetime] = _today
    ) -> None:
        self._settings = wanted
        self._egress = egress
        self._now = now
        # loaded here: it brings a library of cryptography that nothing else at the start needs
        from earnest.sources.google_play.token import AUDIENCE, Signer

        self._base = server(wanted.server, USUAL, "google_play")
        self._signer = Signer(egress, wanted.key, f"{self._base}/token" if wanted.server else AUDIENCE)

    def read(self, cursor: str | None) -> Iterator[Page]:
        """Reviews that were written or changed since the cursor.

        The interface orders nothing and tells nothing apart by time, so each reading goes through the whole
        week. Raises SourceBusy, SourceGone, EgressRefused, or InputError where a page's token has expired.
        """
        now = self._now()
        oldest = int((now - REACH + _MARGIN).timestamp())
        mark = load_cursor(cursor, Mark)
        missed = None
        if mark is None:
            mark = Mark(oldest)
        elif mark.top is None and mark.after < oldest:
            missed = (datetime.fromtimestamp(mark.after, UTC), datetime.fromtimestamp(oldest, UTC))
        top = mark.top if mark.top is not None else max(mark.after, int((now - LAG).timestamp()))
        following = mark.next
        while True:
            found = self._reviews(following)
            posts, refused = self._read(found.reviews, mark.after, top)
            after = found.token_pagination.next_page_token
            done = not after or after == following or len(after) > 4_000
            place = Mark(top) if done else Mark(mark.after, top, after)
            yield Page(tuple(posts), dump_cursor(place), tuple(refused), done, missed=missed)
            if done:
                return
            following, missed = after, None

    def probe(self) -> str:
        """Asks for the first page."""
        found = self._reviews(None)
        return f"The app {self._settings.app} on Google Play; {len(found.reviews)} reviews on its first page."

    def _reviews(self, following: str | None) -> _Reviews:
        answer = ask(
            self._egress,
            f"{self._base}/androidpublisher/v3/applications/{self._settings.app}/reviews",
            params={"maxResults": PAGE, "token": following},
            headers={"authorization": f"Bearer {self._signer.token()}"},
            takes=(400, 401, 403, 404),
        )
        if error := _refused(answer):
            raise error
        return whole(answer.body, _Reviews, _WHAT)

    def _read(self, raws: list[msgspec.Raw], after: int, top: int) -> tuple[list[RawPost], list[Refusal]]:
        posts: dict[str, RawPost] = {}
        refused: list[Refusal] = []
        for number, raw in enumerate(raws, 1):
            try:
                one = self._post(raw)
            except ItemError as error:
                refused.append(refusal(f"review {number}", str(error)))
                continue
            at = int(one.version.timestamp()) if one.version else 0
            if after <= at < top:
                posts.setdefault(one.id, one)
        return list(posts.values()), refused

    def _post(self, raw: msgspec.Raw) -> RawPost:
        review = item(raw, _Review, _WHAT)
        said = next((one.user_comment for one in review.comments if bytes(one.user_comment)), None)
        if said is None:
            raise ItemError("has no text")
        user = item(said, _User, _WHAT)
        at = moment(_number(user.last_modified.seconds), self._now())
        # a title stands before a tab, in front of the text
        title, tab, body = user.text.partition("\t")
        told = self._settings
        return post(
            review.review_id, body if tab else title, self._now(), title=title if tab else "", created=at,
            author=review.author_name, lang=user.reviewer_language or told.lang, region=told.region,
            version=at,
        )  # fmt: skip


def _number(seconds: str | int) -> int:
    text = str(seconds)
    if not text.isascii() or not text.isdecimal() or len(text) > 12:
        raise ItemError("its date is not one")
    return int(text)


class _Problem(msgspec.Struct):
    status: str = ""


class _Error(msgspec.Struct):
    error: _Problem


def _refused(answer: Answer) -> EarnestError | None:
    if answer.status == 200:
        return None
    if answer.status == 404:
        return SourceGone(
            "There is no such app of yours on Google Play.",
            advice="Check the setting 'app' (org.example.app).",
            why="gone",
        )
    if answer.status == 400:
        return InputError(
            "Google Play does not go on from the stored position",
            place="cursor",
            advice="Read from the start: what is kept is recognised.",
        )
    try:
        status = msgspec.json.decode(answer.body, type=_Error).error.status
    except (msgspec.MsgspecError, RecursionError):
        status = ""
    if status == "RESOURCE_EXHAUSTED" or b"quota" in answer.body[:4_000].lower():
        return SourceBusy(
            "Google asks to slow down.", after=3_600, advice="Earnest goes on by itself.", why="limited"
        )
    return SourceGone(
        "The service account may not read the reviews of this app.",
        advice="Invite it in the Play Console (Users) with 'Reply to reviews'; it takes a day.",
        why="forbidden",
    )


def open_google_play(given: Mapping[str, Any], egress: Egress | None) -> GooglePlay:
    """An app. Raises BadSetting."""
    wanted = settings("google_play", given, GooglePlaySettings)
    return GooglePlay(wanted, way_out(egress, "Google Play"))


def _ids_of(name: str) -> tuple[str, ...]:
    """A review's id, bare or in the address of the Play Console or the store."""
    bare = name.strip()
    for mark in ("reviewId=", "reviewid="):
        if mark in bare:
            bare = bare.split(mark)[1].split("&")[0].split("#")[0]
    return (bare,) if 8 <= len(bare) <= 200 and "/" not in bare and " " not in bare else ()


GOOGLE_PLAY = SourceType(
    type="google_play",
    kinds=("addressed",),
    title="Reviews of your own app on Google Play",
    extra=None,
    tested_against="synthetic answers by the published reference (v3), 2026-11-22",
    open=open_google_play,
    ids_of=_ids_of,
    secret="key",  # noqa: S106 - the name of the setting
    catches_up=True,
    settings=GooglePlaySettings,
    asks="Google serves the makers of an app the reviews of the last seven days, 200 requests an hour.",
    key="Make a service account and a JSON key in the Cloud console; invite it in the Play Console.",
)
