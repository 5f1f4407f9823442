"""Taking erased posts out of cases, and what people wrote or put there when they ask for it.

A link loses its post and keeps a random number instead, the same in every row of that post: a case can say
how many of its posts are not kept any more, and nothing tells which they were. Undoing what came before goes
on to work on such a link as on any other.
"""

import secrets
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from earnest.record.errors import StoreError
from earnest.store import attached, case_rows, dialect
from earnest.store.models import Attachment, CaseMention, CaseNote


def unlink(db: Any, ids: Sequence[int]) -> None:
    """Within a transaction that waits for other writers: these posts are erased."""
    linked = dialect.among(db, "SELECT DISTINCT post_id FROM store_casepost WHERE", "post_id", list(ids))
    db.executemany(
        "UPDATE store_casepost SET post_id = NULL, gone = %s WHERE post_id = %s",
        [(secrets.randbits(62) + 1, post) for (post,) in linked],
    )


def erase_note(programme: str, note: int, *, by: int | None) -> int:
    """Wipe the words of a note for good, whether or not it is shown: its case's number.

    That there was one stays in the timeline. Raises StoreError where there is none.
    """
    with transaction.atomic():
        id = case_rows.begin(programme)
        row = CaseNote.objects.filter(pk=note, case__programme_id=id).select_related("case").first()
        if row is None:
            raise StoreError("There is no such note.")
        case_rows.change(row.case, "note_erased", by)
        CaseNote.objects.filter(pk=row.pk).update(text="")
        CaseMention.objects.filter(note_id=row.pk).delete()
        return int(row.case.number)


def erase_attachment(programme: str, attachment: int) -> None:
    """Delete a file and what is said of it for good."""
    with transaction.atomic():
        id = case_rows.begin(programme)
        attached.delete(Attachment.objects.filter(pk=attachment, case__programme_id=id))


def sweep() -> int:
    """Delete files that no case names. How many."""
    return attached.sweep()
