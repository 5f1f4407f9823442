"""Themes: what posts speak of together, the rising ones first; one theme with both its views; and single
posts that may not wait.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from earnest.desk import access, audit
from earnest.flow import theme_acts
from earnest.record.errors import EarnestError
from earnest.report import names
from earnest.store import read, read_severe, read_themes
from earnest.store.read import Programme
from earnest.store.read_themes import ThemeRow
from earnest.web import theme_words, to_case, understanding, words
from earnest.web.frame import door, render
from earnest.web.views.errors import BadQueryError

WEEKS = (4, 12, 26)
SEVERE_DAYS = 28
ORDER = {"new": 0, "rising": 0, "steady": 1, "unclear": 1, "falling": 2}


@door("see_figures")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """The themes of the last weeks: those that rise first, then those with most posts."""
    weeks, label, place = _asked(request, programme)
    dismissed = request.GET.get("put") == "aside"
    rows = read_themes.themes(programme.slug, weeks=weeks, label=label, place=place, dismissed=dismissed)
    told = [row for row in rows if theme_words.enough(row, programme)]
    shown = theme_words.shown_rows(programme, told, weeks)
    taxonomy = understanding.taxonomy_of(programme)
    context = {
        "themes": sorted(shown, key=lambda one: ORDER[one.way]),
        "smaller": len(rows) > len(told),
        "severe": _severe(request, programme) if not (label or place or dismissed) else [],
        "weeks": weeks,
        "choices": WEEKS,
        "label": label,
        "place": place,
        "dismissed": dismissed,
        "categories": taxonomy.categories if taxonomy else (),
        "taxonomy": taxonomy,
        "places": read.places(programme.slug),
        "asked": bool(label or place),
        "may_correct": access.may(request.user, "correct", programme.slug),
        "last": max((p.last_post for p in read.places(programme.slug) if p.last_post), default=None),
    }
    return render(request, "web/themes.html", programme, context)


def _asked(request: HttpRequest, programme: Programme) -> tuple[int, str, str]:
    weeks = request.GET.get("weeks", "12")
    if weeks not in map(str, WEEKS):
        raise BadQueryError(gettext("Themes are shown over 4, 12 or 26 weeks."))
    label, place = request.GET.get("label", "")[:80], request.GET.get("place", "")[:60]
    if place and read.place(programme.slug, place) is None:
        raise BadQueryError(gettext("There is no place of that name."))
    return int(weeks), label, place


def _severe(request: HttpRequest, programme: Programme) -> list[dict[str, object]]:
    """Single posts that may not wait, for those who may read posts."""
    if not access.may(request.user, "see_posts", programme.slug):
        return []
    found = read_severe.severe(programme.slug, since=datetime.now(UTC) - timedelta(days=SEVERE_DAYS), limit=8)
    if found:
        audit.by(request.user, "posts_read", programme.slug, "severe", detail={"posts": len(found)})
    return [{"post": one.post, "why": theme_words.why(one.why), "novel": one.novel} for one in found]


@door("see_figures")
def one(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """One theme. An old number leads to the theme that it became part of."""
    return _one(request, programme, number)


def _one(
    request: HttpRequest, programme: Programme, number: int, *, problem: str = "", status: int = 200
) -> HttpResponse:
    row = read_themes.theme(programme.slug, number)
    if row is None or not row.posts:
        raise Http404
    if row.number != number and not problem:
        return HttpResponseRedirect(reverse("theme", args=[programme.slug, row.number]))
    if not theme_words.enough(row, programme):
        return render(request, "web/theme.html", programme, {"few": True}, status=status)
    sees = access.may(request.user, "see_posts", programme.slug)
    may_correct = access.may(request.user, "correct", programme.slug)
    most = other = []
    if sees:
        audit.by(request.user, "posts_read", programme.slug, f"theme:{number}")
        most = read_themes.posts_of(programme.slug, number, other=False, limit=12)
        other = read_themes.posts_of(programme.slug, number, other=True, limit=6)
    context = {
        "theme": theme_words.shown_rows(programme, [row], 12)[0],
        "most": most,
        "other": other,
        "sees": sees,
        "may_correct": may_correct,
        "merged": read_themes.merged_into(programme.slug, number),
        "near": _near(programme, row) if may_correct else [],
        "problem": problem,
        "given": row.name if row.named_by == "person" else "",
        "to_case": to_case.of_theme(request.user, programme, row.number),
    }
    return render(request, "web/theme.html", programme, context, status=status)


def _near(programme: Programme, row: ThemeRow) -> list[tuple[int, str]]:
    """Other themes of the same category, to choose one this is the same as."""
    called = names.of(programme, words.language())
    return [
        (other.number, other.name or gettext("A theme in %(label)s") % {"label": called.label(other.label)})
        for other in read_themes.themes(programme.slug, label=row.label.partition(".")[0])
        if other.number != row.number and theme_words.enough(other, programme)
    ]


@require_POST
@door("correct")
def rename(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """A person gives a theme a name, or takes it back with an empty one."""
    text = request.POST.get("name", "")
    return _act(
        request, programme, number, lambda: theme_acts.rename(programme.slug, number, text, request.user)
    )


@require_POST
@door("correct")
def merge(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """This theme is the same as another one."""
    into = request.POST.get("into", "")
    if not (into.isascii() and into.isdecimal() and len(into) < 10):
        return _one(
            request,
            programme,
            number,
            problem=gettext("Choose the theme that this one is the same as."),
            status=400,
        )
    return _act(
        request, programme, number, lambda: theme_acts.merge(programme.slug, number, int(into), request.user)
    )


@require_POST
@door("correct")
def unmerge(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """A merge is undone; `number` is the theme that had become part of another."""
    return _act(request, programme, number, lambda: theme_acts.unmerge(programme.slug, number, request.user))


@require_POST
@door("correct")
def dismiss(request: HttpRequest, programme: Programme, number: int) -> HttpResponse:
    """This is no theme, or is one after all (`back`)."""
    back = request.POST.get("back") == "1"
    done = _act(
        request,
        programme,
        number,
        lambda: theme_acts.dismiss(programme.slug, number, request.user, back=back),
    )
    if done.status_code == 303 and not back:
        return HttpResponseRedirect(reverse("themes", args=[programme.slug]), status=303)
    return done


@require_POST
@door("correct")
def take_out(request: HttpRequest, programme: Programme, number: int, id: int) -> HttpResponse:
    """A post does not belong to this theme."""
    if not theme_acts.take_out(programme.slug, number, id, request.user):
        raise Http404
    if read_themes.theme(programme.slug, number) is None:
        return HttpResponseRedirect(reverse("themes", args=[programme.slug]), status=303)
    return HttpResponseRedirect(reverse("theme", args=[programme.slug, number]), status=303)


@require_POST
@door("correct")
def put_aside(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """A severe post was looked at."""
    if not theme_acts.put_aside(programme.slug, id, request.user):
        raise Http404
    return HttpResponseRedirect(reverse("themes", args=[programme.slug]), status=303)


def _act(request: HttpRequest, programme: Programme, number: int, act: Callable[[], None]) -> HttpResponse:
    try:
        act()
    except EarnestError as error:
        return _one(request, programme, number, problem=error.sentence(), status=400)
    return HttpResponseRedirect(reverse("theme", args=[programme.slug, number]), status=303)
