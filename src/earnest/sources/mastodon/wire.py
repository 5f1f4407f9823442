"""Asking an instance, through Mastodon.py and the guarded way out.

Mastodon.py makes the request, knows the interface and its errors. Its own reading of the answer is not used:
it guesses types (a flag that it cannot read becomes False), and whether somebody may be heard must not hang
on a guess. So the answer is read as it came.
"""

import json
import warnings
from typing import Any
from urllib.parse import urlsplit

from earnest.egress import Egress
from earnest.egress.ways import requests_session
from earnest.record.errors import BadSetting, EarnestError, SourceBusy, SourceGone
from earnest.sources.foreign import LastAnswer, own_error, part, words

LIMIT = 40
"""Statuses a request: the most that Mastodon gives."""

_TOKEN = "Make an application at the instance and give its access token: see its README."  # noqa: S105 - words
_AGAIN = "Earnest tries again by itself."
_GONE = {
    401: ("shows this only to those it knows, or does not know this token any more", _TOKEN, "key_refused"),
    403: (
        "does not let Earnest in",
        "Respect that: ask its administrators, or pause this place.",
        "forbidden",
    ),
    404: ("has no such timeline", "Check the address: is it a Mastodon instance, and has it moved?", "gone"),
    410: ("says that this is gone for good", "Close this place, or give the instance's new address.", "gone"),
    422: ("shows this timeline only to applications", _TOKEN, "key_refused"),
    451: ("may not show this for legal reasons", "Close this place.", "forbidden"),
}


class Instance:
    """One instance, asked as nobody or as an application."""

    def __init__(self, server: str, token: str, egress: Egress) -> None:
        from mastodon import Mastodon
        from mastodon.errors import MastodonWarning

        # It warns where a timeline looks closed beforehand; the answer to the question itself decides.
        warnings.filterwarnings("ignore", category=MastodonWarning)
        parts = urlsplit(server.strip())
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.username:
            raise BadSetting(
                "In the setting 'server' of the mastodon source: this is not an address.",
                advice="Write it like https://mastodon.example.",
            )
        if not token.isascii() or not all(sign.isalnum() or sign in "-_." for sign in token):
            raise BadSetting(
                "The access token of the Mastodon application is not one.", advice="Give it again."
            )
        self.host = parts.netloc.lower()
        self.secure = parts.scheme == "https"
        session = requests_session(egress)
        self._last = LastAnswer()
        session.hooks["response"].append(self._last.keep)
        self._api = Mastodon(
            api_base_url=f"{parts.scheme}://{parts.netloc}", session=session, ratelimit_method="throw"
        )
        # Handed in by itself: as an argument it might be taken for the name of a file.
        self._api.access_token = self.token = token or None

    def timeline(self, name: str, **where: Any) -> list[object]:
        """Statuses of a timeline ("public", "local", "tag/…"), newest first. Raises SourceError."""
        self._last.forget()
        try:
            self._api.timeline(name, limit=LIMIT, **where)
            items = json.loads(self._last.body)
        except Exception as error:  # noqa: BLE001 - `told` raises what it does not know
            raise told(error, self.host, self._last.wait()) from None
        if not isinstance(items, list):
            raise _strange(self.host)
        return items

    def about(self) -> dict[str, Any]:
        """What the instance says of itself. Raises SourceError."""
        self._last.forget()
        try:
            self._api.instance_v2()
            found = json.loads(self._last.body)
        except Exception as error:  # noqa: BLE001 - `told` raises what it does not know
            raise told(error, self.host, self._last.wait()) from None
        if not isinstance(found, dict):
            raise _strange(self.host)
        return found

    def streaming(self) -> str:
        """Where the instance pushes, as wss address. Raises SourceGone where it names no safe one."""
        said = part(self.about(), "configuration", "urls", "streaming")
        parts = urlsplit(words(said))
        secure = {"wss": True, "https": True, "ws": False, "http": False}.get(parts.scheme)
        if secure is None or not parts.netloc or parts.username or (self.secure and not secure):
            raise SourceGone(
                f"{self.host} names no address where it streams.",
                advice="Set stream to false: it is polled then.",
            )
        return f"{'wss' if secure else 'ws'}://{parts.netloc}"


def told(error: BaseException, host: str, wait: float | None = None) -> EarnestError:
    """What an error of Mastodon.py, or of the way out below it, is called here."""
    from mastodon.errors import MastodonAPIError, MastodonError, MastodonRatelimitError

    ours = own_error(error)
    if ours is not None:
        return ours
    if isinstance(error, MastodonRatelimitError):
        return SourceBusy(f"{host} asks to slow down (429).", after=wait, advice=_AGAIN, why="limited")
    status = error.args[1] if isinstance(error, MastodonAPIError) and len(error.args) > 1 else None
    if isinstance(status, int):
        if status in _GONE:
            what, advice, why = _GONE[status]
            return SourceGone(f"{host} {what} ({status}).", advice=advice, why=why)
        if status >= 500 or status in (408, 425):
            return SourceBusy(f"{host} cannot answer now ({status}).", after=wait, advice=_AGAIN, why="down")
        return SourceGone(
            f"{host} does not give this to Earnest ({status}).", advice="Check the address.", why="forbidden"
        )
    if isinstance(error, (MastodonError, ValueError, RecursionError, TypeError, LookupError, AttributeError)):
        return _strange(host)
    raise error


def _strange(host: str) -> SourceBusy:
    return SourceBusy(
        f"{host} does not answer as Mastodon does.",
        advice=f"Check that the address is a Mastodon instance. {_AGAIN}",
        why="bad_content",
    )
