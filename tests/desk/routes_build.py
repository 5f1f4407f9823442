"""Teams, channels, routes and a programme for the tests of escalations. Everything is synthetic."""

from dataclasses import replace
from datetime import timedelta

from earnest.desk import cases, routes, teams
from earnest.desk.quiet_hours import Quiet
from earnest.desk.route_shapes import Route, Rung, When
from earnest.store import write, write_channels, write_themes
from earnest.store.models import Place
from earnest.store.shapes_escalation import Member, Team
from tests.store.build import desk, item, keep

HOUR = timedelta(hours=1)


def person(name, role="lead", programme="riders"):
    user = write.add_user(name)
    write.set_membership(user, programme, role)
    return user


def team(slug="payments", name="Payments", people=(), **more):
    members = tuple(Member(id, "", lead) for id, lead in people)
    return teams.keep("riders", Team(0, slug, name, members=members, **more), by=None)


def channel(name="Payments mail", programme="riders"):
    """A mail channel; nothing is sent in these tests, only queued."""
    return write_channels.add_channel(programme, "mail", name, {"to": ["team@ternway.example"]})


def programme(audience="customers", **terms):
    """A programme with one place; the place's id."""
    return desk("riders", audience, **terms)


def said(place, count, *, label="pay.tips", kind="complaint", ago=HOUR, apart=timedelta(), name="p", **more):
    """So many posts, each of another voice."""
    keep(
        place,
        *(
            item(
                f"{name}{at}",
                f"the tips did not arrive, run {at}",
                labels=(label,),
                kind=kind,
                ago=ago + apart * at,
                voice=f"{name}{at}",
                **more,
            )
            for at in range(count)
        ),
    )


def route(slug="tips", **more):
    """A route on tips: 10 posts of 5 voices in a day, up three steps of an hour each."""
    when = more.pop("when", When("volume", about=("pay.tips",), posts=10, voices=5, within=24 * 60))
    rungs = more.pop("rungs", (Rung("team", 60), Rung("lead", 60), Rung("leadership")))
    return Route(slug, more.pop("name", "Tips that do not arrive"), when=when, rungs=rungs, **more)


def everything_but_the_route():
    """Two teams and a leadership."""
    team(labels=("pay",))
    team("app", "App", labels=("app",))
    team("leadership", "Leadership", leadership=True)


def everything():
    """Two teams, a leadership and a route; the route."""
    everything_but_the_route()
    routes.keep("riders", route(team="payments"), by=None)
    return routes.of("riders")[0]


NIGHT = Quiet(22 * 60, 7 * 60, "Europe/Berlin")


def case(title="Tips that do not arrive", **more):
    return cases.open_case("riders", title, by=None, **more)


def programme_place():
    """The place of the programme that is there."""
    return Place.objects.get(programme__slug="riders").pk


def theme(posts, number=1):
    """These posts are a theme; its number."""
    write_themes.group("riders", write_themes.Found(dict.fromkeys(posts, number), frozenset({number})))
    return number


def told_by(found, *slugs):
    """A team with these channels."""
    return replace(found, channels={"team": slugs, "lead": ()})
