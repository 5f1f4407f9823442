"""The language head: trained beside the topics, on the same terms, with texts of its own."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from earnest.terms.design import Weighting, design, score_rows, take
from earnest.terms.features import Space, terms
from earnest.terms.together import Lessons, learn
from earnest.understand import language
from earnest.understand.calibrate import heat_of
from earnest.understand.corpus import Example
from earnest.understand.evaluate import Share, wilson

MOST_OWN = 3_000
"""Examples of ours among the texts; the rest are the catalogues'."""
COST = 0.4
_NO_VECTORS = np.zeros((0, 0), np.float32)


class Tongues:
    """The texts of known language, hashed."""

    def __init__(self, examples: Sequence[Example], space: Space) -> None:
        self.answers: tuple[str, ...] = (*language.KNOWN, "und")
        own = [(example.lang, example.text) for example in examples if example.lang in language.KNOWN]
        said = [*own[:: max(1, len(own) // MOST_OWN)], *language.sentences()]
        self.terms = terms([text for _, text in said], space)
        self.truth = np.array([self.answers.index(tongue or "und") for tongue, _ in said], np.int64)

    def held_out(self, weighting: Weighting) -> tuple[float, Share]:
        """Hold out every fifth text: the temperature of the head, and how often it is right."""
        posts = np.arange(len(self.truth))
        asked, taught = posts[posts % 5 == 0], posts[posts % 5 != 0]
        rows = design(self.terms, weighting, _NO_VECTORS)
        scores = score_rows(take(rows, asked), learn(rows, self._lessons(taught)).T)
        truth = self.truth[asked]
        right = int((scores.argmax(axis=1) == truth).sum())
        return heat_of(scores, truth), wilson(right, len(truth))

    def fit(self, weighting: Weighting) -> NDArray[np.float32]:
        """Weights over all texts: a row a term, a column a language."""
        rows = design(self.terms, weighting, _NO_VECTORS)
        return learn(rows, self._lessons(np.arange(len(self.truth))))

    def _lessons(self, chosen: NDArray[np.int64]) -> Lessons:
        many, columns = len(chosen), len(self.answers)
        costs = np.full(columns, COST, np.float32)
        return Lessons(
            chosen, np.arange(many + 1), self.truth[chosen].astype(np.int32), np.ones(many, np.float32),
            np.ones((many, 1), bool), np.zeros(columns, np.int32), np.ones(many, np.float32), costs, costs,
        )  # fmt: skip
