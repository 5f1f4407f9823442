"""What people do with a case: each is one form that is sent, and leads back to the case."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from earnest.desk import case_room, cases
from earnest.record.errors import Conflict, EarnestError, InputError
from earnest.store.read import Programme
from earnest.web import case_fields
from earnest.web.case_fields import Typed
from earnest.web.case_words import Called
from earnest.web.frame import door
from earnest.web.views.case import show
from earnest.web.views.errors import BadQueryError

MOST_POSTS = 200


@require_POST
@door("work_cases")
def fields(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """Save title, status, severity, team, assignee, due time and tags. Who is second is told what the first
    wrote, and keeps what they typed.
    """
    typed = Typed.sent(request.POST)
    try:
        case_fields.save(programme, number, typed, _me(request))
    except Conflict as conflict:
        called = Called(*case_room.called(programme.slug))
        newer = Typed(conflict.version, typed.was, typed.now)
        more = {"typed": newer, "conflict": case_fields.clash(conflict, called)}
        return show(request, programme, number, more, status=409)
    except EarnestError as error:
        more = {"typed": typed, "conflict": case_fields.Clash(error.sentence(), [])}
        return show(request, programme, number, more, status=400)
    return back(programme, number)


@require_POST
@door("work_cases")
def note(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """Write a note. What was typed stays in the form where it cannot be kept."""
    text = request.POST.get("text", "")
    try:
        cases.note(programme.slug, number, text, by=_me(request))
    except EarnestError as error:
        return show(
            request, programme, number, {"note_problem": error.sentence(), "note_typed": text}, status=400
        )
    return back(programme, number, "#timeline")


@require_POST
@door("work_cases")
def undo(request: HttpRequest, programme: Programme, number: int, change: int) -> HttpResponse:
    """Undo one entry of the timeline."""
    return _act(
        request, programme, number, lambda: cases.undo(programme.slug, change, by=_me(request)), "#timeline"
    )


@require_POST
@door("work_cases")
def add(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """Put posts and themes into a case."""
    posts, themes = things(request)
    how = "suggested" if request.POST.get("how") == "suggested" else "hand"
    return _act(
        request,
        programme,
        number,
        lambda: cases.add(programme.slug, number, posts=posts, themes=themes, by=_me(request), how=how),
    )


@require_POST
@door("work_cases")
def take_out(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """Take posts and themes out of a case."""
    posts, themes = things(request)
    return _act(
        request,
        programme,
        number,
        lambda: cases.take_out(programme.slug, number, posts=posts, themes=themes, by=_me(request)),
    )


@require_POST
@door("work_cases")
def merge(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """Another case is the same as this one and becomes part of it; with `into` it is the other way round."""
    other = _case(request.POST.get("other", ""))
    into, goes = (other, number) if request.POST.get("way") == "into" else (number, other)
    because = request.POST.get("because", "")
    return _act(
        request,
        programme,
        number,
        lambda: cases.merge(programme.slug, into, goes, by=_me(request), because=because),
        to=into,
    )


@require_POST
@door("work_cases")
def split(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """Chosen posts and themes become a case of their own; leads there."""
    posts, themes = things(request)
    title = request.POST.get("title", "")
    try:
        new = cases.split(programme.slug, number, title=title, posts=posts, themes=themes, by=_me(request))
    except EarnestError as error:
        more = {"problem": error.sentence(), "split_title": title, "split_open": True}
        return show(request, programme, number, more, status=400)
    return back(programme, new)


def _act(
    request: HttpRequest,
    programme: Programme,
    number: int,
    act: Callable[[], object],
    where: str = "",
    *,
    to: int | None = None,
) -> HttpResponse:
    try:
        act()
    except EarnestError as error:
        return show(request, programme, number, {"problem": error.sentence()}, status=400)
    return back(programme, to or number, where)


def back(programme: Programme, number: int, where: str = "") -> HttpResponse:
    """To the case."""
    return HttpResponseRedirect(f"{reverse('case', args=[programme.slug, number])}{where}", status=303)


def things(request: HttpRequest) -> tuple[list[int], list[int]]:
    """The posts and themes of a form. Raises InputError for what is none."""
    return _ids(request, "post"), _ids(request, "theme")


def _ids(request: HttpRequest, name: str) -> list[int]:
    said = [value for value in request.POST.getlist(name) if value][:MOST_POSTS]
    if any(not (value.isascii() and value.isdecimal() and len(value) < 18) for value in said):
        raise InputError(gettext("A %(name)s was not chosen from the list.") % {"name": name})
    return [int(value) for value in said]


def _case(said: str) -> int:
    """The number of a case as somebody typed it: "12", "#12"."""
    said = said.strip().lstrip("#").strip()
    if not (said.isascii() and said.isdecimal() and len(said) < 10):
        raise BadQueryError(gettext("Name the other case by its number."))
    return int(said)


def _me(request: HttpRequest) -> int:
    return int(request.user.pk or 0)
