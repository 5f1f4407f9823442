"""What became of every label id that was ever used in a programme, as the version of its taxonomy says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from earnest.store.models import TaxonomyVersion


@dataclass(frozen=True, slots=True)
class Lineage:
    """From old ids to the ids of the present."""

    became: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def now(self, id: str) -> str:
        """The id as it is now; itself where it was split or retired, or where it never changed."""
        found = self.became.get(id, ())
        return found[0] if len(found) == 1 else id

    def parts(self, id: str) -> tuple[str, ...]:
        """The labels that an id was split into; () where it was not."""
        found = self.became.get(id, ())
        return found if len(found) > 1 else ()

    def before(self, ids: Iterable[str]) -> list[str]:
        """Ids of former times whose posts these labels have now, wholly or in part."""
        wanted = set(ids)
        return [old for old, now in self.became.items() if old not in wanted and wanted.intersection(now)]


NOTHING = Lineage()
"""Of a programme whose taxonomy never changed."""


def of(version: int | None, since: datetime | None) -> Lineage:
    """The lineage of the version that is in use, by its row and the moment it began; None: there is none."""
    return NOTHING if version is None or since is None else _read(version, since)


@lru_cache(maxsize=32)
def _read(version: int, since: datetime) -> Lineage:
    """A version never changes, so what it says is kept; `since` tells two databases of one process apart."""
    kept = TaxonomyVersion.objects.values_list("lineage", flat=True).get(pk=version)
    return Lineage({old: tuple(now) for old, now in kept.items()})
