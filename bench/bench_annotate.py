"""How fast is `earnest annotate`, from Parquet to Parquet, and how much memory does it take?

A million synthetic rows of about 90 characters: the shipped packs' examples, cut and mixed so that no two are
alike. The command runs as a person runs it, its start included, with one process and with one for each core.
Beside it, labels alone (no gate), which the command does not offer: what the gate costs. Then ten times fewer
rows: memory must not depend on how many there are.

    python bench/bench_annotate.py [--posts 1000000] [--runs 3]
"""

import argparse
import multiprocessing
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from arro3.core import Array, DataType, RecordBatch, RecordBatchReader
from arro3.io import read_parquet, write_parquet

from earnest.flow.annotate.footer import Footer
from earnest.flow.annotate.hand import COMPRESSION
from earnest.understand import corpus
from earnest.understand.annotate import annotate, columns_after
from earnest.understand.classify import Model
from earnest.understand.taxonomy import pack

COMMAND = Path(sys.executable).with_name("earnest")
TARGET = 150_000
GROUP = 65_536
CORES = len(os.sched_getaffinity(0))


def texts(count: int, seed: int = 1) -> Iterator[str]:
    """Synthetic posts: pieces of the packs' examples, one word of each exchanged for another."""
    pool = [
        example.text.replace("\n", " ")
        for name in ("gig-delivery", "airline", "product")
        for example in corpus.read(pack(name).corpus)
    ]
    words = [word for text in pool for word in text.split()]
    draw = random.Random(seed)
    for _ in range(count):
        text = draw.choice(pool)
        while len(text) < 75:
            text += " " + draw.choice(pool)
        said = text[:100].rsplit(" ", 1)[0].split(" ")
        said[draw.randrange(len(said))] = draw.choice(words)
        yield " ".join(said)


def make(path: Path, count: int) -> float:
    """Write the rows; the mean length of a text."""
    length = 0
    source = texts(count)
    string = DataType.string()

    def batches() -> Iterator[RecordBatch]:
        nonlocal length
        for at in range(0, count, GROUP):
            said = [next(source) for _ in range(min(GROUP, count - at))]
            length += sum(map(len, said))
            ids = [f"p{at + n}" for n in range(len(said))]
            yield RecordBatch.from_pydict({"id": Array(ids, string), "text": Array(said, string)})

    first = RecordBatch.from_pydict({"id": Array([], string), "text": Array([], string)})
    write_parquet(
        RecordBatchReader.from_batches(first.schema, batches()), path, max_row_group_size=GROUP,
        compression=COMPRESSION,
    )  # fmt: skip
    return length / count


def command(source: Path, out: Path, processes: int) -> float:
    """Label as a person does; the peak megabytes of all processes together."""
    process = subprocess.Popen(
        [COMMAND, "annotate", source, out, "--processes", str(processes)], stdout=subprocess.DEVNULL
    )
    peak, stop = [0.0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.2):
            peak[0] = max(peak[0], sum(map(memory, tree(process.pid))))

    watcher = threading.Thread(target=watch)
    watcher.start()
    process.wait()
    stop.set()
    watcher.join()
    assert process.returncode == 0
    return peak[0]


def tree(root: int) -> list[int]:
    """A process and those below it."""
    found = [root]
    for pid in found:
        try:
            below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except OSError:
            continue
        found += map(int, below)
    return found


def memory(pid: int) -> float:
    """Megabytes of a process, what it shares divided by those who share it."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def labels_alone(source: Path, out: Path, processes: int) -> None:
    """Labels without the gate; every process has its own row groups and its own file."""
    context = multiprocessing.get_context("spawn")
    hands = [
        context.Process(target=label_groups, args=(source, out.with_suffix(f".{at}"), at, processes))
        for at in range(processes)
    ]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
        assert hand.exitcode == 0


def label_groups(source: Path, out: Path, first: int, step: int) -> None:
    """What a process of `labels_alone` does."""
    model = Model.shipped("gig-delivery")
    footer = Footer.read(source)

    def batches() -> Iterator[RecordBatch]:
        for group in range(first, len(footer.groups), step):
            yield from read_parquet(footer.only(group), batch_size=8_192)

    schema = columns_after(read_parquet(source).schema, sentiment=True)
    labelled = annotate(batches(), model, sentiment=True)
    write_parquet(RecordBatchReader.from_batches(schema, labelled), out, compression=COMPRESSION)


@dataclass(frozen=True, slots=True)
class Rate:
    """What runs came to. `cores`: processor seconds of all processes, which a busy machine does not change
    much."""

    seconds: float
    cores: float
    spread: str

    def told(self, posts: int, start: "Rate") -> str:
        return (
            f"{posts / self.seconds:>9,.0f} posts/s start included,"
            f" {posts / (self.seconds - start.seconds):>9,.0f}"
            f" after it ({self.spread}); {posts / (self.cores - start.cores):>9,.0f} a core-second"
        )


def measured(work: Callable[[], object], runs: int) -> Rate:
    """The medians of so many runs."""
    took, cores = [], []
    for _ in range(runs):
        before, began = spent(), time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
        cores.append(spent() - before)
    return Rate(statistics.median(took), statistics.median(cores), f"{min(took):.1f} to {max(took):.1f} s")


def spent() -> float:
    """Processor seconds of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure and print; fail where the target is missed."""
    options = argparse.ArgumentParser()
    options.add_argument("--posts", type=int, default=1_000_000)
    options.add_argument("--runs", type=int, default=3)
    chosen = options.parse_args()
    posts, runs = chosen.posts, chosen.runs
    with tempfile.TemporaryDirectory(prefix="earnest-bench-") as name:
        folder = Path(name)
        source, small, one = folder / "in.parquet", folder / "small.parquet", folder / "one.parquet"
        length = make(source, posts)
        make(small, posts // 10)
        make(one, 1)
        print(
            f"{posts:,} synthetic posts of {length:.0f} characters,"
            f" {source.stat().st_size / posts:.0f} bytes each"
        )
        print(f"{CORES} cores, load {os.getloadavg()[0]:.1f} before")
        out = folder / "out.parquet"
        command(one, out, 1)  # compiles, where nothing is compiled yet
        rates = {}
        for processes in dict.fromkeys((1, CORES)):
            peaks: list[float] = []
            start = measured(lambda n=processes: command(one, out, n), 3)
            rate = measured(lambda n=processes, seen=peaks: seen.append(command(source, out, n)), runs)
            print(f"earnest annotate, {processes}: {rate.told(posts, start)}; peak {max(peaks):,.0f} MB")
            rates[f"gate, {processes}"] = posts / (rate.seconds - start.seconds)
        print(f"  {out.stat().st_size / posts:.0f} bytes a post written; start {start.seconds:.1f} s")
        print(f"  a tenth of the rows: peak {command(small, out, CORES):,.0f} MB")
        for processes in dict.fromkeys((1, CORES)):
            start = measured(lambda n=processes: labels_alone(one, out, n), 3)
            rate = measured(lambda n=processes: labels_alone(source, out, n), runs)
            print(f"labels alone, {processes}:     {rate.told(posts, start)}")
            rates[f"alone, {processes}"] = posts / (rate.seconds - start.seconds)
    for what, rate_of in ((f"gate, {CORES}", "with"), (f"alone, {CORES}", "without")):
        if rates[what] < TARGET:
            print(f"below the aim of {TARGET:,} posts a second {rate_of} the gate")
    if rates[f"alone, {CORES}"] < TARGET:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
