"""What lies outside a taxonomy: the answer `other`, which every model has.

    score of `other` = SHARE × (its own column) + a threshold

The column learns from the taxonomy's own examples of `other`, where there are some, and from texts of the
shipped packs that belong to another taxonomy. The threshold is the highest at which hardly any text that was
labelled rightly turns into `other`, counted on texts the model had not seen: so a text goes to `other` when
all labels speak weakly for it, whatever its words.
"""

from collections.abc import Collection
from functools import cache

import numpy as np
from numpy.typing import NDArray

from earnest.understand import corpus
from earnest.understand.corpus import OTHER
from earnest.understand.taxonomy import PACKS, Taxonomy, pack

SHARE, SHARE_TOLD = 0.5, 1.0
"""How much the column counts beside the weakness of all others: learned from texts of other taxonomies, and
from examples of `other` that people gave.
"""
LOST = 0.005
"""Of texts labelled rightly, at most this share becomes `other`."""
LOST_TOLD = 0.01
"""The same where people labelled some texts `other`: then such posts do come."""
TOLD = 20
"""Examples of `other` from which on it counts as told."""
MOST, LEAST = 1_500, 300
"""Texts of other taxonomies: a tenth of the examples, within these."""


def background(taxonomy: Taxonomy, examples: int, known: Collection[str]) -> list[str]:
    """Texts of shipped packs, the same ones every time; a pack that shares labels with the taxonomy is no
    background to it.
    """
    own = {label.id for label in taxonomy.labels} - {OTHER, "unclear"}
    texts = [
        text
        for name in PACKS
        if name != taxonomy.id and not any(label.id in own for label in pack(name).labels)
        for text in _texts(name)
        if text not in known
    ]
    count = min(len(texts), max(LEAST, min(MOST, examples // 10)))
    order = np.random.Generator(np.random.PCG64(11)).permutation(len(texts))[:count]
    return [texts[at] for at in np.sort(order).tolist()]


@cache
def _texts(pack_id: str) -> tuple[str, ...]:
    """What a pack's examples say that are about something."""
    examples = corpus.read(pack(pack_id).corpus)
    return tuple(example.text for example in examples if example.labels[0] not in (OTHER, "unclear"))


def threshold(
    scores: NDArray[np.float64], truth: NDArray[np.int64], other: int, share: float, *, strict: float = 1.0
) -> float:
    """What is added to the column of `other` (already times `share`), from held-out scores; at most `share`.

    A text counts as rightly labelled where its true label leads all but `other`. Of those, `strict` times
    the usual share may be lost. At most `share`, because a column says -1 of what is foreign to it: a text
    that a label claims stays with it, however much surer the labels were of the texts held out.
    """
    rest = np.delete(scores, other, axis=1)
    if not rest.shape[1]:
        return 0.0
    lead = rest.max(axis=1)
    inside = truth != other
    right = inside & (scores[np.arange(len(truth)), truth] >= lead)
    if not right.any():
        return 0.0
    lost = LOST_TOLD if (~inside).sum() >= TOLD else LOST
    return min(share, float(np.quantile(lead[right] - scores[right, other], strict * lost, method="lower")))
