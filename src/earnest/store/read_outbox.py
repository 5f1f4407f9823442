"""Reading channels and messages: where messages go, what waits, what was sent. Secrets are not here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from earnest.store import clock, scope
from earnest.store import models as tables

PAGE = 50
TOGETHER = 100
WAITING = ("waiting", "sending")


@dataclass(frozen=True, slots=True)
class Channel:
    """One way out of a programme, without its secret."""

    id: int
    programme: str
    slug: str
    name: str
    sort: str
    settings: Mapping[str, Any]
    events: tuple[str, ...]
    on: bool
    secret: datetime | None
    hook: str | None
    hook_secret: datetime | None
    failures: int
    rests: datetime | None
    worked: datetime | None
    problem: str
    removed: datetime | None
    mark: int
    alerts: int


def channels(programme: str) -> list[Channel]:
    """The channels of a programme, by name."""
    rows = _channels().filter(programme_id=scope.id_of(programme), removed__isnull=True)
    return [_channel(row) for row in rows.order_by("name", "pk")[:200]]


def channel(programme: str, slug: str) -> Channel | None:
    """A channel by its name in addresses."""
    row = _channels().filter(programme__slug=programme, slug=slug, removed__isnull=True).first()
    return None if row is None else _channel(row)


def channel_by_id(id: int) -> Channel | None:
    """A channel by its number, removed ones too: what was sent says where."""
    row = _channels().filter(pk=id).first()
    return None if row is None else _channel(row)


def channel_by_hook(programme: str, hook: str) -> Channel | None:
    """The channel that a way in belongs to."""
    row = _channels().filter(programme__slug=programme, hook=hook, removed__isnull=True, on=True).first()
    return None if row is None else _channel(row)


def subscribed() -> list[Channel]:
    """Every channel that is told of events, of live programmes."""
    rows = _channels().filter(removed__isnull=True, on=True, programme__state="live").exclude(events=[])
    return [_channel(row) for row in rows.order_by("pk")]


def _channels() -> QuerySet[tables.Channel]:
    return tables.Channel.objects.select_related("programme")


def _channel(row: tables.Channel) -> Channel:
    return Channel(
        id=row.pk,
        programme=row.programme.slug,
        slug=row.slug,
        name=row.name,
        sort=row.sort,
        settings=dict(row.settings),
        events=tuple(row.events),
        on=row.on,
        secret=row.secret,
        hook=row.hook,
        hook_secret=row.hook_secret,
        failures=row.failures,
        rests=row.rests,
        worked=row.worked,
        problem=row.problem,
        removed=row.removed,
        mark=row.mark,
        alerts=row.alerts,
    )


@dataclass(frozen=True, slots=True)
class Due:
    """A message whose turn it is. `failures`: in a row, of its channel."""

    id: int
    channel: int | None
    failures: int


def due(now: datetime, limit: int = TOGETHER) -> list[Due]:
    """What is to be sent now, the longest waiting first; nothing for channels that rest."""
    rows = (
        tables.Message.objects.filter(state__in=WAITING)
        .filter(Q(state="waiting", at__lte=now) | Q(state="sending", leased__lte=now))
        .exclude(channel__rests__gt=now)
        .order_by("at", "pk")
        .values_list("pk", "channel_id", "channel__failures")[:limit]
    )
    return [Due(id, channel, failures or 0) for id, channel, failures in rows]


def next_due(now: datetime) -> datetime | None:
    """When the next message is to be tried."""
    rows = tables.Message.objects.filter(state__in=WAITING).order_by("at")
    return rows.values_list("at", flat=True).first()


@dataclass(frozen=True, slots=True)
class Sent:
    """One line of what was sent: never what it said."""

    id: int
    made: datetime
    kind: str
    case: int | None
    channel: str
    sort: str
    state: str
    result: str
    status: int | None
    attempts: int
    at: datetime
    done: datetime | None


@dataclass(frozen=True, slots=True)
class Filters:
    """What to list. `case` by number; "" and None: any."""

    state: str = ""
    channel: str = ""
    kind: str = ""
    case: int | None = None


@dataclass(frozen=True, slots=True)
class SentPage:
    """Lines, newest first; `after` is where the next page begins, None at the end."""

    rows: tuple[Sent, ...]
    after: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


def sent(programme: str, filters: Filters, after: int | None = None, limit: int = PAGE) -> SentPage:
    """What was sent, or waits to be, newest first. Mails to single people of the desk are "a person"."""
    rows = tables.Message.objects.filter(programme_id=scope.id_of(programme))
    if filters.state:
        rows = rows.filter(state__in=WAITING if filters.state == "waiting" else [filters.state])
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.case is not None:
        rows = rows.filter(case=filters.case)
    if filters.channel == "people":
        rows = rows.filter(channel__isnull=True)
    elif filters.channel:
        named = tables.Channel.objects.filter(programme__slug=programme, slug=filters.channel)
        rows = rows.filter(channel__in=list(named.values_list("pk", flat=True)[:20]))
    if after is not None:
        rows = rows.filter(pk__lt=after)
    found = list(
        rows.order_by("-pk").values_list(
            "pk",
            "made",
            "kind",
            "case",
            "channel__name",
            "channel__sort",
            "state",
            "result",
            "status",
            "attempts",
            "at",
            "done",
        )[: limit + 1]
    )
    lines = tuple(
        Sent(id, made, kind, case, name or "", sort or "person", state, result, status, attempts, at, done)
        for id, made, kind, case, name, sort, state, result, status, attempts, at, done in found[:limit]
    )
    return SentPage(lines, lines[-1].id if len(found) > limit else None)


def asked(programme: str, kind: str, case: int) -> tuple[int, int]:
    """How many messages of a kind wait for a case, and how many are done with."""
    rows = tables.Message.objects.filter(programme_id=scope.id_of(programme), case=case, kind=kind)
    waiting = rows.filter(state__in=WAITING).count()
    return waiting, rows.count() - waiting


@dataclass(frozen=True, slots=True)
class Near:
    """What decides on the content of a message about a case.

    typed    words that people typed may go: the audience allows it and nothing of a closed place is in it
    closed   words of the closed places' posts that are in the case, of the newest at most
    """

    audience: str
    typed: bool
    quotes: bool
    closed: tuple[str, ...]


MOST_CLOSED = 300


def near(programme: str, case: int | None) -> Near:
    """Read what decides on the content of a message. A case that became part of another counts as that."""
    within = scope.of(programme)
    closed = (
        tuple(_closed_words(within.id, case))
        if case is not None and tables.Place.objects.filter(programme_id=within.id, kind="closed").exists()
        else ()
    )
    return Near(
        audience=within.audience,
        typed=within.audience == "customers" and not closed,
        quotes=within.quotes and within.audience == "customers",
        closed=closed,
    )


def _closed_words(programme: int, case: int) -> Sequence[str]:
    there = (
        tables.Case.objects.filter(programme_id=programme, number=case).values_list("pk", "root_id").first()
    )
    if there is None:
        return ()
    root = there[1] or there[0]
    cases = tables.Case.objects.filter(Q(pk=root) | Q(root_id=root)).values("pk")
    closed = tables.Post.objects.filter(programme_id=programme, place__kind="closed").order_by("-pk")
    of_posts = tables.CasePost.objects.filter(case__in=cases, post__isnull=False).values("post_id")
    themes = tables.CaseTheme.objects.filter(case__in=cases, theme__isnull=False).values("theme_id")
    of_themes = tables.ThemePost.objects.filter(theme__in=themes).values("post_id")
    words = list(closed.filter(pk__in=of_posts).values_list("text", flat=True)[:MOST_CLOSED])
    words += closed.filter(pk__in=of_themes).values_list("text", flat=True)[:MOST_CLOSED]
    return words


def quotable(programme: str, posts: Sequence[int]) -> frozenset[int]:
    """Which of these posts may be quoted in a message now: quotes are on, the audience allows it, the place
    is open, and the post may still be told.
    """
    within = scope.of(programme)
    if not posts or not within.quotes or within.audience != "customers":
        return frozenset()
    rows = tables.Post.objects.filter(
        pk__in=list(posts)[:50], programme_id=within.id, place__kind="open"
    ).values_list("pk", "place_id")
    return frozenset(post for post, place in rows if within.tells(place, post))


def there(programme: str, posts: Sequence[int]) -> frozenset[int]:
    """Which of these posts may still be told."""
    within = scope.of(programme)
    rows = tables.Post.objects.filter(pk__in=list(posts)[:50], programme_id=within.id)
    return frozenset(p for p, place in rows.values_list("pk", "place_id") if within.tells(place, p))


def confirmed_address(person: int) -> str:
    """Where mails to one of the operator's own people go: their primary address, once they confirmed it."""
    from django.apps import apps

    user = get_user_model().objects.filter(pk=person, is_active=True).first()
    if user is None or not apps.is_installed("allauth.account"):
        return ""
    found = apps.get_model("account", "EmailAddress").objects.filter(user_id=person, verified=True)
    return str(found.order_by("-primary").values_list("email", flat=True).first() or "")


@dataclass(frozen=True, slots=True)
class Wish:
    """Which mails a person wants."""

    mentions: bool = False
    assignments: bool = False


def wish(person: int) -> Wish:
    """A person's wish; none without a row."""
    row = tables.MailWish.objects.filter(pk=person).first()
    return Wish() if row is None else Wish(row.mentions, row.assignments)


def now() -> datetime:
    """The moment that the tables go by."""
    return clock.now()


def telling() -> list[Channel]:
    """Trackers that have a ticket on which a case's closing is told."""
    wanted = tables.CaseLink.objects.filter(tell=True).values("channel_id")
    return [_channel(row) for row in _channels().filter(pk__in=wanted, removed__isnull=True, on=True)]
