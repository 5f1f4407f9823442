"""Random schedules of people, faults and kills: in the end everything is as the places told it.

Three in the fast lane, 25 for each database in the full one, 1,000 and more by `make soak`. EARNEST_SEED
repeats a run; what fails says how one schedule is repeated.
"""

import os
import sys
from collections.abc import Iterator
from random import Random

import pytest

from tests.soak.run import Database, Ran, Soak
from tests.soak.schedule import steps
from tests.soak.world import AUTHOR, HELD, World

FIRST = int(os.environ.get("EARNEST_SEED", "0")) or int.from_bytes(os.urandom(3), "big") + 1


@pytest.fixture(scope="module")
def soak() -> Iterator[Soak]:
    made = Soak()
    yield made
    made.stop()


def told(ran: Ran) -> str:
    again = f"python -m tests.soak.run --seed {ran.seed} --count 1 --steps"
    return "\n".join([f"repeat it: {again}", *ran.told, *ran.wrong])


def schedules(soak: Soak, first: int, count: int) -> None:
    sys.stdout.write(f"schedules from EARNEST_SEED={first}\n")
    for seed in range(first, first + count):
        ran = soak.run(seed)
        assert not ran.wrong, told(ran)


def test_three_schedules_that_are_always_the_same(soak: Soak) -> None:
    schedules(soak, 1, 3)


@pytest.mark.slow
def test_twenty_five_schedules_that_nobody_chose(soak: Soak) -> None:
    schedules(soak, FIRST, 25)


TAMPERED: dict[str, tuple[str, str]] = {
    "a post is missing": (
        "DELETE FROM store_post WHERE id = (SELECT min(id) FROM store_post)",
        "are missing",
    ),
    "a post has another wording": (
        "UPDATE store_post SET text = text || '.' WHERE id = (SELECT min(id) FROM store_post)",
        "are too many",
    ),
    "a count is off": (
        "UPDATE store_hourcount SET posts = posts + 1 WHERE hour = (SELECT min(hour) FROM store_hourcount)",
        "store_hourcount does not agree",
    ),
    "a withheld word is somewhere": (
        f"UPDATE store_place SET problem = '{HELD}' WHERE slug = 'wire'",  # noqa: S608 - a constant of the test
        f"{HELD} is in",
    ),
    "an author is named somewhere": (
        f"UPDATE store_place SET title = '{AUTHOR}7' WHERE slug = 'wire'",  # noqa: S608 - a constant too
        f"{AUTHOR} is in",
    ),
    "a gap is listed that never was": (
        "INSERT INTO store_gap (place_id, since, until, why) SELECT id, '2026-01-01 00:00:00+00:00',"
        " '2026-01-02 00:00:00+00:00', 'expired' FROM store_place WHERE slug = 'board'",
        "forgot nothing",
    ),
}


def test_the_oracle_sees_everything_that_was_tampered_with(soak: Soak) -> None:
    def tamper(database: Database) -> None:
        for statement, _ in TAMPERED.values():
            database(statement)

    ran = soak.run(3, tamper=tamper)
    unseen = [what for what, (_, seen) in TAMPERED.items() if not any(seen in line for line in ran.wrong)]
    assert not unseen, told(ran)


def test_a_seed_gives_the_same_steps_every_time() -> None:
    def said(seed: int) -> list[str]:
        chance = Random(seed)
        world = World(chance)
        with world.server:
            return [step().told for step in steps(seed, world, chance)]

    assert said(5) == said(5)
    assert said(5) != said(6)
