"""What a turn at a place and whoever gave it say to each other while it lasts."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event


@dataclass(slots=True)
class Hand:
    """How far a turn may go, and where it is.

    stop    set: no further page is taken
    until   by the clock that only goes forward: after this no further page is asked for
    pages   and after so many
    busy    a page is in hand: it is being admitted, labelled or kept
    seen    when the last page came
    heard   called with the number of posts of each page that was kept
    may_follow, follows   whether the place may be followed while it tells by itself, and whether it is
    """

    stop: Event = field(default_factory=Event)
    until: float = math.inf
    pages: float = math.inf
    busy: bool = False
    seen: float = field(default_factory=time.monotonic)
    kept: int = 0
    heard: Callable[[int], None] = lambda posts: None
    may_follow: bool = False
    follows: bool = False

    def takes(self) -> bool:
        """A page came: may it be kept? Whoever sets `stop` and then finds `busy` False can leave."""
        self.saw()
        self.busy = True
        if self.stop.is_set():
            self.busy = False
            return False
        return True

    def puts_down(self, posts: int) -> None:
        """The page is kept, or was not to be."""
        self.busy = False
        self.kept += 1
        self.heard(posts)

    def saw(self) -> None:
        """The place gave a sign of life."""
        self.seen = time.monotonic()

    def goes_on(self) -> bool:
        """Whether another page may be asked for."""
        return not self.stop.is_set() and self.kept < self.pages and time.monotonic() < self.until
