"""The filters of Cases: read from the address, so that an address is a saved filter, and put into links."""

import re
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext

from earnest.store.shapes_cases import SEVERITIES, STATUSES, Filters
from earnest.web.views.errors import BadQueryError

ORDERS = ("changed", "due", "severity", "opened")
NAMES = ("q", "status", "severity", "team", "assignee", "tag", "theme", "label", "late", "order")
LONGEST = 160
_LABEL = re.compile(r"[a-z0-9_-]{1,40}(?:\.[a-z0-9_-]{1,40})?")


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
        raise BadQueryError(
            gettext("A search in titles has at most %(most)s characters.") % {"most": LONGEST}
        )
    order = query.get("order", "changed")
    if order not in ORDERS:
        raise BadQueryError(
            gettext("Cases are sorted by what changed last, by due time, by severity or by age.")
        )
    if query.get("late", "yes") != "yes":
        raise BadQueryError(gettext("'late' is yes, or left out."))
    label = query.get("label", "")
    if label and not _LABEL.fullmatch(label):
        raise BadQueryError(gettext("The label in the address cannot be read."))
    assignee = query.get("assignee", "")
    filters = Filters(
        statuses=_among(query, "status", (*STATUSES, "any")),
        severities=_among(query, "severity", SEVERITIES),
        team=_number(query, "team"),
        assignee=me if assignee == "me" else 0 if assignee == "nobody" else _number(query, "assignee"),
        tag=_number(query, "tag"),
        theme=_number(query, "theme"),
        label=label,
        q=q,
        overdue="late" in query,
        order=order,
    )
    return Asked(filters, query, given.get("after", "")[:200] or None)


def _among(query: QueryDict, name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(query.getlist(name)))
    for value in values:
        if value not in known:
            raise BadQueryError(
                gettext("There is no %(name)s '%(value)s'.") % {"name": name, "value": value[:40]}
            )
    return values


def _number(query: QueryDict, name: str) -> int | None:
    value = query.get(name, "")
    if not value:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) < 10):
        raise BadQueryError(gettext("The %(name)s in the address is not a number.") % {"name": name})
    return int(value)
