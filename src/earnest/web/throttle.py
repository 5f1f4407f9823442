"""How often something may be tried, kept in memory only: by this process, and forgotten with it.

Addresses of the network are hashed with a key of the process, so that nothing here leads back to anybody.
"""

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

from django.http import HttpRequest

_SALT = secrets.token_bytes(16)
MOST_KEPT = 50_000


@dataclass(slots=True)
class Throttle:
    """At most `times` in `seconds` for one key."""

    times: int
    seconds: float
    _seen: OrderedDict[bytes, list[float]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def spent(self, key: str) -> bool:
        """Whether the key has used up its tries."""
        with self._lock:
            return len(self._recent(self._hash(key))) >= self.times

    def note(self, key: str) -> None:
        """Count a try."""
        hashed = self._hash(key)
        with self._lock:
            recent = self._recent(hashed)
            recent.append(monotonic())
            self._seen[hashed] = recent
            self._seen.move_to_end(hashed)
            while len(self._seen) > MOST_KEPT:
                self._seen.popitem(last=False)

    def forget(self, key: str) -> None:
        """Start anew, after a success."""
        with self._lock:
            self._seen.pop(self._hash(key), None)

    def clear(self) -> None:
        """Forget everybody."""
        with self._lock:
            self._seen.clear()

    def _recent(self, hashed: bytes) -> list[float]:
        edge = monotonic() - self.seconds
        return [at for at in self._seen.get(hashed, ()) if at > edge]

    def _hash(self, key: str) -> bytes:
        return hashlib.blake2b(key.encode("utf-8", "replace"), key=_SALT, digest_size=16).digest()


def address(request: HttpRequest) -> str:
    """The network address a request comes from, as the server saw it."""
    return str(request.META.get("REMOTE_ADDR", ""))
