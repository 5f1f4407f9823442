"""Run in a process of its own by test_annotate: a hand that then tells which modules it has loaded."""

import sys
from multiprocessing.connection import Connection

from earnest.flow.annotate import hand


class _Watched:
    """A pipe that ends the work when None comes."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.send = pipe.send

    def recv(self) -> object:
        told = self._pipe.recv()
        if told is None:
            raise EOFError
        return told

    def close(self) -> None:
        """The test asks on."""


def loaded_by_a_hand(pipe: Connection, job: hand.Job) -> None:
    """Work as a hand does, then tell the loaded modules."""
    hand.work(_Watched(pipe), job)
    pipe.send(sorted(sys.modules))
