"""Taxonomies: what posts may be about, as folders `packs/<id>/taxonomy.yaml`.

A file is checked before anything is made of it, and every error names file and line. Aliases are refused
(they can unfold to gigabytes), as is nesting deeper than a taxonomy could ever need.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import yaml

from earnest.record.errors import TaxonomyError
from earnest.record.verdict import KINDS, Kind

PACKS_FOLDER = Path(__file__).parent / "packs"
PACKS = ("gig-delivery", "airline", "product")
"""Taxonomies shipped with Earnest."""

LANGUAGES = ("en", "es")
AUDIENCES = ("customers", "workforce")
MOST_LABELS = 1_000
MOST_BYTES = 4 * 1024 * 1024
DEEPEST = 16

ID = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
LABEL_ID = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*(?:\.[a-z0-9]+(?:[-_][a-z0-9]+)*)?")
_TOP = {"id", "name", "description", "audience", "kinds", "categories", "labels", "examples"}
_LABEL = {"id", "name", "description", "examples", "owner", "severity"}
_CATEGORY = {"id", "name"}

Name = Mapping[str, str]
"""A name by language; English is always there."""


@dataclass(frozen=True, slots=True)
class Label:
    """One thing a post may be about.

    id        "pay.tips", or one level ("other"); stable for ever
    severity  1 (a nuisance) to 4 (somebody may be hurt)
    line      where it stands in its file, for errors
    """

    id: str
    name: Name = field(hash=False)
    description: str = ""
    examples: tuple[str, ...] = ()
    owner: str | None = None
    severity: int = 2
    line: int = field(default=0, compare=False)

    @property
    def category(self) -> str:
        """The first level of the id."""
        return self.id.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Category:
    """The first level of labels."""

    id: str
    name: Name = field(hash=False)


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """A checked taxonomy. `corpus` lists the files of training examples that belong to it."""

    id: str
    name: Name = field(hash=False)
    labels: tuple[Label, ...]
    categories: tuple[Category, ...]
    kinds: tuple[Kind, ...] = KINDS
    audience: str | None = None
    description: str = ""
    corpus: tuple[Path, ...] = ()
    path: Path | None = field(default=None, compare=False)
    _by_id: dict[str, Label] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {label.id: label for label in self.labels})

    def get(self, label_id: str) -> Label | None:
        """The label of that id, or None."""
        return self._by_id.get(label_id)

    def under(self, category: str) -> tuple[Label, ...]:
        """The labels of one category, in order."""
        return tuple(label for label in self.labels if label.category == category)


@cache
def pack(pack_id: str) -> Taxonomy:
    """A taxonomy shipped with Earnest. Raises TaxonomyError where there is none of that id."""
    if pack_id not in PACKS:
        raise TaxonomyError(
            f"there is no pack '{pack_id}'", place="packs", advice=f"Shipped are: {', '.join(PACKS)}."
        )
    return load(PACKS_FOLDER / pack_id / "taxonomy.yaml")


def load(path: Path) -> Taxonomy:
    """Read and check a taxonomy file. Raises TaxonomyError naming file and line."""
    return Reader(path.name).taxonomy(composed(text_of(path), path.name), path)


def text_of(path: Path) -> str:
    """What a YAML file says. Raises TaxonomyError where it is too large or cannot be read."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise TaxonomyError(f"is larger than {MOST_BYTES >> 20} MB", place=path.name)
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise TaxonomyError(f"cannot be read ({error.strerror})", place=str(path)) from error
    except UnicodeDecodeError as error:
        raise TaxonomyError("is not UTF-8", place=path.name, advice="Save the file as UTF-8 text.") from error


