"""Themes: posts about the same concrete problem, grouped as they arrive.

A theme is a group of at least three posts whose rows (`themes_vectors`) lie close together. A post joins the
nearest theme when it is near enough; one that is near to none waits, alone, until two others like it have
come. From time to time everything in view is looked at again: what is usual is learned anew, posts move to a
theme they now lie clearly nearer to, and themes that have come to say the same become one under the older
number. A number is never given twice, so that it can be put into a link.

Memory is bounded: the newest posts are in view, and beside them stay as many older ones at most, a few of
each theme, of the themes that were spoken of last (`samples`). So a theme that nobody spoke of for long
leaves memory. Its number and its posts stay where they are stored; posts that come after that begin a new
theme, unless the caller has the old one in memory again (`recall`): then `settle` makes the two one, under
the old number.

Nothing is kept here but what follows from the posts in memory and their themes: after a restart a `Grouping`
is made anew from what is stored. The same posts in the same steps give the same themes.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count as counting
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from earnest.understand.themes_held import Held, Indices, Placed, Rows, samples
from earnest.understand.themes_seeds import LEAST_POSTS, seeds
from earnest.understand.themes_vectors import Frame, frame

__all__ = ["LEAST", "SAMPLE", "Arrived", "Grouping", "Moves", "Nearness", "Placed"]

LEAST = 3
"""Posts of a theme, at least."""
VIEW = 20_000
"""The newest posts, which are looked at again."""
SAMPLE = 40
"""Posts of a theme that stay in memory after they left view: they say where its middle is."""
STEP = 512
"""Posts that are compared at once."""
TAKEN = 2_048
"""Posts that are taken in before everything may be looked at again."""
WAITING = 6_000
"""Posts that wait alone for others like them, at most; the oldest are forgotten."""
FIRST_LOOK = 200
"""Posts after which everything is looked at again for the first time; then whenever they have doubled."""
APART = 0.25
"""Where at least this share of posts lies near to no other, themes are sought by telling words too."""


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near is near, as cosines.

    join    to a theme's middle, to join it
    found   to another post, to found a theme with it
    same    of two middles, to be one theme
    stay    to the own middle, or the post is alone again
    better  by so much another theme must be nearer for a post to move
    loose   to the middle of a theme whose own posts lie no nearer to it
    said    to the middle of posts that say the same telling word, to be one of them
    """

    join: float = 0.46
    found: float = 0.52
    same: float = 0.74
    stay: float = 0.38
    better: float = 0.04
    loose: float = 0.40
    said: float = 0.16


class Arrived(NamedTuple):
    """A post to group. `founds`: it may found a theme; praise, say, only joins one (as its other view)."""

    id: int
    text: str
    founds: bool = True
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Moves:
    """What a step changed: the theme each post is in now (None: in none), and themes that became one.

    merged   (the number that goes, the number that stays), in the order in which it happened
    """

    homes: dict[int, int | None] = field(default_factory=dict)
    merged: tuple[tuple[int, int], ...] = ()


