"""Undoing what happened to a case, at any later time.

What an undo does, whatever happened in between:

    added       what it put in leaves again, where it is still in that case
    taken_out   what it took comes back, where nobody put it back already and its adding was not undone since
    changed     each field that nobody changed since is as it was before; where all were, it is refused
    merged      the case that came in stands by itself again, with all it had when it came; what was done
                since was done to the other one, and stays there
    split       the new case becomes part of the old one again, with all it has got since
    noted       the note is not shown any more
    attached    the file is deleted, for good
    opened      the case is in no list any more; refused once it was worked on

An undo is written down like any other change. It is not itself undone: what it undid can be done again.
"""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.dateparse import parse_datetime

from earnest.record.errors import StoreError
from earnest.store import attached, case_rows, write_case_merge, write_cases
from earnest.store.models import (
    Attachment,
    Case,
    CaseChange,
    CaseNote,
    CasePost,
    CaseTag,
    CaseTheme,
)


def undo(programme: str, change: int, *, by: int | None, idle: frozenset[str]) -> int:
    """Undo a change; the number of the case it happened to.

    `idle` are the sorts of change that are no work on a case. Raises StoreError, with a sentence, where the
    change is not there, was undone before, or cannot be undone (any more).
    """
    with transaction.atomic():
        id = case_rows.begin(programme, links=True)
        row = CaseChange.objects.filter(pk=change, case__programme_id=id).select_related("case").first()
        if row is None:
            raise StoreError("There is no such change.")
        if row.sort in ("joined", "split_off"):
            row = CaseChange.objects.select_related("case").get(pk=row.after["of"])
        if row.undone_id is not None:
            raise StoreError("This was undone already.")
        does = _UNDO.get(row.sort)
        if does is None:
            raise StoreError("This cannot be undone.", advice=_INSTEAD.get(row.sort, ""))
        if row.case.taken_back:
            raise StoreError(f"There is no case {row.case.number} any more.")
        back = case_rows.change(row.case, "undone", by, {"change": row.pk, "sort": row.sort})
        if row.sort == "opened":
            _check_untouched(row.case, idle, row.pk, back.pk)
        does(row, back)
        CaseChange.objects.filter(pk=row.pk).update(undone=back)
        if row.sort in ("merged", "split"):
            twin = {"merged": "joined", "split": "split_off"}[row.sort]
            pairs = CaseChange.objects.filter(
                sort=twin, case__programme_id=id, case__number=row.after["case"], undone__isnull=True
            )
            for pair in pairs:
                if pair.after.get("of") == row.pk:
                    CaseChange.objects.filter(pk=pair.pk).update(undone=back)
        return int(row.case.number)


def _added(row: CaseChange, back: CaseChange) -> None:
    for links in (CasePost, CaseTheme, CaseTag):
        links.objects.filter(added_id=row.pk, case_id=row.case_id, out__isnull=True).update(out_id=back.pk)


def _taken_out(row: CaseChange, back: CaseChange) -> None:
    for links, same in ((CasePost, ("post_id", "gone")), (CaseTheme, ("theme_id",)), (CaseTag, ("tag_id",))):
        there = links.objects.filter(case_id=OuterRef("case_id"), out__isnull=True)
        out = links.objects.filter(out_id=row.pk)
        # What another undo took away by its root does not come back by this one.
        out = out.exclude(added__sort__in=("opened", "added", "changed"), added__undone__isnull=False)
        first: dict[tuple[Any, ...], int] = {}
        for what in same:
            kept = out.filter(**{f"{what}__isnull": False}).exclude(
                Exists(there.filter(**{what: OuterRef(what)}))
            )
            for pk, case, thing in kept.order_by("pk").values_list("pk", "case_id", what):
                first.setdefault((case, what, thing), pk)
        links.objects.filter(pk__in=list(first.values())).update(out_id=None)


