"""What does the gate cost a post, and how good are its filters?

Prints microseconds a post of 70 to 110 characters on one core (the whole gate and its parts, for posts never
seen before and again); recall, and ordinary posts withheld, of the protected-speech filter on its own
evaluation set, part by part, and on real texts; recall and precision of redaction by kind on a public
synthetic set. Reads `../shared/data`; what is not there is left out.
"""

import csv
import gc
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from earnest.gate.admit import Gate
from earnest.gate.fold import fold
from earnest.gate.protected import is_protected
from earnest.gate.redact import redact
from earnest.gate.text import clean
from earnest.gate.voice import Keys
from earnest.record.raw import RawPost

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
EVALUATION = ROOT / "tests" / "gate" / "protected_eval.jsonl"
EXAMPLES = ROOT / "src" / "earnest" / "understand" / "packs" / "gig-delivery" / "examples"
BATCH = 1_024

# Kinds of the public set as the gate names them.
KINDS = {
    "EMAIL_ADDRESS": "email", "PHONE_NUMBER": "phone", "CREDIT_CARD": "card", "IBAN_CODE": "iban",
    "US_SSN": "id", "US_DRIVER_LICENSE": "id", "IP_ADDRESS": "ip", "DOMAIN_NAME": "link",
    "STREET_ADDRESS": "address", "ZIP_CODE": "address",
}  # fmt: skip


def main() -> None:
    """Measure and print."""
    worlds = texts()
    cost([text for world in worlds.values() for text in world if 70 <= len(text) <= 110])
    protected(worlds)
    redaction()


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

    gc.disable()
    mean = sum(map(len, posts)) / len(posts)
    print(f"{len(posts):,} posts, {mean:.0f} characters on average; microseconds a post on one core")
    print(f"  whole gate, first time {best(whole, len(posts), 1):6.2f}   (patterns meet new text)")
    print(f"  whole gate, again      {best(whole, len(posts), 7):6.2f}")
    parts: dict[str, Callable[[Any], Any]] = {
        "fold (in protected)": fold,
        "protected, opt-out": is_protected,
        "clean": clean,
        "redact": redact,
        "post key": lambda text: keys.post_key("bench", "4711"),
        "speaker": lambda text: keys.speaker("bench", "author 7"),
    }
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
    for part in dict.fromkeys(row["part"] for row in rows):
        mine = [row for row in rows if row["part"] == part]
        print(f"  {part:<14} {figures(mine)}")
    for lang in ("en", "es", "pt", "fr", "de"):
        print(f"  {lang:<14} {figures([row for row in rows if row['lang'] == lang])}")
    print("Ordinary texts withheld")
    for name, world in worlds.items():
        withheld = sum(map(is_protected, world))
        print(f"  {name:<30} {withheld:>4} of {len(world):>6,}  {withheld / len(world):.2%}")


def figures(rows: Sequence[dict[str, Any]]) -> str:
    """Recall and ordinary posts withheld, with their counts."""
    asked = [row for row in rows if row["protected"]]
    plain = [row for row in rows if not row["protected"]]
    caught = sum(is_protected(row["text"]) for row in asked)
    wrong = sum(is_protected(row["text"]) for row in plain)
    share = f"recall {caught / len(asked):6.1%} of {len(asked):>3}"
    return f"{share}   withheld {wrong / len(plain):5.1%} of {len(plain)}"


def redaction() -> None:
    """By kind: a marked span counts as found where at least half of it was replaced."""
    file = SHARED / "presidio" / "synth_dataset_v2.json"
    if not file.exists():
        print("\nRedaction: the public set is not here")
        return
    marked, found, right, given, other = (
        Counter[str](),
        Counter[str](),
        Counter[str](),
        Counter[str](),
        Counter[str](),
    )
    samples = json.loads(file.read_text("utf-8"))
    start = time.process_time()
    for sample in samples:
        spans = redact(sample["full_text"]).spans
        truth = [(one["start_position"], one["end_position"], one["entity_type"]) for one in sample["spans"]]
        for a, b, kind in truth:
            if kind in KINDS:
                marked[kind] += 1
                hit = sum(max(0, min(b, span.end) - max(a, span.start)) for span in spans)
                found[kind] += 2 * hit >= b - a
        for span in spans:
            given[span.kind] += 1
            over = {kind for a, b, kind in truth if min(b, span.end) > max(a, span.start)}
            right[span.kind] += span.kind in {KINDS.get(kind) for kind in over}
            other[span.kind] += bool(over)
    micros = (time.process_time() - start) / len(samples) * 1e6
    print(f"\nRedaction, {len(samples):,} public synthetic texts, {micros:.0f} microseconds each")
    for kind in KINDS:
        print(f"  {kind:<18} recall {found[kind] / marked[kind]:6.1%} of {marked[kind]:>3}")
    for kind, count in given.most_common():
        print(
            f"  [{kind}]{'':<{14 - len(kind)}} precision {right[kind] / count:6.1%} of {count:>3}"
            f"   on personal data of any kind {other[kind] / count:6.1%}"
        )
    print(f"  covered kinds together: recall {found.total() / marked.total():.1%} of {marked.total():,}")
    print("  not covered yet: names of persons and organisations, places, dates, ages")


if __name__ == "__main__":
    main()
