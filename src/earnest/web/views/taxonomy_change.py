"""Changing the taxonomy: choose what to do, say it, see what would happen, apply. Needs no JavaScript."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from earnest.desk import access, audit
from earnest.flow import preview as ahead
from earnest.flow import versions
from earnest.record.errors import EarnestError
from earnest.report import shown, taxonomies
from earnest.store import read, read_taxonomy
from earnest.store.read import Programme
from earnest.understand.taxonomy import Category, Label, Taxonomy
from earnest.understand.versions import FIXED, as_yaml
from earnest.web import taxonomy_forms as forms
from earnest.web import taxonomy_words, words
from earnest.web.change_chart import weeks as weeks_chart
from earnest.web.frame import door, render

POSTS = 40
"""Posts of a label that are offered as examples."""


@require_http_methods(["GET", "HEAD", "POST"])
@door("keep_taxonomy")
def change(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Choose what to do (`?do=`), say it; what was said becomes a proposal, and its page shows what it would
    do.
    """
    way = forms.BY_DO.get(request.GET.get("do", ""))
    if way is None:
        return render(request, "web/taxonomy_ways.html", programme, {"ways": forms.WAYS})
    if request.method != "POST":
        return _form(request, programme, way, None)
    try:
        asked = forms.read(way.do, request.POST, taxonomies.of(programme.slug))
        number = versions.propose(
            programme.slug,
            asked.proposal,
            _home(),
            actor=_actor(request),
            by=request.user.pk,
            posts=asked.posts,
        )
    except EarnestError as error:
        return _form(request, programme, way, error)
    return HttpResponseRedirect(reverse("taxonomy_preview", args=[programme.slug, number]), status=303)


def _form(
    request: HttpRequest, programme: Programme, way: forms.Way, error: EarnestError | None
) -> HttpResponse:
    taxonomy = taxonomies.of(programme.slug)
    given = request.POST if request.method == "POST" else request.GET
    label = taxonomy.get(given.get("label", ""))
    count = forms.parts_of(given)
    posts: tuple[read.PostRow, ...] = ()
    if way.do == "split" and label is not None and access.may(request.user, "see_posts", programme.slug):
        audit.by(request.user, "posts_read", programme.slug, "posts", detail={"filters": 1})
        wanted = read.Filters(labels=(label.id,))
        found = read.posts(programme.slug, wanted, limit=POSTS).rows
        posts = tuple(row for row in found if row.labels and row.labels[0].id == label.id)
    context = {
        "way": way,
        "problem": error.sentence() if error else "",
        "branches": _branches(taxonomy, whole=way.do == "describe"),
        "categories": taxonomy.categories,
        "label": label,
        "words": _words(given, label),
        "given": given,
        "ticked": given.getlist("labels"),
        "parts": [_part(request, number) for number in range(1, count + 1)],
        "count": count,
        "more": count + 1 if count + 1 in forms.PARTS else 0,
        "posts": [(row, given.get(f"post_{row.id}", "")) for row in posts],
        "history": forms.HISTORY,
        "chosen_history": given.get("history", "relabel"),
        "severities": (1, 2, 3, 4),
        "choose_first": way.needs and label is None,
    }
    return render(request, "web/taxonomy_change.html", programme, context, status=400 if error else 200)


def _branches(taxonomy: Taxonomy, *, whole: bool) -> list[tuple[Category, list[Label]]]:
    """Labels to choose among; those that are no topic can only be described."""
    found = [
        (one, [label for label in taxonomy.under(one.id) if whole or label.id not in FIXED])
        for one in taxonomy.categories
    ]
    return [(one, labels) for one, labels in found if labels]


def _words(given: QueryDict, label: Label | None) -> dict[str, object]:
    """What stands in the fields of one label: what was filled in, else what the label says now."""
    known = {
        "name": label.name["en"] if label else "",
        "name_es": label.name["es"] if label else "",
        "description": label.description if label else "",
        "owner": (label.owner or "") if label else "",
    }
    words: dict[str, object] = {name: given.get(name, was) for name, was in known.items()}
    severity = given.get("severity", "")
    chosen = int(severity) if severity in ("1", "2", "3", "4") else label.severity if label else 2
    return words | {"id": given.get("id", ""), "examples": given.get("examples", ""), "severity": chosen}


