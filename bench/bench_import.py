"""How fast is `earnest import` with everything on: gate, labels, search index, roll-ups, voices?

100,000 posts of about 90 characters, cut from the public data sets where they are beside the repository, as a
CSV. The command runs as a person runs it, its start included; memory is the two processes' together. SQLite,
and PostgreSQL where EARNEST_TEST_POSTGRES names a database.

    python bench/bench_import.py [--posts 100000] [--runs 3]
"""

import argparse
import csv
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "vader"
FILES = ("tweets_GroundTruth.txt", "amazonReviewSnippets_GroundTruth.txt")


def make(path: Path, posts: int) -> float:
    """Write the CSV; the mean length of a text."""
    chance = random.Random(3)
    lines = []
    for name in FILES:
        if (DATA / name).is_file():
            said = (DATA / name).read_text(encoding="utf-8", errors="replace")
            lines += [line.split("\t")[-1] for line in said.splitlines()]
    words = [word for line in lines or ["the app crashed at the door again"] * 20 for word in line.split()]
    start = datetime.now(UTC) - timedelta(weeks=12)
    step = timedelta(weeks=12) / posts
    length = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("id", "text", "created", "author"))
        for n in range(posts):
            at = chance.randrange(len(words) - 30)
            text = " ".join(words[at : at + chance.randint(11, 23)])
            length += len(text)
            rows.writerow((f"p{n}", text, (start + step * n).isoformat(), f"u{chance.randrange(20_000)}"))
    return length / posts


def run(file: Path, home: Path, database: str) -> tuple[float, int, dict[str, float]]:
    """(wall seconds, peak resident bytes of all its processes, what the command said)."""
    environment = {**os.environ, "EARNEST_HOME": str(home), "DATABASE_URL": database}
    begun = time.monotonic()
    running = subprocess.Popen(
        [sys.executable, "-m", "earnest", "import", str(file), "--source", "bench", "--json"],
        env=environment,
        stdout=subprocess.PIPE,
    )
    peak = 0
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.05):
            peak = max(peak, sum(map(resident, family(running.pid))))

    watcher = threading.Thread(target=watch)
    watcher.start()
    out, _ = running.communicate()
    done.set()
    watcher.join()
    return time.monotonic() - begun, peak, json.loads(out)


def family(pid: int) -> list[int]:
    """A process and its children."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(int(child) for child in children)]


def resident(pid: int) -> int:
    """Bytes that are this process's own: shared pages are counted once, where they are shared."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def empty(database: str) -> None:
    """A PostgreSQL database without tables."""
    import psycopg

    with psycopg.connect(database, autocommit=True) as server:
        server.execute("DROP SCHEMA public CASCADE")
        server.execute("CREATE SCHEMA public")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    postgres = os.environ.get("EARNEST_TEST_POSTGRES", "")
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "posts.csv"
        length = make(file, given.posts)
        print(f"{given.posts:,} posts of {length:.0f} characters; load {os.getloadavg()[0]:.1f}")
        for name, database in (("SQLite", ""), ("PostgreSQL", postgres)):
            if name == "PostgreSQL" and not postgres:
                continue
            paces, peaks = [], []
            for number in range(given.runs):
                if database:
                    empty(database)
                seconds, peak, said = run(file, Path(scratch) / f"{name}-{number}", database)
                paces.append(said["read"] / seconds)
                peaks.append(peak)
            print(
                f"{name:<11} {statistics.median(paces):>8,.0f} posts a second "
                f"({min(paces):,.0f} to {max(paces):,.0f}), {max(peaks) / 1e6:.0f} MB, {said}"
            )


if __name__ == "__main__":
    main()
