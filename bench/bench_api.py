"""How fast do the reading routes of the programming interface answer at a million posts?

Asks for each through Django itself (middleware, token, rate, rights, audit chain, JSON; no network) and
prints the median and the 95th percentile. Fills the database first (see bench_pages_data.py) unless --home
holds one.
Run on SQLite by default, on PostgreSQL with DATABASE_URL.

    python bench/bench_api.py [--posts 1000000] [--home DIR] [--times 20]
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
LIMIT = 200.0
"""Milliseconds at the median."""

ROUTES = (
    "/api/v1/me",
    "posts",
    "posts?limit=100",
    "posts?q=great",
    "posts?q=the&kind=complaint",
    "posts?label=pay&lang=es",
    "posts?since=2026-09-01&until=2026-09-30",
    "posts/counts",
    "themes",
    "alerts",
    "inbox",
    "cases",
    "escalations",
    "actions",
    "figures",
    "reports",
    "places",
    "taxonomy",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--times", type=int, default=20)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="earnest-bench-") as temporary:
        home = chosen.home or Path(temporary)
        if chosen.home is None:
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
    """Time every route; 1 when a median is above the limit."""
    os.environ["EARNEST_HOSTS"] = "testserver"
    from earnest.cli import setup

    setup.django(home)
    from django.contrib.auth import get_user_model
    from django.test import Client

    from earnest.api.v1 import rate
    from earnest.desk import access, tokens
    from earnest.store import read

    (programme, *_) = read.programmes()
    person = get_user_model().objects.get(pk=access.add_person("bench", programme.slug, "lead"))
    made = tokens.make(person, programme.slug, "Bench", ["read", "work"], days=1)
    client = Client(headers={"Authorization": f"Bearer {made.token}"})
    rate.LIMIT = 1_000_000
    rows = read.posts(programme.slug, read.Filters(), limit=1).rows
    slow = 0
    for route in [*ROUTES, *(f"posts/{row.id}" for row in rows)]:
        address = route if route.startswith("/") else f"/api/v1/{programme.slug}/{route}"
        client.get(address)
        took = []
        for _ in range(times):
            begun = time.perf_counter()
            answer = client.get(address)
            took.append((time.perf_counter() - begun) * 1_000)
        median, high = statistics.median(took), statistics.quantiles(took, n=20)[-1]
        slow += median > LIMIT
        mark = "  above the limit" if median > LIMIT else ""
        print(f"{route:42} {answer.status_code}  p50 {median:6.1f} ms  p95 {high:6.1f} ms{mark}")
    tokens.revoke_here(programme.slug, made.id)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
