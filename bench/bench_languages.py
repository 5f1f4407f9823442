"""How good are labels in other languages than English, in mixtures of two, and in emoji and slang?

By language: how often the category is right, how often the model says *unsure*, how often the category is
right where it does not, and how often the language itself is recognised. The texts
(`tests/understand/languages_eval.jsonl`, synthetic) were written for this and nothing learns from them: it
refuses to run where one of them is among the model's examples. A model folder as first argument is measured
instead of the shipped gig-delivery model.
"""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from earnest.understand import corpus
from earnest.understand.classify import Model
from earnest.understand.evaluate import Share, wilson
from earnest.understand.taxonomy import pack

TEXTS = Path(__file__).resolve().parents[1] / "tests" / "understand" / "languages_eval.jsonl"
ALIKE = 0.6
"""Two texts that share this much of their words (Jaccard) count as one."""

GROUPS = {
    "es": "Spanish",
    "pt": "Portuguese",
    "fr": "French",
    "de": "German",
    "it": "Italian",
    "mixed": "English with Spanish or Portuguese",
    "slang": "emoji and slang",
}


def main() -> None:
    """Measure and print."""
    rows = [json.loads(line) for line in TEXTS.read_text("utf-8").splitlines()]
    apart(rows)
    model = Model.load(sys.argv[1]) if len(sys.argv) > 1 else Model.shipped("gig-delivery")
    print(f"model {model.id}, {len(rows)} texts; likely ranges are 95 % (Wilson)")
    print(f"{'':36}{'texts':>6} {'category right':>22} {'label right':>12} {'unsure':>7}", end="")
    print(f" {'right where sure':>24} {'language':>9}")
    for group, name in GROUPS.items():
        show(name, measure(model, [row for row in rows if row["group"] == group]))
    show("all", measure(model, rows))


def measure(model: Model, rows: Sequence[dict[str, Any]]) -> dict[str, Share]:
    """The shares of one group of texts."""
    found = model.classify([row["text"] for row in rows], sentiment=False)
    said = [verdict.labels[0].id for verdict in found]
    truth = [row["labels"][0] for row in rows]
    near = [a.partition(".")[0] == b.partition(".")[0] for a, b in zip(said, truth, strict=True)]
    sure = [ok for ok, verdict in zip(near, found, strict=True) if not verdict.unsure]
    spoken = [verdict.lang in row["lang"].split("-") for verdict, row in zip(found, rows, strict=True)]
    return {
        "category": wilson(sum(near), len(rows)),
        "label": wilson(sum(a == b for a, b in zip(said, truth, strict=True)), len(rows)),
        "unsure": wilson(len(rows) - len(sure), len(rows)),
        "sure": wilson(sum(sure), len(sure)),
        "language": wilson(sum(spoken), len(rows)),
    }


def show(name: str, shares: dict[str, Share]) -> None:
    """One line of the table."""
    print(f"{name:36}{shares['category'].of:6} {ranged(shares['category']):>22}", end="")
    print(f" {percent(shares['label']):>12} {percent(shares['unsure']):>7}", end="")
    print(f" {ranged(shares['sure']):>18} of {shares['sure'].of:<3} {percent(shares['language']):>8}")


def percent(share: Share) -> str:
    """A share, or a dash where nothing was counted."""
    return "–" if share.value is None else f"{share.value * 100:.0f} %"


def ranged(share: Share) -> str:
    """A share with its likely range."""
    return f"{percent(share)} ({share.low * 100:.0f} to {share.high * 100:.0f})"


def apart(rows: Sequence[dict[str, Any]]) -> None:
    """Refuse to run where a text is among the examples, word for word or nearly."""
    known: dict[str, list[frozenset[str]]] = {}
    same = set()
    for example in corpus.read(pack("gig-delivery").corpus):
        same.add(" ".join(example.text.casefold().split()))
        words = worded(example.text)
        for word in words:
            known.setdefault(word, []).append(words)
    for row in rows:
        words = worded(row["text"])
        if " ".join(row["text"].casefold().split()) in same:
            sys.exit(f"A text of the measure is an example: {row['text'][:60]!r}")
        rarest = sorted(words, key=lambda word: len(known.get(word, ())))[: max(1, len(words) // 2 + 1)]
        for word in rarest:
            for other in known.get(word, ()):
                if len(words & other) >= ALIKE * len(words | other) and len(words) > 2:
                    sys.exit(f"A text of the measure is among the examples: {row['text'][:60]!r}")


def worded(text: str) -> frozenset[str]:
    """The words of a text, without order or case."""
    return frozenset(re.findall(r"[^\W_]+", text.casefold()))


if __name__ == "__main__":
    main()
