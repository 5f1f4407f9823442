"""Cases: lists, one case with its timeline, posts and suggestions; whom and what it may be given."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from earnest.api.v1 import cursor
from earnest.api.v1.door import asker, get
from earnest.api.v1.posts import PostOut, out
from earnest.api.v1.problems import not_there
from earnest.api.v1.shapes import Asked, Cursor, LabelId, Limit, Moment, Number, Out, YesNo, plain
from earnest.desk import audit, cases, tags, teams
from earnest.store import read_case_posts, read_cases
from earnest.store.shapes_cases import Case, Entry, Filters, Severity, Status

ANY = "any"


class Named(Out):
    """A thing by its id, as the desk calls it."""

    id: int
    name: str


class CaseOut(Out):
    """A case. `posts`: those linked by themselves that are kept and may be told. `merged_into`: the case in
    which this one is shown; then look there.
    """

    number: int
    title: str
    status: Status
    severity: Severity
    version: int
    opened: Moment
    changed: Moment
    closed: Moment | None
    due: Moment | None
    team: Named | None
    assignee: Named | None
    tags: list[Named]
    posts: int
    themes: list[int]
    notes: int
    attachments: int
    members: list[int] = Field(description="Numbers of the cases that became part of this one.")
    merged_into: int | None


class CaseList(Out):
    items: list[CaseOut]
    next: str | None


class CasesAsked(Asked):
    status: list[Status] = Field([], max_length=7, description="Those that are open where left out.")
    all: YesNo = Field("no", description="yes: whatever their status.")
    severity: list[Severity] = Field([], max_length=4)
    team: int | None = Field(None, ge=0, le=2**31 - 1, description="0: no team's.")
    assignee: int | None = Field(None, ge=0, le=2**31 - 1, description="0: nobody's.")
    tag: int | None = Field(None, ge=1, le=2**31 - 1)
    theme: int | None = Field(None, ge=1, le=2**31 - 1)
    label: LabelId | None = Field(
        None, description="A label or a category: with a post of that main label, or a theme of it."
    )
    q: str | None = Field(None, max_length=160, description="Words of the title, or a number.")
    overdue: YesNo = "no"
    order: Literal["changed", "due", "severity", "opened"] = "changed"
    limit: Limit = 50
    cursor: Cursor | None = None


class EntryOut(Out):
    """One entry of a timeline. `sort` is a code, `detail` numbers and codes; `undoable`: `change` may be
    undone.
    """

    change: int
    case: int
    sort: str
    at: Moment
    by: str
    detail: dict[str, Any]
    before: dict[str, Any]
    why: str
    undone: Moment | None
    undoable: bool
    note: str | None


class Timeline(Out):
    """The newest first."""

    items: list[EntryOut]
    next: str | None


class Paged(Asked):
    limit: Limit = 50
    cursor: Cursor | None = None


class CasePost(Out):
    """A post of a case. `how`: hand, suggested, alert, or theme for one that is there with its theme."""

    post: PostOut
    how: str
    theme: int | None


class CasePosts(Out):
    items: list[CasePost]
    next: str | None


class EvidenceOut(Out):
    sort: str
    count: int
    themes: list[int]
    phrases: list[str]
    label: str
    place: str


class SuggestionOut(Out):
    """Something that likely belongs to the case, and what they share."""

    kind: Literal["case", "theme", "post"]
    number: int
    name: str
    score: float
    evidence: list[EvidenceOut]


class Suggestions(Out):
    items: list[SuggestionOut]
    next: None = None


class Names(Out):
    """Teams, people who may be given cases, and tags: their ids and names."""

    teams: list[Named]
    people: list[Named]
    tags: list[Named]


@get("/{programme}/cases", "see_cases", CaseList, tag="Cases")
def list_cases(request: HttpRequest, programme: str, asked: Query[CasesAsked]) -> CaseList:
    """Cases, those that changed lately first, or in another order.

    A case that changes while you go from page to page moves; none is left out that does not.
    """
    question = plain(asked.model_dump(exclude={"cursor", "limit"}, mode="json"))
    after = cursor.read("cases", question, asked.cursor) if asked.cursor else None
    wanted = Filters(
        statuses=(ANY,) if asked.all == "yes" else tuple(asked.status),
        severities=tuple(asked.severity),
        team=asked.team,
        assignee=asked.assignee,
        tag=asked.tag,
        theme=asked.theme,
        label=asked.label or "",
        q=asked.q or "",
        overdue=asked.overdue == "yes",
        order=asked.order,
    )
    page = read_cases.listing(programme, wanted, after, asked.limit)
    return CaseList(
        items=[case_out(row) for row in page.rows],
        next=cursor.write("cases", question, page.next) if page.next else None,
    )


@get("/{programme}/cases/names", "see_cases", Names, tag="Cases")
def case_names(request: HttpRequest, programme: str) -> Names:
    """Which teams, people and tags a case may be given, by their ids."""
    return Names(
        teams=[Named(id=team.id, name=team.name) for team in teams.of(programme)],
        people=[Named(id=id, name=name) for id, name in cases.people(programme).items()],
        tags=[Named(id=tag.id, name=tag.name) for tag in tags.of(programme)],
    )


@get("/{programme}/cases/{int:number}", "see_cases", CaseOut, tag="Cases")
def one_case(request: HttpRequest, programme: str, number: int) -> CaseOut:
    """One case. Its ETag names its version: send it as If-Match with a change."""
    found = case(programme, number)
    audit.by(asker(request).person, "case_read", programme, f"case:{number}", hourly=True)
    return case_out(found).of_version(found.version)


@get("/{programme}/cases/{int:number}/timeline", "see_cases", Timeline, tag="Cases")
def case_timeline(request: HttpRequest, programme: str, number: int, asked: Query[Paged]) -> Timeline:
    """What happened to a case and to those that became part of it, the newest first."""
    case(programme, number)
    question = {"case": number}
    before = int(cursor.read("timeline", question, asked.cursor)) if asked.cursor else None
    found = read_cases.timeline(programme, number, before=before, limit=asked.limit + 1)
    rows = found[: asked.limit]
    audit.by(asker(request).person, "case_read", programme, f"case:{number}", hourly=True)
    return Timeline(
        items=[_entry(row) for row in rows],
        next=cursor.write("timeline", question, str(rows[-1].id)) if len(found) > asked.limit else None,
    )


@get("/{programme}/cases/{int:number}/posts", "see_posts", CasePosts, tag="Cases")
def case_posts(request: HttpRequest, programme: str, number: int, asked: Query[Paged]) -> CasePosts:
    """The posts of a case, the newest first: those linked to it, and those that are there with a theme."""
    case(programme, number)
    question = {"case": number}
    after = int(cursor.read("case_posts", question, asked.cursor)) if asked.cursor else None
    page = read_case_posts.posts(programme, number, after=after, limit=asked.limit)
    audit.by(
        asker(request).person, "posts_read", programme, f"case:{number}", detail={"posts": len(page.rows)}
    )
    return CasePosts(
        items=[CasePost(post=out(row.post), how=row.how, theme=row.theme) for row in page.rows],
        next=cursor.write("case_posts", question, str(page.next)) if page.next is not None else None,
    )


@get("/{programme}/cases/{int:number}/suggestions", "work_cases", Suggestions, tag="Cases")
def case_suggestions(request: HttpRequest, programme: str, number: int) -> Suggestions:
    """Other cases, themes and posts that likely belong to a case, each with what they share."""
    case(programme, number)
    return Suggestions(
        items=[
            SuggestionOut(
                kind=one.kind,
                number=one.number,
                name=one.name,
                score=one.score,
                evidence=[
                    EvidenceOut(
                        sort=why.sort,
                        count=why.count,
                        themes=list(why.themes),
                        phrases=list(why.phrases),
                        label=why.label,
                        place=why.place,
                    )
                    for why in one.evidence
                ],
            )
            for one in cases.suggestions(programme, number)
        ]
    )


@get("/{programme}/posts/{int:id}/cases", "see_cases", CaseList, tag="Cases")
def cases_of_post(request: HttpRequest, programme: str, id: Number) -> CaseList:
    """The cases a post is in, by itself or with its theme."""
    numbers = read_cases.of_post(programme, [id]).get(id, [])
    found = [read_cases.one(programme, number) for number in numbers[:20]]
    return CaseList(items=[case_out(one) for one in found if one is not None], next=None)


def case(programme: str, number: int) -> Case:
    """A case, also one that became part of another. Raises Problem (404)."""
    found = read_cases.one(programme, number) if number < 1 << 31 else None
    if found is None:
        raise not_there("There is no such case.")
    return found


def case_out(row: Case) -> CaseOut:
    return CaseOut(
        number=row.number,
        title=row.title,
        status=row.status,  # type: ignore[arg-type]  # the store's own codes
        severity=row.severity,  # type: ignore[arg-type]  # the store's own codes
        version=row.version,
        opened=row.opened,
        changed=row.changed,
        closed=row.closed,
        due=row.due,
        team=None if row.team is None else Named(id=row.team, name=row.team_name),
        assignee=None if row.assignee is None else Named(id=row.assignee, name=row.assignee_name),
        tags=[Named(id=id, name=name) for id, name in row.tags],
        posts=row.posts,
        themes=list(row.themes),
        notes=row.notes,
        attachments=row.attachments,
        members=list(row.members),
        merged_into=row.merged_into,
    )


def _entry(row: Entry) -> EntryOut:
    return EntryOut(
        change=row.id,
        case=row.case,
        sort=row.sort,
        at=row.at,
        by=row.by_name,
        detail=_simple(row.detail),
        before=_simple(row.before),
        why=row.why,
        undone=row.undone,
        undoable=row.undoable,
        note=None if row.note is None or row.note.erased else row.note.text,
    )


def _simple(detail: Any) -> dict[str, Any]:
    """Codes and numbers as JSON has them."""
    return {
        str(name): value.isoformat() if isinstance(value, datetime) else value
        for name, value in dict(detail).items()
    }
