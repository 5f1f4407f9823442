"""Banking77 with 10 and 5 examples a label (the fixed splits), alone and taught by a teacher.

The teacher has seen the same 10 examples a label and answers for the other train texts without their labels;
its answers come from a file that TEACHER names (an .npz with `texts`, `labels` and `shares`). Without it that
part is skipped; `bench_distil.py` measures with the accurate tier as the teacher. Beside: scikit-learn's
TF-IDF and LinearSVC, where SKLEARN names the Python of a venv that has it.
"""

import json
import os
import subprocess

import numpy as np

from earnest.understand.corpus import Example
from earnest.understand.distil import Taught
from labelled_sets import SHARED, apart, banking, banking_few, model_of, unseen

TARGETS = {10: 0.80, 5: 0.70}
TAUGHT = 0.85
PEER = """
import json, sys
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC
a = json.load(sys.stdin)
words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
peer = make_pipeline(make_union(words, pieces), LinearSVC()).fit(a["texts"], a["labels"])
print(peer.score(a["asked"], a["truth"]))
"""


def main() -> None:
    """Measure, print, and fail where a target is missed."""
    if not SHARED.is_dir():
        print(f"skipped: {SHARED} is not there")
        return
    test = banking("test")
    missed = []
    for shots, target in TARGETS.items():
        taught = banking_few(shots)
        asked = unseen(test, taught)
        right = score(taught, asked)
        print(f"Banking77, {shots} examples a label: {right:.1%} right{peer(taught, asked)}")
        if right < target:
            missed.append(f"{shots} a label: {right:.1%} instead of {target:.0%}")
    path = os.environ.get("TEACHER")
    if path:
        found = np.load(path, allow_pickle=False)
        texts = [str(text) for text in found["texts"]]
        said = Taught(tuple(texts), found["shares"].astype(np.float32))
        apart([Example(text, ("x",)) for text in texts], test)
        right = score(banking_few(10), unseen(test, banking_few(10)), said)
        print(f"Banking77, 10 examples a label, taught on {len(texts):,} texts: {right:.1%} right")
        if right < TAUGHT:
            missed.append(f"taught: {right:.1%} instead of {TAUGHT:.0%}")
    else:
        print("taught by a teacher: skipped (TEACHER is not set; see bench_distil.py)")
    if missed:
        raise SystemExit("below the target: " + "; ".join(missed))


def score(taught: list[Example], test: list[Example], unlabelled: Taught | None = None) -> float:
    """The share of test questions whose first label is right."""
    _, model = model_of("banking77", taught, unlabelled)
    found = model.columns([example.text for example in test], top=1).labels[:, 0].tolist()
    return float(
        np.mean([model.labels[at] == example.labels[0] for at, example in zip(found, test, strict=True)])
    )


def peer(taught: list[Example], test: list[Example]) -> str:
    """The same with scikit-learn, where it is."""
    python = os.environ.get("SKLEARN")
    if not python:
        return ""
    asked = {
        "texts": [example.text for example in taught],
        "labels": [example.labels[0] for example in taught],
        "asked": [example.text for example in test],
        "truth": [example.labels[0] for example in test],
    }
    done = subprocess.run(
        [python, "-c", PEER], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    return f"; TF-IDF and LinearSVC {float(done.stdout):.1%}"


if __name__ == "__main__":
    main()
