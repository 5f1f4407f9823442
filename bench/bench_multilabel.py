"""Several labels a text: NLU++ (62 intents, two domains), five of twenty folds asked, beside scikit-learn.

Prints micro-F1 over all labels of all texts of Earnest and of TF-IDF (words and pieces) with a one-vs-rest
LinearSVC, where SKLEARN names the Python of a venv that has it. A text without intents is `other`.
"""

import json
import os
import subprocess
from collections import Counter

from earnest.terms.lexicon import installed
from earnest.understand.classify import Model
from earnest.understand.corpus import OTHER, Example
from earnest.understand.model import Parts
from earnest.understand.train import train
from labelled_sets import SHARED, apart, label_id, taxonomy_of

PEER = """
import json, sys
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import MultiLabelBinarizer
from sklearn.svm import LinearSVC
a = json.load(sys.stdin)
marks = MultiLabelBinarizer().fit(a["labels"] + a["truth"])
words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
peer = make_pipeline(make_union(words, pieces), OneVsRestClassifier(LinearSVC())).fit(
    a["texts"], marks.transform(a["labels"]))
print(f1_score(marks.transform(a["truth"]), peer.predict(a["asked"]), average="micro"))
"""


def main() -> None:
    """Measure and print."""
    folder = SHARED / "nluplusplus" / "data"
    if not folder.is_dir():
        print(f"skipped: {folder} is not there")
        return
    for domain in ("banking", "hotels"):
        parts = [json.loads((folder / domain / f"fold{n}.json").read_text("utf-8")) for n in range(20)]
        asked = [example(row) for part in parts[:5] for row in part]
        taught = apart([example(row) for part in parts[5:] for row in part], asked)
        counts = Counter(label for one in taught for label in one.labels)
        known = {label for label, count in counts.items() if count >= 5} | {OTHER}
        taught = [one for one in (only(one, known) for one in taught) if one]
        made = train(taxonomy_of(domain, taught), taught, lexicon=installed())
        model = Model(Parts(made.about, made.table))
        given = model.classify([one.text for one in asked], sentiment=False, top=model.most)
        f1 = micro(
            [{label.id for label in verdict.labels} for verdict in given], [set(one.labels) for one in asked]
        )
        print(
            f"{domain}: {len(taught):,} taught, {len(asked):,} asked, micro-F1 {f1:.3f}{peer(taught, asked)}"
            f"; calibration error of the first label {made.quality.error:.3f}"
        )


def example(row: dict[str, object]) -> Example:
    """A text with its intents."""
    intents = row.get("intents") or [OTHER]
    assert isinstance(intents, list)
    return Example(str(row["text"]), tuple(dict.fromkeys(label_id(str(intent)) for intent in intents)))


def only(one: Example, known: set[str]) -> Example | None:
    """The example with labels that can be learned."""
    labels = tuple(label for label in one.labels if label in known)
    return Example(one.text, labels) if labels else None


def micro(given: list[set[str]], truth: list[set[str]]) -> float:
    """F1 over all labels of all texts; `other` is no label here."""
    given, truth = [one - {OTHER} for one in given], [one - {OTHER} for one in truth]
    both = sum(len(a & b) for a, b in zip(given, truth, strict=True))
    return 2 * both / (sum(map(len, given)) + sum(map(len, truth)))


def peer(taught: list[Example], asked: list[Example]) -> str:
    """The same with scikit-learn, where it is."""
    python = os.environ.get("SKLEARN")
    if not python:
        return ""
    said = {
        "texts": [one.text for one in taught],
        "labels": [[label for label in one.labels if label != OTHER] for one in taught],
        "asked": [one.text for one in asked],
        "truth": [[label for label in one.labels if label != OTHER] for one in asked],
    }
    done = subprocess.run(
        [python, "-c", PEER], input=json.dumps(said), capture_output=True, text=True, check=True
    )
    return f", TF-IDF and LinearSVC one-vs-rest {float(done.stdout):.3f}"


if __name__ == "__main__":
    main()
