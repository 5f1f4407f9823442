"""The operator's own people: accounts, memberships, one-time sign-in links."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import transaction

from earnest.record.errors import StoreError
from earnest.store import clock
from earnest.store.models import Membership, Programme, SignIn


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
