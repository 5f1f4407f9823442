"""The operator's own people: accounts, memberships, invitations, one-time sign-in links."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q

from earnest.record.errors import StoreError
from earnest.store import clock
from earnest.store.models import Membership, Person, Programme, SignIn, TeamInvitation


def add_user(name: str, *, admin: bool = False) -> int:
    """Add a person who signs in by link; their id. A person who is there already keeps everything."""
    model = get_user_model()
    user, made = model.objects.get_or_create(username=name)
    if made:
        user.set_unusable_password()
    if made or admin:
        user.is_superuser = user.is_superuser or admin
        user.save()
    return int(user.pk)


def user_id(name: str) -> int | None:
    """The id of a person by name, or None."""
    found = get_user_model().objects.filter(username=name).values_list("pk", flat=True).first()
    return None if found is None else int(found)


def set_membership(user: int, programme: str, role: str, places: Sequence[str] = ()) -> None:
    """Give a person a role in a programme, in place of the one they had there; a delegate also the slugs of
    the places they speak for.
    """
    row = Programme.objects.filter(slug=programme).first()
    if row is None:
        raise StoreError(f"There is no programme '{programme}'.")
    Membership.objects.update_or_create(
        user_id=user, programme=row, defaults={"role": role, "places": sorted(set(places))}
    )


def remove_membership(user: int, programme: str) -> bool:
    """Take a person out of a programme; False where they were not in it."""
    return bool(Membership.objects.filter(user_id=user, programme__slug=programme).delete()[0])


def show_membership(user: int, programme: str, shown: bool) -> bool:
    """Whether a person is named in the programme's public notice; False where they are not in it."""
    return bool(Membership.objects.filter(user_id=user, programme__slug=programme).update(shown=shown))


def set_password(user: int, password: str) -> None:
    """Give a person a password; Django ends every session that was begun with another."""
    row = get_user_model().objects.get(pk=user)
    row.set_password(password)
    row.save(update_fields=["password"])


def set_email(user: int, email: str) -> None:
    """The one verified address of a person, in place of any other; empty: none.

    Raises StoreError where it is somebody else's.
    """
    with transaction.atomic():
        if email and EmailAddress.objects.filter(email__iexact=email, verified=True).exclude(user_id=user):
            raise StoreError("This e-mail address belongs to somebody else here.")
        EmailAddress.objects.filter(user_id=user).delete()
        get_user_model().objects.filter(pk=user).update(email=email)
        if email:
            EmailAddress.objects.create(user_id=user, email=email, verified=True, primary=True)


def forget_second_factors(user: int) -> int:
    """Take a person's app, keys and recovery codes away, for who lost them; how many."""
    return int(Authenticator.objects.filter(user_id=user).delete()[0])


def set_person(user: int, *, language: str, zone: str, known_as: str) -> None:
    """What a person chose for themselves."""
    Person.objects.update_or_create(
        user_id=user, defaults={"language": language, "zone": zone, "known_as": known_as}
    )


def add_team_invitation(
    programme: str, role: str, places: Sequence[str], email: str, by: int | None, expires: datetime
) -> tuple[int, str]:
    """An invitation's id and its token. Only the token's hash is kept, so it cannot be shown again."""
    row = Programme.objects.filter(slug=programme).first()
    if row is None:
        raise StoreError(f"There is no programme '{programme}'.")
    token = secrets.token_urlsafe(32)
    made = TeamInvitation.objects.create(
        hash=_hash(token),
        programme=row,
        role=role,
        places=sorted(set(places)),
        email=email,
        by_id=by,
        made=clock.now(),
        expires=expires,
    )
    return int(made.pk), token


def revoke_team_invitation(programme: str, invitation: int) -> bool:
    """Take an open invitation back; False where there is none."""
    rows = TeamInvitation.objects.filter(_open(), pk=invitation, programme__slug=programme)
    return bool(rows.update(revoked=clock.now(), email=""))


def use_team_invitation(token: str, user: int) -> tuple[str, str, int | None, str] | None:
    """Give a person the place they were invited to, once: programme, role, who invited, and the address it
    was sent to. None when it is unknown, used, taken back or too old. Somebody who is in the programme
    already has the invitation's role from now on.
    """
    with transaction.atomic():
        fresh = TeamInvitation.objects.filter(_open(), hash=_hash(token))
        found = fresh.values_list("programme__slug", "role", "by_id", "email", "places").first()
        if found is None or not fresh.update(used=clock.now(), email=""):
            return None
        programme, role, by, email, places = found
        set_membership(user, programme, role, places)
        return programme, role, by, email


def team_invitation(token: str) -> int | None:
    """The id of the open invitation of a token."""
    return TeamInvitation.objects.filter(_open(), hash=_hash(token)).values_list("pk", flat=True).first()


def forget_invited_address(invitation: int) -> None:
    """The address of an invitation whose link others saw than who reads there: it vouches for nobody."""
    TeamInvitation.objects.filter(pk=invitation).update(email="")


def revoke_invitations_of(user: int, programme: str | None = None) -> int:
    """Take back what a person invited to and nobody followed yet; how many."""
    rows = TeamInvitation.objects.filter(_open(), by_id=user)
    if programme is not None:
        rows = rows.filter(programme__slug=programme)
    return rows.update(revoked=clock.now(), email="")


def lock_desk(programme: str) -> None:
    """Within a transaction: wait until nobody else changes who is on this desk."""
    list(Membership.objects.select_for_update().filter(programme__slug=programme).order_by("pk"))


def _open() -> Q:
    return Q(used__isnull=True, revoked__isnull=True, expires__gt=clock.now())


def add_sign_in(user: int, expires: datetime) -> str:
    """A new one-time token for a person. Only its hash is kept, so it cannot be shown again."""
    token = secrets.token_urlsafe(32)
    SignIn.objects.create(hash=_hash(token), user_id=user, expires=expires)
    return token


def use_sign_in(token: str) -> int | None:
    """The person a token signs in, once; None when it is unknown, used or expired. Two clicks at once: one
    wins.
    """
    now = clock.now()
    fresh = SignIn.objects.filter(hash=_hash(token), used__isnull=True, expires__gt=now, user__is_active=True)
    with transaction.atomic():
        if not fresh.update(used=now):
            return None
        return SignIn.objects.values_list("user_id", flat=True).get(hash=_hash(token))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
