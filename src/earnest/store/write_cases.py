"""Writing cases: opening, what is in them, their fields.

Each function is one transaction (or a part of the caller's) and returns the id of the change it wrote: what
`write_case_undo.undo` takes. 0 means that nothing was different from what was asked for.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from django.db import transaction

from earnest.record.errors import Conflict, StoreError
from earnest.store import case_rows, clock, scope
from earnest.store.models import Case, CaseChange, CasePost, CaseTag, CaseTheme, Tag, Team
from earnest.store.people_names import is_of
from earnest.store.shapes_cases import MOVES, Status

AT_ONCE = 10_000
"""Posts that are put into a case in one call."""
FIELDS = ("title", "status", "severity", "team", "assignee", "due")


def open_case(
    programme: str,
    title: str,
    *,
    by: int | None,
    severity: str = "normal",
    posts: Sequence[int] = (),
    themes: Sequence[int] = (),
    team: int | None = None,
    why: str = "",
    how: str = "hand",
) -> tuple[int, int]:
    """A new case with these posts and themes: its number, and the change that opened it.

    Raises StoreError where none of the posts and themes is there, or the team is not the programme's.
    """
    with transaction.atomic():
        id = case_rows.begin(programme, links=bool(posts or themes))
        _check_team(id, team)
        case = new(id, title, severity, team, by)
        opened = case_rows.change(case, "opened", by, why=why)
        if posts or themes:
            linked = link(programme, case, opened, posts, themes, how=how)
            if not any(linked):
                raise StoreError("None of these posts and themes is there any more.")
            CaseChange.objects.filter(pk=opened.pk).update(after=_counts(*linked))
        return case.number, opened.pk


def new(programme_id: int, title: str, severity: str, team: int | None, by: int | None) -> Case:
    """Within a transaction: the row of a new case."""
    now = clock.now()
    case: Case = Case.objects.create(
        programme_id=programme_id,
        number=case_rows.next_number(programme_id),
        title=title,
        severity=severity,
        team_id=team,
        opened=now,
        opened_by_id=by,
        changed=now,
    )
    return case


def add(
    programme: str,
    number: int,
    *,
    posts: Sequence[int] = (),
    themes: Sequence[int] = (),
    by: int | None,
    how: str = "hand",
) -> int:
    """Put posts and themes into a case. Raises StoreError where none of them is there."""
    with transaction.atomic():
        case = case_rows.whole(case_rows.begin(programme, links=True), number)
        added = case_rows.change(case, "added", by)
        linked = link(programme, case, added, posts, themes, how=how)
        if not any(linked):
            # Nothing new: either all of it is in the case, or nothing of it is there.
            added.delete()
            if not _any_there(programme, case, posts, themes):
                raise StoreError("None of these posts and themes is there any more.")
            return 0
        CaseChange.objects.filter(pk=added.pk).update(after=_counts(*linked))
        return int(added.pk)


def link(
    programme: str,
    case: Case,
    added: CaseChange,
    posts: Sequence[int],
    themes: Sequence[int],
    *,
    how: str = "hand",
) -> tuple[int, int]:
    """Within a transaction: links to what is there and not in the case yet. How many posts and themes."""
    if len(posts) > AT_ONCE:
        raise StoreError(f"A case takes at most {AT_ONCE:,} posts at once.", advice="Add the theme instead.")
    within = scope.of(programme)
    ids = case_rows.members(case)
    there = set(
        CasePost.objects.filter(case_id__in=ids, out__isnull=True, post__isnull=False).values_list(
            "post_id", flat=True
        )
    )
    fresh = [post for post in case_rows.tellable(within, posts) if post not in there]
    CasePost.objects.bulk_create(
        [CasePost(case_id=case.pk, post_id=post, how=how, added_id=added.pk) for post in fresh],
        batch_size=2_000,
    )
    wanted = dict.fromkeys(case_rows.themes_of(within.id, themes).values())
    linked = CaseTheme.objects.filter(case_id__in=ids, out__isnull=True, theme__isnull=False)
    held = set(linked.values_list("theme_id", flat=True)) | set(
        linked.filter(theme__state="merged").values_list("theme__into_id", flat=True)
    )
    more = [theme for theme in wanted if theme not in held]
    CaseTheme.objects.bulk_create(
        [CaseTheme(case_id=case.pk, theme_id=theme, how=how, added_id=added.pk) for theme in more]
    )
    return len(fresh), len(more)


def carry(case: Case, added: CaseChange, posts: Sequence[int], themes: Sequence[int]) -> None:
    """Within a transaction: links of a new case to what was in another one, told or not."""
    CasePost.objects.bulk_create(
        [CasePost(case_id=case.pk, post_id=post, added_id=added.pk) for post in posts], batch_size=2_000
    )
    rows = dict.fromkeys(case_rows.themes_of(case.programme_id, themes).values())
    CaseTheme.objects.bulk_create(
        [CaseTheme(case_id=case.pk, theme_id=theme, added_id=added.pk) for theme in rows]
    )


def _any_there(programme: str, case: Case, posts: Sequence[int], themes: Sequence[int]) -> bool:
    within = scope.of(programme)
    return bool(case_rows.tellable(within, posts) or case_rows.themes_of(within.id, themes))


def take_out(
    programme: str,
    number: int,
    *,
    posts: Sequence[int] = (),
    themes: Sequence[int] = (),
    by: int | None,
) -> int:
    """Take posts and themes out of a case and of all that became part of it."""
    with transaction.atomic():
        id = case_rows.begin(programme, links=True)
        case = case_rows.whole(id, number)
        out = case_rows.change(case, "taken_out", by)
        moved_posts, moved_themes = unlink(case, out, posts, themes)
        if not moved_posts and not moved_themes:
            out.delete()
            return 0
        CaseChange.objects.filter(pk=out.pk).update(after=_counts(len(moved_posts), len(moved_themes)))
        return int(out.pk)


def unlink(
    case: Case, out: CaseChange, posts: Sequence[int], themes: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Within a transaction: these leave a case. The posts and the numbers of the themes that were in it."""
    ids = case_rows.members(case)
    rows = CasePost.objects.filter(
        case_id__in=ids, out__isnull=True, post_id__in=[post for post in posts if 0 < post < 1 << 53]
    )
    moved = list(dict.fromkeys(rows.order_by("pk").values_list("post_id", flat=True)))
    rows.update(out_id=out.pk)
    named = case_rows.themes_of(case.programme_id, themes)
    alike = case_rows.same_theme(list(named.values())) if named else set()
    links = CaseTheme.objects.filter(case_id__in=ids, out__isnull=True, theme_id__in=alike)
    held = {into or theme for theme, into in links.values_list("theme_id", "theme__into_id")}
    links.update(out_id=out.pk)
    return moved, [number for number, theme in named.items() if theme in held]


