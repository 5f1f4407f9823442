"""Posts: lists with the filters of the Posts page, one post, counts beside the filters, correcting."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query
from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from earnest.api.v1 import cursor
from earnest.api.v1.door import Asker, asker, get, post
from earnest.api.v1.problems import Problem, not_there
from earnest.api.v1.shapes import (
    Asked,
    Cursor,
    Day,
    Done,
    In,
    KindOf,
    LabelId,
    Lang,
    Limit,
    Moment,
    Out,
    Scored,
    Slug,
    Tone,
    YesNo,
    plain,
)
from earnest.desk import audit
from earnest.record.audience import NO_FEELINGS
from earnest.record.audience import of as allowed
from earnest.report import taxonomies
from earnest.store import read, write
from earnest.store.read import Filters, PostRow
from earnest.understand.corpus import OTHER

MOST_VALUES = 80
COUNTED = timedelta(weeks=4)
LABELS_OF_A_POST = 2


class PostOut(Out):
    """A post. Who wrote it is not known here, nor where it stands on the web: neither was kept.

    Personal data in `text` was replaced by placeholders before it was stored. `tone` is there for programmes
    that listen to customers and for no other.
    """

    id: int
    text: str
    created: Moment
    received: Moment
    lang: str
    region: str | None
    place: str
    kind: str
    kind_score: float
    labels: list[Scored]
    unsure: bool
    corrected: bool
    copies: int = Field(
        description="How many others say nearly the same; on pages only where they are folded."
    )
    tone: str | None = None

    @model_serializer(mode="wrap")
    def _without_tone(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        said: dict[str, Any] = handler(self)
        if said.get("tone") is None:
            said.pop("tone", None)
        return said


class Posts(Out):
    """A page of posts, the newest first. `next` None: this was the last."""

    items: list[PostOut]
    next: str | None


class Which(Asked):
    """The filters. Values of one name are alternatives; names narrow each other."""

    q: str | None = Field(None, max_length=300, description='Words, "a phrase", -without, begin*.')
    label: list[LabelId] = Field([], max_length=MOST_VALUES, description="A label, or a whole category.")
    kind: list[KindOf] = Field([], max_length=MOST_VALUES)
    place: list[Slug] = Field([], max_length=MOST_VALUES)
    lang: list[Lang] = Field([], max_length=MOST_VALUES)
    region: list[str] = Field([], max_length=MOST_VALUES)
    tone: list[Tone] = Field([], max_length=MOST_VALUES, description="Refused where a workforce is heard.")
    unsure: YesNo | None = Field(None, description="Whether the model was unsure of the label.")
    since: Day | None = Field(None, description="The first day.")
    until: Day | None = Field(None, description="The last day; it is included.")


class PostsAsked(Which):
    folded: YesNo = Field("yes", description="yes: posts that say nearly the same stand under the first.")
    limit: Limit = 50
    cursor: Cursor | None = None


class CountsAsked(Asked):
    since: Day | None = Field(None, description="The first day; four weeks ago where left out.")
    until: Day | None = Field(None, description="The last day; it is included.")


class Counts(Out):
    """Posts by value of each filter, by their main label."""

    since: Moment
    until: Moment
    counts: dict[str, dict[str, int]]


class Correction(In):
    """What is right about a post."""

    labels: list[LabelId] = Field(
        min_length=1, max_length=LABELS_OF_A_POST, description="The main one first."
    )
    kind: KindOf


@get("/{programme}/posts", "see_posts", Posts, tag="Posts")
def posts(request: HttpRequest, programme: str, asked: Query[PostsAsked]) -> Posts:
    """Posts, the newest first.

    With the filters of the Posts page. Posts that are older than the programme keeps them, that were deleted
    at their source, or whose community's consent ended are not there. Noted in the audit chain: how many
    filters, and whether words were searched for, never which.
    """
    by = asker(request)
    wanted = filters(by, asked)
    question = plain(asked.model_dump(exclude={"cursor", "limit"}, mode="json"))
    after = cursor.read("posts", question, asked.cursor) if asked.cursor else None
    audit.by(by.person, "posts_read", programme, "posts", detail=noted(asked))
    found = read.posts(programme, wanted, after=after, limit=asked.limit)
    return Posts(
        items=[out(row) for row in found.rows],
        next=cursor.write("posts", question, found.next) if found.next else None,
    )


@get("/{programme}/posts/counts", "see_posts", Counts, tag="Posts")
def post_counts(request: HttpRequest, programme: str, asked: Query[CountsAsked]) -> Counts:
    """How many posts there are by kind, label, place and so on.

    What stands beside the filters of the Posts page: exact, and for those who may read the posts themselves.
    Figures to pass on are under Figures.
    """
    by = asker(request)
    _order(asked.since, asked.until)
    now = datetime.now(UTC)
    since = midnight(asked.since) if asked.since else now - COUNTED
    until = midnight(asked.until + timedelta(days=1)) if asked.until else now
    counts = read.facet_counts(programme, since, max(since, until))
    if not allowed(by.here.audience).sentiment:
        counts = {name: values for name, values in counts.items() if name != "sentiment"}
    told = {"tone" if name == "sentiment" else name: dict(values) for name, values in counts.items()}
    return Counts(since=since, until=until, counts=told)


@get("/{programme}/posts/{int:id}", "see_posts", PostOut, tag="Posts")
def one_post(request: HttpRequest, programme: str, id: int) -> PostOut:
    """One post. Noted in the audit chain."""
    row = _post(programme, id)
    audit.by(asker(request).person, "post_read", programme, f"post:{id}", detail={"place": row.place})
    return out(row)


@get("/{programme}/posts/{int:id}/repeats", "see_posts", Posts, tag="Posts")
def post_repeats(request: HttpRequest, programme: str, id: int) -> Posts:
    """Other posts that say nearly the same, at most 20."""
    row = _post(programme, id)
    audit.by(asker(request).person, "posts_read", programme, f"post:{id}", detail={"place": row.place})
    return Posts(items=[out(one) for one in read.repeats(programme, id)], next=None)


@post("/{programme}/posts/{int:id}/correct", "correct", Done, tag="Posts")
def correct_post(request: HttpRequest, programme: str, id: int, body: Correction) -> Done:
    """Say which labels and kind are right.

    The post, the counts and what the model learns from follow.
    """
    by, row = asker(request), _post(programme, id)
    found = taxonomies.of(programme)
    known = {label.id for label in found.labels} | {one.id for one in row.labels} | {OTHER}
    for at, label in enumerate(body.labels):
        if label not in known:
            raise Problem(422, "not-valid", "There is no label of that name.", where=f"body.labels.{at}")
    if body.kind not in found.kinds:
        raise Problem(422, "not-valid", "There is no kind of that name here.", where="body.kind")
    if not write.correct(programme, id, list(dict.fromkeys(body.labels)), body.kind, by.person.pk):
        raise not_there("There is no such post.")
    audit.by(by.person, "corrected", programme, f"post:{id}", detail={"place": row.place})
    return Done()


def filters(by: Asker, asked: Which) -> Filters:
    """The store's filters. Raises Problem for a place that is not there, and for the tone of a workforce."""
    if asked.tone and not allowed(by.here.audience).sentiment:
        raise Problem(422, "refused", NO_FEELINGS, where="query.tone")
    _order(asked.since, asked.until)
    if asked.place:
        known = {place.slug for place in read.places(by.here.slug)}
        for slug in asked.place:
            if slug not in known:
                raise Problem(422, "not-valid", "There is no place of that name here.", where="query.place")
    folded = getattr(asked, "folded", "no") == "yes"
    return Filters(
        q=asked.q or "",
        labels=_once(asked.label),
        kinds=_once(asked.kind),
        places=_once(asked.place),
        langs=_once(asked.lang),
        regions=_once(region[:80] for region in asked.region),
        sentiments=_once(asked.tone),
        unsure=None if asked.unsure is None else asked.unsure == "yes",
        since=midnight(asked.since) if asked.since else None,
        until=midnight(asked.until + timedelta(days=1)) if asked.until else None,
        folded=folded,
    )


