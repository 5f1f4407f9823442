"""Fifty people work on a million posts and five thousand cases while a thousand posts a second arrive.

    LOCUST=/path/to/locust python bench/bench_load.py [--home DIR] [--seconds 120] [--people 50] [--rate 1000]

Locust lives in an environment of its own. Serves the desk in one process, lets posts arrive in another (read,
gate, labels, store), lets fifty people open pages, and follows Live as a browser does. Prints each page's
median and 95th percentile in milliseconds, errors, what arrived and what was kept, and how long a post took
from the store to the browser. On SQLite by default, on PostgreSQL with DATABASE_URL. `--home` is changed:
give a copy. Without it a home is made, which takes minutes.
"""

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx

HERE = Path(__file__).resolve().parent
SRC = HERE.parent / "src"
PORT = 8_971


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--cases", type=int, default=5_000)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--rate", type=int, default=1_000)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="earnest-load-") as scratch:
        return run(given, given.home or Path(scratch) / "home", Path(scratch))


def run(given: argparse.Namespace, home: Path, scratch: Path) -> int:
    """1 where an answer failed or a post was lost."""
    python = [sys.executable]
    around = {**os.environ, "PYTHONPATH": str(SRC), "EARNEST_HOME": str(home)}
    if not (home / "keys").exists():
        command = [*python, str(HERE / "bench_pages_data.py"), "--posts", str(given.posts)]
        subprocess.run([*command, "--home", str(home), "--only-fill"], check=True, env=around)
    command = [*python, str(HERE / "load" / "fill.py"), "--home", str(home), "--cases", str(given.cases)]
    filled = subprocess.run([*command, "--people", str(given.people)], check=True, env=around, stdout=-1)
    (scratch / "sessions.json").write_bytes(filled.stdout)
    sessions = json.loads(filled.stdout)
    serving = subprocess.Popen(
        [*python, "-m", "earnest", "serve", "--no-listen", "--port", str(PORT), "--home", str(home),
         "--processes", str(given.processes)], env=around,
    )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{PORT}/sign-in")
        return measure(given, home, scratch, around, next(iter(sessions.values())))
    finally:
        serving.terminate()
        serving.wait(timeout=30)


def measure(
    given: argparse.Namespace, home: Path, scratch: Path, around: dict[str, str], session: str
) -> int:
    seen: dict[int, float] = {}
    stop = threading.Event()
    browser = threading.Thread(target=follow, args=(session, seen, stop), daemon=True)
    arriving = subprocess.Popen(
        [sys.executable, str(HERE / "load" / "arrive.py"), "--home", str(home), "--rate", str(given.rate),
         "--seconds", str(given.seconds)], env=around, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert arriving.stdout is not None
    arriving.stdout.readline()  # it is ready
    browser.start()
    subprocess.run(
        [os.environ["LOCUST"], "--headless", "--only-summary", "-f", str(HERE / "load" / "users.py"),
         "-u", str(given.people), "-r", "10", "-t", f"{given.seconds}s",
         "-H", f"http://127.0.0.1:{PORT}", "--csv", str(scratch / "pages"), "--csv-full-history"],
        env=around | {"SESSIONS": str(scratch / "sessions.json")}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    told, _ = arriving.communicate(timeout=given.seconds + 120)
    stop.set()
    lines = [json.loads(line) for line in told.splitlines()]
    end, kept = lines[-1], lines[:-1]
    failed = table(scratch / "pages_stats.csv")
    with (scratch / "pages_failures.csv").open() as rows:
        for row in csv.DictReader(rows):
            print(f"failed: {row['Name']} {row['Occurrences']} times: {row['Error'][:200]}")
    lost = end["sent"] - end["kept"] - end["not kept"]
    print(f"arrived {end['sent']:,}, kept {end['kept']:,}, withheld {end['not kept']:,}, lost {lost:,}; "
          f"at most {end['late']} s behind")  # fmt: skip
    waits = [
        seen[arrival] - min(page["at"] for page in kept if page["newest"] >= arrival)
        for arrival in seen
        if any(page["newest"] >= arrival for page in kept)
    ]
    if waits:
        waits.sort()
        print(f"from the store to the browser: median {statistics.median(waits):.2f} s, "
              f"95th percentile {waits[int(len(waits) * 0.95)]:.2f} s, {len(waits):,} posts")  # fmt: skip
    return 1 if failed or lost or not waits else 0


def table(file: Path) -> int:
    """Prints the pages; how many answers failed."""
    failed = 0
    print(f"{'page':14}{'answers':>9}{'failed':>8}{'median':>8}{'95 %':>8}")
    with file.open() as rows:
        for row in csv.DictReader(rows):
            failed += int(row["Failure Count"]) if row["Name"] == "Aggregated" else 0
            print(f"{row['Name']:14}{row['Request Count']:>9}{row['Failure Count']:>8}"
                  f"{row['50%']:>8}{row['95%']:>8}")  # fmt: skip
    return failed


def follow(session: str, seen: dict[int, float], stop: threading.Event) -> None:
    """Live as a browser follows it: when each post's event came."""
    address = f"http://127.0.0.1:{PORT}/bench/live/stream"
    cookies = {"sessionid": session}
    after = ""
    with httpx.Client(cookies=cookies, timeout=httpx.Timeout(30)) as client:
        while not stop.is_set():
            try:
                with client.stream(
                    "GET", address, headers={"Last-Event-ID": after} if after else {}
                ) as answer:
                    for line in answer.iter_lines():
                        if line.startswith("id: "):
                            after = line[4:]
                            seen.setdefault(int(after), time.time())
                        if stop.is_set():
                            return
            except httpx.HTTPError:
                time.sleep(0.5)


def wait_for(address: str) -> None:
    for _ in range(120):
        try:
            if httpx.get(address, timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    raise SystemExit("The desk did not start.")


if __name__ == "__main__":
    sys.exit(main())