class Grouping:
    """The posts in view and their themes, of one part of a programme (a category), in memory."""

    def __init__(
        self,
        numbers: "counting[int] | None" = None,
        near: Nearness | None = None,
        *,
        apart: Collection[tuple[int, int]] = (),
        view: int = VIEW,
    ) -> None:
        """`numbers` gives the numbers of new themes; `apart` are pairs that a person keeps from being one."""
        self._numbers = numbers or counting(1)
        self._near = near or Nearness()
        self._apart = {(min(pair), max(pair)) for pair in apart}
        self._view = view
        self._frame: Frame = frame(())
        self._held = Held(self._frame.width)
        self._beside = 0
        self._since = 0
        self._spread: dict[int, float] = {}

    @classmethod
    def again(
        cls,
        posts: Sequence[Placed],
        numbers: "counting[int]",
        near: Nearness | None = None,
        *,
        apart: Collection[tuple[int, int]] = (),
        view: int = VIEW,
    ) -> "Grouping":
        """The grouping of posts that were grouped before, in their order of arrival."""
        made = cls(numbers, near, apart=apart, view=view)
        made._held.take(posts)
        made._reframe()
        made._measure()
        return made

    @property
    def themes(self) -> tuple[int, ...]:
        """The numbers of the themes in memory."""
        return tuple(int(number) for number in np.unique(self._held.homes) if number)

    @property
    def since(self) -> int:
        """Posts that came since everything was looked at again."""
        return self._since

    def __len__(self) -> int:
        """Posts in memory."""
        return len(self._held)

    def far(self, text: str) -> float:
        """How far a text is from every theme, 0 (in the middle of one) to 1."""
        row, _ = self._frame.rows([text])
        _, middles = self._middles()
        return 1.0 if not len(middles) else float(1 - max(0.0, (row @ middles.T).max()))

    def texts(self, number: int | None = None) -> list[str]:
        """The texts in memory, of one theme or of all, the oldest first."""
        held = self._held
        if number is None:
            return list(held.texts)
        return [held.texts[at] for at in np.flatnonzero(held.homes == number).tolist()]

    def forget(self, ids: Iterable[int], before: int = 0) -> dict[int, int]:
        """Let go of posts that are gone or say something else now, and of all whose id is below `before`. Of
        each theme that had one of them: how many posts are left in memory.
        """
        held = self._held
        gone = np.isin(held.ids, np.fromiter(ids, np.int64)) | (held.ids < before)
        if not gone.any():
            return {}
        touched = np.unique(held.homes[gone])
        self._keep(np.flatnonzero(~gone))
        return {number: int((held.homes == number).sum()) for number in touched.tolist() if number}

    def recall(self, posts: Sequence[Placed]) -> None:
        """Have older posts of themes in memory again: they left view long ago."""
        held = self._held
        known = set(held.ids.tolist())
        fresh = [post for post in posts if post.id not in known]
        if not fresh:
            return
        rows, worded = self._frame.rows([post.text for post in fresh])
        before = len(held)
        held.take(fresh)
        held.tell(before, rows, worded)
        held.keep(np.concatenate([np.arange(before, len(held)), np.arange(before)]))
        self._beside += len(fresh)

    def add(self, posts: Sequence[Arrived]) -> Moves:
        """Group posts, in their order of arrival. Every one of them is among the answer's `homes`."""
        merged: list[tuple[int, int]] = []
        told: dict[int, int | None] = {}
        for at in range(0, len(posts), TAKEN):
            some = posts[at : at + TAKEN]
            before = self._held.homes.copy()
            self._take(some)
            self._place(np.arange(len(before), len(self._held)))
            self._since += len(some)
            if self._since >= max(FIRST_LOOK, min(self._frame.texts, self._view // 2)):
                merged += self._look_again()
            self._tell(told, before)
            self._let_go()
        return Moves(told, tuple(merged))

    def settle(self) -> Moves:
        """Look at everything in memory again, now."""
        before = self._held.homes.copy()
        merged = self._look_again()
        told: dict[int, int | None] = {}
        self._tell(told, before)
        return Moves(told, tuple(merged))

    def _tell(self, told: dict[int, int | None], before: Indices) -> None:
        homes = self._held.homes
        same = np.zeros(len(homes), np.bool_)
        same[: len(before)] = homes[: len(before)] == before
        for at in np.flatnonzero(~same).tolist():
            told[int(self._held.ids[at])] = int(homes[at]) or None

    def _take(self, some: Sequence[Arrived]) -> None:
        rows, worded = self._frame.rows([post.text for post in some])
        before = len(self._held)
        self._held.take([Placed(post.id, post.text, 0, post.founds, False, post.lang) for post in some])
        self._held.tell(before, rows, worded)

    def _reframe(self) -> None:
        """Learn anew what is usual, from the posts in memory."""
        held = self._held
        self._frame = frame(held.texts)
        for at in range(0, len(held), TAKEN):
            held.tell(at, *self._frame.rows(held.texts[at : at + TAKEN]))
        self._since = 0

    def _middles(self) -> tuple[Indices, Rows]:
        """The numbers of the themes and the direction in which each lies."""
        inside = np.flatnonzero(self._held.homes)
        numbers, which = np.unique(self._held.homes[inside], return_inverse=True)
        sums = self._held.added(inside, which, len(numbers))
        sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-6)
        return numbers, sums

    def _place(self, fresh: Indices) -> None:
        """Let posts join the nearest theme, and found themes with others that are alone, a few at a time."""
        for at in range(0, len(fresh), STEP):
            some = fresh[at : at + STEP]
            self._join(some)
            waiting = self._alone()
            self._found(some, waiting[waiting <= some[-1]][-WAITING:])

    def _alone(self) -> Indices:
        return np.flatnonzero((self._held.homes == 0) & self._held.worded & ~self._held.fixed)

    def _join(self, some: Indices) -> None:
        held = self._held
        numbers, middles = self._middles()
        some = some[(held.homes[some] == 0) & held.worded[some]]
        if not len(numbers) or not len(some):
            return
        near = held.rows(some) @ middles.T
        best = near.argmax(axis=1)
        enough = np.round(near[np.arange(len(some)), best], 4) >= self._reach(numbers)[best]
        held.homes[some[enough]] = numbers[best[enough]]

    def _reach(self, numbers: Indices) -> NDArray[np.float32]:
        """How near a post must come to each theme: less near where the theme's own posts lie apart, told one
        problem in many ways.
        """
        reach = np.full(len(numbers), self._near.join, np.float32)
        for at, number in enumerate(numbers.tolist()):
            if number in self._spread:
                reach[at] = min(self._near.join, max(self._near.loose, self._spread[number]))
        return reach

    def _measure(self) -> None:
        """How near the posts of each theme lie to the middle of the others."""
        held = self._held
        inside = np.flatnonzero(held.homes)
        numbers, which, counts = np.unique(held.homes[inside], return_inverse=True, return_counts=True)
        sums = held.added(inside, which, len(numbers))
        told = np.concatenate(
            [np.zeros(0, np.float32)]
            + [
                np.einsum("ij,ij->i", held.rows(inside[at : at + STEP]), sums[which[at : at + STEP]])
                for at in range(0, len(inside), STEP)
            ]
        )
        rest = np.sqrt(np.maximum((sums**2).sum(axis=1)[which] - 2 * told + 1, 1e-6))
        means = np.bincount(which, (told - 1) / rest, minlength=len(numbers)) / np.maximum(counts, 1)
        self._spread = dict(zip(numbers.tolist(), np.round(means, 4).tolist(), strict=True))

    def _found(self, some: Indices, waiting: Indices) -> None:
        """New themes around posts that have two others near by, the post with the most of them first."""
        held = self._held
        some = some[(held.homes[some] == 0) & held.worded[some] & held.founds[some]]
        if not len(some) or len(waiting) < LEAST:
            return
        near = np.round(held.rows(some) @ held.rows(waiting).T, 4) >= self._near.found
        order = np.argsort(-near.sum(axis=1), kind="stable")
        for at in order.tolist():
            if held.homes[some[at]]:
                continue
            with_it = waiting[near[at]]
            with_it = with_it[held.homes[with_it] == 0]
            if len(with_it) >= LEAST:  # itself among them
                held.homes[with_it] = next(self._numbers)

    def _look_again(self) -> list[tuple[int, int]]:
        """Learn what is usual anew, move posts, join themes that say the same, let those alone try again."""
        self._reframe()
        merged: list[tuple[int, int]] = []
        self._measure()
        for _ in range(2):
            self._move()
            merged += self._merge()
            self._place(self._alone())
        self._seed()
        self._dissolve()
        self._measure()
        return merged

    def _seed(self) -> None:
        """Found themes among posts near to no other, and let such posts join themes that began so."""
        held = self._held
        some = self._alone()[-WAITING:]
        if len(some) < APART * len(held):
            return
        loose = [number for number, near in self._spread.items() if near < self._near.join]
        some = np.union1d(some, np.flatnonzero(np.isin(held.homes, loose) & held.worded))
        some = some[held.founds[some]]
        texts, langs = [held.texts[at] for at in some], [held.langs[at] for at in some]
        for seed in seeds(texts, langs, len(held)):
            middle = held.rows(some[seed.sure]).sum(axis=0)
            middle /= max(float(np.linalg.norm(middle)), 1e-6)
            maybe = some[seed.maybe]
            maybe = maybe[np.round(held.rows(maybe) @ middle, 4) >= self._near.said]
            places = np.union1d(some[seed.sure], maybe)
            homes, counts = np.unique(held.homes[places][held.homes[places] > 0], return_counts=True)
            alone = places[held.homes[places] == 0]
            if len(homes) and counts.max() >= LEAST:
                held.homes[alone] = homes[counts.argmax()]
            elif len(alone) >= LEAST_POSTS:
                held.homes[alone] = next(self._numbers)

    def _move(self) -> None:
        held = self._held
        numbers, middles = self._middles()
        inside = np.flatnonzero((held.homes > 0) & ~held.fixed)
        if not len(numbers) or not len(inside):
            return
        for at in range(0, len(inside), 4_096):
            some = inside[at : at + 4_096]
            near = np.round(held.rows(some) @ middles.T, 4)
            here = np.arange(len(some))
            at_home = np.searchsorted(numbers, held.homes[some])
            own = near[here, at_home]
            best = near.argmax(axis=1)
            nearest = near[here, best]
            away = (nearest >= self._near.join) & (nearest > own + self._near.better)
            held.homes[some[away]] = numbers[best[away]]
            lost = own < np.minimum(self._near.stay, self._reach(numbers)[at_home] - 0.1)
            held.homes[some[~away & lost]] = 0

    def _merge(self) -> list[tuple[int, int]]:
        """Themes whose middles lie together become one, the nearest first, under the older number."""
        merged: list[tuple[int, int]] = []
        while True:
            numbers, middles = self._middles()
            if len(numbers) < 2:
                return merged
            near = np.round(np.triu(middles @ middles.T, 1), 4)
            first, second = np.nonzero(near >= self._near.same)
            taken: set[int] = set()
            for at in np.argsort(-near[first, second], kind="stable").tolist():
                stays, goes = int(numbers[first[at]]), int(numbers[second[at]])
                if stays in taken or goes in taken or (stays, goes) in self._apart:
                    continue
                taken |= {stays, goes}
                self._held.homes[self._held.homes == goes] = stays
                merged.append((goes, stays))
            if not taken:
                return merged

    def _dissolve(self) -> None:
        """A theme of which one or two posts are left in view, and nobody put them there, is none."""
        held = self._held
        numbers, counts = np.unique(held.homes[held.homes > 0], return_counts=True)
        few = np.isin(held.homes, numbers[counts < LEAST]) & ~held.fixed
        held.homes[few] = 0

    def _let_go(self) -> None:
        """Let go of posts that left view, but for the newest of the themes that were spoken of last."""
        held = self._held
        if len(held) - self._beside <= self._view * 3 // 2:
            return
        old = len(held) - self._view
        kept = samples(held.homes, old, SAMPLE, self._view)
        self._keep(np.concatenate([kept, np.arange(old, len(held))]))
        self._beside = len(kept)

    def _keep(self, order: Indices) -> None:
        self._beside = int((order < self._beside).sum())
        self._held.keep(order)
