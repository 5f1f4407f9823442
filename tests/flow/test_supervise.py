"""A supervisor in a process of its own, with many places that fail in every way; stopped, killed, frozen."""

import itertools
import signal
import threading
import time
from collections import Counter

import pytest

from tests.faults.homes import Home
from tests.flow.supervised import FAILING, FILL, Running, Slow, feed, fill, number, python, table
from tests.sources.replay import Replay, optional, reply_json

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

CODES = {
    "401": "key_refused",
    "403": "forbidden",
    "404": "gone",
    "410": "gone",
    "429 in seconds": "limited",
    "429 with a date": "limited",
    "429 with garbage": "limited",
    "nothing left": "limited",
    "500": "down",
    "503": "down",
    "reset": "down",
    "closed": "down",
    "silent": "slow",
    "drip": "slow",
    "bomb": "too_large",
    "flood": "too_large",
    "truncated": "down",
    "bad gzip": "bad_content",
    "not gzip": "bad_content",
    "garbage": "down",
    "in a circle": "not_allowed",
    "no feed": "bad_content",
    "empty": "bad_content",
    "no such name": "dns",
    "another port": "down",
}


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home")
    yield made
    made.drop()


@pytest.fixture
def server():
    running = Replay(table()).start()
    yield running
    running.close(check=False)


@pytest.fixture
def supervisor(home):
    """Starts supervisors of this home; none is left behind."""
    started = []

    def start(**wanted):
        started.append(Running(home, **{"timeout": 2.0, **wanted}))
        return started[-1]

    yield start
    for one in started:
        one.drop()


def reads(said, prefix="ok-"):
    """When each place was read, by place."""
    at = {}
    for one in said:
        if one.get("place", "").startswith(prefix) and one["heard"]:
            at.setdefault(one["place"], []).append(one["at"])
    return at


def test_a_place_that_works_is_read_beside_one_that_hangs_and_one_that_is_gone(home, server, supervisor):
    rows = [
        ("ok-0", "feed", {"url": f"{server.url}/ok/0"}, 1),
        ("bad-0", "feed", {"url": f"{server.url}/bad/{list(FAILING).index('silent')}/0"}, 1),
        ("bad-1", "feed", {"url": f"{server.url}/bad/{list(FAILING).index('410')}/0"}, 1),
    ]
    python(home, FILL, rows)
    running = supervisor()
    for _ in range(2):
        running.until(lambda said: said.get("place") == "ok-0" and said["heard"])
    assert running.stop() < 8
    assert home.rows("SELECT count(*) FROM store_lease WHERE until > 0") == [(0,)]
    assert home.rows("SELECT count(*) FROM store_heartbeat") == [(0,)]


@pytest.mark.slow
def test_places_that_fail_in_every_way_never_delay_the_others(home, server, supervisor):
    """Twenty-five ways to fail, at once, beside healthy places that are read every three seconds."""
    ways = fill(home, server.url, healthy=15, failing=len(FAILING), interval=3)
    running = supervisor(seconds=16)
    assert running.process.wait(timeout=60) == 0
    running.drop()
    healthy = reads(running.all)
    assert len(healthy) == 15
    for times in healthy.values():
        assert len(times) >= 2
        assert max(b - a for a, b in itertools.pairwise(times)) <= 2 * 3
    told = dict(
        home.rows("SELECT p.slug, h.code FROM store_health h JOIN store_place p ON p.id = h.place_id")
    )
    # What says "nothing left" beside an answer is read, then waits, then is read.
    found = {way: told[f"bad-{at}"] for at, way in enumerate(ways)}
    assert found | {"nothing left": "limited"} == CODES
    assert running.all[-1]["stopped"]
    assert home.rows("SELECT count(*) FROM store_lease WHERE until > 0") == [(0,)]
    assert home.rows("SELECT count(*) FROM store_heartbeat") == [(0,)]


@pytest.mark.slow
def test_it_stops_when_told_with_the_page_in_hand(home, server, supervisor):
    fill(home, server.url, healthy=5, failing=25, interval=1)
    running = supervisor()
    running.until(lambda said: said.get("heard"))
    assert running.stop() < 10
    assert running.all[-1]["stopped"]
    kept = home.rows("SELECT count(*) FROM store_post")
    assert kept[0][0] > 0


@pytest.mark.slow
def test_killed_again_and_again_it_loses_nothing_and_keeps_nothing_twice(home, supervisor):
    """Numbers are counted up while supervisors are killed; at the end each is there once."""
    with Replay({"/ok/*": optional(feed)}) as server:
        rows = [(f"n-{at}", "feed", {"url": f"{server.url}/ok/{at}"}, 1) for at in range(3)]
        python(home, FILL, rows)
        for _ in range(3):
            running = supervisor(lease=2)
            running.until(lambda said: said.get("heard"))
            time.sleep(0.7)
            running.signal(signal.SIGKILL)
            running.drop()
        last = supervisor(seconds=3, lease=2)
        last.until(lambda said: said.get("heard"))
        last.process.wait(timeout=30)
        last.drop()
    at = [number(text) for text in home.texts()]
    seconds = sorted(set(at))
    # Every second of each place between the first and the last was kept exactly once.
    assert seconds == list(range(seconds[0], seconds[-1] + 1))
    assert max(Counter(at).values()) <= 3


