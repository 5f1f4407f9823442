"""Posts that say nearly the same: reposts, cross-posts, quotes with a word before them.

    shingles → MinHash (rensa) → bands → the few that share one → exact Jaccard → a group

A post joins the group whose first post is most like it, where their sets of shingles overlap by `ALIKE` or
more; else it begins a group. So whatever is folded into a post says nearly the same as that very post, and
likeness does not wander from link to link. MinHash only finds whom to compare (Broder 1997; bands: Leskovec,
Rajaraman & Ullman, "Mining of Massive Datasets", ch. 3), so no pair is grouped by an estimate. Of two sets
that overlap by exactly .7, 1 - (1 - .7^4)^14 = 98 % are compared, by .8 or more 99.9 %.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

from earnest.understand.bands import forgotten, grown, look, table_of
from earnest.understand.shingles import Sets, shingles

ALIKE = 0.7
"""Jaccard overlap of two sets of shingles from which on they say the same."""
ROWS, BANDS = 4, 14
SEED = 42
BATCH = 16_384
DIGESTS = 512
"""Posts whose MinHash values are asked for at once: as Python numbers, so few that they stay in the cache."""


class Groups:
    """The first posts of groups, which new ones are compared with: about 700 bytes of memory each.

    Ids are any whole numbers the caller likes; a group is the id of its first post. Not for two threads at
    once.
    """

    def __init__(self) -> None:
        self._ids: NDArray[np.int64] = np.empty(0, np.int64)
        self._groups: NDArray[np.int64] = np.empty(0, np.int64)
        self._alive: NDArray[np.bool_] = np.empty(0, np.bool_)
        self._sets = Sets(np.zeros(1, np.int64), np.empty(0, np.uint32))
        self._keys: NDArray[np.uint64] = np.empty((0, BANDS), np.uint64)
        self._next: NDArray[np.int32] = np.empty((0, BANDS), np.int32)
        self._heads = table_of(self._keys, self._next)

    def __len__(self) -> int:
        return int(self._alive.sum())

    def add(self, ids: Sequence[int], texts: Sequence[str]) -> list[int]:
        """The group of each post, in order; those that begin one are held from now on."""
        found: list[int] = []
        for at in range(0, len(ids), BATCH):
            part = slice(at, at + BATCH)
            found += self._batch(np.asarray(ids[part], np.int64), texts[part])
        return found

    def _batch(self, ids: NDArray[np.int64], texts: Sequence[str]) -> list[int]:
        sets = shingles(texts)
        keys = _bands(sets)
        held = len(self._ids)
        more = len(ids)
        self._ids = np.concatenate([self._ids, ids])
        self._groups = np.concatenate([self._groups, ids])
        self._alive = np.concatenate([self._alive, np.diff(sets.starts) > 0])
        self._keys = np.concatenate([self._keys, keys])
        self._next = np.concatenate([self._next, np.full((more, BANDS), -1, np.int32)])
        self._sets = Sets(
            np.concatenate([self._sets.starts, self._sets.starts[-1] + sets.starts[1:]]),
            np.concatenate([self._sets.hashes, sets.hashes]),
        )
        self._heads = grown(self._heads, self._keys, self._next, self._alive, held)
        look(
            held, self._heads, self._keys, self._next, self._alive, self._groups,
            self._sets.starts, self._sets.hashes, ALIKE,
        )  # fmt: skip
        answers: list[int] = self._groups[held:].tolist()
        if int(self._alive.sum()) < len(self._alive) // 2:
            self._settle()
        return answers

    def forget(self, ids: Iterable[int]) -> None:
        """Posts that are gone are compared with no more."""
        gone = np.isin(self._ids, np.fromiter(ids, np.int64))
        if gone.any():
            self._alive &= ~gone
            self._settle()

    def keep_last(self, most: int) -> None:
        """Hold no more than so many posts: the ones that came last."""
        alive = np.flatnonzero(self._alive)
        if len(alive) > most:
            self._alive[alive[: len(alive) - most]] = False
            self._settle()

    def _settle(self) -> None:
        """Give back the room of what is held no more."""
        kept = np.flatnonzero(self._alive)
        starts, hashes = forgotten(self._sets.starts, self._sets.hashes, kept)
        self._sets = Sets(starts, hashes)
        self._ids, self._groups = self._ids[kept], self._groups[kept]
        self._alive, self._keys = self._alive[kept], self._keys[kept]
        self._next = np.full((len(kept), BANDS), -1, np.int32)
        self._heads = table_of(self._keys, self._next)


def _bands(sets: Sets) -> NDArray[np.uint64]:
    """A key a band: four MinHash values mixed into one number (posts × bands)."""
    posts = len(sets)
    values = np.zeros((posts, BANDS, ROWS), np.uint64)
    hashes, starts = sets.hashes.astype(np.uint64), sets.starts.astype(np.uint64)
    for at in range(0, posts, DIGESTS):
        end = min(at + DIGESTS, posts)
        first, last = starts[at], starts[end]
        if first < last:
            matrix = RMinHash.digest_matrix_from_flat_token_hashes(
                hashes[first:last], starts[at : end + 1] - first, num_perm=ROWS * BANDS, seed=SEED
            )
            values[at:end] = np.array(matrix.to_rows(), np.uint32).reshape(-1, BANDS, ROWS)
    keys: NDArray[np.uint64] = np.full((posts, BANDS), 0x9E3779B97F4A7C15, np.uint64)
    for row in range(ROWS):
        keys = (keys ^ values[:, :, row]) * np.uint64(0xFF51AFD7ED558CCD)
        keys ^= keys >> np.uint64(29)
    return keys
