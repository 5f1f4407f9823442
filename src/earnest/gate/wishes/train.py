"""Make the ear for requests: `earnest models` calls this; the same examples give the same bytes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from earnest.gate.refusals import Door
from earnest.gate.wishes import AIMS, LISTED, Aim, Ear, said
from earnest.terms.features import Space
from earnest.terms.linear import Linear, fit

EXAMPLES = Path(__file__).parent / "examples"
SPACE = Space(1 << 16, 1 << 18)
FOLDS = 5
COST = 3.0
MISSED = 1.5
"""How much a request that slips through weighs against one refused in error."""
ALARMS = 0.04
"""The share of fine requests, held out, that may be refused together with the lists."""


class Example(msgspec.Struct, frozen=True):
    """One line of the examples. Every one is synthetic, and says so."""

    door: Door
    text: str
    aims_at: Aim | None
    synthetic: Literal[True]


@dataclass(frozen=True, slots=True)
class Trained:
    """A new ear, and how it and the lists together did on requests that it had not learned from."""

    ear: Ear
    examples: int
    recall: float
    alarms: float


def read(folder: Path = EXAMPLES) -> list[Example]:
    """The examples of every file."""
    decoder = msgspec.json.Decoder(Example)
    return [
        decoder.decode(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
        if line.strip()
    ]


def train(examples: Sequence[Example], listed: Callable[[Door, str], Aim | None]) -> Trained:
    """Train on the examples. `listed` says what the word lists take a request to aim at."""
    turn = np.arange(len(examples)) * FOLDS * 4 // max(len(examples), 1) % FOLDS
    refused = np.array([one.aims_at is not None for one in examples])
    scores = np.zeros((len(examples), len(AIMS)))
    for number in range(FOLDS):
        known = [one for one, its in zip(examples, turn, strict=True) if its != number]
        asked = np.flatnonzero(turn == number)
        scores[asked] = Ear(_fit(known), 0.0).scores([(examples[i].door, examples[i].text) for i in asked])
    for at, one in enumerate(examples):
        found = listed(one.door, one.text)
        if found is not None:
            scores[at, AIMS.index(found)] += LISTED
    strongest = scores.max(axis=1)
    sure = float(np.quantile(strongest[~refused], 1 - ALARMS))
    linear = replace(_fit(examples), about={"sure": sure, "examples": len(examples)})
    withheld = strongest >= sure
    return Trained(
        Ear(linear, sure),
        len(examples),
        float(withheld[refused].mean()),
        float(withheld[~refused].mean()),
    )


def _fit(examples: Sequence[Example]) -> Linear:
    signs = np.array([[1.0 if one.aims_at == aim else -1.0 for one in examples] for aim in AIMS])
    texts = [said(one.door, one.text) for one in examples]
    return fit(texts, signs, COST * np.where(signs > 0, MISSED, 1.0), space=SPACE)
