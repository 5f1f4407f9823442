"""Keeping what is remembered of cases that are watched for climbing back."""

from django.db import transaction

from earnest.record.errors import StoreError
from earnest.store import scope
from earnest.store.models import Case, CaseWatch


def keep(
    case: int, *, since: int, above: int | None, looked: int, verdict: str, left_percent: int | None
) -> None:
    """What was found of a case (by its row) on the day `looked`."""
    CaseWatch.objects.update_or_create(
        case_id=case,
        defaults={
            "since": since,
            "above": above,
            "looked": looked,
            "verdict": verdict,
            "left_percent": left_percent,
        },
    )


def leave_alone(programme: str, number: int, today: int) -> None:
    """A case stays closed until it is acted on anew. Raises StoreError where there is none."""
    with transaction.atomic():
        rows = Case.objects.filter(programme_id=scope.id_of(programme), number=number, taken_back=False)
        case = rows.values_list("root_id", "pk").first()
        if case is None:
            raise StoreError(f"There is no case {number}.")
        CaseWatch.objects.update_or_create(
            case_id=case[0] or case[1], defaults={"since": today, "above": None, "left_alone": True}
        )
