"""The room of one case."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render as django_render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from earnest.desk import access, case_room
from earnest.desk.case_room import Room
from earnest.store import clock
from earnest.store.read import Programme
from earnest.store.shapes_cases import MOVES
from earnest.web import case_shown, case_suggested, case_words, ladder_words, theme_words
from earnest.web.case_fields import Typed
from earnest.web.case_words import Called
from earnest.web.frame import door, render
from earnest.web.views import actions, tickets
from earnest.web.views.errors import BadQueryError

_MOVES: Mapping[str, tuple[str, ...]] = MOVES  # type: ignore[assignment]  # wider keys: codes from the store


@require_safe
@door("see_cases")
def page(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """One case; the number of one that became part of another leads there."""
    return show(request, programme, number)


def show(
    request: HttpRequest,
    programme: Programme,
    number: int,
    more: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """The page of a case; `more` is what a form that was sent has to say."""
    room = case_room.gather(
        programme.slug,
        number,
        request.user,
        after=_number(request, "posts"),
        before=_number(request, "before"),
    )
    if room is None:
        into = case_room.merged_into(programme.slug, number)
        if into is None:
            raise Http404
        where = reverse("case", args=[programme.slug, into])
        return HttpResponseRedirect(f"{where}?from={number}")
    return render(request, "web/case.html", programme, {**_context(request, programme, room), **(more or {})},
                  status=status)  # fmt: skip


def _context(request: HttpRequest, programme: Programme, room: Room) -> dict[str, Any]:
    rights = access.rights(request.user, programme.slug)
    case, now = room.case, clock.now()
    called = Called(room.teams, room.people, room.tags)
    may_work = "work_cases" in rights
    told = [row for row in room.themes if theme_words.enough(row, programme)]
    shown_posts = case_shown.posts(room)
    came = _number(request, "from")
    return {
        **actions.part(request, programme, case.number),
        **tickets.part(request, programme, case.number),
        "ladder": ladder_words.of_case(programme, request.user, case.numbers),
        "case": case,
        "rights": rights,
        "may_work": may_work,
        "sees": room.posts is not None,
        "shown": case_shown.standing(case),
        "heard": case_shown.heard(room.trend, programme),
        "came_from": came if came in case.members else None,
        "undo": case_shown.undo(room, called, now) if may_work else None,
        "last_own": case_shown.last_own(room, request.user.pk) if may_work else 0,
        "typed": Typed.of(case),
        "statuses": [
            (value, case_words.STATUSES[value]) for value in (case.status, *_MOVES.get(case.status, ()))
        ],
        "severities": list(case_words.SEVERITIES.items()),
        "teams": list(room.teams.items()),
        "people": list(room.people.items()),
        "themes": theme_words.shown_rows(programme, told, 12) if told else [],
        "few_themes": len(room.themes) - len(told),
        "posts": shown_posts,
        "more_posts": f"?posts={room.posts.next}#posts-h" if room.posts and room.posts.next else "",
        "entries": case_shown.entries(room, called, may_work=may_work),
        "earlier": f"?before={room.entries[0].id}#timeline" if room.earlier else "",
        "newest": max((entry.id for entry in room.entries), default=0),
        "files": room.files,
        "suggested": case_suggested.shown(room.suggestions, programme),
        "lineage": case_shown.lineage(room),
        "a_name": next(iter(room.people.values()), ""),
    }


@require_safe
@door("see_cases")
def live(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """How much is said of a case now, and how many entries are new: asked again and again by its page."""
    since = _number(request, "since") or 0
    found = case_room.lately(programme.slug, number, since)
    if found is None:
        raise Http404
    trend, fresh = found
    context = {
        "programme": programme,
        "case": {"number": number},
        "newest": since,
        "fresh": fresh,
        "heard": case_shown.heard(trend, programme),
    }
    return django_render(request, "web/_case_live.html", context)


def _number(request: HttpRequest, name: str) -> int | None:
    said = request.GET.get(name, "")
    if not said:
        return None
    if not (said.isascii() and said.isdecimal() and len(said) < 18):
        raise BadQueryError(gettext("The address is damaged: a number in it cannot be read."))
    return int(said)
