"""Asking Reddit's interface, through asyncpraw and the guarded way out, as an application and nobody else.

asyncpraw signs in, refreshes and keeps its pace; the guard's own session carries its requests. What a status
means is decided here, for all of them in one place: asyncpraw would try again by itself, and would sleep for
as long as Reddit's window is.
"""

import asyncio
import json
import logging
import time
import warnings
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from earnest.egress import Egress, budget, translate
from earnest.egress.ways import aiohttp_session
from earnest.record.errors import BadSetting, EarnestError, EgressRefused, SourceBusy, SourceGone
from earnest.sources.foreign import own_error, part, words

LONGEST_WAIT = 5.0
"""Seconds that are waited for the next request; a longer wait is told to whoever asked."""

_AGAIN = "Earnest tries again by itself."
_APP = "Look at https://www.reddit.com/prefs/apps: the id stands under the name, the secret inside."

_REASONS = {
    "private": ("is private", "Respect that: pause this place.", "forbidden"),
    "quarantined": ("is quarantined: only people who agreed may look", "Close this place.", "forbidden"),
    "banned": ("was banned by Reddit", "Close this place.", "banned"),
    "gold_only": ("is for paying members", "Pause this place.", "forbidden"),
    "restricted": ("shows this to approved members alone", "Pause this place.", "forbidden"),
}
_GONE = {
    401: ("does not take this sign-in any more", _APP, "key_refused"),
    403: (
        "does not let this application in",
        "Ask whether it is approved, or pause this place.",
        "forbidden",
    ),
    404: ("is not there", "Check its name: it may have been renamed or closed.", "gone"),
    410: ("is gone for good", "Close this place.", "gone"),
    451: ("may not be shown for legal reasons", "Close this place.", "forbidden"),
}

Ask = Callable[[str, dict[str, str]], Awaitable[Any]]


class Reddit:
    """Reddit's interface as one application sees it."""

    def __init__(self, server: str, client_id: str, secret: str, egress: Egress) -> None:
        if not all(one.isascii() and one.isprintable() and one.strip() for one in (client_id, secret)):
            raise BadSetting(
                "The id or the secret of the Reddit application is missing or is none.", advice=_APP
            )
        self._server, self._client_id, self._secret, self._egress = server, client_id, secret, egress

    def run(self, work: Callable[[Ask], Awaitable[Any]]) -> Any:
        """What `work` gives, which asks by a function of path and parameters. Raises SourceError."""
        try:
            return asyncio.run(self._session(work))
        except Exception as error:  # noqa: BLE001 - `told` raises what it does not know
            raise told(error) from None

    async def _session(self, work: Callable[[Ask], Awaitable[Any]]) -> Any:
        import asyncpraw

        _hush()
        async with aiohttp_session(self._egress) as session:
            reddit = asyncpraw.Reddit(
                client_id=self._client_id,
                client_secret=self._secret,
                user_agent="Earnest",
                username=None,
                password=None,
                refresh_token=None,
                check_for_updates=False,
                oauth_url=self._server or "https://oauth.reddit.com",
                reddit_url=self._server or "https://www.reddit.com",
                requestor_class=_way(),
                requestor_kwargs={"session": session},
            )
            _pace(reddit)

            async def ask(path: str, params: dict[str, str]) -> Any:
                return await reddit.request(method="GET", path=path, params=dict(params))

            return await work(ask)


def _way() -> Any:
    from aiohttp import ClientTimeout
    from asyncprawcore import Requestor

    class Way(Requestor):
        """Asks by the session that was handed in, and judges what comes back."""

        @asynccontextmanager
        async def request(self, *args: Any, timeout: float | None = None, **more: Any) -> AsyncIterator[Any]:
            auth = more.pop("auth", None)
            if auth is not None:
                known = b64encode(f"{auth.login}:{auth.password}".encode()).decode()
                more["headers"] = {**more.get("headers", {}), "Authorization": f"Basic {known}"}
            more["timeout"] = ClientTimeout(timeout or self.timeout)
            session: Any = self._http
            async with session.request(*args, **more) as response:
                if response.status != 200:
                    raise refused(response.status, dict(response.headers), await _body(response))
                yield response

    return Way


