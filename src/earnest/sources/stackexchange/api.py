"""Asking the Stack Exchange API 2.3: pauses it asks for, what is left of a day, its errors as sentences."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from earnest.egress import Egress
from earnest.record.errors import EarnestError, SourceBusy, SourceGone
from earnest.sources.http_json import Param, ask, server, whole

USUAL = "https://api.stackexchange.com"
PAGE = 50
"""Questions a request; their answers and comments are asked for together."""

PATIENCE = 30.0
"""Seconds of a pause that are waited through; a longer one ends the reading for now."""

_SECONDS = re.compile(r"\bin (\d{1,7}) seconds")
_WHAT = "Stack Exchange"


class _Wrapper(msgspec.Struct):
    items: list[msgspec.Raw] = []
    has_more: bool = False
    backoff: int | None = None
    quota_remaining: int | None = None
    error_id: int | None = None
    error_message: str | None = None


class Api:
    """One site, asked with a key or without."""

    def __init__(
        self,
        egress: Egress,
        site: str,
        key: str,
        address: str | None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._egress = egress
        self._base = server(address, USUAL, "stackexchange") + "/2.3"
        self._always: dict[str, Param] = {"site": site, "key": key or None, "filter": "withbody"}
        self._pause = pause
        self._free: dict[str, float] = {}
        self._left: int | None = None

    def page(self, method: str, path: str, **params: Param) -> _Wrapper:
        """One page of a method. Raises SourceBusy, SourceGone or EgressRefused."""
        if self._left == 0:
            raise SourceBusy(
                "Stack Exchange has answered all it answers in a day.",
                after=_until_midnight(),
                advice="Earnest goes on tomorrow. A free key (setting 'key') raises 300 requests to 10,000.",
                why="limited",
            )
        wait = self._free.get(method, 0.0) - time.monotonic()
        if wait > PATIENCE:
            raise SourceBusy(
                "Stack Exchange asks for a pause.", after=wait, advice="Earnest goes on by itself."
            )
        if wait > 0:
            self._pause(wait)
        answer = ask(self._egress, f"{self._base}/{path}", params={**self._always, **params}, takes=(400,))
        found = whole(answer.body, _Wrapper, _WHAT)
        if answer.status == 400 or found.error_id is not None:
            raise told(found.error_id, found.error_message or "")
        if found.backoff:
            self._free[method] = time.monotonic() + max(0, min(found.backoff, 86_400))
        self._left = found.quota_remaining
        return found

    def all(self, method: str, path: str, most: int, **params: Param) -> Iterator[msgspec.Raw]:
        """Every item of a method, page by page, at most so many pages."""
        for number in range(1, most + 1):
            found = self.page(method, path, page=number, pagesize=100, **params)
            yield from found.items
            if not found.has_more:
                return
        raise SourceBusy("Stack Exchange lists more than can be read at once.", advice="Earnest tries again.")


def told(id: int | None, message: str) -> EarnestError:
    """An error of the interface by its number (https://api.stackexchange.com/docs/error-handling)."""
    if id == 502:
        wait = _SECONDS.search(message)
        return SourceBusy(
            "Stack Exchange asks to slow down.",
            after=float(wait[1]) if wait else 600.0,
            advice="Earnest goes on by itself. A key, in the setting 'key', allows more requests.",
            why="limited",
        )
    if id in (500, 503):
        return SourceBusy(
            "Stack Exchange cannot answer now.", advice="Earnest tries again by itself.", why="down"
        )
    if id in (401, 402, 403, 405, 406):
        return SourceGone(
            "Stack Exchange does not accept the key.",
            advice="Make a new one at stackapps.com.",
            why="key_refused",
        )
    if id in (400, 404):
        return SourceGone(
            "Stack Exchange does not know this site or tag.",
            advice="Check the settings 'site' (such as stackoverflow), 'tags' and 'query'.",
            why="gone",
        )
    return SourceBusy("Stack Exchange refused the request.", advice="Earnest tries again by itself.")


def _until_midnight() -> float:
    now = datetime.now(UTC)
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - now).total_seconds()
