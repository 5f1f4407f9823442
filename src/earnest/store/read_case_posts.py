"""The posts of a case, newest first: those that were linked one by one, and those of its themes."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from earnest.store import case_family, overdue, scope
from earnest.store.models import CasePost
from earnest.store.people_names import names
from earnest.store.read_posts import rows_of
from earnest.store.scope import Scope
from earnest.store.shapes import PostRow


@dataclass(frozen=True, slots=True)
class CasePostRow:
    """A post of a case and why it is there.

    how      hand, suggested or alert for one that was linked; theme for one that is there with its theme
    by_name  who linked it
    theme    the number of the theme that brings it, where it was not linked itself
    """

    post: PostRow
    how: str
    by_name: str = ""
    theme: int | None = None

    @property
    def linked(self) -> bool:
        return self.how != "theme"


@dataclass(frozen=True, slots=True)
class CasePosts:
    """A page of them. `next` is to be handed in as `after`; None: it was the last."""

    rows: tuple[CasePostRow, ...]
    next: int | None


def posts(programme: str, number: int, *, after: int | None = None, limit: int = 10) -> CasePosts:
    """The newest posts of a case that stands by itself, one of each group of reposts among its themes'."""
    within = scope.of(programme)
    family = case_family.of(within.id, number)
    if family is None:
        return CasePosts((), None)
    cases = list(family.own)
    themes = {held.theme: held.number for held in case_family.themes(cases)}
    found = _newest(within, cases, list(themes), after, limit + 1)
    ids = list(found)[:limit]
    linked = _linked(cases, ids)
    rows = {row.id: row for row in rows_of(programme, ids)}
    told = []
    for id in ids:
        if id in rows and id in linked:
            told.append(CasePostRow(rows[id], *linked[id]))
        elif id in rows:
            told.append(CasePostRow(rows[id], "theme", theme=themes.get(found[id])))
    return CasePosts(tuple(told), ids[-1] if len(found) > limit else None)


def _newest(
    within: Scope, cases: list[int], themes: list[int], after: int | None, limit: int
) -> Mapping[int, int]:
    """Post ids, newest first, each with the theme it is in among these (0: none)."""
    before = after or 1 << 62
    told = within.told("p.place_id", "p.id", overdue.ids)
    marks = ",".join(["%s"] * len(cases))
    asked = (
        "SELECT * FROM (SELECT DISTINCT p.id, 0 AS theme FROM store_casepost l"  # noqa: S608 - conditions of `scope`
        " JOIN store_post p ON p.id = l.post_id"
        f" WHERE l.out_id IS NULL AND l.case_id IN ({marks}) AND p.id >= %s AND p.id < %s{told}"
        " ORDER BY p.id DESC LIMIT %s) AS a"
    )
    values: list[int] = [*cases, within.first_id, before, limit]
    if themes:
        asked += (
            " UNION ALL SELECT * FROM (SELECT p.id, t.theme_id FROM store_themepost t"  # noqa: S608 - as above
            " JOIN store_post p ON p.id = t.post_id"
            f" WHERE t.theme_id IN ({','.join(['%s'] * len(themes))})"
            f" AND t.post_id >= %s AND t.post_id < %s{told}"
            " AND NOT EXISTS (SELECT 1 FROM store_repost r WHERE r.post_id = t.post_id)"
            " ORDER BY p.id DESC LIMIT %s) AS b"
        )
        values += [*themes, within.first_id, before, limit]
    with connection.cursor() as db:
        db.execute(asked, values)
        rows = db.fetchall()
    found: dict[int, int] = {}
    for id, theme in sorted(rows, reverse=True):
        found.setdefault(id, theme)
    return dict(list(found.items())[:limit])


def _linked(cases: list[int], ids: list[int]) -> dict[int, tuple[str, str]]:
    """How and by whom these posts were linked, where they were."""
    rows = CasePost.objects.filter(case_id__in=cases, post_id__in=ids, out__isnull=True).order_by("-pk")
    found = {post: (how, by) for post, how, by in rows.values_list("post_id", "how", "added__by_id")}
    called = names(by for _, by in found.values())
    return {post: (how, called.get(by or 0, "")) for post, (how, by) in found.items()}
