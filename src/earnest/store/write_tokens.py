"""Tokens of the programming interface: making and revoking them, what they use up, and answers kept for a day
under an idempotency key.
"""

import hashlib
from datetime import datetime, timedelta

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F

from earnest.record.errors import StoreError
from earnest.store import clock
from earnest.store.models import ApiAnswer, ApiToken, ApiUse, Programme

ANSWERS_KEPT = timedelta(days=1)
"""How long the same idempotency key gives the same answer."""


def hashed(token: str) -> str:
    """How a token is kept: it is 256 bits of chance, so one round is enough."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def add(programme: str, user: int, name: str, scopes: tuple[str, ...], expires: datetime, token: str) -> int:
    """Keep the hash of a new token; its number."""
    row = Programme.objects.filter(slug=programme).first()
    if row is None:
        raise StoreError(f"There is no programme '{programme}'.")
    made = ApiToken.objects.create(
        hash=hashed(token),
        user_id=user,
        programme=row,
        name=name,
        scopes=" ".join(scopes),
        made=clock.now(),
        expires=expires,
    )
    return int(made.pk)


def revoke(programme: str, id: int) -> bool:
    """From this moment on the token opens nothing. False where there is none that worked."""
    rows = ApiToken.objects.filter(programme__slug=programme, pk=id, revoked__isnull=True)
    return bool(rows.update(revoked=clock.now()))


def used(id: int) -> None:
    """Note the day on which a token was used: one write a day at most. A busy database loses the note, not
    the request.
    """
    today = clock.now().date()
    try:
        ApiToken.objects.filter(pk=id).exclude(last_used=today).update(last_used=today)
    except DatabaseError:
        if connection.in_atomic_block:
            raise


def take(token: int, minute: int, wanted: int, limit: int) -> tuple[int, int]:
    """Take up to `wanted` requests of a minute's `limit`: how many were granted, and how many are left for
    others. Whole across processes.
    """
    with transaction.atomic():
        row, made = ApiUse.objects.get_or_create(token_id=token, minute=minute)
        if made:
            ApiUse.objects.filter(token_id=token, minute__lt=minute).delete()
        fits = ApiUse.objects.filter(pk=row.pk, taken__lte=limit - wanted)
        if fits.update(taken=F("taken") + wanted):
            granted = wanted
        else:
            row = ApiUse.objects.select_for_update().get(pk=row.pk)
            granted = max(0, min(wanted, limit - row.taken))
            ApiUse.objects.filter(pk=row.pk).update(taken=F("taken") + granted)
        row.refresh_from_db()
    return granted, max(0, limit - row.taken)


def begin_answer(token: int, key: str, asked: str) -> bool:
    """Claim an idempotency key within the caller's transaction. False where it was answered before.

    Whoever comes second at the same moment waits here until the first is done (SQLite: for its lock;
    PostgreSQL: for its row).
    """
    now = clock.now()
    ApiAnswer.objects.filter(token_id=token, at__lt=now - ANSWERS_KEPT).delete()
    try:
        with transaction.atomic():
            ApiAnswer.objects.create(token_id=token, key=key, asked=asked, at=now)
    except IntegrityError:
        return False
    return True


def keep_answer(token: int, key: str, status: int, answer: dict[str, object], location: str) -> None:
    """What the request was answered, in the transaction that did it."""
    ApiAnswer.objects.filter(token_id=token, key=key).update(
        status=status, answer=answer, location=location[:200]
    )
