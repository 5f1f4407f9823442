"""What labels, categories, places and regions are called, in the language of the report."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from earnest.record.errors import TaxonomyError
from earnest.store.shapes import Programme
from earnest.understand import taxonomy


@dataclass(frozen=True, slots=True)
class Names:
    """Names by id; an id that the taxonomy does not know stands for itself."""

    labels: Mapping[str, str]
    categories: Mapping[str, str]
    owners: Mapping[str, str]

    def label(self, id: str) -> str:
        return self.labels.get(id, id)

    def category(self, id: str) -> str:
        return self.categories.get(id, id)


def of(programme: Programme, lang: str = "en") -> Names:
    """The names of a programme's taxonomy; without it (removed, damaged) the bare ids."""
    try:
        if programme.taxonomy in taxonomy.PACKS:
            found = taxonomy.pack(programme.taxonomy)
        else:
            found = taxonomy.load(Path(programme.taxonomy))
    except TaxonomyError:
        return Names({}, {}, {})
    return Names(
        labels={label.id: label.name.get(lang, label.name["en"]) for label in found.labels},
        categories={
            category.id: category.name.get(lang, category.name["en"]) for category in found.categories
        },
        owners={label.id: label.owner for label in found.labels if label.owner},
    )
