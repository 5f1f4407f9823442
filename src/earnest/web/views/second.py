"""Second looks: who looks again at the posts of which the machine was least certain, and what came of it."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from earnest.desk import access
from earnest.flow import second
from earnest.record.errors import EarnestError
from earnest.store import read_second
from earnest.store.read import Programme
from earnest.web.frame import door, render
from earnest.web.views import errors
from earnest.web.views.errors import BadQueryError

SHARES = (5, 10, 15, 20)
"""Percent of new posts."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Who may look again, and what that means."""

    value: str
    title: str | Promise
    says: str | Promise


CHOICES = (
    Choice("off", _("Nobody"), _("Posts keep what the machine said first; unsure ones wait for a person.")),
    Choice(
        "accurate",
        _("The slower, more accurate machine"),
        _("It comes with Earnest as an extra and works on this machine."),
    ),
    Choice(
        "endpoint",
        _("Your own language model"),
        _(
            "A server on this machine or its private network. It is sent single posts as they are"
            " kept, nothing else, and may only answer with a label."
        ),
    ),
)


@require_http_methods(["GET", "HEAD", "POST"])
@door("see_taxonomy")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """How second looks stand; whoever chooses models says who takes them."""
    may = access.may(request.user, "choose_model", programme.slug)
    if request.method == "POST":
        if not may:
            return errors.permission_denied(request)
        try:
            _change(request, programme)
        except EarnestError as error:
            return _page(request, programme, may, error)
        return HttpResponseRedirect(reverse("second", args=[programme.slug]), status=303)
    return _page(request, programme, may, None)


def _change(request: HttpRequest, programme: Programme) -> None:
    share = request.POST.get("share", "")
    if not (share.isascii() and share.isdecimal() and len(share) < 3):
        raise BadQueryError(gettext("The share is no number."))
    tier = request.POST.get("tier", "")
    second.set_terms(programme.slug, tier, int(share), actor=f"person:{request.user.pk}")


def _page(request: HttpRequest, programme: Programme, may: bool, error: EarnestError | None) -> HttpResponse:
    terms = read_second.terms(programme.slug)
    tier = request.POST.get("tier", terms.tier) if error else terms.tier
    context = {
        "choices": [(choice, choice.value == tier) for choice in CHOICES],
        "shares": sorted({*SHARES, terms.share}),
        "terms": terms,
        "looked": read_second.looked(programme.slug),
        "may_change": may,
        "who": next(choice.title for choice in CHOICES if choice.value == terms.tier),
        "problem": error.sentence() if error else "",
    }
    return render(request, "web/second.html", programme, context, status=400 if error else 200)
