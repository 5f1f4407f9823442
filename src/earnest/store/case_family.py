"""A case with all that became part of it, and the themes that are linked to them: what each part of a page
about a case begins with, read once a page (`store.moment`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from earnest.store import moment
from earnest.store.models import Case, CaseTheme


@dataclass(frozen=True, slots=True)
class Family:
    """The row of one case.

    whole   row to number of the case it is shown in and of all that became part of that
    """

    case: Case
    whole: dict[int, int]

    @property
    def own(self) -> dict[int, int]:
        """The same of a case that stands by itself; of one that became part of another, it alone."""
        return self.whole if self.case.root_id is None else {self.case.pk: self.case.number}


@moment.once
def of(programme_id: int, number: int) -> Family | None:
    """The case of that number, also where opening it was undone. None: there is none."""
    if not 0 < number < 1 << 31:
        return None
    row = Case.objects.filter(programme_id=programme_id, number=number).first()
    if row is None:
        return None
    root = row.root_id or row.pk
    rows = Case.objects.filter(Q(pk=root) | Q(root_id=root)).order_by("number")
    return Family(row, dict(rows.values_list("pk", "number")))


@dataclass(frozen=True, slots=True)
class Held:
    """A theme that is linked to a case, as it is now: of one that became part of another, that one."""

    case: int
    theme: int
    number: int


def themes(cases: Iterable[int]) -> list[Held]:
    """The themes of cases, by row; dismissed ones too."""
    return _themes(tuple(sorted(cases)))


@moment.once
def _themes(cases: tuple[int, ...]) -> list[Held]:
    links = CaseTheme.objects.filter(case_id__in=cases, out__isnull=True, theme__isnull=False)
    return [
        Held(case, into, at) if state == "merged" and into and at else Held(case, theme or 0, number)
        for case, theme, number, state, into, at in links.values_list(
            "case_id", "theme_id", "theme__number", "theme__state", "theme__into_id", "theme__into__number"
        )
    ]
