"""Keeping which alerts feed which cases: one link a pair, ever."""

from earnest.store import clock, scope
from earnest.store.models import AlertCase, Case


def link(programme: str, alert: int, number: int, *, opened: bool) -> bool:
    """An alert belongs to a case. False where it did already, to it or to one that became part of it."""
    case = (
        Case.objects.filter(programme_id=scope.id_of(programme), number=number).values("pk", "root_id").get()
    )
    root = case["root_id"] or case["pk"]
    linked = AlertCase.objects.filter(alert_id=alert).values_list("case_id", "case__root_id")
    if any(root in (one, above) for one, above in linked):
        return False
    AlertCase.objects.create(alert_id=alert, case_id=root, opened=opened, at=clock.now())
    return True
