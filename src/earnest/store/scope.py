"""What may be read at all: the terms of a programme that every read function passes through.

Retention and the end of a consent hold here, while reading, whether or not any worker ran in the meantime.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import OuterRef, Subquery

from earnest.record import audience as audiences
from earnest.record.errors import StoreError
from earnest.store import clock, identity, lineage, moment, overdue
from earnest.store.lineage import NOTHING, Lineage
from earnest.store.models import Consent, Place, Programme, TaxonomyVersion
from earnest.store.overdue import Days


@dataclass(frozen=True, slots=True)
class Scope:
    """One programme as of now.

    cutoff   the second before which nothing is told any more
    places   id to (slug, title) of the places whose posts may be told
    hidden   ids of places whose consent ended longer ago than its grace period
    overdue  days of places whose posts were not looked at again in time (`store.overdue`)
    shared   the store holds other programmes too
    lineage  what old label ids are now
    """

    id: int
    slug: str
    audience: str
    quotes: bool
    cutoff: int
    places: dict[int, tuple[str, str]]
    hidden: tuple[int, ...]
    shared: bool
    overdue: tuple[Days, ...] = ()
    lineage: Lineage = NOTHING

    @property
    def key(self) -> tuple[Hashable, ...]:
        """All that decides what may be told and what it is called, to the hour: for `store.recent`."""
        places, became = tuple(sorted(self.places.items())), tuple(sorted(self.lineage.became.items()))
        return self.id, self.cutoff // clock.HOUR, places, self.hidden, self.overdue, self.felt, became

    @property
    def felt(self) -> bool:
        """Whether the tone of posts may be told."""
        return audiences.of(self.audience).sentiment

    @property
    def partly(self) -> bool:
        """Whether something that is counted may not be told: figures without places must be counted anew."""
        return bool(self.hidden or self.overdue)

    def told(self, place: str, column: str, unit: Callable[[int], int]) -> str:
        """A condition on a row's place and its id, hour or day (`overdue.ids`, `overdue.hours`, `int`)."""
        ended = f" AND {place} NOT IN ({', '.join(map(str, self.hidden))})" if self.hidden else ""
        return ended + overdue.without(self.overdue, place, column, unit)

    def tells(self, place: int, post: int) -> bool:
        """Whether a post of a place may be told."""
        return (
            post >= self.first_id
            and place in self.places
            and not any(
                days.place == place and overdue.ids(days.first) <= post < overdue.ids(days.end)
                for days in self.overdue
            )
        )

    @property
    def first_id(self) -> int:
        return identity.floor(self.cutoff)

    def ids_of(self, slugs: tuple[str, ...]) -> tuple[int, ...]:
        return tuple(id for id, (slug, _) in self.places.items() if slug in slugs)


@moment.once
def of(slug: str) -> Scope:
    """The scope of a programme. Raises StoreError when there is none of that name."""
    version = TaxonomyVersion.objects.filter(programme=OuterRef("pk"), state="current")
    row = (
        Programme.objects.filter(slug=slug)
        .annotate(version=Subquery(version.values("pk")), began=Subquery(version.values("since")))
        .values_list("id", "audience", "quotes", "retention_days", "version", "began")
        .first()
    )
    if row is None:
        raise StoreError(f"There is no programme '{slug}'.")
    id, audience, quotes, days, used, began = row
    places = list(Place.objects.filter(programme_id=id).values_list("id", "slug", "title", "kind"))
    gone = _ended(tuple(place for place, _, _, kind in places if kind == "closed"))
    return Scope(
        id=id,
        slug=slug,
        audience=audience,
        quotes=quotes,
        cutoff=clock.seconds(clock.now() - timedelta(days=days)),
        places={place: (name, title) for place, name, title, _ in places if place not in gone},
        hidden=tuple(gone),
        shared=Programme.objects.exclude(pk=id).exists(),
        overdue=overdue.windows(id, clock.now()),
        lineage=lineage.of(used, began),
    )


@moment.once
def id_of(slug: str) -> int:
    """A programme's number, for what tells nothing of posts. Raises StoreError when there is none."""
    if within := moment.known(of, slug):
        return within.id
    found = Programme.objects.filter(slug=slug).values_list("id", flat=True).first()
    if found is None:
        raise StoreError(f"There is no programme '{slug}'.")
    return int(found)


def _ended(closed: tuple[int, ...]) -> set[int]:
    """Closed places none of whose consents is live or within its grace period."""
    if not closed:
        return set()
    now = clock.now()
    told = {
        consent.place_id
        for consent in Consent.objects.filter(place_id__in=closed)
        if (min(consent.ended, consent.expires) if consent.ended else consent.expires)
        + timedelta(days=consent.grace_days)
        > now
    }
    return set(closed) - told
