"""The nearest peer on the same file in the same run: Obsei importing a CSV, beside `earnest import`.

Obsei redacts and stores (DuckDB and Parquet) and labels nothing here; Earnest has everything on. Obsei's
default encrypted store needs an extension that is downloaded, so it runs unencrypted. Its command is OBSEI:

    python -m venv obsei && obsei/bin/pip install obsei==1.1.1
    OBSEI=obsei/bin/obsei python bench/bench_import_peer.py [--posts 20000] [--runs 3]
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bench_import import make

CONFIGURATION = """\
version: 1
store: {path: obsei.duckdb, unencrypted: true}
privacy: {redact: true, regions: [global, north_america, uk, eu, latam, apac, india, africa]}
pipelines:
  - name: feedback
    sources:
      - key: posts
        type: csv
        config: {path: posts.csv, fields: {text: text, id: id, created_at: created, author: author}}
    sinks:
      - {type: parquet, config: {directory: exports}}
"""


def timed(command: list[str], folder: Path, environment: Mapping[str, str]) -> tuple[float, float]:
    """(wall seconds, CPU seconds) of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    subprocess.run(command, cwd=folder, env={**os.environ, **environment}, check=True, capture_output=True)
    wall = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print medians and the ratio."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--posts", type=int, default=20_000)
    options.add_argument("--runs", type=int, default=3)
    given = options.parse_args()
    obsei = os.environ.get("OBSEI")
    if not obsei:
        print("skipped: OBSEI does not name Obsei's command")
        return
    command = str(Path(obsei).resolve())
    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    for _ in range(given.runs):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            make(folder / "posts.csv", given.posts)
            earnest = [sys.executable, "-m", "earnest", "import", "posts.csv", "--source", "bench", "--json"]
            ours.append(timed(earnest, folder, {"EARNEST_HOME": str(folder / "home"), "DATABASE_URL": ""}))
            (folder / "obsei.yaml").write_text(CONFIGURATION, encoding="utf-8")
            salt = {"OBSEI_PSEUDONYM_SALT": "a salt of the benchmark alone"}
            theirs.append(timed([command, "run"], folder, salt))
    for what, rows in (("earnest import", ours), ("obsei run", theirs)):
        wall, cpu = (statistics.median(row[n] for row in rows) for n in (0, 1))
        print(
            f"{what}: {given.posts / wall:,.0f} posts/s, {given.posts / cpu:,.0f} a CPU-second "
            f"({wall:.1f} s wall, {cpu:.1f} s CPU)"
        )
    for n, what in ((0, "wall"), (1, "CPU")):
        ratio = statistics.median(b[n] / a[n] for a, b in zip(ours, theirs, strict=True))
        print(f"ratio {what}: {ratio:.0f}")


if __name__ == "__main__":
    main()
