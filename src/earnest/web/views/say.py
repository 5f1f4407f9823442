"""The public form: say something to the operator. No account, no name, nothing that identifies is kept."""

import re
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from earnest.flow import learn, said
from earnest.record.errors import EarnestError, InputError
from earnest.store import read
from earnest.store.read import ListeningPlace, Programme
from earnest.web import tongue
from earnest.web.forms import MOST_SAID, SayForm
from earnest.web.say_words import WORDS
from earnest.web.throttle import Throttle, address

MINE = "mine"
MINE_LIKE = re.compile(r"[A-Za-z0-9_-]{43}")
"""The private token of the submission just sent (`flow.codes.link`)."""

SENT = Throttle(times=20, seconds=3_600)
"""Submissions from one address in an hour."""


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, programme: str) -> HttpResponse:
    """The form, and taking what was written."""
    found, place = _open(programme)
    lang = tongue.of(request)
    if request.method != "POST":
        return _form(request, found, place, lang, SayForm())
    form = SayForm(request.POST)
    thanks = HttpResponseRedirect(f"{reverse('said', args=[programme])}?{urlencode({'lang': lang})}")
    if not form.is_valid():
        problem = (
            "empty"
            if not request.POST.get("text", "").strip()
            else "long"
            if "text" in form.errors
            else "fields"
        )
        return _form(request, found, place, lang, form, problem, status=400)
    if form.cleaned_data["website"]:
        return thanks
    if SENT.spent(address(request)):
        return _form(request, found, place, lang, form, "often", status=429)
    SENT.note(address(request))
    home = Path(settings.EARNEST_HOME)
    try:
        taken = said.by_form(
            place,
            learn.model_of(found.slug, home),
            home,
            text=form.cleaned_data["text"],
            lang=form.cleaned_data["lang"] if form.cleaned_data["lang"] != "other" else None,
            region=form.cleaned_data["where"] or place.region,
        )
    except InputError:
        return _form(request, found, place, lang, form, "fields", status=400)
    except EarnestError:
        return _form(request, found, place, lang, form, "down", status=503)
    # In a cookie that goes with the next page: an address would stay in histories and logs.
    thanks.set_cookie(
        MINE,
        taken.link,
        max_age=1_800,
        path=reverse("said", args=[programme]),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return thanks


@require_safe
def thanks(request: HttpRequest, programme: str) -> HttpResponse:
    """The same for everybody, whatever became of what they said; only the link to erase it is their own."""
    found, _ = _open(programme)
    lang = tongue.of(request)
    mine = request.COOKIES.get(MINE, "")
    context = {
        "programme": found,
        "t": WORDS[lang],
        "lang": lang,
        "mine": mine if MINE_LIKE.fullmatch(mine) else "",
    }
    answer = render(request, "web/said.html", context)
    if mine:
        answer.delete_cookie(MINE, path=reverse("said", args=[programme]), samesite="Strict")
    return answer


def _open(programme: str) -> tuple[Programme, ListeningPlace]:
    found = read.programme(programme)
    place = said.form_place(programme) if found else None
    if found is None or place is None:
        raise Http404
    return found, place


def _form(
    request: HttpRequest,
    programme: Programme,
    place: ListeningPlace,
    lang: str,
    form: SayForm,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    t = WORDS[lang]
    context = {
        "programme": programme,
        "t": t,
        "lang": lang,
        "languages": tongue.LANGUAGES,
        "form": form,
        "most": MOST_SAID,
        "problem": t["problems"][problem] if problem else "",
        "region": place.region,
    }
    return render(request, "web/say.html", context, status=status)
