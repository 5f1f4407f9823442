"""Two cases that are one, and one that is two.

Merging moves nothing: the case that goes keeps all it has and points to the one that stays, so letting go
brings it back as it was. What is done after that is done to the one that stays, and remains there.
"""

from collections.abc import Sequence

from django.db import transaction

from earnest.record.errors import StoreError
from earnest.store import case_rows, write_cases
from earnest.store.models import Case, CaseChange


def merge(programme: str, into: int, other: int, *, by: int | None, why: str = "") -> int:
    """`other` becomes part of `into`, with everything that became part of it. The change of `into`.

    Raises StoreError where either is not there, or they are one already.
    """
    with transaction.atomic():
        id = case_rows.begin(programme)
        goes, stays = case_rows.exact(id, other), case_rows.whole(id, into)
        if goes.root_id is not None:
            at = Case.objects.values_list("number", flat=True).get(pk=goes.root_id)
            raise StoreError(f"Case {other} is part of case {at} already.")
        if goes.pk == stays.pk:
            problem = (
                "A case cannot become part of itself."
                if into == other
                else f"Case {into} is part of case {other}: they are one already."
            )
            raise StoreError(problem)
        taken = case_rows.change(stays, "merged", by, {"case": goes.number}, why=why)
        case_rows.change(goes, "joined", by, {"case": stays.number, "of": taken.pk}, at=taken.at)
        take_in(goes, stays)
        return int(taken.pk)


def take_in(goes: Case, stays: Case) -> None:
    """Within a transaction: both stand by themselves; one becomes part of the other."""
    Case.objects.filter(pk=goes.pk).update(merged_into=stays)
    case_rows.reroot(goes, stays)


def let_go(case: Case) -> None:
    """Within a transaction: a case stands by itself again, with what became part of it."""
    Case.objects.filter(pk=case.pk).update(merged_into=None)
    case_rows.reroot(case, None)


def split(
    programme: str,
    number: int,
    *,
    title: str,
    posts: Sequence[int] = (),
    themes: Sequence[int] = (),
    by: int | None,
) -> tuple[int, int]:
    """Posts and themes of a case become a case of their own: its number, and the change of the old case.

    It has the severity, team and tags of the old one. Raises StoreError where none of them is in the case.
    """
    with transaction.atomic():
        id = case_rows.begin(programme, links=True)
        old = case_rows.whole(id, number)
        row = case_rows.change(old, "split", by)
        moved_posts, moved_themes = write_cases.unlink(old, row, posts, themes)
        if not moved_posts and not moved_themes:
            raise StoreError(f"None of these posts and themes is in case {number}.")
        new = write_cases.new(id, title, old.severity, old.team_id, by)
        counts = {
            name: count
            for name, count in (("posts", len(moved_posts)), ("themes", len(moved_themes)))
            if count
        }
        born = case_rows.change(new, "split_off", by, {"case": old.number, "of": row.pk, **counts}, at=row.at)
        write_cases.carry(new, born, moved_posts, moved_themes)
        CaseChange.objects.filter(pk=row.pk).update(after={"case": new.number, **counts})
        write_cases.tag(new, born, write_cases.values(old)["tags"])
        return new.number, int(row.pk)
