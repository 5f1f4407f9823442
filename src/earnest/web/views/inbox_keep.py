"""What the inbox is kept with: saved views, its terms, and the desk's tags."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from earnest.desk import access, inbox, tags, views
from earnest.record.errors import StoreBusy, StoreError
from earnest.store.read import Programme
from earnest.web.frame import door, render
from earnest.web.views import errors
from earnest.web.views.errors import BadQueryError
from earnest.web.views.inbox import asked_of


@require_POST
@door("work_inbox")
def save_view(request: HttpRequest, programme: Programme) -> HttpResponse:
    """The filters of the page get a name."""
    asked = asked_of(QueryDict(request.POST.get("back", "")), request, programme)
    try:
        id = views.save(
            programme.slug,
            request.POST.get("name", ""),
            asked.filters,
            order=asked.order,
            shared="shared" in request.POST,
            by=int(request.user.pk or 0),
        )
    except StoreBusy:
        raise
    except StoreError as error:
        return errors.page(request, 409, error.problem, error.advice)
    return HttpResponseRedirect(f"{reverse('inbox', args=[programme.slug])}?view={id}")


@require_POST
@door("work_inbox")
def keep_view(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """A view is given to the whole desk (`do=share`), or goes."""
    me, share = int(request.user.pk or 0), request.POST.get("do") == "share"

    def now() -> None:
        (views.share if share else views.remove)(programme.slug, id, by=me)

    back = reverse("inbox", args=[programme.slug])
    return _done(request, now, f"{back}?view={id}" if share else back)


@require_POST
@door("keep_rules")
def terms(request: HttpRequest, programme: Programme) -> HttpResponse:
    """How far back posts wait and how long they are held; or `do=afresh`: nothing said so far waits."""
    me = int(request.user.pk or 0)

    def now() -> None:
        if request.POST.get("do") == "afresh":
            inbox.begin_afresh(programme.slug, by=me)
        else:
            inbox.set_terms(
                programme.slug, days=_few(request, "days"), minutes=_few(request, "minutes"), by=me
            )

    return _done(request, now, reverse("inbox", args=[programme.slug]))


@door("work_inbox")
def tags_page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """The desk's tags, and for who keeps rules also renaming, merging and removing them."""
    context = {
        "tags": tags.of(programme.slug, counted=True),
        "may_keep": access.may(request.user, "keep_rules", programme.slug),
    }
    return render(request, "web/tags.html", programme, context)


@require_POST
@door("keep_rules")
def keep_tag(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """A tag gets another name, becomes part of another one (`do=merge`), or goes (`do=remove`)."""
    me, do = int(request.user.pk or 0), request.POST.get("do", "")

    def now() -> None:
        if do == "remove":
            tags.remove(programme.slug, id, by=me)
        elif do == "merge":
            tags.merge(programme.slug, _few(request, "into"), id, by=me)
        else:
            tags.rename(programme.slug, id, request.POST.get("name", ""), by=me)

    return _done(request, now, reverse("tags", args=[programme.slug]))


def _done(request: HttpRequest, act: Callable[[], None], then: str) -> HttpResponse:
    """Do something and go on, or say why it cannot be done."""
    try:
        act()
    except StoreBusy:
        raise
    except StoreError as error:
        return errors.page(request, 409, error.problem, error.advice)
    return HttpResponseRedirect(then)


def _few(request: HttpRequest, name: str) -> int:
    value = request.POST.get(name, "")
    if not (value.isascii() and value.isdecimal() and len(value) < 12):
        raise BadQueryError(gettext("A whole number is needed here."))
    return int(value)
