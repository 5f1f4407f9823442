"""Teams: who looks after what, where they are told, and who is told when they do not answer."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from earnest.desk import access, channels, taxonomy_names, teams
from earnest.record.errors import EarnestError
from earnest.store import read_teams
from earnest.store.read import Programme
from earnest.store.shapes_escalation import Team
from earnest.web import words
from earnest.web.frame import door, render
from earnest.web.views.errors import permission_denied


@door("see_cases")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Every team; who keeps teams also adds one (POST)."""
    if request.method == "POST":
        return _kept(request, programme, None)
    return _list(request, programme)


def _list(request: HttpRequest, programme: Programme, problem: str = "") -> HttpResponse:
    called = taxonomy_names.of(programme.slug, words.language())
    found = teams.of(programme.slug)
    names = {one.slug: one.name for one in found}
    titles = {one.slug: one.name for one in channels.of(programme.slug)}
    context = {
        "lines": [
            {
                "team": one,
                "owns": [called.about(label) for label in one.labels],
                "otherwise": names.get(one.otherwise, ""),
                "channels": [titles.get(slug, slug) for slug in one.channels.get("team", ())],
                "lead_channels": [titles.get(slug, slug) for slug in one.channels.get("lead", ())],
            }
            for one in found
        ],
        **_choices(request, programme, None, problem),
    }
    return render(request, "web/teams.html", programme, context, status=400 if problem else 200)


def _choices(
    request: HttpRequest, programme: Programme, team: Team | None, problem: str
) -> dict[str, object]:
    said = request.POST if problem else None
    called = taxonomy_names.of(programme.slug, words.language())

    def chosen(field: str, now: tuple[str, ...]) -> list[str]:
        return said.getlist(field) if said is not None else list(now)

    def text(field: str, now: str) -> str:
        return said.get(field, "") if said is not None else now

    members = tuple(str(one.id) for one in team.members) if team else ()
    leads = tuple(str(one.id) for one in team.members if one.lead) if team else ()
    return {
        "may_keep": access.may(request.user, "keep_teams", programme.slug),
        "problem": problem,
        "one": team,
        "name": text("name", team.name if team else ""),
        "themes": text("themes", ", ".join(map(str, team.themes)) if team else ""),
        "leadership": text("leadership", "yes" if team and team.leadership else "") == "yes",
        "otherwise": text("otherwise", team.otherwise if team else ""),
        "categories": sorted(called.categories.items(), key=lambda pair: pair[1]),
        "labels": sorted(called.labels.items(), key=lambda pair: pair[1]),
        "owned": chosen("labels", team.labels if team else ()),
        "people": [
            (str(id), name, str(id) in chosen("members", members), str(id) in chosen("leads", leads))
            for id, name in read_teams.people(programme.slug)
        ],
        "others": [one for one in teams.of(programme.slug) if team is None or one.slug != team.slug],
        "ways": channels.of(programme.slug),
        "team_ways": chosen("channels", team.channels.get("team", ()) if team else ()),
        "lead_ways": chosen("lead_channels", team.channels.get("lead", ()) if team else ()),
        "longest": teams.LONGEST,
    }


@door("see_cases")
def one(request: HttpRequest, programme: Programme, team: str) -> HttpResponse:
    """One team: changing it (POST)."""
    found = read_teams.team(programme.slug, team)
    if found is None:
        raise Http404
    if request.method == "POST":
        return _kept(request, programme, found)
    return _one(request, programme, found)


def _one(request: HttpRequest, programme: Programme, team: Team, problem: str = "") -> HttpResponse:
    context = {"team": team, **_choices(request, programme, team, problem)}
    return render(request, "web/team_one.html", programme, context, status=400 if problem else 200)


def _kept(request: HttpRequest, programme: Programme, basis: Team | None) -> HttpResponse:
    if not access.may(request.user, "keep_teams", programme.slug):
        return permission_denied(request)
    try:
        fresh = teams.shape(
            programme.slug, {name: request.POST.getlist(name) for name in request.POST}, basis
        )
        teams.keep(programme.slug, fresh, by=request.user.pk)
    except EarnestError as error:
        if basis is None:
            return _list(request, programme, error.sentence())
        return _one(request, programme, basis, error.sentence())
    return HttpResponseRedirect(reverse("teams", args=[programme.slug]), status=303)


@require_POST
@door("keep_teams")
def remove(request: HttpRequest, programme: Programme, team: str) -> HttpResponse:
    """A team is no longer used."""
    found = read_teams.team(programme.slug, team)
    if found is None:
        raise Http404
    try:
        teams.remove(programme.slug, team, by=request.user.pk)
    except EarnestError as error:
        return _one(request, programme, found, error.sentence())
    return HttpResponseRedirect(reverse("teams", args=[programme.slug]), status=303)
