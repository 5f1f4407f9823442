"""Versions of a taxonomy: changes as plain steps, what a taxonomy becomes by them, what became of its ids.

An id keeps its meaning: what a label is split into gets ids of its own, and an id that was used once is
never given to something else. So an old id can always be read as what it is now (`Became`), and counts of
before and after stay comparable.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import yaml

from earnest.record.errors import TaxonomyError
from earnest.record.verdict import KINDS
from earnest.understand.taxonomy import ID, LABEL_ID, MOST_LABELS, Category, Label, Name, Taxonomy, named

Do = Literal["add", "describe", "merge", "split", "move", "retire", "category", "restore", "drop"]

FIXED = ("other", "unclear")
"""Labels that are no topic: a model answers with them where it knows none."""

MOST_STEPS = 100
MOST_PARTS = 20


@dataclass(frozen=True, slots=True)
class Step:
    """One change.

    do       what is done
    ids      the labels (or the category) it is done to
    labels   what they become: the new label, the parts, what they are merged into; also new words
    to       the category a label is moved to
    again    it takes an earlier change back, so ids mean again what they meant before that
    place    where it was written, for errors
    """

    do: Do
    ids: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()
    to: str = ""
    again: bool = False
    place: str = ""

    def document(self) -> dict[str, Any]:
        """The step as JSON, without where it was written."""
        return {
            "do": self.do,
            "ids": list(self.ids),
            "labels": [label_document(label) for label in self.labels],
            "to": self.to,
            "again": self.again,
        }


def step_of(document: Mapping[str, Any]) -> Step:
    """A step that was kept as JSON."""
    return Step(
        do=document["do"],
        ids=tuple(document["ids"]),
        labels=tuple(_label_of(one) for one in document["labels"]),
        to=document["to"],
        again=document["again"],
    )


Became = dict[str, tuple[str, ...]]
"""From an id to the ids that it is now: one where that is exact, several after a split, none where the label
was retired (its posts keep it)."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A taxonomy after some steps, and what became of each label that it had before.

    asked  labels whose posts no rule can place: their posts are asked about one by one, among `became` (or
           among all labels where nothing of it is left)
    """

    taxonomy: Taxonomy
    became: Became
    asked: frozenset[str]

    @property
    def touched(self) -> frozenset[str]:
        """Labels whose posts are not what they were."""
        moved = {old for old, new in self.became.items() if new not in ((old,), ())}
        return frozenset(moved | self.asked)


def change(taxonomy: Taxonomy, steps: Sequence[Step], used: Iterable[str] = ()) -> Changed:
    """Take the steps one after the other. `used` are ids that once had a meaning of their own.

    Raises TaxonomyError, with the step's place, for a step that cannot be taken.
    """
    if not steps:
        raise TaxonomyError("there is nothing to change", advice="Say at least one change.")
    if len(steps) > MOST_STEPS:
        raise TaxonomyError(f"there are more than {MOST_STEPS} changes", advice="Apply some of them first.")
    taken = frozenset(used)
    became: Became = {label.id: (label.id,) for label in taxonomy.labels}
    asked: set[str] = set()
    met: set[str] = set()
    for number, step in enumerate(steps, 1):
        stepping = _Stepping(taxonomy, step, step.place or f"change {number}", taken)
        mine = {*step.ids, *(label.id for label in step.labels)} if step.do != "category" else set()
        if met & mine:
            raise stepping.fail(f"'{min(met & mine)}' is changed twice", "Apply one change of it first.")
        met |= mine
        taxonomy, moved, open_ids = stepping.take()
        asked |= {old for old, now in became.items() if open_ids.intersection(now)}
        became = {old: _through(now, moved) for old, now in became.items()}
        taken |= {label.id for label in taxonomy.labels}
    return Changed(taxonomy, became, frozenset(asked))


def _through(now: tuple[str, ...], moved: Became) -> tuple[str, ...]:
    return tuple(dict.fromkeys(new for id in now for new in moved.get(id, (id,))))


def follow(lineage: Mapping[str, Sequence[str]], changed: Changed) -> Became:
    """The lineage after a change: every id that was ever used, to the ids it is now."""
    present = {label.id for label in changed.taxonomy.labels}
    found: Became = {}
    for old, now in {**{id: (id,) for id in changed.became}, **lineage}.items():
        found[old] = (old,) if old in present else _through(tuple(now), changed.became)
    return found | {id: (id,) for id in present}


class _Stepping:
    """One step on one taxonomy."""

    def __init__(self, taxonomy: Taxonomy, step: Step, place: str, used: frozenset[str]) -> None:
        self.taxonomy, self.step, self.place, self.used = taxonomy, step, place, used

    def take(self) -> tuple[Taxonomy, Became, frozenset[str]]:
        """The taxonomy after it, what became of the ids it touches, and those whose posts must be asked
        about."""
        step, labels = self.step, list(self.taxonomy.labels)
        nothing: frozenset[str] = frozenset()
        if step.do == "category":
            return self._called(), {}, nothing
        if step.do in ("add", "restore"):
            new = self.fresh(self.only_label())
            return self.with_labels([*labels, new]), {}, nothing
        if step.do == "describe":
            old, words = self.there(self.only_id()), self.only_label()
            if words.id != old.id:
                raise self.fail(f"'{old.id}' cannot get another id", "Move it to another category instead.")
            return self.with_labels([words if one.id == old.id else one for one in labels]), {}, nothing
        for id in step.ids:
            if self.there(id).id in FIXED:
                raise self.fail(f"'{id}' stays: posts that fit no label need it")
        if step.do in ("retire", "drop"):
            gone = self.only_id()
            kept = self.with_labels([one for one in labels if one.id != gone])
            return kept, {gone: ()}, frozenset({gone}) if step.do == "drop" else nothing
        if step.do == "move":
            return self._move(labels)
        return self._merge(labels) if step.do == "merge" else self._split(labels)

    def _move(self, labels: list[Label]) -> tuple[Taxonomy, Became, frozenset[str]]:
        old = self.there(self.only_id())
        if not ID.fullmatch(self.step.to) or len(self.step.to) > 40:
            raise self.fail("the category's id cannot be used", "Small letters, digits and hyphens.")
        if self.step.to == old.category:
            raise self.fail(f"'{old.id}' is in '{self.step.to}' already")
        id = f"{self.step.to}.{old.id.partition('.')[2] or old.id}"
        if self.step.again:
            id = self.only_label().id
        moved = self.fresh(replace(old, id=id))
        found = self.with_labels([moved if one.id == old.id else one for one in labels])
        return found, {old.id: (moved.id,)}, frozenset()

    def _merge(self, labels: list[Label]) -> tuple[Taxonomy, Became, frozenset[str]]:
        ids, into = self.step.ids, self.only_label()
        if len(set(ids)) != len(ids) or len(ids) < 2:
            raise self.fail("a merge needs two or more different labels")
        if into.id in FIXED:
            raise self.fail(f"nothing is merged into '{into.id}'", "Retire the label instead.")
        if into.id not in ids:
            into = self.fresh(into)
        first = next(at for at, one in enumerate(labels) if one.id in ids)
        rest = [one for one in labels if one.id not in ids]
        return (
            self.with_labels([*rest[:first], into, *rest[first:]]),
            dict.fromkeys(ids, (into.id,)),
            frozenset(),
        )

    def _split(self, labels: list[Label]) -> tuple[Taxonomy, Became, frozenset[str]]:
        old, parts = self.there(self.only_id()), self.step.labels
        if not 2 <= len(parts) <= MOST_PARTS:
            raise self.fail(f"a label is split into 2 to {MOST_PARTS} parts")
        if old.id in {part.id for part in parts} and not self.step.again:
            raise self.fail(
                f"no part can be called '{old.id}' again",
                "An id keeps its meaning: give every part an id of its own.",
            )
        fresh = [self.fresh(part, but=old.id) for part in parts]
        at = next(at for at, one in enumerate(labels) if one.id == old.id)
        found = self.with_labels([*labels[:at], *fresh, *labels[at + 1 :]])
        return found, {old.id: tuple(part.id for part in fresh)}, frozenset({old.id})

    def _called(self) -> Taxonomy:
        id, name = self.only_id(), self.only_label().name
        if not any(category.id == id for category in self.taxonomy.categories):
            raise self.fail(f"there is no category '{id[:80]}'", "Move or add a label to it first.")
        categories = tuple(
            Category(one.id, name) if one.id == id else one for one in self.taxonomy.categories
        )
        return replace(self.taxonomy, categories=categories)

    def with_labels(self, labels: Sequence[Label]) -> Taxonomy:
        if len(labels) > MOST_LABELS:
            raise self.fail(f"there would be more than {MOST_LABELS} labels")
        if sum(label.id not in FIXED for label in labels) < 2:
            raise self.fail("fewer than two labels would be left")
        ids = [label.id for label in labels]
        double = next((id for id in ids if ids.count(id) > 1), None)
        if double is not None:
            raise self.fail(f"there is already a label '{double}'", "Every label needs an id of its own.")
        for label in labels:
            if "." in label.id and label.category in ids:
                raise self.fail(
                    f"'{label.category}' is a label, so it cannot be the category of '{label.id}'"
                )
        return replace(self.taxonomy, labels=tuple(labels), categories=_categories(self.taxonomy, labels))

    def fresh(self, label: Label, *, but: str = "") -> Label:
        """A label whose id may be given now; `but` goes in the same step."""
        if len(label.id) > 80 or not LABEL_ID.fullmatch(label.id):
            raise self.fail(
                f"the id '{label.id[:80]}' cannot be used",
                "Small letters, digits and hyphens; one dot may part category and label.",
            )
        if self.taxonomy.get(label.id) is not None and label.id != but:
            raise self.fail(f"there is already a label '{label.id}'", "Every label needs an id of its own.")
        if label.id in self.used and not self.step.again:
            raise self.fail(
                f"the id '{label.id}' meant something else before",
                "An id keeps its meaning, so that old counts can be read: choose another.",
            )
        return label

    def there(self, id: str) -> Label:
        found = self.taxonomy.get(id)
        if found is None:
            raise self.fail(f"there is no label '{id[:80]}'", "See them: earnest taxonomy show")
        return found

    def only_id(self) -> str:
        if len(self.step.ids) != 1:
            raise self.fail(f"'{self.step.do}' is done to one label")
        return self.step.ids[0]

    def only_label(self) -> Label:
        if len(self.step.labels) != 1:
            raise self.fail(f"'{self.step.do}' needs one label's words")
        return self.step.labels[0]

    def fail(self, problem: str, advice: str = "") -> TaxonomyError:
        return TaxonomyError(problem, place=self.place, advice=advice)


def _categories(taxonomy: Taxonomy, labels: Sequence[Label]) -> tuple[Category, ...]:
    known = {category.id: category for category in taxonomy.categories}
    alone = {label.id: label.name for label in labels if "." not in label.id}
    found = []
    for id in dict.fromkeys(label.category for label in labels):
        plain = re.sub("[-_]", " ", id).capitalize()
        found.append(known.get(id) or Category(id, alone.get(id) or named(plain, plain)))
    return tuple(found)


def undo(before: Taxonomy, now: Taxonomy, steps: Sequence[Step]) -> tuple[list[Step], Changed]:
    """The way back from `now` to `before`, which `steps` had changed into it.

    Exact for what was moved, described, split or retired; what was merged must be told apart again, and what
    stands under a label that was added must be asked about anew.
    """
    found: list[Step] = []
    for step in reversed(steps):
        if step.do == "merge":
            parts = tuple(_have(before, id) for id in step.ids)
            found.append(Step("split", (step.labels[0].id,), parts, again=True))
        elif step.do == "split":
            whole = (_have(before, step.ids[0]),)
            found.append(Step("merge", tuple(one.id for one in step.labels), whole, again=True))
        elif step.do in ("add", "restore"):
            found.append(Step("drop", (step.labels[0].id,), again=True))
        elif step.do in ("retire", "drop"):
            found.append(Step("restore", (), (_have(before, step.ids[0]),), again=True))
        elif step.do == "move":
            old = step.ids[0]
            moved = f"{step.to}.{old.partition('.')[2] or old}"
            found.append(Step("move", (moved,), (_have(before, old),), old.partition(".")[0], again=True))
    if not found:
        return [], Changed(before, {label.id: (label.id,) for label in now.labels}, frozenset())
    return found, replace(change(now, found), taxonomy=before)


def _have(taxonomy: Taxonomy, id: str) -> Label:
    label = taxonomy.get(id)
    return label if label is not None else Label(id, named(id, id))


def document(taxonomy: Taxonomy) -> dict[str, Any]:
    """A taxonomy as JSON; `of_document` makes it again."""
    return {
        "id": taxonomy.id,
        "name": dict(taxonomy.name),
        "description": taxonomy.description,
        "audience": taxonomy.audience,
        "kinds": list(taxonomy.kinds),
        "categories": [{"id": one.id, "name": dict(one.name)} for one in taxonomy.categories],
        "labels": [label_document(label) for label in taxonomy.labels],
    }


def of_document(kept: Mapping[str, Any]) -> Taxonomy:
    """A taxonomy that was kept as JSON."""
    return Taxonomy(
        id=kept["id"],
        name=_name_of(kept["name"]),
        labels=tuple(_label_of(one) for one in kept["labels"]),
        categories=tuple(Category(one["id"], _name_of(one["name"])) for one in kept["categories"]),
        kinds=tuple(kind for kind in KINDS if kind in kept["kinds"]),
        audience=kept["audience"],
        description=kept["description"],
    )


def label_document(label: Label) -> dict[str, Any]:
    """A label as JSON."""
    return {
        "id": label.id,
        "name": dict(label.name),
        "description": label.description,
        "examples": list(label.examples),
        "owner": label.owner,
        "severity": label.severity,
    }


def _label_of(kept: Mapping[str, Any]) -> Label:
    return Label(
        id=kept["id"],
        name=_name_of(kept["name"]),
        description=kept["description"],
        examples=tuple(kept["examples"]),
        owner=kept["owner"],
        severity=kept["severity"],
    )


def _name_of(kept: Mapping[str, str]) -> Name:
    return named(kept["en"], kept.get("es", kept["en"]))


def as_yaml(taxonomy: Taxonomy) -> str:
    """A taxonomy as a file that `earnest train --taxonomy` takes; what is empty is left out."""
    whole = {key: value for key, value in document(taxonomy).items() if value}
    whole["labels"] = [
        {key: value for key, value in label.items() if value not in (None, "", [])}
        for label in whole["labels"]
    ]
    return yaml.safe_dump(whole, allow_unicode=True, sort_keys=False, width=110)
