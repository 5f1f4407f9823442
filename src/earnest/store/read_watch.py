"""Reading which cases are watched for climbing back, and what is remembered of them."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Coalesce

from earnest.store import clock, scope
from earnest.store.models import ActionCase, Case, CaseWatch

SETTLED = ("acted", "answered", "closed")
"""Statuses in which nobody has anything to do: a case in one of them may come back."""

WATCHED = timedelta(days=180)
"""How long after it was last changed a case is watched."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A case that is watched, and what is remembered of it (`models.CaseWatch`).

    settled  the day on which it was closed, else last changed
    """

    id: int
    number: int
    status: str
    settled: int
    since: int
    above: int | None
    left_alone: bool
    looked: int


def left_alone(programme: str, number: int) -> bool:
    """Whether a person said that this case stays closed."""
    rows = CaseWatch.objects.filter(
        case__programme_id=scope.id_of(programme), case__number=number, left_alone=True
    )
    return rows.exists()


def due(programme: str, today: int, limit: int) -> list[Watched]:
    """Cases that are settled, or that something was done about, and that were not looked at today."""
    id = scope.id_of(programme)
    oldest = clock.moment(today * clock.DAY) - WATCHED
    acted = ActionCase.objects.filter(
        action__programme_id=id, action__day__gte=oldest.date(), action__taken_back__isnull=True
    ).annotate(shown=Coalesce("case__root_id", "case_id"))
    rows = Case.objects.filter(
        Q(status__in=SETTLED, changed__gte=oldest) | Q(pk__in=acted.values("shown")),
        programme_id=id,
        root__isnull=True,
        taken_back=False,
    ).exclude(pk__in=CaseWatch.objects.filter(case__programme_id=id, looked__gte=today).values("case_id"))
    found = {row.pk: row for row in rows.order_by("pk")[:limit]}
    watches = {row.case_id: row for row in CaseWatch.objects.filter(case_id__in=list(found))}
    return [_watched(row, watches.get(row.pk)) for row in found.values()]


def _watched(row: Case, watch: CaseWatch | None) -> Watched:
    settled = row.closed or row.changed
    return Watched(
        id=row.pk,
        number=row.number,
        status=row.status,
        settled=clock.seconds(settled) // clock.DAY,
        since=0 if watch is None else watch.since,
        above=None if watch is None else watch.above,
        left_alone=False if watch is None else watch.left_alone,
        looked=0 if watch is None else watch.looked,
    )