def noted(asked: Which) -> dict[str, str | int]:
    """What the audit chain is told of a search, as for the page."""
    given = plain(asked.model_dump(include=set(Which.model_fields)))
    found: dict[str, str | int] = {"filters": len(given)}
    if asked.q:
        found["searched"] = 1
    if len(asked.place) == 1:
        found["place"] = asked.place[0]
    return found


def out(row: PostRow) -> PostOut:
    """A post as it is told."""
    return PostOut(
        id=row.id,
        text=row.text,
        created=row.created,
        received=row.received,
        lang=row.lang,
        region=row.region,
        place=row.place,
        kind=row.kind,
        kind_score=row.kind_score,
        labels=[Scored(id=one.id, score=one.score) for one in row.labels],
        unsure=row.unsure,
        corrected=row.corrected,
        copies=row.copies,
        tone=row.sentiment,
    )


def _post(programme: str, id: int) -> PostRow:
    found = read.post(programme, id)
    if found is None:
        raise not_there("There is no such post.")
    return found


def _once(values: Iterable[str] | Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _order(since: date | None, until: date | None) -> None:
    if since and until and since > until:
        raise Problem(422, "not-valid", "The first day is after the last.", where="query.since")


def midnight(day: date) -> datetime:
    """The first moment of a day where the pages' clock is."""
    return datetime.combine(day, time(), timezone.get_current_timezone()).astimezone(UTC)
