"""Banking77, trained on its train split as `earnest train` does it and measured on its test split as `earnest
evaluate` does it. Says too how many training texts were left out because they are test texts.
"""

import time

from earnest.understand.corpus import OTHER
from earnest.understand.evaluate import Answers, measure
from labelled_sets import SHARED, apart, banking, model_of

TARGET, ERROR = 0.92, 0.03


def main() -> None:
    """Train, evaluate, and fail where a target is missed."""
    if not SHARED.is_dir():
        print(f"skipped: {SHARED} is not there")
        return
    test = banking("test")
    taught = apart(banking("train"), test)
    began = time.perf_counter()
    trained, model = model_of("banking77", taught)
    seconds = time.perf_counter() - began
    verdicts = model.classify([example.text for example in test], sentiment=False)
    found = measure(
        Answers(
            truth=[example.labels for example in test],
            given=[tuple(label.id for label in verdict.labels) for verdict in verdicts],
            scores=[verdict.labels[0].score for verdict in verdicts],
            unsure=[verdict.unsure for verdict in verdicts],
        ),
        [label for label in model.labels if label != OTHER],
    )
    gone = sum(verdict.labels[0].id == OTHER for verdict in verdicts)
    right = found.accuracy
    print(
        f"Banking77 test: {right.value:.2%} right ({right.low:.2%} to {right.high:.2%}, {right.of:,} asked, "
        f"{gone} of them called `other`), macro F1 {found.macro_f1:.3f}, calibration error {found.error:.3f} "
        f"(cross-validated {trained.quality.error:.3f}); trained in {seconds:.0f} s"
    )
    if (right.value or 0) < TARGET or found.error > ERROR:
        raise SystemExit(f"the target is {TARGET:.0%} right and a calibration error of at most {ERROR}")


if __name__ == "__main__":
    main()
