"""Does the review queue teach more than posts by lot? Banking77, answered by its own labels.

    python bench/bench_review.py

A model is trained on the fixed 10-shot split, then people answer a hundred questions of the rest of the
train split at a time: once in the order of `earnest.understand.review`, once by lot. After each hundred the
model is made anew and asked the test split. The queue is never shown a label before it is answered. Nothing
was tuned on the test split: the weights of the queue were tried on a part of the train split (`--tune`).
"""

import csv
import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

from earnest.terms.lexicon import installed
from earnest.understand import review
from earnest.understand.classify import Model
from earnest.understand.corpus import Example
from earnest.understand.model import Parts
from earnest.understand.review import Doubt
from earnest.understand.taxonomy import Taxonomy, load
from earnest.understand.train import train

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "banking77"
STEP, ROUNDS = 100, 5
SEEDS = (1, 2, 3)
UNTIL = 170.0
"""Seconds after which no further seed is begun."""


def read(path: Path) -> list[tuple[str, str]]:
    """(text, label) of a split."""
    with path.open(newline="", encoding="utf-8") as stream:
        return [(row["text"], clean(row["category"])) for row in csv.DictReader(stream)]


def clean(label: str) -> str:
    """A label as an id."""
    return label.lower().replace("?", "").strip("_")


def few_shot() -> list[tuple[str, str]]:
    """The fixed ten examples a label."""
    folder = SHARED / "few_shot" / "train_10"
    texts = (folder / "seq.in").read_text(encoding="utf-8").splitlines()
    labels = (folder / "label").read_text(encoding="utf-8").splitlines()
    return [(text, clean(label)) for text, label in zip(texts, labels, strict=True)]


def taxonomy(labels: list[str]) -> Taxonomy:
    """The labels as a taxonomy."""
    lines = ["id: banking77", "name: Banking77", "labels:"]
    lines += [f"  - {{id: {label}, name: {label.replace('_', ' ')}}}" for label in labels]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "taxonomy.yaml"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return load(file)


def made(tax: Taxonomy, known: list[tuple[str, str]]) -> Model:
    """A model of these examples."""
    trained = train(
        tax, [Example(text, (label,)) for text, label in known], lexicon=installed(), figures="held-out"
    )
    return Model(Parts(trained.about, trained.table))


def right(model: Model, asked: list[tuple[str, str]]) -> float:
    """The share of questions whose main label is right."""
    found = model.columns([text for text, _ in asked], top=1).labels[:, 0].tolist()
    return sum(model.labels[at] == label for at, (_, label) in zip(found, asked, strict=True)) / len(asked)


def chosen(model: Model, pool: list[tuple[str, str]], lately: list[str]) -> list[int]:
    """Which of the pool a person is asked next, in the queue's order."""
    found = model.columns([text for text, _ in pool], top=2)
    margins = (found.chances[:, 0] - found.chances[:, 1]).tolist()
    doubts = [
        Doubt(at, pool[at][0], model.labels[found.labels[at, 0]], margins[at], bool(found.unsure[at]))
        for at in range(len(pool))
    ]
    return [turn.id for turn in review.order(doubts, STEP, lately)]


def run(
    tax: Taxonomy, start: list[tuple[str, str]], pool: list[tuple[str, str]],
    test: list[tuple[str, str]], by_lot: random.Random | None,
) -> list[float]:  # fmt: skip
    """Accuracy after each hundred answers, the first without any."""
    known, rest, lately = list(start), list(pool), list[str]()
    model = made(tax, known)
    found = [right(model, test)]
    for _ in range(ROUNDS):
        if by_lot is not None:
            picked = by_lot.sample(range(len(rest)), STEP)
        else:
            picked = chosen(model, rest, lately)
            lately = [label for _, label in (rest[at] for at in picked)][-40:]
        known += [rest[at] for at in picked]
        gone = set(picked)
        rest = [one for at, one in enumerate(rest) if at not in gone]
        model = made(tax, known)
        found.append(right(model, test))
    return found


def main() -> None:
    """Both orders, on a part of the pool of each seed."""
    if not SHARED.is_dir():
        print(f"skipped: {SHARED} is not there")
        return
    began = time.perf_counter()
    start, test = few_shot(), read(SHARED / "test.csv")
    everything = read(SHARED / "train.csv")
    if "--tune" in sys.argv:
        few = {text.strip().lower() for text, _ in start}
        everything = [one for one in everything if one[0].strip().lower() not in few]
        random.Random(0).shuffle(everything)
        test, everything = everything[:2_500], everything[2_500:]
    asked = {text.strip().lower() for text, _ in test}
    overlap = [text for text, _ in [*start, *everything] if text.strip().lower() in asked]
    known = {text.strip().lower() for text, _ in start}
    if overlap:
        print(f"{len(overlap)} texts stand in both splits of the data set: left out of teaching")
    start = [one for one in start if one[0].strip().lower() not in asked]
    pool = [one for one in everything if one[0].strip().lower() not in known | asked]
    if any(text.strip().lower() in asked for text, _ in [*start, *pool]):
        raise SystemExit("texts of the test split are taught: refused")
    tax = taxonomy(sorted({label for _, label in everything}))
    queue, lot = [], []
    for seed in SEEDS:
        if time.perf_counter() - began > UNTIL * seed / (seed + 1) and queue:
            break
        some = random.Random(seed).sample(pool, 4_000)
        queue.append(run(tax, start, some, test, None))
        lot.append(run(tax, start, some, test, random.Random(seed)))
        print(f"seed {seed}: queue {_said(queue[-1])}; by lot {_said(lot[-1])}", flush=True)
    print(f"\ncorrections  queue  by lot   (Banking77, median of {len(queue)} pools)")
    for at in range(ROUNDS + 1):
        print(f"{at * STEP:11}  {median(one[at] for one in queue):.1%}  {median(one[at] for one in lot):.1%}")
    gain = np.median([q[-1] - b[-1] for q, b in zip(queue, lot, strict=True)])
    print(f"after {ROUNDS * STEP} corrections the queue is {gain * 100:+.1f} points; "
          f"{time.perf_counter() - began:.0f} s")  # fmt: skip


def _said(found: list[float]) -> str:
    return " ".join(f"{share:.1%}" for share in found)


if __name__ == "__main__":
    main()
