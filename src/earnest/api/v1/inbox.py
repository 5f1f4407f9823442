"""The inbox: what waits, holding posts so that two never work the same, and dealing with them. What is done
to a post holds for those that say nearly the same.
"""

from datetime import date
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from earnest.api.v1 import cursor
from earnest.api.v1.case_work import Id
from earnest.api.v1.door import asker, get, post
from earnest.api.v1.posts import PostOut, Which, filters, noted, out
from earnest.api.v1.problems import Problem
from earnest.api.v1.shapes import Cursor, Day, In, KindOf, LabelId, Limit, Moment, Number, Out, plain
from earnest.desk import audit, inbox, undo
from earnest.store import read_inbox

MOST = 200

Posts = Annotated[list[Number], Field(min_length=1, max_length=MOST, description="Ids of posts.")]


class Waiting(Out):
    """A post that waits. `held`: somebody works on it until then. `why`: codes of why it may not wait."""

    post: PostOut
    tags: list[str]
    held: Moment | None
    theme: int | None
    why: list[str]
    due: bool


class Inbox(Out):
    items: list[Waiting]
    next: str | None


class InboxAsked(Which):
    limit: Limit = 30
    cursor: Cursor | None = None


class Taking(In):
    n: int = Field(10, ge=1, le=50, description="How many at most.")


class Taken(Out):
    """Ids of the posts that are held for this token's maker now."""

    posts: list[int]


class Acted(Out):
    """What was done: `act` is what undoes it; `left`: posts that stayed as they are, because somebody else
    works on them or they are gone.
    """

    act: int
    posts: int
    left: int
    case: int | None = None


class Given(Out):
    posts: int


class Some(In):
    posts: Posts


class Settling(Some):
    how: Literal["done", "nothing", "later"]
    until: Annotated[Day, Field(strict=False)] | None = Field(
        None, description="With later: the day on which they come back."
    )


class Tagging(Some):
    tag: str = Field(min_length=1, max_length=60)


class Labelling(Some):
    labels: Annotated[list[LabelId], Field(min_length=1, max_length=2)]
    kind: KindOf | None = Field(None, description="Left out: each post keeps its own.")


class IntoCase(Some):
    case: Id | None = Field(None, description="Left out: a new one is opened.")
    title: str = Field("", max_length=160)


class Undone(Out):
    """How many posts are as they were before, and how many somebody changed since, or are gone."""

    posts: int
    left: int


@get("/{programme}/inbox", "work_inbox", Inbox, tag="Inbox")
def read_waiting(request: HttpRequest, programme: str, asked: Query[InboxAsked]) -> Inbox:
    """Posts that nobody has dealt with, what was put off until now first. Repeats wait as one."""
    by = asker(request)
    wanted = filters(by, asked)
    question = plain(asked.model_dump(exclude={"cursor", "limit"}, mode="json"))
    after = cursor.read("inbox", question, asked.cursor) if asked.cursor else None
    audit.by(by.person, "posts_read", programme, "inbox", detail=noted(asked))
    page = read_inbox.page(programme, wanted, after=after, limit=asked.limit)
    return Inbox(
        items=[
            Waiting(
                post=out(item.post),
                tags=list(item.tags),
                held=item.until,
                theme=item.theme[0] if item.theme else None,
                why=list(item.why),
                due=item.due,
            )
            for item in page.items
        ],
        next=cursor.write("inbox", question, page.next) if page.next else None,
    )


@post("/{programme}/inbox/take", "work_inbox", Taken, tag="Inbox")
def take_posts(request: HttpRequest, programme: str, body: Taking) -> Taken:
    """Hold the next posts for a while, so that nobody else works on them."""
    return Taken(posts=inbox.take(programme, n=body.n, by=asker(request).person.pk))


@post("/{programme}/inbox/give-back", "work_inbox", Given, tag="Inbox")
def give_back_posts(request: HttpRequest, programme: str, body: Some) -> Given:
    """Let go of posts that are held."""
    return Given(posts=inbox.give_back(programme, body.posts, by=asker(request).person.pk))


@post("/{programme}/inbox/settle", "work_inbox", Acted, tag="Inbox")
def settle_posts(request: HttpRequest, programme: str, body: Settling) -> Acted:
    """Posts are dealt with: done, nothing to do, or not before a day."""
    until: date | None = body.until
    if (body.how == "later") != (until is not None):
        raise Problem(422, "not-valid", "A day belongs to later, and to nothing else.", where="body.until")
    return _acted(inbox.settle(programme, body.posts, body.how, by=asker(request).person.pk, until=until))


@post("/{programme}/inbox/tag", "work_inbox", Acted, tag="Inbox")
def tag_posts(request: HttpRequest, programme: str, body: Tagging) -> Acted:
    """Put a tag on posts. Its name is judged like any other configuration."""
    return _acted(inbox.tag(programme, body.posts, body.tag, by=asker(request).person.pk))


@post("/{programme}/inbox/untag", "work_inbox", Acted, tag="Inbox")
def untag_posts(request: HttpRequest, programme: str, body: Tagging) -> Acted:
    """Take a tag off posts."""
    return _acted(inbox.untag(programme, body.posts, body.tag, by=asker(request).person.pk))


@post("/{programme}/inbox/label", "correct", Acted, tag="Inbox")
def label_posts(request: HttpRequest, programme: str, body: Labelling) -> Acted:
    """Say which labels are right, of posts and of those that say nearly the same."""
    return _acted(
        inbox.label(programme, body.posts, body.labels, body.kind or "", by=asker(request).person.pk)
    )


@post("/{programme}/inbox/case", "work_cases", Acted, tag="Inbox")
def posts_to_case(request: HttpRequest, programme: str, body: IntoCase) -> Acted:
    """Put posts into a case, or open one with them; they are dealt with."""
    if (body.case is None) == (not body.title):
        raise Problem(
            422, "not-valid", "Name a case, or the title of a new one, and not both.", where="body.case"
        )
    done, number = inbox.to_case(programme, body.posts, body.case, body.title, by=asker(request).person.pk)
    return Acted(act=done.act, posts=done.posts, left=done.left, case=number)


@post("/{programme}/inbox/acts/{int:act}/undo", "work_inbox", Undone, tag="Inbox")
def undo_act(request: HttpRequest, programme: str, act: int) -> Undone:
    """Take an act of one's own back."""
    done = undo.undo(programme, act, by=asker(request).person.pk)
    return Undone(posts=done.posts, left=done.left)


def _acted(done: inbox.Done) -> Acted:
    return Acted(act=done.act, posts=done.posts, left=done.left)
