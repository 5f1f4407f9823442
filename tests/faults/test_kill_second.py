"""SIGKILL while second looks are taken: nothing is lost, no opinion is written twice, counts stay right.

Real processes and a real endpoint on loopback, killed at random moments. Synthetic.
"""

import os
import random
import time

import pytest

from tests.faults.homes import Home, said
from tests.flow.endpoint.server import MODEL, Server, labels
from tests.store.oracle import differences

ROUNDS = 8 if os.environ.get("EARNEST_FULL") == "1" else 2
POSTS = 300

TEXTS = (
    "qwerty zxcv {n}", "the app froze at the door again {n}", "no tip on any of the orders {n}",
    "hmm, well, that happened {n}", "the gate code does not work at number {n}",
)  # fmt: skip

pytestmark = pytest.mark.slow


def test_killed_at_any_moment_each_post_gets_one_opinion(tmp_path):
    chance = random.Random(4)
    server = Server()
    home = Home(tmp_path / "home")
    home.environment |= {"EARNEST_ENDPOINT_URL": server.url, "EARNEST_ENDPOINT_MODEL": MODEL}
    reviews = [said(f"p{n}", TEXTS[n % 5].format(n=n)) for n in range(POSTS)]
    home.run("import", home.write(reviews), "--source", "reviews")
    ((programme,),) = home.rows("SELECT slug FROM store_programme")

    def reply(asked):
        time.sleep(0.02)
        asked.say(labels(("pay.tips" if "tip" in asked.post else "other", 0.9)))

    server.reply = reply
    words = ("second", "--programme", programme, "--by", "endpoint", "--share", "20", "--last", str(POSTS))
    for _ in range(ROUNDS):
        running = home.start(*words)
        asked = len(server.asked)
        until = time.monotonic() + 20
        while len(server.asked) == asked and time.monotonic() < until and running.poll() is None:
            time.sleep(0.01)
        time.sleep(chance.random() * 0.4)
        home.kill(running)
        assert differences(home.rows) == {}
        # What the dead process had taken is lent for a quarter of an hour: as if that had passed.
        free(home)
    home.run(*words)
    assert differences(home.rows) == {}
    told = home.rows("SELECT s.state, s.label, p.label, p.model FROM store_second s"
                     " JOIN store_post p ON p.id = s.post_id")  # fmt: skip
    assert len(told) == POSTS // 5
    assert {state for state, *_ in told} == {"given"}
    assert {model for _, was, now, model in told if was != now} <= {f"endpoint:{MODEL}"}
    assert {label for _, _, label, _ in told} <= {"pay.tips", "other"}
    server.stop()
    home.drop()


def free(home):
    if home.address:
        import psycopg

        with psycopg.connect(home.address) as db:
            db.execute("UPDATE store_second SET due = 0")
        return
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(home.folder / "earnest.db")) as db:
        db.execute("UPDATE store_second SET due = 0")
        db.commit()
