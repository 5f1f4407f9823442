"""The ids of posts that were kept, in the memory of the process that hears them and nowhere else.

The store knows a post by a hash that leads nowhere, and so does every backup. But some places list only so
far back, and then let themselves be asked for single posts: by ids that this process still has in memory. It
holds those of such places alone, with nothing beside them, drops the oldest when they are too many, and
starts with none: what a listing still reaches fills it again, and what none reaches is hidden as before.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable

from earnest.flow.digest import Digest
from earnest.gate.voice import Keys
from earnest.record.raw import Page
from earnest.sources.base import LooksUp

MOST = 100_000
"""Posts: about 20 MB."""


class Remembered:
    """Ids by the keys of their posts. One object is shared by the threads of a process."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._ids: OrderedDict[bytes, str] = OrderedDict()

    def note(self, source: object, name: str, page: Page, digest: Digest, keys: Keys) -> None:
        """A page was kept as `digest`: remember what was kept of it, where its source (which is called
        `name`) can be asked for it. What was withheld or is gone is not remembered.
        """
        if not isinstance(source, LooksUp):
            return
        kept = {one.post.key for one in digest.kept}
        found = [(key, post.id) for post in page.posts if (key := keys.post_key(name, post.id)) in kept]
        with self._lock:
            for key in (*digest.erased, *digest.withdrawn):
                self._ids.pop(key, None)
            for key, id in found:
                self._ids[key] = id
                self._ids.move_to_end(key)
            while len(self._ids) > self._most:
                self._ids.popitem(last=False)

    def of(self, keys: Iterable[bytes]) -> list[str] | None:
        """The ids of all these posts; None where one of them is not remembered."""
        with self._lock:
            found = [self._ids.get(key) for key in keys]
        whole = [id for id in found if id is not None]
        return whole if len(whole) == len(found) else None

    def clear(self) -> None:
        """As after a restart."""
        with self._lock:
            self._ids.clear()


IDS = Remembered()
