"""What was sent, and where messages go. What a message said is told nowhere: it is wiped once delivered."""

from typing import Literal

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from earnest.api.v1 import cursor
from earnest.api.v1.door import asker, get
from earnest.api.v1.shapes import Asked, Cursor, Moment, Out, plain
from earnest.desk import channels, outbox
from earnest.store import read_outbox


class ChannelOut(Out):
    """Where messages go. Its secrets and addresses are told nowhere."""

    slug: str
    name: str
    sort: str
    on: bool
    events: list[str]
    worked: Moment | None
    problem: str


class Channels(Out):
    items: list[ChannelOut]
    next: None = None


class SentOut(Out):
    """A message. Mails to single people of the desk are "a person"."""

    id: int
    made: Moment
    kind: str
    case: int | None
    channel: str
    sort: str
    state: str
    result: str
    status: int | None
    attempts: int
    done: Moment | None


class Sent(Out):
    """The newest first."""

    items: list[SentOut]
    next: str | None


class SentAsked(Asked):
    state: Literal["waiting", "delivered", "refused", "given_up", "dropped"] | None = None
    case: int | None = Field(None, ge=1, le=2**31 - 1)
    cursor: Cursor | None = None


@get("/{programme}/channels", "keep_channels", Channels, tag="Messages")
def list_channels(request: HttpRequest, programme: str) -> Channels:
    """Where messages go, and whether it works."""
    return Channels(
        items=[
            ChannelOut(
                slug=one.slug,
                name=one.name,
                sort=one.sort,
                on=one.on,
                events=list(one.events),
                worked=one.worked,
                problem=one.problem,
            )
            for one in channels.of(programme)
        ]
    )


@get("/{programme}/sent", "keep_routes", Sent, tag="Messages")
def list_sent(request: HttpRequest, programme: str, asked: Query[SentAsked]) -> Sent:
    """Messages that went out or wait to, and whether they arrived."""
    question = plain(asked.model_dump(exclude={"cursor"}, mode="json"))
    after = int(cursor.read("sent", question, asked.cursor)) if asked.cursor else None
    wanted = read_outbox.Filters(state=asked.state or "", case=asked.case)
    page = outbox.sent(programme, wanted, after, by=asker(request).person)
    return Sent(
        items=[
            SentOut(
                id=row.id,
                made=row.made,
                kind=row.kind,
                case=row.case,
                channel=row.channel,
                sort=row.sort,
                state=row.state,
                result=row.result,
                status=row.status,
                attempts=row.attempts,
                done=row.done,
            )
            for row in page.rows
        ],
        next=cursor.write("sent", question, str(page.after)) if page.after is not None else None,
    )
