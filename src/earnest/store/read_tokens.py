"""Reading tokens of the programming interface: by the hash of one, and those of a programme. Never a token
itself: it is not kept.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from earnest.store import clock
from earnest.store.models import ApiAnswer, ApiToken


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token and the account of whoever made it. `active`, `superuser`: as the account is now."""

    id: int
    name: str
    programme: str
    user: int
    person: str
    active: bool
    superuser: bool
    scopes: tuple[str, ...]
    made: datetime
    expires: datetime
    last_used: date | None
    revoked: datetime | None

    def state(self, now: datetime) -> str:
        """good, expired or revoked."""
        if self.revoked is not None:
            return "revoked"
        return "good" if self.expires > now else "expired"


@dataclass(frozen=True, slots=True)
class Account:
    """An account as `desk.access` asks for a person."""

    pk: int
    is_active: bool
    is_superuser: bool

    @property
    def is_authenticated(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """What was answered to a request that was sent before. `asked` is the hash of that request."""

    asked: str
    status: int
    answer: dict[str, object]
    location: str


def by_hash(hashed: str) -> TokenRow | None:
    """The token with this hash, whatever its state."""
    return _one(ApiToken.objects.filter(hash=hashed))


def one(programme: str, id: int) -> TokenRow | None:
    """A token of a programme by its number."""
    return _one(ApiToken.objects.filter(programme__slug=programme, pk=id))


def of(programme: str, user: int | None = None) -> list[TokenRow]:
    """The tokens of a programme (of one person), the newest first, revoked ones too."""
    asked = ApiToken.objects.filter(programme__slug=programme)
    if user is not None:
        asked = asked.filter(user_id=user)
    return [_row(row) for row in asked.select_related("user", "programme").order_by("-pk")[:500]]


def account(name: str) -> Account | None:
    """The account of that name."""
    user = get_user_model().objects.filter(username=name).first()
    return None if user is None else Account(user.pk, user.is_active, user.is_superuser)


def good(programme: str, user: int) -> int:
    """How many tokens of a person work now."""
    asked = ApiToken.objects.filter(programme__slug=programme, user_id=user)
    return asked.filter(revoked__isnull=True, expires__gt=clock.now()).count()


def answer(token: int, key: str) -> AnswerRow | None:
    """What was answered under an idempotency key (its hash)."""
    row = ApiAnswer.objects.filter(token_id=token, key=key, status__gt=0).first()
    return None if row is None else AnswerRow(row.asked, row.status, row.answer, row.location)


def _one(asked: QuerySet[ApiToken]) -> TokenRow | None:
    row = asked.select_related("user", "programme").first()
    return None if row is None else _row(row)


def _row(row: ApiToken) -> TokenRow:
    return TokenRow(
        id=row.pk,
        name=row.name,
        programme=row.programme.slug,
        user=row.user_id,
        person=row.user.get_username(),
        active=row.user.is_active,
        superuser=row.user.is_superuser,
        scopes=tuple(row.scopes.split()),
        made=row.made,
        expires=row.expires,
        last_used=row.last_used,
        revoked=row.revoked,
    )
