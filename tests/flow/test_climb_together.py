"""Several schedulers at once, and one that is killed in the middle: everything is sent once, every step once.

Real databases: a SQLite file, or a database of its own on the server that DATABASE_URL names. Synthetic.
"""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.faults.homes import Home

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path) -> Iterator[Home]:
    made = Home(tmp_path)
    told(made, "seed")
    yield made
    made.drop()


def begin(home: Home, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.flow.climbers", str(home.folder), *words],
        env=home.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(process: "subprocess.Popen[str]") -> tuple[int, ...]:
    out, problems = process.communicate(timeout=240)
    assert process.returncode == 0, problems[-3_000:]
    return tuple(map(int, out.split()))


def told(home: Home, *words: str) -> tuple[int, ...]:
    return end(begin(home, *words))


def now() -> str:
    return datetime.now(UTC).isoformat()


def test_four_schedulers_at_once_send_once_and_climb_once(home):
    at = now()
    for process in [begin(home, "climb", at) for _ in range(4)]:
        end(process)
    # One escalation, its three steps, a message for each step but leadership's, one case.
    assert told(home, "count") == (1, 3, 2, 1)


def test_killed_at_any_statement_the_next_look_does_what_is_left_and_nothing_twice(home):
    at, kills = now(), 0
    for statement in range(1, 60, 4):
        died = begin(home, "kill", at, str(statement))
        died.communicate(timeout=240)
        kills += died.returncode == -9
        escalations, steps, messages, cases = told(home, "count")
        assert (escalations, steps) in ((0, 0), (1, 0), (1, 1))
        assert messages == steps
        assert cases == escalations
        if died.returncode == 0:
            break
    assert kills > 2
    assert told(home, "count") == (1, 1, 1, 1)
