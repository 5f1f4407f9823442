"""SIGKILL at any moment of opting out or erasing on request: each is whole or not at all. Synthetic posts."""

import os
import random
import time
from datetime import timedelta

import pytest

from tests.faults.homes import NOW, Home

KILLS = 16 if os.environ.get("EARNEST_FULL") == "1" else 4
MANY = 12_000


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home")
    yield made
    made.drop()


def said(n, who, text):
    return {
        "id": f"{who}-{n}",
        "text": text,
        "author": who,
        "created": (NOW - timedelta(seconds=MANY - n)).isoformat(),
    }


def posts():
    """Every third post by somebody who opts out in the middle of them, and goes on speaking."""
    rows = [
        said(n, "ann", f"my tips are missing {n}") if n % 3 == 0 else said(n, "bob", f"the app crashed {n}")
        for n in range(MANY)
    ]
    return [*rows[: MANY // 2], said(MANY // 2, "ann", "late again. Earnest opt out"), *rows[MANY // 2 :]]


def kill_at_random(home, chance, takes, *words):
    """Start a command and kill it somewhere on its way; whether it was still running."""
    running = home.start(*words)
    time.sleep(chance.uniform(0.4, takes))
    hit = running.poll() is None
    running.kill()
    running.communicate(timeout=60)
    return hit


def out_and_kept(home):
    """Whether somebody is out, and how many of their posts are kept."""
    ((out,),) = home.rows("SELECT count(*) FROM store_optout")
    ((kept,),) = home.rows("SELECT count(*) FROM store_post WHERE text LIKE 'my tips%'")
    return out > 0, kept


@pytest.mark.slow
def test_an_import_with_somebody_who_opts_out_in_it(home):
    chance = random.Random(11)
    file = home.write(posts())
    home.run("programme", "list")  # so that there are tables
    for _ in range(KILLS):
        if not kill_at_random(home, chance, 9, "import", file, "--source", "reviews"):
            break
        out, kept = out_and_kept(home)
        assert not (out and kept), "out, but what was said before is still there"
    home.run("import", file, "--source", "reviews")
    assert out_and_kept(home) == (True, 0)
    ((others,),) = home.rows("SELECT count(*) FROM store_post")
    assert others == MANY - MANY // 3
    assert home.rows("SELECT count(*) FROM store_tombstone") >= [(MANY // 6,)]


@pytest.mark.slow
def test_erasing_on_request_with_opting_out(home):
    chance = random.Random(12)
    file = home.write([one for one in posts() if "Earnest" not in one["text"]])
    home.run("import", file, "--source", "reviews")
    words = ("erase", "--handle", "ann", "--source", "reviews", "--also-out")
    for _ in range(KILLS):
        kill_at_random(home, chance, 5, *words)
        out, kept = out_and_kept(home)
        assert out == (kept == 0), "half erased"
        if out:
            break
    home.run(*words)
    assert out_and_kept(home) == (True, 0)
