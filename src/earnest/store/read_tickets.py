"""Reading the tickets of cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from earnest.store import case_family, scope
from earnest.store import models as tables


@dataclass(frozen=True, slots=True)
class Link:
    """A case's ticket in another system."""

    id: int
    programme: str
    case: int
    channel: int
    channel_name: str
    sort: str
    ref: str
    url: str
    state: str
    etag: str
    tell: bool
    made: datetime
    checked: datetime | None
    next_check: datetime | None
    problem: str
    proposed: bool


def of_case(programme: str, case: int) -> list[Link]:
    """The tickets of a case and of those that became part of it."""
    id = scope.id_of(programme)
    numbers = [case, *_merged(id, case)]
    rows = _links().filter(programme_id=id, case__in=numbers).order_by("pk")
    return [_link(row) for row in rows[:50]]


def _merged(programme: int, case: int) -> Sequence[int]:
    family = case_family.of(programme, case)
    return () if family is None else [number for number in family.whole.values() if number != case][:200]


def one(programme: str, id: int) -> Link | None:
    """A link by its number."""
    row = _links().filter(programme_id=scope.id_of(programme), pk=id).first()
    return None if row is None else _link(row)


def due(now: datetime, limit: int = 20) -> list[Link]:
    """Tickets to look at now, the longest unseen first."""
    rows = _links().filter(next_check__lte=now, channel__on=True, channel__removed__isnull=True)
    return [_link(row) for row in rows.order_by("next_check")[:limit]]


def _links() -> QuerySet[tables.CaseLink]:
    return tables.CaseLink.objects.select_related("channel", "programme")


def _link(row: tables.CaseLink) -> Link:
    return Link(
        id=row.pk,
        programme=row.programme.slug,
        case=row.case,
        channel=row.channel_id,
        channel_name=row.channel.name,
        sort=row.channel.sort,
        ref=row.ref,
        url=row.url,
        state=row.state,
        etag=row.etag,
        tell=row.tell,
        made=row.made,
        checked=row.checked,
        next_check=row.next_check,
        problem=row.problem,
        proposed=row.proposed is not None and not row.answered,
    )


def telling(channel: int) -> bool:
    """Whether any link of a tracker wants closings told."""
    return tables.CaseLink.objects.filter(channel_id=channel, tell=True).exists()
