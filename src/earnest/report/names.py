"""What labels, categories, places and regions are called, in the language of the report."""

from collections.abc import Mapping
from dataclasses import dataclass

from earnest.record.errors import TaxonomyError
from earnest.report import taxonomies, version_words
from earnest.store import read_taxonomy
from earnest.store.shapes import Programme


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
    """The names of a programme's taxonomy, and of labels that it had before; without it (removed, damaged)
    the bare ids.
    """
    try:
        found = taxonomies.of(programme.slug)
        before = taxonomies.former(programme.slug)
    except TaxonomyError:
        return Names({}, {}, {})
    names = {label.id: label.name.get(lang, label.name["en"]) for label in found.labels}
    lineage = read_taxonomy.lineage(programme.slug)
    for id, (label, until) in before.items():
        name = label.name.get(lang, label.name["en"])
        parts = [names[part] for part in lineage.parts(id) if part in names]
        told = version_words.split(name, parts, lang) if parts else version_words.ended(name, until, lang)
        names.setdefault(id, told)
    return Names(
        labels=names,
        categories={
            category.id: category.name.get(lang, category.name["en"]) for category in found.categories
        },
        owners={label.id: label.owner for label in found.labels if label.owner},
    )
