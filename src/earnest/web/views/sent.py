"""What was sent: when, where to, about which case, and how it fared. Never what it said."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from earnest.desk import outbox
from earnest.store.read import Programme
from earnest.store.read_outbox import Filters, Sent
from earnest.web import channel_words as words
from earnest.web.frame import door, render
from earnest.web.views.errors import BadQueryError

STATES = ("waiting", "delivered", "refused", "given_up", "dropped")


@dataclass(frozen=True, slots=True)
class Line:
    """One message in the list."""

    sent: Sent
    kind: Promise | str
    state: Promise | str
    result: Promise | str
    late: bool
    case_url: str


@require_safe
@door("keep_routes")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """What was sent, or waits, newest first."""
    asked = request.GET
    filters = Filters(
        state=_one_of(asked.get("state", ""), STATES),
        channel=asked.get("channel", "")[:40],
        kind=asked.get("kind", "")[:30],
        case=_number(asked.get("case", "")),
    )
    shown = outbox.sent(programme.slug, filters, _number(asked.get("after", "")), by=request.user)
    kept = {
        name: value
        for name, value in (
            ("state", filters.state),
            ("channel", filters.channel),
            ("kind", filters.kind),
            ("case", filters.case or ""),
        )
        if value
    }
    context: dict[str, Any] = {
        "lines": [_line(programme, sent) for sent in shown.rows],
        "filters": filters,
        "states": [(state, words.STATES[state]) for state in STATES],
        "kinds": words.KINDS.items(),
        "channels": outbox.channels(programme.slug),
        "older": urlencode({**kept, "after": shown.after}) if shown.after else "",
        "narrowed": bool(kept),
    }
    return render(request, "web/sent.html", programme, context)


@require_POST
@door("keep_routes")
def again(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """Try a waiting message now."""
    outbox.again(programme.slug, id, by=request.user)
    return _back(programme)


@require_POST
@door("keep_routes")
def drop(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """Do not send a waiting message."""
    outbox.drop(programme.slug, id, by=request.user)
    return _back(programme)


def _back(programme: Programme) -> HttpResponse:
    return HttpResponseRedirect(reverse("sent", args=[programme.slug]), status=303)


def _line(programme: Programme, sent: Sent) -> Line:
    try:
        url = reverse("case", args=[programme.slug, sent.case]) if sent.case else ""
    except NoReverseMatch:
        url = ""
    return Line(
        sent,
        words.kind(sent.kind),
        words.STATES.get(sent.state, sent.state),
        words.result(sent.result),
        sent.state in ("refused", "given_up"),
        url,
    )


def _one_of(value: str, known: tuple[str, ...]) -> str:
    if value and value not in known:
        raise BadQueryError(gettext("There is no such state."))
    return value


def _number(value: str) -> int | None:
    if not value:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) < 10):
        raise BadQueryError(gettext("This is no number."))
    return int(value)
