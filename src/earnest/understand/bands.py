"""The index behind `neardup`: whoever shares a band with a post is compared with it, exactly.

A table of heads a band (open addressing by key) leads to chains of posts, the newest first.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from earnest.terms.jit import CACHE

MOST_COMPARED = 64
"""A post is compared with so many at most: of what thousands share in part, the newest are enough."""

Heads = NDArray[np.int32]
"""Bands × slots; each holds the newest post of a key, or -1."""


def table_of(keys: NDArray[np.uint64], chain: NDArray[np.int32]) -> Heads:
    """A table of all posts, in which none is looked for."""
    heads = np.full((keys.shape[1], _slots(len(keys))), -1, np.int32)
    _insert_all(heads, keys, chain, 0, len(keys), np.ones(len(keys), np.bool_))
    return heads


def grown(
    heads: Heads,
    keys: NDArray[np.uint64],
    chain: NDArray[np.int32],
    alive: NDArray[np.bool_],
    held: int,
) -> Heads:
    """A table with room for all posts; the first `held` are in it."""
    wanted = _slots(len(keys))
    if wanted <= heads.shape[1]:
        return heads
    bigger = np.full((keys.shape[1], wanted), -1, np.int32)
    chain[:held] = -1
    _insert_all(bigger, keys, chain, 0, held, alive)
    return bigger


def _slots(posts: int) -> int:
    return 1 << max(10, (2 * posts).bit_length())


@njit(cache=CACHE, inline="always")
def _slot(heads, keys, key, band):  # type: ignore[no-untyped-def]
    """The slot of a band's key: where its chain begins, or where it would."""
    mask = heads.shape[1] - 1
    at = np.int64((key ^ (key >> np.uint64(31))) & np.uint64(mask))
    while heads[band, at] >= 0 and keys[heads[band, at], band] != key:
        at = (at + 1) & mask
    return at


@njit(cache=CACHE)
def _insert(heads, keys, chain, post):  # type: ignore[no-untyped-def]
    for band in range(keys.shape[1]):
        at = _slot(heads, keys, keys[post, band], band)
        chain[post, band] = heads[band, at]
        heads[band, at] = post


@njit(cache=CACHE, nogil=True)
def _insert_all(heads, keys, chain, first, last, alive):  # type: ignore[no-untyped-def]
    for post in range(first, last):
        if alive[post]:
            _insert(heads, keys, chain, post)


@njit(cache=CACHE, nogil=True)
def look(first, heads, keys, chain, alive, groups, starts, hashes, alike):  # type: ignore[no-untyped-def]
    """Give each post from `first` on its group; a post that begins one is held.

    A post that is as like to several takes the oldest.
    """
    slots = 1 << 15
    stamp = np.full(slots, -1, np.int64)
    value = np.zeros(slots, np.uint32)
    met = np.full(len(keys), -1, np.int64)
    for post in range(first, len(keys)):
        if not alive[post]:
            continue
        size = starts[post + 1] - starts[post]
        best = -1.0
        group = groups[post]
        compared = 0
        marked = False
        for band in range(keys.shape[1]):
            other = heads[band, _slot(heads, keys, keys[post, band], band)]
            while other >= 0 and compared < MOST_COMPARED:
                if met[other] != post and alive[other]:
                    met[other] = post
                    length = starts[other + 1] - starts[other]
                    if min(size, length) >= alike * max(size, length):
                        compared += 1
                        if not marked:
                            marked = True
                            for k in range(starts[post], starts[post + 1]):
                                at = np.int64(hashes[k]) & (slots - 1)
                                while stamp[at] == post:
                                    at = (at + 1) & (slots - 1)
                                stamp[at] = post
                                value[at] = hashes[k]
                        both = 0
                        for k in range(starts[other], starts[other + 1]):
                            at = np.int64(hashes[k]) & (slots - 1)
                            while stamp[at] == post:
                                if value[at] == hashes[k]:
                                    both += 1
                                    break
                                at = (at + 1) & (slots - 1)
                        overlap = both / (size + length - both)
                        if overlap >= alike and (
                            overlap > best or (overlap == best and groups[other] < group)
                        ):
                            best = overlap
                            group = groups[other]
                other = chain[other, band]
        groups[post] = group
        if best >= alike:
            alive[post] = False
        else:
            _insert(heads, keys, chain, post)


@njit(cache=CACHE, nogil=True)
def forgotten(starts, hashes, kept):  # type: ignore[no-untyped-def]
    """The sets of those that are kept: (starts, hashes)."""
    out = np.zeros(len(kept) + 1, np.int64)
    for i in range(len(kept)):
        out[i + 1] = out[i] + starts[kept[i] + 1] - starts[kept[i]]
    held = np.empty(out[-1], np.uint32)
    for i in range(len(kept)):
        held[out[i] : out[i + 1]] = hashes[starts[kept[i]] : starts[kept[i] + 1]]
    return out, held
