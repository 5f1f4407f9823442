"""Channels: where messages of a programme go. For its stewards."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from earnest.desk import channels, content
from earnest.notify import apprise, events
from earnest.notify.base import SORTS, TICKETS
from earnest.record.errors import EarnestError
from earnest.store.read import Programme
from earnest.store.read_outbox import Channel
from earnest.web import channel_words as words
from earnest.web.frame import door, render

FIELDS = ("to", "where", "api", "user", "type", "language")


@dataclass(frozen=True, slots=True)
class Line:
    """One channel in the list."""

    channel: Channel
    sort: Promise
    where: str
    state: str
    problem: Promise | str


@require_safe
@door("keep_channels")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Every channel, how it is doing, and what can be added."""
    return _page(request, programme)


def _page(request: HttpRequest, programme: Programme) -> HttpResponse:
    now = datetime.now(UTC)
    context = {
        "lines": [_line(channel, now) for channel in channels.of(programme.slug)],
        "sorts": [(sort, words.SORTS[sort]) for sort in SORTS],
        "no_mail": not (settings.EARNEST_MAIL_SERVER and settings.EARNEST_MAIL_FROM),
    }
    return render(request, "web/channels.html", programme, context)


@require_http_methods(["GET", "HEAD", "POST"])
@door("keep_channels")
def add(request: HttpRequest, programme: Programme, sort: str) -> HttpResponse:
    """Add a channel of a sort."""
    if sort not in SORTS:
        raise Http404
    said = _said(request)
    problem = ""
    if request.method == "POST":
        try:
            made = channels.add(
                programme.slug,
                sort,
                said["name"],
                said,
                request.POST.get("secret", ""),
                actor=f"person:{request.user.pk}",
            )
        except EarnestError as error:
            problem = error.sentence()
        else:
            if made.shown_once:
                channel = channels.one(programme.slug, made.slug)
                return _one(request, programme, channel, once=made.shown_once, once_for="sign")
            return HttpResponseRedirect(reverse("channel", args=[programme.slug, made.slug]), status=303)
    context = {
        "sort": sort,
        "word": words.SORTS[sort],
        "tracker": sort in TICKETS,
        "said": said,
        "languages": settings.LANGUAGES,
        "problem": problem,
        "missing": sort == "apprise" and not apprise.available(),
    }
    return render(request, "web/channel_add.html", programme, context, status=400 if problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@door("keep_channels")
def one(request: HttpRequest, programme: Programme, channel: str) -> HttpResponse:
    """One channel; POST changes it."""
    found = _found(programme, channel)
    if request.method != "POST":
        return _one(request, programme, found)
    said = _said(request)
    try:
        channels.change(
            programme.slug,
            channel,
            said["name"],
            said,
            on=request.POST.get("on") == "yes",
            secret=request.POST.get("secret", ""),
            actor=f"person:{request.user.pk}",
        )
        if found.sort not in TICKETS:
            channels.subscribe(
                programme.slug, channel, request.POST.getlist("event"), actor=f"person:{request.user.pk}"
            )
    except EarnestError as error:
        return _one(request, programme, found, problem=error.sentence(), said=said)
    return HttpResponseRedirect(reverse("channel", args=[programme.slug, channel]), status=303)


@require_POST
@door("keep_channels")
def test(request: HttpRequest, programme: Programme, channel: str) -> HttpResponse:
    """Send a test now and say how that went."""
    found = _found(programme, channel)
    try:
        tried = channels.test(programme.slug, channel, actor=f"person:{request.user.pk}")
    except EarnestError as error:
        return _one(request, programme, found, problem=error.sentence())
    return _one(request, programme, _found(programme, channel), tried=tried)


@require_POST
@door("keep_channels")
def renew(request: HttpRequest, programme: Programme, channel: str) -> HttpResponse:
    """A new signing secret, shown once."""
    return _once(request, programme, channel, "sign")


@require_POST
@door("keep_channels")
def open_hook(request: HttpRequest, programme: Programme, channel: str) -> HttpResponse:
    """A way in, with its secret shown once."""
    return _once(request, programme, channel, "hook")


def _once(request: HttpRequest, programme: Programme, channel: str, what: str) -> HttpResponse:
    found = _found(programme, channel)
    actor = f"person:{request.user.pk}"
    try:
        if what == "sign":
            once = channels.renew(programme.slug, channel, actor=actor)
        else:
            once = channels.open_hook(programme.slug, channel, actor=actor).shown_once
    except EarnestError as error:
        return _one(request, programme, found, problem=error.sentence())
    return _one(request, programme, _found(programme, channel), once=once, once_for=what)


@require_POST
@door("keep_channels")
def close_hook(request: HttpRequest, programme: Programme, channel: str) -> HttpResponse:
    """Take the way in away."""
    _found(programme, channel)
    channels.close_hook(programme.slug, channel, actor=f"person:{request.user.pk}")
    return HttpResponseRedirect(reverse("channel", args=[programme.slug, channel]), status=303)


@require_POST
@door("keep_channels")
def remove(request: HttpRequest, programme: Programme, channel: str) -> HttpResponse:
    """Remove a channel."""
    _found(programme, channel)
    channels.remove(programme.slug, channel, actor=f"person:{request.user.pk}")
    return HttpResponseRedirect(reverse("channels", args=[programme.slug]), status=303)


def _found(programme: Programme, slug: str) -> Channel:
    try:
        return channels.one(programme.slug, slug)
    except EarnestError as error:
        raise Http404 from error


def _said(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "")[:4_000] for name in ("name", *FIELDS)}


def _one(
    request: HttpRequest,
    programme: Programme,
    channel: Channel,
    *,
    problem: str = "",
    tried: channels.Tried | None = None,
    once: str = "",
    once_for: str = "",
    said: dict[str, str] | None = None,
) -> HttpResponse:
    known = {name: str(channel.settings.get(name, "")) for name in FIELDS} | {"name": channel.name}
    if channel.sort == "mail":
        known["to"] = "\n".join(str(one) for one in channel.settings.get("to", ()))
    hook = reverse("hook", args=[programme.slug, channel.hook]) if channel.hook else ""
    context: dict[str, Any] = {
        "channel": channel,
        "line": _line(channel, datetime.now(UTC)),
        "word": words.SORTS[channel.sort],
        "tracker": channel.sort in TICKETS,
        "takes_in": channel.sort == "webhook" or channel.sort in TICKETS,
        "events": [(name, words.EVENTS[name], name in channel.events) for name in events.EVENTS],
        "said": said or known,
        "languages": settings.LANGUAGES,
        "problem": problem,
        "tried": tried,
        "tried_says": words.result(tried.why) if tried else "",
        "once": once,
        "once_for": once_for,
        "hook": f"{content.address()}{hook}" if hook else "",
    }
    return render(request, "web/channel.html", programme, context, status=400 if problem else 200)


def _line(channel: Channel, now: datetime) -> Line:
    where = {
        "mail": ", ".join(str(one) for one in channel.settings.get("to", ())),
        "apprise": str(channel.settings.get("service", "")),
        "webhook": str(channel.settings.get("host", "")),
    }.get(channel.sort, str(channel.settings.get("where", "")))
    if not channel.on:
        state = "off"
    elif words.rests(channel.rests, now):
        state = "rests"
    elif channel.problem:
        state = "failing"
    else:
        state = "well" if channel.worked else "new"
    return Line(
        channel,
        words.SORTS[channel.sort].title,
        where,
        state,
        words.result(channel.problem) if channel.problem else "",
    )
