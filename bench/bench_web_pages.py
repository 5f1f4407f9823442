"""How fast do the pages answer at a million posts?

Asks for each page through Django itself (every middleware, view and template; no network), signed in, and
prints the median and the slowest of the repetitions. Fills the database first (see bench_pages_data.py)
unless --home holds one. Run on SQLite by default, on PostgreSQL with DATABASE_URL.

    python bench/bench_web_pages.py [--posts 1000000] [--home DIR] [--times 15]
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FILL = Path(__file__).resolve().parent / "bench_pages_data.py"
LIMIT = 150.0
"""Milliseconds."""

PAGES = (
    "today",
    "inbox",
    "cases",
    "cases?status=new",
    "cases?q=tips",
    "cases?assignee=me",
    "cases?overdue=yes",
    "cases/new",
    "actions",
    "escalations",
    "alerts",
    "alerts/rules",
    "themes",
    "sent",
    "team",
    "teams",
    "routes",
    "routes/add",
    "channels",
    "tags",
    "tokens",
    "desk",
    "review",
    "review/blind",
    "learning",
    "overview",
    "live",
    "live?kind=complaint&label=pay",
    "posts",
    "posts?q=great",
    "posts?q=the",
    "posts?q=%22thank+you%22&kind=praise",
    "posts?q=zzzqqq",
    "posts?label=pay.tips&lang=es",
    "posts?label=safety&kind=idea&region=Sevilla",
    "posts?unsure=yes",
    "posts?since=2026-09-01&until=2026-09-30",
    "places",
    "taxonomy",
    "report",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--times", type=int, default=15)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="earnest-bench-") as temporary:
        home = chosen.home or Path(temporary)
        if not (home / "keys" / "voices.key").exists():
            command = [
                sys.executable,
                str(FILL),
                "--posts",
                str(chosen.posts),
                "--home",
                str(home),
                "--only-fill",
            ]
            subprocess.run(command, check=True)
        return measure(home, chosen.times)


def measure(home: Path, times: int) -> int:
    """Time every page; 1 when a median is above the limit."""
    os.environ["EARNEST_HOSTS"] = "testserver"
    from earnest.cli import setup

    setup.django(home)
    from django.contrib.auth import get_user_model
    from django.test import Client

    from earnest.desk import access
    from earnest.store import read, read_cases, recent

    recent.begin()  # as a server does
    (programme, *_) = read.programmes()
    client = Client()
    client.force_login(get_user_model().objects.get(pk=access.add_person("bench", None, "admin")))
    pages = list(PAGES)
    rows = read.posts(programme.slug, read.Filters(), limit=1).rows
    pages += [f"posts/{rows[0].id}", f"posts/{rows[0].id}/row?open=1"] if rows else []
    pages += [f"cases/{number}" for number, _ in read_cases.offered(programme.slug, 1)]
    slow = 0
    for page in pages:
        client.get(f"/{programme.slug}/{page}")  # templates are read once a process
        took = []
        for _ in range(times):
            begun = time.perf_counter()
            answer = client.get(f"/{programme.slug}/{page}")
            took.append((time.perf_counter() - begun) * 1_000)
        median = statistics.median(took)
        slow += median > LIMIT
        mark = "  above the limit" if median > LIMIT else ""
        print(f"{page:48} {answer.status_code}  median {median:6.1f} ms  slowest {max(took):7.1f} ms{mark}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
