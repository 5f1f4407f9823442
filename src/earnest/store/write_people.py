"""The operator's own people: accounts, memberships, one-time sign-in links; and stored reports."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from earnest.record.errors import StoreError
from earnest.store import clock
from earnest.store.models import Membership, Programme, SignIn, StoredReport
from earnest.store.read_people import report_path


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


def set_membership(user: int, programme: str, role: str) -> None:
    """Give a person a role in a programme, in place of the one they had there."""
    row = Programme.objects.filter(slug=programme).first()
    if row is None:
        raise StoreError(f"There is no programme '{programme}'.")
    Membership.objects.update_or_create(user_id=user, programme=row, defaults={"role": role})


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


def add_report(
    programme: str,
    since: date,
    until: date,
    files: Mapping[str, bytes],
    *,
    quoted: Sequence[int] = (),
    lang: str = "en",
) -> int:
    """Store a report's files by format ("html", "pdf", …) and the posts it quotes; its id."""
    row = Programme.objects.filter(slug=programme).first()
    if row is None:
        raise StoreError(f"There is no programme '{programme}'.")
    report = StoredReport.objects.create(
        programme=row, since=since, until=until, made=clock.now(), lang=lang, state="stale"
    )
    renew_report(report.pk, files, quoted=quoted)
    return report.pk


def renew_report(id: int, files: Mapping[str, bytes], *, quoted: Sequence[int] = ()) -> None:
    """Put new files in the place of a report's old ones."""
    folder = Path(settings.EARNEST_HOME) / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    for format, content in files.items():
        path = report_path(id, format)
        fresh = path.with_suffix(f".{format}.new")
        fresh.write_bytes(content)
        fresh.replace(path)
    StoredReport.objects.filter(pk=id).update(
        state="ready", formats=sorted(files), quoted=list(quoted), made=clock.now()
    )
