"""Following new posts: what said the same is folded into one, and posts about one problem become a theme.

Beside listening and after it, so that keeping a post waits for nobody. A batch is read in the order of
arrival, and what is found is written in the transaction that moves the mark: killed at any point, nothing is
lost and nothing counted twice. Any process may take the next batch.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from earnest.flow import themes
from earnest.store import read, read_follow, write_follow
from earnest.store.rows import Followed
from earnest.understand.neardup import Groups

BATCH = 500
REMEMBERED = timedelta(days=30)
MOST_REMEMBERED = 50_000
"""What a new post is compared with: about 40 MB in memory."""
MOST_OF_ALL = 150_000
"""Posts of all programmes that are remembered at once."""

LEAST_LETTERS = 40
"""Characters. Two people may say "thank you!" without one repeating the other."""


class Follower:
    """One process's memory of what was followed last, a programme at a time. Not for two threads at once."""

    def __init__(self) -> None:
        self._memory: dict[str, tuple[tuple[int, int], Groups]] = {}

    @property
    def remembered(self) -> int:
        """Posts in memory, of all programmes."""
        return sum(len(groups) for _, groups in self._memory.values())

    def follow(self, programme: str, seconds: float = 20.0) -> int:
        """Follow what has arrived in a programme, for so long at most; how many posts that were.

        Raises StoreBusy when the database is busy: the batch is taken again at the next call.
        """
        end = time.monotonic() + seconds
        done = 0
        if programme in self._memory:  # what was erased leaves memory, also where nothing new waits
            self._remember(programme)
        themes.tidy(programme)
        while read_follow.waiting(programme):
            taken = self._batch(programme)
            done += taken
            if time.monotonic() >= end:
                break
        return done

    def _batch(self, programme: str) -> int:
        groups = self._remember(programme)
        themes.recall(programme)
        try:
            with write_follow.turn(programme, self._memory[programme][0], BATCH) as turn:
                if turn is None:
                    return 0  # another process was quicker: what it saw is remembered at the next call
                groups.forget(post.id for post in turn.again)
                posts = [*turn.again, *turn.posts]
                first_of = _fold(groups, posts)
                write_follow.fold(programme, first_of)
                settled = [replace(post, repost_of=first_of.get(post.id)) for post in posts]
                themes.settle(programme, settled)
        except BaseException:
            self._memory.pop(programme, None)  # it may hold what was not written
            raise
        groups.keep_last(MOST_REMEMBERED)
        self._hold(programme, read_follow.mark(programme), groups)
        return len(posts)

    def _hold(self, programme: str, mark: tuple[int, int], groups: Groups) -> None:
        """The programme that was followed longest ago is let go of where all are too many."""
        self._memory.pop(programme, None)
        self._memory[programme] = (mark, groups)
        while len(self._memory) > 1 and self.remembered > MOST_OF_ALL:
            self._memory.pop(next(iter(self._memory)))

    def _remember(self, programme: str) -> Groups:
        """What new posts are compared with: as it stands without what left, or read anew where another
        process followed.
        """
        mark = read_follow.mark(programme)
        known, groups = self._memory.get(programme, (None, None))
        if known is not None and groups is not None and known[0] == mark[0]:
            left = read_follow.gone(programme, known[1], mark[1])
            if left is not None:
                if left.posts:
                    groups.forget({*left.posts, *left.heirs})
                    _hear(groups, read_follow.firsts_of(programme, left.heirs))
                    self._memory[programme] = (mark, groups)
                return groups
        groups = Groups()
        since = int((datetime.now(UTC) - REMEMBERED).timestamp())
        _hear(groups, read_follow.firsts(programme, mark[0], since, MOST_REMEMBERED))
        self._hold(programme, mark, groups)
        return groups


def _hear(groups: Groups, firsts: Sequence[tuple[int, str]]) -> None:
    long = [(id, text) for id, text in firsts if len(text) >= LEAST_LETTERS]
    groups.add([id for id, _ in long], [text for _, text in long])


def _fold(groups: Groups, posts: Sequence[Followed]) -> dict[int, int]:
    """Which of these posts repeat an earlier one, and which one."""
    long = [post for post in posts if len(post.text) >= LEAST_LETTERS]
    found = groups.add([post.id for post in long], [post.text for post in long])
    return {post.id: first for post, first in zip(long, found, strict=True) if first != post.id}


def follow_all(follower: Follower, seconds: float = 20.0) -> int:
    """Follow every live programme; how many posts that were."""
    return sum(follower.follow(programme.slug, seconds) for programme in read.programmes() if programme.live)
