"""Writing saved views."""

from earnest.store import read_saved_views, scope
from earnest.store.models import SavedView
from earnest.store.shapes import Filters

MOST = 60
"""Views of a programme, those of everybody together."""


def add(programme: str, name: str, filters: Filters, order: str, by: int | None) -> int | None:
    """Keep a view; `by` nobody: the desk's. None where there are too many."""
    own = scope.id_of(programme)
    if SavedView.objects.filter(programme_id=own).count() >= MOST:
        return None
    kept = read_saved_views.from_filters(filters)
    row = SavedView.objects.create(programme_id=own, name=name, filters=kept, order=order, by_id=by)
    return row.pk


def share(programme: str, id: int, by: int) -> bool:
    """A person's own view becomes the desk's."""
    rows = SavedView.objects.filter(pk=id, programme_id=scope.id_of(programme), by_id=by)
    return bool(rows.update(by=None))


def remove(programme: str, id: int, by: int, *, shared: bool) -> bool:
    """A view goes: one's own, or with `shared` the desk's as well."""
    rows = SavedView.objects.filter(pk=id, programme_id=scope.id_of(programme))
    found = rows.values_list("by_id", flat=True).first() if rows.exists() else by
    if found is None and not shared:
        return False
    gone, _ = (rows if shared and found is None else rows.filter(by_id=by)).delete()
    return bool(gone)
