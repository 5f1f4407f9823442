"""Keeping teams. Names were judged before (`desk.teams`)."""

from django.db import transaction

from earnest.record.errors import StoreError
from earnest.store import clock, models, scope
from earnest.store.shapes_escalation import Team


def keep(programme: str, team: Team) -> int:
    """Add a team (id 0) or change one; its id. Its members are set to `team.members`.

    Raises StoreError where it is not there, or its short name is taken.
    """
    id = scope.id_of(programme)
    with transaction.atomic():
        if models.Team.objects.filter(programme_id=id, slug=team.slug).exclude(pk=team.id).exists():
            raise StoreError("There is, or was, another team of that short name.")
        others = models.Team.objects.filter(programme_id=id, leadership=True, removed__isnull=True)
        if team.leadership and others.exclude(pk=team.id).exists():
            raise StoreError("There is a leadership already.", advice="A programme has one.")
        otherwise = models.Team.objects.filter(programme_id=id, slug=team.otherwise or None).first()
        columns = {
            "slug": team.slug,
            "name": team.name,
            "leadership": team.leadership,
            "owns": {"labels": list(team.labels), "themes": list(team.themes)},
            "channels": {step: list(slugs) for step, slugs in team.channels.items()},
            "otherwise_id": otherwise.pk if otherwise and otherwise.pk != team.id else None,
        }
        if team.id:
            row = models.Team.objects.filter(programme_id=id, pk=team.id, removed__isnull=True)
            if not row.update(**columns):
                raise StoreError("This team is not there any more.")
            pk = team.id
        else:
            pk = int(models.Team.objects.create(programme_id=id, **columns).pk)
        _members(pk, {one.id: one.lead for one in team.members})
    return pk


def _members(team: int, wanted: dict[int, bool]) -> None:
    models.TeamMember.objects.filter(team_id=team).exclude(person_id__in=wanted).delete()
    there = dict(models.TeamMember.objects.filter(team_id=team).values_list("person_id", "lead"))
    for person, lead in wanted.items():
        if there.get(person) != lead:
            models.TeamMember.objects.update_or_create(
                team_id=team, person_id=person, defaults={"lead": lead}
            )


def remove(programme: str, team: int) -> bool:
    """A team is no longer used; what was sent to it still says so. False where there is none."""
    id = scope.id_of(programme)
    with transaction.atomic():
        rows = models.Team.objects.filter(programme_id=id, pk=team, removed__isnull=True)
        done = bool(rows.update(removed=clock.now(), owns={}, channels={}))
        models.TeamMember.objects.filter(team_id=team, team__programme_id=id).delete()
    return done


def leave(person: int, programme: str) -> int:
    """Somebody is no longer of a programme: they are in none of its teams. How many they were in."""
    gone, _ = models.TeamMember.objects.filter(person_id=person, team__programme__slug=programme).delete()
    return gone
