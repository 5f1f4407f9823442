"""Themes: how fast 100,000 posts are grouped, and how well the groups of Banking77's questions (its train
texts, without their labels) agree with its 77 labels.

Beside k-means on MiniLM and BERTopic on the same texts in the same run, where PEERS names the Python of a
venv with scikit-learn, torch and transformers (and bertopic) and MINI a folder with MiniLM. Nothing was
tuned on Banking77: how near is near was chosen on CLINC150's train texts and the demo's sample. Seconds are
of CPU.
"""

import csv
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Hashable, Sequence
from math import log
from pathlib import Path

from earnest.understand import themes_names
from earnest.understand.themes import Arrived, Grouping

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "banking77"
POSTS, TARGET = 100_000, 60.0
STEP = 2_048


def main() -> None:
    """Measure and print."""
    if not SHARED.is_dir():
        print(f"skipped: {SHARED} is not there")
        return
    with (SHARED / "train.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    random.Random(0).shuffle(rows)
    texts, truth = [row["text"] for row in rows], [row["category"] for row in rows]
    grouped(texts[:500])  # compiles the kernels
    seconds = speed(texts)
    began = time.process_time()
    homes = grouped(texts)
    tell("Earnest", truth, homes, time.process_time() - began)
    peers(texts, truth, len(set(homes) - {-1}))
    if seconds > TARGET:
        raise SystemExit(f"slower than {TARGET:.0f} s")


def speed(texts: Sequence[str]) -> float:
    """CPU seconds for many posts: each question once, then with the end of another one. Median of three."""
    chosen = random.Random(1)
    many = list(texts)
    while len(many) < POSTS:
        many.append(f"{chosen.choice(texts)} {chosen.choice(texts)[:30]}")
    took = []
    for _ in range(3):
        began = time.process_time()
        homes = grouped(many)
        took.append(time.process_time() - began)
    said = [text for text, home in zip(many, homes, strict=True) if home == 1]
    began = time.process_time()
    themes_names.phrases(said, themes_names.usual(many))
    naming = time.process_time() - began
    seconds = sorted(took)[1]
    print(
        f"{len(many):,} posts into {len(set(homes)):,} themes: {seconds:.1f} s of CPU"
        f" ({seconds / len(many) * 1e6:.0f} µs a post), phrases of all {naming:.1f} s"
    )
    return seconds + naming


def grouped(texts: Sequence[str]) -> list[int]:
    """The theme of each text, -1 for those that are in none."""
    group = Grouping()
    homes: dict[int, int | None] = {}
    became: dict[int, int] = {}
    for at in range(0, len(texts), STEP):
        moves = group.add([Arrived(at + n, text) for n, text in enumerate(texts[at : at + STEP])])
        homes |= moves.homes
        became |= dict(moves.merged)
    moves = group.settle()
    homes |= moves.homes
    became |= dict(moves.merged)
    found = []
    for at in range(len(texts)):
        home = homes.get(at)
        while home in became:
            home = became[home]
        found.append(-1 if home is None else home)
    return found


def peers(texts: list[str], truth: list[str], count: int) -> None:
    """The others on the same texts."""
    python, mini = os.environ.get("PEERS"), os.environ.get("MINI")
    if not python or not mini:
        print("k-means and BERTopic were not asked (PEERS and MINI are not set)")
        return
    asked = {"texts": texts, "counts": [len(set(truth)), count], "mini": mini}
    done = subprocess.run(
        [python, Path(__file__).with_name("themes_peers.py")],
        input=json.dumps(asked), stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    for name, one in json.loads(done.stdout).items():
        tell(name, truth, one["labels"], one["seconds"])


def tell(name: str, truth: Sequence[str], found: Sequence[int], seconds: float) -> None:
    """One line of figures: over the texts that are in a group, and over all with the rest as one group."""
    inside = [(right, home) for right, home in zip(truth, found, strict=True) if home != -1]
    rights, homes = [right for right, _ in inside], [home for _, home in inside]
    print(
        f"{name:<26} {len(set(homes)):>4} groups of {len(inside) / len(truth):.0%}:"
        f" NMI {nmi(rights, homes):.3f} purity {purity(rights, homes):.3f};"
        f" all: NMI {nmi(truth, found):.3f} purity {purity(truth, found):.3f}; {seconds:.0f} s of CPU"
    )
    sys.stdout.flush()


def purity(truth: Sequence[str], found: Sequence[int]) -> float:
    """The share of texts whose label is the commonest of their group."""
    pairs = Counter(zip(found, truth, strict=True))
    best: dict[int, int] = {}
    for (group, _), count in pairs.items():
        best[group] = max(best.get(group, 0), count)
    return sum(best.values()) / max(1, len(truth))


def nmi(truth: Sequence[Hashable], found: Sequence[Hashable]) -> float:
    """Normalised mutual information, arithmetic mean of the entropies."""
    count = max(1, len(truth))
    left, right, both = Counter(truth), Counter(found), Counter(zip(truth, found, strict=True))
    told = sum(n / count * log(n * count / (left[a] * right[b])) for (a, b), n in both.items())
    total = sum(-n / count * log(n / count) for counts in (left, right) for n in counts.values())
    return 2 * told / total if total else 1.0


if __name__ == "__main__":
    main()
