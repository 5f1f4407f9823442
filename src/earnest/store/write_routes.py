"""Keeping routes: each change is a version, and none is ever lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max

from earnest.record.errors import StoreError
from earnest.store import clock, models, scope


@dataclass(frozen=True, slots=True)
class Kept:
    """What a change made of a route. `changed`: there was something to change."""

    id: int
    version: int
    changed: bool


def keep(
    programme: str,
    slug: str,
    spec: Mapping[str, Any],
    *,
    on: bool,
    how: str,
    by: int | None,
    comments: str | None = None,
    place: int | None = None,
) -> Kept:
    """Add a route or change one (also one that was taken away). `comments` None: they stay as they are.

    What it waits for is watched anew from now on where the conditions changed or it was off.
    """
    id = scope.id_of(programme)
    now = clock.now()
    with transaction.atomic():
        row = models.Route.objects.select_for_update().filter(programme_id=id, slug=slug).first()
        if row is None:
            top = models.Route.objects.filter(programme_id=id).aggregate(top=Max("place"))["top"]
            row = models.Route(programme_id=id, slug=slug, version=0, since=now, place=(top or 0) + 1)
        said = {**spec, "on": on}
        was = {**row.spec, "on": row.on} if row.version and row.removed is None else None
        words = row.comments if comments is None else comments
        at = row.place if place is None else place
        if was == said:
            if row.comments != words or row.place != at:
                models.Route.objects.filter(pk=row.pk).update(comments=words, place=at)
            return Kept(int(row.pk), row.version, False)
        if was is None or not row.on or was.get("when") != spec.get("when"):
            row.since = now
        row.spec, row.on, row.comments, row.place, row.removed = dict(spec), on, words, at, None
        row.version += 1
        row.save()
        _version(row, how, by)
    return Kept(int(row.pk), row.version, True)


def remove(programme: str, slug: str, *, by: int | None, how: str = "removed") -> Kept:
    """Take a route away; it can be put back. Raises StoreError where there is none."""
    id = scope.id_of(programme)
    with transaction.atomic():
        row = (
            models.Route.objects.select_for_update()
            .filter(programme_id=id, slug=slug, removed__isnull=True)
            .first()
        )
        if row is None:
            raise StoreError("This route is not there any more.")
        row.removed, row.on = clock.now(), False
        row.version += 1
        row.save()
        _version(row, how, by)
    return Kept(int(row.pk), row.version, True)


def _version(row: models.Route, how: str, by: int | None) -> None:
    models.RouteVersion.objects.create(
        route=row,
        version=row.version,
        spec={**row.spec, "on": row.on},
        comments=row.comments,
        how=how,
        by_id=by,
        at=clock.now(),
    )


def set_head(programme: str, comments: str) -> None:
    """Keep the comment at the head of the file."""
    id = scope.id_of(programme)
    models.RouteHead.objects.update_or_create(programme_id=id, defaults={"comments": comments})
