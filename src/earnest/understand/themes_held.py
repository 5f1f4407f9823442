"""The posts that a grouping holds, in arrays: so small that tens of thousands may stay in memory.

A row of 384 numbers is kept as whole numbers of two bytes with what they are to be multiplied by
(`quantised`): half the room, and cosines that are the same to four digits. The words are kept too, because
what is usual is learned from them anew; they go with the post.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from sys import intern
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from earnest.terms.jit import CACHE

Rows = NDArray[np.float32]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]

MOST = np.float32(32_767)


class Placed(NamedTuple):
    """A post that was grouped before. `home` 0: in no theme. `fixed`: a person put it there."""

    id: int
    text: str
    home: int
    founds: bool = True
    fixed: bool = False
    lang: str = ""


@dataclass(slots=True)
class Held:
    """Posts in their order of arrival, a place each. `homes` 0: in no theme."""

    width: int
    ids: Indices = field(default_factory=lambda: np.zeros(0, np.int64))
    homes: Indices = field(default_factory=lambda: np.zeros(0, np.int64))
    founds: Flags = field(default_factory=lambda: np.zeros(0, np.bool_))
    fixed: Flags = field(default_factory=lambda: np.zeros(0, np.bool_))
    worded: Flags = field(default_factory=lambda: np.zeros(0, np.bool_))
    texts: list[str] = field(default_factory=list, repr=False)
    langs: list[str] = field(default_factory=list, repr=False)
    _numbers: NDArray[np.int16] = field(init=False, repr=False)
    _sizes: Rows = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._numbers = np.zeros((len(self.ids), self.width), np.int16)
        self._sizes = np.zeros(len(self.ids), np.float32)

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, posts: Sequence[Placed]) -> None:
        """Hold posts after those that are held. Their rows are nothing until `tell` says them."""
        more = len(posts)
        self.ids = np.append(self.ids, np.array([post.id for post in posts], np.int64))
        self.homes = np.append(self.homes, np.array([post.home for post in posts], np.int64))
        self.founds = np.append(self.founds, np.array([post.founds for post in posts], np.bool_))
        self.fixed = np.append(self.fixed, np.array([post.fixed for post in posts], np.bool_))
        self.worded = np.append(self.worded, np.zeros(more, np.bool_))
        self.texts += [post.text for post in posts]
        self.langs += [intern(post.lang) for post in posts]
        self._numbers = np.concatenate([self._numbers, np.zeros((more, self.width), np.int16)])
        self._sizes = np.append(self._sizes, np.zeros(more, np.float32))

    def tell(self, first: int, rows: Rows, worded: Flags) -> None:
        """Say what the posts from a place on look like."""
        last = first + len(rows)
        self._numbers[first:last], self._sizes[first:last] = quantised(rows)
        self.worded[first:last] = worded

    def rows(self, places: Indices) -> Rows:
        """What some posts look like, a row each."""
        rows = self._numbers[places].astype(np.float32)
        rows *= self._sizes[places, None]
        return rows

    def added(self, places: Indices, which: Indices, groups: int) -> Rows:
        """The sum of the rows of each group; `which` says the group of each place."""
        out = np.zeros((groups, self.width), np.float32)
        _sum(self._numbers, self._sizes, places, which, out)
        return out

    def keep(self, order: Indices) -> None:
        """Hold only these places, in this order."""
        self.ids, self.homes = self.ids[order], self.homes[order]
        self.founds, self.fixed, self.worded = self.founds[order], self.fixed[order], self.worded[order]
        self.texts = [self.texts[at] for at in order.tolist()]
        self.langs = [self.langs[at] for at in order.tolist()]
        self._numbers, self._sizes = self._numbers[order], self._sizes[order]


def quantised(rows: Rows) -> tuple[NDArray[np.int16], Rows]:
    """Rows as whole numbers, and what those of each row are to be multiplied by."""
    sizes = np.abs(rows).max(axis=1, initial=0.0) / MOST
    numbers = np.rint(rows / np.maximum(sizes, np.float32(1e-12))[:, None]).astype(np.int16)
    return numbers, sizes.astype(np.float32)


@njit(cache=CACHE, nogil=True)
def _sum(numbers, sizes, places, which, out):  # type: ignore[no-untyped-def]
    for at in range(len(places)):
        group, place = which[at], places[at]
        size = sizes[place]
        for d in range(numbers.shape[1]):
            out[group, d] += numbers[place, d] * size


def samples(homes: Indices, old: int, each: int, room: int) -> Indices:
    """Which of the posts before a place to hold on to, the oldest first: the newest of each theme, so that it
    has `each` in all, and of the themes spoken of last, so that it is `room` of them at most.
    """
    inside = np.flatnonzero(homes)[::-1]
    _, latest, which = np.unique(homes[inside], return_index=True, return_inverse=True)
    order = np.argsort(which, kind="stable")
    starts = np.searchsorted(which[order], np.arange(len(latest)))
    ranks = np.empty(len(inside), np.int64)
    ranks[order] = np.arange(len(inside)) - starts[which[order]]
    stays = (ranks < each) & (inside < old)
    sizes = np.bincount(which[stays], minlength=len(latest))
    lately = np.argsort(latest, kind="stable")
    roomy = np.zeros(len(latest), np.bool_)
    roomy[lately] = np.cumsum(sizes[lately]) <= room
    return np.sort(inside[stays & roomy[which]])
