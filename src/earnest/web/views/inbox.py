"""The inbox: posts that wait, a batch of them to work on, and what is done with them, each with its undo."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render as django_render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from earnest.desk import access, audit, inbox, undo, views
from earnest.record.errors import EarnestError, StoreError
from earnest.store import people_names, read, read_cases, read_inbox
from earnest.store.read import Programme
from earnest.store.read_inbox import View
from earnest.web import filters, inbox_words, page_posts, understanding
from earnest.web.forms import typed
from earnest.web.frame import door, render
from earnest.web.inbox_acts import around, row
from earnest.web.inbox_query import Wanted, wanted
from earnest.web.views.errors import BadQueryError

SHOWN = 30
COUNTED = timedelta(weeks=4)
"""Range of the counts beside the filters where the address names none."""
BATCH = 10
REPEATS = 5
"""Posts that are shown as saying the same."""
CASES = 60
"""Cases that are offered by name."""

Said = tuple[str, str]
"""A sentence for the person, and "error" where something could not be done."""


@door("work_inbox")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """What this person works on, and what waits."""
    return _page(request, programme, asked_of(request.GET, request, programme))


def _page(
    request: HttpRequest, programme: Programme, asked: Wanted, said: Said = ("", ""), status: int = 200
) -> HttpResponse:
    audit.by(request.user, "inbox_read", programme.slug, "posts", detail=asked.asked.noted())
    context = _work(request, programme, asked, said)
    if request.headers.get("HX-Request") == "true":
        return django_render(request, "web/_inbox_work.html", context)
    waiting = read_inbox.waiting(programme.slug, context["views"])
    context |= {
        "waiting": inbox_words.waits(waiting),
        "view_counts": waiting.views,
        "facets": _facets(programme, asked),
        "counted": gettext("last 4 weeks"),
        "described": filters.describe(asked.asked, programme, read.places(programme.slug)),
        "terms": read_inbox.terms(programme.slug),
        "may_keep": access.may(request.user, "keep_rules", programme.slug),
    }
    return render(request, "web/inbox.html", programme, context, status=status)


def _work(request: HttpRequest, programme: Programme, asked: Wanted, said: Said) -> dict[str, Any]:
    """The part of the page that changes with every act."""
    me = _me(request)
    found = read_inbox.page(programme.slug, asked.filters, asked.order, after=asked.after, limit=SHOWN)
    held = read_inbox.held(programme.slug, me)
    mine = {item.head for item in held}
    others = [item for item in found.items if item.head not in mine]
    shown = [*held, *others]
    cases = read_cases.of_post(programme.slug, [item.post.id for item in shown])
    who = people_names.names([item.holder for item in others])
    return around(request, programme) | {
        "programme": programme,
        "asked": asked.asked,
        "wanted": asked,
        "orders": inbox_words.orders().items(),
        "views": views.of(programme.slug, by=me),
        "held": [row(replace(item, holder=None), cases, who) for item in held],
        "queue": [row(item, cases, who) for item in others],
        "next": asked.link(after=found.next) if found.next else "",
        "said": said[0],
        "said_how": said[1],
        "cases": read_cases.offered(programme.slug, CASES),
        "taxonomy": understanding.taxonomy_of(programme),
        "may_ask": access.may(request.user, "ask_escalation", programme.slug),
        "batch": BATCH,
    }


def _facets(programme: Programme, asked: Wanted) -> list[filters.Facet]:
    now = datetime.now(UTC)
    since, until = asked.filters.since or now - COUNTED, asked.filters.until or now
    places, taxonomy = read.places(programme.slug), understanding.taxonomy_of(programme)
    return filters.facets(asked.asked, programme, taxonomy, places, since, until)


@door("work_inbox")
def why(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """Why a post carries its labels, to stand under it: for htmx. Without script its own page says so."""
    post = read.post(programme.slug, id)
    if post is None:
        raise Http404
    audit.by(request.user, "post_read", programme.slug, f"post:{id}", detail={"place": post.place})
    context = {
        "post": post,
        "programme": programme,
        "because": page_posts.because(programme, post, may_correct=False),
        "address": read.public_address(programme.slug, post.place),
        "repeats": read.repeats(programme.slug, id, REPEATS),
    }
    return django_render(request, "web/_inbox_why.html", context)


@require_POST
@door("work_inbox")
def take(request: HttpRequest, programme: Programme) -> HttpResponse:
    """The next posts are this person's for a while."""

    def now(asked: Wanted) -> Said:
        taken = inbox.take(programme.slug, filters=asked.filters, order=asked.order, n=BATCH, by=_me(request))
        return (("" if taken else gettext("Nothing else waits here that nobody is on.")), "")

    return _acted(request, programme, now)


