"""A case came back by itself, and a person says that it stays closed all the same."""

from django.db import transaction

from earnest.desk import audit, cases
from earnest.record.errors import StoreError
from earnest.store import clock, read_cases, write_watch


def leave_closed(programme: str, number: int, *, by: int) -> None:
    """Close a case and watch it no more, until it is acted on anew. Raises StoreError where there is none."""
    case = read_cases.one(programme, number)
    if case is None:
        raise StoreError(f"There is no case {number}.")
    with transaction.atomic():
        write_watch.leave_alone(programme, number, clock.seconds(clock.now()) // clock.DAY)
        if case.status != "closed":
            cases.change(programme, number, by=by, seen=case.version, status="closed")
        cases.tell(programme, number, "outcome", {"left_alone": True}, by=by)
        audit.note(f"person:{by}", "case_left_alone", programme=programme, about=f"case:{number}")
