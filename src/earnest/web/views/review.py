"""Review: posts that people are asked about, in the order of what their answers teach; and blind samples."""

from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render as django_render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from earnest.desk import audit
from earnest.flow import blind, review
from earnest.record.errors import EarnestError
from earnest.store import read, read_review, write, write_review
from earnest.store.read import PostRow, Programme
from earnest.understand.corpus import OTHER
from earnest.understand.taxonomy import Taxonomy
from earnest.web import understanding, words
from earnest.web.forms import CorrectForm, typed
from earnest.web.frame import door, render
from earnest.web.views.errors import BadQueryError

WHY = {
    "disagrees": _("a second look said otherwise"),
    "fresh": _("something new is talked about"),
    "unsure": _("the machine is not sure"),
    "close": _("two labels are close"),
}


@door("correct")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """The next posts of the queue, held for this person."""
    problem, asked = "", []
    taxonomy = understanding.taxonomy_of(programme)
    try:
        asked = review.queue(programme.slug, _me(request))
    except EarnestError as error:
        problem = error.sentence()
    audit.by(request.user, "review_read", programme.slug, "posts", detail={"posts": len(asked)})
    done = request.GET.get("done", "")
    post = (
        read.post(programme.slug, int(done))
        if done.isascii() and done.isdecimal() and len(done) < 17
        else None
    )
    context = {
        "asked": [_item(taxonomy, one) for one in asked],
        "taxonomy": taxonomy,
        "done": post if post and post.corrected else None,
        "blind": len(blind.waiting(programme.slug, _me(request), datetime.now(UTC))),
        "problem": problem,
    }
    return render(request, "web/review.html", programme, context)


@require_POST
@door("correct")
def answer(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """What a person says of a post of the queue: its labels, `do=skip`, or `do=undo` of their answer."""
    post = _post(programme, id)
    do = request.POST.get("do", "")
    state = "done"
    if do == "undo":
        if not write.undo(programme.slug, id, _me(request)):
            raise BadQueryError(gettext("This can no longer be taken back: the post was changed since."))
        write_review.hold(programme.slug, _me(request), [id], 1)
        audit.by(request.user, "correction_undone", programme.slug, f"post:{id}")
        state = "asked"
    elif do == "skip":
        write_review.put_aside(programme.slug, _me(request), id)
        state = "skipped"
    elif do == "unskip":
        write_review.let_go(_me(request), id)
        write_review.hold(programme.slug, _me(request), [id], 1)
        state = "asked"
    else:
        _correct(request, programme, post)
    if request.headers.get("HX-Request") == "true":
        return _row(request, programme, id, state)
    where = reverse("review", args=[programme.slug])
    return HttpResponseRedirect(f"{where}?done={id}" if state == "done" else where)


def _correct(request: HttpRequest, programme: Programme, post: PostRow) -> None:
    taxonomy = understanding.taxonomy_of(programme)
    sent = request.POST.copy()
    if said := request.POST.get("typed", "").strip():
        sent["label"] = typed(taxonomy, said)
    form = CorrectForm(taxonomy, tuple(one.id for one in post.labels), sent)
    if not form.is_valid():
        raise BadQueryError(form.problem())
    me = _me(request)
    if not write.correct(programme.slug, post.id, form.chosen(), form.cleaned_data["kind"], me, asked=True):
        raise Http404
    write_review.let_go(me, post.id)
    audit.by(request.user, "corrected", programme.slug, f"post:{post.id}", detail={"place": post.place})


def _row(request: HttpRequest, programme: Programme, id: int, state: str) -> HttpResponse:
    post = _post(programme, id)
    taxonomy = understanding.taxonomy_of(programme)
    item = _item(taxonomy, review.one(programme.slug, post)) if state == "asked" else {"post": post}
    context = {"programme": programme, "taxonomy": taxonomy, "state": state, "item": item}
    return django_render(request, "web/_review.html", context)


def _item(taxonomy: Taxonomy | None, asked: review.Asked) -> dict[str, object]:
    names = {label.id: words.named(label.name) for label in taxonomy.labels} if taxonomy else {}
    choices = [(number, label, names.get(label, "")) for number, label in enumerate(asked.choices, 1)]
    return {"post": asked.post, "choices": choices, "why": WHY[asked.why]}


@door("correct")
def blind_page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """The next posts of the blind sample, without what the machine called them."""
    now = datetime.now(UTC)
    blind.draw(programme.slug, now)
    me = _me(request)
    waiting = blind.waiting(programme.slug, me, now)
    held = write_review.hold(programme.slug, me, waiting, review.SHOWN)
    audit.by(request.user, "blind_read", programme.slug, "posts", detail={"posts": len(held)})
    done = request.GET.get("done", "")
    context = {
        "posts": read_review.posts(programme.slug, held),
        "waiting": len(waiting),
        "taxonomy": understanding.taxonomy_of(programme),
        "done": done if done.isascii() and done.isdecimal() and len(done) < 17 else "",
    }
    return render(request, "web/review_blind.html", programme, context)


@require_POST
@door("correct")
def blind_answer(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """What a person says of a post of the blind sample; `do=cannot` where it cannot be told, `do=undo`."""
    post, me, do = _post(programme, id), _me(request), request.POST.get("do", "")
    if do == "undo":
        write_review.take_back(programme.slug, me, id)
        write_review.hold(programme.slug, me, [id], 1)
    else:
        label, kind = ("", "") if do == "cannot" else _blind_label(request, programme)
        if not write_review.answer(programme.slug, me, id, label, kind):
            raise Http404
        audit.by(request.user, "blind_answered", programme.slug, f"post:{id}")
    if request.headers.get("HX-Request") == "true":
        context = {
            "programme": programme,
            "taxonomy": understanding.taxonomy_of(programme),
            "post": post,
            "state": "asked" if do == "undo" else "done",
            "label": "" if do in ("undo", "cannot") else label,
        }
        return django_render(request, "web/_blind.html", context)
    where = reverse("review_blind", args=[programme.slug])
    return HttpResponseRedirect(where if do == "undo" else f"{where}?done={id}")


def _blind_label(request: HttpRequest, programme: Programme) -> tuple[str, str]:
    taxonomy = understanding.taxonomy_of(programme)
    label = typed(taxonomy, request.POST.get("typed", ""))
    if taxonomy is None or (taxonomy.get(label) is None and label != OTHER):
        raise BadQueryError(
            gettext("There is no label of that name. Choose one of the list, or say that it cannot be told.")
        )
    kind = request.POST.get("kind", "")
    return label, kind if kind in taxonomy.kinds else ""


def _post(programme: Programme, id: int) -> PostRow:
    found = read.post(programme.slug, id)
    if found is None:
        raise Http404
    return found


def _me(request: HttpRequest) -> int:
    return int(request.user.pk or 0)