def _counts(posts: int, themes: int) -> dict[str, int]:
    return {name: count for name, count in (("posts", posts), ("themes", themes)) if count}


def change(
    programme: str, number: int, *, by: int | None, seen: int, fields: Mapping[str, Any], why: str = ""
) -> int:
    """Set fields of a case: FIELDS, and `tags` (ids of all it is to have).

    Raises Conflict where somebody changed the case since version `seen` and the values asked for are not
    those that are there; StoreError for a team, person or tag that is not the programme's.
    """
    with transaction.atomic():
        id = case_rows.begin(programme)
        case = case_rows.exact(id, number)
        if case.root_id is not None:
            into = Case.objects.values_list("number", flat=True).get(pk=case.root_id)
            raise StoreError(
                f"Case {number} is part of case {into} now.", advice=f"Change case {into} instead."
            )
        return set_fields(case, by, fields, seen=seen, why=why)


def reopen(programme: str, number: int, after: Mapping[str, Any], *, by: int | None) -> int:
    """A case that was acted on, answered or closed came back. 0 where it is in any other status."""
    with transaction.atomic():
        case = case_rows.whole(case_rows.begin(programme), number)
        if "reopened" not in MOVES[cast(Status, case.status)]:
            return 0
        return set_fields(case, by, {"status": "reopened"}, sort="reopened", after=after)


