"""Reading the teams of a programme. Nobody is counted here."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Prefetch

from earnest.store import models, moment, people_names
from earnest.store.shapes_escalation import Member, Team

ROLES = ("viewer", "analyst", "lead", "steward", "admin")
"""Who may be in a team: everybody of the desk. A delegate speaks for a community, not for the operator."""


@moment.once
def teams(programme: str, *, removed: bool = False) -> list[Team]:
    """The teams by name, leadership last; `removed` also those that are no longer used."""
    members = models.TeamMember.objects.order_by("person__username")
    rows = (
        models.Team.objects.filter(programme__slug=programme)
        .select_related("otherwise")
        .prefetch_related(Prefetch("members", queryset=members))
        .order_by("leadership", "name", "pk")
    )
    if not removed:
        rows = rows.filter(removed__isnull=True)
    found = list(rows)
    called = people_names.names(one.person_id for row in found for one in row.members.all())
    return [_team(row, called) for row in found]


def team(programme: str, slug: str) -> Team | None:
    """One team by its short name, or None."""
    return next((one for one in teams(programme) if one.slug == slug), None)


def by_id(programme: str, id: int | None) -> Team | None:
    """One team by its number, or None."""
    return next((one for one in teams(programme) if one.id == id), None)


def people(programme: str) -> list[tuple[int, str]]:
    """(id, name) of those who may be put into a team: people of the programme who are no delegates."""
    return list(people_names.on_desk(programme, ROLES).items())


def _team(row: Any, called: Mapping[int, str]) -> Team:
    return Team(
        id=row.pk,
        slug=row.slug,
        name=row.name,
        leadership=row.leadership,
        labels=_words(row.owns.get("labels")),
        themes=tuple(int(number) for number in row.owns.get("themes", ())),
        channels={step: _words(row.channels.get(step)) for step in ("team", "lead")},
        otherwise=row.otherwise.slug if row.otherwise and row.otherwise.removed is None else "",
        members=tuple(
            Member(one.person_id, called.get(one.person_id, ""), one.lead) for one in row.members.all()
        ),
        removed=row.removed is not None,
    )


def _words(found: Iterable[object] | None) -> tuple[str, ...]:
    return tuple(str(one) for one in found or ())
