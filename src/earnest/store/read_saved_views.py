"""Saved views: a name for a set of filters, a person's own or the desk's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from earnest.store import scope
from earnest.store.models import SavedView
from earnest.store.rows import storable
from earnest.store.shapes import Filters

Order = Literal["newest", "severe", "unsure"]
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True, slots=True)
class View:
    """A saved view. `by` nobody: the desk's."""

    id: int
    name: str
    filters: Filters
    order: Order
    by: int | None


def views(programme: str, by: int) -> list[View]:
    """The saved views a person sees: the desk's, then their own, each in order."""
    rows = SavedView.objects.filter(programme_id=scope.id_of(programme)).order_by("name", "pk")
    seen = [row for row in rows if row.by_id in (None, by)]
    return [_view(row) for row in sorted(seen, key=lambda row: row.by_id is not None)]


def view(programme: str, id: int, by: int) -> View | None:
    """A saved view by its number, where this person sees it."""
    row = SavedView.objects.filter(pk=id, programme_id=scope.id_of(programme)).first()
    return _view(row) if row is not None and row.by_id in (None, by) else None


def _view(row: SavedView) -> View:
    order: Order = next((one for one in ORDERS if one == row.order), "newest")
    return View(row.pk, row.name, as_filters(row.filters), order, row.by_id)


_TEXTS = ("labels", "kinds", "places", "langs", "regions", "sentiments", "tags")


def as_filters(kept: Mapping[str, Any]) -> Filters:
    """Filters as they were written into a saved view."""

    def at(name: str) -> datetime | None:
        return datetime.fromisoformat(kept[name]) if kept.get(name) else None

    texts: dict[str, Any] = {name: tuple(kept.get(name, ())) for name in _TEXTS}
    return Filters(
        q=str(kept.get("q", "")),
        unsure=kept.get("unsure"),
        since=at("since"),
        until=at("until"),
        **texts,
    )


def from_filters(filters: Filters) -> dict[str, Any]:
    """Filters as a saved view keeps them: only what was asked for."""
    kept: dict[str, Any] = {
        name: [storable(one) for one in getattr(filters, name)] for name in _TEXTS if getattr(filters, name)
    }
    if filters.q.strip():
        kept["q"] = storable(filters.q.strip())
    if filters.unsure is not None:
        kept["unsure"] = filters.unsure
    for name in ("since", "until"):
        moment = getattr(filters, name)
        if moment is not None:
            kept[name] = moment.isoformat()
    return kept
