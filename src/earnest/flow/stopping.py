"""When the server is told to stop, open streams are let go first; then it stops as it always does.

Servers wait for open answers before they tell an application anything, so the first stream listens for
itself.
"""

import signal
import threading
from collections.abc import Callable
from functools import cache, partial
from types import FrameType

CLOSING = threading.Event()
"""Set when the server is told to stop: every stream ends at its next look."""


@cache
def end_at_exit() -> None:
    """Listen for the signal to stop, from the server's event loop; elsewhere (a test's thread) there is
    nothing to do.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)
        if callable(before):
            signal.signal(number, partial(_end, before))


def _end(before: Callable[[int, FrameType | None], object], number: int, frame: FrameType | None) -> None:
    CLOSING.set()
    before(number, frame)