async def _body(response: Any) -> bytes:
    try:
        return bytes(await response.read())
    except (OSError, ValueError):
        return b""


def _pace(reddit: Any) -> None:
    """A long wait is an answer, not a sleep; and a limit that cannot be read costs no page."""
    limiter = reddit._core.rate_limiter
    theirs = limiter.update

    async def delay() -> None:
        then = limiter.next_request_timestamp_ns
        wait = (then - time.monotonic_ns()) / 1e9 if then is not None else 0.0
        if wait > LONGEST_WAIT:
            raise SourceBusy("Reddit asks to slow down.", after=wait, advice=_AGAIN, why="limited")
        if wait > 0:
            await asyncio.sleep(wait)

    def update(*, response_headers: Any) -> None:
        try:
            theirs(response_headers=response_headers)
        except (ValueError, LookupError, TypeError, OverflowError):
            limiter.next_request_timestamp_ns = None

    limiter.delay, limiter.update = delay, update


def refused(status: int, headers: dict[str, str], body: bytes) -> EarnestError:
    """What a status that is no answer means, and what a person does next."""
    wait = budget.told(headers, status, datetime.now(UTC)).wait or None
    if status == 429:
        return SourceBusy("Reddit asks to slow down (429).", after=wait, advice=_AGAIN, why="limited")
    if status >= 500 or status in (408, 425):
        return SourceBusy(f"Reddit cannot answer now ({status}).", after=wait, advice=_AGAIN, why="down")
    if 300 <= status < 400:
        return moved()
    reason = words(part(_read(body), "reason"))
    if reason in _REASONS:
        what, advice, why = _REASONS[reason]
        return SourceGone(f"The subreddit {what} ({status}).", advice=advice, why=why)
    if status in (401, 403):
        what, advice, why = _GONE[status]
        return SourceGone(f"Reddit {what} ({status}).", advice=advice, why=why)
    what, advice, why = _GONE.get(status, ("cannot be asked for in this way", "Check its name.", "gone"))
    return SourceGone(f"The subreddit {what} ({status}).", advice=advice, why=why)


def moved() -> SourceGone:
    """Reddit leads elsewhere where a subreddit is not there."""
    return SourceGone(
        "There is no such subreddit: Reddit leads elsewhere.", advice="Check its name.", why="gone"
    )


def told(error: BaseException) -> EarnestError:
    """What an error of asyncpraw, of aiohttp or of the way out below it is called here."""
    import aiohttp
    from asyncpraw.exceptions import AsyncPRAWException
    from asyncprawcore.exceptions import AsyncPrawcoreException, OAuthException

    ours = own_error(error)
    if isinstance(ours, EgressRefused) and ours.problem.endswith("redirects."):
        return moved()
    if ours is not None:
        return ours
    if isinstance(error, OAuthException):
        return SourceGone(
            "Reddit does not take the id or the secret of the application.", advice=_APP, why="key_refused"
        )
    if isinstance(error, (aiohttp.ContentTypeError, aiohttp.ClientPayloadError)):
        return strange()
    if isinstance(error, (aiohttp.ClientError, OSError)):
        return translate(OSError())
    if isinstance(error, (AsyncPrawcoreException, AsyncPRAWException)):
        return strange()
    if isinstance(error, (ValueError, LookupError, TypeError, AttributeError, RecursionError)):
        return strange()
    raise error


def strange() -> SourceBusy:
    """An answer that is none of Reddit's."""
    return SourceBusy("Reddit does not answer as it should.", advice=_AGAIN, why="bad_content")


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _hush() -> None:
    """Both libraries write into their logs what they ask for: a position may name a post. And how asyncpraw
    signs in is going out of fashion in aiohttp, which is no news for an operator.
    """
    warnings.filterwarnings("ignore", "BasicAuth is deprecated", DeprecationWarning)
    for library in ("asyncpraw", "asyncprawcore"):
        logging.getLogger(library).setLevel(logging.ERROR)
