"""What a report may tell of cases: those that a lead let it tell, as they stood at the end of its days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.db.models import Q

from earnest.store import clock, scope
from earnest.store.models import Action, ActionCase, Case, CaseChange, CaseInReport, CaseMark

MOST = 40
"""Cases that one report tells of."""


@dataclass(frozen=True, slots=True)
class DoneRow:
    """An action that reports may tell."""

    what: str
    sort: str
    team: str
    day: date
    planned: bool


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case that a report may tell of, in the words that were chosen for it.

    heard   the day on which it was opened; `investigated` the first on which somebody worked on it
    closed  the day on which it was closed, where it is
    back    it came back
    """

    number: int
    title: str
    status: str
    heard: date
    investigated: date | None
    closed: date | None
    back: bool
    done: tuple[DoneRow, ...]


def told(programme: str, since: date, until: date) -> list[CaseRow]:
    """Cases that were open, changed or acted on from `since` to `until` (not included), the newest first."""
    id = scope.id_of(programme)
    rows = CaseInReport.objects.filter(case__programme_id=id, case__taken_back=False, case__root__isnull=True)
    begin, end = _midnight(since), _midnight(until)
    rows = rows.filter(case__opened__lt=end).filter(
        Q(case__changed__gte=begin) | Q(case__closed__isnull=True)
    )
    found = list(rows.select_related("case").order_by("-case__opened", "-case_id")[:MOST])
    members = _members([row.case_id for row in found])
    done = _done(members, until)
    worked = _worked(members)
    return [
        CaseRow(
            number=row.case.number,
            title=row.title,
            status=row.case.status,
            heard=row.case.opened.astimezone(UTC).date(),
            investigated=worked.get(row.case_id),
            closed=None if row.case.closed is None else row.case.closed.astimezone(UTC).date(),
            back=row.case.status == "reopened",
            done=tuple(done.get(row.case_id, ())),
        )
        for row in found
    ]


def counted(programme: str, since: date, until: date) -> tuple[int, int]:
    """How many cases were opened in these days, and how many are closed or answered of those: no words, so
    nobody has to allow it.
    """
    id = scope.id_of(programme)
    rows = Case.objects.filter(
        programme_id=id,
        root__isnull=True,
        taken_back=False,
        opened__gte=_midnight(since),
        opened__lt=_midnight(until),
    )
    return rows.count(), rows.filter(status__in=("answered", "closed")).count()


def any_at_all(programme: str) -> bool:
    """Whether the programme ever had a case."""
    return CaseMark.objects.filter(programme_id=scope.id_of(programme), last__gt=0).exists()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _members(roots: list[int]) -> dict[int, int]:
    """Each case and those that became part of it, to the one it is shown in."""
    rows = Case.objects.filter(Q(pk__in=roots) | Q(root_id__in=roots), taken_back=False)
    return {pk: root or pk for pk, root in rows.values_list("pk", "root_id")}


def _done(members: dict[int, int], until: date) -> dict[int, list[DoneRow]]:
    """Actions that reports may tell, by the case they are shown in, oldest first."""
    links = ActionCase.objects.filter(case_id__in=members).values_list("action_id", "case_id")
    of: dict[int, set[int]] = {}
    for action, case in links:
        of.setdefault(action, set()).add(members[case])
    rows = Action.objects.filter(pk__in=of, in_report=True, taken_back__isnull=True)
    rows = rows.filter(Q(day__lt=until) | Q(planned=True)).select_related("team").order_by("day", "pk")
    answer: dict[int, list[DoneRow]] = {}
    for row in rows:
        for case in of[row.pk]:
            told_as = DoneRow(row.what, row.sort, row.team.name if row.team else "", row.day, row.planned)
            answer.setdefault(case, []).append(told_as)
    return answer


def _worked(members: dict[int, int]) -> dict[int, date]:
    """The first day on which a case's fields were changed or a note was written."""
    answer: dict[int, date] = {}
    rows = CaseChange.objects.filter(case_id__in=members, sort__in=WORKED, by__isnull=False)
    for case, at in rows.order_by("pk").values_list("case_id", "at"):
        answer.setdefault(members[case], clock.moment(clock.seconds(at)).date())
    return answer


WORKED: Iterable[str] = ("changed", "noted", "escalated", "acknowledged", "merged", "split", "attached")
"""What counts as somebody having looked into it."""
