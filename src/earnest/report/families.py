"""Labels that were split: where posts of a range still stand under the old label, its parts are told together
with it, so that two periods are compared by what both know.

    before 3 November  pay.tips                        ┐
    since then         pay.tips-missing, pay.tips-taxed ┘ told as one: pay.tips
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from earnest.store import read, read_taxonomy
from earnest.store.shapes import Programme


@dataclass(frozen=True, slots=True)
class Families:
    """Parts to the label that they are told under; empty where nothing is told together."""

    of_part: dict[str, str] = field(default_factory=dict)

    def one(self, label: str) -> str:
        """The label that this one is told under."""
        return self.of_part.get(label, label)

    def all(self, label: str) -> frozenset[str]:
        """Every label that is told under this one."""
        return frozenset({label, *(part for part, old in self.of_part.items() if old == label)})


ALONE = Families()


def within(programme: Programme, since: date, until: date) -> Families:
    """What must be told together from `since` to `until` (not included)."""
    lineage = read_taxonomy.lineage(programme.slug)
    split = {old: now for old, now in lineage.became.items() if len(now) > 1}
    if not split:
        return ALONE
    met = {label for (label,) in read.totals(programme.slug, since, until, ("label",))}
    return Families({part: old for old in met & split.keys() for part in split[old]})


@dataclass(frozen=True, slots=True)
class Mark:
    """A version of the taxonomy that began within what is told; `since` is its first day."""

    number: int
    since: date


def marks(programme: Programme, since: date, until: date) -> tuple[Mark, ...]:
    """The versions that began from `since` to `until` (not included), oldest first."""
    found: Iterable[read_taxonomy.Version] = reversed(read_taxonomy.history(programme.slug))
    return tuple(
        Mark(one.number, one.since.date())
        for one in found
        if one.since is not None and one.number > 1 and since <= one.since.date() < until
    )
