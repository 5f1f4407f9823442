"""CLINC150 (150 labels in 10 domains): right in scope, and knowing what is out of scope.

Only train and validation splits are read; the 100 out-of-scope train texts are examples of `other`, once with
them and once without. Out of scope is told by the score of `other` beside the best label: the recall at the
threshold that keeps 95 % of the texts in scope, and what the model answers by itself.
"""

import time

import numpy as np
from numpy.typing import NDArray

from earnest.understand.classify import Model
from earnest.understand.corpus import OTHER, Example
from labelled_sets import SHARED, apart, clinc, model_of

KEPT = 0.95
TARGETS = (0.94, 0.80)


def main() -> None:
    """Measure, print, and fail where a target is missed."""
    if not SHARED.is_dir():
        print(f"skipped: {SHARED} is not there")
        return
    sets = clinc()
    asked = [*sets["val"], *sets["oos_val"]]
    train = apart(sets["train"], asked)
    outside = apart(sets["oos_train"], asked)
    measured = {}
    for name, taught in (("with", [*train, *outside]), ("without", train)):
        began = time.perf_counter()
        _, model = model_of("clinc150", taught)
        seconds = time.perf_counter() - began
        measured[name] = measure(model, sets["val"], sets["oos_val"])
        scope, answered, recall, kept, given = measured[name]
        print(
            f"{name} examples of out of scope: right in scope {scope:.2%} ({answered:.2%} with what became "
            f"`other` by itself), domain and all; out-of-scope recall {recall:.0%} with 95 % kept; by itself "
            f"{given:.0%} with {kept:.1%} kept; trained in {seconds:.0f} s"
        )
    scope, _, recall, _, _ = measured["with"]
    if scope < TARGETS[0] or recall < TARGETS[1]:
        raise SystemExit(f"below the target of {TARGETS[0]:.0%} and {TARGETS[1]:.0%}")


def measure(
    model: Model, inside: list[Example], outside: list[Example]
) -> tuple[float, float, float, float, float]:
    """(right in scope, the same with `other` allowed, recall at KEPT, kept by itself, recall by itself)"""
    lead, labels = leads(model, inside)
    away, _ = leads(model, outside)
    truth = [example.labels[0] for example in inside]
    right = np.array([model.labels[at] == true for at, true in zip(labels.tolist(), truth, strict=True)])
    threshold = np.quantile(lead, 1 - KEPT)
    return (
        float(right.mean()),
        float((right & (lead > 0)).mean()),
        float((away < threshold).mean()),
        float((lead > 0).mean()),
        float((away <= 0).mean()),
    )


def leads(model: Model, examples: list[Example]) -> tuple[NDArray[np.float64], NDArray[np.int16]]:
    """How far the best label but `other` leads it (in logs of their chances), and that label."""
    count = len(model.labels)
    found = model.columns([example.text for example in examples], top=count, least=count)
    other = model.labels.index(OTHER)
    rows = np.arange(len(examples))
    first = np.where(found.labels[:, 0] == other, 1, 0)
    chance = np.log(np.maximum(found.chances.astype(float), 1e-30))
    theirs = chance[found.labels == other]
    lead: NDArray[np.float64] = chance[rows, first] - theirs
    return lead, found.labels[rows, first]


if __name__ == "__main__":
    main()