def _changed(row: CaseChange, back: CaseChange) -> None:
    case = row.case
    now = {name: write_cases.kept(value) for name, value in write_cases.values(case).items()}
    fields = [name for name in row.before if name in now]
    still = [name for name in fields if now[name] == row.after.get(name) and name != "tags"]
    tags = "tags" in fields and _tags_back(row, back)
    if not still and not tags:
        raise StoreError(
            "This was changed again since, so it cannot be undone.", advice="Undo the later change first."
        )
    columns: dict[str, Any] = {}
    for name in still:
        value = row.before[name]
        if name == "due" and isinstance(value, str):
            value = parse_datetime(value)
        columns[{"team": "team_id", "assignee": "assignee_id"}.get(name, name)] = value
    if "status" in columns:
        columns["closed"] = case.closed if columns["status"] == "closed" else None
        if columns["status"] == "closed":
            columns["closed"] = case.closed or back.at
    write_cases.check_people(case.programme_id, {name: row.before[name] for name in still})
    Case.objects.filter(pk=case.pk).update(**columns, version=case.version + 1)
    shown = {name: row.before[name] for name in still} | ({"tags": True} if tags else {})
    CaseChange.objects.filter(pk=back.pk).update(
        after={**back.after, **shown}, before={name: row.after.get(name) for name in still}
    )


def _tags_back(row: CaseChange, back: CaseChange) -> bool:
    """Tags that the change put there leave, and those it took come back, as far as that is different."""
    came = CaseTag.objects.filter(added_id=row.pk, out__isnull=True).update(out_id=back.pk)
    before = CaseTag.objects.filter(out_id=row.pk).count()
    _taken_out(row, back)
    return bool(came) or CaseTag.objects.filter(out_id=row.pk).count() < before


def _merged(row: CaseChange, back: CaseChange) -> None:
    goes = Case.objects.get(programme_id=row.case.programme_id, number=row.after["case"])
    if goes.merged_into_id != row.case_id:
        raise StoreError(f"Case {goes.number} is not part of case {row.case.number} any more.")
    write_case_merge.let_go(goes)


def _split(row: CaseChange, back: CaseChange) -> None:
    new = Case.objects.get(programme_id=row.case.programme_id, number=row.after["case"])
    if new.taken_back:
        raise StoreError(f"There is no case {new.number} any more.")
    if new.root_id is not None:
        at = Case.objects.values_list("number", flat=True).get(pk=new.root_id)
        raise StoreError(
            f"Case {new.number} became part of case {at} since.", advice="Undo that merge first."
        )
    stays = case_rows.whole(row.case.programme_id, row.case.number)
    if stays.pk == new.pk:
        raise StoreError(
            f"Case {row.case.number} became part of case {new.number} since.",
            advice="Undo that merge first.",
        )
    Case.objects.filter(pk=new.pk).update(merged_into=row.case)
    case_rows.reroot(new, stays)


def _noted(row: CaseChange, back: CaseChange) -> None:
    CaseNote.objects.filter(added_id=row.pk, out__isnull=True).update(out_id=back.pk)


def _attached(row: CaseChange, back: CaseChange) -> None:
    attached.delete(Attachment.objects.filter(added_id=row.pk))


def _opened(row: CaseChange, back: CaseChange) -> None:
    _added(row, back)
    Case.objects.filter(pk=row.case_id).update(taken_back=True)


def _check_untouched(case: Case, idle: frozenset[str], *own: int) -> None:
    """Raises StoreError where a case was worked on since it was opened."""
    since = CaseChange.objects.filter(case_id=case.pk, undone__isnull=True).exclude(pk__in=own)
    holds = Case.objects.filter(root_id=case.pk)
    if case.root_id is not None or holds.exists() or since.exclude(sort__in=idle).exists():
        raise StoreError(
            f"Case {case.number} was worked on since it was opened.",
            advice="Close it, or merge it into another case.",
        )


_UNDO: dict[str, Callable[[CaseChange, CaseChange], None]] = {
    "opened": _opened,
    "added": _added,
    "taken_out": _taken_out,
    "changed": _changed,
    "merged": _merged,
    "split": _split,
    "noted": _noted,
    "attached": _attached,
}
_INSTEAD = {
    "undone": "Do again what was undone.",
    "detached": "A deleted file is gone: attach it again.",
    "reopened": "Give the case another status.",
    "split_off": "Undo the split in the case it came from.",
}
