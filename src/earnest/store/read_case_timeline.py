"""The timeline of a case, with its notes and files."""

from collections.abc import Sequence

from django.db.models import Q

from earnest.store import attached, case_family, scope
from earnest.store.case_family import Family
from earnest.store.models import Attachment, CaseChange, CaseMention, CaseNote
from earnest.store.people_names import names
from earnest.store.shapes_cases import UNDOABLE, AttachmentRow, Entry, NoteRow

MOST = 200


def timeline(programme: str, number: int, *, before: int | None = None, limit: int = MOST) -> list[Entry]:
    """What happened to a case and to those that became part of it, the newest first; with `before` (an
    entry's id) what happened earlier. Of a case that is part of another: what happened to it alone.
    """
    family = _family(programme, number)
    if family is None:
        return []
    own = family.own
    rows = CaseChange.objects.filter(case_id__in=list(own))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    if family.case.root_id is None:
        # Seen from where it is now, that a case came in is told once.
        held = [known for pk, known in own.items() if pk != family.case.pk]
        rows = rows.exclude(Q(sort="joined") & Q(case__number__in=held) & Q(undone__isnull=True))
    page = list(rows.select_related("undone").order_by("-pk")[: max(1, min(limit, 1_000))])
    ids = [row.pk for row in page]
    noted = {row.added_id: row for row in CaseNote.objects.filter(added_id__in=ids, out__isnull=True)}
    filed = {row.added_id: row for row in Attachment.objects.filter(added_id__in=ids)}
    people = names(
        [person for row in page for person in (row.by_id, row.undone.by_id if row.undone else None)]
    )
    written = dict(zip(noted, _notes(list(noted.values()), own), strict=True))
    kept = {change: _file(row, own[row.case_id], people) for change, row in filed.items()}
    return [
        Entry(
            id=row.pk,
            case=own[row.case_id],
            sort=row.sort,
            at=row.at,
            by=row.by_id,
            by_name=people.get(row.by_id or 0, ""),
            detail=row.after,
            before=row.before,
            why=row.why,
            undone=row.undone.at if row.undone else None,
            undone_by_name=people.get(row.undone.by_id or 0, "") if row.undone else "",
            undoable=row.undone_id is None and row.sort in UNDOABLE,
            note=written.get(row.pk),
            attachment=kept.get(row.pk),
        )
        for row in page
    ]


def notes(programme: str, number: int) -> list[NoteRow]:
    """The notes of a case and of those that became part of it, the earliest first."""
    family = _family(programme, number)
    if family is None:
        return []
    own = family.own
    return _notes(list(CaseNote.objects.filter(case_id__in=list(own), out__isnull=True).order_by("pk")), own)


def attachments(programme: str, number: int) -> list[AttachmentRow]:
    """The files of a case and of those that became part of it, the earliest first."""
    family = _family(programme, number)
    if family is None:
        return []
    own = family.own
    rows = list(Attachment.objects.filter(case_id__in=list(own)).order_by("pk"))
    people = names(row.by_id for row in rows)
    return [_file(row, own[row.case_id], people) for row in rows]


def attachment(programme: str, id: int) -> tuple[AttachmentRow, bytes] | None:
    """One file with what it holds; None where it is gone."""
    rows = Attachment.objects.filter(pk=id, case__programme_id=scope.id_of(programme), case__taken_back=False)
    row = rows.select_related("case").first()
    content = None if row is None else attached.read(row)
    if row is None or content is None:
        return None
    return _file(row, row.case.number, names([row.by_id])), content


def _family(programme: str, number: int) -> Family | None:
    """A case and what became part of it; None where opening it was undone."""
    found = case_family.of(scope.id_of(programme), number)
    return None if found is None or found.case.taken_back else found


def _notes(rows: Sequence[CaseNote], own: dict[int, int]) -> list[NoteRow]:
    called: dict[int, list[int]] = {}
    for note, person in (
        CaseMention.objects.filter(note_id__in=[row.pk for row in rows])
        .order_by("pk")
        .values_list("note_id", "person_id")
    ):
        called.setdefault(note, []).append(person)
    people = names([*(row.by_id for row in rows), *(one for ones in called.values() for one in ones)])
    return [
        NoteRow(
            id=row.pk,
            case=own[row.case_id],
            text=row.text,
            by=row.by_id,
            by_name=people.get(row.by_id or 0, ""),
            at=row.at,
            edited=row.edited,
            mentions=tuple((person, people.get(person, "")) for person in called.get(row.pk, ())),
            erased=not row.text,
        )
        for row in rows
    ]


def _file(row: Attachment, case: int, people: dict[int, str]) -> AttachmentRow:
    return AttachmentRow(
        id=row.pk,
        case=case,
        name=row.name,
        type=row.type,
        size=row.size,
        width=row.width,
        height=row.height,
        by=row.by_id,
        by_name=people.get(row.by_id or 0, ""),
        at=row.at,
    )
