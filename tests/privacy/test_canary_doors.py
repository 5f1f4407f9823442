"""After posts came in by every door, nothing that was withheld and nobody's name is anywhere. Synthetic.

`tour` does everything in a process of its own; after each step every file of the home folder, of the database
server and of what was shown (pages, answers, reports, logs at DEBUG, what crashes left) is searched.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.privacy import postgres, search

ROOT = Path(__file__).resolve().parents[2]


class Toured:
    """A tour that is over: what it told, and where its files are."""

    def __init__(self, folder: Path, posts: int, each: int, server: postgres.Server | None) -> None:
        self.home, self.seen, self.server = folder / "home", folder / "seen", server
        (self.seen / "tmp").mkdir(parents=True)
        others = [str(server.data)] if server else []
        plan = [str(self.home), str(self.seen), posts, each, others]
        around = os.environ | {
            "EARNEST_TOUR": json.dumps(plan),
            "EARNEST_HOME": str(self.home),
            "EARNEST_PRIVATE_PLACES": "yes",
            "DATABASE_URL": server.url if server else "",
            "DJANGO_SETTINGS_MODULE": "earnest.server.settings",
            "PYTHONPATH": str(ROOT),
            "TMPDIR": str(self.seen / "tmp"),
        }
        with (self.seen / "complaints.txt").open("wb") as complaints:
            done = subprocess.run(
                # A core file would be left in the folder it runs in, if it may be left at all.
                [
                    "bash",
                    "-c",
                    'ulimit -S -c "$(ulimit -H -c)"; exec "$@"',
                    "-",
                    sys.executable,
                    "-m",
                    "tests.privacy.tour",
                ],
                cwd=self.seen,
                env=around,
                stdout=subprocess.PIPE,
                stderr=complaints,
                check=False,
            )
        assert done.returncode == 0, (self.seen / "complaints.txt").read_text()[-4_000:]
        self.told: dict[str, Any] = json.loads(done.stdout)


def _toured(database: str, folder: Path, posts: int, each: int) -> Iterator[Toured]:
    with ExitStack() as stack:
        server = None
        if database == "PostgreSQL":
            tools = postgres.tools()
            if tools is None:
                pytest.skip("no PostgreSQL server that this user may start is installed")
            server = stack.enter_context(postgres.server(tools))
        yield Toured(folder, posts, each, server)


@pytest.mark.parametrize(
    ("posts", "each"),
    [
        pytest.param(2_000, 100, id="2,000 posts"),
        pytest.param(10_000, 500, id="10,000 posts", marks=pytest.mark.slow),
    ],
)
@pytest.mark.slow
@pytest.mark.parametrize("database", ["SQLite", "PostgreSQL"])
def test_nothing_is_found_anywhere(database: str, posts: int, each: int, tmp_path: Path) -> None:
    for toured in _toured(database, tmp_path, posts, each):
        told = toured.told
        assert told["found"] == {}
        assert told["counts"] | {"pages": 0} == {
            "read": posts,
            "admitted": posts - 2 * each,
            "withheld": 2 * each,
            "refused": 0,
            "pages": 0,
        }
        assert told["counts"]["pages"] > 200
        assert not list(toured.seen.rglob("core*"))
        assert "Fatal Python error: Aborted" in "".join(
            path.read_text() for path in toured.seen.glob("crash-*.txt")
        )
        assert "RuntimeError" in (toured.seen / "complaints.txt").read_text()
        # The same search finds a post that was admitted, where such posts may be: it can find.
        found = " ".join(told["control"])
        assert "pages/control.html" in found
        assert "log-" in found
        assert ("base/" if toured.server else "earnest.db") in found
        if toured.server is not None:
            _of_the_server(toured.server, found)


def _of_the_server(server: postgres.Server, found: str) -> None:
    """What a server's own commands tell holds the admitted post, and no other canary."""
    assert "pg_wal/" in found
    dump = server.run("pg_dump", server.url)
    statements = server.run(
        "psql", server.url, "-Atc", "CREATE EXTENSION pg_stat_statements;SELECT query FROM pg_stat_statements"
    )
    assert b"vxcanarycontrol" in dump
    assert b"store_post" in statements
    assert not search.held(dump.replace(b"vxcanarycontrol", b""))
    assert not search.held(statements)
