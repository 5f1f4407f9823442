"""What is to be learned, as the solver takes it: which columns are true of which text, and what errors cost.

Columns: labels (`other` among them), their categories, kinds, sentiments: four heads over the same rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earnest.terms.together import Lessons
from earnest.understand.corpus import OTHER, Example

LABELS, CATEGORIES, KINDS, MOODS = range(4)

COST, COST_FEW = 0.6, 0.3
"""How much an error weighs against large weights (the C of support vector machines); the second with few
examples."""
FEW = 25
"""Examples a label below which there are few."""
MOST_BALANCE = 4.0
"""A rare answer's errors count up to so many times as much."""
SECOND = 0.3
"""What a second or third label counts for against the main one, where the first is the main one."""
ASIDE = 0.3
"""What a text of another taxonomy counts for."""
DOUBT = 0.1
"""A label that a teacher gives less than this is not taught."""
MOST_TAUGHT = 2
"""Labels that a teacher's answer teaches for one text."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The columns of a model in training."""

    answers: tuple[str, ...]
    categories: tuple[str, ...]
    kinds: tuple[str, ...]
    moods: tuple[str, ...]
    multi: bool

    @property
    def parents(self) -> NDArray[np.int64]:
        """The category of each answer, as a number."""
        place = {category: at for at, category in enumerate(self.categories)}
        return np.array([place[answer.partition(".")[0]] for answer in self.answers], np.int64)

    @property
    def grouped(self) -> bool:
        """Whether categories say more than labels do; else they have no columns."""
        return 1 < len(self.categories) < len(self.answers)

    @property
    def ends(self) -> NDArray[np.int64]:
        """Where the columns of each head begin, and where the last end."""
        groups = len(self.categories) if self.grouped else 0
        return np.cumsum([0, len(self.answers), groups, len(self.kinds), len(self.moods)])


class Register:
    """Collects lessons text by text."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._answer = {answer: at for at, answer in enumerate(plan.answers)}
        self._parents = plan.parents
        self._rows: list[int] = []
        self._counts: list[int] = []
        self._true: list[int] = []
        self._strength: list[float] = []
        self._told: list[tuple[bool, bool, bool, bool]] = []
        self._weights: list[float] = []

    def __len__(self) -> int:
        return len(self._rows)

    def example(self, row: int, example: Example, weight: float = 1.0) -> None:
        """A labelled text, or one of which only a kind or a sentiment is told (it then has no labels)."""
        plan, ends = self.plan, self.plan.ends
        labels = [self._answer[label] for label in example.labels if label in self._answer]
        true: dict[int, float] = {}
        for number, label in enumerate(labels):
            main = number == 0 or plan.multi
            true[label] = 1.0 if main else SECOND
            group = int(ends[CATEGORIES] + self._parents[label])
            if plan.grouped:
                true[group] = max(true.get(group, 0.0), 1.0 if main else 0.0)
        for head, known, answer in (
            (KINDS, plan.kinds, example.kind),
            (MOODS, plan.moods, example.sentiment),
        ):
            if answer in known:
                true[int(ends[head]) + known.index(str(answer))] = 1.0
        told = bool(labels), bool(labels), example.kind in plan.kinds, example.sentiment in plan.moods
        self._add(row, true, told, weight)

    def shares(self, row: int, shares: NDArray[np.float32]) -> None:
        """A teacher's answer: its likeliest labels, each a lesson as strong as its share."""
        best = np.argsort(-shares, kind="stable")[:MOST_TAUGHT].tolist()
        for rank, label in enumerate(best):
            if rank == 0 or shares[label] >= DOUBT:
                true = {label: 1.0}
                if self.plan.grouped:
                    true[int(self.plan.ends[CATEGORIES] + self._parents[label])] = 1.0
                self._add(row, true, (True, True, False, False), float(shares[label]))

    def _add(
        self, row: int, true: dict[int, float], told: tuple[bool, bool, bool, bool], weight: float
    ) -> None:
        self._rows.append(row)
        self._counts.append(len(true))
        self._true.extend(true)
        self._strength.extend(true.values())
        self._told.append(told)
        self._weights.append(max(weight, 1e-3))

    def lessons(self, facet_costs: Sequence[float], cost_of_labels: float = COST) -> Lessons:
        """All of them. `facet_costs` are what an error costs in kinds and in sentiments."""
        ends = self.plan.ends
        heads = np.repeat(np.arange(4, dtype=np.int32), np.diff(ends))
        told = np.array(self._told, bool).reshape(-1, 4)
        true = np.array(self._true, np.int32)
        strength = np.array(self._strength, np.float32)
        weights = np.array(self._weights, np.float32)
        owners = np.repeat(np.arange(len(self._counts)), self._counts)
        counted = strength > 0
        positive = np.bincount(true[counted], weights[owners[counted]], minlength=len(heads))
        asked = (told * weights[:, None]).sum(axis=0)[heads]
        positive = np.maximum(positive, 1e-3)
        negative = np.maximum(asked - positive, 1e-3)
        yes = cost_of_labels * np.clip(asked / (2 * positive), 1.0, MOST_BALANCE)
        no = np.full(len(heads), cost_of_labels)
        for head, cost in zip((KINDS, MOODS), facet_costs, strict=True):
            columns = slice(int(ends[head]), int(ends[head + 1]))
            yes[columns] = cost * asked[columns] / (2 * positive[columns])
            no[columns] = cost * asked[columns] / (2 * negative[columns])
        indptr = np.zeros(len(self._counts) + 1, np.int64)
        np.cumsum(self._counts, out=indptr[1:])
        return Lessons(
            np.array(self._rows, np.int64), indptr, true, strength, told, heads, weights,
            yes.astype(np.float32), no.astype(np.float32),
        )  # fmt: skip


def plan_of(
    labels: Sequence[str], examples: Sequence[Example], kinds: Sequence[str], moods: Sequence[str]
) -> Plan:
    """The columns for some labels; `other` is added where it is not among them."""
    answers = tuple(labels) if OTHER in labels else (*labels, OTHER)
    several = sum(len(example.labels) > 1 for example in examples)
    categories = tuple(dict.fromkeys(answer.partition(".")[0] for answer in answers))
    return Plan(answers, categories, tuple(kinds), tuple(moods), several > len(examples) / 3)
