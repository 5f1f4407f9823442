"""SIGKILL while new posts are followed: every repeat is folded once, a theme's counts are those of its posts.

Real processes, killed at random moments, on SQLite and on PostgreSQL where DATABASE_URL names a server.
"""

import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.homes import Home, said

POSTS = 2_000
ROUNDS = 8 if os.environ.get("EARNEST_FULL") == "1" else 2
WORDS = (
    "scanner route depot gate morning locker parcel signature van battery charger map street bridge ramp"
    " lift dock pallet label barcode printer window queue desk shift rota swap break rain ice heat tyre"
)


def post(number: int) -> dict[str, object]:
    """One in four repeats the post before it; every other one says something of its own. Synthetic."""
    dice = random.Random(number - (number % 4 == 1))
    text = "At our place the " + " and the ".join(dice.sample(WORDS.split(), 6)) + " gave up today"
    return said(f"p{number}", f"RT {text}" if number % 4 == 1 else text)


def state(home: Home) -> tuple[list[tuple[str, str]], int]:
    """Which text repeats which, in order, and up to where posts were followed."""
    pairs = home.rows(
        "SELECT p.text, f.text FROM store_repost r JOIN store_post p ON p.id = r.post_id"
        " JOIN store_post f ON f.id = r.first_id ORDER BY p.arrival"
    )
    (mark,) = home.rows("SELECT coalesce(max(arrival), 0) FROM store_followmark")[0]
    return pairs, mark


def follow(home: Home) -> None:
    """Until all was followed: a turn beside listening is short."""
    for _ in range(60):
        if state(home)[1] == POSTS:
            return
        home.run("listen", "--once")


def check_themes(home: Home) -> None:
    told = Counter(dict(home.rows("SELECT theme_id, sum(posts) FROM store_themeweek GROUP BY theme_id")))
    held = Counter(
        dict(
            home.rows(
                "SELECT theme_id, count(*) FROM store_themepost WHERE theme_id IS NOT NULL GROUP BY theme_id"
            )
        )
    )
    assert {theme: int(posts) for theme, posts in told.items() if posts} == held


@pytest.mark.slow
def test_killed_at_any_moment_each_post_is_followed_once(tmp_path: Path) -> None:
    chance = random.Random(11)
    whole, killed = Home(tmp_path / "whole"), Home(tmp_path / "killed")
    try:
        for home in (whole, killed):
            home.run("import", home.write([post(n) for n in range(POSTS)]), "--source", "reviews")
        begun = time.monotonic()
        follow(whole)
        took = time.monotonic() - begun
        for _ in range(ROUNDS):
            running = killed.start("listen", "--once")
            time.sleep(chance.uniform(0.3, 0.9) * took)
            killed.kill(running)
            check_themes(killed)
        follow(killed)
        assert state(killed) == state(whole)
        assert state(whole)[1] == POSTS
        assert len(state(whole)[0]) >= POSTS // 4
        check_themes(killed)
        check_themes(whole)
    finally:
        whole.drop()
        killed.drop()
