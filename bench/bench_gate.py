"""What does the gate cost a post, and how good are its filters?

Prints microseconds a post of 70 to 110 characters on one core (the whole gate and its parts, for posts never
seen before and again); recall, and ordinary posts withheld, of the protected-speech filter on its own
evaluation set, by language, and on real texts. Reads `../shared/data`; what is not there is left out.
`bench_redact.py` has the figures of redaction.
"""

import csv
import gc
import json
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from earnest.gate.admit import Gate
from earnest.gate.fold import fold
from earnest.gate.protected import hear_all
from earnest.gate.redact import redact
from earnest.gate.text import clean
from earnest.gate.voice import Keys
from earnest.record.raw import RawPost

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
EVALUATION = ROOT / "tests" / "gate" / "protected_eval.jsonl"
CODED = ROOT / "tests" / "gate" / "protected_eval_3.jsonl"
EXAMPLES = ROOT / "src" / "earnest" / "understand" / "packs" / "gig-delivery" / "examples"
BATCH = 1_024


def main() -> None:
    """Measure and print."""
    worlds = texts()
    cost([text for world in worlds.values() for text in world if 70 <= len(text) <= 110])
    protected(worlds)


def texts() -> dict[str, list[str]]:
    """Ordinary texts, by where they are from."""
    found: dict[str, list[str]] = {}
    lines = [
        line for file in sorted(EXAMPLES.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()
    ]
    found["couriers (training examples)"] = [json.loads(line)["text"] for line in lines if line.strip()]
    for name in ("tweets_GroundTruth.txt", "amazonReviewSnippets_GroundTruth.txt"):
        file = SHARED / "vader" / name
        if file.exists():
            rows = file.read_text("utf-8", "replace").splitlines()
            found[name.split("_")[0]] = [row.split("\t")[2] for row in rows if row.count("\t") >= 2]
    file = SHARED / "banking77" / "train.csv"
    if file.exists():
        with file.open(encoding="utf-8", newline="") as stream:
            found["banking77"] = [row["text"] for row in csv.DictReader(stream)]
    return {name: world for name, world in found.items() if world}


def cost(posts: list[str]) -> None:
    """Whole gate and parts, CPU time of this process."""
    random.Random(11).shuffle(posts)
    now = datetime.now(UTC)
    raws = [RawPost(str(n), text, now, f"author {n % 900}", "en") for n, text in enumerate(posts)]
    keys = Keys.passing()
    gate = Gate(keys, audience="customers", kind="addressed", source="bench")
    batches = [raws[at : at + BATCH] for at in range(0, len(raws), BATCH)]

    def whole() -> None:
        for batch in batches:
            gate.admit(batch)

    gate.admit(raws[:50])  # loads the compiled kernels
    gc.disable()
    mean = sum(map(len, posts)) / len(posts)
    print(f"{len(posts):,} posts, {mean:.0f} characters on average; microseconds a post on one core")
    print(f"  whole gate, first time {best(whole, len(posts), 1):6.2f}   (patterns meet new text)")
    print(f"  whole gate, again      {best(whole, len(posts), 7):6.2f}")
    parts: dict[str, Callable[[Any], Any]] = {
        "fold (in protected)": fold,
        "clean": clean,
        "redact, without names": lambda text: redact(text, person_names=False),
        "redact": redact,
        "post key": lambda text: keys.post_key("bench", "4711"),
        "speaker": lambda text: keys.speaker("bench", "author 7"),
    }
    texts = [posts[at : at + BATCH] for at in range(0, len(posts), BATCH)]

    def hearing() -> None:
        for batch in texts:
            hear_all(batch)

    print(f"  {'protected, opt-out':<22} {best(hearing, len(posts), 5):6.2f}")
    for name, part in parts.items():
        print(f"  {name:<22} {best(lambda part=part: [part(text) for text in posts], len(posts), 5):6.2f}")
    gc.enable()


def best(run: Callable[[], Any], count: int, times: int) -> float:
    """Microseconds a post: the best of so many runs, because the machine has other things to do."""
    took = []
    for _ in range(times):
        start = time.process_time()
        run()
        took.append(time.process_time() - start)
    return min(took) / count * 1e6


def protected(worlds: dict[str, list[str]]) -> None:
    """The filter's figures; every part of the set is synthetic."""
    rows = [json.loads(line) for line in EVALUATION.read_text("utf-8").splitlines()]
    print("\nProtected speech, own synthetic set")
    print(f"  {'all':<14} {figures(rows)}")
    for lang in ("en", "es", "pt", "fr", "de"):
        print(f"  {lang:<14} {figures([row for row in rows if row['lang'] == lang])}")
    coded = [json.loads(line) for line in CODED.read_text("utf-8").splitlines()]
    print(f"  {'coded, twins':<14} {figures(coded)}")
    print("Ordinary texts withheld")
    for name, world in worlds.items():
        withheld = withheld_of(world)
        print(f"  {name:<30} {withheld:>4} of {len(world):>6,}  {withheld / len(world):.2%}")


def withheld_of(texts: Sequence[str]) -> int:
    """How many are protected speech to the filter."""
    return sum(heard == "protected speech" for heard in hear_all(texts))


def figures(rows: Sequence[dict[str, Any]]) -> str:
    """Recall and ordinary posts withheld, with their counts."""
    asked = [row for row in rows if row["protected"]]
    plain = [row for row in rows if not row["protected"]]
    caught = withheld_of([row["text"] for row in asked])
    wrong = withheld_of([row["text"] for row in plain])
    share = f"recall {caught / len(asked):6.1%} of {len(asked):>3}"
    return f"{share}   withheld {wrong / len(plain):5.1%} of {len(plain)}"


if __name__ == "__main__":
    main()
