"""The ids of posts that were kept, in the memory of the process that hears them and nowhere else.

The store knows a post by a hash that leads nowhere, and so does every backup. But some places list only so
far back, and then let themselves be asked for single posts: by ids that this process still has in memory. It
holds those of such places alone, with nothing beside them, forgets within an hour what is not kept any more,
and the oldest when they are too many. It starts with none: what a listing still reaches fills it again, and
what none reaches is hidden as before.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable

from earnest.flow.digest import Digest
from earnest.flow.intake import source_name
from earnest.gate.voice import Keys
from earnest.record.raw import Page
from earnest.sources.base import LooksUp
from earnest.store import read

MOST = 100_000
"""Posts: about 20 MB."""


class Remembered:
    """Ids by the places and keys of their posts. One object is shared by the threads of a process."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._ids: OrderedDict[tuple[int, bytes], str] = OrderedDict()

    def note(
        self, place: read.ListeningPlace, source: object, page: Page, digest: Digest, keys: Keys
    ) -> None:
        """A page was kept as `digest`: remember what was kept of it, where its source can be asked for it.
        What was withheld or is gone is not remembered.
        """
        if not isinstance(source, LooksUp):
            return
        name, kept = source_name(place), {one.post.key for one in digest.kept}
        found = [(key, post.id) for post in page.posts if (key := keys.post_key(name, post.id)) in kept]
        self.forget(place.id, (*digest.erased, *digest.withdrawn))
        with self._lock:
            for key, id in found:
                self._ids[place.id, key] = id
                self._ids.move_to_end((place.id, key))
            while len(self._ids) > self._most:
                self._ids.popitem(last=False)

    def of(self, place_id: int, keys: Iterable[bytes]) -> list[str] | None:
        """The ids of all these posts; None where one of them is not remembered."""
        with self._lock:
            found = [self._ids.get((place_id, key)) for key in keys]
        whole = [id for id in found if id is not None]
        return whole if len(whole) == len(found) else None

    def forget(self, place_id: int, keys: Iterable[bytes]) -> None:
        """These posts are gone."""
        with self._lock:
            for key in keys:
                self._ids.pop((place_id, key), None)

    def forget_gone(self) -> None:
        """Forget what is not kept any more, for whatever reason it went. Every hour (`upkeep.sweep`)."""
        by_place: dict[int, list[bytes]] = {}
        with self._lock:
            for place_id, key in self._ids:
                by_place.setdefault(place_id, []).append(key)
        for place_id, keys in by_place.items():
            self.forget(place_id, set(keys) - read.which_kept(place_id, keys))

    def clear(self) -> None:
        """As after a restart."""
        with self._lock:
            self._ids.clear()


IDS = Remembered()
