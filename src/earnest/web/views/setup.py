"""Setting a programme up: calm steps, the notice as the public will read it, and the day it begins."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render as django_render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from earnest.desk import access
from earnest.flow import programmes
from earnest.flow.intake import slug_of
from earnest.record.errors import EarnestError
from earnest.store import draft, read
from earnest.store.read import Programme
from earnest.web import place_fields, setup_steps, tongue
from earnest.web.frame import door, render, to_sign_in
from earnest.web.setup_steps import BY_ID, STEPS, Step
from earnest.web.views import errors, notice

TAXONOMY = "gig-delivery"
"""Of a programme that was just named; a later step asks."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A step in the list: what was written, and what is missing in it."""

    step: Step
    url: str
    says: str
    missing: bool


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The first step: a draft with a name, an audience and nothing else."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    if not access.may_add(request.user):
        return errors.permission_denied(request)
    step = BY_ID["audience"]
    if request.method != "POST":
        return _new(request, step, None)
    try:
        terms = setup_steps.terms(step, None, request.POST)
        slug = slug_of(request.POST.get("slug", "").strip() or terms["name"])[:49].strip("-")
        programmes.add_programme(
            slug,
            terms["name"],
            terms["audience"],
            actor=f"person:{request.user.pk}",
            keeper=None if request.user.is_superuser else request.user.pk,
            taxonomy=TAXONOMY,
            retention_days=0,
        )
    except EarnestError as error:
        return _new(request, step, error)
    return HttpResponseRedirect(reverse("setup_step", args=[slug, "purpose"]), status=303)


def _new(request: HttpRequest, step: Step, error: EarnestError | None) -> HttpResponse:
    context = {
        "step": step,
        "fields": setup_steps.asked(step, None, request.POST if error else None),
        "slug": request.POST.get("slug", ""),
        "problem": error.sentence() if error else "",
        "others": access.programmes_of(request.user),
    }
    return django_render(request, "web/setup/new.html", context, status=400 if error else 200)


@require_safe
@door("keep_terms", draft=True)
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """All steps with what was written, and where to go on."""
    owed = draft.missing(programme)
    lacking = {one.step for one in owed}
    stages = [
        Stage(
            step,
            reverse("setup_step", args=[programme.slug, step.id]),
            _says(step, programme),
            step.id in lacking,
        )
        for step in STEPS
    ]
    first = next((stage for stage in stages if stage.missing), None)
    context = {
        "stages": stages,
        "first": first,
        "missing": setup_steps.lacking(owed),
        "may_add": access.may_add(request.user),
    }
    return render(request, "web/setup/page.html", programme, context)


def _says(step: Step, programme: Programme) -> str:
    """What was written in a step, in a line."""
    if step.id == "places":
        return ", ".join(place.title for place in read.places(programme.slug) if place.state != "closed")
    parts = []
    for one in setup_steps.asked(step, programme):
        titles = [choice.title for choice, chosen in one.chosen if chosen]
        if one.field.kind == "tick":
            parts.append(gettext("statement on the directive made") if one.ticked else "")
        elif one.field.kind == "number":
            parts.append(gettext("%(days)s days") % {"days": one.value} if one.value else "")
        else:
            parts.append(str(titles[0]) if titles else one.value)
    return "; ".join(part for part in parts if part)


@require_http_methods(["GET", "HEAD", "POST"])
@door("keep_terms", draft=True)
def step(request: HttpRequest, programme: Programme, step: str) -> HttpResponse:
    """One step: reading it, and writing it."""
    found = BY_ID.get(step)
    if found is None:
        raise Http404
    if request.method != "POST" or not found.fields:
        return _step(request, programme, found, None)
    try:
        terms = setup_steps.terms(found, programme, request.POST)
        programmes.change_programme(programme.slug, actor=f"person:{request.user.pk}", **terms)
    except EarnestError as error:
        return _step(request, programme, found, error)
    return HttpResponseRedirect(_onward(programme, found), status=303)


def _onward(programme: Programme, step: Step) -> str:
    """A draft goes on to the next step; a live programme back to the list."""
    following = setup_steps.after(step.id)
    if programme.live:
        return reverse("setup", args=[programme.slug])
    if following is None:
        return reverse("setup_notice", args=[programme.slug])
    return reverse("setup_step", args=[programme.slug, following])


def _step(request: HttpRequest, programme: Programme, step: Step, error: EarnestError | None) -> HttpResponse:
    number = STEPS.index(step)
    context = {
        "step": step,
        "number": number + 1,
        "steps": len(STEPS) + 1,
        "fields": setup_steps.asked(step, programme, request.POST if error else None),
        "problem": error.sentence() if error else "",
        "back": reverse("setup_step", args=[programme.slug, STEPS[number - 1].id])
        if number
        else reverse("setup", args=[programme.slug]),
        "onward": _onward(programme, step),
        "places": read.places(programme.slug) if step.id == "places" else [],
        "open_allowed": programme.audience == "customers",
        "offers": place_fields.to_any(programme.audience) if step.id == "places" else [],
    }
    return render(request, "web/setup/step.html", programme, context, status=400 if error else 200)


@require_safe
@door("keep_terms", draft=True)
def preview(request: HttpRequest, programme: Programme) -> HttpResponse:
    """The notice exactly as the public will read it, before it is public."""
    if programme.live:
        return HttpResponseRedirect(reverse("notice", args=[programme.slug]))
    owed = draft.missing(programme)
    lang = tongue.of(request)
    context = {
        **notice.context(programme, lang),
        "preview": True,
        "missing": setup_steps.lacking(owed),
    }
    return django_render(request, f"web/notice/{lang}.html", context)


@require_POST
@door("keep_terms", draft=True)
def live(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Let it begin. What is missing is told on the page of the steps."""
    try:
        programmes.begin(programme.slug, actor=f"person:{request.user.pk}")
    except EarnestError as error:
        return errors.page(request, 400, error.problem, error.advice)
    return HttpResponseRedirect(reverse("setup", args=[programme.slug]), status=303)