def set_fields(
    case: Case,
    by: int | None,
    fields: Mapping[str, Any],
    *,
    seen: int | None = None,
    sort: str = "changed",
    after: Mapping[str, Any] | None = None,
    why: str = "",
) -> int:
    """Within a transaction: as `change`; without `seen` whatever is there."""
    now = values(case)
    wanted = {name: _plain(name, value) for name, value in fields.items()}
    different = {name: value for name, value in wanted.items() if now[name] != value}
    if seen is not None and seen != case.version and different:
        raise Conflict(
            f"Case {case.number} was changed by somebody else meanwhile.",
            {name: (now[name], value) for name, value in different.items()},
            case.version,
        )
    if not different:
        return 0
    check_people(case.programme_id, different)
    if "status" in different and different["status"] not in MOVES[cast(Status, case.status)]:
        raise StoreError(
            f"A case that is {case.status} cannot become {str(different['status'])[:20]}.",
            advice=f"It can become {', '.join(MOVES[cast(Status, case.status)])}.",
        )
    row = case_rows.change(
        case,
        sort,
        by,
        {**{name: kept(value) for name, value in different.items()}, **(after or {})},
        before={name: kept(now[name]) for name in different},
        why=why,
    )
    if "tags" in different:
        _set_tags(case, row, different["tags"])
    columns = {
        {"team": "team_id", "assignee": "assignee_id"}.get(name, name): value
        for name, value in different.items()
        if name != "tags"
    }
    if "status" in different:
        columns["closed"] = row.at if different["status"] == "closed" else None
    Case.objects.filter(pk=case.pk).update(**columns, version=case.version + 1)
    return int(row.pk)


def values(case: Case) -> dict[str, Any]:
    """A case's fields as they are: ids for team and assignee, sorted ids for tags."""
    ids = CaseTag.objects.filter(case_id__in=case_rows.members(case), out__isnull=True)
    return {
        "title": case.title,
        "status": case.status,
        "severity": case.severity,
        "team": case.team_id,
        "assignee": case.assignee_id,
        "due": case.due,
        "tags": sorted(set(ids.values_list("tag_id", flat=True))),
    }


def _plain(name: str, value: Any) -> Any:
    if name not in (*FIELDS, "tags"):
        raise StoreError(f"A case has no field '{name[:40]}'.")
    return sorted(set(value)) if name == "tags" else value


def kept(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _set_tags(case: Case, row: CaseChange, wanted: Collection[int]) -> None:
    rows = CaseTag.objects.filter(case_id__in=case_rows.members(case), out__isnull=True)
    rows.exclude(tag_id__in=wanted).update(out_id=row.pk)
    held = set(rows.values_list("tag_id", flat=True))
    tag(case, row, [one for one in wanted if one not in held])


def tag(case: Case, added: CaseChange, tags: Iterable[int]) -> None:
    """Within a transaction: tags that a case does not have yet."""
    CaseTag.objects.bulk_create([CaseTag(case_id=case.pk, tag_id=one, added_id=added.pk) for one in tags])


def check_people(programme_id: int, fields: Mapping[str, Any]) -> None:
    _check_team(programme_id, fields.get("team"))
    person = fields.get("assignee")
    if person is not None and not is_of(programme_id, person):
        raise StoreError("This person is not on the desk of this programme.")
    tags = fields.get("tags") or []
    if tags and Tag.objects.filter(programme_id=programme_id, pk__in=tags).count() != len(tags):
        raise StoreError("There is no such tag in this programme.")


def _check_team(programme_id: int, team: int | None) -> None:
    if (
        team is not None
        and not Team.objects.filter(programme_id=programme_id, pk=team, removed__isnull=True).exists()
    ):
        raise StoreError("There is no such team in this programme.")
