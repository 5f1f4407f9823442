"""Reading what belongs to the operator's own people: memberships."""

from earnest.store import models, moment


@moment.once
def roles(user_id: int) -> dict[str, str]:
    """The programmes a person belongs to, with the role in each. `desk.access` says what a role may do."""
    rows = models.Membership.objects.filter(user_id=user_id).values_list("programme__slug", "role")
    return dict(rows)


def seat(user_id: int, programme: str) -> tuple[str, ...]:
    """The slugs of the places a delegate speaks for in a programme."""
    row = models.Membership.objects.filter(user_id=user_id, programme__slug=programme).first()
    return () if row is None else tuple(row.places)


def delegates(programme: str) -> int:
    """How many delegates a programme has."""
    return models.Membership.objects.filter(programme__slug=programme, role="delegate").count()
