"""Teams: who looks after what, where they are told, and who is told when they do not answer.

    teams.of("riders")                      every team, leadership last
    teams.members("riders", team.id)        its people
    teams.owner("riders", labels, themes)   whose it is
    teams.keep("riders", shape(…), by=3)    add or change one

Nobody is counted or compared: a team says who is in it, and nothing of what each of them did.
"""

import re
from collections.abc import Mapping, Sequence

from earnest.desk import audit, channels, taxonomy_names
from earnest.gate.refusals import judge
from earnest.record.errors import InputError, RefusedConfiguration
from earnest.store import read_teams, read_themes, write_teams
from earnest.store.shapes_escalation import Member, Team

__all__ = ["LONGEST", "MOST", "Team", "keep", "members", "of", "owner", "remove", "shape", "slug_of"]

LONGEST = 80
MOST = 100
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def of(programme: str) -> list[Team]:
    """The teams of a programme by name, leadership last."""
    return read_teams.teams(programme)


def members(programme: str, team: int) -> list[int]:
    """The ids of a team's people; none where there is no such team."""
    found = read_teams.by_id(programme, team)
    return [one.id for one in found.members] if found else []


def leadership(programme: str) -> Team | None:
    """The programme's leadership; None where none was set up."""
    return next((one for one in of(programme) if one.leadership), None)


def owner(programme: str, labels: Sequence[str], themes: Sequence[int] = ()) -> Team | None:
    """Whose something is: who owns one of the themes, else a label, else a category; None: nobody's."""
    known = of(programme)
    wide = [label.partition(".")[0] for label in labels]
    for wanted in (list(labels), wide):
        for team in known:
            if wanted is not wide and set(themes).intersection(team.themes):
                return team
        for team in known:
            if set(wanted).intersection(team.labels):
                return team
    return None


def slug_of(name: str) -> str:
    """A short name made of a name: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].strip("-") or "team"


def shape(programme: str, form: Mapping[str, Sequence[str]], basis: Team | None = None) -> Team:
    """A team as a form describes it: name, slug, labels, themes, members, leads, channels, lead_channels,
    leadership, otherwise. Raises InputError for what cannot be, RefusedConfiguration for a name that aims at
    people or protected speech.
    """
    name = _one(form, "name").strip() or (basis.name if basis else "")
    slug = basis.slug if basis else _one(form, "slug").strip() or slug_of(name)
    leads = set(form.get("leads", ()))
    people = dict(read_teams.people(programme))
    inside = [who for who in dict.fromkeys([*form.get("members", ()), *form.get("leads", ())]) if who]
    for who in inside:
        if not who.isdecimal() or int(who) not in people:
            raise InputError(
                "Somebody chosen is not of this programme.", advice="Add them on the page of people."
            )
    team = Team(
        id=basis.id if basis else 0,
        slug=slug,
        name=name,
        leadership=_one(form, "leadership") == "yes",
        labels=tuple(dict.fromkeys(label for label in form.get("labels", ()) if label)),
        themes=tuple(dict.fromkeys(_theme(one) for one in _split(_one(form, "themes")))),
        channels={
            "team": tuple(one for one in form.get("channels", ()) if one),
            "lead": tuple(one for one in form.get("lead_channels", ()) if one),
        },
        otherwise=_one(form, "otherwise").strip(),
        members=tuple(Member(int(who), people[int(who)], who in leads) for who in inside),
    )
    _check(programme, team)
    return team


def _check(programme: str, team: Team) -> None:
    if not 0 < len(team.name) <= LONGEST or not team.name.isprintable():
        raise InputError(f"A team needs a name of at most {LONGEST} printable characters.")
    reason = judge("alert", team.name)
    if reason is not None:
        raise RefusedConfiguration(reason)
    if not SLUG.fullmatch(team.slug) or len(team.slug) > 60:
        raise InputError("A short name is small letters, digits and hyphens.", advice="Such as payments.")
    called = taxonomy_names.of(programme)
    for label in team.labels:
        if label not in called.labels and label not in called.categories:
            raise InputError("A team owns labels and categories of the taxonomy, and themes.")
    for number in team.themes:
        if read_themes.theme(programme, number) is None:
            raise InputError(f"There is no theme {number}.")
    known = {channel.slug for channel in channels.of(programme)}
    for slugs in team.channels.values():
        if not known.issuperset(slugs):
            raise InputError("A channel that was chosen is not there any more.", advice="Choose again.")
    others = {one.slug for one in of(programme)} - {team.slug}
    if team.otherwise and team.otherwise not in others:
        raise InputError("Who is told when nobody answers is another team of this programme.")


def _theme(said: str) -> int:
    if not (said.isascii() and said.isdecimal() and len(said) < 9):
        raise InputError("Themes are written as numbers, parted by commas.", advice="Such as 3, 12.")
    return int(said)


def _split(said: str) -> list[str]:
    return [one for one in re.split(r"[,\s]+", said) if one]


def _one(form: Mapping[str, Sequence[str]], field: str) -> str:
    found = form.get(field, ())
    return found[0] if found else ""


def keep(programme: str, team: Team, *, by: int | None) -> int:
    """Add a team or change one; its id."""
    if not team.id and len(of(programme)) >= MOST:
        raise InputError(f"A programme has at most {MOST} teams.")
    id = write_teams.keep(programme, team)
    audit.note(_actor(by), "team_set", programme=programme, about=f"team:{id}")
    return id


def remove(programme: str, slug: str, *, by: int | None) -> bool:
    """A team is no longer used. Refused while a route names it."""
    from earnest.desk import routes

    found = read_teams.team(programme, slug)
    if found is None:
        return False
    using = [route.name for route in routes.of(programme) if route.team == slug]
    if using:
        raise InputError(
            f"The route “{using[0]}” goes to this team.", advice="Send it to another team, or take it away."
        )
    done = write_teams.remove(programme, found.id)
    if done:
        audit.note(_actor(by), "team_removed", programme=programme, about=f"team:{found.id}")
    return done


def _actor(by: int | None) -> str:
    return "cli" if by is None else f"person:{by}"
