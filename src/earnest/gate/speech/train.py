"""Make the ear: `earnest models` calls this; the same examples give the same bytes.

Thresholds come from posts that the ear had not heard when it judged them: examples are held out in stretches
of the order in which they were written, so that neighbours, which resemble each other, are held out together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from earnest.gate.fold import fold
from earnest.gate.speech import ALONE, IF_DOUBTFUL, IF_PLAIN, LANGS, Ear
from earnest.terms.features import Space
from earnest.terms.linear import Linear, fit

EXAMPLES = Path(__file__).parent / "examples"
SPACE = Space(1 << 17, 1 << 18)
SPACE_OF_TONGUES = Space(1 << 14, 1 << 14)
FOLDS = 5
COST = 1.0
CALL = 2.0
"""How much a missed call weighs against a false alarm."""
PLAIN_COST = 0.3
"""What an ordinary post of the label examples counts for against a look-alike."""
ALARMS = 0.03
"""The share of ordinary posts of the `even` files, held out, that may be withheld."""


class Example(msgspec.Struct, frozen=True):
    """One line of the examples. Every one is synthetic, and says so."""

    text: str
    protected: bool
    lang: str
    synthetic: bool


@dataclass(frozen=True, slots=True)
class Trained:
    """A new ear and what it heard of posts that it had not learned from."""

    ear: Ear
    examples: int
    recall: float
    hard_recall: float
    alarms: float
    hard_alarms: float
    plain_alarms: float


def read(folder: Path = EXAMPLES) -> dict[str, list[Example]]:
    """The examples by file: `even-…` as a tester would mix them, `hard-…` nearly all coded or look-alike."""
    decoder = msgspec.json.Decoder(Example)
    return {
        path.stem: [decoder.decode(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        for path in sorted(folder.glob("*.jsonl"))
    }


def train(
    examples: Mapping[str, Sequence[Example]], plain: Sequence[str], told: Callable[[bytes], str | None]
) -> Trained:
    """Train on the examples and on `plain` ordinary posts. `told` says what the word lists find in a folded
    text."""
    learned = [one for file in examples.values() for one in file]
    texts = [fold(text) for text in (*(one.text for one in learned), *plain)]
    protected = np.array([one.protected for one in learned] + [False] * len(plain))
    hard = np.arange(len(texts)) < len(learned)
    even = np.zeros(len(texts), bool)
    even[: len(learned)] = [name.startswith("even") for name, file in examples.items() for _ in file]
    turn = np.concatenate(
        [*(_stretches(len(file)) for file in examples.values()), np.arange(len(plain)) % FOLDS]
    )
    langs = np.array([one.lang for one in learned] + ["" for _ in plain])
    tongues = _fit_tongues(texts, langs)
    loud = np.zeros(len(texts))
    for number in range(FOLDS):
        known, asked = np.flatnonzero(turn != number), np.flatnonzero(turn == number)
        part = _fit([texts[i] for i in known], protected[known], hard[known])
        loud[asked] = Ear(part, tongues, np.zeros(len(LANGS))).scores([texts[i] for i in asked])
    weight = {"plainly": ALONE - IF_PLAIN, "doubtfully": ALONE - IF_DOUBTFUL, None: 0.0}
    loud += np.array([weight[told(text)] for text in texts])
    starts = {
        lang: float(np.quantile(loud[even & ~protected & (langs == lang)], 1 - ALARMS)) for lang in LANGS
    }
    heard = loud >= np.array([starts.get(lang, starts["en"]) for lang in langs])
    about: dict[str, str | int | float] = {f"start_{lang}": start for lang, start in starts.items()}
    linear = replace(_fit(texts, protected, hard), about=about | {"examples": len(learned)})
    return Trained(
        Ear(linear, tongues, np.array([starts[lang] for lang in LANGS])),
        len(learned),
        recall=float(heard[even & protected].mean()),
        hard_recall=float(heard[hard & ~even & protected].mean()),
        alarms=float(heard[even & ~protected].mean()),
        hard_alarms=float(heard[hard & ~even & ~protected].mean()),
        plain_alarms=float(heard[~hard].mean()),
    )


def _stretches(count: int) -> NDArray[np.int64]:
    """Two stretches a fold, in the order of writing."""
    return (np.arange(count) * FOLDS * 2 // max(count, 1)) % FOLDS


def _fit(texts: list[bytes], protected: NDArray[np.bool_], hard: NDArray[np.bool_]) -> Linear:
    costs = COST * np.where(protected, CALL, 1.0) * np.where(hard, 1.0, PLAIN_COST)
    return fit(texts, np.where(protected, 1.0, -1.0)[None], costs[None], space=SPACE)


def _fit_tongues(texts: list[bytes], langs: NDArray[np.str_]) -> Linear:
    signs = [np.where(langs == "", 0.0, np.where(langs == lang, 1.0, -1.0)) for lang in LANGS[1:]]
    return fit(texts, np.vstack(signs), np.ones((len(signs), len(texts))), space=SPACE_OF_TONGUES)
