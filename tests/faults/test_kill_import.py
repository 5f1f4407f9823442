"""SIGKILL at any moment of `earnest import`, then the same command again: every admitted post exactly once.

Real processes, killed at random moments; on SQLite, and on PostgreSQL where DATABASE_URL names a server. What
is left is compared, row by row and figure by figure, with an import that nobody disturbed.
"""

import csv
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from earnest.understand.classify import SHIPPED

MODEL = SHIPPED / "gig-delivery"
KILLS = 24 if os.environ.get("EARNEST_FULL") == "1" else 3
POSTS = 24_000
SERVER = os.environ.get("DATABASE_URL", "")

SAID = (
    "the app crashed again at the door of the customer",
    "my tips of yesterday are missing",
    "where do I park at the depot",
    "la aplicación se cierra sola cada vez",
    "thanks, support answered in a minute",
    "we should form a union and go on strike together",
)

QUESTIONS = {
    "posts": "SELECT key, text, created, label, kind, voice FROM store_post ORDER BY key",
    "labels": "SELECT label, rank, count(*) FROM store_postlabel GROUP BY label, rank ORDER BY label, rank",
    "hours": "SELECT hour, label, kind, sentiment, lang, posts FROM store_hourcount ORDER BY 1, 2, 3, 4, 5",
    "days": "SELECT day, facet, value, posts FROM store_daycount ORDER BY 1, 2, 3",
    "weeks": "SELECT grain, week, label, kind, sentiment, lang, posts FROM store_weekcount"
    " ORDER BY 1, 2, 3, 4, 5, 6",
    "voices": "SELECT week, label, before, voices FROM store_voicecount WHERE voices > 0 ORDER BY 1, 2, 3",
    "withheld": "SELECT posts FROM store_withheld",
    "hours heard": "SELECT hour FROM store_coverage WHERE state = 2 ORDER BY hour",
}
SEARCH = {
    "sqlite": "SELECT count(*) FROM store_search WHERE store_search MATCH 'text : tips'",
    "postgres": "SELECT count(*) FROM store_post WHERE words @@ 'tips'::tsquery",
}


class Desk:
    """A home folder with a database of its own, and the command that is killed."""

    def __init__(self, home: Path, file: Path) -> None:
        self.home, self.file = home, file
        # A model of its own: what is shipped may be rebuilt while this test runs.
        if not (home / "models").exists():
            shutil.copytree(MODEL, home / "models" / "gig-delivery")
        self.environment = {**os.environ, "EARNEST_HOME": str(home)}
        self.database = ""
        if SERVER:
            name = f"faults_{os.getpid()}_{home.name.replace('-', '_')}"
            import psycopg

            with psycopg.connect(SERVER, autocommit=True) as server:
                server.execute(f'DROP DATABASE IF EXISTS "{name}"')
                server.execute(f'CREATE DATABASE "{name}"')
            self.database = urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}"))
            self.environment["DATABASE_URL"] = self.database

    def start(self) -> subprocess.Popen:
        command = [sys.executable, "-m", "earnest", "import", str(self.file), "--source", "reviews", "--json"]
        return subprocess.Popen(
            command,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def rows(self, sql: str) -> list[tuple]:
        if self.database:
            import psycopg

            with psycopg.connect(self.database) as server:
                return server.execute(sql).fetchall()
        connection = sqlite3.connect(self.home / "earnest.db")
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def all(self) -> dict[str, list[tuple]]:
        found = {what: self.rows(sql) for what, sql in QUESTIONS.items()}
        found["found by a search"] = self.rows(SEARCH["postgres" if self.database else "sqlite"])
        return found

    def drop(self) -> None:
        if self.database:
            import psycopg

            with psycopg.connect(SERVER, autocommit=True) as server:
                server.execute(f'DROP DATABASE "{urlsplit(self.database).path[1:]}" WITH (FORCE)')


@pytest.fixture(scope="module")
def posts(tmp_path_factory):
    """A CSV of synthetic posts, three a minute, every sixth of them protected."""
    path = tmp_path_factory.mktemp("file") / "posts.csv"
    start = datetime(2026, 9, 1, tzinfo=UTC)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "text", "created", "author"))
        for n in range(POSTS):
            said = (start + timedelta(seconds=20 * n)).isoformat()
            writer.writerow((f"p{n}", f"{SAID[n % len(SAID)]} {n}", said, f"writer {n % 97}"))
    return path


