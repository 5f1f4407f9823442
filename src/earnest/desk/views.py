"""Saved views: a name for filters that somebody uses again, for themselves or for the whole desk.

Name and search words are judged at the door `saved_search`: no view aims at people or protected speech.
"""

from earnest.desk import acting
from earnest.gate.refusals import judge
from earnest.record import audience
from earnest.record.errors import RefusedConfiguration, StoreError
from earnest.store import read, read_saved_views, write_saved_views
from earnest.store.read import Filters
from earnest.store.read_saved_views import ORDERS, View

LONGEST = 60


def of(programme: str, *, by: int) -> list[View]:
    """The views a person sees: the desk's, then their own."""
    return read_saved_views.views(programme, by)


def one(programme: str, view: int, *, by: int) -> View:
    """A view this person sees. Raises StoreError where there is none."""
    found = read_saved_views.view(programme, view, by)
    if found is None:
        raise StoreError("There is no such view.", advice="Somebody may have removed it.")
    return found


def save(programme: str, name: str, filters: Filters, *, order: str, shared: bool, by: int) -> int:
    """Keep filters under a name; `shared`: for the whole desk. Raises RefusedConfiguration, StoreError."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST or not name.isprintable():
        raise RefusedConfiguration(f"A view has a name of 1 to {LONGEST} printable characters.")
    if order not in ORDERS:
        raise StoreError(f"There is no such order. The orders are {', '.join(ORDERS)}.")
    if filters == Filters():
        raise StoreError("A view narrows what is shown.", advice="Choose at least one filter.")
    found = read.programme(programme)
    if filters.sentiments and found is not None:
        audience.check_sentiment(found.audience)
    for words in (name, filters.q):
        reason = judge("saved_search", words) if words.strip() else None
        if reason:
            raise RefusedConfiguration(reason)
    id = write_saved_views.add(programme, name, filters, order, None if shared else by)
    if id is None:
        raise StoreError(f"There are {write_saved_views.MOST} views already.", advice="Remove some.")
    acting.note(by, "view_saved", programme, f"view:{id}", shared=int(shared))
    return id


def share(programme: str, view: int, *, by: int) -> None:
    """One's own view becomes the desk's. Raises StoreError where it is not one's own."""
    if not write_saved_views.share(programme, view, by):
        raise StoreError("This is not a view of your own.")
    acting.note(by, "view_shared", programme, f"view:{view}")


def remove(programme: str, view: int, *, by: int) -> None:
    """A view goes: one's own, or the desk's. Raises StoreError where there is none such."""
    if not write_saved_views.remove(programme, view, by, shared=True):
        raise StoreError("There is no such view of the desk or of your own.")
    acting.note(by, "view_removed", programme, f"view:{view}")
