"""A case's tickets in other systems: part of the case's page."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from earnest.desk import access, tickets
from earnest.record.errors import EarnestError, StoreError
from earnest.store.read import Programme
from earnest.web import channel_words as words
from earnest.web.frame import door, render
from earnest.web.views import errors


def part(request: HttpRequest, programme: Programme, number: int) -> dict[str, Any]:
    """What `web/_tickets.html` needs."""
    return {
        "tickets": [
            (link, words.TRACKERS.get(link.sort, link.sort), words.TICKET_STATES.get(link.state, link.state))
            for link in tickets.of_case(programme.slug, number)
        ],
        "trackers": tickets.channels(programme.slug),
        "ticket_case": number,
        "may_ticket": access.may(request.user, "work_cases", programme.slug),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@door("work_cases")
def new(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """What the ticket would say; POST queues it."""
    said = {name: request.POST.get(name, "") for name in ("title", "body", "channel")}
    trackers = tickets.channels(programme.slug)
    asked = said["channel"] or request.GET.get("channel", "")
    try:
        drafts = {one.slug: tickets.draft(programme.slug, number, one) for one in trackers}
        draft = (
            drafts.get(asked) or next(iter(drafts.values()), None) or tickets.draft(programme.slug, number)
        )
    except StoreError as error:
        raise Http404 from error
    problem = ""
    if request.method == "POST":
        same = any(
            said["title"].strip() == one.title and _lines(said["body"]) == _lines(one.body)
            for one in drafts.values()
        )
        try:
            tickets.create(
                programme.slug,
                number,
                said["channel"],
                title="" if same else said["title"],
                body="" if same else said["body"],
                tell=request.POST.get("tell") == "yes",
                by=request.user.pk or 0,
            )
        except EarnestError as error:
            problem = error.sentence()
        else:
            return _back(programme, number)
    context = {
        "number": number,
        "draft": draft,
        "title": said["title"] or draft.title,
        "body": said["body"] or draft.body,
        "trackers": trackers,
        "chosen": asked,
        "problem": problem,
    }
    return render(request, "web/ticket_new.html", programme, context, status=400 if problem else 200)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


@require_POST
@door("work_cases")
def link(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """Link a ticket that is there."""
    try:
        tickets.link(
            programme.slug,
            number,
            request.POST.get("channel", ""),
            request.POST.get("ref", "")[:400],
            tell=request.POST.get("tell") == "yes",
            by=request.user.pk or 0,
        )
    except EarnestError as error:
        return errors.page(request, 400, error.problem, error.advice)
    return _back(programme, number)


@require_POST
@door("work_cases")
def unlink(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """Part a case from a ticket."""
    number = _case_of(programme, id)
    tickets.unlink(programme.slug, id, by=request.user.pk or 0)
    return _back(programme, number)


@require_POST
@door("work_cases")
def tell(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """Whether closing the case comments on the ticket."""
    number = _case_of(programme, id)
    tickets.set_tell(programme.slug, id, request.POST.get("tell") == "yes", by=request.user.pk or 0)
    return _back(programme, number)


@require_POST
@door("work_cases")
def answer(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """Answer what a closed ticket proposes."""
    number = _case_of(programme, id)
    try:
        tickets.answer(programme.slug, id, take=request.POST.get("take") == "yes", by=request.user.pk or 0)
    except EarnestError as error:
        return errors.page(request, 400, error.problem, error.advice)
    return _back(programme, number)


def _case_of(programme: Programme, id: int) -> int:
    found = tickets.link_of(programme.slug, id)
    if found is None:
        raise Http404
    return found.case


def _back(programme: Programme, number: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("case", args=[programme.slug, number]), status=303)
