"""How much of one machine's rate does a Spark cluster on the same cores keep?

A standalone master and two workers of one core each, on loopback, beside `earnest annotate` with two
processes on the same file in the same run. After warm-up: the first labelling of each session, in which
workers start and load the model, is not counted; of one machine its start is not counted either. Counts must
be equal, or the run fails.

    .venv/spark/bin/python bench/bench_spark.py [--posts 1000000] [--runs 3]      (after `make spark`)
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("EARNEST_TEST_SPARK", sys.executable)

from tests import spark

from bench_annotate import make
from earnest.flow.annotate import annotate
from earnest.flow.annotate.footer import Footer
from earnest.flow.spark import prepared, session, write

TARGET = 0.70
MODEL = "gig-delivery"


def main() -> None:
    """Measure and print; fail where counts differ."""
    options = argparse.ArgumentParser()
    options.add_argument("--posts", type=int, default=1_000_000)
    options.add_argument("--runs", type=int, default=3)
    chosen = options.parse_args()
    posts, runs = chosen.posts, chosen.runs
    with tempfile.TemporaryDirectory(prefix="earnest-bench-") as name:
        folder = Path(name)
        source, one = folder / "in.parquet", folder / "one.parquet"
        make(source, posts)
        make(one, 1)
        print(f"{posts:,} synthetic posts, load {os.getloadavg()[0]:.1f} before")
        here, rows = local(source, one, folder / "here.parquet", runs)
        print(f"one machine, two processes:  {posts / here:>9,.0f} posts/s after the start")
        there, counts = cluster(source, folder, runs)
        assert set(counts) == {rows}, (counts, rows)
        print(
            f"Spark, two workers:          {posts / there:>9,.0f} posts/s after warm-up;"
            f" {rows:,} rows each time"
        )
        print(f"share of one machine's rate: {here / there:.0%} (aim: {TARGET:.0%})")


def local(source: Path, one: Path, out: Path, runs: int) -> tuple[float, int]:
    """Median seconds after the start, and the rows."""
    rows = 0

    def run(file: Path) -> float:
        nonlocal rows
        began = time.perf_counter()
        rows = annotate(file, out, MODEL, sentiment=True, processes=2).rows
        return time.perf_counter() - began

    start = statistics.median(run(one) for _ in range(3))
    return statistics.median(run(source) for _ in range(runs)) - start, rows


def cluster(source: Path, folder: Path, runs: int) -> tuple[float, list[int]]:
    """Median seconds of a warm session, and the rows of each run."""
    os.environ.update(spark.environment())
    took, counts = [], []
    groups = len(Footer.read(source).groups)
    with (
        spark.cluster(folder, workers=2) as master,
        session(master, [("spark.executor.cores", "1")]) as running,
        prepared(running, MODEL, sentiment=True) as task,
    ):
        for turn in range(runs + 1):
            out = folder / "there"
            shutil.rmtree(out, ignore_errors=True)
            began = time.perf_counter()
            write(running, task, [source], out, groups=groups)
            if turn:
                took.append(time.perf_counter() - began)
            counts.append(
                sum(group.rows for file in out.glob("*.parquet") for group in Footer.read(file).groups)
            )
    return statistics.median(took), counts


if __name__ == "__main__":
    main()
