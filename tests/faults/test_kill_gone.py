"""SIGKILL while posts are erased, looked at again or swept, and old backups put back: deleted stays deleted.

Real processes, killed at random moments, on SQLite and on PostgreSQL where DATABASE_URL names a server. After
every kill each roll-up is what the posts say, counted anew (`tests.store.oracle`).
"""

import os
import random
import sys
import time
from pathlib import Path

import pytest

from tests.faults.homes import SERVER, Home, client_tools, gone, said
from tests.store.oracle import differences

POSTS = 1_500
ROUNDS = 12 if os.environ.get("EARNEST_FULL") == "1" else 2

pytestmark = pytest.mark.skipif(bool(SERVER) and client_tools() is None, reason="pg_dump is not installed")


class Trial:
    """A home with two places: reviews that are imported, and an archive that is looked at again."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.home, self.chance = Home(folder), chance
        self.dead: set[int] = set()
        self.archive = set(range(POSTS, 2 * POSTS))
        self.home.run("import", self.home.write([post(n) for n in range(POSTS)]), "--source", "reviews")
        self.write_archive()
        path = str(folder / "archive.jsonl")
        words = ("--type", "file", "--every", "86400", "--set", f"path={path}", "--set", "recheck_hours=48")
        self.home.run("sources", "add", "archive", *words, "--untried")
        self.home.run("listen", "--once")
        assert len(self.there()) == 2 * POSTS
        self.home.back_up(folder / "backup")

    def write_archive(self) -> None:
        self.home.write([post(n) for n in sorted(self.archive)], "archive.jsonl")

    def there(self) -> set[int]:
        return {int(text.rpartition(" ")[2]) for text in self.home.texts()}

    def begin(self, what: str) -> tuple[list[str], set[int]]:
        """The command that is killed, and what is dead once it has run to its end."""
        if what == "erase":
            dying = set(self.chance.sample(range(POSTS), 300))
            return [
                "import",
                self.home.write([gone(f"p{n}") for n in dying], "gone.jsonl"),
                "--source",
                "reviews",
            ], dying
        if what == "recheck":
            dying = set(self.chance.sample(sorted(self.archive), min(200, len(self.archive) // 2)))
            self.archive -= dying
            self.write_archive()
            self.overdue()
            return ["listen", "--once"], dying
        self.retire()
        return ["listen", "--once"], set()

    def overdue(self) -> None:
        self.change("UPDATE store_checkedday SET verified = 1")
        self.try_again()

    def try_again(self) -> None:
        """A list that failed, or was killed, is not asked for again at once: as if that time had passed."""
        self.change("UPDATE store_recheck SET tried = NULL")

    def retire(self) -> None:
        """The oldest posts are past their retention: as if the programme kept them for less long."""
        self.change("UPDATE store_programme SET retention_days = retention_days / 2")

    def change(self, *statements: str) -> None:
        if self.home.address:
            import psycopg

            with psycopg.connect(self.home.address) as server:
                for statement in statements:
                    server.execute(statement)
            return
        import sqlite3
        from contextlib import closing

        with closing(sqlite3.connect(self.home.folder / "earnest.db")) as db:
            for statement in statements:
                db.execute(statement)
            db.commit()

    def check(self) -> None:
        assert self.dead.isdisjoint(self.there())
        assert differences(self.home.rows) == {}


def post(n: int) -> dict[str, object]:
    return said(f"p{n}", f"the app crashed at the door, post {n}", ago=n % 90, author=f"writer {n % 40}")


@pytest.mark.slow
def test_deleted_stays_deleted_through_kills_and_restores(tmp_path):
    seed = int(os.environ.get("EARNEST_SEED", "0")) or random.randrange(1, 1_000_000)
    sys.stdout.write(f"EARNEST_SEED={seed}\n")
    chance = random.Random(seed)
    trial = Trial(tmp_path / "home", chance)
    takes = 4.0
    try:
        for number in range(ROUNDS):
            words, dying = trial.begin(("erase", "recheck", "sweep")[number % 3])
            for _ in range(2):
                running = trial.home.start(*words)
                time.sleep(chance.uniform(0.3, 1.1) * takes)
                if running.poll() is None:
                    trial.home.kill(running)
                else:
                    running.communicate()
                trial.check()
                trial.try_again()
            begun = time.monotonic()
            trial.home.run(*words)
            takes = time.monotonic() - begun
            trial.dead |= dying
            trial.check()
            if number % 3 != 2:
                trial.home.put_back(trial.home.folder / "backup")
                trial.home.run("doctor")
                trial.home.run("listen", "--once")
                trial.check()
        assert len(trial.dead) >= 200
    finally:
        trial.home.drop()
