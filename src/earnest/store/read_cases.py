"""Reading cases: one, a page of them, where a post or theme is, what waits for a person.

What is said of posts passes through `scope`: a link to a post that may not be told any more counts among
those that are gone. A case that became part of another one is read where it is now.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.db import connection
from django.db.models import Case as When_
from django.db.models import Count, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from earnest.store import case_family, case_labels, clock, dialect, moment, overdue, scope
from earnest.store.models import (
    Attachment,
    CaseMention,
    CaseNote,
    CaseTag,
    Team,
    TeamMember,
)
from earnest.store.models import Case as Row
from earnest.store.people_names import names
from earnest.store.read_case_links import lineage, of_post, of_theme, opening, roots
from earnest.store.read_case_timeline import attachment, attachments, notes, timeline
from earnest.store.scope import Scope
from earnest.store.shapes_cases import OPEN, SEVERITIES, Case, Filters, Mention, Page, Severity

__all__ = [
    "Case",
    "Filters",
    "Mention",
    "Page",
    "attachment",
    "attachments",
    "counts",
    "due",
    "lineage",
    "listing",
    "mentions",
    "notes",
    "of_post",
    "of_theme",
    "offered",
    "one",
    "opening",
    "roots",
    "timeline",
]

MOST = 200
"""Cases of a page at most."""


@moment.once
def one(programme: str, number: int) -> Case | None:
    """The case of that number as it is now; of one that became part of another `merged_into` says which.
    None: there is none, or opening it was undone.
    """
    within = scope.of(programme)
    found = case_family.of(within.id, number)
    return None if found is None or found.case.taken_back else told(within, [found.case])[0]


def offered(programme: str, limit: int) -> list[tuple[int, str]]:
    """The open cases that changed last, by number and title: to choose one from."""
    rows = _wanted(scope.of(programme), Filters(statuses=OPEN)).order_by(*_ORDERS["changed"])
    return list(rows.values_list("number", "title")[:limit])


def listing(programme: str, filters: Filters, after: str | None = None, limit: int = 50) -> Page:
    """A page of cases that stand by themselves. `after` is the `next` of the page before; anything else
    starts anew. A case that changes while somebody leafs moves; none is left out that does not.
    """
    within = scope.of(programme)
    limit = max(1, min(limit, MOST))
    order = filters.order if filters.order in _ORDERS else "changed"
    rows = _wanted(within, filters).order_by(*_ORDERS[order])
    if order == "severity":
        rows = rows.annotate(rank=_RANK).order_by("-rank", "-pk")
    if place := _place(after):
        rows = rows.filter(_beyond(order, *place))
    page = list(rows[: limit + 1])
    next = _cursor(order, page[limit - 1]) if len(page) > limit else None
    return Page(rows=tuple(told(within, page[:limit])), next=next)


_ORDERS: dict[str, tuple[Any, ...]] = {
    "changed": ("-changed", "-pk"),
    "opened": ("-pk",),
    "due": (F("due").asc(nulls_last=True), "pk"),
    "severity": (),
}
_RANK = When_(
    *(When(severity=name, then=Value(at)) for at, name in enumerate(SEVERITIES)),
    default=Value(0),
    output_field=IntegerField(),
)
_CURSOR = re.compile(r"([0-9]{1,17}|-)\.([0-9]{1,17})")


def _cursor(order: str, row: Row) -> str:
    """Where a page ended: the value that is ordered by, and the row."""
    value: int | str = 0
    if order == "changed":
        value = _micros(row.changed)
    elif order == "due":
        value = "-" if row.due is None else _micros(row.due)
    elif order == "severity":
        value = SEVERITIES.index(cast(Severity, row.severity))
    return f"{value}.{row.pk}"


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _place(after: str | None) -> tuple[int | None, int] | None:
    found = _CURSOR.fullmatch(after or "")
    return found and (None if found[1] == "-" else int(found[1]), int(found[2]))


def _beyond(order: str, value: int | None, pk: int) -> Q:
    """The rows after that place."""
    if order == "opened":
        return Q(pk__lt=pk)
    if order == "severity":
        at = min(value or 0, len(SEVERITIES) - 1)
        return Q(severity__in=SEVERITIES[:at]) | Q(severity=SEVERITIES[at], pk__lt=pk)
    at_ = None if value is None else _EPOCH + timedelta(microseconds=min(value, 1 << 56))
    if order == "due":
        if at_ is None:
            return Q(due__isnull=True, pk__gt=pk)
        return Q(due__gt=at_) | Q(due=at_, pk__gt=pk) | Q(due__isnull=True)
    return Q(changed__lt=at_ or _EPOCH) | Q(changed=at_, pk__lt=pk)


def _wanted(within: Scope, filters: Filters) -> "QuerySet[Row]":
    rows = Row.objects.filter(programme_id=within.id, root__isnull=True, taken_back=False)
    if "any" not in filters.statuses:
        rows = rows.filter(status__in=filters.statuses or OPEN)
    if filters.severities:
        rows = rows.filter(severity__in=filters.severities)
    for column, value in (("team", filters.team), ("assignee", filters.assignee)):
        if value is not None:
            rows = rows.filter(**({f"{column}_id": value} if value else {f"{column}__isnull": True}))
    if filters.tag is not None:
        tagged = CaseTag.objects.filter(tag_id=filters.tag, out__isnull=True)
        rows = rows.filter(pk__in=_roots(tagged))
    if filters.theme is not None:
        rows = rows.filter(number__in=of_theme(within.slug, filters.theme))
    if filters.label:
        rows = rows.filter(case_labels.about(within, filters.label))
    if filters.overdue:
        rows = rows.filter(due__lt=clock.now())
    said = filters.q.strip().lstrip("#")
    if said.isascii() and said.isdecimal() and len(said) < 10:
        rows = rows.filter(Q(number=int(said)) | Q(title__icontains=said))
    else:
        for word in said.replace("\0", "").split()[:8]:
            rows = rows.filter(title__icontains=word)
    return rows


def _roots(links: "QuerySet[Any]") -> list[int]:
    """The cases in which these links are shown, by their rows."""
    return list(links.values_list(Coalesce("case__root_id", "case_id"), flat=True).distinct())


def counts(programme: str) -> dict[str, int]:
    """How many cases that stand by themselves have each status."""
    rows = Row.objects.filter(programme_id=scope.id_of(programme), root__isnull=True, taken_back=False)
    return dict(rows.values_list("status").annotate(cases=Count("pk")).order_by())


def due(programme: str, user: int, *, days: int = 7, limit: int = 50) -> list[Case]:
    """Open cases whose time is past or comes within these days: a person's own, and of those that are
    nobody's their teams' and no team's. The soonest first.
    """
    within = scope.of(programme)
    teams = TeamMember.objects.filter(person_id=user, team__programme_id=within.id).values("team_id")
    nobodys = Q(assignee__isnull=True) & (Q(team__isnull=True) | Q(team_id__in=teams))
    rows = _wanted(within, Filters()).filter(
        Q(assignee_id=user) | nobodys, due__lt=clock.now() + timedelta(days=days)
    )
    return told(within, list(rows.order_by("due", "pk")[:limit]))


def mentions(user: int, programme: str, *, unseen: bool = True, limit: int = 50) -> list[Mention]:
    """Notes in which a person is named, the newest first; with `unseen` those they did not look at yet."""
    rows = CaseMention.objects.filter(
        person_id=user,
        note__case__programme_id=scope.id_of(programme),
        note__out__isnull=True,
        note__case__taken_back=False,
    )
    if unseen:
        rows = rows.filter(seen__isnull=True)
    found = list(rows.select_related("note", "note__case", "note__case__root").order_by("-note_id")[:limit])
    called = names(row.note.by_id for row in found)
    return [
        Mention(
            note=row.note_id,
            case=(row.note.case.root or row.note.case).number,
            title=(row.note.case.root or row.note.case).title,
            by_name=called.get(row.note.by_id or 0, ""),
            at=row.note.at,
            text=row.note.text,
            seen=row.seen is not None,
        )
        for row in found
    ]


def told(within: Scope, rows: Sequence[Row]) -> list[Case]:
    """These cases with what they hold: a fixed number of questions, however many they are.

    All of them stand by themselves, or there is only one.
    """
    if not rows:
        return []
    own = {row.pk: row.pk for row in rows}
    members: dict[int, list[int]] = {}
    for pk, number, root in (
        Row.objects.filter(root_id__in=list(own)).order_by("number").values_list("pk", "number", "root_id")
    ):
        own[pk] = root
        members.setdefault(root, []).append(number)
    links = _posts(within, own)
    themes = _themes(own)
    tags: dict[int, dict[int, str]] = {}
    for case, tag, name in CaseTag.objects.filter(case_id__in=list(own), out__isnull=True).values_list(
        "case_id", "tag_id", "tag__name"
    ):
        tags.setdefault(own[case], {})[tag] = name
    noted = Counter(
        own[case]
        for case in CaseNote.objects.filter(case_id__in=list(own), out__isnull=True).values_list(
            "case_id", flat=True
        )
    )
    files = Counter(
        own[case]
        for case in Attachment.objects.filter(case_id__in=list(own)).values_list("case_id", flat=True)
    )
    people = names(person for row in rows for person in (row.assignee_id, row.opened_by_id))
    teams = dict(
        Team.objects.filter(pk__in={row.team_id for row in rows if row.team_id}).values_list("pk", "name")
    )
    roots = dict(
        Row.objects.filter(pk__in={row.root_id for row in rows if row.root_id}).values_list("pk", "number")
    )
    return [
        Case(
            number=row.number,
            title=row.title,
            status=row.status,
            severity=row.severity,
            version=row.version,
            opened=row.opened,
            changed=row.changed,
            opened_by=row.opened_by_id,
            opened_by_name=people.get(row.opened_by_id or 0, ""),
            team=row.team_id,
            team_name=teams.get(row.team_id or 0, ""),
            assignee=row.assignee_id,
            assignee_name=people.get(row.assignee_id or 0, ""),
            due=row.due,
            closed=row.closed,
            merged_into=roots.get(row.root_id) if row.root_id else None,
            members=tuple(members.get(row.pk, ())),
            tags=tuple(sorted(tags.get(row.pk, {}).items(), key=lambda one: (one[1].casefold(), one[0]))),
            posts=links.get(row.pk, (0, 0))[0],
            gone=links.get(row.pk, (0, 0))[1],
            themes=tuple(sorted(themes.get(row.pk, ()))),
            notes=noted[row.pk],
            attachments=files[row.pk],
            taken_back=row.taken_back,
        )
        for row in rows
    ]


def _posts(within: Scope, own: Mapping[int, int]) -> dict[int, tuple[int, int]]:
    """Posts of each case that may be told, and how many were linked and may not or are not kept: one in two
    cases that became one counts once.
    """
    root = "l.case_id" if len(set(own.values())) == len(own) else "coalesce(c.root_id, c.id)"
    kept = f"l.post_id >= {within.first_id}"
    joined = " JOIN store_case c ON c.id = l.case_id"
    if within.partly:
        joined += " LEFT JOIN store_post p ON p.id = l.post_id"
        kept += within.told("p.place_id", "p.id", overdue.ids)
    with connection.cursor() as db:
        rows = dialect.among(
            db,
            f"SELECT {root}, count(DISTINCT CASE WHEN {kept} THEN l.post_id END),"  # noqa: S608 - conditions of `scope`
            " count(DISTINCT l.post_id), count(DISTINCT l.gone)"
            f" FROM store_casepost l{joined} WHERE l.out_id IS NULL AND",
            "l.case_id",
            list(own),
            then=" GROUP BY 1",
        )
    return {case: (shown, posts - shown + gone) for case, shown, posts, gone in rows}


def _themes(own: Mapping[int, int]) -> dict[int, set[int]]:
    """The numbers of the themes of each case, as they are now; dismissed ones too."""
    found: dict[int, set[int]] = {}
    for one in case_family.themes(own):
        found.setdefault(own[one.case], set()).add(one.number)
    return found
