"""Sentiment of public tweets in three classes, five-fold, beside VADER on the same tweets in the same run.

The tweets are VADER's own (`vader/tweets_GroundTruth`, people's means from -4 to 4); VADER's lexicon was made
by the same people for such texts. A mean beyond ±0.5 is negative or positive; beyond ±1 is shown too. Earnest
learns from four parts and is asked about the fifth. VADER names the Python of a venv that has vaderSentiment;
its answer is by its makers' thresholds (±0.05).
"""

import json
import os
import subprocess

import numpy as np
from numpy.typing import NDArray

from earnest.record.verdict import SENTIMENTS
from earnest.terms.lexicon import installed
from earnest.understand.classify import Model
from earnest.understand.corpus import Example
from earnest.understand.model import Parts
from earnest.understand.train import train
from labelled_sets import SHARED, apart, bare, taxonomy_of

AHEAD = 0.05
PARTS = 5
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
    missed = False
    for limit in (0.5, 1.0):
        truth = np.where(means < -limit, 0, np.where(means > limit, 2, 1))
        ours = macro(answers(texts, truth), truth)
        said = f"beyond ±{limit}: macro-recall {ours:.3f}"
        if theirs is not None:
            vader = macro(np.where(theirs <= -0.05, 0, np.where(theirs >= 0.05, 2, 1)), truth)
            said += f", VADER {vader:.3f}"
            missed |= limit == 0.5 and ours < vader + AHEAD
        print(said)
    if theirs is None:
        print("VADER was not asked (VADER is not set)")
    if missed:
        raise SystemExit("below the target: VADER and 5 points more")


def answers(texts: list[str], truth: NDArray[np.int64]) -> NDArray[np.int64]:
    """The sentiment of each text by a model that has not seen it."""
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
    found = np.empty(len(texts), np.int64)
    for part in range(PARTS):
        asked = np.flatnonzero(fold == part)
        taught = apart(
            [examples[at] for at in np.flatnonzero(fold != part).tolist()],
            [examples[at] for at in asked.tolist()],
        )
        made = train(taxonomy, taught, lexicon=installed(), figures="held-out")
        model = Model(Parts(made.about, made.table))
        said = model.columns([texts[at] for at in asked.tolist()]).sentiment
        places = np.array([SENTIMENTS.index(mood) for mood in model.sentiments])
        found[asked] = places[said]
    return found


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
