"""SIGKILL while messages are delivered: none is lost, and what comes twice carries the same key.

Real processes and a real server on loopback, on SQLite and on PostgreSQL where DATABASE_URL names a server.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.homes import Home
from tests.notify.serve import Say, Web, web

MESSAGES = 120
KILLS = 20 if os.environ.get("EARNEST_FULL") == "1" else 3
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path / "home")
    try:
        yield made
    finally:
        made.drop()


def run(home: Home, *words: str) -> subprocess.Popen[bytes]:
    settings = {"DJANGO_SETTINGS_MODULE": "earnest.server.settings", "EARNEST_PRIVATE_CHANNELS": "yes"}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.deliver_run", *words],
        env={**home.environment, **settings},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def prepare(home: Home, there: Web) -> None:
    home.run("programme", "list")
    assert run(home, "fill", there.url + "/x", str(MESSAGES)).wait(timeout=300) == 0


def states(home: Home) -> dict[str, int]:
    return dict(home.rows("SELECT state, count(*) FROM store_message GROUP BY state"))


def keys(there: Web) -> Counter[str]:
    return Counter(asked.headers["webhook-id"] for asked in there.asked)


@pytest.mark.slow
def test_two_workers_deliver_each_message_exactly_once(home: Home) -> None:
    with web() as there:
        prepare(home, there)
        there.say = lambda asked: Say(wait=0.005)
        workers = [run(home, "work", "60") for _ in range(2)]
        for worker in workers:
            assert worker.wait(timeout=300) == 0
        assert states(home) == {"delivered": MESSAGES}
        assert sorted(keys(there).values()) == [1] * MESSAGES


@pytest.mark.slow
def test_killed_at_any_moment_none_is_lost_and_a_repeat_has_the_same_key(home: Home) -> None:
    chance = random.Random(5)
    with web() as there:
        prepare(home, there)
        there.say = lambda asked: Say(wait=0.03)
        kills = 0
        while kills < KILLS and states(home).get("delivered", 0) < MESSAGES - 10:
            seen = len(there.asked)
            worker = run(home, "work", "3")
            began = time.monotonic()
            while len(there.asked) < seen + 2 and time.monotonic() - began < 30:
                time.sleep(0.01)
            time.sleep(chance.uniform(0.0, 0.08))
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
            kills += 1
        assert run(home, "work", "3").wait(timeout=240) == 0
        told = keys(there)
        assert states(home) == {"delivered": MESSAGES}
        assert len(told) == MESSAGES
        assert sum(told.values()) <= MESSAGES + kills
        assert home.rows("SELECT count(*) FROM store_message WHERE payload IS NOT NULL") == [(0,)]
