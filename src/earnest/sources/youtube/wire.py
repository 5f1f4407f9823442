"""Asking YouTube, through google-api-python-client and the guarded way out, as a project by its key.

The interface's description is the one inside the client's package, so nothing is fetched for it.
"""

import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from earnest.egress import Egress
from earnest.egress.ways import httplib2_http
from earnest.record.errors import BadSetting, EarnestError, SourceBusy, SourceGone
from earnest.sources.foreign import own_error, part, words

PAGE = 100
"""Threads or comments a request: the most that YouTube gives. Each request costs one unit of the quota."""

NAMED = 50
"""Comments asked for by their ids in one request."""

_API = "https://youtube.googleapis.com"
_AGAIN = "Earnest tries again by itself."
_CONSOLE = "Look at https://console.cloud.google.com/apis/credentials."

_QUOTA = frozenset({"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"})
_SLOW = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})
_REASONS = {
    "keyInvalid": ("does not know this key", _CONSOLE),
    "badRequest": ("does not take this key or this request", _CONSOLE),
    "API_KEY_INVALID": ("does not know this key", _CONSOLE),
    "keyExpired": ("says that this key has expired", f"Make a new one. {_CONSOLE}"),
    "accessNotConfigured": (
        "is not switched on in this project",
        f"Switch on YouTube Data API v3. {_CONSOLE}",
    ),
    "SERVICE_DISABLED": ("is not switched on in this project", f"Switch on YouTube Data API v3. {_CONSOLE}"),
    "ipRefererBlocked": ("does not take this key from here", f"Allow this server's address. {_CONSOLE}"),
    "API_KEY_SERVICE_BLOCKED": ("is not among what this key may ask", _CONSOLE),
}
_GONE = {
    401: ("does not take this key", _CONSOLE, "key_refused"),
    403: ("does not show these comments", "They may be private; respect that, or pause it.", "forbidden"),
    404: ("knows no such channel or video", "Check its id: it may be deleted or private now.", "gone"),
    410: ("has closed this interface", "Look for a newer version of Earnest.", "gone"),
    451: ("may not show this for legal reasons", "Close this place.", "forbidden"),
}


class NoComments(SourceGone):
    """The comments of one video are switched off, or the video is gone: there is nothing to hear."""


class YouTube:
    """YouTube's interface as one project sees it."""

    def __init__(self, server: str, key: str, egress: Egress) -> None:
        from googleapiclient.discovery import build

        if not key.isascii() or not key.isprintable() or " " in key or len(key) < 8:
            raise BadSetting("The key of the Google project is missing or is none.", advice=_CONSOLE)
        # It writes addresses, which hold the key, and bodies of answers into its log.
        logging.getLogger("googleapiclient").setLevel(logging.CRITICAL + 1)
        self._api = build(
            "youtube",
            "v3",
            http=httplib2_http(egress, at={_API: server} if server else {}),
            developerKey=key,
            static_discovery=True,
            cache_discovery=False,
        )

    def threads(self, where: dict[str, str], after: str | None) -> tuple[list[Any], str | None]:
        """Threads, the newest first, and what leads to the next. Raises SourceError, NoComments."""
        return self._asked(
            self._api.commentThreads().list,
            part="snippet,replies",
            order="time",
            textFormat="plainText",
            maxResults=PAGE,
            pageToken=after,
            **where,
        )

    def replies(self, thread: str) -> list[Any]:
        """Every reply to a thread. Raises SourceError; a thread that is gone has none."""
        found: list[Any] = []
        after: str | None = None
        seen: set[str] = set()
        while True:
            try:
                some, after = self._asked(
                    self._api.comments().list,
                    part="snippet",
                    parentId=thread,
                    textFormat="plainText",
                    maxResults=PAGE,
                    pageToken=after,
                )
            except NoComments:
                return found
            found += some
            if after is None or after in seen:
                return found
            seen.add(after)

    def comments(self, ids: Sequence[str]) -> list[Any]:
        """Comments by their ids, at most `NAMED`: those that are there. Raises SourceError."""
        found, more = self._asked(
            self._api.comments().list, part="snippet", id=",".join(ids), textFormat="plainText"
        )
        if more is not None:
            raise strange()  # a part of an answer says of nothing that it is gone
        return found

    def _asked(self, method: Any, **where: Any) -> tuple[list[Any], str | None]:
        try:
            answer = method(**{name: value for name, value in where.items() if value is not None}).execute()
        except Exception as error:  # noqa: BLE001 - `told` raises what it does not know
            raise told(error) from None
        items = part(answer, "items")
        if not isinstance(items, list):
            raise strange()
        return items, words(part(answer, "nextPageToken")) or None


def told(error: BaseException) -> EarnestError:
    """What an error of the client, or of the way out below it, is called here."""
    from googleapiclient.errors import Error, HttpError

    ours = own_error(error)
    if ours is not None:
        return ours
    if isinstance(error, HttpError):
        return refused(int(error.resp.status), error.content)
    if isinstance(
        error, (Error, OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)
    ):
        return strange()
    raise error


def refused(status: int, body: object) -> EarnestError:
    """What a status that is no answer means: YouTube says 403 for many things, and why in its body."""
    reasons = _reasons(body)
    if reasons & _QUOTA:
        return SourceBusy(
            "The day's quota of this Google project is used up.",
            after=_until_midnight(),
            advice="It begins anew at midnight in California; ask Google for more, or read less often.",
            why="limited",
        )
    if reasons & _SLOW or status == 429:
        return SourceBusy(f"YouTube asks to slow down ({status}).", after=60.0, advice=_AGAIN, why="limited")
    if "commentsDisabled" in reasons:
        return NoComments(
            "The comments of this video are switched off.",
            advice="Take it out of the place, or close it.",
            why="gone",
        )
    if status >= 500 or status in (408, 425) or "processingFailure" in reasons:
        return SourceBusy(f"YouTube cannot answer now ({status}).", advice=_AGAIN, why="down")
    known = sorted(reasons & _REASONS.keys(), key=list(_REASONS).index)
    if status in (400, 403) and known:
        what, advice = _REASONS[known[0]]
        return SourceGone(f"YouTube {what} ({status}).", advice=advice, why="key_refused")
    other = ("does not give this to Earnest", "Check the channel and the videos.", "forbidden")
    what, advice, why = _GONE.get(status, other)
    kind = NoComments if status == 404 else SourceGone
    return kind(f"YouTube {what} ({status}).", advice=advice, why=why)


def strange() -> SourceBusy:
    """An answer that is none of YouTube's."""
    return SourceBusy("YouTube does not answer as it should.", advice=_AGAIN, why="bad_content")


def _reasons(body: object) -> set[str]:
    try:
        error = part(json.loads(body) if isinstance(body, (bytes, str)) else body, "error")
    except (ValueError, RecursionError):
        return set()
    lists = [part(error, name) for name in ("errors", "details")]
    items = [item for some in lists if isinstance(some, list) for item in some]
    return {words(part(item, "reason")) for item in items} - {""}


def _until_midnight() -> float:
    """Seconds until the quota begins anew, and a minute."""
    here = datetime.now(ZoneInfo("America/Los_Angeles"))
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight.astimezone(UTC) - here.astimezone(UTC)).total_seconds() + 60.0
