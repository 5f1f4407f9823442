"""Keeping what was done about cases. Each call is whole or not at all; nothing here is judged or noted (see
`desk.actions`).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from earnest.record.errors import Conflict, InputError, StoreError
from earnest.store import clock, scope
from earnest.store.models import Action, ActionCase, Case, CaseInReport, CaseWatch, Team


def add(
    programme: str,
    cases: Iterable[int],
    *,
    what: str,
    sort: str,
    team: int | None,
    day: date,
    planned: bool,
    promise: str,
    by: int | None,
) -> int:
    """Write an action down for one or several cases; its id. Raises StoreError for a case or team that is
    not there.
    """
    id = scope.id_of(programme)
    with transaction.atomic():
        rows = _cases(id, cases)
        _check_team(id, team)
        action = Action.objects.create(
            programme_id=id,
            what=what,
            sort=sort,
            team_id=team,
            day=day,
            planned=planned,
            promise=promise,
            by_id=by,
            made=clock.now(),
        )
        ActionCase.objects.bulk_create(ActionCase(action=action, case_id=case) for case in rows)
        watch_anew(rows, acted=not planned)
    return int(action.pk)


def _cases(programme_id: int, numbers: Iterable[int]) -> list[int]:
    """The ids of cases as they are now: of one that became part of another, that one."""
    asked = sorted(set(numbers))
    rows = Case.objects.filter(programme_id=programme_id, number__in=asked, taken_back=False)
    found = {row["number"]: row["root_id"] or row["pk"] for row in rows.values("number", "pk", "root_id")}
    if missing := [number for number in asked if number not in found]:
        raise StoreError(f"There is no case {missing[0]}.")
    if not found:
        raise InputError("An action belongs to a case.")
    return sorted(set(found.values()))


def _check_team(programme_id: int, team: int | None) -> None:
    if team is not None and not Team.objects.filter(pk=team, programme_id=programme_id).exists():
        raise StoreError("There is no such team in this programme.")


def change(programme: str, id: int, *, seen: int, fields: Mapping[str, Any]) -> Mapping[str, tuple[Any, Any]]:
    """Change an action as somebody saw it in version `seen`: what changed, as (before, after).

    Fields: what, sort, team, day, planned, promise, told, cases (numbers). Raises Conflict where another
    person changed one of these fields meanwhile, StoreError where there is no such action.
    """
    programme_id = scope.id_of(programme)
    with transaction.atomic():
        row = Action.objects.select_for_update().filter(programme_id=programme_id, pk=id).first()
        if row is None or row.taken_back is not None:
            raise StoreError("This action is not there any more.")
        now = {
            "what": row.what,
            "sort": row.sort,
            "team": row.team_id,
            "day": row.day,
            "planned": row.planned,
            "promise": row.promise,
            "told": row.in_report,
        }
        changed = {
            name: (now[name], value)
            for name, value in fields.items()
            if name != "cases" and now[name] != value
        }
        if row.version != seen and changed:
            raise Conflict("Somebody changed this action while you were writing.", changed, row.version)
        if "team" in changed:
            _check_team(programme_id, changed["team"][1])
        columns = {"team": "team_id", "told": "in_report"}
        set_to = {columns.get(name, name): after for name, (_, after) in changed.items()}
        if set_to:
            Action.objects.filter(pk=id).update(version=F("version") + 1, **set_to)
        if "cases" in fields:
            _link(programme_id, id, fields["cases"])
        watch_anew(ActionCase.objects.filter(action_id=id).values_list("case_id", flat=True))
    return changed


def _link(programme_id: int, action: int, numbers: Iterable[int]) -> None:
    """The action belongs to these cases from now on. A case that was merged keeps its link where it is."""
    wanted = set(_cases(programme_id, numbers))
    links = {
        case: root or case
        for case, root in ActionCase.objects.filter(action_id=action).values_list("case_id", "case__root_id")
    }
    gone = [case for case, root in links.items() if root not in wanted]
    ActionCase.objects.filter(action_id=action, case_id__in=gone).delete()
    fresh = wanted - set(links.values())
    ActionCase.objects.bulk_create(ActionCase(action_id=action, case_id=case) for case in sorted(fresh))
    watch_anew(gone)


def take_back(programme: str, id: int) -> bool:
    """Tell of an action no more. False where it was not told of."""
    return _put(programme, id, back=True)


def put_back(programme: str, id: int) -> bool:
    """Tell of an action again that was taken back. False where it was not."""
    return _put(programme, id, back=False)


def _put(programme: str, id: int, *, back: bool) -> bool:
    rows = Action.objects.filter(programme_id=scope.id_of(programme), pk=id, taken_back__isnull=back)
    with transaction.atomic():
        done = rows.update(taken_back=clock.now() if back else None, version=F("version") + 1)
        watch_anew(ActionCase.objects.filter(action_id=id).values_list("case_id", flat=True) if done else ())
    return bool(done)


def watch_anew(cases: Iterable[int], *, acted: bool = False) -> None:
    """Within a transaction: what was found of these cases is void. `acted`: something was done about them, so
    that "leave it closed" is forgotten too.
    """
    roots = Case.objects.filter(pk__in=list(cases)).values_list("pk", "root_id")
    rows = CaseWatch.objects.filter(case_id__in={root or case for case, root in roots})
    rows.update(above=None, looked=0, verdict="", left_percent=None)
    if acted:
        rows.update(left_alone=False)


def tell_in_reports(programme: str, number: int, title: str | None, by: int | None) -> None:
    """Let reports tell of a case in these words; None: no longer. Raises StoreError where there is none."""
    programme_id = scope.id_of(programme)
    (case,) = _cases(programme_id, [number])
    if title is None:
        CaseInReport.objects.filter(Q(case_id=case) | Q(case__root_id=case)).delete()
        return
    CaseInReport.objects.update_or_create(
        case_id=case, defaults={"title": title, "by_id": by, "at": clock.now()}
    )
