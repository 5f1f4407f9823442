"""The taxonomy of a programme: the pack it was begun with, or the version of it that is in use.

Whoever needs a label's name, owner or severity asks here, never the pack.
"""

from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

from earnest.record.errors import TaxonomyError
from earnest.store import read, read_taxonomy
from earnest.store.read_taxonomy import Version
from earnest.understand import taxonomy, versions
from earnest.understand.taxonomy import Label, Taxonomy

PACK = 1
"""The number of the version that every programme begins with."""

KEPT = 64
_read: dict[tuple[int, datetime], Taxonomy] = {}
"""A version never changes, so it is read once a process."""


def of(programme: str) -> Taxonomy:
    """The taxonomy that a programme uses now. Raises TaxonomyError where it cannot be read."""
    version = read_taxonomy.current(programme)
    return of_version(version) if version is not None else _pack(programme)


def at(programme: str, number: int) -> Taxonomy | None:
    """The taxonomy of a version; None where there is none of that number."""
    version = read_taxonomy.version(programme, number)
    if version is not None:
        return of_version(version)
    return _pack(programme) if number == PACK else None


def of_version(version: Version) -> Taxonomy:
    """The taxonomy that a version holds."""
    key = (version.id, version.made)
    found = _read.get(key)
    if found is None:
        if len(_read) >= KEPT:
            _read.clear()
        found = _read[key] = versions.of_document(version.document)
    return found


def former(programme: str) -> dict[str, tuple[Label, date]]:
    """Labels that the programme once had and has no more: as they were last, and the day until which."""
    rows = read_taxonomy.history(programme)
    if not rows:
        return {}
    present = {label.id for label in of_version(rows[0]).labels}
    found: dict[str, tuple[Label, date]] = {}
    for after, row in pairwise(rows):
        if after.since is None:
            continue
        for label in of_version(row).labels:
            if label.id not in present:
                found.setdefault(label.id, (label, after.since.date()))
    return found


def _pack(programme: str) -> Taxonomy:
    found = read.programme(programme)
    if found is None:
        raise TaxonomyError(f"there is no programme '{programme}'", place="taxonomy")
    if found.taxonomy in taxonomy.PACKS:
        return taxonomy.pack(found.taxonomy)
    return taxonomy.load(Path(found.taxonomy))
