"""The opt-out page: public, without an account, in English and Spanish. `flow.codes` has its two proofs."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from earnest.flow import codes, said
from earnest.store import read
from earnest.store.read import Programme
from earnest.web import tongue
from earnest.web.leave_words import WORDS
from earnest.web.throttle import Throttle, address

ASKED = Throttle(times=10, seconds=3_600)
"""Codes that one address may ask for in an hour."""


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, programme: str) -> HttpResponse:
    """The ways to leave, and making a one-time code."""
    found, lang = _programme(programme), tongue.of(request)
    if request.method != "POST":
        return _page(request, found, lang)
    if ASKED.spent(address(request)):
        return _page(request, found, lang, "often", status=429)
    ASKED.note(address(request))
    token = codes.new_code(_home(), programme)
    if token is None:
        return _page(request, found, lang, "full", status=503)
    return HttpResponseRedirect(
        f"{reverse('leave_mine', args=[programme, token])}?{urlencode({'lang': lang})}"
    )


@require_safe
def mine(request: HttpRequest, programme: str, token: str) -> HttpResponse:
    """The private page of a code: what to post, and what came of it."""
    found, lang = _programme(programme), tongue.of(request)
    waiting = codes.look(_home(), found, token, lang)
    if waiting is None:
        raise Http404
    context = _words(found, lang) | {"waiting": waiting, "known": waiting.known, "token": token}
    # A form names nobody, so a code says nothing there.
    heard = (one for one in read.places(programme) if one.state == "hearing" and one.type != "submit")
    context["places"] = [one.title for one in heard]
    return _private(render(request, "web/leave/mine.html", context))


@require_safe
def mine_receipt(request: HttpRequest, programme: str, token: str) -> HttpResponse:
    """The receipt of a code as a file."""
    found, lang = _programme(programme), tongue.of(request)
    waiting = codes.look(_home(), found, token, lang)
    if waiting is None or waiting.receipt is None:
        raise Http404
    return _file(waiting.receipt)


@require_http_methods(["GET", "HEAD", "POST"])
def linked(request: HttpRequest, programme: str, token: str) -> HttpResponse:
    """The private page of one submission: erase it."""
    found, lang = _programme(programme), tongue.of(request)
    submission = codes.linked(_home(), programme, token)
    if submission is None:
        raise Http404
    if request.method == "POST":
        codes.erase_linked(programme, submission)
        here = f"{reverse('leave_linked', args=[programme, token])}?{urlencode({'lang': lang})}"
        return HttpResponseRedirect(here)
    receipt = codes.erased(_home(), found, submission, lang)
    context = _words(found, lang) | {"receipt": receipt, "token": token}
    return _private(render(request, "web/leave/linked.html", context))


@require_safe
def linked_receipt(request: HttpRequest, programme: str, token: str) -> HttpResponse:
    """The receipt of an erased submission as a file."""
    found, lang = _programme(programme), tongue.of(request)
    submission = codes.linked(_home(), programme, token)
    receipt = codes.erased(_home(), found, submission, lang) if submission is not None else None
    if receipt is None:
        raise Http404
    return _file(receipt)


def _programme(slug: str) -> Programme:
    """A programme that has begun: a draft was never heard, so nobody can leave it. What began stays here."""
    found = read.programme(slug)
    if found is None or not found.live:
        raise Http404
    return found


def _home() -> Path:
    return Path(settings.EARNEST_HOME)


def _words(programme: Programme, lang: str) -> dict[str, Any]:
    return {"programme": programme, "t": WORDS[lang], "lang": lang, "languages": tongue.LANGUAGES}


def _page(
    request: HttpRequest, programme: Programme, lang: str, problem: str = "", status: int = 200
) -> HttpResponse:
    context = _words(programme, lang)
    context |= {
        "problem": context["t"][problem] if problem else "",
        "form": said.form_place(programme.slug) is not None,
    }
    return render(request, "web/leave/leave.html", context, status=status)


def _private(answer: HttpResponse) -> HttpResponse:
    """A page whose address is a secret: it is told to no other site and to no cache. (With "no-referrer" a
    browser would not say where a form comes from, and the form were refused.)
    """
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _file(receipt: str) -> HttpResponse:
    answer = HttpResponse(receipt, content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="earnest-receipt.txt"'
    return _private(answer)
