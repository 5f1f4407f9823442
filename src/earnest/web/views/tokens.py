"""Tokens: keys with which programs use the programming interface; making one, seeing it once, revoking it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from earnest.desk import access, tokens
from earnest.record.errors import EarnestError
from earnest.store.read import Programme
from earnest.store.read_tokens import TokenRow
from earnest.web.frame import door, render

SCOPES: dict[str, Promise] = {
    "read": _("read: what you may read"),
    "work": _("work: correct, tag, keep cases, settle alerts, as you may"),
    "manage": _("manage: places, routes, channels and the rest, as you may"),
}
NAMES: dict[str, Promise] = {"read": _("read"), "work": _("work"), "manage": _("manage")}
STATES: dict[str, Promise] = {"good": _("works"), "expired": _("ended"), "revoked": _("revoked")}
DAYS = (7, 30, 90, 365)


@dataclass(frozen=True, slots=True)
class Row:
    """One token on the page."""

    token: TokenRow
    state: str
    says: Promise
    scopes: tuple[Promise, ...]
    mine: bool


@door("see_figures")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """The tokens that this person may see. A POST makes one; its answer is the only page that shows it."""
    if request.method != "POST":
        return _page(request, programme)
    days = request.POST.get("days", "")
    try:
        made = tokens.make(
            request.user,
            programme.slug,
            request.POST.get("name", ""),
            request.POST.getlist("scope"),
            days=int(days) if days.isascii() and days.isdecimal() and len(days) < 5 else 0,
        )
    except EarnestError as error:
        return _page(request, programme, problem=error.sentence())
    return _page(request, programme, made=made)


def _page(
    request: HttpRequest, programme: Programme, *, problem: str = "", made: tokens.Made | None = None
) -> HttpResponse:
    now = datetime.now(UTC)
    rows = [_row(row, request.user, now) for row in tokens.listed(request.user, programme.slug)]
    chosen = request.POST.getlist("scope") if problem else ["read"]
    context = {
        "rows": [row for row in rows if row.state == "good"],
        "past": [row for row in rows if row.state != "good"][:20],
        "every": access.may(request.user, "keep_tokens", programme.slug),
        "scopes": [
            (scope, SCOPES[scope], scope in chosen) for scope in tokens.open_to(request.user, programme.slug)
        ],
        "days": DAYS,
        "chosen_days": request.POST.get("days", "90") if problem else "90",
        "name": request.POST.get("name", "") if problem else "",
        "longest": tokens.LONGEST_NAME,
        "problem": problem,
        "made": made,
    }
    return render(request, "web/tokens.html", programme, context, status=400 if problem else 200)


def _row(row: TokenRow, user: access.Person, now: datetime) -> Row:
    state = row.state(now)
    scopes = tuple(NAMES[scope] for scope in row.scopes if scope in NAMES)
    return Row(row, state, STATES[state], scopes, row.user == user.pk)


@require_POST
@door("see_figures")
def revoke(request: HttpRequest, programme: Programme, id: int) -> HttpResponse:
    """From now on the token opens nothing: one's own, or any where one keeps tokens."""
    if not tokens.revoke(request.user, programme.slug, id):
        raise Http404
    return HttpResponseRedirect(reverse("tokens", args=[programme.slug]), status=303)