def _part(request: HttpRequest, number: int) -> dict[str, object]:
    given = request.POST
    names = ("id", "name", "name_es", "description", "examples")
    return {"number": number, **{name: given.get(f"{name}_{number}", "") for name in names}}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a preview as the page tells it."""

    id: str
    name: str
    posts: str
    unsure: str
    chart: SafeString
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """One change as the page tells it."""

    do: str
    says: str
    before: tuple[Line, ...]
    after: tuple[Line, ...]
    exact: bool
    none: bool


@require_safe
@door("keep_taxonomy")
def preview(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """What a proposal would do. Nothing is written by looking, but that somebody read posts."""
    version = read_taxonomy.version(programme.slug, number)
    if version is None:
        raise Http404
    lang = words.language()
    context: dict[str, object] = {"version": version, "floor": programme.floor, "quotes": programme.quotes}
    if version.state in ("draft", "preparing"):
        try:
            found = ahead.preview(programme.slug, number, _home(), lang)
        except EarnestError as error:
            context["problem"] = error.sentence()
        else:
            if programme.quotes:
                audit.by(request.user, "posts_read", programme.slug, "posts", detail={"version": number})
            context |= {
                "parts": [_told(part, programme, found) for part in found.parts],
                "posts": shown.words(found.posts, programme.floor, lang=lang),
                "of": shown.words(found.of, programme.floor, lang=lang),
                "none": shown.words(0, programme.floor, lang=lang),
                "whole": [(row, ahead.told(row, programme.floor, lang)) for row in found.whole[:20]],
                "waits": found.waits,
            }
    return render(request, "web/taxonomy_preview.html", programme, context)


def _told(part: ahead.Part, programme: Programme, found: ahead.Preview) -> Told:
    lang = words.language()
    most = max((week for row in (*part.before, *part.after) for week in row.weeks), default=0)

    def lines(rows: tuple[ahead.Row, ...], when: str) -> tuple[Line, ...]:
        return tuple(
            Line(
                row.id,
                row.name,
                ahead.told(row, programme.floor, lang),
                "" if row.unsure is None else shown.words(row.unsure, programme.floor, lang=lang),
                weeks_chart(
                    f"{when}-{at}-{row.id}", row, found.mondays, most, programme.floor, new=when == "after"
                )
                if row.weeks
                else SafeString(""),
                row.quotes if when == "after" else (),
            )
            for at, row in enumerate(rows)
        )

    return Told(
        part.do,
        taxonomy_words.says(part.do, part.old, part.new, part.to),
        lines(part.before, "before"),
        lines(part.after, "after"),
        part.exact,
        part.none,
    )


@require_POST
@door("keep_taxonomy")
def apply(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """Somebody decides for a proposal; the rest is done in the background."""
    try:
        versions.apply(programme.slug, number, actor=_actor(request))
    except EarnestError as error:
        return _history(request, programme, error)
    return HttpResponseRedirect(reverse("taxonomy_preview", args=[programme.slug, number]), status=303)


@require_POST
@door("keep_taxonomy")
def drop(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """Take a proposal back."""
    try:
        versions.take_back(programme.slug, number, actor=_actor(request))
    except EarnestError as error:
        return _history(request, programme, error)
    return HttpResponseRedirect(reverse("taxonomy_history", args=[programme.slug]), status=303)


@require_POST
@door("keep_taxonomy")
def back(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Propose going back to the version before the present one."""
    now = read_taxonomy.current(programme.slug)
    if now is None:
        raise Http404
    try:
        number = versions.propose_back(programme.slug, now.basis, actor=_actor(request), by=request.user.pk)
    except EarnestError as error:
        return _history(request, programme, error)
    return HttpResponseRedirect(reverse("taxonomy_preview", args=[programme.slug, number]), status=303)


@require_safe
@door("see_taxonomy")
def history(request: HttpRequest, programme: Programme) -> HttpResponse:
    """The versions that were in use, and what was proposed."""
    return _history(request, programme, None)


@require_safe
@door("see_taxonomy")
def export(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """A version as YAML, to be read or trained from elsewhere."""
    found = taxonomies.at(programme.slug, number)
    if found is None:
        raise Http404
    response = HttpResponse(as_yaml(found), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{programme.slug}-taxonomy-{number}.yaml"'
    return response


def _history(request: HttpRequest, programme: Programme, error: EarnestError | None) -> HttpResponse:
    rows = read_taxonomy.history(programme.slug)
    context = {
        "rows": [(row, taxonomy_words.does(row.steps)) for row in rows],
        "drafts": read_taxonomy.drafts(programme.slug),
        "waiting": read_taxonomy.waiting(programme.slug),
        "current": rows[0] if rows else None,
        "keeps": access.may(request.user, "keep_taxonomy", programme.slug),
        "problem": error.sentence() if error else "",
    }
    return render(request, "web/taxonomy_history.html", programme, context, status=400 if error else 200)


def _actor(request: HttpRequest) -> str:
    return f"person:{request.user.pk}"


def _home() -> Path:
    return Path(settings.EARNEST_HOME)
