"""Live: posts as they arrive, and the stream that brings them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from earnest.desk import access, audit
from earnest.report.alerts import titled
from earnest.store import read, read_alerts
from earnest.store.read import PostRow, Programme
from earnest.web import charts, filters, live, understanding, visits, words
from earnest.web.frame import door, render, ringing
from earnest.web.views.errors import BadQueryError

SHOWN = 30
ALERTS = 3
"""Open alerts that Live names, the newest first."""


@door("see_posts")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """The newest posts of what is asked for, and where the stream goes on."""
    places = read.places(programme.slug)
    asked = filters.parse(request.GET, programme, places)
    audit.by(request.user, "live_read", programme.slug, "live", hourly=True, detail=asked.noted())
    after = read.newest_id(programme.slug)
    now = datetime.now(UTC)
    day = now - timedelta(days=1)
    found = read.posts(programme.slug, asked.filters, limit=SHOWN)
    facets = filters.facets(asked, programme, understanding.taxonomy_of(programme), places, day, now)
    context = {
        "asked": asked,
        "facets": facets,
        "counted": gettext("last 24 hours"),
        "described": filters.describe(asked, programme, places),
        "posts": found.rows,
        "older": f"{reverse('posts', args=[programme.slug])}{asked.link(after=found.next)}"
        if found.next
        else "",
        "stream": f"{reverse('live_stream', args=[programme.slug])}{asked.link(after=str(after))}",
        "may_correct": access.may(request.user, "correct", programme.slug),
        "silent": [
            one
            for one in read.hearing_now(programme.slug)
            if one.state == "unknown" and one.place.state != "closed"
        ],
        "in_a_day": sum(
            option.count or 0
            for facet in facets
            if facet.name == "kind"
            for option in (*facet.first, *facet.more)
        ),
        **_pace(programme, request.user, now),
    }
    return render(request, "web/live.html", programme, context)


def _pace(programme: Programme, user: access.Person, now: datetime) -> dict[str, object]:
    """What the page says anew each minute: the pace, and alerts that are open."""
    minutes = read.per_minute(programme.slug)
    open_now = [read_alerts.alert(programme.slug, id) for id in ringing(user, programme)[:ALERTS]]
    return {
        "programme": programme,
        "alerts": [(one, titled(programme, one, words.language())) for one in open_now if one is not None],
        "pace": charts.pace(minutes),
        "minutes": charts.per_minute(minutes, now),
        "minutes_table": charts.minutes_table(minutes, now),
    }


async def stream(request: HttpRequest, programme: str) -> HttpResponseBase:
    """The event stream. A reader who may not see it is told so before anything is sent."""
    user = await request.auser()
    found = await sync_to_async(read.programme)(programme)
    if not user.is_authenticated:
        return HttpResponse(gettext("Sign in to follow this."), status=401, content_type="text/plain")
    if found is None:
        return HttpResponse(gettext("There is nothing here."), status=404, content_type="text/plain")
    if not found.live or not await sync_to_async(access.may)(user, "see_posts", programme):
        return HttpResponse(
            gettext("Your role does not include this."), status=403, content_type="text/plain"
        )
    try:
        places = await sync_to_async(read.places)(programme)
        asked = filters.parse(request.GET, found, places)
        after = _number(request.headers.get("Last-Event-ID") or request.GET.get("after", ""))
    except BadQueryError as error:
        return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
    await sync_to_async(audit.by)(user, "live_read", programme, "live", hourly=True, detail=asked.noted())
    if after is None:
        after = await sync_to_async(read.newest_id)(programme)
    session, key = request.session, request.session.session_key
    visit = await sync_to_async(visits.here)(request)

    def allowed() -> bool:
        """Still signed in, still in the programme (a person's roles are read anew)."""
        signed_in = bool(key and session.exists(key)) and visits.holds(visit, user.pk)
        return signed_in and access.may(user, "see_posts", programme)

    live.end_at_exit()
    may_correct = await sync_to_async(access.may)(user, "correct", programme)
    language, zone = translation.get_language(), timezone.get_current_timezone()
    posts = f"{reverse('posts', args=[programme])}{asked.link(after=None)}"

    def spoken(page: Callable[[], tuple[str, dict[str, object]]]) -> str:
        """In the reader's language and time, also after the request is over."""
        with translation.override(language), timezone.override(zone):
            return render_to_string(*page())

    following = live.Following(
        programme=programme,
        filters=asked.filters,
        after=after,
        render=lambda row: spoken(lambda: _row(row, found, may_correct)),
        pace=lambda: spoken(lambda: ("web/_pace.html", _pace(found, user, datetime.now(UTC)))),
        passed=lambda count, at_least: spoken(
            lambda: ("web/_passed.html", {"passed": count, "at_least": at_least, "posts": posts})
        ),
        allowed=allowed,
    )
    return StreamingHttpResponse(
        live.follow(following),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _row(row: PostRow, programme: Programme, may_correct: bool) -> tuple[str, dict[str, object]]:
    return "web/_post.html", {"post": row, "programme": programme, "may_correct": may_correct}


def _number(said: str) -> int | None:
    if not said:
        return None
    if not (said.isascii() and said.isdecimal() and len(said) < 18):
        raise BadQueryError(gettext("The place to go on from is not a number."))
    return int(said)
