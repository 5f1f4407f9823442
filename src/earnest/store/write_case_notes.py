"""Notes, files and entries of other parts on a case."""

from collections.abc import Collection, Mapping
from hashlib import sha256

from django.db import transaction
from django.db.models import Q

from earnest.record.errors import StoreError
from earnest.store import attached, case_rows, clock
from earnest.store.models import Attachment, Case, CaseMention, CaseNote

MOST_FILES = 100
"""Attachments of one case."""


def note(programme: str, number: int, text: str, mentions: Collection[int], *, by: int | None) -> int:
    """Write a note; the change."""
    with transaction.atomic():
        case = case_rows.whole(case_rows.begin(programme), number)
        row = case_rows.change(case, "noted", by)
        one = CaseNote.objects.create(case_id=case.pk, text=text, by_id=by, at=row.at, added_id=row.pk)
        _mention(one, mentions)
        return int(row.pk)


def edit_note(programme: str, note_id: int, text: str, mentions: Collection[int], *, by: int) -> int:
    """Give a note of one's own another wording; its case's number. Who was named and is not any more is
    forgotten, who was not is told.
    """
    with transaction.atomic():
        one = _own(programme, note_id, by)
        CaseNote.objects.filter(pk=one.pk).update(text=text, edited=clock.now())
        CaseMention.objects.filter(note_id=one.pk).exclude(person_id__in=mentions).delete()
        _mention(one, mentions)
        return int(one.case.number)


def _own(programme: str, note_id: int, by: int) -> CaseNote:
    id = case_rows.begin(programme)
    rows = CaseNote.objects.filter(pk=note_id, case__programme_id=id, out__isnull=True)
    one = rows.exclude(text="").select_related("case").first()
    if one is None:
        raise StoreError("There is no such note any more.")
    if one.by_id != by:
        raise StoreError("Only who wrote a note changes it.")
    return one


def _mention(one: CaseNote, people: Collection[int]) -> None:
    held = set(CaseMention.objects.filter(note_id=one.pk).values_list("person_id", flat=True))
    CaseMention.objects.bulk_create(
        [CaseMention(note_id=one.pk, person_id=person) for person in people if person not in held]
    )


def seen(programme: str, number: int, person: int) -> None:
    """A person looked at a case: notes that name them there are seen."""
    waiting = CaseMention.objects.filter(
        Q(note__case__number=number) | Q(note__case__root__number=number),
        person_id=person,
        seen__isnull=True,
        note__case__programme__slug=programme,
    )
    ids = list(waiting.values_list("pk", flat=True))
    if ids:
        CaseMention.objects.filter(pk__in=ids).update(seen=clock.now())


def attach(
    programme: str,
    number: int,
    name: str,
    type: str,
    content: bytes,
    *,
    by: int | None,
    width: int = 0,
    height: int = 0,
) -> int:
    """Keep a file that was made safe already (`desk.cases_files`); the change."""
    with transaction.atomic():
        case = case_rows.whole(case_rows.begin(programme), number)
        if Attachment.objects.filter(case_id__in=case_rows.members(case)).count() >= MOST_FILES:
            raise StoreError(f"A case holds at most {MOST_FILES} files.")
        row = case_rows.change(case, "attached", by, {"size": len(content), "type": type})
        one = Attachment.objects.create(
            case_id=case.pk,
            name=name,
            type=type,
            size=len(content),
            sha256=sha256(content).hexdigest(),
            width=width,
            height=height,
            by_id=by,
            at=row.at,
            added_id=row.pk,
        )
        attached.write(one, content)
        return int(row.pk)


def detach(programme: str, attachment: int, *, by: int | None) -> int:
    """Delete a file for good; the change."""
    with transaction.atomic():
        id = case_rows.begin(programme)
        rows = Attachment.objects.filter(pk=attachment, case__programme_id=id).select_related("case")
        one = rows.first()
        if one is None:
            raise StoreError("There is no such file any more.")
        row = case_rows.change(one.case, "detached", by, {"size": one.size, "type": one.type})
        attached.delete(rows)
        return int(row.pk)


def tell(programme: str, number: int, sort: str, detail: Mapping[str, object], *, by: int | None) -> int:
    """An entry of another part, at exactly this case; the change."""
    with transaction.atomic():
        case: Case = case_rows.exact(case_rows.begin(programme), number)
        return int(case_rows.change(case, sort, by, detail).pk)
