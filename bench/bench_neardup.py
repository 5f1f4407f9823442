"""How fast are reposts found, and how near is that to comparing everything with everything?

    python bench/bench_neardup.py
    DATASKETCH=/path/to/venv/bin/python python bench/bench_neardup.py     (datasketch beside it)

Speed: 100,000 posts of about 100 characters made of real questions, one in five a repost (passed on, quoted,
an emoji after it, a typing error, another word). Exactness: the same rule (a post joins the first post that
is most like it) with every pair compared by exact Jaccard, on 10,003 real questions and on those with
reposts; precision, recall and F1 of the pairs (post, first). Exits with 1 where F1 is below .98.
"""

import csv
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from earnest.understand.neardup import ALIKE, Groups
from earnest.understand.shingles import shingles

BANKING = Path(__file__).resolve().parents[2] / "shared" / "data" / "banking77" / "train.csv"
PEER = Path(__file__).with_name("neardup_datasketch.py")
POSTS, PEER_POSTS, RUNS = 100_000, 5_000, 5
TARGET = 0.98
WORDS = ("please", "today", "again", "never", "station", "driver", "thanks", "really", "still", "maybe")


def main() -> int:
    """Measure and print."""
    if not BANKING.is_file():
        print(f"skipped: {BANKING} is not there")
        return 0
    with BANKING.open(newline="", encoding="utf-8") as stream:
        real = [row["text"] for row in csv.DictReader(stream)]
    made = posts(real, POSTS)
    speed(made)
    if peer := os.environ.get("DATASKETCH"):
        beside(peer, made[:PEER_POSTS])
    scores = [
        exactness("real questions", real),
        exactness("with reposts", posts(real, 10_000)),
    ]
    return 0 if min(scores) >= TARGET else 1


def posts(real: Sequence[str], count: int) -> list[str]:
    """Posts made of real questions, each with words of its own, one in five of them a repost."""
    dice = random.Random(7)
    said: list[str] = []
    while len(said) < count:
        if said and dice.random() < 0.2:
            said.append(_again(dice.choice(said), dice))
        else:
            own = [f"{dice.choice(WORDS)}{dice.randrange(10_000)}" for _ in range(6)]
            said.append(" ".join([*dice.choice(real).split()[:10], *own]))
    return said


def _again(text: str, dice: random.Random) -> str:
    at = dice.randrange(len(text))
    return dice.choice(
        [
            text,
            f"RT {text}",
            f"> {text}",
            f"{text} 😡",
            text.upper(),
            text[:at] + text[at + 1 :],
            f"{text} {dice.choice(WORDS)}",
        ]
    )


def speed(said: Sequence[str]) -> None:
    """Posts a second of one core, with all that finding a post's group takes."""
    Groups().add(range(100), said[:100])
    taken = []
    for _ in range(RUNS):
        begun = time.process_time()
        groups = Groups()
        found = groups.add(range(len(said)), said)
        taken.append(time.process_time() - begun)
    length = sum(map(len, said)) / len(said)
    print(
        f"{len(said):,} posts of {length:.0f} characters: {len(said) / statistics.median(taken):,.0f}"
        f" a second of one core (median of {RUNS}; {len(said) / max(taken):,.0f} to"
        f" {len(said) / min(taken):,.0f}),"
        f" {len(set(found)):,} groups"
    )


def beside(python: str, said: Sequence[str]) -> None:
    """datasketch's MinHash and MinHashLSH on the same shingles, as its documentation uses them."""
    groups = Groups()
    begun = time.process_time()
    groups.add(range(len(said)), said)
    ours = time.process_time() - begun
    sets = shingles(said)
    asked = {"sets": [sets.hashes[a:b].tolist() for a, b in pairwise(sets.starts)], "alike": ALIKE}
    answer = subprocess.run([python, PEER], input=json.dumps(asked).encode(), stdout=-1, check=True).stdout
    told = json.loads(answer)
    print(
        f"datasketch {told['version']} on {len(said):,} of them, shingles handed over ready:"
        f" {len(said) / told['seconds']:,.0f} a second; Earnest is {told['seconds'] / ours:.0f} times as fast"
    )


def exactness(name: str, said: Sequence[str]) -> float:
    """Pairs (post, first) beside those of the exact rule; the F1."""
    found = Groups().add(range(len(said)), said)
    ours = {(at, group) for at, group in enumerate(found) if group != at}
    exact = _exact(said)
    right = len(ours & exact)
    precision, recall = right / max(len(ours), 1), right / max(len(exact), 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    print(
        f"{name}, {len(said):,} posts: {len(exact):,} repeat a first one by exact Jaccard >= {ALIKE};"
        f" precision {precision:.4f}, recall {recall:.4f}, F1 {f1:.4f}"
    )
    return f1


def _exact(said: Sequence[str]) -> set[tuple[int, int]]:
    """The same rule without MinHash: an inverted index of the firsts' shingles counts what is in common."""
    sets = shingles(said)
    held: dict[int, list[int]] = defaultdict(list)
    pairs: set[tuple[int, int]] = set()
    sizes: dict[int, int] = {}
    for at, (a, b) in enumerate(pairwise(sets.starts)):
        own = sets.hashes[a:b].tolist()
        common = Counter(first for shingle in own for first in held[shingle])
        best = max(
            ((both / (len(own) + sizes[first] - both), -first) for first, both in common.items()),
            default=None,
        )
        if best is not None and best[0] >= ALIKE:
            pairs.add((at, -best[1]))
            continue
        sizes[at] = len(own)
        for shingle in own:
            held[shingle].append(at)
    return pairs


if __name__ == "__main__":
    sys.exit(main())
