"""What every tracker can do."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

from earnest.record.errors import BadSetting

State = Literal["open", "closed", "gone", "unknown"]


class Garbled(ValueError):
    """The answer is not what the tracker's documents say; nothing of it is taken."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to be sent."""

    method: Literal["GET", "POST"]
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """An issue: what it is called there, where a person reads it, how it stands."""

    ref: str
    url: str
    state: State


@dataclass(frozen=True, slots=True)
class Heard:
    """What came by a hook: which issue to look at. `id` is the same when the same comes again."""

    id: str
    ref: str | None


class Tracker(Protocol):
    """Where issues are."""

    def create(self, title: str, body: str, key: str) -> Ask:
        """Make an issue; `key` is put where `find` sees it."""

    def created(self, body: bytes) -> Ticket:
        """Read the answer to `create`. Raises Garbled."""

    def find(self, key: str) -> Ask:
        """Look for an issue that an earlier try may have made."""

    def found(self, body: bytes, key: str) -> Ticket | None:
        """Read the answer to `find`. Raises Garbled."""

    def look(self, ref: str, etag: str = "") -> Ask:
        """See how an issue stands; 304 where nothing changed."""

    def seen(self, body: bytes) -> Ticket:
        """Read the answer to `look`. Raises Garbled."""

    def comment(self, ref: str, text: str) -> Ask:
        """Say something on an issue."""

    def try_out(self) -> Ask:
        """See whether the key opens the door, without making anything."""

    def ref_of(self, typed: str) -> str | None:
        """What a person typed or pasted ("#12", "PROJ-12", an address of this place), as a ref."""

    def heard(self, headers: Mapping[str, str], body: bytes, secrets: tuple[str, ...]) -> Heard:
        """Verify a hook's request and read it. Raises RefusedSignature or Garbled."""


def json_of(body: bytes) -> Any:
    """JSON, or Garbled."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Garbled("no JSON") from error


def pick(value: Any, *path: str) -> Any:
    """A value by its path, or Garbled."""
    for name in path:
        if not isinstance(value, dict) or name not in value:
            raise Garbled(f"no {name}")
        value = value[name]
    return value


def number(value: Any) -> str:
    """A positive whole number as a ref, or Garbled."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**12:
        raise Garbled("no number")
    return str(value)


def same_site(url: Any, *bases: str) -> str:
    """An address that belongs to the tracker's own site, or Garbled: pages show it as a link."""
    if not isinstance(url, str) or len(url) > 400 or not url.isprintable() or " " in url:
        raise Garbled("no address")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise Garbled("no address") from error
    if parts.scheme not in ("http", "https") or "@" in parts.netloc:
        raise Garbled("no address")
    if not any(parts.hostname == urlsplit(base).hostname for base in bases):
        raise Garbled("an address of another site")
    return url


def base_of(url: str, default: str) -> str:
    """The address of a tracker as it is asked: no path at its end, no name, no password. Raises
    BadSetting.
    """
    given = (url or default).strip().rstrip("/")
    wrong = BadSetting("The address of the tracker is not one.", advice=f"Write it like {default}.")
    try:
        parts = urlsplit(given)
    except ValueError as error:
        raise wrong from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
        raise wrong
    return given


def packed(value: Mapping[str, Any]) -> bytes:
    """JSON to send."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
