"""Posts: search and filters, one post, why its label, and correcting it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render as django_render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from earnest.desk import access, audit
from earnest.store import read, write
from earnest.store.read import PostRow, Programme
from earnest.web import filters, inbox_acts, theme_words, to_case, understanding
from earnest.web.forms import CorrectForm
from earnest.web.frame import door, render
from earnest.web.page_posts import because
from earnest.web.views.errors import BadQueryError

SHOWN = 40
COUNTED = timedelta(weeks=4)
"""Range of the counts beside the filters where the address names none."""


@door("see_posts")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """A page of posts, newest first; `after` is where the page before ended."""
    places = read.places(programme.slug)
    asked = filters.parse(request.GET, programme, places)
    after = request.GET.get("after", "")
    if after and not (after.isascii() and after.isdecimal() and len(after) < 18):
        raise BadQueryError(gettext("The link to older posts is damaged."))
    audit.by(request.user, "posts_read", programme.slug, "posts", detail=asked.noted())
    each = "each" in asked.query
    wanted = replace(asked.filters, folded=not each)
    found = read.posts(programme.slug, wanted, after=after or None, limit=SHOWN)
    now = datetime.now(UTC)
    since, until = asked.filters.since or now - COUNTED, asked.filters.until or now
    context = {
        "asked": asked,
        "facets": filters.facets(
            asked, programme, understanding.taxonomy_of(programme), places, since, until
        ),
        "counted": gettext("in these days") if asked.since or asked.until else gettext("last 4 weeks"),
        "described": filters.describe(asked, programme, places),
        "posts": found.rows,
        "paged": bool(after),
        "fold": asked.link(each=None) or request.path if each else "",
        "unfold": "" if each else asked.link(each="yes"),
        "newest": asked.link() or request.path,
        "older": asked.link(after=found.next) if found.next else "",
        "may_correct": access.may(request.user, "correct", programme.slug),
        "last": max((place.last_post for place in places if place.last_post), default=None),
    }
    return render(request, "web/posts.html", programme, context)


@door("see_posts")
def one(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """A post by itself, with why."""
    post = _post(programme, id)
    _note(request, "post_read", programme, post)
    context = {
        "post": post,
        "because": _because(request, programme, post, whole=True),
        "open": True,
        "repeats": read.repeats(programme.slug, id),
        "theme": theme_words.of_post(programme, id),
        "to_case": to_case.of_post(request.user, programme, id),
    }
    context |= inbox_acts.of_post(request, programme, id)
    return render(request, "web/post.html", programme, context)


@door("see_posts")
def row(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """A post as a row of a list, with why it is labelled so (`?open=1`) or without: for htmx."""
    post = _post(programme, id)
    _note(request, "post_read", programme, post)
    return _row(request, programme, post, opened=request.GET.get("open") == "1")


@require_POST
@door("correct")
def correct(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """A person says what is right. Answers with the row for htmx, else goes to the post's page."""
    post = _post(programme, id)
    form = CorrectForm(
        understanding.taxonomy_of(programme), tuple(one.id for one in post.labels), request.POST
    )
    if not form.is_valid():
        raise BadQueryError(form.problem())
    if not write.correct(programme.slug, id, form.chosen(), form.cleaned_data["kind"], request.user.pk):
        raise Http404
    _note(request, "corrected", programme, post)
    if request.headers.get("HX-Request") == "true":
        return _row(request, programme, _post(programme, id), opened=False)
    return HttpResponseRedirect(reverse("post", args=[programme.slug, id]))


def _note(request: HttpRequest, action: str, programme: Programme, post: PostRow) -> None:
    audit.by(request.user, action, programme.slug, f"post:{post.id}", detail={"place": post.place})


def _post(programme: Programme, id: int) -> PostRow:
    found = read.post(programme.slug, id)
    if found is None:
        raise Http404
    return found


def _because(request: HttpRequest, programme: Programme, post: PostRow, *, whole: bool = False) -> object:
    return because(
        programme, post, may_correct=access.may(request.user, "correct", programme.slug), whole=whole
    )


def _row(request: HttpRequest, programme: Programme, post: PostRow, *, opened: bool) -> HttpResponse:
    context = {
        "post": post,
        "programme": programme,
        "open": opened,
        "because": _because(request, programme, post) if opened else None,
        "may_correct": access.may(request.user, "correct", programme.slug),
        "current": True,
    }
    return django_render(request, "web/_post.html", context)
