"""Sentiment of public tweets in three classes, five-fold, beside VADER on the same tweets in the same run.

The tweets are VADER's own (`vader/tweets_GroundTruth`, people's means from -4 to 4); VADER's lexicon was made
by the same people for such texts. A mean beyond ±0.5 is negative or positive; beyond ±1 is shown too. Earnest
learns from four parts and is asked about the fifth, by the fast tier and by the accurate one, where its
weights are here (EARNEST_MINILM, see `bench_cascade`). VADER names the Python of a venv that has
vaderSentiment; its answer is by its makers' thresholds (±0.05).
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench_cascade import encoder_of
from earnest.record.verdict import SENTIMENTS
from earnest.terms.lexicon import installed
from earnest.understand import fused
from earnest.understand.accurate import Accurate
from earnest.understand.classify import Model
from earnest.understand.corpus import Example
from earnest.understand.encoder import Encoder, Floats
from earnest.understand.model import Parts
from earnest.understand.train import train
from labelled_sets import SHARED, apart, bare, taxonomy_of

AHEAD = 0.05
PARTS = 5
LIMITS = 0.5, 1.0
TIERS = "fast", "accurate"
PEER = """
import json, sys
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
vader = SentimentIntensityAnalyzer()
print(json.dumps([vader.polarity_scores(text)["compound"] for text in json.load(sys.stdin)]))
"""


def main() -> None:
    """Measure, print, and fail where the target is missed."""
    path = SHARED / "vader" / "tweets_GroundTruth.txt"
    if not path.exists():
        print(f"skipped: {path} is not there")
        return
    rows = [line.split("\t") for line in path.read_text("utf-8", "replace").splitlines()]
    once = {bare(row[2]): row for row in reversed(rows)}
    print(f"{len(rows):,} tweets, {len(once):,} different ones")
    rows = list(reversed(once.values()))
    texts, means = [row[2] for row in rows], np.array([float(row[1]) for row in rows])
    theirs = peer(texts)
    with tempfile.TemporaryDirectory() as folder:
        reader = encoder_of(Path(folder), threads=len(os.sched_getaffinity(0)))
        encoder = Remembering(reader) if reader else None
        missed = [limit for limit in LIMITS if not shown(limit, texts, means, theirs, encoder)]
    if theirs is None:
        print("VADER was not asked (VADER is not set)")
    if missed:
        raise SystemExit(f"no tier reaches VADER and {AHEAD * 100:.0f} points more at ±{missed[0]}")


def shown(
    limit: float,
    texts: list[str],
    means: NDArray[np.float64],
    theirs: NDArray[np.float64] | None,
    encoder: "Remembering | None",
) -> bool:
    """Print the three side by side; whether a tier is ahead by as much as it should."""
    truth = np.where(means < -limit, 0, np.where(means > limit, 2, 1))
    ours = answers(texts, truth, encoder)
    line = [f"beyond ±{limit}, macro-recall (negative, neutral, positive):"]
    line += [f"{tier} {said(found, truth)}" for tier, found in zip(TIERS, ours, strict=False)]
    if theirs is None:
        print("\n  ".join(line))
        return True
    vader = np.where(theirs <= -0.05, 0, np.where(theirs >= 0.05, 2, 1))
    print("\n  ".join([*line, f"VADER {said(vader, truth)}"]))
    return max(macro(found, truth) for found in ours) >= macro(vader, truth) + AHEAD


class Remembering(Encoder):
    """Reads a text once, however many trainings ask for it: a vector hangs on its text alone."""

    def __init__(self, reader: Encoder) -> None:
        super().__init__(reader._about, reader._pieces, reader._session)
        self._read: dict[str, NDArray[np.float16]] = {}

    def layers(self, texts: Sequence[str]) -> Floats:
        """As the encoder gives them, kept in half the bytes (training keeps them so too)."""
        new = list(dict.fromkeys(text for text in texts if text not in self._read))
        self._read.update(zip(new, super().layers(new).astype(np.float16), strict=True) if new else ())
        return np.stack([self._read[text] for text in texts]).astype(np.float32)


def answers(texts: list[str], truth: NDArray[np.int64], encoder: Encoder | None) -> list[NDArray[np.int64]]:
    """The sentiment of each text by models that have not seen it: the fast tier's and, with an encoder, the
    accurate tier's.
    """
    fold = np.empty(len(texts), np.int64)
    random = np.random.Generator(np.random.PCG64(5))
    for answer in range(len(SENTIMENTS)):
        here = random.permutation(np.flatnonzero(truth == answer))
        fold[here] = np.arange(len(here)) % PARTS
    examples = [
        Example(text, ("post",), None, SENTIMENTS[mood])
        for text, mood in zip(texts, truth.tolist(), strict=True)
    ]
    taxonomy = taxonomy_of("tweets", examples[:1])
    found = [np.empty(len(texts), np.int64) for _ in TIERS[: 2 if encoder else 1]]
    for part in range(PARTS):
        asked = np.flatnonzero(fold == part)
        taught = apart(
            [examples[at] for at in np.flatnonzero(fold != part).tolist()],
            [examples[at] for at in asked.tolist()],
        )
        made = train(taxonomy, taught, lexicon=installed(), figures="held-out")
        model = Model(Parts(made.about, made.table))
        posts = [texts[at] for at in asked.tolist()]
        places = np.array([SENTIMENTS.index(mood) for mood in model.sentiments])
        found[0][asked] = places[model.columns(posts).sentiment]
        if encoder:
            close = Accurate(fused.train(made, encoder), encoder)
            found[1][asked] = places[close.answer(posts).sentiments.argmax(axis=1)]
    return found


def said(given: NDArray[np.int64], truth: NDArray[np.int64]) -> str:
    """The figure and the recall of each class."""
    each = [(given[truth == answer] == answer).mean() for answer in range(len(SENTIMENTS))]
    return f"{np.mean(each):.3f} ({', '.join(f'{one:.2f}' for one in each)})"


def macro(given: NDArray[np.int64], truth: NDArray[np.int64]) -> float:
    """The mean of the classes' recalls."""
    return float(np.mean([(given[truth == answer] == answer).mean() for answer in range(len(SENTIMENTS))]))


def peer(texts: list[str]) -> NDArray[np.float64] | None:
    """VADER's scores, or None where it is not installed."""
    python = os.environ.get("VADER")
    if not python:
        return None
    done = subprocess.run(
        [python, "-c", PEER], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    return np.array(json.loads(done.stdout))


if __name__ == "__main__":
    main()
