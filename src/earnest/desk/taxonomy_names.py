"""What labels and categories of a programme are called, how severe they are, for the desk.

The same as `report.names` says, read from the version in use: desk and report are strangers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from earnest.record.errors import TaxonomyError
from earnest.store import moment, read, read_taxonomy
from earnest.understand import taxonomy, versions
from earnest.understand.taxonomy import Taxonomy

SEVERITIES: tuple[str, ...] = ("low", "normal", "high", "severe")
"""What severity 1 to 4 of a label means for a case."""

KEPT = 64
_read: dict[tuple[int, datetime], Taxonomy] = {}
"""A version never changes, so it is read once a process."""


@dataclass(frozen=True, slots=True)
class Names:
    """Names by id; `severities` of labels, as words of `SEVERITIES`."""

    labels: Mapping[str, str]
    categories: Mapping[str, str]
    severities: Mapping[str, str]

    def about(self, id: str) -> str:
        """The name of a label or a category; an id that is neither stands for itself."""
        return self.labels.get(id) or self.categories.get(id, id)


@moment.once
def of(programme: str, lang: str = "en") -> Names:
    """The names of the taxonomy in use; without one (removed, damaged) nothing has a name."""
    try:
        found = _taxonomy(programme)
    except TaxonomyError:
        return Names({}, {}, {})
    return Names(
        {label.id: label.name.get(lang, label.name["en"]) for label in found.labels},
        {one.id: one.name.get(lang, one.name["en"]) for one in found.categories},
        {label.id: SEVERITIES[label.severity - 1] for label in found.labels},
    )


def _taxonomy(programme: str) -> Taxonomy:
    version = read_taxonomy.current(programme)
    if version is not None:
        key = (version.id, version.made)
        if key not in _read:
            if len(_read) >= KEPT:
                _read.clear()
            _read[key] = versions.of_document(version.document)
        return _read[key]
    found = read.programme(programme)
    if found is None:
        raise TaxonomyError(f"there is no programme '{programme}'", place="taxonomy")
    if found.taxonomy in taxonomy.PACKS:
        return taxonomy.pack(found.taxonomy)
    return taxonomy.load(Path(found.taxonomy))
