"""Two that listen at the same time, and one that sleeps past its lease: nobody keeps a page twice."""

import os
import signal

import pytest

from tests.faults.hearing import Hearing
from tests.soak.run import time_passes, until_stopped


def test_two_that_begin_together_keep_everything_once(hearing: Hearing) -> None:
    for _ in range(4):
        hearing.say(18)
        hearing.world.forum.new()
        time_passes(hearing.rows)
        both = [hearing.machine.begin("turn") for _ in range(2)]
        ended = [hearing.machine.end(pid) for pid in both]
        assert [one.code for one in ended] == [0, 0], [one.said for one in ended]
    hearing.whole()


@pytest.mark.slow
def test_four_supervisors_at_once(hearing: Hearing) -> None:
    hearing.say(60)
    hearing.say(60, hearing.wire)
    time_passes(hearing.rows)
    listeners = [hearing.machine.begin("earnest", words=["listen"]) for _ in range(4)]

    def heard() -> bool:
        time_passes(hearing.rows, leases=False)
        return hearing.after() == hearing.after("wire") == 60

    hearing.until(heard)
    for pid in listeners:
        os.kill(pid, signal.SIGTERM)
    for pid in listeners:
        ended = hearing.machine.end(pid)
        assert ended.code == 0, ended.said
        assert "Traceback" not in ended.said
    hearing.whole()


@pytest.mark.parametrize("page", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_who_slept_past_its_lease_keeps_nothing_that_another_read(hearing: Hearing, page: int) -> None:
    """SIGSTOP before a page is kept; the lease runs out, another reads on; then SIGCONT."""
    hearing.say(20)
    time_passes(hearing.rows)
    sleeper = hearing.machine.begin("turn", stop=page)
    until_stopped(sleeper)
    hearing.say(6)
    problems = hearing.turn()
    assert problems["wire"] is None
    os.kill(sleeper, signal.SIGCONT)
    ended = hearing.machine.end(sleeper)
    assert ended.code == 0, ended.said
    hearing.whole()
