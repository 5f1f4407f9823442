"""SIGKILL on a page's way from its place to the store, at each step: nothing is lost, nothing comes twice.

Real processes over real HTTP; the step at which one dies is counted in the process itself.
"""

import os
import signal
import time
from datetime import timedelta

import pytest

from tests.faults.hearing import Hearing
from tests.soak.acts import STEPS
from tests.soak.world import AUTHOR, HELD

ALWAYS = ("in a transaction", "after a commit")
"""Steps of the fast lane."""
ON_THE_WAY = [step for step in STEPS if "grave" not in step and step != "gate"]


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(1, id="first page"),
        pytest.param(2, id="second page", marks=pytest.mark.slow),
        pytest.param(4, id="later", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize(
    "step", [pytest.param(step, marks=() if step in ALWAYS else pytest.mark.slow) for step in ON_THE_WAY]
)
def test_killed_at_a_step_everything_is_there_after_the_next_turn(
    hearing: Hearing, step: str, at: int
) -> None:
    hearing.say(24)
    hearing.world.forum.new()
    assert hearing.killed(step, at).code == -signal.SIGKILL
    hearing.whole()


@pytest.mark.slow
@pytest.mark.parametrize("step", ["before a grave is dug", "after a grave was dug", "before a commit"])
def test_killed_while_a_deletion_is_carried_out_it_is_carried_out_whole(hearing: Hearing, step: str) -> None:
    posts = hearing.say(9)
    hearing.turn()
    for post in posts[:4]:
        post.there = False
        hearing.board.tell(post, "deleted")
    assert hearing.killed(step).code == -signal.SIGKILL
    hearing.whole()
    assert len(hearing.texts()) == 5


@pytest.mark.parametrize("at", [1, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.parametrize("step", ["before a grave is dug", "after a grave was dug"])
def test_killed_while_somebody_opts_out_they_are_out(hearing: Hearing, step: str, at: int) -> None:
    """A grave that outlived its transaction is laid with the next deletion, before the wish is read again."""
    leaver = f"{AUTHOR}leaver"
    hearing.say(3, hearing.wire, author=leaver)
    (other,) = hearing.say(1)
    hearing.turn()
    wish = hearing.wire.new(author=leaver, ago=timedelta(minutes=1))
    wish.text, wish.held = f"Earnest opt out. {hearing.wire.mark(HELD)}", True
    hearing.wire.tell(wish, "said")
    assert hearing.killed(step, at).code == -signal.SIGKILL
    other.there = False
    hearing.board.tell(other, "deleted")
    hearing.say(3, hearing.wire, author=leaver)
    hearing.turn()
    hearing.say(3, hearing.wire, author=leaver)
    hearing.whole()
    assert hearing.texts("wire") == []


@pytest.mark.slow
def test_killed_at_every_statement_of_a_page_none_of_it_is_there_or_all_of_it(hearing: Hearing) -> None:
    posts = hearing.say(12)
    hearing.turn()
    hearing.board.edited(posts[0])
    hearing.board.tell(posts[0], "edited")
    posts[1].there = False
    hearing.board.tell(posts[1], "deleted")
    hearing.say(4)
    before, statement = hearing.after(), 0
    while hearing.killed("in a transaction", statement := statement + 1).code != 0:
        assert hearing.after() in (before, len(hearing.board.events)), statement
        assert statement < 200
    assert statement > 10
    hearing.whole()


@pytest.mark.slow
@pytest.mark.parametrize("how", ["KILL", "TERM"])
def test_ended_while_it_listens_the_next_one_goes_on_from_there(hearing: Hearing, how: str) -> None:
    """`earnest listen` itself."""
    hearing.say(30)
    hearing.world.forum.new()
    listener = hearing.machine.begin("earnest", words=["listen"])
    until = time.monotonic() + 20
    while not hearing.after() and time.monotonic() < until:
        time.sleep(0.02)
    with hearing.world.lock:
        hearing.say(30)
    os.kill(listener, getattr(signal, f"SIG{how}"))
    ended = hearing.machine.end(listener)
    assert ended.code == (-signal.SIGKILL if how == "KILL" else 0), ended.said
    assert "Traceback" not in ended.said
    hearing.whole()


@pytest.mark.slow
def test_killed_between_two_runs_of_following_nothing_is_counted_twice(hearing: Hearing) -> None:
    """What comes after listening: themes, repeats, what rises, the sweep."""
    hearing.say(40)
    hearing.turn()
    for at in (1, 3, 6, 10):
        hearing.killed("in a transaction", at, tend=True)
    hearing.turn(tend=True)
    hearing.right()
