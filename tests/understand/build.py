"""Small taxonomies and examples for the tests of understanding. All of it synthetic."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from earnest.understand.corpus import Example
from earnest.understand.taxonomy import Taxonomy, load
from earnest.understand.train import Trained, train

TAXONOMY = """\
id: cafe
name: Café
labels:
  - id: drink.coffee
    name: Coffee
  - id: drink.tea
    name: {en: Tea, es: Té}
  - id: place
    name: The place
"""

_SAID = {
    "drink.coffee": ("espresso", "latte", "beans", "crema", "flat white"),
    "drink.tea": ("green tea", "oolong", "teapot", "chamomile", "leaves"),
    "place": ("chairs", "music", "window", "opening hours", "toilets"),
}
_AROUND = (
    "the {} was far too cold this morning",
    "honestly loved your {} yesterday",
    "who decides about the {} here?",
    "could we have better {} on Sundays please",
    "went twice, noticed new {} near the door",
    "my aunt says {} like this remind her of Lisbon",
    "no {} again, third visit in a row",
    "is there any chance to order {} for a party of nine",
)
_KINDS = ("complaint", "praise", "question", "idea", "report", "praise", "complaint", "question")
_MOODS = ("negative", "positive", "neutral", "neutral", "neutral", "positive", "negative", "neutral")


def taxonomy(folder: Path, text: str = TAXONOMY) -> Taxonomy:
    """The café's taxonomy, written and read."""
    path = folder / "taxonomy.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def examples() -> list[Example]:
    """Forty a label: every word in every sentence."""
    return [
        Example(around.format(word), (label,), kind, mood, "en", f"cafe.jsonl:{n}")
        for label, words in _SAID.items()
        for word in words
        for n, (around, kind, mood) in enumerate(zip(_AROUND, _KINDS, _MOODS, strict=True), 1)
    ]


@cache
def _trained() -> Trained:
    with TemporaryDirectory() as folder:
        return train(taxonomy(Path(folder)), examples())


def trained(folder: Path) -> Trained:
    """A model of the café, made once."""
    taxonomy(folder)
    return _trained()


def quickly(folder: Path, said: Sequence[Example], text: str = TAXONOMY, **options: Any) -> Trained:
    """A model whose figures come of a fifth of the examples, for tests that do not look at figures."""
    return train(taxonomy(folder, text), said, figures="held-out", loudness=12.0, **options)
