"""What ends when somebody leaves a programme's desk."""

from earnest.store import clock
from earnest.store.models import ApiToken, Checkout, TeamMember
from earnest.store.write_people import revoke_invitations_of


def let_go(programme: str, user: int) -> None:
    """Within a transaction: revoke a person's tokens of a programme and their open invitations to it, put
    back the posts they held, and take them out of its teams. What they did stays.
    """
    revoke_invitations_of(user, programme)
    ApiToken.objects.filter(programme__slug=programme, user_id=user, revoked__isnull=True).update(
        revoked=clock.now()
    )
    Checkout.objects.filter(programme__slug=programme, by_id=user).delete()
    TeamMember.objects.filter(team__programme__slug=programme, person_id=user).delete()
