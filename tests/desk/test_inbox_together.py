"""Many people take posts at once, in threads and in processes: nobody is given what somebody else has.

Real databases: a SQLite file, or a database of its own on the server that DATABASE_URL names. Synthetic.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.desk.inbox_takers import POSTS
from tests.faults.homes import Home

pytestmark = pytest.mark.slow

GROUPS = POSTS - POSTS // 20
"""Twelve posts repeat another one."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    made = Home(tmp_path_factory.mktemp("together"))
    run(made, "fill")
    yield made
    made.drop()


@pytest.fixture
def home(filled: Home) -> Home:
    run(filled, "clear")
    return filled


def begin(home: Home, *words: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.desk.inbox_takers", str(home.folder), *words]
    return subprocess.Popen(
        command, env=home.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def run(home: Home, *words: str) -> list[dict]:
    return end(begin(home, *words))


def end(process: "subprocess.Popen[str]") -> list[dict]:
    out, problems = process.communicate(timeout=240)
    assert process.returncode == 0, problems[-3_000:]
    assert "Exception in thread" not in problems, problems[-3_000:]
    return [json.loads(line) for line in out.splitlines()]


def people(first: int, count: int) -> list[str]:
    return [f"person{at}" for at in range(first, first + count)]


@pytest.mark.parametrize(("processes", "threads"), [(1, 16), (4, 4)], ids=["one-process", "four-processes"])
def test_what_is_held_is_held_by_one_person_and_all_of_it_is(home, processes, threads):
    running = [begin(home, "hold", *people(at * threads, threads)) for at in range(processes)]
    told = [one for process in running for one in end(process)]
    assert len(told) == 16
    taken = Counter(post for one in told for post in one["taken"])
    assert max(taken.values()) == 1
    assert len(taken) == GROUPS
    heads = home.rows("SELECT post_id, by_id FROM store_checkout")
    assert len(heads) == GROUPS


@pytest.mark.parametrize(("processes", "threads"), [(1, 8), (4, 3)], ids=["one-process", "four-processes"])
def test_each_post_is_settled_once_while_people_take_settle_and_give_back(home, processes, threads):
    running = [begin(home, "work", *people(at * threads, threads)) for at in range(processes)]
    told = [one for process in running for one in end(process)]
    settled = [post for one in told for post in one["settled"] if post > 0]
    extra = sum(one["settled"].count(-1) for one in told)
    assert max(Counter(settled).values()) == 1
    assert len(settled) + extra == GROUPS
    assert len(home.rows("SELECT post_id FROM store_settled")) == GROUPS
    assert home.rows("SELECT count(*) FROM store_checkout") == [(0,)]