@require_POST
@door("work_inbox")
def back(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Posts are given back: those that were chosen, or all."""

    def now(asked: Wanted) -> Said:
        inbox.give_back(programme.slug, _posts(request) or None, by=_me(request))
        return "", ""

    return _acted(request, programme, now)


@require_POST
@door("work_inbox")
def undoing(request: HttpRequest, programme: Programme) -> HttpResponse:
    """The last act, or the one that is named, is taken back."""

    def now(asked: Wanted) -> Said:
        done = undo.undo(programme.slug, _number(request.POST.get("act", "")), by=_me(request))
        return inbox_words.back(done.posts, done.left), ""

    return _acted(request, programme, now)


@require_POST
@door("work_inbox")
def do(request: HttpRequest, programme: Programme) -> HttpResponse:
    """One thing is done to the posts that are chosen; answers with the list, or goes back to it."""
    what = ACTS.get(request.POST.get("do", ""))
    if what is None:
        raise BadQueryError(gettext("This form cannot be read. Load the page again and send it once more."))

    def now(asked: Wanted) -> Said:
        return what(request, programme, _posts(request)), ""

    return _acted(request, programme, now)


def _settle(how: inbox.How) -> "Act":
    def act(request: HttpRequest, programme: Programme, posts: list[int]) -> str:
        until = None
        if how == "later":
            try:
                until = date.fromisoformat(request.POST.get("until", ""))
            except ValueError:
                raise StoreError(gettext("Choose the day on which it is to come up again.")) from None
        done = inbox.settle(programme.slug, posts, how, by=_me(request), until=until)
        return inbox_words.left(done.left)

    return act


def _tag(request: HttpRequest, programme: Programme, posts: list[int]) -> str:
    return inbox_words.left(
        inbox.tag(programme.slug, posts, request.POST.get("tag", ""), by=_me(request)).left
    )


def _untag(request: HttpRequest, programme: Programme, posts: list[int]) -> str:
    inbox.untag(programme.slug, posts, request.POST.get("tag", ""), by=_me(request))
    return ""


def _label(request: HttpRequest, programme: Programme, posts: list[int]) -> str:
    taxonomy = understanding.taxonomy_of(programme)
    id = typed(taxonomy, request.POST.get("label", ""))
    if taxonomy is None or (taxonomy.get(id) is None and id != "other"):
        raise StoreError(gettext("There is no label of that name."))
    kind = request.POST.get("kind", "")
    kind = kind if kind in taxonomy.kinds else ""
    return inbox_words.left(inbox.label(programme.slug, posts, [id], kind, by=_me(request)).left)


def _case(request: HttpRequest, programme: Programme, posts: list[int]) -> str:
    given = " ".join(request.POST.get("case", "").split())
    head = given.removeprefix("#").partition(" ")[0].rstrip(":")
    number = int(head) if head.isascii() and head.isdecimal() and len(head) < 10 else None
    done, _ = inbox.to_case(programme.slug, posts, number, given, by=_me(request))
    return inbox_words.left(done.left)


def _ask(request: HttpRequest, programme: Programme, posts: list[int]) -> str:
    number = inbox.ask(programme.slug, posts, by=_me(request))
    return gettext("Asked for: a lead decides whether case %(case)s goes up.") % {"case": number}


Act = Callable[[HttpRequest, Programme, list[int]], str]
ACTS: dict[str, Act] = {
    "done": _settle("done"),
    "nothing": _settle("nothing"),
    "later": _settle("later"),
    "tag": _tag,
    "untag": _untag,
    "label": _label,
    "case": _case,
    "ask": _ask,
}
"""What the buttons of the page do, by their value."""


def _acted(request: HttpRequest, programme: Programme, act: Callable[[Wanted], Said]) -> HttpResponse:
    """Do something and show the list again, with a sentence where there is something to say."""
    asked = asked_of(QueryDict(request.POST.get("back", "")), request, programme)
    try:
        said = act(asked)
    except EarnestError as error:
        return _page(request, programme, asked, (error.sentence(), "error"), status=409)
    post = request.POST.get("post", "")
    if request.POST.get("to") == "post" and post:
        return HttpResponseRedirect(reverse("post", args=[programme.slug, _number(post)]))
    if request.headers.get("HX-Request") == "true" or said[0]:
        return _page(request, programme, asked, said)
    return HttpResponseRedirect(reverse("inbox", args=[programme.slug]) + asked.link())


def asked_of(given: QueryDict, request: HttpRequest, programme: Programme) -> Wanted:
    """What an address of the inbox asks for."""
    return wanted(given, programme, lambda id: _view(request, programme, id))


def _view(request: HttpRequest, programme: Programme, id: int) -> View:
    try:
        return views.one(programme.slug, id, by=_me(request))
    except StoreError as error:
        raise BadQueryError(error.sentence()) from error


def _posts(request: HttpRequest) -> list[int]:
    return [_number(value) for value in request.POST.getlist("post")]


def _number(value: str) -> int:
    if not (value.isascii() and value.isdecimal() and len(value) < 17):
        raise BadQueryError(gettext("This form cannot be read. Load the page again and send it once more."))
    return int(value)


def _me(request: HttpRequest) -> int:
    return int(request.user.pk or 0)
