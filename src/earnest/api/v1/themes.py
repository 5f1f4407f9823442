"""Themes: what posts speak of together. Nothing is told of one of which too few voices speak."""

from typing import Literal

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from earnest.api.v1.door import asker, get
from earnest.api.v1.posts import PostOut, out
from earnest.api.v1.problems import Problem, not_there
from earnest.api.v1.shapes import Asked, LabelId, Limit, Moment, Out, Slug, YesNo
from earnest.desk import audit
from earnest.report import names, theme_cells
from earnest.store import read, read_themes
from earnest.store.read import Programme
from earnest.store.read_themes import ThemeRow


class ThemePlace(Out):
    place: str
    title: str
    posts: int | None


class ThemeOut(Out):
    """A theme. Counts are rounded to the programme's floor; None is a count that is hidden.

    `voices`: distinct ones at least. `weeks`: posts of each of the last weeks, the oldest first, the one that
    runs last. `way`: how it moves beside all that was heard; `low` and `high` times as often as before.
    """

    number: int
    name: str
    named_by: str
    phrases: list[str]
    label: str
    state: str
    posts: int | None
    voices: int
    others: int | None = Field(description="Posts that say the opposite of most.")
    weeks: list[int | None]
    places: list[ThemePlace]
    way: Literal["new", "rising", "steady", "falling", "unclear"]
    low: float | None
    high: float | None
    first_seen: Moment
    last_seen: Moment


class Themes(Out):
    """At most 60 themes, those with most posts first. `smaller`: there are others, of too few voices."""

    items: list[ThemeOut]
    smaller: bool
    next: None = None


class ThemesAsked(Asked):
    weeks: Literal["4", "12", "26"] = "12"
    label: LabelId | None = None
    place: Slug | None = None
    dismissed: YesNo = Field("no", description="yes: those that somebody said are no themes.")


class PostsOfTheme(Out):
    items: list[PostOut]
    next: None = None


class PostsOfThemeAsked(Asked):
    opposite: YesNo = Field("no", description="yes: posts that say the opposite of most.")
    limit: Limit = 12


@get("/{programme}/themes", "see_figures", Themes, tag="Themes")
def themes(request: HttpRequest, programme: str, asked: Query[ThemesAsked]) -> Themes:
    """The themes of the last weeks, those with most posts first."""
    here = asker(request).here
    if asked.place and read.place(programme, asked.place) is None:
        raise Problem(422, "not-valid", "There is no place of that name here.", where="query.place")
    rows = read_themes.themes(
        programme,
        weeks=int(asked.weeks),
        label=asked.label or "",
        place=asked.place or "",
        dismissed=asked.dismissed == "yes",
    )
    told = [row for row in rows if theme_cells.enough(row, here)]
    return Themes(items=_out(told, here, int(asked.weeks)), smaller=len(rows) > len(told))


@get("/{programme}/themes/{int:number}", "see_figures", ThemeOut, tag="Themes")
def theme(request: HttpRequest, programme: str, number: int) -> ThemeOut:
    """One theme. Of one that became part of another, that other one."""
    here = asker(request).here
    return _out([_theme(here, number)], here, read_themes.WEEKS)[0]


@get("/{programme}/themes/{int:number}/posts", "see_posts", PostsOfTheme, tag="Themes")
def theme_posts(
    request: HttpRequest, programme: str, number: int, asked: Query[PostsOfThemeAsked]
) -> PostsOfTheme:
    """Posts of a theme, those that say it best first. Noted in the audit chain."""
    by = asker(request)
    found = _theme(by.here, number)
    audit.by(by.person, "posts_read", programme, f"theme:{found.number}")
    rows = read_themes.posts_of(programme, number, other=asked.opposite == "yes", limit=asked.limit)
    return PostsOfTheme(items=[out(row) for row in rows])


def _theme(here: Programme, number: int) -> ThemeRow:
    row = read_themes.theme(here.slug, number) if number < 1 << 31 else None
    if row is None or not row.posts or not theme_cells.enough(row, here):
        raise not_there("There is no such theme, or too few voices speak of it.")
    return row


def _out(rows: list[ThemeRow], here: Programme, weeks: int) -> list[ThemeOut]:
    if not rows:
        return []
    _, heard = theme_cells.everything(here, weeks)
    called = names.of(here)
    answer = []
    for row in rows:
        told = theme_cells.tell(row, here, heard)
        answer.append(
            ThemeOut(
                number=row.number,
                name=row.name or f"A theme in {called.label(row.label)}",
                named_by=row.named_by or "label",
                phrases=list(row.phrases),
                label=row.label,
                state=row.state,
                posts=told.posts,
                voices=told.voices,
                others=told.others,
                weeks=list(told.weeks),
                places=[
                    ThemePlace(place=slug, title=title, posts=posts) for slug, title, posts in told.places
                ],
                way=told.moves.way,
                low=told.moves.low,
                high=told.moves.high,
                first_seen=row.first_seen,
                last_seen=row.last_seen,
            )
        )
    return answer
