"""Finding a case's rows while cases are changed: called within the transactions of `write_cases*` only.

A case that became part of another one is changed there: `whole` leads to the one at the end, `members` are
all that it is made of.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, Q

from earnest.record.errors import StoreError
from earnest.store import clock, dialect, scope
from earnest.store.arrivals import take_numbers
from earnest.store.models import Case, CaseChange, CaseMark, Theme
from earnest.store.scope import Scope


def begin(programme: str, *, links: bool = False) -> int:
    """Wait until nobody else changes cases of this programme; its id.

    With `links` also for those who keep and erase posts, so that no link is made to a post that goes just
    then. Always in this order: whoever erases posts takes the first lock only.
    """
    id = scope.id_of(programme)
    if links:
        with connection.cursor() as db:
            take_numbers(db, 0)
    if not CaseMark.objects.filter(pk=id).update(last=F("last")):
        CaseMark.objects.get_or_create(pk=id)
        CaseMark.objects.filter(pk=id).update(last=F("last"))
    return id


def next_number(programme_id: int) -> int:
    """A number that no case of the programme ever had."""
    CaseMark.objects.filter(pk=programme_id).update(last=F("last") + 1)
    return int(CaseMark.objects.values_list("last", flat=True).get(pk=programme_id))


def exact(programme_id: int, number: int) -> Case:
    """The case of that number itself. Raises StoreError where there is none (any more)."""
    row = Case.objects.filter(programme_id=programme_id, number=number).first()
    if row is None or row.taken_back:
        raise StoreError(f"There is no case {number}.")
    return row


def whole(programme_id: int, number: int) -> Case:
    """The case in which that number is shown."""
    row = exact(programme_id, number)
    return row if row.root_id is None else Case.objects.get(pk=row.root_id)


def members(case: Case) -> list[int]:
    """The ids of a case and of all that became part of it."""
    return list(Case.objects.filter(Q(pk=case.pk) | Q(root_id=case.pk)).values_list("pk", flat=True))


def reroot(case: Case, root: Case | None) -> None:
    """A case and all that became part of it, near or far, are shown in `root` from now on (none: `case`)."""
    below, found = [case.pk], [case.pk]
    while below:
        below = list(Case.objects.filter(merged_into_id__in=below).values_list("pk", flat=True))
        found += below
    Case.objects.filter(pk__in=found).update(root_id=case.pk if root is None else root.pk)
    if root is None:
        Case.objects.filter(pk=case.pk).update(root=None)


def change(
    case: Case,
    sort: str,
    by: int | None,
    after: Mapping[str, Any] | None = None,
    *,
    before: Mapping[str, Any] | None = None,
    why: str = "",
    at: datetime | None = None,
) -> CaseChange:
    """Write down that something happens to a case."""
    at = at or clock.now()
    row: CaseChange = CaseChange.objects.create(
        case_id=case.pk, sort=sort, at=at, by_id=by, before=before or {}, after=after or {}, why=why[:400]
    )
    Case.objects.filter(Q(pk=case.pk) | Q(pk=case.root_id)).update(changed=at)
    return row


def tellable(within: Scope, posts: Iterable[int]) -> list[int]:
    """Those of these posts that are kept in the programme and may be told."""
    asked = list(dict.fromkeys(post for post in posts if 0 < post < 1 << 53))
    with connection.cursor() as db:
        rows = dialect.among(
            db, "SELECT id, place_id FROM store_post WHERE programme_id = %s AND", "id", asked, within.id
        )
    there = {id for id, place in rows if within.tells(place, id)}
    return [post for post in asked if post in there]


def themes_of(programme_id: int, numbers: Iterable[int]) -> dict[int, int]:
    """The row of each theme by its number; of one that became part of another, that one's."""
    rows = Theme.objects.filter(programme_id=programme_id, number__in=[n for n in numbers if n < 1 << 31])
    return {row.number: row.into_id if row.state == "merged" and row.into_id else row.pk for row in rows}


def same_theme(theme_ids: Sequence[int]) -> set[int]:
    """The rows of these themes and of all themes that became part of them: links may name either."""
    below = Theme.objects.filter(into_id__in=theme_ids, state="merged").values_list("pk", flat=True)
    return {*theme_ids, *below}
