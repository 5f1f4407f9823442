"""Reading what was done: of a case, of a span of days, and what reports may tell of it.

An action stays with the case where it was recorded; a case that became part of another one brings its actions
along.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Q

from earnest.store import case_family, clock, scope
from earnest.store.action_shapes import ActionPage, ActionRow, EffectRow
from earnest.store.models import Action, ActionCase, Case, CaseInReport, CaseWatch
from earnest.store.people_names import names

MOST = 100
"""Actions of a page, and of a case, at most."""


def one(programme: str, id: int) -> ActionRow | None:
    """One action, also one that was taken back; None where there is none."""
    if not 0 < id < 1 << 53:
        return None
    return next(iter(_told(Action.objects.filter(programme_id=scope.id_of(programme), pk=id))), None)


def of_case(programme: str, number: int) -> list[ActionRow]:
    """What was done about a case and about those that became part of it, newest first."""
    rows = Action.objects.filter(pk__in=_of(_members(programme, number)), taken_back__isnull=True)
    return _told(rows.order_by("-day", "-pk")[:MOST])


def _of(cases: Iterable[int]) -> list[int]:
    return list(ActionCase.objects.filter(case_id__in=cases).values_list("action_id", flat=True))


def _members(programme: str, number: int) -> list[int]:
    """The ids of the case that this number is shown in, and of all that became part of it."""
    family = case_family.of(scope.id_of(programme), number)
    return [] if family is None else list(family.whole)


def listing(
    programme: str,
    *,
    since: date | None = None,
    until: date | None = None,
    planned: bool | None = None,
    after: str | None = None,
    limit: int = 25,
) -> ActionPage:
    """Actions of the days from `since` to `until` (not included), newest first; those taken back are none.
    `after` is the `next` of the page before; anything else begins anew.
    """
    rows = Action.objects.filter(programme_id=scope.id_of(programme), taken_back__isnull=True)
    if since is not None:
        rows = rows.filter(day__gte=since)
    if until is not None:
        rows = rows.filter(day__lt=until)
    if planned is not None:
        rows = rows.filter(planned=planned)
    place = _place(after)
    if place is not None:
        rows = rows.filter(Q(day__lt=place[0]) | Q(day=place[0], pk__lt=place[1]))
    limit = max(1, min(limit, MOST))
    found = _told(rows.order_by("-day", "-pk")[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    return ActionPage(tuple(found[:limit]), None if last is None else f"{last.day.isoformat()}.{last.id}")


def _place(after: str | None) -> tuple[date, int] | None:
    day, _, id = (after or "").partition(".")
    if not (id.isascii() and id.isdecimal() and len(id) < 16):
        return None
    try:
        return date.fromisoformat(day), int(id)
    except ValueError:
        return None


def _told(rows: Iterable[Action]) -> list[ActionRow]:
    found = list(rows.select_related("team") if hasattr(rows, "select_related") else rows)
    cases = _cases([row.pk for row in found])
    called = names([row.by_id for row in found])
    return [
        ActionRow(
            id=row.pk,
            what=row.what,
            sort=row.sort,
            day=row.day,
            planned=row.planned,
            promise=row.promise,
            told=row.in_report,
            version=row.version,
            team=row.team_id,
            team_name="" if row.team is None else row.team.name,
            by=row.by_id,
            by_name=called.get(row.by_id or 0, ""),
            made=row.made,
            taken_back=row.taken_back is not None,
            cases=tuple(cases.get(row.pk, ())),
        )
        for row in found
    ]


def _cases(actions: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    """Each action's cases, as the cases they are shown in, by number."""
    links = list(ActionCase.objects.filter(action_id__in=actions).values_list("action_id", "case_id"))
    rows = Case.objects.filter(pk__in={case for _, case in links}, taken_back=False).select_related("root")
    shown = {row.pk: row.root or row for row in rows}
    answer: dict[int, dict[int, str]] = {}
    for action, case in links:
        if case in shown:
            answer.setdefault(action, {})[shown[case].number] = shown[case].title
    return {action: sorted(found.items()) for action, found in answer.items()}


def effects(programme: str, numbers: Iterable[int]) -> dict[int, EffectRow]:
    """What was last found of these cases (looked at once a day), by number; cases never looked at are left
    out.
    """
    rows = CaseWatch.objects.filter(
        case__programme_id=scope.id_of(programme), case__number__in=set(numbers), looked__gt=0
    ).exclude(verdict="")
    return {
        number: EffectRow(verdict, left, clock.day_date(looked))
        for number, verdict, left, looked in rows.values_list(
            "case__number", "verdict", "left_percent", "looked"
        )
    }


def in_reports(programme: str, number: int) -> str:
    """The words in which reports may tell of a case; "" where they may not."""
    rows = CaseInReport.objects.filter(case__programme_id=scope.id_of(programme), case__number=number)
    return rows.values_list("title", flat=True).first() or ""
