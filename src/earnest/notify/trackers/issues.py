"""What trackers have in common that keep issues under one address, with comments beneath each."""

from typing import Protocol

from earnest.notify.render import mark
from earnest.notify.trackers import base
from earnest.notify.trackers.base import Ask, Garbled, Ticket


class Site(Protocol):
    """Such a tracker: where its issues are, how it is asked, and what an issue of it looks like."""

    @property
    def _issues(self) -> str: ...

    def _headers(self) -> dict[str, str]: ...

    def _ticket(self, row: object) -> Ticket: ...


class Issues:
    """The questions and answers that are the same."""

    __slots__ = ()

    def created(self: Site, body: bytes) -> Ticket:
        return self._ticket(base.json_of(body))

    def look(self: Site, ref: str, etag: str = "") -> Ask:
        also = {"if-none-match": etag} if etag else {}
        return Ask("GET", f"{self._issues}/{ref}", self._headers() | also)

    def seen(self: Site, body: bytes) -> Ticket:
        return self._ticket(base.json_of(body))

    def try_out(self: Site) -> Ask:
        return Ask("GET", f"{self._issues}?per_page=1", self._headers())


def marked(body: bytes, key: str, field: str) -> object | None:
    """The issue of a list whose text has the mark of a key; None: none has. Raises Garbled."""
    rows = base.json_of(body)
    if not isinstance(rows, list):
        raise Garbled("no list")
    fitting = (row for row in rows if isinstance(row, dict) and mark(key) in str(row.get(field) or ""))
    return next(fitting, None)
