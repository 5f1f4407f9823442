"""The door to a programme's pages, and the frame around them (top bar, hearing line, foot).

    @door("see_figures")
    def overview(request: HttpRequest, programme: Programme) -> HttpResponse:
        return render(request, "web/overview.html", programme, {"weeks": …})

The template extends "web/base.html" and fills `title` and `main`.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render as django_render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from earnest.desk import access
from earnest.store import moment, read, read_alerts
from earnest.store.read import HearingNow, Programme
from earnest.web import words
from earnest.web.views import errors

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Programme, P], HttpResponse]

ROOMS: tuple[tuple[str, Promise, access.Action], ...] = (
    ("community", _("Community"), "see_community"),
    ("today", _("Today"), "see_figures"),
    ("inbox", _("Inbox"), "work_inbox"),
    ("cases", _("Cases"), "see_cases"),
    ("overview", _("Overview"), "see_figures"),
    ("themes", _("Themes"), "see_figures"),
    ("live", _("Live"), "see_posts"),
    ("alerts", _("Alerts"), "see_alerts"),
    ("posts", _("Posts"), "see_posts"),
    ("report", _("Reports"), "see_reports"),
    ("places", _("Places"), "see_places"),
    ("desk_setup", _("Setup"), "see_figures"),
)
"""The rooms of the top bar: the name of their address, their title, and the right that opens them. What is
rarer is listed by Setup.
"""

DRAFT = ("setup", _("Terms"), "keep_terms")
"""The only room of a programme that has not begun."""

UNDER_SETUP = frozenset(
    {
        "team",
        "teams",
        "routes",
        "channels",
        "sent",
        "tokens",
        "taxonomy",
        "review",
        "learning",
        "second",
        "setup",
        "escalations",
        "actions",
    }
)
"""First parts of addresses that are found through Setup."""


LARGEST = 2**63 - 1
"""The largest number that a database keeps: nothing has a larger one."""


def door(action: access.Action, *, draft: bool = False) -> Callable[[View[P]], Callable[..., HttpResponse]]:
    """Lets a signed-in person through whose role allows `action` in the programme of the address.

    A programme that is a draft is shown nowhere but at doors that are made for setting it up (`draft`).
    """

    def around(view: View[P]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def inner(request: HttpRequest, programme: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            reads_only = request.method in ("GET", "HEAD")
            with moment.one() if reads_only else nullcontext():
                if not request.user.is_authenticated:
                    return to_sign_in(request)
                found = read.programme(programme)
                if found is None:
                    raise Http404
                if not access.may(request.user, action, programme):
                    return errors.permission_denied(request)
                if not (found.live or draft):
                    return still_draft(request, found)
                if any(isinstance(part, int) and part > LARGEST for part in kwargs.values()):
                    raise Http404
                try:
                    return view(request, found, *args, **kwargs)
                except errors.BadQueryError as error:
                    return errors.page(request, 400, str(error))

        return inner

    return around


def still_draft(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Who may set it up goes there; others are told that it has not begun."""
    if access.may(request.user, "keep_terms", programme.slug):
        return HttpResponseRedirect(reverse("setup", args=[programme.slug]))
    return errors.page(
        request,
        403,
        gettext("This programme has not begun: it is still being set up."),
        gettext("Nothing is listened to, kept or shown until its notice is public."),
    )


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in form and back here afterwards."""
    where = f"{reverse('sign_in')}?{urlencode({'next': request.get_full_path()})}"
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=401, headers={"HX-Redirect": where})
    return HttpResponseRedirect(where)


def render(
    request: HttpRequest,
    template: str,
    programme: Programme,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """A page of a programme inside the frame."""
    frame = {
        "programme": programme,
        "others": [other for other in access.programmes_of(request.user) if other.slug != programme.slug],
        "rooms": rooms(request, programme),
        "hearing": Hearing.of(read.hearing_now(programme.slug)) if programme.live else NOT_BEGUN,
        "now": words.today(),
    }
    return django_render(request, template, {**frame, **(context or {})}, status=status)


@dataclass(frozen=True, slots=True)
class Room:
    """An entry of the navigation. `count`: what waits there, 0 where nothing does."""

    title: str | Promise
    url: str
    here: bool
    count: int = 0


def rooms(request: HttpRequest, programme: Programme) -> list[Room]:
    """The navigation: the rooms a person's role opens."""
    found = []
    rights = access.rights(request.user, programme.slug)
    for name, title, action in ROOMS if programme.live else (DRAFT,):
        if action not in rights:
            continue
        url = reverse(name, args=[programme.slug])
        here = request.path == url or request.path.startswith(f"{url}/")
        here = here or (name == "desk_setup" and _under_setup(request.path, programme.slug))
        found.append(Room(title, url, here, len(ringing(request.user, programme)) if name == "alerts" else 0))
    return found


def _under_setup(path: str, programme: str) -> bool:
    inside = path.removeprefix(f"/{programme}/")
    return inside.partition("/")[0] in UNDER_SETUP


def ringing(user: access.Person, programme: Programme) -> list[int]:
    """The open alerts that this person is to know of now, newest first."""
    rows = read_alerts.ringing(programme.slug, datetime.now(UTC))
    sorts = {(seen_by, post is not None) for _, seen_by, post in rows}
    seen = {sort for sort in sorts if access.sees(user, programme.slug, sort[0], single=sort[1])}
    return [id for id, seen_by, post in rows if (seen_by, post is not None) in seen]


@dataclass(frozen=True, slots=True)
class Segment:
    """One place of the hearing line."""

    state: str
    says: str


@dataclass(frozen=True, slots=True)
class Hearing:
    """The rule under the top bar, and the same in a sentence. Places that were closed are not listened to."""

    segments: tuple[Segment, ...]
    sentence: str | Promise
    missing: tuple[str, ...]

    @classmethod
    def of(cls, now: Sequence[HearingNow]) -> "Hearing":
        open_now = [one for one in now if one.place.state != "closed"]
        heard = [one for one in open_now if one.state != "unknown"]
        missing = [f"{one.place.title} {_silent(one)}" for one in open_now if one.state == "unknown"]
        if not open_now:
            sentence = gettext("No place is listened to yet.")
        else:
            sentence = ngettext(
                "Hearing %(heard)s of %(places)s place.",
                "Hearing %(heard)s of %(places)s places.",
                len(open_now),
            ) % {"heard": len(heard), "places": len(open_now)}
        more = gettext("%(count)s more not heard") % {"count": len(missing) - 1}
        shown = missing if len(missing) <= 2 else [missing[0], more]
        return cls(
            segments=tuple(Segment(one.state, f"{one.place.title}: {_says(one)}") for one in open_now),
            sentence=sentence,
            missing=tuple(shown),
        )


NOT_BEGUN = Hearing((), _("Nothing is listened to yet: this is a draft."), ())


def _says(one: HearingNow) -> str:
    if one.state == "observed":
        return pgettext("a place", "heard")
    return gettext("nobody spoke") if one.state == "empty" else _silent(one)


def _silent(one: HearingNow) -> str:
    if one.place.state == "paused":
        return pgettext("a place", "paused")
    if one.since is None:
        return pgettext("a place", "not heard yet")
    return pgettext("a place", "unknown since %(when)s") % {"when": words.moment(one.since)}
