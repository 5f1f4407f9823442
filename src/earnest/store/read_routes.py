"""Reading the routes of a programme, their versions, and the file's head."""

from typing import Any

from earnest.store import models
from earnest.store.shapes_escalation import RouteChange, RouteRow


def routes(programme: str, *, on: bool | None = None) -> list[RouteRow]:
    """The routes in the order of their file; `on`: only those that are switched on (or off)."""
    rows = models.Route.objects.filter(programme__slug=programme, removed__isnull=True)
    if on is not None:
        rows = rows.filter(on=on)
    return [_route(row) for row in rows.order_by("place", "pk")]


def route(programme: str, slug: str, *, removed: bool = False) -> RouteRow | None:
    """One route by its short name, or None; `removed` also one that was taken away."""
    rows = models.Route.objects.filter(programme__slug=programme, slug=slug)
    if not removed:
        rows = rows.filter(removed__isnull=True)
    row = rows.first()
    return None if row is None else _route(row)


def by_id(programme: str, id: int) -> RouteRow | None:
    """One route by its number, or None."""
    row = models.Route.objects.filter(programme__slug=programme, pk=id, removed__isnull=True).first()
    return None if row is None else _route(row)


def removed(programme: str) -> list[RouteRow]:
    """Routes that were taken away, the last first: each can be put back."""
    rows = models.Route.objects.filter(programme__slug=programme, removed__isnull=False)
    return [_route(row) for row in rows.order_by("-removed")[:50]]


def changes(programme: str, slug: str) -> list[RouteChange]:
    """The versions of a route, the newest first."""
    rows = models.RouteVersion.objects.filter(route__programme__slug=programme, route__slug=slug)
    return [
        RouteChange(row.version, row.spec, row.how, row.by.get_username() if row.by else "", row.at)
        for row in rows.select_related("by").order_by("-version")[:200]
    ]


def head(programme: str) -> str:
    """The comment at the head of the file."""
    row = models.RouteHead.objects.filter(programme__slug=programme).first()
    return row.comments if row else ""


def used() -> list[str]:
    """Live programmes with a route that is switched on."""
    rows = models.Route.objects.filter(on=True, removed__isnull=True, programme__state="live")
    return sorted(set(rows.values_list("programme__slug", flat=True)))


def _route(row: Any) -> RouteRow:
    return RouteRow(row.pk, row.slug, row.version, row.place, row.on, row.spec, row.comments, row.since)
