"""Changes to a taxonomy as a file, checked before anything is made of them; every error names file and line.

changes:
  - merge: [pay.missing, pay.wrong]
    into: pay.missing              # or a new label: {id: …, name: …}
  - split: pay.tips
    into:
      - {id: pay.tips-missing, name: Tips missing, examples: [five or more posts]}
      - {id: pay.tips-taxed, name: Tips and tax, examples: […]}
  - move: app.login
    to: access
  - describe: pay.tax              # name, description, owner, severity
    owner: Finance
  - add: {id: app.widget, name: Widget, examples: […]}
  - retire: delivery.weather
  - category: pay
    name: {en: Pay, es: Paga}
history: relabel                   # or keep (from now on only), or all (ask about every post anew)
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

import yaml

from earnest.understand.taxonomy import ID, LABEL_ID, Label, Reader, Taxonomy, composed, text_of
from earnest.understand.versions import Step

History = Literal["relabel", "keep", "all"]
HISTORIES: tuple[History, ...] = get_args(History)

_LABEL_KEYS = {"name", "description", "owner", "severity", "examples"}
_KEYS: dict[str, set[str]] = {
    "merge": {"into"},
    "split": {"into"},
    "move": {"to"},
    "describe": _LABEL_KEYS,
    "add": set(),
    "retire": set(),
    "category": {"name"},
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody wants to change, and what shall become of the posts that are kept already."""

    steps: tuple[Step, ...]
    history: History = "relabel"


def read(path: Path, taxonomy: Taxonomy) -> Proposal:
    """Read and check a file of changes to `taxonomy`. Raises TaxonomyError naming file and line."""
    return parse(text_of(path), path.name, taxonomy)


def parse(text: str, file: str, taxonomy: Taxonomy) -> Proposal:
    """The same of a text."""
    return _Changes(file, taxonomy).proposal(composed(text, file))


class _Changes(Reader):
    """Turns nodes into steps."""

    def __init__(self, file: str, taxonomy: Taxonomy) -> None:
        super().__init__(file)
        self.taxonomy_now = taxonomy

    def proposal(self, node: yaml.Node) -> Proposal:
        top = self.mapping(node, {"changes", "history"}, "a proposal")
        if "changes" not in top:
            raise self.fail(node, "the file has no 'changes'", "See: earnest taxonomy check --help")
        steps = tuple(self.step(item) for item in self.sequence(top["changes"], "changes"))
        if not steps:
            raise self.fail(top["changes"], "there are no changes")
        history = self.text(top["history"], "history") if "history" in top else "relabel"
        chosen = next((known for known in HISTORIES if known == history), None)
        if chosen is None:
            raise self.fail(top["history"], f"history is one of {', '.join(HISTORIES)}")
        return Proposal(steps, chosen)

    def step(self, node: yaml.Node) -> Step:
        found = self.mapping(node, {*_KEYS, *set().union(*_KEYS.values())}, "a change")
        done = [name for name in _KEYS if name in found]
        if len(done) != 1:
            raise self.fail(node, "a change does one thing", f"One of: {', '.join(_KEYS)}.")
        name = done[0]
        for key in found:
            if key != name and key not in _KEYS[name]:
                raise self.fail(found[key], f"'{key}' does not belong to '{name}'")
        makers: dict[str, Callable[[dict[str, yaml.Node], yaml.Node], Step]] = {
            "merge": self.merge,
            "split": self.split,
            "move": self.move,
            "describe": self.describe,
            "add": lambda parts, node: Step("add", (), (self.label(parts["add"]),)),
            "retire": lambda parts, node: Step("retire", (self.identifier(parts["retire"], LABEL_ID),)),
            "category": self.category,
        }
        return replace(makers[name](found, node), place=f"{self.file}:{node.start_mark.line + 1}")

    def merge(self, parts: dict[str, yaml.Node], node: yaml.Node) -> Step:
        ids = tuple(self.identifier(one, LABEL_ID) for one in self.sequence(parts["merge"], "merge"))
        into = self.needed(parts, "into", node)
        if isinstance(into, yaml.ScalarNode):
            known = self.taxonomy_now.get(self.identifier(into, LABEL_ID))
            if known is None or known.id not in ids:
                raise self.fail(
                    into, "'into' is one of the merged labels, or a new one", "Write {id: …, name: …}."
                )
            return Step("merge", ids, (known,))
        return Step("merge", ids, (self.label(into),))

    def split(self, parts: dict[str, yaml.Node], node: yaml.Node) -> Step:
        into = self.sequence(self.needed(parts, "into", node), "into")
        old = self.identifier(parts["split"], LABEL_ID)
        known = self.taxonomy_now.get(old)
        made = [self.label(one) for one in into]
        if known is not None:  # what is not said of a part is as it was of the whole
            made = [
                replace(
                    one,
                    owner=one.owner or known.owner,
                    severity=one.severity if self.says(item, "severity") else known.severity,
                )
                for one, item in zip(made, into, strict=True)
            ]
        return Step("split", (old,), tuple(made))

    def move(self, parts: dict[str, yaml.Node], node: yaml.Node) -> Step:
        to = self.identifier(self.needed(parts, "to", node), ID)
        return Step("move", (self.identifier(parts["move"], LABEL_ID),), (), to)

    def describe(self, parts: dict[str, yaml.Node], node: yaml.Node) -> Step:
        id = self.identifier(parts["describe"], LABEL_ID)
        known = self.taxonomy_now.get(id)
        if known is None:
            raise self.fail(parts["describe"], f"there is no label '{id}'", "See them: earnest taxonomy show")
        if len(parts) == 1:
            raise self.fail(node, "nothing is said of it", f"Say one of: {', '.join(sorted(_LABEL_KEYS))}.")
        return Step("describe", (id,), (self.described(known, parts),))

    def described(self, known: Label, parts: dict[str, yaml.Node]) -> Label:
        """A label with the new words, the others as they were."""
        if "severity" in parts and self.text(parts["severity"], "severity") not in ("1", "2", "3", "4"):
            raise self.fail(parts["severity"], "severity is 1, 2, 3 or 4")
        text = {
            key: self.text(parts[key], key) for key in ("description", "owner", "severity") if key in parts
        }
        return replace(
            known,
            name=self.name(parts["name"]) if "name" in parts else known.name,
            description=text.get("description", known.description),
            owner=text.get("owner", known.owner),
            severity=int(text.get("severity", known.severity)),
            examples=tuple(
                self.text(one, "an example") for one in self.sequence(parts["examples"], "examples")
            )
            if "examples" in parts
            else known.examples,
        )

    def category(self, parts: dict[str, yaml.Node], node: yaml.Node) -> Step:
        id = self.identifier(parts["category"], ID)
        return Step("category", (id,), (Label(id, self.name(self.needed(parts, "name", node))),))

    def needed(self, parts: dict[str, yaml.Node], key: str, node: yaml.Node) -> yaml.Node:
        if key not in parts:
            raise self.fail(node, f"this change lacks '{key}'")
        return parts[key]

    def says(self, node: yaml.Node, key: str) -> bool:
        return isinstance(node, yaml.MappingNode) and any(
            isinstance(name, yaml.ScalarNode) and name.value == key for name, _ in node.value
        )
