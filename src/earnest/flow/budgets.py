"""Which places hold to one budget: those that are read with the same key.

A server counts by key what it allows. Without one, what an address says of a limit may be of that address
alone (a hosted forum, a stranger's blog), so that each such place has its own budget and cannot hold up the
others. Hosts are told apart inside (`egress.share`).
"""

import hashlib
import os
import threading

from earnest.egress.share import Share, Shared
from earnest.flow.secret import settings_of
from earnest.sources.registry import TYPES
from earnest.store import read


class Budgets:
    """The budgets of this process. Keys are told apart by a hash that no other process could make."""

    def __init__(self) -> None:
        self._salt = os.urandom(32)
        self._lock = threading.Lock()
        self._shared: dict[bytes | int, Shared] = {}
        self._shares: dict[int, Share] = {}

    def of(self, place: read.ListeningPlace) -> Share:
        """A place's share in the budget of its key, or a budget of its own."""
        secret = _secret(place)
        mark = (
            hashlib.blake2b(secret.encode(), key=self._salt, digest_size=16).digest() if secret else place.id
        )
        with self._lock:
            shared = self._shared.setdefault(mark, Shared())
            own = self._shares.get(place.id)
            if own is None or not own.of(shared):
                own = self._shares[place.id] = shared.of(place.id)
        return own


def _secret(place: read.ListeningPlace) -> str:
    known = TYPES.get(place.type)
    if known is None or known.secret is None:
        return ""
    try:
        return str(settings_of(place).get(known.secret) or "")
    except (OSError, UnicodeError):
        return ""  # opening the place says what is wrong with its key
