"""Many places in one process, some of them failing in every way: how late are the healthy ones?

    .venv/bin/python bench/bench_places.py [--healthy 150] [--failing 50] [--every 30] [--minutes 5]

A real HTTP server on loopback in a process of its own answers; a supervisor with everything on (gate, labels,
store; what is done beside listening too) reads for so many minutes from a fresh home. Failing places fail in
the 25 ways of `tests/flow/supervised.py`, two of each. Told: by how much the healthy ones were late at each
turn (beyond their interval), the supervisor's CPU time, memory and threads.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.faults.homes import Home  # noqa: E402 - found after the line above
from tests.flow.supervised import Running, fill, table  # noqa: E402
from tests.sources.replay import Replay  # noqa: E402


def serve() -> None:
    """The server, until its input ends; says its address first."""
    server = Replay(table()).start()
    sys.stdout.write(server.url + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.close(check=False)


def status(pid: int) -> tuple[float, int]:
    """Memory in MB and threads of a process."""
    told = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(told["VmRSS"].split()[0]) / 1024, int(told["Threads"])


def cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    asked.add_argument("--healthy", type=int, default=150)
    asked.add_argument("--failing", type=int, default=50)
    asked.add_argument("--every", type=int, default=30)
    asked.add_argument("--minutes", type=float, default=5.0)
    asked.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.serve:
        serve()
        return
    server = subprocess.Popen(
        [sys.executable, __file__, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    url = server.stdout.readline().strip()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        fill(home, url, given.healthy, given.failing, given.every)
        running = Running(home, seconds=given.minutes * 60, timeout=20.0, beside=True)
        most, threads, used = 0.0, 0, 0.0
        while running.process.poll() is None:
            time.sleep(1.0)
            try:
                memory, count = status(running.process.pid)
                used = cpu(running.process.pid)
            except (OSError, KeyError):
                break
            most, threads = max(most, memory), max(threads, count)
        running.process.wait()
        running.drop()
        tell(given, running.all, most, threads, used, home)
        home.drop()
    server.communicate()


def tell(given, said, most, threads, used, home) -> None:
    at: dict[str, list[float]] = {}
    failed: Counter[str] = Counter()
    for one in said:
        if one.get("place", "").startswith("ok-") and one["heard"]:
            at.setdefault(one["place"], []).append(one["at"])
        elif one.get("place"):
            failed["healthy" if one["place"].startswith("ok-") else "failing"] += one["problem"] is not None
    late = sorted(
        max(0.0, later - earlier - given.every)
        for times in at.values()
        for earlier, later in itertools.pairwise(times)
    )
    begun = said[0]["at"]
    first = max(times[0] for times in at.values()) - begun
    figures = {
        "places": given.healthy + given.failing,
        "failing": given.failing,
        "every_seconds": given.every,
        "minutes": given.minutes,
        "turns_of_healthy": sum(map(len, at.values())),
        "healthy_never_read": given.healthy - len(at),
        "first_turn_of_the_last_healthy_seconds": round(first, 2),
        "late_median_seconds": round(late[len(late) // 2], 2),
        "late_p99_seconds": round(late[int(len(late) * 0.99)], 2),
        "late_most_seconds": round(late[-1], 2),
        "late_by_more_than_a_period": sum(1 for one in late if one > given.every),
        "failed_turns": dict(failed),
        "posts": home.rows("SELECT count(*) FROM store_post")[0][0],
        "cpu_share_of_a_core": round(used / (given.minutes * 60), 3),
        "memory_mb": round(most),
        "threads_most": threads,
    }
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
