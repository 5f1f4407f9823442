"""Where things are among cases: the numbers a case is made of, and the cases of a post or a theme."""

from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Coalesce

from earnest.store import dialect, scope
from earnest.store.models import Case as Row
from earnest.store.models import CaseChange, CaseTheme, Theme

_SHOWN = (
    "SELECT l.{what}_id, r.number FROM store_case{what} l JOIN store_case c ON c.id = l.case_id"
    " JOIN store_case r ON r.id = coalesce(c.root_id, c.id)"
    " WHERE l.out_id IS NULL AND r.programme_id = %s AND NOT r.taken_back AND"
)
"""Links with the number of the case in which each is shown."""


def lineage(programme: str, number: int) -> tuple[int, ...]:
    """The number of the case in which that number is shown, then those of all that became part of it: for
    whoever keeps something under a case's number. () where there is no such case.
    """
    id = scope.id_of(programme)
    if not 0 < number < 1 << 31:
        return ()
    row = Row.objects.filter(programme_id=id, number=number).values_list("pk", "root_id").first()
    if row is None:
        return ()
    root = row[1] or row[0]
    own = Row.objects.filter(Q(pk=root) | Q(root_id=root)).values_list("pk", "number")
    return tuple(found for _, found in sorted(own, key=lambda one: (one[0] != root, one[1])))


def roots(programme: str, numbers: Iterable[int]) -> dict[int, int]:
    """For each number the one of the case in which it is shown; unknown ones are left out."""
    rows = Row.objects.filter(
        programme_id=scope.id_of(programme), number__in=list(numbers), taken_back=False
    ).values_list("number", "root__number")
    return {number: root or number for number, root in rows}


def opening(programme: str, number: int) -> int:
    """The change that opened a case, which `desk.cases.undo` takes; 0 where there is no such case."""
    rows = CaseChange.objects.filter(
        case__programme_id=scope.id_of(programme), case__number=number, sort__in=("opened", "split_off")
    )
    return rows.order_by("pk").values_list("pk", flat=True).first() or 0


def of_post(programme: str, post_ids: Sequence[int]) -> dict[int, list[int]]:
    """The numbers of the cases each of these posts is in, by itself or with its theme, the earliest first.

    Posts that are in none are left out.
    """
    id = scope.id_of(programme)
    ids = [post for post in post_ids if 0 < post < 1 << 53]
    found: dict[int, set[int]] = {}
    with connection.cursor() as db:
        single = dialect.among(db, _SHOWN.format(what="post"), "l.post_id", ids, id)
        held = dialect.among(
            db,
            "SELECT post_id, theme_id FROM store_themepost WHERE theme_id IS NOT NULL AND",
            "post_id",
            ids,
        )
        here = sorted({theme for _, theme in held})
        # A link may name a theme that became part of the one in which the posts are now.
        former = dialect.among(
            db, "SELECT id, into_id FROM store_theme WHERE state = 'merged' AND", "into_id", here
        )
        now = {theme: theme for theme in here} | dict(former)
        linked = dialect.among(db, _SHOWN.format(what="theme"), "l.theme_id", list(now), id)
    by_theme: dict[int, set[int]] = {}
    for theme, number in linked:
        by_theme.setdefault(now[theme], set()).add(number)
    for post, number in single:
        found.setdefault(post, set()).add(number)
    for post, theme in held:
        if theme in by_theme:
            found.setdefault(post, set()).update(by_theme[theme])
    return {post: sorted(numbers) for post, numbers in found.items()}


def of_theme(programme: str, theme: int) -> list[int]:
    """The numbers of the cases a theme is in, the earliest first; of a theme that became part of another,
    that one's.
    """
    id = scope.id_of(programme)
    row = Theme.objects.filter(programme_id=id, number=theme).first() if 0 < theme < 1 << 31 else None
    if row is None:
        return []
    at = row.into_id if row.state == "merged" and row.into_id else row.pk
    alike = Q(theme_id=at) | Q(theme__into_id=at, theme__state="merged")
    links = CaseTheme.objects.filter(alike, out__isnull=True)
    shown = list(links.values_list(Coalesce("case__root_id", "case_id"), flat=True))
    cases = Row.objects.filter(pk__in=shown, taken_back=False)
    return sorted(cases.values_list("number", flat=True))