def composed(text: str, file: str, *, columns: bool = False) -> yaml.Node:
    """The file's node tree, after a flat look at its events has shown it to be harmless. `columns`: errors
    name the column too.
    """

    def place(mark: yaml.Mark | None) -> str:
        if mark is None:
            return file
        return f"{file}:{mark.line + 1}" + (f":{mark.column + 1}" if columns else "")

    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            at = place(cast(yaml.Mark, event.start_mark))
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise TaxonomyError(
                    "anchors and aliases (& and *) are not allowed",
                    place=at,
                    advice="Write the value out, or put it in quotes.",
                )
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > DEEPEST:
                    raise TaxonomyError("is nested too deeply", place=at)
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        raise TaxonomyError(
            f"is not YAML ({error.problem or error.context})",
            place=place(error.problem_mark or error.context_mark),
            advice=_YAML_ADVICE,
        ) from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise TaxonomyError("is not YAML text (control characters?)", place=file) from error
    if node is None:
        raise TaxonomyError("is empty", place=f"{file}:1")
    return node


_YAML_ADVICE = "Look at the indentation, and put text that holds ':' or '#' in quotes."


class Reader:
    """Turns nodes into a taxonomy; knows the file's name for its errors."""

    def __init__(self, file: str) -> None:
        self.file = file

    def fail(self, node: yaml.Node, problem: str, advice: str = "") -> TaxonomyError:
        return TaxonomyError(problem, place=f"{self.file}:{node.start_mark.line + 1}", advice=advice)

    def taxonomy(self, node: yaml.Node, path: Path) -> Taxonomy:
        top = self.mapping(node, _TOP, "a taxonomy")
        for key in ("id", "name", "labels"):
            if key not in top:
                raise self.fail(node, f"the taxonomy has no '{key}'")
        labels = tuple(self.label(item) for item in self.sequence(top["labels"], "labels"))
        if not labels:
            raise self.fail(top["labels"], "there are no labels")
        if len(labels) > MOST_LABELS:
            raise self.fail(top["labels"], f"there are more than {MOST_LABELS} labels")
        self.unique(labels)
        audience = self.text(top["audience"], "audience") if "audience" in top else None
        if audience is not None and audience not in AUDIENCES:
            raise self.fail(top["audience"], f"audience is one of {', '.join(AUDIENCES)}")
        return Taxonomy(
            id=self.identifier(top["id"], ID),
            name=self.name(top["name"]),
            labels=labels,
            categories=self.categories(top.get("categories"), labels),
            kinds=self.kinds(top.get("kinds")),
            audience=audience,
            description=self.text(top["description"], "description") if "description" in top else "",
            corpus=self.corpus(top.get("examples"), path.parent),
            path=path,
        )

    def label(self, node: yaml.Node) -> Label:
        found = self.mapping(node, _LABEL, "a label")
        for key in ("id", "name"):
            if key not in found:
                raise self.fail(node, f"this label has no '{key}'")
        severity = 2
        if "severity" in found:
            written = self.text(found["severity"], "severity")
            if written not in ("1", "2", "3", "4"):
                raise self.fail(found["severity"], "severity is 1, 2, 3 or 4")
            severity = int(written)
        examples: tuple[str, ...] = ()
        if "examples" in found:
            items = self.sequence(found["examples"], "examples")
            examples = tuple(self.text(item, "an example") for item in items)
        return Label(
            id=self.identifier(found["id"], LABEL_ID),
            name=self.name(found["name"]),
            description=self.text(found["description"], "description") if "description" in found else "",
            examples=examples,
            owner=self.text(found["owner"], "owner") if "owner" in found else None,
            severity=severity,
            line=node.start_mark.line + 1,
        )

    def unique(self, labels: tuple[Label, ...]) -> None:
        first: dict[str, int] = {}
        for label in labels:
            if label.id in first:
                raise TaxonomyError(
                    f"the id '{label.id}' is already on line {first[label.id]}",
                    place=f"{self.file}:{label.line}",
                    advice="Every label needs an id of its own.",
                )
            first[label.id] = label.line
        for label in labels:
            if "." in label.id and label.category in first:
                raise TaxonomyError(
                    f"'{label.category}' is a label and also the category of '{label.id}'",
                    place=f"{self.file}:{first[label.category]}",
                    advice=f"Name the label '{label.category}.general', say.",
                )

    def categories(self, node: yaml.Node | None, labels: tuple[Label, ...]) -> tuple[Category, ...]:
        used = dict.fromkeys(label.category for label in labels)
        called: dict[str, Name] = {}
        for item in self.sequence(node, "categories") if node else []:
            found = self.mapping(item, _CATEGORY, "a category")
            if "id" not in found or "name" not in found:
                raise self.fail(item, "a category needs 'id' and 'name'")
            key = self.identifier(found["id"], ID)
            if key in called:
                raise self.fail(item, f"the category '{key}' is named twice")
            if key not in used:
                raise self.fail(item, f"no label belongs to the category '{key}'")
            called[key] = self.name(found["name"])
        alone = {label.id: label.name for label in labels if "." not in label.id}
        for key in used:
            if key not in called:
                plain = key.replace("-", " ").replace("_", " ").capitalize()
                called[key] = alone.get(key) or named(plain, plain)
        return tuple(Category(key, called[key]) for key in used)

    def kinds(self, node: yaml.Node | None) -> tuple[Kind, ...]:
        if node is None:
            return KINDS
        chosen: list[Kind] = []
        for item in self.sequence(node, "kinds"):
            written = self.text(item, "a kind")
            kind = next((known for known in KINDS if known == written), None)
            if kind is None:
                raise self.fail(item, f"a kind is one of {', '.join(KINDS)}")
            if kind in chosen:
                raise self.fail(item, f"the kind '{kind}' is there twice")
            chosen.append(kind)
        if not chosen:
            raise self.fail(node, "there are no kinds")
        return tuple(chosen)

    def corpus(self, node: yaml.Node | None, folder: Path) -> tuple[Path, ...]:
        if node is None:
            return ()
        pattern = self.text(node, "examples")
        if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
            raise self.fail(node, "examples must stay in the taxonomy's own folder")
        return tuple(sorted(folder.glob(pattern)))

    def name(self, node: yaml.Node) -> Name:
        if isinstance(node, yaml.ScalarNode):
            written = self.text(node, "name")
            return named(written, written)
        found = self.mapping(node, set(LANGUAGES), "a name")
        if "en" not in found:
            raise self.fail(node, "a name needs English ('en')")
        english = self.text(found["en"], "name")
        return named(english, self.text(found["es"], "name") if "es" in found else english)

    def identifier(self, node: yaml.Node, shape: re.Pattern[str]) -> str:
        written = self.text(node, "id")
        if len(written) > 80 or not shape.fullmatch(written):
            advice = "Small letters, digits and hyphens" + (
                "; one dot may part category and label." if shape is LABEL_ID else "."
            )
            raise self.fail(node, "this id cannot be used", advice)
        return written

    def mapping(self, node: yaml.Node, known: set[str], what: str) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise self.fail(node, f"{what} is written as 'key: value' lines")
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value not in known:
                raise self.fail(key, f"unknown key in {what}", f"Known are: {', '.join(sorted(known))}.")
            if key.value in found:
                raise self.fail(key, f"'{key.value}' is there twice")
            found[key.value] = value
        return found

    def sequence(self, node: yaml.Node, what: str) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode):
            raise self.fail(node, f"'{what}' is a list")
        children: list[yaml.Node] = node.value
        return children

    def text(self, node: yaml.Node, what: str) -> str:
        value: Any = node.value if isinstance(node, yaml.ScalarNode) else None
        if not isinstance(value, str) or not value.strip():
            raise self.fail(node, f"'{what}' must be text")
        return " ".join(value.split())


def named(english: str, spanish: str) -> Name:
    """A name in both languages."""
    return MappingProxyType({"en": english, "es": spanish})
