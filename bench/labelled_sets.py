"""Public labelled sets beside the repository, as examples and taxonomies, with train and test kept apart."""

import csv
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from earnest.terms.lexicon import installed
from earnest.understand import taxonomy
from earnest.understand.classify import Model
from earnest.understand.corpus import OTHER, Example
from earnest.understand.distil import Taught
from earnest.understand.model import Parts
from earnest.understand.taxonomy import Taxonomy
from earnest.understand.train import Trained, train

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def label_id(name: str) -> str:
    """A set's own label as an id."""
    return name.lower().replace("?", "").strip("_ ").replace(" ", "-")


def banking(split: str) -> list[Example]:
    """Banking77: "train" or "test"."""
    with (SHARED / "banking77" / f"{split}.csv").open(newline="", encoding="utf-8") as stream:
        return [Example(row["text"], (label_id(row["category"]),)) for row in csv.DictReader(stream)]


def banking_few(shots: int) -> list[Example]:
    """The fixed few-shot splits of Banking77: 5 or 10 examples a label."""
    folder = SHARED / "banking77" / "few_shot" / f"train_{shots}"
    texts = (folder / "seq.in").read_text("utf-8").splitlines()
    labels = (folder / "label").read_text("utf-8").splitlines()
    return [
        Example(text, (label_id(label),)) for text, label in zip(texts, labels, strict=True) if text.strip()
    ]


def clinc() -> dict[str, list[Example]]:
    """CLINC150 as domain.intent: "train", "val", "oos_train", "oos_val"; outside its scope is `other`."""
    raw = json.loads((SHARED / "clinc150" / "train_val.json").read_text("utf-8"))
    domains = json.loads((SHARED / "clinc150" / "domains.json").read_text("utf-8"))
    domain = {intent: label_id(name) for name, intents in domains.items() for intent in intents}
    return {
        name: [
            Example(text, (OTHER if intent == "oos" else f"{domain[intent]}.{label_id(intent)}",))
            for text, intent in rows
        ]
        for name, rows in raw.items()
    }


def bare(text: str) -> str:
    """Letters and digits only."""
    return "".join(filter(str.isalnum, text.lower()))


def apart(taught: Sequence[Example], asked: Sequence[Example]) -> list[Example]:
    """What is taught without the texts that are asked too (letters and digits alone compared); says how many.

    Raises SystemExit where more than one in fifty is the same: then the split is not what it should be.
    """
    known = {bare(example.text) for example in asked}
    kept = [example for example in taught if bare(example.text) not in known]
    both = len(taught) - len(kept)
    if both * 50 > len(taught):
        raise SystemExit(f"refused: {both:,} of {len(taught):,} training texts are test texts too")
    print(f"training texts that are test texts too, left out: {both} of {len(taught):,}")
    return kept


def unseen(asked: Sequence[Example], taught: Sequence[Example]) -> list[Example]:
    """What is asked without the texts that are taught: for sets with no training text to spare."""
    known = {bare(example.text) for example in taught}
    kept = [example for example in asked if bare(example.text) not in known]
    print(f"test texts that are training texts too, not asked: {len(asked) - len(kept)} of {len(asked):,}")
    return kept


def taxonomy_of(name: str, examples: Sequence[Example]) -> Taxonomy:
    """A taxonomy of the labels of some examples, `other` left to the model."""
    labels = sorted({label for example in examples for label in example.labels} - {OTHER})
    lines = [f"id: {name}", f"name: {name}", "labels:"]
    lines += [
        f"  - {{id: {label}, name: {label.partition('.')[2].replace('_', ' ') or label.replace('_', ' ')}}}"
        for label in labels
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "taxonomy.yaml"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return taxonomy.load(path)


def model_of(
    name: str, examples: Sequence[Example], unlabelled: Taught | None = None
) -> tuple[Trained, Model]:
    """A model of some examples, as `earnest train` makes it."""
    trained = train(taxonomy_of(name, examples), examples, lexicon=installed(), unlabelled=unlabelled)
    return trained, Model(Parts(trained.about, trained.table))
