"""What the address of the inbox asks for: a saved view or filters, an order, and where to go on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext

from earnest.store import read
from earnest.store.read import Filters, Programme
from earnest.store.read_inbox import ORDERS, Order, View
from earnest.web import filters
from earnest.web.views.errors import BadQueryError


@dataclass(frozen=True, slots=True)
class Wanted:
    """`asked` are the filters as an address tells them, those of the view among them."""

    asked: filters.Asked
    view: View | None
    order: Order
    after: str | None

    @property
    def filters(self) -> Filters:
        return self.view.filters if self.view else self.asked.filters

    @property
    def query(self) -> str:
        """What forms send along, to come back here."""
        return self.link().removeprefix("?")

    def link(self, **changes: str | None) -> str:
        """The address's query with changes; "" where nothing is left."""
        query = QueryDict(mutable=True) if self.view else self.asked.query.copy()
        if self.view is not None:
            query["view"] = str(self.view.id)
        usual = self.view.order if self.view else "newest"
        if self.order != usual:
            query["order"] = self.order
        for name, value in changes.items():
            query.pop(name, None)
            if value:
                query[name] = value
        return f"?{query.urlencode()}" if query else ""


def wanted(given: QueryDict, programme: Programme, view_of: Callable[[int], View]) -> Wanted:
    """Read an address. Raises BadQueryError with a sentence."""
    view = given.get("view", "")
    saved = None
    if view:
        if not (view.isascii() and view.isdecimal() and len(view) < 10):
            raise BadQueryError(gettext("There is no such view."))
        saved = view_of(int(view))
    asked = filters.Asked(saved.filters, query_of(saved.filters)) if saved else _asked(given, programme)
    order = given.get("order") or (saved.order if saved else "newest")
    known = next((one for one in ORDERS if one == order), None)
    if known is None:
        raise BadQueryError(gettext("The order is newest, severe or unsure."))
    after = given.get("after")
    return Wanted(asked, saved, known, after if after and len(after) < 24 else None)


def _asked(given: QueryDict, programme: Programme) -> filters.Asked:
    return filters.parse(given, programme, read.places(programme.slug))


_NAMES: Mapping[str, str] = {
    "label": "labels",
    "kind": "kinds",
    "place": "places",
    "lang": "langs",
    "region": "regions",
    "mood": "sentiments",
    "tag": "tags",
}


def query_of(chosen: Filters) -> QueryDict:
    """Filters as the address bar writes them."""
    query = QueryDict(mutable=True)
    if chosen.q:
        query["q"] = chosen.q
    for name, field in _NAMES.items():
        values: Sequence[str] = getattr(chosen, field)
        if values:
            query.setlist(name, list(values))
    if chosen.unsure is not None:
        query["unsure"] = "yes" if chosen.unsure else "no"
    zone = timezone.get_current_timezone()
    if chosen.since is not None:
        query["since"] = chosen.since.astimezone(zone).date().isoformat()
    if chosen.until is not None:
        query["until"] = (chosen.until.astimezone(zone).date() - timedelta(days=1)).isoformat()
    return query
