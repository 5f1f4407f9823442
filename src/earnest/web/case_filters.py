"""The filters of Cases: read from the address, so that an address is a saved filter, and put into links."""

from dataclasses import dataclass

from django.http import QueryDict

from earnest.store.shapes_cases import SEVERITIES, STATUSES, Filters
from earnest.web.views.errors import BadQueryError

ORDERS = ("changed", "due", "severity", "opened")
NAMES = ("q", "status", "severity", "team", "assignee", "tag", "theme", "late", "order")
LONGEST = 160


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, and its query without the page."""

    filters: Filters
    query: QueryDict
    after: str | None

    @property
    def any(self) -> bool:
        return any(name in self.query for name in NAMES if name != "order")

    def link(self, **changes: str | None) -> str:
        """The address's query with changes; "?" where nothing is left."""
        query = self.query.copy()
        for name, value in changes.items():
            query.pop(name, None)
            if value is not None:
                query[name] = value
        return f"?{query.urlencode()}"


def parse(given: QueryDict, me: int) -> Asked:
    """The filters of an address; `me` is who reads. Raises BadQueryError for what cannot be read."""
    query = QueryDict(mutable=True)
    for name in NAMES:
        values = [value.strip() for value in given.getlist(name) if value.strip()][:12]
        if values:
            query.setlist(name, values)
    q = query.get("q", "")
    if len(q) > LONGEST:
        raise BadQueryError(f"A search in titles has at most {LONGEST} characters.")
    order = query.get("order", "changed")
    if order not in ORDERS:
        raise BadQueryError("Cases are sorted by what changed last, by due time, by severity or by age.")
    if query.get("late", "yes") != "yes":
        raise BadQueryError("'late' is yes, or left out.")
    assignee = query.get("assignee", "")
    filters = Filters(
        statuses=_among(query, "status", (*STATUSES, "any")),
        severities=_among(query, "severity", SEVERITIES),
        team=_number(query, "team"),
        assignee=me if assignee == "me" else 0 if assignee == "nobody" else _number(query, "assignee"),
        tag=_number(query, "tag"),
        theme=_number(query, "theme"),
        q=q,
        overdue="late" in query,
        order=order,
    )
    return Asked(filters, query, given.get("after", "")[:200] or None)


def _among(query: QueryDict, name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(query.getlist(name)))
    for value in values:
        if value not in known:
            raise BadQueryError(f"There is no {name} '{value[:40]}'.")
    return values


def _number(query: QueryDict, name: str) -> int | None:
    value = query.get(name, "")
    if not value:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) < 10):
        raise BadQueryError(f"The {name} in the address is not a number.")
    return int(value)
