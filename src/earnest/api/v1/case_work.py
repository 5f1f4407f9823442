"""Working on cases: opening, changing, putting posts and themes in and out, merging, splitting, undoing,
notes.
"""

from typing import Annotated

from django.http import HttpRequest
from pydantic import AwareDatetime, Field

from earnest.api.v1.cases import CaseOut, case, case_out
from earnest.api.v1.door import asker, patch, post
from earnest.api.v1.problems import Problem
from earnest.api.v1.shapes import Changed, Done, In, Number, Numbered, seen
from earnest.desk import cases, tags
from earnest.store.shapes_cases import Severity, Status

MOST = 200
"""Posts or themes of one request."""

Posts = Annotated[list[Number], Field(max_length=MOST, description="Ids of posts.")]
Themes = Annotated[
    list[Annotated[int, Field(ge=1, le=2**31 - 1)]], Field(max_length=MOST, description="Numbers of themes.")
]
Title = Annotated[str, Field(min_length=1, max_length=160, examples=["Tips are missing on statements"])]
Because = Annotated[str, Field(max_length=400, description="Why, for the timeline.")]
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]


class Opening(In):
    """A case that is to be opened."""

    title: Title
    severity: Severity = "normal"
    posts: Posts = Field([])
    themes: Themes = Field([])
    team: Id | None = None
    because: Because = ""


class CaseChange(In):
    """What is to be different. What is left out stays; null takes team, assignee or due time away."""

    title: Title | None = None
    status: Status | None = None
    severity: Severity | None = None
    team: Id | None = None
    assignee: Id | None = None
    due: Annotated[AwareDatetime, Field(strict=False)] | None = None
    tags: Annotated[list[Annotated[str, Field(min_length=1, max_length=60)]], Field(max_length=20)] | None = (
        Field(None, description="All the names it is to have; a new one is made.")
    )
    because: Because = ""


class Some(In):
    """Posts and themes."""

    posts: Posts = Field([])
    themes: Themes = Field([])


class Merging(In):
    other: Id = Field(description="The case that is the same; it is shown in this one from now on.")
    because: Because = ""


class Splitting(Some):
    title: Title


class Note(In):
    text: str = Field(min_length=1, max_length=20_000, description="Plain text; @name tells somebody.")


@post("/{programme}/cases", "work_cases", Numbered, tag="Cases", status=201)
def open_case(request: HttpRequest, programme: str, body: Opening) -> Numbered:
    """Open a case, with posts and themes if there are any. Its title is judged like any other
    configuration.
    """
    number = cases.open_case(
        programme,
        body.title,
        by=asker(request).person.pk,
        severity=body.severity,
        posts=body.posts,
        themes=body.themes,
        team=body.team,
        because=body.because,
    )
    return _made(programme, number)


@patch("/{programme}/cases/{int:number}", "work_cases", CaseOut, tag="Cases", version=True)
def change_case(request: HttpRequest, programme: str, number: int, body: CaseChange) -> CaseOut:
    """Change title, status, severity, team, assignee, due time or tags.

    If-Match says which version you saw. Where somebody changed the case since, the answer is 412 with both
    values of every field that differs, and nothing is written.
    """
    version = seen(request.headers.get("If-Match"))
    case(programme, number)
    given = body.model_fields_set
    for name in ("title", "status", "severity", "tags"):
        if name in given and getattr(body, name) is None:
            raise Problem(422, "not-valid", "This cannot be taken away.", where=f"body.{name}")
    fields = {name: getattr(body, name) for name in given - {"because", "tags"}}
    if body.tags is not None:
        fields["tags"] = list(dict.fromkeys(tags.ensure(programme, name) for name in body.tags))
    cases.change(programme, number, by=asker(request).person.pk, seen=version, because=body.because, **fields)
    now = case(programme, number)
    return case_out(now).of_version(now.version)


@post("/{programme}/cases/{int:number}/add", "work_cases", Changed, tag="Cases")
def add_to_case(request: HttpRequest, programme: str, number: int, body: Some) -> Changed:
    """Put posts and themes into a case. Those that are in it already stay as they are."""
    _some(body)
    case(programme, number)
    done = cases.add(programme, number, posts=body.posts, themes=body.themes, by=asker(request).person.pk)
    return Changed(change=done or None)


@post("/{programme}/cases/{int:number}/take-out", "work_cases", Changed, tag="Cases")
def take_out_of_case(request: HttpRequest, programme: str, number: int, body: Some) -> Changed:
    """Take posts and themes out of a case. They stay where else they are."""
    _some(body)
    case(programme, number)
    done = cases.take_out(
        programme, number, posts=body.posts, themes=body.themes, by=asker(request).person.pk
    )
    return Changed(change=done or None)


@post("/{programme}/cases/{int:number}/merge", "work_cases", Changed, tag="Cases")
def merge_cases(request: HttpRequest, programme: str, number: int, body: Merging) -> Changed:
    """Another case is the same as this one: it is shown here from now on with all it has."""
    case(programme, number)
    case(programme, body.other)
    done = cases.merge(programme, number, body.other, by=asker(request).person.pk, because=body.because)
    return Changed(change=done or None)


@post("/{programme}/cases/{int:number}/split", "work_cases", Numbered, tag="Cases", status=201)
def split_case(request: HttpRequest, programme: str, number: int, body: Splitting) -> Numbered:
    """Posts and themes of a case become a case of their own."""
    _some(body)
    case(programme, number)
    made = cases.split(
        programme,
        number,
        title=body.title,
        posts=body.posts,
        themes=body.themes,
        by=asker(request).person.pk,
    )
    return _made(programme, made)


@post("/{programme}/changes/{int:change}/undo", "work_cases", Done, tag="Cases")
def undo_change(request: HttpRequest, programme: str, change: int) -> Done:
    """Undo a change of a case, whatever happened since, as far as that means something."""
    cases.undo(programme, change, by=asker(request).person.pk)
    return Done()


@post("/{programme}/cases/{int:number}/notes", "work_cases", Changed, tag="Cases", status=201)
def add_note(request: HttpRequest, programme: str, number: int, body: Note) -> Changed:
    """Write a note on a case."""
    case(programme, number)
    done = cases.note(programme, number, body.text, by=asker(request).person.pk)
    return Changed(change=done or None).found_at(f"/api/v1/{programme}/cases/{number}/timeline")


def _some(body: Some) -> None:
    if not (body.posts or body.themes):
        raise Problem(422, "not-valid", "Name at least one post or theme.", where="body.posts")


def _made(programme: str, number: int) -> Numbered:
    return Numbered(number=number).found_at(f"/api/v1/{programme}/cases/{number}")
