"""Types of place that others ship as a package: found by their entry points, judged before they are taken.

    [project.entry-points."earnest.sources"]
    diary = "earnest_source_diary.source:DIARY"

A package that breaks, or that asks for what no source may, is left out and named; the others go on. What is
checked is what a type declares. Its code runs in Earnest's own process: whoever installs a package trusts it,
as they trust any library.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

import msgspec

from earnest.record.audience import PLACE_KINDS
from earnest.sources.asks import asks
from earnest.sources.base import SourceType
from earnest.sources.credentials import borrowed

GROUP = "earnest.sources"
NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")


@dataclass(frozen=True, slots=True)
class Package:
    """One entry point. `kind` is None where it is not taken, and `problem` says why."""

    name: str
    package: str
    version: str
    kind: SourceType | None = None
    problem: str = ""


def load(taken: Collection[str]) -> tuple[Package, ...]:
    """Every package that ships a type, sorted by its name. `taken` are names that are not theirs to have."""
    found = _entries()
    twice = {name for name, number in Counter(entry.name for entry in found).items() if number > 1}
    return tuple(_load(entry, taken, twice) for entry in found)


def _entries() -> list[EntryPoint]:
    """Entry points once each: a folder that stands twice on the path names them twice."""
    found = {(_package(entry), entry.name, entry.value): entry for entry in entry_points(group=GROUP)}
    return [found[key] for key in sorted(found)]


def _package(entry: EntryPoint) -> str:
    return str(entry.dist.name) if entry.dist is not None else "an unnamed package"


def _load(entry: EntryPoint, taken: Collection[str], twice: Collection[str]) -> Package:
    name, package = entry.name[:60], _package(entry)
    version = str(entry.dist.version) if entry.dist is not None else ""
    if not NAME.fullmatch(entry.name):
        problem = "Its name is not small letters, digits and low lines."
        return Package(name, package, version, problem=problem)
    if entry.name in taken:
        return Package(name, package, version, problem="Earnest ships a type of this name.")
    if entry.name in twice:
        problem = "Two packages claim this name: nobody can tell which is meant."
        return Package(name, package, version, problem=problem)
    try:
        kind = entry.load()
        problem = next(_problems(entry.name, kind), "")
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's code may raise anything
        return Package(name, package, version, problem=f"It could not be loaded ({type(error).__name__}).")
    return Package(name, package, version, None if problem else kind, problem)


def _problems(name: str, kind: object) -> Iterator[str]:
    """What keeps a type from being taken: sentences."""
    if not isinstance(kind, SourceType):
        yield "Its entry point does not lead to a SourceType."
        return
    if kind.type != name:
        yield f"Its entry point is called {name} and its type {kind.type[:40]}."
    said: tuple[str, ...] = kind.kinds
    if not said or not set(said) <= set(PLACE_KINDS):
        yield "Its kinds are not among addressed, open and closed."
    if "closed" in kind.kinds and not kind.handshake:
        yield "It reads invited communities and proves no invitation."
    if kind.handshake and "closed" not in kind.kinds:
        yield "It proves an invitation and is not of invited communities."
    shape: object = kind.settings
    if not (isinstance(shape, type) and issubclass(shape, msgspec.Struct)):
        yield "It does not say what its settings are."
        return
    if not shape.__struct_config__.forbid_unknown_fields:
        yield "Its settings take names that it does not declare."
    described = asks(kind)
    if kind.secret is not None and kind.secret not in [one.name for one in described]:
        yield "Its secret is not one of its settings."
    asked_for = borrowed(described)
    if asked_for:
        yield f"Its setting '{asked_for[:40]}' asks for a person's login, or a way to bring one."