@pytest.fixture(scope="module")
def undisturbed(posts, tmp_path_factory):
    """What an import leaves that nobody kills, how long it takes, and its keys."""
    desk = Desk(tmp_path_factory.mktemp("undisturbed"), posts)
    begun = time.monotonic()
    running = desk.start()
    out, complaints = running.communicate(timeout=300)
    assert running.returncode == 0, complaints
    assert json.loads(out)["admitted"] == POSTS - POSTS // 6 - (POSTS % 6 == 5)
    yield desk, desk.all(), time.monotonic() - begun
    desk.drop()


def differences(found, expected):
    """What is missing, too much or not the same, a few rows of each."""
    told = {}
    for what, rows in expected.items():
        here, there = Counter(found[what]), Counter(rows)
        if here != there:
            missing, extra = there - here, here - there
            told[what] = (missing.total(), list(missing)[:3], extra.total(), list(extra)[:3])
    return told


def trial(posts, undisturbed, home, chance, kills):
    """Import with up to `kills` kills in a home that has the undisturbed one's keys; how many kills hit."""
    model, expected, takes = undisturbed
    shutil.copytree(model.home / "keys", home / "keys")
    shutil.copytree(model.home / "models", home / "models")
    desk = Desk(home, posts)
    hit = 0
    try:
        for _ in range(kills):
            running = desk.start()
            time.sleep(chance.uniform(0.2, takes * 1.05))
            if running.poll() is not None:
                running.communicate()
                break
            if chance.random() < 0.5:
                os.killpg(running.pid, signal.SIGKILL)
            else:
                running.kill()
            running.communicate(timeout=60)
            hit += 1
        running = desk.start()
        _, complaints = running.communicate(timeout=300)
        assert running.returncode == 0, complaints
        assert differences(desk.all(), expected) == {}
    finally:
        desk.drop()
    return hit


@pytest.mark.slow
def test_every_admitted_post_is_there_once_after_kills_at_random_moments(posts, undisturbed, tmp_path):
    seed = int(os.environ.get("EARNEST_SEED", "0")) or random.randrange(1, 1_000_000)
    sys.stdout.write(f"EARNEST_SEED={seed}\n")
    chance = random.Random(seed)
    hit = number = 0
    while hit < KILLS:
        number += 1
        home = tmp_path / f"home-{number}"
        home.mkdir()
        hit += trial(posts, undisturbed, home, chance, min(6, KILLS - hit))
    assert hit >= KILLS


@pytest.mark.slow
def test_a_home_whose_first_command_was_killed_is_made_by_the_next(posts, tmp_path):
    chance = random.Random(7)
    for number in range(max(4, KILLS // 2)):
        home = tmp_path / f"first-{number}"
        home.mkdir()
        desk = Desk(home, posts)
        try:
            command = [sys.executable, "-m", "earnest", "user", "add", "ana", "--role", "admin"]
            running = subprocess.Popen(command, env=desk.environment, stderr=subprocess.PIPE)
            made = home / "keys" / "django.key"
            while not made.exists() and running.poll() is None:
                time.sleep(0.01)
            time.sleep(chance.uniform(0.2, 1.5))
            running.kill()
            running.communicate()
            done = subprocess.run(command, env=desk.environment, capture_output=True, check=False, timeout=60)
            assert done.returncode == 0, done.stderr
        finally:
            desk.drop()