class Counting:
    """A server that counts: a number each 50 ms from when it was made."""

    def __init__(self):
        self.begun = time.monotonic()
        self.end = None

    def stop(self):
        self.end = self.top()

    def top(self):
        return self.end or int((time.monotonic() - self.begun) * 20)

    def answer(self, asked):
        after = int(asked.query.get("after", "0"))
        return reply_json(list(range(after + 1, self.top() + 1))[:200])


@pytest.mark.slow
def test_a_place_that_tells_by_itself_is_followed_and_goes_on_after_a_kill(home, supervisor):
    count, started = Counting(), False
    with Replay({"/numbers": optional(count.answer)}) as server:
        python(home, FILL, [("told", "pushed", {"url": f"{server.url}/numbers"}, 60)])
        for kill in (True, True, False):
            before = len(home.texts()) if started else 0
            started = True
            running = supervisor(types=["pushed"], lease=2)
            deadline = time.monotonic() + 90
            while len(home.texts()) <= before + 20 and time.monotonic() < deadline:
                time.sleep(0.1)
            assert len(home.texts()) > before + 20, running.errors
            if kill:
                running.signal(signal.SIGKILL)
                running.drop()
        count.stop()
        deadline = time.monotonic() + 60
        while len(home.texts()) < count.top() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert running.stop() < 10
    numbers = sorted(number(text) for text in home.texts())
    assert numbers == list(range(1, count.top() + 1))


@pytest.mark.slow
def test_two_supervisors_never_read_the_same_place_at_once(home, supervisor):
    """Each request takes a third of a second: the server sees whether two ask for one place at a time."""
    with Slow(0.3) as server:
        fill(home, server.url, healthy=8, failing=0, interval=1)
        both = [supervisor(seconds=15, timeout=20.0), supervisor(seconds=15, timeout=20.0)]
        for one in both:
            assert one.process.wait(timeout=60) == 0
            one.drop()
    assert set(server.most.values()) == {1}
    assert any(reads(one.all) for one in both)
    assert not [said for one in both for said in one.all if said.get("problem") and not said["busy"]]


@pytest.mark.slow
def test_a_holder_that_is_frozen_past_its_lease_keeps_nothing(home, supervisor):
    """The first is frozen while a server makes it wait; the second reads the place; then the first wakes."""
    hold = threading.Event()
    with Slow(0.0, hold) as server:
        fill(home, server.url, healthy=1, failing=0, interval=1)
        first = supervisor(lease=1.0, timeout=60.0)
        while not server.asked:
            time.sleep(0.05)
        first.signal(signal.SIGSTOP)
        second = supervisor(lease=1.0, timeout=20.0)
        second.until(lambda said: said.get("heard"))
        fence = home.rows("SELECT fence FROM store_lease")
        hold.set()
        first.signal(signal.SIGCONT)
        said = first.until(lambda said: "place" in said)
        assert said["busy"]
        assert "taken over" in said["problem"]
        second.stop()
        first.stop()
    assert fence[0][0] >= 2
    assert len(home.texts()) == len(set(home.texts()))


@pytest.mark.slow
def test_a_place_that_gives_no_sign_of_life_is_given_up_and_tried_later(home, supervisor):
    with Slow(9.0) as server:
        fill(home, server.url, healthy=1, failing=0, interval=1)
        running = supervisor(patience=1.0, timeout=30.0, seconds=8)
        running.process.wait(timeout=60)
        running.drop()
    ((code, failures),) = home.rows(
        "SELECT h.code, p.failures FROM store_health h JOIN store_place p ON p.id = h.place_id"
    )
    assert code == "slow"
    assert failures >= 1
    assert home.texts() == []


@pytest.mark.slow
def test_a_past_is_read_on_the_command_line_and_a_second_call_goes_on(home):
    """Stopped in the middle, it goes on from its own cursor; the present's cursor stays."""
    script = FILL + BACKFILL
    said = python(home, script, [("past", "past", {"url": "0"}, 60)])
    first, second, third = said.strip().splitlines()
    assert first.startswith("wanted")
    assert 0 < int(first.split()[1]) < 100
    assert second.startswith("done 100")
    assert third.startswith("Refused")
    assert len(home.texts()) == len(set(home.texts())) == 120
    assert home.rows("SELECT cursor FROM store_place") == [(None,)]
    assert home.rows("SELECT count(*) FROM store_coverage WHERE state = 2")[0][0] >= 119


BACKFILL = """
import threading
from datetime import UTC, datetime, timedelta
from tests.flow import supervise_types
supervise_types.add("past")
from earnest.cli import setup
from earnest.flow import backfill
from earnest.record.errors import Refused
from earnest.store import read_backfill
import os
from pathlib import Path
keys = setup.keys(Path(os.environ["EARNEST_HOME"]))
now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
since, until = now - timedelta(hours=120), now
backfill.ask("guests", "past", since, until, egress=None, actor="cli")
stop = threading.Event()
backfill.PAGES = 3
for row in backfill.run("guests", "past", keys, None, stop):
    stop.set()
def tell():
    row = read_backfill.of_place("guests", "past")
    print(row.state, row.percent, row.posts)
tell()
backfill.ask("guests", "past", since, until, egress=None, actor="cli")
for row in backfill.run("guests", "past", keys, None, threading.Event()):
    pass
tell()
try:
    since, until = now - timedelta(days=900), now - timedelta(days=800)
    backfill.ask("guests", "past", since, until, egress=None, actor="cli")
except Refused as error:
    print("Refused", error.sentence())
"""
