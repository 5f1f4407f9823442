"""How fast is `earnest classify`? Posts a second on one core: the command end to end, and the kernel alone.

Texts come from the public data sets beside the repository (tweets and bank questions, about 90 characters);
without them, from the shipped packs' examples.
"""

import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from earnest.understand import corpus
from earnest.understand.classify import Model
from earnest.understand.taxonomy import pack

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
POSTS = 200_000
LENGTH = 90
TARGET = 200_000
COMMAND = Path(sys.executable).with_name("earnest")


def texts() -> list[str]:
    """Real texts of about 90 characters, drawn with a fixed seed."""
    pool = [example.text.replace("\n", " ") for example in corpus.read(pack("gig-delivery").corpus)]
    tweets, questions = SHARED / "vader/tweets_GroundTruth.txt", SHARED / "banking77/train.csv"
    if tweets.exists() and questions.exists():
        pool = [line.split("\t")[-1] for line in tweets.read_text(errors="replace").splitlines()]
        with questions.open(newline="") as stream:
            pool += [row[0] for row in csv.reader(stream)][1:]
    draw = random.Random(1)
    made = []
    for _ in range(POSTS):
        text = draw.choice(pool)
        while len(text) < LENGTH - 15:
            text += " " + draw.choice(pool)
        made.append(text[: LENGTH + 10])
    return made


def main() -> None:
    """Measure, print, and fail where the target is missed."""
    said = texts()
    print(f"{POSTS:,} posts of {sum(map(len, said)) / len(said):.0f} characters on average, one core")
    core = min(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    model = Model.shipped("gig-delivery")
    model.columns(said[:100])
    columns = _best(lambda: model.columns(said))
    print(
        f"answers as arrays (kernel, softmax):  {POSTS / columns:>9,.0f} posts/s, "
        f"{columns / POSTS * 1e6:.2f} µs a post"
    )
    verdicts = _best(lambda: model.classify(said, sentiment=True))
    print(f"Verdict objects (the Python API):     {POSTS / verdicts:>9,.0f} posts/s")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "in.jsonl"
        with file.open("w", encoding="utf-8") as stream:
            for at, text in enumerate(said):
                stream.write(json.dumps({"id": f"p{at}", "text": text}, ensure_ascii=False) + "\n")
        one = Path(folder) / "one.jsonl"
        one.write_text('{"id": "1", "text": "tips"}\n')
        whole = _best(lambda: _command(file, Path(folder) / "out.jsonl"))
        start = _best(lambda: _command(one, Path(folder) / "out.jsonl"))
        cold = _cold(one, Path(folder))
    warm = whole - start
    print(f"earnest classify, start included:     {POSTS / whole:>9,.0f} posts/s")
    print(f"earnest classify, warm:               {POSTS / warm:>9,.0f} posts/s")
    print(f"start: {start:.2f} s with the compiled kernel kept, {cold:.1f} s the very first time")
    if POSTS / warm < TARGET:
        raise SystemExit(f"below the target of {TARGET:,} posts a second")


def _command(source: Path, out: Path, **extra: str) -> None:
    with out.open("wb") as stream:
        subprocess.run([COMMAND, "classify", source], stdout=stream, check=True, env={**os.environ, **extra})


def _cold(source: Path, folder: Path) -> float:
    began = time.perf_counter()
    _command(source, folder / "out.jsonl", NUMBA_CACHE_DIR=str(folder / "kernels"))
    return time.perf_counter() - began


def _best(work: "object", rounds: int = 3) -> float:
    assert callable(work)
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


if __name__ == "__main__":
    main()
