"""Who fails too often at signing in waits: the rules, and django-axes' handler that holds them.

Failures are counted for a name from an address, for a name from anywhere, and for an address with any name.
The first is what one person mistypes; the second bounds a guess from many machines, the third one machine
that tries many names. Names that nobody has count like any other, so that a lock tells nothing. Only keyed
hashes are kept (`store.Attempt`), in the database, so that all processes count together.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from asgiref.sync import sync_to_async
from axes.backends import AxesStandaloneBackend
from axes.handlers.base import AbstractAxesHandler, AxesBaseHandler
from django.conf import settings
from django.http import HttpRequest

from earnest.store import clock, write_visits


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` failures in `window`, counted from the first."""

    name: str
    times: int
    window: timedelta


LIMITS = (
    Limit("pair", 8, timedelta(minutes=15)),
    Limit("name", 40, timedelta(hours=1)),
    Limit("address", 100, timedelta(minutes=15)),
)


def keys(name: str, address: str) -> tuple[str, ...]:
    """The hashes under which a try is counted, in the order of `LIMITS`."""
    who = name.strip().lower()
    return tuple(
        _hashed(f"{limit.name}\0{said}")
        for limit, said in zip(LIMITS, (f"{who}\0{address}", who, address), strict=True)
    )


def _hashed(said: str) -> str:
    return hmac.new(
        settings.SECRET_KEY.encode(), b"attempt\0" + said.encode("utf-8", "replace"), hashlib.sha256
    ).hexdigest()


def spent(limit: Limit, said: str) -> bool:
    """Whether what is limited was done too often by or to whom `said` names."""
    key = _hashed(f"{limit.name}\0{said}")
    found = write_visits.attempts((key,)).get(key)
    return found is not None and found[0] >= limit.times and found[1] > clock.now() - limit.window


def count(limit: Limit, said: str) -> None:
    """Count it once."""
    write_visits.note_attempt(_hashed(f"{limit.name}\0{said}"), limit.window)


def locked(name: str, address: str) -> bool:
    """Whether this name from this address has to wait."""
    found = write_visits.attempts(keys(name, address))
    now = clock.now()
    return any(
        key in found and found[key][0] >= limit.times and found[key][1] > now - limit.window
        for key, limit in zip(keys(name, address), LIMITS, strict=True)
    )


class Backend(AxesStandaloneBackend):  # type: ignore[misc]  # a library without types
    """Asked before any password is looked at. It knows nobody: `get_user` is another backend's."""

    async def aauthenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """The same for who asks without waiting."""
        await sync_to_async(self.authenticate)(request, **credentials)


class Lock(AbstractAxesHandler, AxesBaseHandler):  # type: ignore[misc]  # as above
    """What django-axes asks and tells at each try."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        return locked(*_of(request, credentials))

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        found = write_visits.attempts(keys(*_of(request, credentials)))
        return max((failures for failures, _ in found.values()), default=0)

    def user_login_failed(
        self, sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **more: object
    ) -> None:
        """Count it, but for a try that was not looked at: that would lengthen the wait."""
        if request is None or getattr(request, "axes_locked_out", False):
            return
        for key, limit in zip(keys(*_of(request, credentials)), LIMITS, strict=True):
            write_visits.note_attempt(key, limit.window)

    def user_logged_in(self, sender: object, request: HttpRequest, user: Any, **more: object) -> None:
        """Whoever knows the password mistyped it: their tries from here are forgotten, others' are not."""
        write_visits.forget_attempts(keys(user.get_username(), address(request))[:1])

    def user_logged_out(self, sender: object, request: HttpRequest, user: Any, **more: object) -> None:
        """Signing out changes nothing."""


def _of(request: HttpRequest, credentials: dict[str, Any] | None) -> tuple[str, str]:
    return str((credentials or {}).get("username") or ""), address(request)


def address(request: HttpRequest) -> str:
    """The network address a request comes from, as the server saw it."""
    return str(request.META.get("REMOTE_ADDR", ""))
