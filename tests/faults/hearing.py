"""A home that hears model places over real HTTP, in processes that can be killed; and what must be there.

Everything is the soak's (`tests/soak`): here one fault is shown at a time. Synthetic.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.soak import oracle
from tests.soak.machine import Ended
from tests.soak.run import Scene, time_passes
from tests.soak.world import Board, Fault, Forum, Post


class Hearing:
    """The scene of one test. `board` and `wire` are read page by page, seven at a time; `forum` is a feed."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.world, self.machine, self.rows = scene.world, scene.machine, scene.database
        self.board, self.wire = self.world.boards
        self.forum: Forum = self.world.forum
        for board in self.world.boards:
            board.size = 7

    def say(self, count: int = 20, board: Board | None = None, **more: Any) -> list[Post]:
        """So many posts at a board."""
        board = board or self.board
        posts = [board.new(**more) for _ in range(count)]
        for post in posts:
            board.tell(post, "said")
        return posts

    def fault(self, name: str, times: int = 1, board: Board | Forum | None = None) -> None:
        (board or self.board).faults.append(Fault(name, times))

    def turn(self, *, waited: bool = True, code: int = 0, **given: Any) -> dict[str, str | None]:
        """Every place has its turn, in a process of its own; the problem of each, if any."""
        if waited:
            time_passes(self.rows)
        ended = self.machine.do("turn", **given)
        assert ended.code == code, ended.said
        return dict(ended.gave or [])

    def killed(self, step: str, at: int = 1, **more: Any) -> Ended:
        """A turn that dies by SIGKILL at the so-manyth time it comes to a step; or that never came there."""
        time_passes(self.rows)
        return self.machine.do("turn", kill=(step, at), **more)

    def place(self, name: str = "board") -> dict[str, Any]:
        columns = "cursor", "state", "problem", "failures", "next_read", "last_read"
        (row,) = self.rows(f"SELECT {', '.join(columns)} FROM store_place WHERE slug = '{name}'")  # noqa: S608 - names of this test
        return dict(zip(columns, row, strict=True))

    def after(self, name: str = "board") -> int:
        """How many events of a board were kept."""
        cursor = self.place(name)["cursor"]
        return int(json.loads(cursor)["after"]) if cursor else 0

    def waits(self, name: str = "board") -> float:
        """Seconds until a place is read again."""
        when = self.place(name)["next_read"]
        if isinstance(when, str):
            when = datetime.fromisoformat(when).replace(tzinfo=UTC)
        return float((when - datetime.now(UTC)).total_seconds())

    def until(self, true: Callable[[], bool], seconds: float = 90) -> None:
        """Wait until something is so."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, "it never was"
            time.sleep(0.05)

    def read_at(self, name: str = "board") -> datetime:
        """When a place was last read."""
        when = self.place(name)["last_read"]
        return datetime.fromisoformat(when).replace(tzinfo=UTC) if isinstance(when, str) else when

    def a_day_later(self) -> None:
        """Everything that must be looked at again once a day is due for it."""
        self.rows("UPDATE store_checkedday SET verified = 0")
        self.rows("UPDATE store_recheck SET tried = NULL")

    def texts(self, name: str = "board") -> list[str]:
        return [
            text
            for (text,) in self.rows(
                "SELECT p.text FROM store_post p JOIN store_place s ON s.id = p.place_id"  # noqa: S608 - names of this test
                f" WHERE s.slug = '{name}' ORDER BY p.text"
            )
        ]

    def letters(self, name: str = "board") -> list[tuple[str, str]]:
        """The dead letters of a place: position and class."""
        return list(
            self.rows(
                "SELECT d.position, d.error FROM store_deadletter d JOIN store_place s"  # noqa: S608 - names of this test
                f" ON s.id = d.place_id WHERE s.slug = '{name}' ORDER BY d.id"
            )
        )

    def whole(self) -> None:
        """A turn without trouble, and then everything is as the places tell it."""
        problems = {name: problem for name, problem in self.turn().items() if problem}
        assert not problems
        self.right()

    def right(self) -> None:
        wrong = oracle.check(self.world, self.rows, self.rows.home)
        assert not wrong, "\n".join(wrong)


HOUR = timedelta(hours=1)
